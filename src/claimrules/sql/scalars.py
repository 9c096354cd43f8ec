"""Scalar functions and operators; a NULL argument gives NULL.

DuckDB's LEAST and GREATEST pass over NULLs, other engines' do not: wherever they stand, what is not known is asked first.
"""

from sqlglot import exp

from claimrules.catalog import Base, Type
from claimrules.language.expression import Call, Literal
from claimrules.sql.fragments import number, sql

_DAYS = "DATE_DIFF('day', CAST(_a AS DATE), CAST(_b AS DATE))"
TEMPLATES = {
    "nullif": "CASE WHEN (_a = _b) IS TRUE THEN NULL ELSE _a END",
    "negate": "-_a",
    "abs": "ABS(_a)",
    "floor": "CAST(FLOOR(_a) AS BIGINT)",
    "ceil": "CAST(CEIL(_a) AS BIGINT)",
    "left": "CASE WHEN _b IS NOT NULL THEN SUBSTRING(_a, 1, GREATEST(CAST(_b AS INTEGER), 0)) END",
    "length": "LENGTH(_a)",
    "starts_with": "STARTS_WITH(_a, _b)",
    "like": "_a LIKE _b",
    "year": "EXTRACT(YEAR FROM _a)",
    "month": "EXTRACT(MONTH FROM _a)",
    "day": "EXTRACT(DAY FROM _a)",
    "hour": "EXTRACT(HOUR FROM CAST(_a AS TIMESTAMP))",
    "weekday": "ISODOW(_a)",
    "year_end": "MAKE_DATE(EXTRACT(YEAR FROM _a), 12, 31)",
    "days_between": _DAYS,
    "age_days": _DAYS,
    "hours_between": "CAST(DATE_DIFF('microsecond', CAST(_a AS TIMESTAMP), CAST(_b AS TIMESTAMP)) AS DOUBLE) / 3600000000.0",
    "age_years": (
        "EXTRACT(YEAR FROM _b) - EXTRACT(YEAR FROM _a) - CASE WHEN EXTRACT(MONTH FROM _b) * 100 + EXTRACT(DAY FROM _b) "
        "< EXTRACT(MONTH FROM _a) * 100 + EXTRACT(DAY FROM _a) THEN 1 ELSE 0 END"
    ),
    "has_time": "CAST(_a AS TIMESTAMP) <> DATE_TRUNC('day', CAST(_a AS TIMESTAMP))",
    "km": (
        "CASE WHEN GREATEST(ABS(_a), ABS(_c)) <= 90 AND GREATEST(ABS(_b), ABS(_d)) <= 180 AND _a + _b + _c + _d IS NOT NULL THEN "
        "2 * 6371.0088 * ASIN(LEAST(1.0, SQRT(POWER(SIN(RADIANS(_c - _a) / 2), 2) + COS(RADIANS(_a)) * COS(RADIANS(_c)) "
        "* POWER(SIN(RADIANS(_d - _b) / 2), 2)))) END"
    ),
}
"""By name, with the arguments as _a, _b, _c, _d."""


def scalar(node: Call, values: list[exp.Expr]) -> exp.Expr:
    """A function of the closed list."""
    types = [a.type for a in node.arguments]
    match node.function:
        case "+" | "-" | "*" | "/":
            return arithmetic(node, values, types)
        case "least" | "greatest":
            return _extreme(node, values, types)
        case "round":
            return _rounded(node, values)
        case "substr":
            return _substr(values)
        case "date_trunc":
            unit = node.arguments[0]
            assert isinstance(unit, Literal)  # noqa: S101 - the checker asks for a text in quotes
            return sql(f"CAST(DATE_TRUNC('{unit.value}', CAST(_t AS TIMESTAMP)) AS TIMESTAMP)", t=values[1])
    if node.function == "km":
        values = [double(v, t) for v, t in zip(values, types, strict=True)]
    parts = dict(zip("abcd", values, strict=False))
    if node.function == "has_time" and types[0].base is Base.DATE:
        return sql("CASE WHEN _a IS NOT NULL THEN FALSE END", **parts)
    return sql(TEMPLATES[node.function], **parts)


def double(value: exp.Expr, given: Type) -> exp.Expr:
    """A number as a double."""
    return value if given.base is Base.DOUBLE else sql("CAST(_x AS DOUBLE)", x=value)


def alike(values: list[exp.Expr], types: list[Type], wanted: Type) -> list[exp.Expr]:
    """What CASE, COALESCE, LEAST and GREATEST choose from, all of one type.

    Decimals too: of a wide one and one of more places DuckDB gives up the places.
    """
    if wanted.base is Base.DOUBLE:
        return [double(v, t) for v, t in zip(values, types, strict=True)]
    if wanted.base is Base.TIMESTAMP:
        return [sql("CAST(_x AS TIMESTAMP)", x=v) if t.base is Base.DATE else v for v, t in zip(values, types, strict=True)]
    if wanted.base is Base.DECIMAL and len({t.scale for t in types if t.base is Base.DECIMAL}) > 1:
        return [sql(f"CAST(_x AS DECIMAL(38, {wanted.scale}))", x=v) for v in values]
    return values


