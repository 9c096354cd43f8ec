"""Survivors, the cases that would kill them, and marks of equivalence, on rules made by hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

import claimrules
from claimrules.cases import run_pack
from claimrules.mutants import Score, mutate_pack
from claimrules.pack import RulePack

Load = Callable[..., RulePack]

BODY = "of: line\nflag: line.quantity > 3\n"
"""Mutants: > → >=, 3 → 2, 3 → 4, amount → none."""
CASES = """
- name: five are flagged with what they cost
  given: visit
  lines: {l1: {item_code: A, quantity: 5}}
  expect: {flagged: [l1], amount: "50.00"}
- name: two are clean
  given: visit
  lines: {l1: {item_code: A, quantity: 2}}
  expect: clean
"""
FOUR = """
- name: four are flagged
  given: visit
  lines: {l1: {item_code: A, quantity: 4}}
  expect: {flagged: [l1]}
"""
THREE = """
- name: three are clean
  given: visit
  lines: {l1: {item_code: A, quantity: 3}}
  expect: clean
"""
AT_FOUR = CASES + FOUR
"""Kills 3 → 4. Three itself is in no case: `>=` and a limit of 2 give the same on all of 5, 2 and 4."""
AT_THREE = CASES + THREE
"""Kills `>=` and 3 → 2; four is in no case, so that a limit of 4 lives."""
ALL = CASES + THREE + FOUR


def scored(pack: RulePack, *, search: bool = True) -> Score:
    (score,) = mutate_pack(pack, search=search)
    return score


def pasted(folder: Path, cases: list[str]) -> RulePack:
    """The pack with these cases put below its rule's own."""
    file = folder / "small.yaml"
    file.write_text("\n".join([file.read_text(encoding="utf-8").rstrip("\n"), *cases, ""]), encoding="utf-8")
    return claimrules.load(folder)


def test_the_one_known_survivor_is_reported_and_no_other(rule_pack: Load):
    score = scored(rule_pack(BODY, AT_THREE))
    assert [one.mutant.id for one in score.survivors] == ["flag.1 3 → 4"]
    (survivor,) = score.survivors
    assert (survivor.mutant.before, survivor.mutant.after) == ("flag: line.quantity > 3", "flag: line.quantity > 4")
    assert (score.killed, score.total, score.equivalent, score.problems) == (3, 4, 0, ())


def test_at_four_two_others_survive(rule_pack: Load):
    score = scored(rule_pack(BODY, AT_FOUR), search=False)
    assert [one.mutant.id for one in score.survivors] == ["flag.1 > → >=", "flag.1 3 → 2"]
    assert all(not one.case for one in score.survivors)


@pytest.mark.parametrize("examples", [AT_THREE, AT_FOUR])
def test_the_cases_that_are_printed_pass_and_kill(rule_pack: Load, tmp_path: Path, examples: str):
    score = scored(rule_pack(BODY, examples))
    assert score.survivors
    pack = pasted(tmp_path, [one.case for one in score.survivors])
    outcomes = list(run_pack(pack))
    assert len(outcomes) == 3 + len(score.survivors)
    assert all(one.passed for one in outcomes)
    assert scored(pack).clean


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("  lines: {l1: {item_code: A, quantity: 5}}", "flag.1 3 → 4"),
        ("  lines: {l1: {item_code: 'A: b', quantity: 5, item_name: '3.10'}}", "flag.1 3 → 4"),
        ("  claims: {other: {like: claim}}\n  lines: {claim.l1: {item_code: A, quantity: 5}}", "flag.1 3 → 4"),
    ],
)
def test_cases_of_any_form_can_be_printed(rule_pack: Load, tmp_path: Path, case: str, expected: str):
    examples = f'- name: "it is flagged: at five"\n  given: visit\n{case}\n  expect: {{flagged: [l1], amount: "50.00"}}\n'
    score = scored(rule_pack(BODY, examples))
    printed = {one.mutant.id: one.case for one in score.survivors}
    assert printed[expected]
    assert scored(pasted(tmp_path, list(printed.values()))).clean


