"""Which rows of a sheet are rows of its table, and what the others are."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from claimrules.imports.account import Left
from claimrules.imports.header import Header, normal
from claimrules.imports.sheet import Sheet

_TOTALS = re.compile(r"合计|总计|小计|共计|total|subtotal", re.IGNORECASE)
_REMARKS = re.compile(
    r"(备注|附注|注|说明|数据来源|资料来源|填表说明|note|notes|source)\s*[:：\d].*|备注|附注|注|note|notes",
    re.IGNORECASE | re.DOTALL,
)
_LONG = 60

ABOVE, HEADER, AGAIN, BLANK = "above the header", "header", "header again", "blank"
MORE_HEADER, FOOTER, HEADING, BELOW = "header, continued", "total or remark", "heading", "below the table"


@dataclass(slots=True)
class Body:
    """The rows of the table by their place in the sheet, and why the others are none."""

    rows: list[int]
    left: dict[int, Left]


def find_body(
    sheet: Sheet, header: Header, anchors: Sequence[int], ends: Sequence[str], sound: Callable[[int], bool]
) -> Body:
    """Sort the rows of a sheet.

    `anchors`: columns without which a row is none of the table. `ends`: further words that a footer begins with. `sound`:
    whether all other cells of a row read well, which a row that only lacks its code would, and a second line of the
    header would not.
    """
    body = Body([], {})
    read = {*header.at.values(), *(column for _, column in header.conditions)}
    open_rows: list[int] = []
    alone: list[int] = []
    for row in range(len(sheet.rows)):
        reason = _reason(sheet, header, row, anchors, ends)
        if reason:
            body.left[row] = left(sheet, row, reason)
        elif all(sheet.cell(row, column) for column in anchors):
            filled = sum(1 for column in read if sheet.cell(row, column))
            (body.rows if filled > 1 or len(read) == 1 else alone).append(row)
        else:
            open_rows.append(row)
    first, last = (body.rows[0], body.rows[-1]) if body.rows else (len(sheet.rows), -1)
    for row in alone:  # a name and nothing else: below the table a signature, within it a row that lacks the rest
        if first < row < last:
            body.rows.append(row)
        else:
            body.left[row] = left(sheet, row, MORE_HEADER if row < first else BELOW)
    body.rows.sort()
    for row in open_rows:
        filled = sum(1 for column in read if sheet.cell(row, column))
        if filled > 1 and (row > first or sound(row)):
            names = " and ".join(f"`{sheet.label(header.row, c)}`" for c in anchors if not sheet.cell(row, c))
            body.left[row] = left(sheet, row, f"no {' '.join(names.split())}", fault=True)
        else:
            reason = MORE_HEADER if row < first else BELOW if row > last else HEADING
            body.left[row] = left(sheet, row, reason)
    return body


def left(sheet: Sheet, row: int, reason: str, *, fault: bool = False) -> Left:
    """A row of a sheet that is not taken."""
    text = " | ".join(" ".join(cell.split()) for cell in sheet.rows[row] if cell)
    return Left(sheet.lines[row], reason, text if len(text) <= _LONG else f"{text[: _LONG - 1]}…", fault)


def _reason(sheet: Sheet, header: Header, row: int, anchors: Sequence[int], ends: Sequence[str]) -> str:
    """Why a row is none of the table, as far as it shows by itself; "" where it does not."""
    first = next((cell for cell in sheet.rows[row] if cell), "")
    if not first:
        return BLANK
    if row <= header.row:
        return HEADER if row == header.row else ABOVE
    if all(normal(sheet.cell(row, c)) == normal(sheet.cell(header.row, c)) for c in header.at.values()):
        return AGAIN
    if _TOTALS.fullmatch("".join(first.split()).rstrip(":：")) or any(first.startswith(end) for end in ends):
        return FOOTER
    alone = sum(1 for cell in sheet.rows[row] if cell) == 1
    if _REMARKS.fullmatch(first) and (alone or not all(sheet.cell(row, column) for column in anchors)):
        return FOOTER
    return ""
