"""Each way of changing a rule, on a rule that has nothing else: exactly these mutants and no other."""

from collections.abc import Callable

import pytest

from claimrules.mutants import Mutant, mutants_of
from claimrules.pack import RulePack

Load = Callable[..., RulePack]
MATCH = """
match: {limit: {table: limits, key: {code: line.item_code}, where: limit.level = '3A', at: claim.admitted_at}}
flag: claim.is_newborn
"""
LETS = """
let: {twice: line.quantity * 2, never: line.amount - 1}
flag: twice > line.amount
observed: {value: never}
"""
AMOUNT = "amount full_line → none"


def mutants(load: Load, body: str) -> list[Mutant]:
    return list(mutants_of(load(body).rules["small"]))


def ids(load: Load, body: str) -> list[str]:
    found = [mutant.id for mutant in mutants(load, body)]
    assert AMOUNT in found
    return [name for name in found if name != AMOUNT]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("line.quantity > 3", [".1 > → >=", ".1 3 → 2", ".1 3 → 4"]),
        ("line.quantity < 3", [".1 < → <=", ".1 3 → 2", ".1 3 → 4"]),
        ("line.amount >= 0.50", [".1 >= → >", ".1 0.50 → 0.49", ".1 0.50 → 0.51"]),
        ("line.amount <= 0.5", [".1 <= → <", ".1 0.5 → 0.4", ".1 0.5 → 0.6"]),
        ("claim.sex = 'male'", [".1 = → <>"]),
        ("claim.sex <> 'male'", [".1 <> → ="]),
        ("claim.sex != 'male'", [".1 <> → ="]),
        ("NOT claim.is_newborn", [".1 NOT → "]),
        ("claim.sex IS NULL", [".1 IS NULL → IS NOT NULL"]),
        ("claim.sex IS NOT NULL", [".1 IS NOT NULL → IS NULL"]),
        (
            "coalesce(claim.is_newborn, FALSE)",
            [" coalesce(claim.is_newborn, FALSE) → claim.is_newborn", ".1 FALSE → TRUE"],
        ),
        ("claim.is_newborn IS TRUE", [" is_true(claim.is_newborn) → claim.is_newborn"]),
        (
            "claim.sex = 'male' AND claim.is_newborn",
            [".1 AND → OR", " without (claim.sex = 'male')", " without claim.is_newborn", ".1 = → <>"],
        ),
        (
            "claim.is_newborn OR claim.sex = 'male'",
            [".1 OR → AND", " without claim.is_newborn", " without (claim.sex = 'male')", ".1 = → <>"],
        ),
        (
            "line.quantity BETWEEN 2 AND 5",
            [
                *(".1 AND → OR", " without (line.quantity >= 2)", " without (line.quantity <= 5)"),
                *(".1 >= → >", ".1 2 → 1", ".1 2 → 3", ".1 <= → <", ".1 5 → 4", ".1 5 → 6"),
            ],
        ),
        ("line.item_code IN ('A', 'B')", [" IN → NOT IN", " without 'A'", " without 'B'"]),
        ("NOT line.item_code IN ('A', 'B')", [".1 NOT → ", " without 'A'", " without 'B'"]),
        (
            "CASE WHEN claim.is_newborn THEN line.is_discharge_medication ELSE FALSE END",
            [" without WHEN claim.is_newborn THEN line.is_discharge_medication", ".1 FALSE → TRUE"],
        ),
        ("line.charged_at > claim.admitted_at + INTERVAL 6 HOUR", [".1 > → >=", *[" (0, 21600000000) → " + x for x in
            ("(0, 18000000000)", "(0, 25200000000)")]]),
        ("line.charged_at::date > '2025-01-31'", [".1 > → >=", *[f" DATE '2025-01-31' → DATE '{d}'" for d in
            ("2025-01-30", "2025-02-01")]]),
    ],
)  # fmt: skip
def test_of_a_condition(rule_pack: Load, condition: str, expected: list[str]):
    got = ids(rule_pack, f'of: line\nflag: "{condition}"')
    wanted = [f"flag{text}" if not text.endswith("→ ") else f"flag.1 without {text.split()[1]}" for text in expected]
    assert sorted(got) == sorted(wanted)


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("any(claim.is_newborn)", ["flag.1 any → all"]),
        ("count(*) FILTER (WHERE claim.is_newborn) > 1", [
            "flag without FILTER (WHERE claim.is_newborn)", "flag.1 > → >=", "flag.1 1 → 0", "flag.1 1 → 2"]),
        ("count(DISTINCT line.item_code) > 1", [
            "flag.1 without DISTINCT", "flag.1 > → >=", "flag.1 1 → 0", "flag.1 1 → 2"]),
        ("max(line.quantity) > 1", ["flag.1 max → min", "flag.1 > → >=", "flag.1 1 → 0", "flag.1 1 → 2"]),
    ],
)  # fmt: skip
def test_of_an_aggregate_and_of_keys(rule_pack: Load, flag: str, expected: list[str]):
    got = ids(rule_pack, f'of: line\nper: [person, item]\nflag: "{flag}"')
    assert sorted(got) == sorted([*expected, "per.person dropped", "per.item dropped"])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("effective: {from: 2025-03-01}\nflag: claim.is_newborn",
         ["effective.from 2025-03-01 → 2025-02-28", "effective.from 2025-03-01 → 2025-03-02"]),
        ("effective: {to: 2024-12-31}\nflag: claim.is_newborn",
         ["effective.to 2024-12-31 → 2024-12-30", "effective.to 2024-12-31 → 2025-01-01"]),
        ("rows: claim.is_newborn\nflag: claim.is_newborn", ["rows dropped"]),
        ("rows: claim.is_newborn AND line.is_discharge_medication\nflag: claim.is_newborn",
         ["rows dropped", "rows.1 AND → OR", "rows without claim.is_newborn", "rows without line.is_discharge_medication"]),
        ("params: {most: 3}\nflag: line.quantity > param.most", ["params.most 3 → 2", "params.most 3 → 4", "flag.1 > → >="]),
        ("params:\n  how: {default: a, values: [a, b, c]}\nflag: param.how = 'a'",
         ["params.how a → b", "params.how a → c", "flag.1 = → <>"]),
        ("flag: {one: claim.is_newborn, two: line.is_discharge_medication}", ["flag.one dropped", "flag.two dropped"]),
        ("flag: claim.is_newborn\nunless: {home: line.is_discharge_medication}", ["unless.home dropped"]),
        ("flag: claim.is_newborn\ndoubt: {home: line.is_discharge_medication}", ["doubt.home dropped"]),
        (MATCH,
         ["match.limit.where dropped", "match.limit.at dropped", "match.limit.where.1 = → <>"]),
        ("others: {near: {of: line, same: [person, item], within: 30 days before}}\nflag: count(near) > 0",
         ["others.near.within dropped", "others.near.same without encounter.person_id",
          "others.near.same without line.item_code", "others.near itself false → true", "others.near.within.1 30 → 29",
          "others.near.within.1 30 → 31", "flag.1 > → >=", "flag.1 0 → -1", "flag.1 0 → 1"]),
        ("others: {before: {same: [person], take: previous}}\nflag: before.quantity > line.quantity",
         ["others.before.same without encounter.person_id", "others.before take previous → next", "flag.1 > → >="]),
        ("per: [person, item]\nflag_rows: place() > 1",
         ["per.person dropped", "per.item dropped", "order line.charged_at turned round", "flag_rows.1 > → >=",
          "flag_rows.1 1 → 0", "flag_rows.1 1 → 2"]),
        (LETS, ["flag.1 > → >=", "let.twice.1 2 → 1", "let.twice.1 2 → 3"]),
    ],
)  # fmt: skip
def test_of_the_frame(rule_pack: Load, body: str, expected: list[str]):
    assert sorted(ids(rule_pack, f"of: line\n{body}")) == sorted(expected)


