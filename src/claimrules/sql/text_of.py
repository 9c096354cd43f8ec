"""Values as text, as a subject names them: the shortest exact form, money with its cents, midnight as a date."""

from sqlglot import exp

from claimrules.catalog import MONEY, Base, Type
from claimrules.sql.fragments import sql


def text_of(value: exp.Expr, given: Type) -> exp.Expr:
    """The value as text; NULL stays NULL."""
    match given.base:
        case Base.TEXT | Base.WINDOW | Base.NULL:
            return value
        case Base.BOOLEAN:
            return sql("CASE WHEN _x THEN 'TRUE' WHEN NOT _x THEN 'FALSE' END", x=value)
        case Base.TIMESTAMP:
            return sql(
                "CASE WHEN _x = DATE_TRUNC('day', _x) THEN STRFTIME(_x, '%Y-%m-%d') ELSE STRFTIME(_x, '%Y-%m-%d %H:%M:%S') END",
                x=value,
            )
        case Base.DECIMAL:
            return _decimal(value, given.scale)
        case Base.DOUBLE:
            return _decimal(sql("CAST(ROUND(_x, 4) AS DECIMAL(38, 4))", x=value), 4)
        case _:
            return sql("CAST(_x AS VARCHAR)", x=value)


def _decimal(value: exp.Expr, scale: int) -> exp.Expr:
    shown = sql(f"CAST(CAST(_x AS DECIMAL(38, {scale})) AS VARCHAR)", x=value)
    if scale in (0, MONEY.scale):
        return shown
    return sql("RTRIM(RTRIM(_x, '0'), '.')", x=shown)
