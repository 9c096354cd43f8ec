"""The query in the making: named parts (CTEs) in order, each with a comment that says what it is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from claimrules.sql.fragments import name


@dataclass(slots=True)
class Query:
    """CTEs by name, in the order in which they need each other. `taken`: names of tables, which no CTE may have."""

    taken: set[str]
    parts: list[tuple[str, exp.Expr, str]] = field(default_factory=list)
    recursive: bool = False

    def free(self, wanted: str) -> str:
        """`wanted`, or the next name like it that nothing has."""
        found, count = wanted, 2
        while found in self.taken:
            found, count = f"{wanted}_{count}", count + 1
        self.taken.add(found)
        return found

    def add(self, wanted: str, body: exp.Expr, comment: str = "") -> str:
        """Add a CTE. Gives its name."""
        found = self.free(wanted)
        self.parts.append((found, body, comment))
        return found

    def tree(self, last: exp.Select) -> exp.Select:
        """The whole query, ending in `last`."""
        last = last.copy()
        for called, body, comment in self.parts:
            last = last.with_(name(called), as_=body, recursive=self.recursive, copy=False)
            if comment:
                last.ctes[-1].add_comments([f" {comment} "])
        return last


def select(columns: Iterable[Any], source: exp.Expr) -> exp.Select:
    """A SELECT of columns (an expression, or a name with one) from a table."""
    made = [exp.Alias(this=c[1], alias=name(c[0])) if isinstance(c, tuple) else c for c in columns]
    return exp.select(*made).from_(source)
