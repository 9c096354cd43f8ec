"""The money of violating rows: multiplied first, divided last, rounded half up once."""

from sqlglot import exp

from claimrules.catalog import KINDS, MONEY, Base, Type
from claimrules.sql.fragments import half_up, smallest, sql, table, yuan
from claimrules.sql.needs import PARTS
from claimrules.sql.place import Place
from claimrules.sql.query import select
from claimrules.sql.stages import Stages


def line_scope(kind: str, alias: str) -> exp.Expr:
    """A line's in-scope amount: given, or its amount less its other parts."""
    parts = " - ".join(f"COALESCE({alias}.{kind}_{part}, 0)" for part in PARTS)
    return sql(
        f"COALESCE({alias}.{kind}_in_scope_amount, CASE WHEN {alias}.{kind}_amount IS NOT NULL THEN GREATEST({alias}.{kind}_amount - {parts}, 0) END)"
    )


def add_scope(stages: Stages) -> None:
    """A stage with `scope`, what the row has in scope; NULL where that is not known."""
    kind, method = stages.rule.kind, stages.rule.amount.method
    if kind in ("line", "raw_line"):
        stages.stage("with_scope", [("scope", line_scope(kind, "r"))], "what each row claimed as in scope")
        return
    if kind == "day" and method != "whole_encounter":
        _of_days(stages)
        return
    lines = stages.kinds.rows("line")
    body = select(
        [sql("b.claim_row"), ("of_lines", sql("SUM(COALESCE(_s, 0))", s=line_scope("line", "b")))], table(lines, "b")
    ).group_by(sql("b.claim_row"))
    per_claim = stages.query.add("claim_lines", body)
    scope = sql("COALESCE(c.claim_in_scope_amount, a.of_lines, c.claim_fund_amount)")
    body = select([sql("c.claim_row"), sql("c.encounter_row"), ("scope", scope)], table(stages.kinds.rows("claim"), "c"))
    body = body.join(table(per_claim, "a"), on=sql("a.claim_row = c.claim_row"), join_type="left")
    scopes = stages.query.add(
        "claim_scope", body, "what settlements have in scope: given, or that of their lines, or what the fund paid"
    )
    if "claim" in (kind, *KINDS[kind].above):
        stages.stage("with_scope", [("scope", sql("a.scope"))], join=scopes, on="a.claim_row = r.claim_row")
        return
    total = sql("CASE WHEN COUNT(s.scope) = COUNT(*) THEN SUM(GREATEST(s.scope, 0)) END")
    body = select([sql("s.encounter_row"), ("scope", total)], table(scopes, "s")).group_by(sql("s.encounter_row"))
    stages.stage(
        "with_scope",
        [("scope", sql("a.scope"))],
        join=stages.query.add("encounter_scope", body),
        on="a.encounter_row = r.encounter_row",
    )


def _of_days(stages: Stages) -> None:
    lines = stages.kinds.rows("line")
    body = (
        select(
            [
                sql("b.encounter_row"),
                ("date", sql("CAST(b.line_charged_at AS DATE)")),
                ("scope", sql("SUM(GREATEST(COALESCE(_s, 0), 0))", s=line_scope("line", "b"))),
            ],
            table(lines, "b"),
        )
        .where(sql("b.line_charged_at IS NOT NULL"))
        .group_by(sql("b.encounter_row"), sql("CAST(b.line_charged_at AS DATE)"))
    )
    days = stages.query.add("day_scope", body, "what the lines of each day have in scope")
    stages.stage(
        "with_scope",
        [("scope", sql("COALESCE(a.scope, 0)"))],
        join=days,
        on="a.encounter_row = r.encounter_row AND a.date = r.day_date",
    )


def amount_of(stages: Stages) -> exp.Expr:
    """A violating row's amount, within 0 and what it has in scope. The rows have `scope`."""
    rule = stages.rule
    method = rule.amount.method
    if method == "none":
        return sql("CAST(0 AS DECIMAL(18, 2))")
    if method in ("full_line", "whole_encounter"):
        return sql("CASE WHEN r.scope IS NOT NULL THEN CAST(GREATEST(r.scope, 0) AS DECIMAL(18, 2)) END")
    argument = rule.amount.arguments[0]
    given = stages.values(argument, Place())
    raw = _raw(method, rule.kind, given, argument.type)
    held = sql("LEAST(GREATEST(_raw, 0), GREATEST(r.scope, 0))", raw=raw)
    return sql(
        "CASE WHEN r.scope IS NOT NULL AND _raw IS NOT NULL THEN CAST(_held AS DECIMAL(18, 2)) END", raw=raw, held=held
    )


