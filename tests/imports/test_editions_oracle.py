"""Editions laid over each other, against the editions themselves, one day and one state of knowledge at a time."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimrules.imports.merge import Edition, merge
from claimrules.imports.versions import Version

DAY0 = date(2025, 1, 1)
CODES = ("a", "b", "c")


def day(n: int) -> str:
    return (DAY0 + timedelta(days=n)).isoformat()


words = st.sets(st.sampled_from("xyz"), min_size=1, max_size=2)


@st.composite
def histories(draw):
    """Editions in the order of their days: what each says of some codes, from which day, and when it is learnt."""
    steps = draw(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 4)), min_size=1, max_size=5))
    since = known = 0
    out = []
    for later, learnt in steps:
        since, known = since + later, known + learnt
        says = draw(st.dictionaries(st.sampled_from(CODES), words, min_size=1))
        out.append((since, known, says))
    return out


def found(rows, many, code, on, as_of):
    """What a look-up finds in the table's rows: known by then, replaced by none learnt since, valid on the day."""
    visible = [row for row in rows if row.known <= day(as_of)]

    def slot(row):
        return (row.start, row.cells if many else row.cells[0])

    stands = [row for row in visible if not any(slot(o) == slot(row) and o.known > row.known for o in visible)]
    return [row.cells[1] for row in stands if row.cells[0] == code and row.start <= day(on) <= (row.end or "9999")]


def built(history, mode, many):
    rows = []
    for since, known, says in history:
        cells = [(c, one) for c, words in says.items() for one in (sorted(words) if many else [max(words)])]
        new = tuple(Version(cell, start=day(since), known=day(known)) for cell in cells)
        rows = merge(rows, Edition(new, day(since), day(known), (0,), (0,), many, mode)).rows
    return rows


def expected(history, mode, many, code, on, as_of):
    newest = None
    for since, known, says in history:
        if known <= as_of and since <= on and (code in says or mode == "replaces"):
            newest = says
    words = (newest or {}).get(code, set())
    return sorted(words) if many else [max(words)] if words else []


@settings(max_examples=150, deadline=None)
@given(histories(), st.sampled_from(["amends", "replaces"]), st.booleans())
def test_a_table_says_on_every_day_what_the_editions_said_as_they_were_known(history, mode, many):
    rows = built(history, mode, many)
    regions = {code for _, _, says in history for code in says}
    for code in sorted(regions):
        for on in range(history[-1][0] + 2):
            for as_of in sorted({known for _, known, _ in history} | {0}):
                said = expected(history, mode, many, code, on, as_of)
                assert sorted(found(rows, many, code, on, as_of)) == said, (code, on, as_of)


@settings(max_examples=60, deadline=None)
@given(histories(), st.sampled_from(["amends", "replaces"]), st.booleans())
def test_the_last_edition_again_changes_nothing(history, mode, many):
    rows = built(history, mode, many)
    since, known, says = history[-1]
    cells = [(c, one) for c, words in says.items() for one in (sorted(words) if many else [max(words)])]
    new = tuple(Version(cell, start=day(since)) for cell in cells)
    again = merge(rows, Edition(new, day(since), day(known + 100), (0,), (0,), many, mode))
    assert again.rows == rows
    assert again.unchanged == len(new)


@settings(max_examples=60, deadline=None)
@given(histories(), st.sampled_from(["amends", "replaces"]))
def test_no_row_that_was_written_is_ever_taken_out_by_an_edition_of_another_day(history, mode):
    """Learnt on different days, each: rows are only added."""
    rows = []
    for number, (since, _, says) in enumerate(history):
        new = tuple(Version((c, max(words)), start=day(since), known=day(number)) for c, words in says.items())
        after = merge(rows, Edition(new, day(since), day(number), (0,), (0,), False, mode))
        assert set(rows) <= set(after.rows)
        assert after.withdrawn == []
        rows = after.rows


def edition(*rows, mode="amends", known="2026-02-01", many=True):
    return Edition(tuple(rows), "", known, (0,), (0, 1), many, mode, dated=True)


