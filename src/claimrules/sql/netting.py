"""Refunds taken off the lines that they refund."""

from collections.abc import Sequence

from sqlglot import exp

from claimrules.sql.fragments import half_up, smallest, sql, table, yuan
from claimrules.sql.query import Query, select

_RANKED = "ORDER BY l.charged_at NULLS FIRST, l.claim_id, l.line_id"


def net_lines(query: Query, lines: str, columns: Sequence[str], money: Sequence[str]) -> str:
    """The CTE of net lines: targets first, then pools of (encounter, item), last lines first. Nothing below 0."""
    numbered = query.add(
        "numbered_line", select([sql("l.*"), ("raw_row", sql(f"ROW_NUMBER() OVER ({_RANKED})"))], table(lines, "l"))
    )
    target = _targets(query, numbered)
    reduced = _reduced(query, numbered, target, money)
    pool = _pools(query, numbered, target, money)
    return _taken(query, reduced, pool, columns, money)


def _targets(query: Query, lines: str) -> str:
    choice = sql(
        "ROW_NUMBER() OVER (PARTITION BY f.raw_row ORDER BY CASE WHEN t.claim_row = f.claim_row THEN 0 ELSE 1 END, t.claim_id)"
    )
    body = (
        select([("refund", sql("f.raw_row")), ("target", sql("t.raw_row")), ("choice", choice)], table(lines, "f"))
        .join(
            table(lines, "t"),
            on=sql("t.line_id = f.reverses_line_id AND t.encounter_row = f.encounter_row AND t.item_code = f.item_code"),
        )
        .where(sql("f.quantity < 0 AND t.quantity > 0"))
    )
    return query.add("refund_target", body, "which line a refund names: in its settlement, else in its encounter")


def _reduced(query: Query, lines: str, target: str, money: Sequence[str]) -> str:
    names = ("quantity", *money)
    sums = [(f"back_{n}", sql(f"SUM(f.{n})")) for n in names]
    body = (
        select([sql("t.target"), *sums], table(target, "t"))
        .join(table(lines, "f"), on=sql("f.raw_row = t.refund"))
        .where(sql("t.choice = 1"))
        .group_by(sql("t.target"))
    )
    back = query.add("refunded", body)
    left = [
        (f"left_{n}", sql(f"CASE WHEN b.target IS NULL THEN l.{n} ELSE GREATEST(l.{n} + COALESCE(b.back_{n}, 0), 0) END"))
        for n in names
    ]
    left = [
        (n, sql(f"CASE WHEN l.{column} IS NOT NULL THEN _x END", x=x)) for (n, x), column in zip(left, names, strict=True)
    ]
    rest = sql(
        "SUM(CASE WHEN l.quantity > 0 THEN GREATEST(l.quantity + COALESCE(b.back_quantity, 0), 0) ELSE 0 END) "
        "OVER (PARTITION BY l.encounter_row, l.item_code ORDER BY l.raw_row DESC)"
    )
    body = select([sql("l.*"), *left, ("rest", rest)], table(lines, "l")).join(
        table(back, "b"), on=sql("b.target = l.raw_row"), join_type="left"
    )
    return query.add(
        "reduced_line",
        body.where(sql("l.quantity >= 0")),
        "lines less the refunds that name them; `rest`: units from here to the last",
    )


def _pools(query: Query, lines: str, target: str, money: Sequence[str]) -> str:
    sums = [(f"pool_{n}", sql(f"-SUM(COALESCE(f.{n}, 0))")) for n in ("quantity", *money)]
    body = (
        select([sql("f.encounter_row"), sql("f.item_code"), *sums], table(lines, "f"))
        .join(table(target, "t"), on=sql("t.refund = f.raw_row"), join_type="left")
        .where(sql("f.quantity < 0 AND t.refund IS NULL"))
        .group_by(sql("f.encounter_row"), sql("f.item_code"))
    )
    return query.add("refund_pool", body, "refunds that name no line, by encounter and item")


def _taken(query: Query, lines: str, pool: str, own: Sequence[str], money: Sequence[str]) -> str:
    names = ("quantity", *money)
    before = sql("CASE WHEN p.pool_quantity IS NULL THEN 0 ELSE LEAST(p.pool_quantity, l.rest - l.left_quantity) END")
    after = sql("CASE WHEN p.pool_quantity IS NULL THEN 0 ELSE LEAST(p.pool_quantity, l.rest) END")
    body = select(
        [sql("l.*"), *((f"pool_{n}", sql(f"p.pool_{n}")) for n in names), ("taken_before", before), ("taken_after", after)],
        table(lines, "l"),
    ).join(table(pool, "p"), on=sql("p.encounter_row = l.encounter_row AND p.item_code = l.item_code"), join_type="left")
    shared = query.add("shared_line", body, "what of its pool each line bears, the last line first")
    kept = [sql(f"l.{n}") for n in own if n not in names]
    columns = [("quantity", sql("CAST(l.left_quantity - (l.taken_after - l.taken_before) AS DECIMAL(18, 4))"))]
    columns += [(n, sql("CAST(_share AS DECIMAL(18, 2))", share=_share(n))) for n in money]
    body = select([*kept, sql("l.claim_row"), sql("l.encounter_row"), *columns], table(shared, "l"))
    return query.add(
        "net_line",
        body.where(sql("l.quantity = 0 OR l.left_quantity - (l.taken_after - l.taken_before) > 0")),
        "lines at 0 vanish; lines that came with 0 stay",
    )


def _share(n: str) -> exp.Expr:
    whole = smallest(sql("l.pool_quantity"), 4)
    cents = smallest(sql(f"l.pool_{n}"), 2)

    def part(taken: str) -> exp.Expr:
        return half_up(sql("_m * _t", m=cents, t=smallest(sql(f"l.{taken}"), 4)), whole)

    return sql(
        "CASE WHEN _left IS NOT NULL AND l.taken_after > l.taken_before THEN GREATEST(_left - _share, 0) ELSE _left END",
        left=sql(f"l.left_{n}"),
        share=yuan(sql("_a - _b", a=part("taken_after"), b=part("taken_before"))),
    )
