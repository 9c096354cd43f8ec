"""Claim documents, from JSON or from Python, as canonical tables."""

import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import ValidationError

from claimrules.batch.rejects import MASK
from claimrules.batch.schema import CHILDREN, NAMES, arrow_type
from claimrules.batch.source import unreadable
from claimrules.catalog import FIELDS, fields_of
from claimrules.models import Claim

_AT_A_TIME = 10_000
_PERSONAL = frozenset(name for (_, name), f in FIELDS.items() if f.personal)


@dataclass(frozen=True, slots=True)
class BadDocument:
    """A document that is no claim: its number in the file, why, and its text with personal values masked."""

    number: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Documents:
    """All documents of an input as tables; `rows` gives each table row the number of its document, from 1."""

    tables: dict[str, Any]
    rows: dict[str, npt.NDArray[np.int64]]
    bad: tuple[BadDocument, ...]


def tables_of(claims: list[Claim]) -> dict[str, Any]:
    """The canonical tables of some claims. A column that no claim sets is absent, a table without rows too."""
    out = {"claims": _table("claims", [(claim, claim.claim_id) for claim in claims])}
    for name in CHILDREN:
        rows = [(row, claim.claim_id) for claim in claims for row in getattr(claim, name)]
        if rows:
            out[name] = _table(name, rows)
    return out


def _table(name: str, rows: list[tuple[Any, str]]) -> Any:
    said: set[str] = {"claim_id"}.union(*(row.model_fields_set for row, _ in rows))
    said |= {f.name for f in fields_of(name).values() if f.required}
    columns = {}
    for f in fields_of(name).values():
        if f.name == "claim_id":
            columns[f.name] = pa.array([claim_id for _, claim_id in rows], pa.string())
        elif f.name in said:
            columns[f.name] = pa.array([getattr(row, f.name) for row, _ in rows], arrow_type(f.type))
    return pa.table(columns)


def gather(items: Iterable[tuple[int, Claim | BadDocument]]) -> Documents:
    """Read numbered claims, some at a time so that the models themselves need little memory."""
    tables: dict[str, list[Any]] = {name: [] for name in NAMES}
    rows: dict[str, list[npt.NDArray[np.int64]]] = {name: [] for name in NAMES}
    bad: list[BadDocument] = []
    for some in _batched(items):
        bad += [item for _, item in some if isinstance(item, BadDocument)]
        good = [(number, item) for number, item in some if isinstance(item, Claim)]
        numbers = np.array([number for number, _ in good], np.int64)
        for name, table in tables_of([claim for _, claim in good]).items():
            tables[name].append(table)
            per = [1 if name == "claims" else len(getattr(claim, name)) for _, claim in good]
            rows[name].append(np.repeat(numbers, per))
    joined = {name: pa.concat_tables(parts, promote_options="default") for name, parts in tables.items() if parts}
    return Documents(joined, {name: np.concatenate(rows[name]) for name in joined}, tuple(bad))


def _batched(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items)
    first = True
    while (some := list(itertools.islice(iterator, _AT_A_TIME))) or first:
        first = False
        yield some


def read_documents(path: Path) -> Documents:
    """Read a `.json` (one object, or a list of them) or a `.jsonl` (one object a line)."""
    try:
        if path.suffix == ".jsonl":
            with path.open("rb") as file:
                return gather(_from_lines(file))
        return gather(_from_values(_load(path.read_bytes(), path.name)))
    except OSError as error:
        raise unreadable(str(path), error.strerror or error) from None


def _load(data: bytes, name: str) -> list[Any]:
    try:
        value = _parse(data)
    except (ValueError, RecursionError) as error:
        raise unreadable(name, f"it is not JSON: {error}") from None
    return value if isinstance(value, list) else [value]


def _parse(data: bytes) -> Any:
    def refuse(word: str) -> None:
        raise ValueError(f"{word} is not a number")

    return json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_constant=refuse)


def _from_values(values: Iterable[Any]) -> Iterator[tuple[int, Claim | BadDocument]]:
    for number, value in enumerate(values, 1):
        yield number, _claim(number, value)


def _from_lines(lines: Iterable[bytes]) -> Iterator[tuple[int, Claim | BadDocument]]:
    filled = (line for line in lines if line.strip())
    for number, line in enumerate(filled, 1):
        try:
            value = _parse(line)
        except (ValueError, RecursionError) as error:
            # What is not JSON cannot be masked value by value, so nothing of it is shown.
            yield number, BadDocument(number, f"the line is not JSON: {error}", MASK)
            continue
        yield number, _claim(number, value)


def from_models(claims: Iterable[Any]) -> Documents:
    """Claims given in Python; anything else among them is a bad document."""
    return gather(
        (n, c if isinstance(c, Claim) else BadDocument(n, f"is a {type(c).__name__}, not a Claim", MASK))
        for n, c in enumerate(claims, 1)
    )


def _claim(number: int, value: Any) -> Claim | BadDocument:
    try:
        return Claim.model_validate(value)
    except ValidationError as error:
        return BadDocument(number, "; ".join(_reasons(error)), json.dumps(_masked(value), ensure_ascii=False))
    except RecursionError:
        return BadDocument(number, "is nested too deeply", MASK)


def _reasons(error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False):
        place = ".".join(str(part) for part in fault["loc"])
        message = fault["msg"].removeprefix("Value error, ")
        hidden = bool(_PERSONAL.intersection(map(str, fault["loc"])))
        simple = isinstance(fault["input"], str | int | float | Decimal) and not hidden
        shown = f" {str(fault['input'])[:60]!r}" if simple else f" '{MASK}'" if hidden else ""
        yield f"{place}{shown} {message}".strip()


def _masked(value: Any) -> Any:
    """Only the contract's own names are shown: what else a document holds may be a name or a telephone number."""
    if isinstance(value, dict):
        known = {name for _, name in FIELDS} | set(CHILDREN)
        return {k: MASK if k in _PERSONAL or k not in known else _masked(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(v) for v in value]
    return value if isinstance(value, str | int | bool | None) else str(value)
