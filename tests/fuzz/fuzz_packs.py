"""The rules that are fuzzed: those of the repository, of the oracle, of the archetypes, and made-up ones."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp

from oracle_rules import write

import claimrules
from claimrules.diagnostics import ClaimRulesError
from claimrules.language import read_rule
from claimrules.testing.choice import Choice, Seeded
from claimrules.testing.knowing import make_rows
from claimrules.testing.ruling import make_rule

ROOT = Path(__file__).parents[2]
GENERATED = 30
"""Made-up rules in one pack."""


@dataclass(frozen=True)
class Named:
    """A pack with a name for messages, and its folder."""

    name: str
    pack: claimrules.RulePack
    folder: Path

    def text(self, rule_id: str) -> str:
        return Path(self.pack.rules[rule_id].file).read_text(encoding="utf-8")


class Packs:
    """All packs, by turns; each with knowledge made up anew."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(mkdtemp(prefix="fuzz-rules-"))
        self.standing = list(self._standing())
        self.oracle = self.standing[0]

    def _standing(self) -> Iterator[Named]:
        places = {
            "oracle": write(self.folder / "oracle"),
            "rules": ROOT / "rules",
            "archetypes": ROOT / "tests" / "archetypes",
            "trial": ROOT / "tests" / "trial",
        }
        for name, place in places.items():
            if any(place.rglob("*.yaml")):
                yield Named(name, _without_drafts(claimrules.load(place)), place)

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def turn(self, n: int, seed: str) -> Named:
        """The n-th: each standing pack, then a made-up one, and again."""
        k = n % (len(self.standing) + 1)
        return self.standing[k] if k < len(self.standing) else self.made_up(seed)

    def made_up(self, seed: str, count: int = GENERATED) -> Named:
        """A pack of made-up rules over the oracle's tables."""
        folder = self.folder / "made_up"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.oracle.folder / "knowledge", folder / "knowledge")
        known = self.oracle.pack.knowledge
        schemas = {name: table.schema for name, table in known.tables.items()}
        sets = frozenset(known.sets)
        made = tries = 0
        while made < count and tries < count * 10:
            tries += 1
            name = f"made_up_{made}"
            path = folder / f"{name}.yaml"
            path.write_text(make_rule(Seeded(f"{seed}/{tries}"), schemas, name), encoding="utf-8")
            try:
                read_rule(path, schemas, sets=sets)
                made += 1
            except ClaimRulesError:
                path.unlink()
        return Named(f"made up by {seed}", _loaded(folder), folder)


def _without_drafts(pack: claimrules.RulePack) -> claimrules.RulePack:
    rules = {rule.id: rule for rule in pack.rules.values() if rule.status != "draft"}
    return replace(pack, rules=rules, plan=pack.plan.only(frozenset(rules)), _shelf=[])


def _loaded(folder: Path) -> claimrules.RulePack:
    """The pack without the rules that its plan refuses."""
    while True:
        try:
            return claimrules.load(folder)
        except ClaimRulesError as error:
            for file in {Path(d.place.file) for d in error.diagnostics if d.place is not None}:
                file.unlink()


def made_up_rows(choice: Choice, pack: claimrules.RulePack, most: int = 6) -> dict[str, list[dict[str, str]]]:
    """Rows for every table of the pack; a register comes or does not."""
    tables = [t for t in pack.knowledge.tables.values() if not t.register or choice.pick((True, True, False))]
    return {t.schema.name: make_rows(choice, t.schema, most, many=t.many, gaps=t.gaps_allowed) for t in tables}
