"""The amount of a violating line by each method, worked out by hand."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_audit import line_amounts, load, money, table, tables

from claimrules.catalog import decimal
from claimrules.engine.column import Column
from claimrules.findings.bundle import bundle_amounts
from claimrules.findings.purse import Money

ALL = "line.quantity > 0"


@pytest.fixture
def amount_of(tmp_path):
    """The amount of one line by one method, every line being flagged."""

    def find(method, **line):
        found = line_amounts(tmp_path / "rules", f"flag: {ALL}\namount: {method}", [{"line_id": "l", **line}])
        return found["l"]

    return find


def test_a_full_line_is_what_it_claimed_as_in_scope(amount_of):
    assert amount_of("full_line", amount="100.00", in_scope_amount="86.40") == "86.40"


def test_where_the_in_scope_amount_is_not_given_the_persons_parts_are_taken_off(amount_of):
    parts = {"fully_self_paid_amount": "10.00", "over_limit_amount": "5.50", "copay_first_amount": None}
    assert amount_of("full_line", amount="100.00", **parts) == "84.50"
    assert amount_of("full_line", amount="10.00", fully_self_paid_amount="12.00") == "0.00"


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ("2", "6.67"),  # 2 x 10.00 / 3 = 6.666…
        ("1", "3.33"),
        ("0.0015", "0.01"),  # 0.005: half up
        ("0.0014", "0.00"),
        ("5", "10.00"),  # never above the line
        ("0 - 1", "0.00"),  # never below nothing
        ("line.quantity / 2", "5.00"),
    ],
)
def test_so_many_units(amount_of, units, expected):
    assert amount_of(f"excess_quantity({units})", quantity="3", amount="10.00") == expected


def test_units_that_are_not_known_have_no_amount(amount_of):
    assert amount_of("excess_quantity(line.supply_days)", quantity="3", amount="10.00") is None


@pytest.mark.parametrize(
    ("over", "expected"),
    [(None, "6.00"), ("0.00", "6.00"), ("6.00", "0.00"), ("1.25", "4.75"), ("9.00", "0.00")],
)
def test_above_a_price_ceiling(amount_of, over, expected):
    line = {"quantity": "3", "unit_price": "12.00", "amount": "36.00", "in_scope_amount": "36.00"}
    assert amount_of("excess_price(10)", over_limit_amount=over, **line) == expected


def test_above_a_ceiling_of_many_digits_is_rounded_once(amount_of):
    # (0.100000 - 0.09999995) x 100000 = 0.005
    line = {"quantity": "100000", "unit_price": "0.1", "amount": "10000.00"}
    assert amount_of("excess_price(0.09999995)", **line) == "0.01"


def test_without_a_unit_price_nothing_is_known_above_a_ceiling(amount_of):
    assert amount_of("excess_price(10)", quantity="3", unit_price=None, amount="36.00") is None


def test_no_more_than_is_in_scope_above_a_ceiling(amount_of):
    line = {"quantity": "3", "unit_price": "12.00", "amount": "36.00", "in_scope_amount": "4.00"}
    assert amount_of("excess_price(10)", **line) == "4.00"


@pytest.mark.parametrize(("due", "expected"), [("1000", "1000.00"), ("999.995", "1000.01"), ("2500", "0.00")])
def test_a_discount_that_was_due(amount_of, due, expected):
    assert amount_of(f"discount({due})", amount="2000.00") == expected


def test_so_much_money(amount_of):
    assert amount_of("excess_money(3.335)", amount="10.00") == "3.34"
    assert amount_of("excess_money(30)", amount="10.00") == "10.00"


def test_a_pointer_has_no_money(amount_of):
    assert amount_of("none", amount="10.00") == "0.00"


def test_an_expression(amount_of):
    assert amount_of("line.amount * 0.333", amount="10.00") == "3.33"


# ---------------------------------------------------------------------- instead of


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ("20", "40.00"),  # 100 - 3 x 20
        ("20.0015", "40.00"),  # 39.9955
        ("20.0017", "39.99"),  # 39.9949
        ("50", "0.00"),  # dearer than what was billed
        ("line.price_ceiling", "90.00"),  # not known what was really provided: the whole line
        ("20 / 3", "80.00"),
    ],
)
def test_billed_instead_of_something_else(amount_of, price, expected):
    line = {"quantity": "3", "amount": "100.00", "in_scope_amount": "90.00", "price_ceiling": None}
    assert amount_of(f"instead_of({price})", **line) == expected


def test_the_difference_is_held_within_what_is_in_scope(amount_of):
    assert amount_of("instead_of(20)", quantity="3", amount="100.00", in_scope_amount="15.00") == "15.00"


# ---------------------------------------------------------------------- bundle


def bundled(tmp_path, lines, price="60"):
    rule = f"per: [encounter]\nflag: count(*) >= 2\namount: bundle_difference({price})"
    return line_amounts(tmp_path / "rules", rule, lines)


def part(line_id, amount, hour=9, **more):
    return {"line_id": line_id, "amount": amount, "charged_at": f"2025-03-01 {hour:02}:00:00", **more}


def test_three_parts_at_thirty_thirty_and_forty_instead_of_a_bundle_at_sixty(tmp_path):
    lines = [part("a", "30.00"), part("b", "30.00"), part("c", "40.00")]
    assert bundled(tmp_path, lines) == {"a": "12.00", "b": "12.00", "c": "16.00"}


def test_the_cents_of_a_bundle_add_up(tmp_path):
    # 10.00 over three equal parts: 3.33 (3.333), then up to 6.67, then up to 10.00
    lines = [part("c", "10.00", 11), part("a", "10.00", 9), part("b", "10.00", 10)]
    assert bundled(tmp_path, lines, "20") == {"a": "3.33", "b": "3.34", "c": "3.33"}


def test_parts_cheaper_than_the_bundle_have_no_amount(tmp_path):
    assert bundled(tmp_path, [part("a", "20.00"), part("b", "30.00")]) == {"a": "0.00", "b": "0.00"}


def test_a_part_that_the_person_paid_bears_nothing(tmp_path):
    lines = [part("a", "70.00", in_scope_amount="0.00"), part("b", "70.00", in_scope_amount="70.00")]
    assert bundled(tmp_path, lines) == {"a": "0.00", "b": "10.00"}


def test_a_bundle_without_a_price_has_no_amount_in_any_part(tmp_path):
    lines = [part("a", "70.00", price_ceiling="60"), part("b", "70.00", price_ceiling=None)]
    assert bundled(tmp_path, lines, "line.price_ceiling") == {"a": None, "b": None}


def test_of_two_prices_the_higher_holds(tmp_path):
    lines = [part("a", "70.00", price_ceiling="60"), part("b", "70.00", price_ceiling="100")]
    assert bundled(tmp_path, lines, "line.price_ceiling") == {"a": "20.00", "b": "20.00"}


def test_each_subject_has_its_own_bundle(tmp_path):
    lines = [part("a", "50.00"), part("b", "50.00"), part("c", "40.00", claim_id="C2"), part("d", "30.00", claim_id="C2")]
    rule = "per: [encounter]\nflag: count(*) >= 2\namount: bundle_difference(60)"
    found = line_amounts(tmp_path / "rules", rule, lines, [{"claim_id": "C1"}, {"claim_id": "C2"}])
    assert found == {"a": "20.00", "b": "20.00", "c": "5.71", "d": "4.29"}  # 40/70 of 10.00 = 5.714


def test_only_violating_parts_are_in_the_sum(tmp_path):
    lines = [part("a", "50.00"), part("b", "50.00"), part("x", "500.00", item_code="X")]
    rule = "per: [encounter]\nflag_rows: line.item_code = 'A'\namount: bundle_difference(60)"
    assert line_amounts(tmp_path / "rules", rule, lines) == {"a": "20.00", "b": "20.00"}


def test_the_stays_of_a_person_against_a_price_for_all(tmp_path):
    claims = [
        {"claim_id": "C1", "admitted_at": "2025-03-01", "settled_at": "2025-03-02", "in_scope_amount": "100.00"},
        {"claim_id": "C2", "admitted_at": "2025-03-05", "settled_at": "2025-03-06", "in_scope_amount": "300.00"},
    ]
    rule = "of: encounter\nper: [person]\nflag: count(*) = 2\namount: bundle_difference(200)"
    result = load(tmp_path / "rules", stays=rule).audit(tables(claims))
    assert money(result, "stays") == {"C1": ("50.00", None), "C2": ("150.00", None)}


def test_a_cap_is_taken_from_the_latest_lines(tmp_path):
    lines = [part("late", "50.00", 11), part("early", "70.00", 9), part("middle", "40.00", 10)]
    rule = (
        "per: [encounter]\nlet: {over: 'excess(line.in_scope_amount, 100)'}\nflag_rows: over > 0\namount: excess_money(over)"
    )
    lines = [{**line, "in_scope_amount": line["amount"]} for line in lines]
    assert line_amounts(tmp_path / "rules", rule, lines) == {"middle": "10.00", "late": "50.00"}


@pytest.mark.parametrize("turn", [False, True])
def test_a_bundle_over_three_claims_is_spread_alike_whatever_the_order_of_rows(tmp_path, turn):
    claims = [{"claim_id": name, "in_scope_amount": "10.00", "fund_amount": "10.00"} for name in ("C1", "C2", "C3")]
    lines = [part(f"l{n}", "10.00", 12 - n, claim_id=f"C{n}") for n in (1, 2, 3)]
    if turn:
        claims, lines = claims[::-1], lines[::-1]
    pack = load(tmp_path / "rules", b="per: [person]\nflag: count(*) = 3\namount: bundle_difference(20)")
    # l3 is the first in time: 3.33 (3.333), 6.67 less 3.33, 10.00 less 6.67
    expected = {"C3": ("3.33", "3.33"), "C2": ("3.34", "3.34"), "C1": ("3.33", "3.33")}
    assert money(pack.audit(tables(claims, lines)), "b") == expected


def test_the_days_of_a_stay_share_the_difference(tmp_path):
    claims = [{"claim_id": "C1", "admitted_at": "2025-03-01", "discharged_at": "2025-03-02", "fund_amount": "0.00"}]
    lines = [part("a", "30.00"), part("b", "60.00") | {"charged_at": "2025-03-02 09:00:00"}]
    rule = "of: day\nper: [encounter]\nflag: count(*) = 2\namount: bundle_difference(60)"
    result = load(tmp_path / "rules", days=rule).audit(tables(claims, lines))
    assert money(result, "days") == {"C1": ("30.00", "0.00")}


def test_diagnoses_of_one_claim_bear_its_share_once(tmp_path):
    claims = [{"claim_id": name, "in_scope_amount": "50.00"} for name in ("C1", "C2")]
    rule = "of: diagnosis\nper: [person]\nflag: count(*) >= 2\namount: bundle_difference(60)"
    diagnoses = [("C1", "J18"), ("C1", "I10"), ("C2", "J18")]
    given = {**tables(claims), "diagnoses": table([{"claim_id": c, "diagnosis_code": d} for c, d in diagnoses])}
    pack = load(tmp_path / "rules", dx=rule)
    assert money(pack.audit(given), "dx") == {"C1": ("20.00", None), "C2": ("20.00", None)}


@st.composite
def bundles(draw):
    n = draw(st.integers(1, 4))
    rows = draw(st.lists(st.tuples(st.integers(0, 9_999), st.integers(0, n - 1)), min_size=1, max_size=12))
    prices = draw(st.lists(st.integers(0, 3_000_000), min_size=n, max_size=n))
    return n, rows, prices


def half_up(x):
    return (2 * x.numerator + x.denominator) // (2 * x.denominator)


@given(bundles())
def test_shares_are_those_of_a_loop_in_fractions(case):
    n, rows, prices = case
    own, owner = np.array([cents for cents, _ in rows]), np.array([who for _, who in rows])
    price = Column(decimal(16, 4), np.array([prices[who] for who in owner]))
    order = np.arange(len(rows))[::-1].copy()
    found = bundle_amounts(Money(own, np.ones(len(rows), np.bool_)), price, owner, n, order)
    for subject in set(owner.tolist()):
        mine = [i for i in order.tolist() if owner[i] == subject]
        total = int(sum(own[mine]))
        amount = max(0, half_up(total - Fraction(prices[subject], 100)))
        before = 0
        for i in mine:
            share = half_up(Fraction(amount * (before + int(own[i])), max(total, 1)))
            share -= half_up(Fraction(amount * before, max(total, 1)))
            assert (found.cents[i], found.known[i]) == (share, True)
            assert 0 <= share <= own[i]
            before += int(own[i])
        assert int(sum(found.cents[mine])) == amount
