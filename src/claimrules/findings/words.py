"""Sentences with values filled in, by whole columns."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from claimrules.catalog import Base, Type, label
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.decide import NO_CLOCK, NOT_HERE
from claimrules.engine.hits import Flagged
from claimrules.engine.prepare.arrays import take
from claimrules.engine.values.arrow_text import chosen, joined
from claimrules.engine.values.shown import shown_array
from claimrules.language.expression import Literal
from claimrules.language.rule import Basis, Message, Rule
from claimrules.language.sources import Source

_OWN_ZH = {NO_CLOCK: "无具体时刻", NOT_HERE: "其他结算未知"}
"""The doubts of the engine itself, in Chinese; in English they go by their names."""
_UNVERIFIED = "（条文未核对）"


def _labels(type_: Type, column: Column, language: str) -> dict[str, str]:
    values = type_.values or (
        [str(w) for w in column.words.tolist()] if type_.base is Base.WINDOW and column.words is not None else ()
    )
    return {value: label(value, language) for value in values}


def shown(column: Column, rows: Index, language: str) -> Any:
    """Values as text, enumerations by their word; `?` where a value is not known."""
    some = take(column, rows)
    text = shown_array(some, _labels(column.type, column, language))
    return text if some.known is None else chosen(some.known, text, "?")


def sentences(message: Message, flagged: Flagged, rows: Index, special: Mapping[str, Any], language: str) -> Any:
    """The message for each of some violating rows. `special` holds {observed}, {limit} and {reasons}."""
    parts: list[Any] = []
    for part in message.parts:
        if isinstance(part, str):
            parts.append(part)
        elif isinstance(part, Literal) and str(part.value) in special:
            parts.append(special[str(part.value)])
        elif isinstance(part, Literal):
            parts.append("" if part.value is None else str(part.value))
        else:
            parts.append(shown(flagged.values[part], rows, language))
    return written(parts, len(rows))


def written(parts: Sequence[Any], n: int) -> Any:
    """Texts and columns of texts, one after the other."""
    if not any(not isinstance(part, str) for part in parts):
        return pa.array(["".join(parts)] * n, pa.string())
    return joined(*parts)


def observed(rule: Rule, flagged: Flagged, rows: Index, language: str) -> tuple[Any, Any, Any, Any]:
    """What was seen and what is allowed: each as (text with unit, bare text); NULL where the rule does not say."""
    unit: Any = rule.observed.unit
    if not isinstance(unit, str):
        unit = shown(flagged.values[unit], rows, language)
    out: list[Any] = []
    for node in (rule.observed.value, rule.observed.limit):
        if node is None:
            out += [pa.nulls(len(rows), pa.string())] * 2
            continue
        bare = shown(flagged.values[node], rows, language)
        has_unit = not (isinstance(unit, str) and not unit)
        out += [written([bare, " ", unit], len(rows)) if has_unit else bare, bare]
    return out[0], out[1], out[2], out[3]


def reasons(flagged: Flagged, owner: Index) -> Any:
    """The named conditions that hold, joined by 、, for each of some subjects."""
    return _named(flagged.reasons, flagged.n, owner, "、", "{}")


def doubts(flagged: Flagged, owner: Index, language: str) -> Any:
    """What makes a finding a suspicion, to stand behind its sentence; nothing where there is no doubt."""
    own = _OWN_ZH if language == "zh" else {}
    named = [(own.get(name, name), mask) for name, mask in flagged.doubts]
    between, around = {"zh": ("、", "（存疑：{}）"), "en": ("; ", " (in doubt: {})")}[language]
    return _named(named, flagged.n, owner, between, around)


def _named(named: Sequence[tuple[str, Mask]], n: int, owner: Index, between: str, around: str) -> Any:
    """The names that hold of each of some subjects as one text; the empty text where none does."""
    if not any(mask.any() for _, mask in named):
        return pa.array([""] * len(owner), pa.string())
    code = np.zeros(n, np.int64)
    for i, (_, mask) in enumerate(named):
        code |= mask.astype(np.int64) << i
    distinct = sorted(set(code.tolist()))
    held = [between.join(name for i, (name, _) in enumerate(named) if c >> i & 1) for c in distinct]
    texts = [around.format(text) if text else "" for text in held]
    place = np.searchsorted(np.array(distinct), code[owner])
    return pa.array(texts, pa.string()).take(pa.array(place))


def basis_text(basis: Sequence[Basis], sources: Mapping[str, Source]) -> str:
    """The legal ground in Chinese, each with its number and article, and whether its wording was checked."""
    out = []
    for one in basis:
        source = sources.get(one.source)
        if source is None:
            out.append(f"{one.source} {one.article}".strip())
            continue
        number = f"（{source.number}）" if source.number else ""
        checked = "" if source.verified else _UNVERIFIED
        out.append(f"《{source.title.zh}》{number}{one.article}{checked}")
    return "；".join(out)
