"""Money crosses over to the cent: worked out by hand, run in DuckDB."""

from decimal import Decimal

import duckdb
import pytest

from claimrules.sql.fragments import half_up, number, smallest, sql, yuan
from claimrules.sql.windows import Side, distance


@pytest.mark.parametrize(
    ("money", "units", "of", "cents"),
    [
        ("2.01", "0.5", "1", 101),
        ("-2.01", "0.5", "1", -101),
        ("2.00", "1", "3", 67),
        ("0.01", "0.4999", "1", 0),
        ("0", "1", "1", 0),
    ],
)
def test_a_share_is_multiplied_first_divided_last_and_rounded_half_up_once(money, units, of, cents):
    tree = half_up(
        sql("_m * _u", m=smallest(number(Decimal(money)), 2), u=smallest(number(Decimal(units)), 4)),
        smallest(number(Decimal(of)), 4),
    )
    query = f"SELECT {tree.sql('duckdb')}, {yuan(tree).sql('duckdb')}"
    assert duckdb.connect().execute(query).fetchone() == (cents, Decimal(cents).scaleb(-2))


def test_of_a_window_of_unknown_length_nothing_is_known():
    row, other = (
        Side(alias, "line", sql(f"CAST('2025-0{month}-01' AS TIMESTAMP)"), frozenset(), None)
        for alias, month in (("r", 1), ("o", 3))
    )
    near = distance("day", "before", sql("CAST(NULL AS BIGINT)"), row, other)
    assert duckdb.connect().execute(f"SELECT {near.sql('duckdb')}").fetchone() == (None,)
    near = distance("day", "before", number(3), row, other)
    assert duckdb.connect().execute(f"SELECT {near.sql('duckdb')}").fetchone() == (False,)
