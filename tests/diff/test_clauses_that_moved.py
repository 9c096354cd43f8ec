"""Two versions of a rule: every changed finding is due to the clause that moved, and the money adds up."""

from decimal import Decimal

import pytest
from diff_bases import causes, claims, limits, rule

from claimrules.diff import diff_packs

LINES = claims(
    {"quantity": 2, "amount": "20.00"},
    {"quantity": 5, "amount": "50.00"},
    {"quantity": 9, "amount": "90.00", "item_code": "B"},
)


def money(diff) -> tuple[str, str, str]:
    """What was found before and after, and how much more: the sum of findings."""
    summed = diff.totals.findings
    return str(summed.old.amount), str(summed.new.amount), str(summed.amount)


def test_a_limit_that_moved_explains_what_it_let_through(packs):
    old, new = packs(rule("many", "flag: line.quantity > 3\n"), rule("many", "flag: line.quantity > 7\n"))
    diff = diff_packs(old, new, LINES)
    assert causes(diff) == {("removed", "l2"): ("alone", ["many: flag"])}
    assert money(diff) == ("140.00", "90.00", "-50.00")
    [move] = diff.moves
    assert (move.before, move.after) == ("line.quantity > 3", "line.quantity > 7")
    assert (move.old_place.line, move.new_place.line) == (6, 6)
    [effect] = diff.effects
    assert (effect.added, effect.removed, effect.changed, effect.amount) == (0, 1, 0, Decimal("-50.00"))


def test_an_amount_that_moved_changes_findings(packs):
    old, new = packs(
        rule("many", "flag: line.quantity > 3\n"),
        rule("many", "flag: line.quantity > 3\namount: excess_quantity(line.quantity - 3)\n"),
    )
    diff = diff_packs(old, new, LINES)
    # 50.00 × 2/5 = 20.00, 90.00 × 6/9 = 60.00
    assert causes(diff) == {
        ("changed", "l2"): ("alone", ["many: amount"]),
        ("changed", "l3"): ("alone", ["many: amount"]),
    }
    assert money(diff) == ("140.00", "80.00", "-60.00")


def test_of_two_clauses_each_explains_its_own(packs):
    old, new = packs(
        rule("many", "flag: line.quantity > 3\n"),
        rule("many", "flag: line.quantity > 1\nunless: {other things: line.item_code = 'B'}\n"),
    )
    diff = diff_packs(old, new, LINES)
    assert causes(diff) == {
        ("added", "l1"): ("alone", ["many: flag"]),
        ("removed", "l3"): ("alone", ["many: unless.other things"]),
    }
    assert money(diff) == ("140.00", "70.00", "-70.00")
    assert sum(effect.amount for effect in diff.effects) == Decimal("-70.00")


def test_two_clauses_that_are_both_needed_are_named_together(packs):
    old, new = packs(
        rule("many", "rows: line.item_code = 'B'\nflag: line.quantity > 3\n"),
        rule("many", "rows: line.item_code = 'A'\nflag: line.quantity > 1\n"),
    )
    diff = diff_packs(old, new, LINES)
    assert causes(diff) == {
        ("added", "l1"): ("together", ["many: flag", "many: rows"]),
        ("added", "l2"): ("alone", ["many: rows"]),
        ("removed", "l3"): ("alone", ["many: rows"]),
    }


def test_two_clauses_of_which_either_does_it_are_named_each(packs):
    old, new = packs(
        rule("many", "flag: line.quantity > 3\n"),
        rule("many", "rows: line.item_code = 'A'\nflag: line.quantity > 9\n"),
    )
    diff = diff_packs(old, new, LINES)
    assert causes(diff) == {
        ("removed", "l2"): ("alone", ["many: flag"]),
        ("removed", "l3"): ("each", ["many: flag", "many: rows"]),
    }