def add_bundle(stages: Stages) -> None:
    """A6: what the subject's violating rows have in scope above the bundle's price, by cumulative share of that."""
    rule = stages.rule
    argument = rule.amount.arguments[0]
    price = stages.values(argument, Place())
    if argument.type.base is Base.DOUBLE:
        price = sql("CAST(ROUND(_x, 6) AS DECIMAL(28, 6))", x=price)
    mine = "PARTITION BY r.subject_entry, r.violates"
    stages.stage(
        "components",
        [
            ("own", sql("CASE WHEN r.scope IS NOT NULL THEN GREATEST(r.scope, 0) END")),
            ("price", price),
        ],
        "bundle: what each component claimed, and the bundle's price",
    )
    known = f"COUNT(r.own) OVER ({mine}) = COUNT(*) OVER ({mine}) AND COUNT(r.price) OVER ({mine}) = COUNT(*) OVER ({mine})"
    stages.stage(
        "bundles",
        [
            ("total", sql(f"CASE WHEN {known} THEN SUM(r.own) OVER ({mine}) END")),
            ("dearest", sql(f"MAX(r.price) OVER ({mine})")),
            (
                "so_far",
                sql(f"SUM(r.own) OVER ({mine} ORDER BY r.{rule.kind}_row ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"),
            ),
        ],
    )
    above = _rounded(sql("r.total - r.dearest"), MONEY, 2)
    stages.stage(
        "above",
        [
            (
                "above",
                sql(
                    "CASE WHEN r.total IS NOT NULL AND r.dearest IS NOT NULL THEN LEAST(GREATEST(_a, 0), r.total) END",
                    a=above,
                ),
            )
        ],
    )
    cents, total = smallest(sql("r.above"), 2), smallest(sql("r.total"), 2)
    after = half_up(sql("_a * _s", a=cents, s=smallest(sql("r.so_far"), 2)), total)
    before = half_up(sql("_a * _s", a=cents, s=smallest(sql("r.so_far - r.own"), 2)), total)
    share = sql(
        "CASE WHEN r.above IS NULL THEN NULL WHEN r.total = 0 THEN CAST(0 AS DECIMAL(18, 2)) ELSE _m END",
        m=yuan(sql("_a - _b", a=after, b=before)),
    )
    stages.stage("shared", [("row_amount", share)], "spread by what each claimed, so that the shares add up to the cent")


def _raw(method: str, kind: str, given: exp.Expr, type_: Type) -> exp.Expr:
    """Before it is held within its bounds."""
    if method == "excess_quantity":
        units = smallest(_rounded(given, type_, 4), 4)
        money = half_up(sql("_u * _s", u=units, s=smallest(sql("r.scope"), 2)), smallest(sql(f"r.{kind}_quantity"), 4))
        return sql(f"CASE WHEN r.{kind}_quantity > 0 THEN _m WHEN _g IS NOT NULL THEN 0 END", m=yuan(money), g=given)
    if method == "excess_price":
        gap = sql(f"(r.{kind}_unit_price - _c) * r.{kind}_quantity", c=given)
        return sql(f"_gap - COALESCE(r.{kind}_over_limit_amount, 0)", gap=_rounded(gap, type_, 2))
    if method == "discount":
        return _rounded(sql(f"r.{kind}_amount - _due", due=given), type_, 2)
    if method == "instead_of":
        price = sql("CAST(ROUND(_x, 6) AS DECIMAL(28, 6))", x=given) if type_.base is Base.DOUBLE else given
        rest = sql(f"r.{kind}_amount - _p * r.{kind}_quantity", p=price)
        return sql("CASE WHEN _p IS NULL THEN r.scope ELSE _rest END", p=given, rest=_rounded(rest, MONEY, 2))
    return _rounded(given, type_, 2)


def _rounded(value: exp.Expr, given: Type, digits: int) -> exp.Expr:
    """Half up; what came as a double becomes a decimal here."""
    if given.base is Base.DOUBLE:
        return sql(f"CAST(ROUND(_x, {digits}) AS DECIMAL(28, {digits}))", x=value)
    return sql(f"CAST(ROUND(CAST(_x AS DECIMAL(38, 10)), {digits}) AS DECIMAL(28, {digits}))", x=value)
