"""Aggregates of known members, and how much an incomplete count or sum is at least.

Of each member two columns: `counted_i` (TRUE, or NULL where it may not be one) and `value_i`. Of each set: `n_i` known
members, `unsure_i` others, and the aggregate of the known ones.
"""

from collections.abc import Callable
from decimal import Decimal

from sqlglot import exp

from claimrules.language.expression import Aggregate, Call, Expr, Field, Let, Literal, Param
from claimrules.language.rule import LetSpec
from claimrules.sql.fragments import number, sql, text
from claimrules.sql.values import rank

NEVER_NEGATIVE = frozenset(
    {
        *("quantity", "supply_days", "dose_count", "unit_price", "price_ceiling", "copay_proportion"),
        *("amount", "in_scope_amount", "fully_self_paid_amount", "over_limit_amount", "copay_first_amount"),
        *("total_amount", "fund_amount"),
    }
)
Named = tuple[str, exp.Expr]


def member_columns(node: Aggregate, i: int, sure: exp.Expr, value: Callable[[Expr], exp.Expr]) -> list[Named]:
    """What a member brings to the aggregate."""
    counted = sure if node.condition is None else exp.and_(sure, value(node.condition))
    if node.argument is None:
        return [(f"counted_{i}", counted)]
    shown = value(node.argument)
    if node.function in ("min", "max") and node.argument.type.values:
        shown = rank(shown, node.argument.type.values)
    return [(f"counted_{i}", counted), (f"value_{i}", shown)]


def set_columns(node: Aggregate, i: int, option: exp.Expr | None) -> list[Named]:
    """The aggregate's columns, of a GROUP BY over members with the alias m."""
    c, v = f"m.counted_{i}", f"m.value_{i}"
    is_known = c if node.argument is None else f"{c} AND {v} IS NOT NULL"
    is_unsure = f"{c} IS NULL" if node.argument is None else f"{c} IS NULL OR ({c} AND {v} IS NULL)"
    out: list[Named] = []
    if node.function in ("any", "none", "all"):
        hit = v if node.function != "all" else f"NOT {v}"
        out.append((f"hit_{i}", sql(f"COUNT(CASE WHEN {c} AND {hit} THEN 1 END)")))
        out.append((f"unsure_{i}", sql(f"COUNT(CASE WHEN ({c} AND {hit}) IS NULL THEN 1 END)")))
        return out
    out.append((f"n_{i}", sql(f"COUNT(CASE WHEN {is_known} THEN 1 END)")))
    out.append((f"unsure_{i}", sql(f"COUNT(CASE WHEN {is_unsure} THEN 1 END)")))
    known = f"CASE WHEN {c} THEN {v} END"
    match node.function:
        case "count" if node.distinct:
            out[0] = (f"n_{i}", sql(f"COUNT(DISTINCT {known})"))
        case "sum":
            of = f"DISTINCT {known}" if node.distinct else known
            out.append((f"sum_{i}", sql(f"SUM({of})")))
            out.append((f"negative_{i}", sql(f"COUNT(CASE WHEN {c} AND {v} < 0 THEN 1 END)")))
        case "min" | "max":
            out.append((f"value_{i}", sql(f"{node.function.upper()}({known})")))
        case "avg":
            of = f"DISTINCT {known}" if node.distinct else known
            out.append((f"value_{i}", sql(f"CAST(SUM({of}) AS DOUBLE) / COUNT({of})")))
        case "share":
            out.append(
                (f"value_{i}", sql(f"CAST(COUNT(CASE WHEN {c} AND {v} THEN 1 END) AS DOUBLE) / NULLIF(COUNT({known}), 0)"))
            )
        case "median":
            out.append((f"value_{i}", sql(f"QUANTILE_CONT(CAST({known} AS DOUBLE), 0.5)")))
        case "quantile":
            assert option is not None  # noqa: S101 - the checker asks for it
            out.append((f"value_{i}", sql(f"QUANTILE_CONT(CAST({known} AS DOUBLE), _p)", p=option)))
        case "stddev":
            out.append((f"value_{i}", sql(f"STDDEV_SAMP(CAST({known} AS DOUBLE))")))
        case "distinct_list":
            out.append((f"value_{i}", sql(f"STRING_AGG(DISTINCT {known}, ', ' ORDER BY {known})")))
    return out


def result(node: Aggregate, i: int, beyond: exp.Expr | None, *, never_negative: bool) -> tuple[exp.Expr, exp.Expr | None]:
    """The value, from the set's columns under the alias a (NULLs for an empty set), and what it is at least.

    `beyond`: whether there may be members that the data do not have.
    """
    complete: exp.Expr = sql(f"COALESCE(a.unsure_{i}, 0) = 0")
    if beyond is not None:
        complete = exp.and_(complete, sql("NOT COALESCE(_b, FALSE)", b=beyond))
    if node.function in ("any", "all", "none"):
        yes, no = (exp.true(), exp.false()) if node.function == "any" else (exp.false(), exp.true())
        return exp.Case(
            ifs=[exp.If(this=sql(f"COALESCE(a.hit_{i}, 0) > 0"), true=yes), exp.If(this=complete, true=no)]
        ), None
    if node.function == "count":
        least = sql(f"COALESCE(a.n_{i}, 0)")
        return sql("CASE WHEN _c THEN _v END", c=complete, v=least), least
    if node.function == "sum":
        known = sql(f"COALESCE(a.sum_{i}, 0)")
        part = sql(f"CASE WHEN COALESCE(a.negative_{i}, 0) = 0 THEN _v END", v=known)
        return sql("CASE WHEN _c THEN _v END", c=complete, v=known), part if never_negative else None
    value = sql(f"a.value_{i}")
    if node.function in ("min", "max") and node.argument is not None and node.argument.type.values:
        ifs = [exp.If(this=number(k), true=text(word)) for k, word in enumerate(node.argument.type.values)]
        value = exp.Case(this=value, ifs=ifs)
    return sql("CASE WHEN _c THEN _v END", c=complete, v=value), None


def is_never_negative(node: Expr | None, lets: dict[str, LetSpec], params: dict[str, tuple[object, object]]) -> bool:
    """Whether an expression cannot fall below zero after netting: a property of the expression alone."""
    match node:
        case Field(kind=kind, name=name):
            return kind != "raw_line" and name in NEVER_NEGATIVE
        case Literal(value=value):
            return isinstance(value, int | Decimal) and value >= 0
        case Let(name=name):
            return is_never_negative(lets[name].value, lets, params)
        case Param(name=name):
            given = params[name][1]
            return isinstance(given, int | Decimal) and given >= 0
        case Call(function="+" | "*" | "/" | "coalesce" | "least" | "cast", arguments=arguments):
            return all(is_never_negative(a, lets, params) for a in arguments)
        case Call(function="greatest", arguments=arguments):
            return any(is_never_negative(a, lets, params) for a in arguments)
        case Call(function="abs") | Aggregate(function="count"):
            return True
    return False
