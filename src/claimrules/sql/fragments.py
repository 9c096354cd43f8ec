"""Pieces of SQL as syntax trees: a template in DuckDB's dialect, parsed once, with trees put into its holes."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from sqlglot import exp, parse_one

from claimrules.sql.reserved import RESERVED

HOLE = "_"
"""A name that begins so is a hole: `_a + _b`."""


@lru_cache(maxsize=4096)
def _template(text: str) -> exp.Expr:
    tree = parse_one(text, read="duckdb")
    for node in tree.walk():
        node._meta = None  # where it stood in the template: costly to copy, and nobody asks
    return tree


def sql(text: str, **parts: exp.Expr | str | int) -> exp.Expr:
    """The template with its holes filled.

    A part that is text is a template of its own, or a name; every part is copied, and stands in parentheses where it
    would fall apart.
    """
    tree = _template(text).copy()
    if not parts:
        return tree
    filled = {HOLE + name: _part(part) for name, part in parts.items()}

    def fill(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and not node.table and node.name in filled:
            part = filled[node.name].copy()
            return exp.Paren(this=part) if _loose(part) and node.parent is not None else part
        return node

    return tree.transform(fill, copy=False)


def _part(part: exp.Expr | str | int) -> exp.Expr:
    if isinstance(part, int):
        return number(part)
    return _template(part) if isinstance(part, str) else part


def _loose(part: exp.Expr) -> bool:
    return isinstance(part, exp.Binary | exp.Unary | exp.Between | exp.In | exp.Is | exp.Interval) and not isinstance(
        part, exp.Paren | exp.Dot
    )


def name(text: str) -> exp.Identifier:
    """An identifier, quoted only where it must be."""
    plain = text.replace("_", "a").isalnum() and text.isascii() and text == text.lower() and not text[0].isdigit()
    return exp.to_identifier(text, quoted=not plain or text in RESERVED)


def column(alias: str, text: str) -> exp.Column:
    """`alias.column`."""
    return exp.Column(this=name(text), table=exp.to_identifier(alias) if alias else None)


def table(text: str, alias: str = "") -> exp.Table:
    """A table or CTE, with its alias."""
    return exp.Table(this=name(text), alias=exp.TableAlias(this=exp.to_identifier(alias)) if alias else None)


def text(value: str) -> exp.Expr:
    """A text in quotes."""
    return exp.Literal.string(value)


def number(value: int | Decimal) -> exp.Expr:
    """A number, exact."""
    shown = exp.Literal.number(f"{abs(value):f}" if isinstance(value, Decimal) else str(abs(value)))
    return exp.Neg(this=shown) if value < 0 else shown


def every(parts: Sequence[exp.Expr]) -> exp.Expr:
    """Their AND; TRUE for none."""
    return exp.and_(*parts) if parts else exp.true()


def either(parts: Sequence[exp.Expr]) -> exp.Expr:
    """Their OR; FALSE for none."""
    return exp.or_(*parts) if parts else exp.false()


def half_up(numerator: exp.Expr, divisor: exp.Expr) -> exp.Expr:
    """Integers divided, halves away from zero; the divisor is above zero."""
    return sql("SIGN(_n) * ((2 * ABS(_n) + _d) // (2 * _d))", n=numerator, d=divisor)


def smallest(value: exp.Expr, scale: int) -> exp.Expr:
    """A decimal as an integer of its smallest unit, so that products and quotients stay exact."""
    return sql(f"CAST(_x * {10**scale} AS HUGEINT)", x=value)


def yuan(cents: exp.Expr) -> exp.Expr:
    """Whole cents as a decimal of two places."""
    return sql("CAST(CAST(_c AS DECIMAL(20, 0)) * 0.01 AS DECIMAL(18, 2))", c=cents)
