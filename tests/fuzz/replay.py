"""What a stored difference says now: `python tests/fuzz/replay.py OUT/fuzz/001-….json`."""

# ruff: noqa: T201  a program that prints

import json
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

for _name in ("fuzz", "oracle"):
    sys.path.insert(0, str(Path(__file__).parents[1] / _name))

from fuzz_one_claim import check_differences  # noqa: E402
from fuzz_opinions import differences, engine, interpreter  # noqa: E402
from fuzz_packs import ROOT  # noqa: E402
from oracle_rules import write  # noqa: E402

import claimrules  # noqa: E402
from claimrules.testing import World  # noqa: E402


def replay(path: Path) -> list[str]:
    """The lines that differ, for the rule of the file."""
    told = json.loads(path.read_text(encoding="utf-8"))
    with TemporaryDirectory() as place:
        base = {"rules": ROOT / "rules", "archetypes": ROOT / "tests" / "archetypes", "trial": ROOT / "tests" / "trial"}.get(
            told["pack"]
        )
        folder = base or write(Path(place) / "rules")
        rule_id = re.search(r"^id: (\w+)", told["rule"], re.MULTILINE)[1]
        if base is None:
            (folder / f"{rule_id}.yaml").write_text(told["rule"], encoding="utf-8")
        pack = claimrules.load(folder).with_knowledge(told["knowledge"])
        world = World.from_json(json.dumps(told["world"]))
        mine = engine(pack, world.batch(), [rule_id])[rule_id].verdicts
        out = differences(mine, interpreter(pack, world, [rule_id])[rule_id], 50)
        audit = pack.audit(world.batch(), only=[rule_id])
        live = [c["claim_id"] for c in world.claims if not c.get("is_reversed")]
        wrong, _ = check_differences(pack, world, audit, live)
        return out + [f"{claim_id}: {text}" for found, claim_id, text in wrong if found == rule_id]


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(name, *replay(Path(name)), sep="\n  ")
