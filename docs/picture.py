"""Draws docs/finding.svg, the picture in the README: `make picture`."""  # noqa: INP001 - a script, no package

import re
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
picture = console.export_svg(title="claimrules", unique_id="claimrules")
# The reader's own monospaced font does: a picture in a README fetches nothing.
picture = re.sub(r"\s*@font-face \{.*?\}", "", picture, flags=re.DOTALL)
picture = re.sub(r"<!-- .*? -->\s*", "", picture)
(ROOT / "docs" / "finding.svg").write_text(picture, encoding="utf-8")
