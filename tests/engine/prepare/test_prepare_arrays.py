"""Arrow values as numpy columns, and texts in codepoint order."""

from datetime import date
from decimal import Context, Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prepare_batches import at, plain

from claimrules.catalog import MONEY, decimal, field
from claimrules.engine.prepare.arrays import column_of, type_of
from claimrules.engine.prepare.texts import text_order

EXACT = Context(prec=60)
"""Python's usual 28 digits would round what a decimal(38, 4) holds."""

words = st.text(st.sampled_from("ab\x00中é😀\uffff"), max_size=20)
cells = {
    pa.string(): st.one_of(words, st.text(max_size=9)),
    pa.large_string(): words,
    pa.bool_(): st.booleans(),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float64(): st.floats(allow_nan=False),
    pa.date32(): st.dates(),
    pa.timestamp("us"): st.datetimes(),
    pa.decimal128(16, 2): st.decimals(-(10**14) + 1, 10**14 - 1, places=2, allow_nan=False),
    pa.decimal128(38, 4): st.decimals(-(10**34) + 1, 10**34 - 1, places=4, allow_nan=False),
}


@given(st.sampled_from(list(cells)), st.data(), st.integers(0, 3), st.integers(0, 12))
def test_a_column_holds_what_arrow_holds(arrow, data, offset, length):
    given_values = data.draw(st.lists(st.one_of(st.none(), cells[arrow]), max_size=20))
    array = pa.array(given_values, arrow).slice(offset, length)
    column = column_of(array, type_of(arrow))
    if arrow == pa.decimal128(38, 4):
        exact = [None if v is None else int(EXACT.scaleb(v, 4)) for v in array.to_pylist()]
        known = column.known if column.known is not None else np.ones(len(array), dtype=np.bool_)
        assert [int(v) if k else None for v, k in zip(column.data, known, strict=True)] == exact
        return
    assert [plain(column, i) for i in range(len(column))] == array.to_pylist()
    assert (column.known is None) == (array.null_count == 0)


@given(st.lists(words, max_size=30))
def test_codes_compare_as_texts_do(texts):
    column = column_of(pa.array(texts, pa.string()), type_of(pa.string()))
    assert column.data.dtype == np.int32
    assert column.words.tolist() == (sorted(set(texts)) or [""])


@given(st.lists(st.integers(0, 99), max_size=30), words)
def test_long_common_beginnings_do_not_hide_the_order(numbers, start):
    texts = [f"{start}prefix-of-ids-{n}" for n in numbers]
    order = text_order(pa.array(texts, pa.string()))
    assert [texts[i] for i in order] == sorted(texts)


def test_a_column_of_nothing_known_has_a_word():
    column = column_of(pa.array([None, None], pa.string()), type_of(pa.string()))
    assert column.words.tolist() == [""]
    assert column.known.tolist() == [False, False]
    assert column.data.tolist() == [0, 0]


def test_units_are_the_smallest_of_their_type():
    assert column_of(pa.array([Decimal("-1.5")], pa.decimal128(16, 4)), decimal(16, 4)).data.tolist() == [-15000]
    assert column_of(pa.array([date(1970, 1, 3)]), type_of(pa.date32())).data.tolist() == [2]
    assert column_of(pa.array([at(1)], pa.timestamp("us")), type_of(pa.timestamp("us"))).data.tolist() == [1740787200000000]


@pytest.mark.parametrize(
    ("arrow", "name", "expected"),
    [
        (pa.string(), "sex", ("male", "female")),
        (pa.string(), "region", None),
    ],
)
def test_texts_of_the_catalog_keep_their_values(arrow, name, expected):
    assert type_of(arrow, field("claims", name)).values == expected


def test_types_of_arrow():
    assert type_of(pa.decimal128(16, 2)) == MONEY
    assert type_of(pa.binary()) is None
    assert type_of(pa.timestamp("s")) is None
