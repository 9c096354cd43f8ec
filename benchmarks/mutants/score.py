"""What the tests caught, by room."""

from collections import Counter

from benchmarks.mutants.room import ROOMS

_OUTCOMES = ("killed", "survived", "timeout")


def report(rows: list[dict[str, object]], seconds: float) -> float:
    """Print the survivors and the table; the share that is killed, hangs included."""
    for row in sorted(rows, key=lambda row: str(row["id"])):
        if row["outcome"] not in ("killed", "timeout"):
            print(f"{row['outcome']}: {row['id']} ({row['ran']} of {row['of']} tests)\n  - {row['old']}\n  + {row['new']}")
    print(f"\n{'room':10}{'mutants':>9}{'killed':>9}{'survived':>10}{'timeout':>9}{'score':>9}")
    total: Counter[str] = Counter()
    for room in ROOMS:
        count = Counter(str(row["outcome"]) for row in rows if row["room"] == room.name)
        _line(room.name, count)
        total += count
    _line("all", total)
    print(f"{seconds:.0f} s")
    return _share(total)


def _line(name: str, count: Counter[str]) -> None:
    numbers = "".join(f"{count[outcome]:>{width}}" for outcome, width in zip(_OUTCOMES, (9, 10, 9), strict=True))
    print(f"{name:10}{count.total():>9}{numbers}{_share(count):>9.1%}")


def _share(count: Counter[str]) -> float:
    return (count["killed"] + count["timeout"]) / max(count.total(), 1)