@pytest.mark.parametrize(
    ("method", "other"), [("full_line", "none"), ("excess_quantity(1)", "full_line"), ("none", "full_line")]
)
def test_of_the_amount(rule_pack: Load, method: str, other: str):
    found = [m.id for m in mutants(rule_pack, f"of: line\nflag: claim.is_newborn\namount: {method}")]
    number = ["amount.1 1 → 0", "amount.1 1 → 2"] if "(" in method else []
    assert found == [f"amount {method} → {other}", *number]


def test_a_mutant_shows_its_line_before_and_after(rule_pack: Load):
    body = """
        of: line
        flag: >-
          claim.sex = 'male'
          AND line.quantity > 3 OR claim.is_newborn
    """
    shown = {m.id: (m.place.line, m.before, m.after) for m in mutants(rule_pack, body)}
    line = "AND line.quantity > 3 OR claim.is_newborn"
    assert shown["flag.1 > → >="] == (10, line, line.replace(">", ">="))
    assert shown["flag.1 3 → 4"] == (10, line, line.replace("3", "4"))
    assert shown["flag.1 AND → OR"] == (10, line, line.replace("AND", "OR"))
    assert shown["flag.1 = → <>"] == (9, "claim.sex = 'male'", "claim.sex <> 'male'")


def test_a_word_in_quotes_is_no_operator(rule_pack: Load):
    body = "of: line\nflag: \"line.item_name LIKE '% > 3 AND %' AND line.quantity > 3\""
    shown = {m.id: m.after for m in mutants(rule_pack, body)}
    assert shown["flag.1 > → >="] == "flag: \"line.item_name LIKE '% > 3 AND %' AND line.quantity >= 3\""


def test_no_mutant_is_the_rule_and_none_is_there_twice(rule_pack: Load):
    pack = rule_pack("of: line\nflag: line.quantity > 3 AND line.quantity > 3")
    rules = [mutant.rule for mutant in mutants_of(pack.rules["small"])]
    assert len(set(rules)) == len(rules)
    bare = [rule for rule in rules if rule.flag == pack.rules["small"].flag and rule.amount == pack.rules["small"].amount]
    assert bare == []