def test_a_doubt_and_a_reason_of_the_undecided_are_seen(rule_pack: Load):
    body = "of: line\nflag: line.quantity > 3\ndoubt: {home: line.is_discharge_medication}\n"
    score = scored(rule_pack(body, AT_THREE))
    alive = {one.mutant.id: one.case for one in score.survivors}
    assert set(alive) == {"flag.1 3 → 4", "doubt.home dropped"}
    assert "suspicious: true" in alive["doubt.home dropped"]


def test_without_cases_everything_lives(rule_pack: Load):
    (score,) = mutate_pack(rule_pack(BODY), ["small"])
    assert (score.killed, len(score.survivors)) == (0, 4)
    assert list(mutate_pack(rule_pack(BODY))) == []  # a draft without cases is not asked


def test_a_failing_case_is_mended_first(rule_pack: Load):
    score = scored(rule_pack(BODY, CASES + THREE.replace("3", "4")))
    assert [problem.code for problem in score.problems] == ["CR631"]
    assert not score.clean


EQUIVALENT = "of: line\nflag: line.quantity > 3 AND line.quantity > 1\n"
"""Of four mutants of the second part, all are the rule: whatever is above 3 is above 0, 1 and 2."""
MARKS = """equivalent_mutants:
  flag without (line.quantity > 1): what is above 3 is above 1
  "flag.2 > → >=": what is above 3 is at least 1
  "flag.1 1 → 0": what is above 3 is above 0
  "flag.1 1 → 2": what is above 3 is above 2
"""


def test_mutants_that_cannot_differ_are_marked_with_their_reason(rule_pack: Load):
    unmarked = scored(rule_pack(EQUIVALENT, ALL))
    assert {one.mutant.id for one in unmarked.survivors} == {
        "flag without (line.quantity > 1)",
        "flag.2 > → >=",
        "flag.1 1 → 0",
        "flag.1 1 → 2",
    }
    assert [one.case for one in unmarked.survivors] == [""] * 4  # there is none to be found
    marked = scored(rule_pack(EQUIVALENT + MARKS, ALL))
    assert (marked.clean, marked.equivalent, marked.killed) == (True, 4, unmarked.killed)


@pytest.mark.parametrize(
    ("mark", "code", "said"),
    [
        ('  "flag.1 > → <": turned round', "CR632", "has no mutant `flag.1 > → <`"),
        ('  "flag.1 3 → 4": never so many', "CR633", "a case kills the mutant `flag.1 3 → 4`"),
    ],
)
def test_a_mark_that_is_wrong_is_an_error_at_its_line(rule_pack: Load, mark: str, code: str, said: str):
    score = scored(rule_pack(f"{BODY}equivalent_mutants:\n{mark}\n", ALL))
    (problem,) = score.problems
    assert problem.code == code
    assert said in problem.message
    assert problem.place is not None
    assert problem.place.line == 10
    assert not score.clean


def test_a_mark_needs_its_reason(rule_pack: Load):
    score = scored(rule_pack(EQUIVALENT + MARKS.replace("what is above 3 is above 2", '" "'), ALL))
    assert [problem.code for problem in score.problems] == ["CR634"]


def test_a_mutant_that_is_no_rule_does_not_count(rule_pack: Load):
    """Without the key `limit` nothing says whose subject each knowledge row is: that cannot be planned."""
    body = """
        of: line
        match: {limit: {table: limits, key: {code: line.item_code}, take: all}}
        per: [person, limit]
        flag: sum(line.quantity) > 3
    """
    score = scored(rule_pack(body, AT_THREE), search=False)
    assert score.stillborn + score.total == 6


def test_a_case_alone_whose_only_settlement_is_reversed_kills_nothing(rule_pack: Load):
    """Its knowledge names its person, so that it runs alone, and nothing of it is left to judge."""
    reversed_alone = """
- name: a reversed settlement is not judged
  given: visit
  change: {claim.is_reversed: true}
  lines: {l1: {item_code: A, quantity: 5}}
  knowledge: {limits: [{code: P1, most: 3}]}
  expect: {not_applicable: [l1]}
"""
    left = [survivor.mutant.id for survivor in scored(rule_pack(BODY, CASES), search=False).survivors]
    assert left
    with_it = scored(rule_pack(BODY, CASES + reversed_alone), search=False)
    assert [survivor.mutant.id for survivor in with_it.survivors] == left
