"""Every row's verdict by one rule: what cases compare with."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.catalog import TEXT
from claimrules.engine.batch_context import BatchContext
from claimrules.engine.hits import Flagged, RuleHits, Trace
from claimrules.engine.kernels.segments import expand_ranges, first_rows, group_ids, segment_any, segment_sum
from claimrules.engine.named import claim_text, own_text
from claimrules.engine.prepare.arrays import take
from claimrules.engine.values import absent
from claimrules.engine.values.shown import shown_array
from claimrules.findings.amounts import Bearers, amounts_of
from claimrules.findings.from_hits import cents_array
from claimrules.findings.purse import Money, Purse
from claimrules.findings.schema import VERDICTS
from claimrules.language.rule import Rule


def verdict_table(hits: RuleHits, context: BatchContext) -> Any:
    """One row for each row of the rule's kind (several where it joins several subjects), with the amount it carries."""
    rule = hits.plan.rule
    space = context.kind(rule.kind)
    trace = hits.trace
    assert trace is not None  # noqa: S101 - asked for
    judged = np.zeros(space.n, np.bool_)
    judged[trace.rows] = True
    rest = np.flatnonzero(~judged)
    rows = np.concatenate([trace.rows, rest])
    m = len(rest)
    amount, known = _amounts(hits, context, trace)
    no = np.zeros(m, np.bool_)
    columns = [
        _texts(trace.subject, own_text(space, rest) if m else pa.array([], pa.string())),
        claim_text(space, rows),
        _line_ids(context, rule.kind, rows),
        pa.array([*trace.verdict.tolist(), *["not_applicable"] * m], pa.string()),
        pa.array([*(text or None for text in trace.missing.tolist()), *[None] * m], pa.string()),
        cents_array(np.concatenate([amount, np.zeros(m, amount.dtype)]), np.concatenate([known, no])),
        pa.array(np.concatenate([trace.suspicious, no])),
        pa.array(np.concatenate([trace.violating, no])),
    ]
    return pa.table([c.cast(f.type) for c, f in zip(columns, VERDICTS, strict=True)], schema=VERDICTS)


def _texts(*parts: Any) -> Any:
    return pa.concat_arrays([p.combine_chunks() if isinstance(p, pa.ChunkedArray) else p.cast(pa.string()) for p in parts])


def _line_ids(context: BatchContext, kind: str, rows: Any) -> Any:
    if kind not in ("line", "raw_line"):
        return pa.nulls(len(rows), pa.string())
    column = context.kind(kind).rows.columns.get("line_id") or absent(TEXT, context.kind(kind).n)
    some = take(column, rows)
    text = shown_array(some)
    return text if some.known is None else pc.if_else(pa.array(some.known), text, pa.scalar(None, pa.string()))


def _amounts(hits: RuleHits, context: BatchContext, trace: Trace) -> tuple[Any, Any]:
    """The amount of each violating row."""
    n = len(trace.rows)
    cents, known = np.zeros(n, np.int64), np.zeros(n, np.bool_)
    flagged, rule = hits.flagged, hits.plan.rule
    if flagged is None:
        return cents, known
    money = _of_rows(rule, context, flagged)
    values, sure = money.cents, money.known
    at = np.flatnonzero(trace.violating)
    of_trace, of_flagged = _subject_codes(trace, at, flagged)
    order = np.lexsort((of_trace, trace.rows[at]))
    flagged_order = np.lexsort((of_flagged, flagged.rows))
    if values.dtype == object:
        cents = cents.astype(object)
    cents[at[order]] = values[flagged_order]
    known[at[order]] = sure[flagged_order]
    return cents, known


def _subject_codes(trace: Trace, at: Any, flagged: Flagged) -> tuple[Any, Any]:
    """Which subject each violating row stands in, in the trace and among the flagged; all 0 where each stands in one."""
    if len(np.unique(flagged.rows)) == len(flagged.rows):
        return np.zeros(len(at), np.int64), np.zeros(len(at), np.int64)
    texts = pa.concat_arrays(
        [_texts(trace.subject.take(pa.array(at))), _texts(flagged.subject().take(pa.array(flagged.owner)))]
    )
    codes = texts.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    return codes[: len(at)], codes[len(at) :]


def _of_rows(rule: Rule, context: BatchContext, flagged: Flagged) -> Money:
    """The amount of each violating row; an encounter's and a day's is what its claims bear of it together."""
    space = context.kind(rule.kind)
    purse = Purse(context.kind("claim"), context.kind("line"))
    n = len(flagged.rows)
    row, none = np.arange(n, dtype=np.int64), np.full(n, -1, np.int64)
    if rule.kind in ("encounter", "day"):
        order, starts, stops = space.children("claim", "encounter")
        row, place = expand_ranges(starts[flagged.rows], stops[flagged.rows])
        money = amounts_of(rule, space, purse, flagged, Bearers(row, order[place], np.full(len(row), -1, np.int64)))
        return Money(segment_sum(np.where(money.known, money.cents, 0), row, n), ~segment_any(~money.known, row, n))
    claim = space.up("claim")[flagged.rows]
    if rule.kind in ("line", "raw_line"):
        return amounts_of(rule, space, purse, flagged, Bearers(row, claim, flagged.rows))
    if rule.amount.method != "bundle_difference":
        return amounts_of(rule, space, purse, flagged, Bearers(row, claim, none))
    # Several diagnoses of one claim bear its share together: each shows it, and it is dealt out once.
    ids, k = group_ids([flagged.owner, claim], n)
    first = first_rows(ids, k)
    money = amounts_of(rule, space, purse, flagged, Bearers(first, claim[first], none[first]))
    return Money(money.cents[ids], money.known[ids])
