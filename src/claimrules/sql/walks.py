"""Walks over a subject's rows in order, as window functions; `excess_within` step by step."""

from typing import TYPE_CHECKING

from sqlglot import exp

from claimrules.language.expression import Walk
from claimrules.sql.fragments import either, every, sql, table
from claimrules.sql.place import Place
from claimrules.sql.query import select

if TYPE_CHECKING:
    from claimrules.sql.stages import Stages


def walks_along(stages: "Stages", node: Walk) -> exp.Expr:
    """Whether a row is in the walk: it counts, has its place in the order, and what is walked is known."""
    parts, _ = stages.order()
    values = [stages.values(a, Place()) for a in node.arguments]
    return every([sql("r.counts IS TRUE"), *(sql("_x IS NOT NULL", x=x) for x in (*(v for v, _ in parts), *values))])


def left_out(stages: "Stages", node: Walk) -> exp.Expr:
    """Whether a row has no place in the walk."""
    return sql("NOT _x", x=exp.paren(walks_along(stages, node)))


def walk_columns(stages: "Stages", node: Walk, name: str) -> None:
    """Make the walk a column of the rows: a stage that says who walks, one that walks."""
    parts, tie = stages.order()
    walks = stages.free(f"{name}_walks")
    columns = [(walks, walks_along(stages, node))]
    given = [stages.free(f"{name}_{word}") for word, _ in zip(("of", "limit", "days", "date"), node.arguments, strict=False)]
    columns += [(n, stages.values(a, Place())) for n, a in zip(given, node.arguments, strict=True)]
    place = stages.free(f"{name}_place")
    order = ", ".join([*(f"_o{i} {'DESC' if down else 'ASC'}" for i, (_, down) in enumerate(parts)), "_tie"])
    holes = {f"o{i}": part for i, (part, _) in enumerate(parts)} | {"tie": tie}
    columns.append(
        (
            place,
            sql(f"ROW_NUMBER() OVER (PARTITION BY r.subject_entry, _walks ORDER BY {order})", walks=columns[0][1], **holes),
        )
    )
    stages.stage(f"{name}_order", columns, f"{node.function}: which rows are walked, in which order")
    if node.function == "excess_within":
        _excess_within(stages, name, walks, place, given)
        return
    if node.function == "supply_left":
        _supply_left(stages, name, walks, place, given)
        return
    over = (
        f"OVER (PARTITION BY r.subject_entry, r.{walks} ORDER BY r.{place} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    )
    if node.function == "nth":
        first = stages.free(f"{name}_first")
        stages.stage(
            f"{name}_first", [(first, sql(f"MIN(r.{place}) OVER (PARTITION BY r.subject_entry, r.{walks}, r.{given[0]})"))]
        )
        value = f"DENSE_RANK() OVER (PARTITION BY r.subject_entry, r.{walks} ORDER BY r.{first})"
    elif node.function == "place":
        value = f"r.{place}"
    else:
        value = f"SUM(r.{given[0]}) {over}"
    shown = sql(value)
    if node.function in ("excess", "upto"):
        shown = sql(
            "LEAST(_x, GREATEST(0, _running - _limit))", x=sql(f"r.{given[0]}"), running=shown, limit=sql(f"r.{given[1]}")
        )
    if node.function == "upto":
        shown = sql("_x - _excess", x=sql(f"r.{given[0]}"), excess=shown)
        gone = f"MAX(CASE WHEN r.{walks} THEN 0 ELSE 1 END) OVER (PARTITION BY r.subject_entry)"
        shown = sql(f"CASE WHEN {gone} = 0 THEN _x END", x=shown)
    stages.stage(f"{name}_walk", [(name, sql(f"CASE WHEN r.{walks} THEN _x END", x=shown))])


def _supply_left(stages: "Stages", name: str, walks: str, place: str, given: list[str]) -> None:
    """What is left of earlier supplies: the running balance above its lowest so far. The date is the last argument."""
    time = sql(f"CAST(r.{given[-1]} AS DATE)")
    over = f"OVER (PARTITION BY r.subject_entry, r.{walks} ORDER BY r.{place}"
    before = f"COALESCE(SUM(r.{given[0]}) {over} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)"
    gone = sql(f"DATE_DIFF('day', FIRST_VALUE(_t) {over}), _t)", t=time)
    balance = stages.free(f"{name}_balance")
    stages.stage(f"{name}_balance", [(balance, sql(f"{before} - _gone", gone=gone))], "supplied so far less days gone by")
    value = f"r.{balance} - MIN(r.{balance}) {over} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    stages.stage(f"{name}_walk", [(name, sql(f"CASE WHEN r.{walks} THEN {value} END"))])


def _excess_within(stages: "Stages", name: str, walks: str, place: str, given: list[str]) -> None:
    """Walk, keep what n leaves beside the units kept less than `days` before; the rest is the excess.

    The units kept so far travel along as a list of (date, units).
    """
    x, n, days, when = (f"r.{g}" for g in given)
    date = sql(f"CAST({when} AS DATE)")
    step = stages.free(f"{name}_date")
    stages.stage(f"{name}_dates", [(step, date)])
    now = stages.now
    scan = stages.query.free(f"{name}_scan")
    kept = f"CAST(LEAST({x}, GREATEST({n}, 0)) AS DECIMAL(38, 10))"
    first = select(
        [
            sql("r.entry"),
            sql("r.subject_entry"),
            ("place", sql(f"r.{place}")),
            ("keep", sql(kept)),
            ("dates", sql(f"[r.{step}]")),
            ("units", sql(f"[{kept}]")),
        ],
        table(now, "r"),
    ).where(sql(f"r.{walks} AND r.{place} = 1"))
    near = f"COALESCE(LIST_SUM([CASE WHEN DATE_DIFF('day', s.dates[i], r.{step}) < {days} THEN s.units[i] ELSE 0 END FOR i IN RANGE(1, LEN(s.dates) + 1)]), 0)"
    fit = f"CAST(LEAST({x}, GREATEST({n} - {near}, 0)) AS DECIMAL(38, 10))"
    more = select(
        [
            sql("r.entry"),
            sql("r.subject_entry"),
            sql(f"r.{place}"),
            sql(fit),
            sql(f"LIST_APPEND(s.dates, r.{step})"),
            sql(f"LIST_APPEND(s.units, {fit})"),
        ],
        table(scan, "s"),
    ).join(table(now, "r"), on=sql(f"r.subject_entry = s.subject_entry AND r.{walks} AND r.{place} = s.place + 1"))
    stages.query.parts.append((scan, exp.union(first, more, distinct=False), "row after row, what of it is allowed"))
    stages.query.recursive = True
    stages.stage(f"{name}_walk", [(name, sql(f"CASE WHEN r.{walks} THEN {x} - a.keep END"))], join=scan)


__all__ = ["either", "left_out", "walk_columns", "walks_along"]
