"""What a comparison is said by: one choice of figures and words for the terminal and for Markdown."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from claimrules.diagnostics import Place
from claimrules.diff.attribute import How
from claimrules.diff.money import Compared, together
from claimrules.diff.move import Move
from claimrules.diff.result import Diff, Effect

Named = Callable[[Place | None], Place | None]
"""How people call a place: of a revision, by the revision."""
HOWS: dict[How, str] = {"alone": "", "together": "all of these together: ", "each": "each of these by itself: "}
NO_MONTH = "no date"


@dataclass(frozen=True, slots=True)
class Figures:
    """One row of a table of money: findings and amount before and after, and the difference."""

    name: str
    before: str
    after: str
    findings: str
    amount: str
    fund_loss: str


def signed(value: Decimal) -> str:
    """`+1,234.50`, `-3.00`, `0.00`."""
    return f"{value:+,.2f}" if value else "0.00"


def plain_money(value: Decimal) -> str:
    """`1,234.50`."""
    return f"{value:,.2f}"


def figures(one: Compared, name: str) -> Figures:
    """A row by its name."""
    counts = f"{one.old.findings:,} → {one.new.findings:,}" if one.old.findings or one.new.findings else ""
    return Figures(
        name,
        plain_money(one.old.amount),
        plain_money(one.new.amount),
        counts,
        signed(one.amount),
        signed(one.fund_loss),
    )


def differing(compared: tuple[Compared, ...]) -> list[Compared]:
    """The names in which anything differs, the largest difference first."""
    return sorted((one for one in compared if one.old != one.new), key=lambda one: (-abs(one.amount), one.name))


def rows_of(compared: tuple[Compared, ...], show: int) -> list[Figures]:
    """The names that differ, the rest as one row: the rows add up to the sum of findings."""
    shown = differing(compared)[:show]
    rest = [one for one in compared if one not in shown]
    rows = [figures(one, one.name or NO_MONTH) for one in shown]
    return [*rows, figures(together(rest), f"{len(rest):,} others")] if rest else rows


def closing(diff: Diff) -> list[Figures]:
    """The last rows of a table of money: the sum of findings, what it has more than once, and the total of the summary."""
    totals = diff.totals
    return [
        figures(totals.findings, "sum of findings"),
        figures(totals.overlap, "counted more than once"),
        figures(totals.once, "total, each line once"),
    ]


def counts(effect: Effect) -> str:
    """`+3 −1 ~2`: findings added, removed, changed."""
    parts = (("+", effect.added), ("-", effect.removed), ("~", effect.changed))
    return " ".join(f"{sign}{n:,}" for sign, n in parts if n)


def told(move: Move) -> Iterator[str]:
    """What a move says, a line a side."""
    if move.before:
        yield f"- {move.before}"
    if move.after:
        yield f"+ {move.after}"


def renamed(diff: Diff, old: Named, new: Named) -> Diff:
    """The same, its places called as people call them."""
    moved = {move: replace(move, old_place=old(move.old_place), new_place=new(move.new_place)) for move in _all(diff)}

    def of(moves: tuple[Move, ...]) -> tuple[Move, ...]:
        return tuple(moved[move] for move in moves)

    return replace(
        diff,
        moves=of(diff.moves),
        effects=tuple(replace(one, moves=of(one.moves)) for one in diff.effects),
        because=[replace(one, moves=of(one.moves)) for one in diff.because],
    )


def _all(diff: Diff) -> set[Move]:
    return {*diff.moves, *(move for one in diff.because for move in one.moves)}


def largest(diff: Diff, count: int) -> list[dict[str, Any]]:
    """The changed findings of most money, each with what it is due to under `because`."""
    rows = [
        {**row, "because": because, "difference": (row["amount_new"] or Decimal(0)) - (row["amount_old"] or Decimal(0))}
        for row, because in zip(diff.changes.to_pylist(), diff.because, strict=True)
    ]
    return sorted(rows, key=lambda row: -abs(row["difference"]))[:count]


def due_to(because: Any) -> str:
    """What one finding is due to, in one line."""
    titles = [move.title for move in because.moves]
    return HOWS[because.how] + "; ".join(titles)


def headline(diff: Diff) -> str:
    """`12 findings differ (3 added, 8 removed, 1 changed); total, each line once: +120.00`."""
    words = diff.changes["change"].to_pylist()
    if not words:
        return "no finding differs"
    kinds = ", ".join(f"{words.count(kind):,} {kind}" for kind in ("added", "removed", "changed") if kind in words)
    differ = "1 finding differs" if len(words) == 1 else f"{len(words):,} findings differ"
    return f"{differ} ({kinds}); total, each line once: {signed(diff.totals.once.amount)}"
