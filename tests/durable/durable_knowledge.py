"""Which knowledge row a line finds, by plain Python over the CSV files."""

import csv
from collections import defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path

NATION = "000000"
Row = dict[str, str]


def read_csv(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Knowledge:
    """Rows of tables by code. An empty or absent cell: any level, no first or last day, the whole nation."""

    def __init__(self, tables: dict[str, list[Row]]) -> None:
        self.codes: dict[str, dict[str, list[Row]]] = {}
        for name, rows in tables.items():
            by_code: dict[str, list[Row]] = defaultdict(list)
            for row in rows:
                by_code[row["code"]].append(row)
            self.codes[name] = by_code

    def find(self, table: str, code: str, day: date, region: str | None, level: str | None = None) -> Row | str | None:
        """The row; None where there is none; "unknown" where region or level would have to be known to say."""
        fitting = []
        for row in self.codes[table].get(code, ()):
            fits = [dated(row, day), in_region(row, region), at_level(row, level)]
            if False in fits:
                continue
            if None in fits:
                return "unknown"
            fitting.append(row)
        fitting.sort(key=rank, reverse=True)
        for first, second in pairwise(fitting):
            assert rank(first) > rank(second), (first, second)
        return fitting[0] if fitting else None


def rank(row: Row) -> tuple[int, bool]:
    """The narrower region goes before the level of its own."""
    return width(row), bool(row.get("level"))


def width(row: Row) -> int:
    """How many digits of its region say something: 0 the nation, 2 a province, 4 a city, 6 a county."""
    region = row.get("region") or NATION
    return next(n for n in (0, 2, 4, 6) if not region[n:].strip("0"))


def dated(row: Row, day: date) -> bool:
    begin, end = row.get("valid_from"), row.get("valid_to")
    return (not begin or date.fromisoformat(begin) <= day) and (not end or day <= date.fromisoformat(end))


def in_region(row: Row, region: str | None) -> bool | None:
    if not width(row):
        return True
    return None if region is None else region.startswith(row["region"][: width(row)])


def at_level(row: Row, level: str | None) -> bool | None:
    if not row.get("level"):
        return True
    return None if level is None else row["level"] == level
