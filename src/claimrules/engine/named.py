"""Rows named by their ids, as findings show them."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from claimrules.catalog import TEXT, kind_fields
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.prepare.arrays import take
from claimrules.engine.space import KindSpace
from claimrules.engine.values.shown import shown_array
from claimrules.language.expression import Field


def own_text(space: KindSpace, at: Index) -> Any:
    """Rows named by their ids: `claim=C1; line=l1`, `person=P1; provider=H1; encounter=E1`."""
    kind = space.rows.kind
    if kind == "claim":
        return _joined([("claim", space, "claim", "claim_id")], at)
    if kind == "encounter":
        parts = [("person", "person_id"), ("provider", "provider_id"), ("encounter", "encounter_id")]
        return _joined([(word, space, kind, name) for word, name in parts], at)
    claim = space.kinds("claim")
    up = space.up("claim")[at] if "claim" in space.rows.up else at
    if kind == "day":
        inner = own_text(space.kinds("encounter"), space.up("encounter")[at])
        dates = shown_array(_at(space, kind, "date", at))
        return pc.binary_join_element_wise(inner, pc.binary_join_element_wise("day=", dates, ""), "; ")
    first = pc.binary_join_element_wise("claim=", shown_array(_at(claim, "claim", "claim_id", up)), "")
    names = {
        "line": ["line_id"],
        "raw_line": ["line_id"],
        "diagnosis": ["diagnosis_code", "sequence"],
        "operation": ["operation_code", "operated_at"],
    }[kind]
    word = {"raw_line": "line"}.get(kind, kind)
    rest = [shown_array(_at(space, kind, name, at)) for name in names]
    second = pc.binary_join_element_wise(
        f"{word}=", pc.binary_join_element_wise(*rest, "@") if len(rest) > 1 else rest[0], ""
    )
    return pc.binary_join_element_wise(first, second, "; ")


def _at(space: KindSpace, kind: str, name: str, at: Index) -> Column:
    fields = kind_fields(kind)
    return take(space.evaluate(Field(fields[name].type, "", kind, name)), at)


def _joined(parts: list[tuple[str, KindSpace, str, str]], at: Index) -> Any:
    texts = []
    for word, space, kind, name in parts:
        column = _at(space, kind, name, at)
        text = shown_array(column)
        if name == "encounter_id" and column.known is not None:
            own = shown_array(take(Column(TEXT, *_claim_ids(space)), at))
            text = pc.if_else(pa.array(column.known), text, own)
        texts.append(pc.binary_join_element_wise(f"{word}=", text, ""))
    return pc.binary_join_element_wise(*texts, "; ") if len(texts) > 1 else texts[0]


def _claim_ids(space: KindSpace) -> tuple[Any, Mask | None, Any]:
    """An encounter without a number goes by its smallest claim."""
    column = space.rows.columns["claim_id"]
    return column.data, column.known, column.words


def claim_text(space: KindSpace, at: Index) -> Any:
    """The claim of each row; an encounter's and a day's is the encounter's smallest."""
    kind = space.rows.kind
    if kind == "claim":
        return shown_array(_at(space, kind, "claim_id", at))
    if "claim" in space.rows.up:
        return shown_array(_at(space.kinds("claim"), "claim", "claim_id", space.up("claim")[at]))
    encounter = space.kinds("encounter")
    return shown_array(take(Column(TEXT, *_claim_ids(encounter)), space.up("encounter")[at]))