def test_rows_that_say_themselves_when_they_hold_are_ended_by_a_later_file():
    old = Version(("a", "b", "0"), start="2020-01-01")
    new = Version(("a", "b", "0"), start="2020-01-01", end="2026-01-31")
    done = merge([old], edition(new))
    assert [(row.end, row.known) for row in done.rows] == [("", ""), ("2026-01-31", "2026-02-01")]
    assert (len(done.ended), len(done.added), done.unchanged) == (1, 0, 0)
    assert merge(done.rows, edition(new, known="2026-05-01")).rows == done.rows


def test_a_row_that_says_something_else_of_the_same_pair_and_day_takes_the_place_of_the_first():
    old = Version(("a", "b", "0"), start="2020-01-01")
    done = merge([old], edition(Version(("a", "b", "1"), start="2020-01-01")))
    assert [row.cells[2] for row in done.rows] == ["1"]
    assert done.withdrawn == [old]


@pytest.mark.parametrize(("mode", "left"), [("amends", 2), ("replaces", 1)])
def test_dated_rows_that_a_whole_file_does_not_have_any_more_are_withdrawn(mode, left):
    rows = [Version(("a", "b", "0"), start="2020-01-01"), Version(("c", "d", "0"), start="2021-01-01")]
    assert len(merge(rows, edition(rows[0], mode=mode)).rows) == left


def since(day_, *rows, known="2026-03-01", mode="amends"):
    return Edition(tuple(rows), day_, known, (0,), (0,), False, mode)


def test_a_row_that_was_to_end_holds_on_where_a_later_edition_says_so():
    old = Version(("a", "x"), start="2025-01-01", end="2026-12-31")
    done = merge([old], since("2026-06-01", Version(("a", "x"), start="2026-06-01")))
    assert [(row.start, row.end) for row in done.rows] == [("2025-01-01", "2026-12-31"), ("2027-01-01", "")]
    assert (done.unchanged, len(done.added)) == (1, 1)


def test_an_edition_that_comes_late_holds_until_the_row_that_is_there_already_begins():
    old = Version(("a", "x"), start="2026-01-01")
    done = merge([old], since("2024-01-01", Version(("a", "y"), start="2024-01-01")))
    assert [(row.cells[1], row.start, row.end) for row in done.rows] == [
        ("x", "2026-01-01", ""),
        ("y", "2024-01-01", "2025-12-31"),
    ]
    assert done.ended == []


def test_without_a_day_only_what_is_new_altogether_is_added():
    old = Version(("a", "x"), start="2025-01-01")
    same = merge([old], since("", Version(("b", "x"))))
    assert ([row.cells[0] for row in same.rows], same.undated) == (["a", "b"], [])
    assert merge([old], since("", Version(("a", "y")))).undated == [old]


def test_a_region_is_a_table_of_its_own():
    nation, province = Version(("a", "x")), Version(("a", "y"), "330000", "2026-01-01")
    done = merge([nation], since("2026-01-01", province, mode="replaces"))
    assert done.rows[0] == nation
    assert [(row.region, row.end) for row in done.rows] == [("", ""), ("330000", "")]


def test_a_correction_learnt_on_the_day_of_what_it_corrects_leaves_nothing_of_it():
    old = Version(("a", "x"), start="2026-01-01", known="2026-03-01")
    done = merge([old], since("2026-01-01", Version(("a", "y"), start="2026-01-01")))
    assert [(row.cells[1], row.known) for row in done.rows] == [("y", "2026-03-01")]
    later = merge([old], since("2026-01-01", Version(("a", "y"), start="2026-01-01"), known="2026-03-02"))
    assert [(row.cells[1], row.known) for row in later.rows] == [("x", "2026-03-01"), ("y", "2026-03-02")]


def test_what_a_whole_edition_of_its_own_first_day_does_not_name_is_withdrawn():
    rows = [Version(("a", "x"), start="2026-01-01"), Version(("b", "x"), start="2026-01-01")]
    done = merge(rows, since("2026-01-01", rows[0], mode="replaces"))
    assert (done.rows, done.withdrawn, done.ended) == ([rows[0]], [rows[1]], [])
