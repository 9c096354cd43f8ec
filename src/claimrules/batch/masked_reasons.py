"""Why a personal value cannot be read, told without telling the value."""

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_PARTS = re.compile(r"[0-9]{4}([-/]?)([0-9]{1,2})\1([0-9]{1,2})(?![0-9])")
_MONTHS, _DAYS = 12, 31


def masked_reasons(given: Any, why: Any, *, dates: bool) -> Any:
    """The reasons `why` of the unreadable texts `given`; of `dates`, what form the mistake has.

    Only what can be in no one's date is shown: a month above twelve, a day above thirty-one.
    """
    if not dates:
        return why
    coded = given.dictionary_encode()
    told = pa.array([_date_fault(text) for text in coded.dictionary.to_pylist()], pa.string())
    return pc.coalesce(told.take(coded.indices), why)


def _date_fault(text: str) -> str | None:
    """The form of the mistake; None where the reader's own reason says it better."""
    found = _PARTS.match(text.strip())
    if found is None:
        return None
    month, day = int(found[2]), int(found[3])
    if not 1 <= month <= _MONTHS:
        return f"is no date: the month is {month}"
    if not 1 <= day <= _DAYS:
        return f"is no date: the day is {day}"
    return None
