"""Where the rows and cells of a CSV stand, and whether its quotes are in order.

A CSV reader is lenient: it takes a stray quote for text and an unclosed one for a cell that runs to the end of the
file, and it does not say on which line a row begins. All of it follows from one fact: a character is inside quotes
where the number of quotes before it is odd.
"""

import numpy as np
import numpy.typing as npt

_QUOTE, _COMMA, _NEWLINE = ord('"'), ord(","), ord("\n")


def quote_error(data: bytes) -> tuple[int, str] | None:
    """The position of the first quote that is out of order, and what is wrong with it; None where all are in order.

    `data` has line ends of one newline.
    """
    chars = np.frombuffer(data, dtype=np.uint8)
    quotes = np.flatnonzero(chars == _QUOTE)
    if not len(quotes):
        return None
    padded = np.concatenate(([_NEWLINE], chars, [_NEWLINE])).astype(np.uint8)
    before, after = padded[quotes], padded[quotes + 2]
    opening = np.arange(len(quotes)) % 2 == 0
    fine = np.where(opening, _ends_cell(before) | (before == _QUOTE), _ends_cell(after) | (after == _QUOTE))
    if not fine.all():
        first = int(np.argmin(fine))
        if first % 2 == 0:
            return int(quotes[first]), "a quote inside a cell that does not begin with one"
        return int(quotes[first]), "text after a closing quote"
    if len(quotes) % 2:
        return int(quotes[-1]), "a quote that is never closed"
    return None


def row_lines(data: bytes) -> npt.NDArray[np.int64]:
    """The line, from 1, on which each row begins, the header first. Empty lines are no rows."""
    chars = np.frombuffer(data, dtype=np.uint8)
    newlines = np.flatnonzero(chars == _NEWLINE)
    if _QUOTE in data:
        quotes_before = np.searchsorted(np.flatnonzero(chars == _QUOTE), newlines)
        ends = newlines[quotes_before % 2 == 0]
    else:
        ends = newlines
    if not len(chars) or chars[-1] != _NEWLINE:
        ends = np.append(ends, len(chars))
    starts = np.concatenate(([0], ends[:-1] + 1))
    starts = starts[starts < ends]
    return np.asarray(np.searchsorted(newlines, starts) + 1, dtype=np.int64)


def cell_span(text: str, line: int, index: int) -> tuple[int, int]:
    """Column (from 1) and length of cell `index` of the row that begins on `line`; column 0 where it is further on."""
    row = text.split("\n", line)[line - 1] if line else ""
    start, inside = 0, False
    for position, char in enumerate(row):
        if char == '"':
            inside = not inside
        elif char == "," and not inside:
            if not index:
                return start + 1, max(1, position - start)
            index, start = index - 1, position + 1
    return (start + 1, max(1, len(row) - start)) if not index else (0, 1)


def _ends_cell(chars: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    return np.isin(chars, (_COMMA, _NEWLINE))
