"""Draws docs/finding.svg, the picture in the README: `make picture`."""  # noqa: INP001 - a script, no package

from io import StringIO
from pathlib import Path

import pyarrow.compute as pc
from rich.console import Console

import claimrules
from claimrules.report import cards, results_table

ROOT = Path(__file__).parents[1]
RULE = "ipt_split_stay"

pack = claimrules.load(ROOT / "rules")
result = pack.audit(ROOT / "fixtures" / "small")
console = Console(record=True, width=104, file=StringIO(), force_terminal=True, color_system="truecolor")
console.print("[bold green]$ claimrules audit fixtures/small --rules rules --out OUT")
shown = result.findings.filter(pc.equal(result.findings["rule_id"], RULE))
for card in cards(shown, pack.rules, 1, "en"):
    console.print(card)
console.print(results_table(result.summary, pack.rules, "en"))
console.save_svg(str(ROOT / "docs" / "finding.svg"), title="claimrules", unique_id="claimrules")
