"""What callers give, made what was meant, or refused by name: Python has no compiler to do it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import ValidationError

from claimrules.batch import ClaimBatch
from claimrules.catalog import TableSchema
from claimrules.diagnostics import ClaimsError, Diagnostic, PlanError, suggest
from claimrules.models import Claim

BATCH_LINES = 250_000
"""How many lines are judged at once, unless the caller says: what a batch costs by itself is then a small part."""


def listed(value: Any) -> list[Any]:
    """One name or path, or several."""
    return [value] if isinstance(value, str | Path) else list(value)


def day_of(value: dt.date | str | None, name: str) -> dt.date | None:
    """A date, or its ISO text.

    Raises:
        PlanError: CR405 anything else.
    """
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise PlanError(Diagnostic("CR405", f"{name}: `{value}` is no date", help="write 2025-01-31")) from None
    if isinstance(value, dt.datetime):
        return value.date()
    if value is None or isinstance(value, dt.date):
        return value
    raise PlanError(Diagnostic("CR405", f"{name} is a date, not {_a(value)}"))


def refuse_no_claims(value: Any) -> None:
    """What looks like claims and is not.

    Raises:
        ClaimsError: CR116.
    """
    advice = ""
    if isinstance(value, Claim):
        advice = "put it into a list: [claim]; or ask `check` about one claim"
    elif isinstance(value, pa.Table | pa.RecordBatch):
        advice = 'name it: {"claims": …, "lines": …}'
    elif value is None or not isinstance(value, Iterable | Path | ClaimBatch):
        advice = "give a folder or file, a dict of Arrow tables, or Claims"
    if advice:
        raise ClaimsError(Diagnostic("CR116", f"{_a(value)} is not a set of claims", help=advice))


def claim_of(value: Any) -> Claim:
    """A Claim, or its document.

    Raises:
        ClaimsError: CR115 a document that cannot be read; CR116 anything else.
    """
    if isinstance(value, Claim):
        return value
    if not isinstance(value, Mapping):
        raise ClaimsError(Diagnostic("CR116", f"{_a(value)} is not a claim", help="give a Claim, or its document as a dict"))
    try:
        return Claim.model_validate(value)
    except ValidationError as error:
        found = [
            Diagnostic("CR115", f"claim: `{'.'.join(str(step) for step in detail['loc'])}`: {detail['msg']}")
            for detail in error.errors()
        ]
        raise ClaimsError(found) from None


def history_of(value: Iterable[Claim] | None) -> list[Claim] | None:
    """The person's other claims; None where nothing is said of them."""
    if isinstance(value, Claim | Mapping):
        raise ClaimsError(Diagnostic("CR116", "the history is a list of claims, not one", help="write history=[claim]"))
    return None if value is None else [claim_of(claim) for claim in value]


def refuse_doubled(claims: Sequence[Claim]) -> None:
    """Equal keys: at the doctor's desk a mistake, not a row to reject.

    Raises:
        ClaimsError: CR114.
    """
    seen: set[str] = set()
    for claim in claims:
        if claim.claim_id in seen:
            raise ClaimsError(Diagnostic("CR114", f"the claim `{claim.claim_id}` is given twice"))
        seen.add(claim.claim_id)
        lines = [line.line_id for line in claim.lines]
        if len(set(lines)) < len(lines):
            double = next(line for line in lines if lines.count(line) > 1)
            raise ClaimsError(Diagnostic("CR114", f"the claim `{claim.claim_id}` has the line `{double}` twice"))


def registers_of(value: Mapping[str, Any] | None, known: Mapping[str, TableSchema]) -> dict[str, Any]:
    """Registers by name, each a `pyarrow.Table` or rows as dicts, as tables that are not yet checked.

    Raises:
        ClaimsError: CR106 what is no register, or one that nobody has declared.
    """
    if not value:
        return {}
    if not isinstance(value, Mapping):
        message = f"registers are tables by name, not {_a(value)}"
        raise ClaimsError(Diagnostic("CR106", message, help='write registers={"staff": [{"physician_id": "D1"}]}'))
    for name in value:
        if name not in known:
            near = suggest(str(name), known)
            advice = f"did you mean `{near}`?" if near else f"known are {', '.join(known)}"
            raise ClaimsError(Diagnostic("CR106", f"there is no register `{name}`", help=advice))
    return {name: _table(rows, known[name].key[0].name) for name, rows in value.items()}


def _table(rows: Any, first: str) -> Any:
    if not isinstance(rows, list | tuple) or not all(isinstance(row, Mapping) for row in rows):
        return rows
    names = list(dict.fromkeys(str(name) for row in rows for name in row)) or [first]
    return pa.table({name: pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in names})


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _a(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"
