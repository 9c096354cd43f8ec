"""Netting: cases worked out by hand, and a slow oracle in dicts and Decimals."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prepare_batches import at, batch, claim, line, values

from claimrules.engine.prepare import prepare

MONEY = ("amount", "in_scope_amount", "copay_first_amount")
D = Decimal


def net(claims, lines):
    prepared = prepare(batch(claims, lines))
    return values(prepared.kinds["line"], "line_id", "quantity", "amount"), prepared.leftover


def left_over(prepared):
    ids = values(prepared.kinds["raw_line"], "claim_id", "line_id")
    left = prepared.leftover
    return {ids[row]: D(int(units)).scaleb(-4) for row, units in zip(left.rows, left.quantity, strict=True)}


def test_a_refund_is_added_to_the_line_it_names():
    lines = [line("a", "3", "30"), line("b", "2", "20"), line("r", "-1", "-10", reverses_line_id="a")]
    rows, leftover = net([claim("C1")], lines)
    assert rows == [("a", D(2), D(20)), ("b", D(2), D(20))]
    assert leftover.count == 0


def test_two_refunds_on_one_target_take_both():
    lines = [line("a", "3", "30")] + [line(r, "-1", "-10.50", reverses_line_id="a") for r in "rs"]
    assert net([claim("C1")], lines)[0] == [("a", D(1), D(9))]


def test_a_refund_at_another_price_leaves_nothing_below_zero():
    lines = [line("a", "2", "10"), line("r", "-1", "-10.34", reverses_line_id="a")]
    assert net([claim("C1")], lines)[0] == [("a", D(1), D(0))]


def test_a_refund_bigger_than_its_target_removes_it_and_the_rest_is_reported():
    lines = [line("a", "2", "20"), line("b", "5", "50"), line("r", "-3", "-30", reverses_line_id="a")]
    rows, leftover = net([claim("C1")], lines)
    assert rows == [("b", D(5), D(50))]
    assert (leftover.count, leftover.total) == (1, 10000)


def test_a_name_is_sought_in_the_claim_then_in_the_encounter_at_the_smallest_claim_id():
    claims = [claim(c, encounter_id="E") for c in ("C3", "C2", "C1")]
    lines = [line("a", "5", "50", "C1"), line("a", "5", "50", "C2"), line("r", "-1", "-10", "C2", reverses_line_id="a")]
    lines.append(line("s", "-2", "-20", "C3", reverses_line_id="a"))
    prepared = prepare(batch(claims, lines))
    assert values(prepared.kinds["line"], "claim_id", "quantity") == [("C1", D(3)), ("C2", D(4))]


@pytest.mark.parametrize("other", [{"provider": "H2"}, {"person": "P2"}, {}])
def test_a_name_in_another_encounter_is_no_target(other):
    claims = [claim("C1", encounter_id="E"), claim("C2", encounter_id="E" if other else "F", **other)]
    lines = [line("a", "5", "50", "C1"), line("r", "-1", "-10", "C2", reverses_line_id="a")]
    rows, leftover = net(claims, lines)
    assert rows == [("a", D(5), D(50))]
    assert leftover.total == 10000


def test_a_line_of_another_item_is_no_target_and_the_refund_joins_the_pool():
    lines = [line("a", "5", "50", item="Y"), line("b", "5", "50"), line("r", "-1", "-10", reverses_line_id="a")]
    assert net([claim("C1")], lines)[0] == [("a", D(5), D(50)), ("b", D(4), D(40))]


def test_a_pool_takes_the_last_lines_first_and_its_money_by_cumulative_share():
    lines = [line("a", "1", "10", charged_at=at(1)), line("b", "1", "10", charged_at=at(2))]
    lines += [line("c", "1", "10", charged_at=None), line("r", "-2.5", "-10", charged_at=at(3))]
    rows, leftover = net([claim("C1")], lines)
    # b loses 10 × 1 / 2.5 = 4.00 and vanishes, a as much; c loses the last 2.00 with half of its quantity.
    assert rows == [("c", D("0.5"), D(8))]
    assert leftover.count == 0


def test_the_cents_of_a_pool_add_up():
    lines = [line(i, "2", "10", charged_at=at(day)) for day, i in enumerate("abc", 1)]
    lines.append(line("r", "-5", "-1.01", charged_at=at(9)))
    # cumulative: 2/5 of 101 is 40.4, 40 cents; 4/5 is 80.8, 81 cents; all is 101: line a loses 20 cents with one unit.
    assert net([claim("C1")], lines)[0] == [("a", D(1), D("9.80"))]


def test_what_a_pool_cannot_take_is_left_over_from_its_later_refunds():
    lines = [line("a", "1", "10", charged_at=at(1)), line("r", "-1", "-10", charged_at=at(2))]
    lines.append(line("s", "-2", "-20", charged_at=at(3)))
    prepared = prepare(batch([claim("C1")], lines))
    assert prepared.kinds["line"].n == 0
    assert left_over(prepared) == {("C1", "s"): D(2)}


def test_a_target_used_up_is_not_in_the_pool():
    lines = [line("a", "1", "10", charged_at=at(2)), line("b", "1", "10", charged_at=at(1))]
    lines += [line("r", "-1", "-10", reverses_line_id="a"), line("s", "-1", "-10")]
    assert net([claim("C1")], lines)[0] == []


def test_lines_that_came_with_nothing_stay_and_refunds_are_seen_only_raw():
    lines = [line("z", "0", "5"), line("r", "-1", "-10")]
    prepared = prepare(batch([claim("C1")], lines))
    assert values(prepared.kinds["line"], "line_id", "quantity") == [("z", D(0))]
    assert values(prepared.kinds["raw_line"], "line_id", "quantity") == [("r", D(-1)), ("z", D(0))]
    assert left_over(prepared) == {("C1", "r"): D(1)}


def test_unknown_money_stays_unknown_in_the_line_and_counts_as_nothing_in_the_refund():
    lines = [line("a", "3", "30"), line("b", "3", "30", item="Y", in_scope_amount="30")]
    lines.append(line("r", "-1", "-10", reverses_line_id="a", in_scope_amount="-10"))
    lines.append(line("s", "-1", "-10", reverses_line_id="b", item="Y"))
    rows = prepare(batch([claim("C1")], lines)).kinds["line"]
    assert values(rows, "line_id", "amount", "in_scope_amount") == [("a", D(20), None), ("b", D(20), D(30))]


def test_an_unknown_item_joins_nothing():
    lines = [line("a", "3", "30", item=None), line("b", "3", "30", item="A")]
    lines += [line("r", "-1", "-10", item=None, reverses_line_id="a"), line("s", "-1", "-10", item=None)]
    prepared = prepare(batch([claim("C1")], lines))
    assert values(prepared.kinds["line"], "line_id", "quantity") == [("a", D(3)), ("b", D(3))]
    assert left_over(prepared) == {("C1", "r"): D(1), ("C1", "s"): D(1)}


def test_a_line_from_which_nothing_is_taken_keeps_its_money_even_below_zero():
    lines = [line("a", "1", "-5", charged_at=at(1)), line("b", "1", "10", charged_at=at(2)), line("r", "-1", "-10")]
    assert net([claim("C1")], lines)[0] == [("a", D(1), D(-5))]


def test_sums_of_refunds_beyond_64_bits_are_exact():
    most = "999999999999"
    lines = [line(f"l{i:03}", most, "99999999999999.99") for i in range(1000)]
    lines += [line(f"r{i:03}", f"-{most}", "-99999999999999.99") for i in range(999)]
    assert net([claim("C1")], lines)[0] == [("l000", D(most), D("99999999999999.99"))]


def test_products_beyond_64_bits_are_exact():
    lines = [line("a", "900000000000", "90000000000000"), line("r", "-600000000000", "-60000000000000.01")]
    assert net([claim("C1")], lines)[0] == [("a", D(300000000000), D("29999999999999.99"))]


def test_without_refunds_the_net_lines_are_the_raw_lines():
    prepared = prepare(batch([claim("C1")], [line("a", "3", "30")]))
    assert prepared.kinds["line"].columns is prepared.kinds["raw_line"].columns
    assert (prepared.leftover.count, prepared.leftover.total) == (0, 0)


def half_up(value):
    return value.quantize(D("0.01"), ROUND_HALF_UP)


def targets_of(rows, first, of, refunds):
    """Refunds by the line that each reverses, and the others by encounter and item."""
    aimed, pools = defaultdict(list), defaultdict(list)
    for key in refunds:
        refund = rows[key]
        fits = [
            other
            for other in sorted(rows)
            if other[1] == refund["reverses_line_id"]
            and first[other] > 0
            and rows[other]["item_code"] == refund["item_code"]
            and of[other[0]] == of[key[0]]
        ]
        own = [other for other in fits if other[0] == key[0]]
        if fits:
            aimed[(own or fits)[0]].append(key)
        else:
            pools[of[key[0]], refund["item_code"]].append(key)
    return aimed, pools


def spent(room, keys, first):
    """What is left of refunds that fill a room one after the other."""
    left = {}
    for key in keys:
        used = min(room, -first[key])
        room -= used
        left[key] = -first[key] - used
    return left


def take_pool(rows, standing, keys, first):
    """Takes a pool from its lines, which stand last first; gives the quantity taken."""
    pooled = -sum(first[key] for key in keys)
    money = {name: -sum((rows[key][name] or D(0)) for key in keys) for name in MONEY}
    taken = D(0)
    for key in standing:
        row = rows[key]
        take = min(row["quantity"], pooled - taken)
        for name in MONEY:
            share = half_up(money[name] * (taken + take) / pooled) - half_up(money[name] * taken / pooled)
            if row[name] is not None and take > 0:
                row[name] = max(D(0), row[name] - share)
        row["quantity"] -= take
        taken += take
    return taken


def oracle(claims, lines):
    """Net lines and leftovers by (claim_id, line_id), one line after the other."""
    of = {c["claim_id"]: (c["person_id"], c["provider_id"], c.get("encounter_id") or c["claim_id"]) for c in claims}
    rows = {(entry["claim_id"], entry["line_id"]): dict(entry) for entry in lines}
    in_order = sorted(rows, key=lambda key: (rows[key]["charged_at"] is not None, rows[key]["charged_at"] or at(1), key))
    first = {key: row["quantity"] for key, row in rows.items()}
    aimed, pools = targets_of(rows, first, of, [key for key in in_order if first[key] < 0])
    left = {}
    for target, keys in aimed.items():
        row = rows[target]
        for name in ("quantity", *MONEY):
            if row[name] is not None:
                row[name] = max(D(0), row[name] + sum((rows[key][name] or D(0)) for key in keys))
        left |= spent(first[target], keys, first)
    for (encounter, item), keys in pools.items():
        mine = [key for key in reversed(in_order) if of[key[0]] == encounter and rows[key]["item_code"] == item]
        standing = [key for key in mine if first[key] > 0 and rows[key]["quantity"] > 0]
        left |= spent(take_pool(rows, standing, keys, first), keys, first)
    stays = [key for key, row in rows.items() if first[key] == 0 or (first[key] > 0 and row["quantity"] > 0)]
    net_rows = {key: tuple(rows[key][name] for name in ("quantity", *MONEY)) for key in stays}
    return net_rows, {key: units for key, units in left.items() if units}


cents = st.integers(0, 400).map(lambda n: D(n).scaleb(-2))


@st.composite
def worlds(draw):
    claims = [
        claim(c, draw(st.sampled_from(["P1", "P2"])), draw(st.sampled_from(["H1", "H2"])), encounter_id=e)
        for c, e in zip(
            ["C1", "C2", "C10"], draw(st.lists(st.sampled_from(["E", "C1", None]), min_size=3, max_size=3)), strict=True
        )
    ]
    if draw(st.booleans()):
        for c in claims[1:]:
            c.update(person_id=claims[0]["person_id"], provider_id=claims[0]["provider_id"], encounter_id="E")
        claims[0]["encounter_id"] = "E"
    keys = draw(
        st.lists(st.tuples(st.sampled_from(["C1", "C2", "C10"]), st.sampled_from("abcdef")), max_size=12, unique=True)
    )
    lines = []
    for claim_id, line_id in keys:
        units = draw(st.sampled_from([D(3), D(2), D("1.5"), D(1), D("0.3333"), D(0), D(-1), D(-2), D("-0.7"), D(-4)]))
        sign = -1 if units < 0 else 1
        optional = {name: draw(st.one_of(st.none(), cents.map(lambda c, s=sign: s * c))) for name in MONEY[1:]}
        lines.append(
            {
                "line_id": line_id,
                "claim_id": claim_id,
                "item_code": draw(st.sampled_from(["X", "Y"])),
                "quantity": units,
                "amount": sign * draw(cents),
                "charged_at": draw(st.sampled_from([None, at(1), at(1), at(2), at(2, 5)])),
                "reverses_line_id": draw(st.sampled_from([None, *"abcdef"])) if units < 0 else None,
                **optional,
            }
        )
    return claims, lines


@settings(max_examples=400, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_netting_is_what_the_oracle_says_whatever_the_order_of_rows(world, random):
    claims, lines = world
    expected, left = oracle(claims, lines)
    random.shuffle(lines)
    random.shuffle(claims)
    prepared = prepare(batch(claims, lines))
    if not lines:
        assert prepared.kinds["line"].n == 0
        return
    rows = values(prepared.kinds["line"], "claim_id", "line_id", "quantity", *MONEY)
    assert {row[:2]: row[2:] for row in rows} == expected
    assert len(rows) == len(expected)
    assert left_over(prepared) == left