def test_an_amount_that_two_clauses_move_by_parts_is_due_to_both(packs):
    logic = "params: {{most: {{default: {}}}}}\nflag: line.quantity > param.most\namount: {}\n"
    old, new = packs(
        rule("many", logic.format(3, "excess_quantity(line.quantity - param.most)")),
        rule("many", logic.format(4, "line.amount / 2 + param.most")),
    )
    diff = diff_packs(old, new, LINES)
    # 20.00 → 29.00 and 60.00 → 49.00
    assert causes(diff) == {
        ("changed", "l2"): ("together", ["many: amount", "many: params.most"]),
        ("changed", "l3"): ("together", ["many: amount", "many: params.most"]),
    }
    assert money(diff) == ("80.00", "78.00", "-2.00")


def test_a_definition_that_others_need_does_not_hide_them(packs):
    old, new = packs(
        rule("many", "flag: line.quantity > 3\n"),
        rule("many", "let: {half: line.quantity / 2}\nflag: half > 0.5\n"),
    )
    diff = diff_packs(old, new, LINES)
    assert causes(diff) == {("added", "l1"): ("alone", ["many: flag"])}


def test_what_is_shown_of_a_clause_is_what_decides(packs):
    parts = "params:\n  most: {{default: {}, unit: day}}\nunless:\n  odd:\n    when: line.quantity = {}\n    because: so\n"
    old, new = (rule("many", parts.format(n, n + 1) + "flag: line.quantity > param.most\n") for n in (3, 4))
    texts = {move.name: (move.before, move.after) for move in diff_packs(*packs(old, new), LINES).moves}
    assert texts == {"params.most": ("3", "4"), "unless.odd": ("line.quantity = 4", "line.quantity = 5")}


def test_a_rule_that_came_and_one_that_went(packs):
    old, new = packs(rule("many", "flag: line.quantity > 3\n"), rule("dear", "flag: line.amount > 60\n"))
    diff = diff_packs(old, new, LINES)
    assert causes(diff) == {
        ("removed", "l2"): ("alone", ["many: rule removed"]),
        ("added", "l3"): ("alone", ["dear: new rule"]),
        ("removed", "l3"): ("alone", ["many: rule removed"]),
    }
    assert {one.name: one.amount for one in diff.rules} == {"many": Decimal("-140.00"), "dear": Decimal("90.00")}


def test_a_rule_that_became_active_and_one_asked_for_by_name(packs):
    old, new = packs(rule("many", "status: draft\nflag: line.quantity > 3\n"), rule("many", "flag: line.quantity > 7\n"))
    assert causes(diff_packs(old, new, LINES)) == {("added", "l3"): ("alone", ["many: status"])}
    assert causes(diff_packs(old, new, LINES, only="many")) == {("removed", "l2"): ("alone", ["many: flag"])}


def test_other_keys_make_other_subjects(packs):
    old, new = packs(
        rule("many", "per: [claim]\nflag: sum(line.quantity) > 3\n"),
        rule("many", "per: [claim, item]\nflag: sum(line.quantity) > 3\n"),
    )
    diff = diff_packs(old, new, LINES)
    assert causes(diff) == {
        ("removed", "l1,l2,l3"): ("alone", ["many: per"]),
        ("added", "l1,l2"): ("alone", ["many: per"]),
        ("added", "l3"): ("alone", ["many: per"]),
    }
    assert money(diff) == ("160.00", "160.00", "0.00")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("flag: line.quantity > 3\n", "flag: (line.quantity  > 3)\nof: line\n"),
        ("flag: line.quantity > 3\n", "flag: line.quantity > 3\nseverity: high\nversion: 2\n"),
        ("flag: {a: line.quantity > 3}\n", "flag: {b: line.quantity > 3}\n"),
        ("flag: line.quantity > 3\n", "flag: {b: line.quantity > 3}\n"),
        ("status: draft\nflag: line.quantity > 3\n", "status: draft\nflag: line.quantity > 4\n"),
    ],
)
def test_words_layout_and_drafts_move_nothing(packs, old, new):
    diff = diff_packs(*packs(rule("many", old), rule("many", new)), LINES)
    assert (diff.moves, diff.changes.num_rows, diff.totals.most) == ((), 0, Decimal("0.00"))


