"""61 of the hardest rules, with cases that others worked out by hand and that hold for an engine we did not write."""

import os
import shutil
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from language_trial import TrialCase, claims_of, pack_of, read_cases, read_rules, write_beside, write_rules

import claimrules

DATA = os.environ.get("CLAIMRULES_DATA")
FOLDER = Path(DATA).resolve().parent / "language-trial" if DATA else Path("language-trial")
THERE = (FOLDER / "cases.json").is_file()
CASES = read_cases(FOLDER) if THERE else []
RULES = [rule["name"] for rule in read_rules(FOLDER)] if THERE else []

pytestmark = pytest.mark.skipif(not THERE, reason="set CLAIMRULES_DATA to a folder with language-trial/ beside it")


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trial's rules as rule files."""
    root = tmp_path_factory.mktemp("trial") / "rules"
    write_rules(FOLDER, root)
    return root


@pytest.fixture(scope="session")
def packs(base: Path) -> Mapping[str, claimrules.RulePack]:
    """Each rule alone, loaded when it is asked for: one that cannot be loaded fails its own cases."""

    class Packs(dict[str, claimrules.RulePack]):
        def __missing__(self, name: str) -> claimrules.RulePack:
            self[name] = claimrules.load(base / f"{name}.yaml")
            return self[name]

    return Packs()


def test_there_is_something_to_try() -> None:
    assert len(RULES) == 61
    assert {case.rule for case in CASES} == set(RULES)
    assert len(CASES) >= 80


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_can_be_said(rule: str, packs: Mapping[str, claimrules.RulePack]) -> None:
    assert list(packs[rule].rules) == [rule]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_case_holds(case: TrialCase, packs: Mapping[str, claimrules.RulePack], base: Path, tmp_path: Path) -> None:
    if case.world.get("found") or "params" in case.world.get("k", {}):
        shutil.copytree(base / "knowledge", tmp_path / "knowledge")
        shutil.copy(base / f"{case.rule}.yaml", tmp_path)
        write_beside(case, tmp_path)
        packs = {case.rule: claimrules.load(tmp_path)}
    result = pack_of(case, packs).audit(claims_of(case), only=[case.rule], history_from=case.history_from)
    assert result.rejects.num_rows == 0
    found = dict(subjects(result, case.rule))
    assert sorted((sorted(rows), money) for rows, money, _ in found.values()) == sorted(
        (sorted(rows), money) for rows, money in case.expect
    )
    if case.undecided is not None:
        assert result.summary.rules[case.rule].undecided == case.undecided
    if case.doubt is not None:
        assert tuple(suspicious for _, _, suspicious in found.values()) == case.doubt


def subjects(result: claimrules.AuditResult, rule: str) -> Iterator[tuple[str, tuple[set[str], Decimal, bool]]]:
    """By subject: violating rows as `claim/line`, or claims where a finding has no lines; the amount; in doubt or not."""
    rows = [row for row in result.findings.to_pylist() if row["rule_id"] == rule]
    for subject in sorted({row["subject"] for row in rows}):
        mine = [row for row in rows if row["subject"] == subject]
        named = {name for row in mine for name in _named(row)}
        yield subject, (named, sum((row["amount"] for row in mine), Decimal(0)), mine[0]["verdict"] == "suspicious")


def _named(row: dict[str, object]) -> list[str]:
    lines = row["line_ids"]
    return [f"{row['claim_id']}/{line}" for line in lines] if isinstance(lines, list) and lines else [str(row["claim_id"])]
