"""Where something stands in a file."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A span on one line of a file. `line` and `column` count from 1, `length` in characters."""

    file: str
    line: int = 0
    column: int = 0
    length: int = 1

    def shifted(self, columns: int, length: int) -> "Place":
        """The span that begins `columns` characters further on the same line."""
        return Place(self.file, self.line, self.column + columns, max(1, length))

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"