def test_what_moved_without_effect_is_told_apart(packs):
    old, new = packs(rule("many", "flag: line.quantity > 3\n"), rule("many", "flag: line.quantity > 4\n"))
    diff = diff_packs(old, new, LINES)
    assert diff.changes.num_rows == 0
    assert [move.title for move in diff.idle] == ["many: flag"]


def test_parts_of_a_match_and_of_others_are_clauses_of_their_own(packs):
    logic = (
        "match:\n  limit: {{table: limit, key: {{code: line.item_code}}{where}}}\n"
        "others: {{near: {{same: [claim], within: {within}}}}}\n"
        "flag: line.quantity > limit.most AND count(near) > 0\n"
    )
    base = limits("A,1", "B,1")
    old, new = packs(
        {**rule("many", logic.format(where="", within="day")), **base},
        {**rule("many", logic.format(where=", where: limit.code <> 'B'", within="2 days apart")), **base},
    )
    diff = diff_packs(old, new, LINES)
    assert {move.title for move in diff.moves} == {"many: match.limit.where", "many: others.near.within"}
    assert causes(diff) == {("removed", "l3"): ("alone", ["many: match.limit.where"])}


def test_a_total_that_counts_each_line_once_and_what_lies_between(packs):
    first = rule("many", "flag: line.quantity > 3\n")
    old, new = packs(first, {**first, **rule("dear", "flag: line.amount > 60\n")})
    diff = diff_packs(old, new, LINES)
    totals = diff.totals
    assert money(diff) == ("140.00", "230.00", "90.00")  # l3 is found by both
    assert (totals.once.old.amount, totals.once.new.amount) == (Decimal("140.00"), Decimal("140.00"))
    assert (totals.overlap.old.amount, totals.overlap.new.amount) == (Decimal("0.00"), Decimal("-90.00"))
    assert (totals.most, diff.over(Decimal("89.99")), diff.over(Decimal(90))) == (Decimal("90.00"), True, False)


def test_money_by_provider_and_by_month(packs):
    old, new = packs(rule("many", "flag: line.quantity > 3\n"), rule("many", "flag: line.quantity > 0\n"))
    given = claims(
        {"quantity": 2, "amount": "20.00"},
        {"quantity": 5, "amount": "50.00", "charged_at": "2025-04-01 00:00:00"},
        {"quantity": 1, "amount": "7.50", "claim_id": "C2", "charged_at": None},
        claims=({}, {"provider_id": "H2", "settled_at": None}),
    )
    diff = diff_packs(old, new, given)
    assert {one.name: str(one.amount) for one in diff.providers} == {"H1": "20.00", "H2": "7.50"}
    assert {one.name: str(one.amount) for one in diff.months} == {"2025-03": "20.00", "2025-04": "0.00", "": "7.50"}


def test_subjects_that_became_undecided_are_counted(packs):
    old, new = packs(rule("many", "flag: line.quantity > 3\n"), rule("many", "flag: line.unit_price > 3\n"))
    given = claims({"unit_price": 10}, {"unit_price": None}, {"quantity": 9, "unit_price": 9})
    [one] = diff_packs(old, new, given).undecided
    assert (one.rule_id, one.old, one.new, one.became, one.no_longer) == ("many", 0, 1, 1, 0)
    [back] = diff_packs(new, old, given).undecided
    assert (back.became, back.no_longer) == (0, 1)
    [counted] = diff_packs(old, new, claims({}, {})).undecided  # nobody has the column: counted, not named
    assert (counted.old, counted.new, counted.became) == (0, 2, 2)
