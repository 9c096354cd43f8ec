"""Numbers with their units, as prescriptions have them: 0.5g, ５００ mg, 2.5毫升, 2片."""

import re
import unicodedata
from decimal import Context, Decimal, Inexact
from typing import Any, cast

import numpy as np

from claimrules.catalog import decimal
from claimrules.engine.column import Column
from claimrules.engine.values.numbers import narrow
from claimrules.engine.values.text import distinct_values, words_of
from claimrules.engine.values.truth import both_known

IN_UNIT = decimal(38, 6)
"""What `in_unit` gives. A value that needs more digits than six after the point is not known in that unit."""

_SIZES: dict[str, tuple[str, Decimal]] = {
    **dict.fromkeys(("kg", "千克", "公斤"), ("mass", Decimal("1e3"))),
    **dict.fromkeys(("g", "gm", "克"), ("mass", Decimal(1))),
    **dict.fromkeys(("mg", "毫克"), ("mass", Decimal("1e-3"))),
    **dict.fromkeys(("ug", "μg", "mcg", "微克"), ("mass", Decimal("1e-6"))),
    **dict.fromkeys(("ng", "纳克"), ("mass", Decimal("1e-9"))),
    **dict.fromkeys(("l", "升"), ("volume", Decimal(1))),
    **dict.fromkeys(("dl", "分升"), ("volume", Decimal("1e-1"))),
    **dict.fromkeys(("ml", "cc", "毫升"), ("volume", Decimal("1e-3"))),
    **dict.fromkeys(("ul", "μl", "微升"), ("volume", Decimal("1e-6"))),
    **dict.fromkeys(("iu", "国际单位"), ("international unit", Decimal(1))),
    **dict.fromkeys(("u", "单位"), ("unit", Decimal(1))),
    **dict.fromkeys(("片", "tab", "tabs", "tablet", "tablets"), ("tablet", Decimal(1))),
    **dict.fromkeys(("粒", "cap", "caps", "capsule", "capsules"), ("capsule", Decimal(1))),
}
"""Unit → its dimension, and how many of the dimension's base unit it is. Any other word is a dimension of its own."""

_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s*(万?)\s*([^\d\s.,]+)")
_EXACTLY = Context(prec=60, traps=[Inexact])
_LONGEST = 60
_LARGEST = 10**38


def in_unit(text: Column, unit: Column) -> Column:
    """The number in each text, in the unit asked; not known without exactly one number, or in another dimension.

    Asked once for each pair of distinct words that meets.
    """
    texts, units = words_of(text), words_of(unit)
    pair = cast(Any, text.data).astype(np.int64) * len(units) + cast(Any, unit.data)
    distinct, where = distinct_values(pair)
    found = [
        converted(str(t), str(u)) for t, u in zip(texts[distinct // len(units)], units[distinct % len(units)], strict=True)
    ]
    values = np.array([value or 0 for value in found], dtype=object)
    good = np.fromiter((value is not None for value in found), np.bool_, len(found))[where]
    known = both_known(text, unit)
    if not good.all():
        known = good if known is None else known & good
    return Column(IN_UNIT, narrow(values)[where], known)


def converted(text: str, unit: str) -> int | None:
    """The number of `text` in `unit`, in millionths; None where there is none."""
    found = _QUANTITY.fullmatch(_plain(text)) if len(text) <= _LONGEST else None
    if found is None:
        return None
    number, myriad, given = found.groups()
    dimension, size = _measure(given)
    wanted, wanted_size = _measure(_plain(unit))
    if dimension != wanted:
        return None
    try:
        value = _EXACTLY.multiply(Decimal(number), _EXACTLY.divide(size, wanted_size))
        value = _EXACTLY.multiply(value, Decimal(10**4 if myriad else 1)).scaleb(IN_UNIT.scale)
    except Inexact:
        return None
    whole = int(value)
    return whole if whole == value and whole < _LARGEST else None


def _plain(text: str) -> str:
    """Full-width characters and signs such as ㎎ as plain ones, small, without spaces around."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def _measure(unit: str) -> tuple[str, Decimal]:
    return _SIZES.get(unit, (f"“{unit}”", Decimal(1)))