def arithmetic(node: Call, values: list[exp.Expr], types: list[Type]) -> exp.Expr:
    """Numbers, a date and whole days, a time and an interval, two dates."""
    (a, b), (left, right), sign = values, types, node.function
    if sign == "/":
        return sql("_a / NULLIF(_b, 0)", a=double(a, left), b=double(b, right))
    if right.base is Base.INTERVAL:
        return _moved(a, sign, node.arguments[1])
    if left.base is Base.DATE and right.base is Base.DATE:
        return sql(_DAYS, a=b, b=a)
    if left.base is Base.DATE:
        return sql(f"CAST(_a {sign} _b * INTERVAL '1' DAY AS DATE)", a=a, b=b)
    if node.type.base is Base.DOUBLE:
        a, b = double(a, left), double(b, right)
    return sql(f"_a {sign} _b", a=a, b=b)


def _moved(time: exp.Expr, sign: str, interval: object) -> exp.Expr:
    assert isinstance(interval, Literal) and isinstance(interval.value, tuple)  # noqa: S101, PT018 - intervals are constants
    months, micros = interval.value
    out = sql("CAST(_t AS TIMESTAMP)", t=time)
    if months:
        out = sql(f"_t {sign} INTERVAL '{months}' MONTH", t=out)
    if micros:
        out = sql(f"_t {sign} INTERVAL '{micros // 1_000_000}' SECOND", t=out)
    return out


def _extreme(node: Call, values: list[exp.Expr], types: list[Type]) -> exp.Expr:
    """NULL if one is: engines differ in this, so it is said."""
    values = alike(values, types, node.type)
    given = [v for v, a in zip(values, node.arguments, strict=True) if not isinstance(a, Literal) or a.value is None]
    known = exp.and_(*(sql("_x IS NOT NULL", x=v) for v in given)) if given else exp.true()
    return exp.Case(ifs=[exp.If(this=known, true=exp.func(node.function.upper(), *values))])


def _rounded(node: Call, values: list[exp.Expr]) -> exp.Expr:
    """Half up, away from zero; where the digits are a value, for each number of them."""
    given = node.arguments[0].type
    if len(values) == 1:
        return sql("ROUND(_x, 0)", x=values[0]) if given.base is not Base.INTEGER else values[0]
    digits = node.arguments[1]
    scale = given.scale if given.base is Base.DECIMAL else 0 if given.base is Base.INTEGER else 15
    if isinstance(digits, Literal) and isinstance(digits.value, int):
        return sql("ROUND(_x, _n)", x=values[0], n=number(min(digits.value, scale)))
    kind = "DOUBLE" if given.base is Base.DOUBLE else f"DECIMAL(38, {scale})"
    ifs = [
        exp.If(
            this=sql("_n = _d", n=values[1], d=number(d)),
            true=sql(f"CAST(ROUND(_x, _d) AS {kind})", x=values[0], d=number(d)),
        )
        for d in range(-6, scale)
    ]
    ifs.append(exp.If(this=sql("_n >= _d", n=values[1], d=number(scale)), true=sql(f"CAST(_x AS {kind})", x=values[0])))
    return exp.Case(ifs=ifs)


def _substr(values: list[exp.Expr]) -> exp.Expr:
    if len(values) == 2:
        return sql(
            "CASE WHEN _a IS NOT NULL THEN SUBSTRING(_t, GREATEST(CAST(_a AS INTEGER), 1)) END", t=values[0], a=values[1]
        )
    return sql(
        "CASE WHEN _a IS NOT NULL AND _n IS NOT NULL THEN "
        "SUBSTRING(_t, GREATEST(CAST(_a AS INTEGER), 1), GREATEST(CAST(_n + _a - GREATEST(_a, 1) AS INTEGER), 0)) END",
        t=values[0],
        a=values[1],
        n=values[2],
    )


def cast(value: exp.Expr, given: Type, wanted: Type) -> exp.Expr:
    """CAST, half up where digits are lost; text that is no number is not known."""
    match wanted.base:
        case Base.DATE:
            return sql("CAST(_x AS DATE)", x=value)
        case Base.TIMESTAMP:
            return sql("CAST(_x AS TIMESTAMP)", x=value)
        case Base.DOUBLE:
            return sql("TRY_CAST(_x AS DOUBLE)" if given.base is Base.TEXT else "CAST(_x AS DOUBLE)", x=value)
    if given.base is Base.TEXT:
        value = sql("TRY_CAST(_x AS DECIMAL(38, 10))", x=value)
    if wanted.base is Base.INTEGER:
        return sql("CAST(ROUND(_x, 0) AS BIGINT)", x=value)
    return sql(f"CAST(ROUND(_x, {wanted.scale}) AS DECIMAL({wanted.precision}, {wanted.scale}))", x=value)
