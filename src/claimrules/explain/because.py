"""Why a row has its verdict, in one clause: the conditions that decide it, with their values in brackets."""

from collections.abc import Iterator

from claimrules.explain.explanation import Condition, RowFacts, SubjectExplanation, Value
from claimrules.explain.words import step_word

_MOST = 3
"""Conditions that are named; the rest is a number."""


def because(subject: SubjectExplanation, row: RowFacts | None = None, language: str = "en") -> str:
    """`billed (3) > limit (2)`: what makes the subject, or one row of it, flagged, clean or undecided."""
    applied = [p.name for p in (*subject.exceptions, *(row.exceptions if row else ())) if p.applied and p.kind == "unless"]
    own = row.conditions if row is not None and row.conditions else subject.conditions
    decisive = [leaf for condition in own if _counts(condition, own) for leaf in _decisive(condition)]
    said = [_text(leaf, row.values if row else ()) for leaf in decisive[:_MOST]]
    if len(decisive) > _MOST:
        said.append(f"{len(decisive) - _MOST} more")
    out = " and ".join(dict.fromkeys(said)) or step_word(subject.verdict, subject.step, language)
    return f"{out}, but {', '.join(applied)}" if applied else out


def _counts(condition: Condition, among: tuple[Condition, ...]) -> bool:
    """Of several reasons to flag, those that hold; where none does, all of them speak."""
    best = min((c.truth for c in among), key=("true", "unknown", "false").index)
    return condition.truth == best


def _decisive(condition: Condition) -> Iterator[Condition]:
    """The parts without which the condition would have another truth."""
    if not condition.operator:
        yield condition
        return
    ruling = {"and": "false", "or": "true"}.get(condition.operator)
    some = [part for part in condition.conditions if part.truth == condition.truth] if condition.operator != "not" else []
    chosen = some if condition.truth in (ruling, "unknown") and some else condition.conditions
    for part in chosen:
        yield from _decisive(part)


def _text(leaf: Condition, known: tuple[Value, ...]) -> str:
    """The condition, and what the names in it mean. `known`: the row's own values, for what is computed as a whole."""
    meant = {v.text: _meaning(v, known) for v in leaf.pieces if isinstance(v, Value) and v.definition}
    mark = {"true": "", "false": " is false", "unknown": " is not known"}[leaf.truth]
    where = f", where {'; '.join(f'{name} = {text}' for name, text in meant.items())}" if meant else ""
    return f"{_spelt(leaf.pieces)}{mark}{where}"


def _meaning(value: Value, known: tuple[Value, ...]) -> str:
    parts = value.definition
    if len(parts) != 1 or not isinstance(parts[0], Value):
        return _spelt(parts)
    whole = parts[0].text  # an aggregate or a walk: it has no values in its places
    inside = ", ".join(f"{v.text} ({_said(v)})" for v in known if v.text in whole and v.text != value.text)
    return f"{whole} of {inside}" if inside else whole


def _spelt(pieces: tuple[str | Value, ...]) -> str:
    return "".join(piece if isinstance(piece, str) else f"{piece.text} ({_said(piece)})" for piece in pieces)


def _said(value: Value) -> str:
    if value.value is not None:
        return value.value
    return "not known" if value.at_least is None else f"at least {value.at_least}"
