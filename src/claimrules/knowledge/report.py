"""The errors of one file, counted all and shown as far as they can be read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from claimrules.diagnostics import Diagnostic, Place

SHOWN = 20
"""Diagnostics a file. A table exported with the wrong date format has an error on every line: more are not read."""


@dataclass(slots=True)
class Report:
    """Collects what is wrong in one file's rows. Rows are counted from 0 in the order of the file."""

    place: Callable[[int, str | None], Place]
    rows: list[tuple[int, Diagnostic]] = field(default_factory=list)
    total: int = 0

    def add(self, wrong: Any, make: Callable[[int], Diagnostic]) -> None:
        """Note the rows in `wrong` (a sequence of row numbers); `make` is asked for the first few only."""
        self.total += len(wrong)
        self.rows.extend((int(row), make(int(row))) for row in np.sort(np.asarray(wrong))[: SHOWN + 1])

    def diagnostics(self) -> list[Diagnostic]:
        """The first of them by row, and one that counts the rest."""
        ordered = sorted(self.rows, key=lambda pair: (pair[0], pair[1]))
        out = [diagnostic for _, diagnostic in ordered[:SHOWN]]
        if self.total > len(out):
            row = ordered[SHOWN][0] if len(ordered) > SHOWN else ordered[-1][0]
            more = self.total - len(out)
            errors = "error" if more == 1 else "errors"
            out.append(Diagnostic("CR399", f"… and {more} more {errors} in this file", self.place(row, None)))
        return out
