"""Rows named by their ids, as findings show them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from claimrules.catalog import TEXT, kind_fields
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.prepare.arrays import take
from claimrules.engine.space import KindSpace
from claimrules.engine.values.arrow_text import chosen, joined
from claimrules.engine.values.shown import shown_array
from claimrules.language.expression import Field

FEW = 1_000
"""Up to how many rows of a kind are all named at the first question: of a claim's rows nearly every rule names some."""


def own_text(space: KindSpace, at: Index) -> Any:
    """Rows named by their ids: `claim=C1; line=l1`, `person=P1; provider=H1; encounter=E1`."""
    return _of_few("own", _own_text, space, at)


def claim_text(space: KindSpace, at: Index) -> Any:
    """The claim of each row; an encounter's and a day's is the encounter's smallest."""
    return _of_few("claim", _claim_text, space, at)


def _of_few(word: str, name: Callable[[KindSpace, Index], Any], space: KindSpace, at: Index) -> Any:
    if space.n > FEW:
        return name(space, at)
    if word not in space.texts:
        space.texts[word] = name(space, np.arange(space.n, dtype=np.int64))
    return space.texts[word].take(pa.array(at))


def _own_text(space: KindSpace, at: Index) -> Any:
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
        return joined(inner, joined("day=", dates), between="; ")
    first = joined("claim=", shown_array(_at(claim, "claim", "claim_id", up)))
    names = {
        "line": ["line_id"],
        "raw_line": ["line_id"],
        "diagnosis": ["diagnosis_code", "sequence"],
        "operation": ["operation_code", "operated_at"],
    }[kind]
    word = {"raw_line": "line"}.get(kind, kind)
    rest = [shown_array(_at(space, kind, name, at)) for name in names]
    second = joined(f"{word}=", joined(*rest, between="@") if len(rest) > 1 else rest[0])
    return joined(first, second, between="; ")


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
            text = chosen(column.known, text, own)
        texts.append(joined(f"{word}=", text))
    return joined(*texts, between="; ") if len(texts) > 1 else texts[0]


def _claim_ids(space: KindSpace) -> tuple[Any, Mask | None, Any]:
    """An encounter without a number goes by its smallest claim."""
    column = space.rows.columns["claim_id"]
    return column.data, column.known, column.words


def _claim_text(space: KindSpace, at: Index) -> Any:
    kind = space.rows.kind
    if kind == "claim":
        return shown_array(_at(space, kind, "claim_id", at))
    if "claim" in space.rows.up:
        return shown_array(_at(space.kinds("claim"), "claim", "claim_id", space.up("claim")[at]))
    encounter = space.kinds("encounter")
    return shown_array(take(Column(TEXT, *_claim_ids(encounter)), space.up("encounter")[at]))
