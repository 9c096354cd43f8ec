"""To what each changed finding of a rule is due.

Where one thing moved, it is that. Where several did, they are tried: put one back as it was and judge again. What undoes the
change alone explains it; where each of several does, all of them were needed. Where none does, each is tried from the other
end: what makes the change alone, without the rest. Of what is left, only all that has a part in it together explains it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from claimrules.diagnostics import Diagnostic, EngineError
from claimrules.diff.move import Move
from claimrules.diff.pairs import Bools, equal
from claimrules.diff.trials import Trials
from claimrules.diff.worlds import Side

How = Literal["alone", "together", "each"]
Group = tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Because:
    """`alone`: this and nothing else; `together`: all of these were needed; `each`: any of these would have done it."""

    how: How
    moves: tuple[Move, ...]


@dataclass
class Attribution:
    """The attribution of the changes of one rule.

    `groups`: what moved that the rule looks at; `whole`: what stands for all rows of a table; `old`, `new`: the states of
    the findings; `consulted`: for each finding the moved rows that it names.
    """

    trials: Trials
    groups: Sequence[Group]
    old: Any
    new: Any
    consulted: Sequence[frozenset[Move]]
    whole: dict[Group, Move]

    def __post_init__(self) -> None:
        self._selected: list[tuple[How, Side | None, npt.NDArray[np.int64]]] = []
        self._rows: dict[tuple[int, Side], npt.NDArray[np.int64]] = {}

    def because(self) -> list[Because]:
        """For each change what it is due to.

        Raises:
            EngineError: CR502 nothing moved that the rule looks at, and yet it finds something else.
        """
        if not self.groups:
            message = f"`{self.trials.rule_id}` finds something else, and nothing that it looks at has moved"
            raise EngineError(Diagnostic("CR502", message, help="please report it, with both versions of the rule"))
        return [self._one(row, *how) for row, how in enumerate(self._choose())]

    def _choose(self) -> list[tuple[How, Side | None, tuple[int, ...]]]:
        """For each finding how, by which side's trials, and the numbers of the groups."""
        count = len(self.old)
        if len(self.groups) == 1:
            return [("alone", "new", (0,))] * count
        out: list[tuple[How, Side | None, tuple[int, ...]] | None] = [None] * count
        undone = self._matrix("new", self.old)
        for row in np.flatnonzero(undone.any(axis=1)).tolist():
            chosen = tuple(np.flatnonzero(undone[row]).tolist())
            out[row] = ("alone" if len(chosen) == 1 else "together", "new", chosen)
        if any(one is None for one in out):
            made = self._matrix("old", self.new)
            for row in np.flatnonzero(made.any(axis=1)).tolist():
                chosen = tuple(np.flatnonzero(made[row]).tolist())
                out[row] = out[row] or ("alone" if len(chosen) == 1 else "each", "old", chosen)
        if any(one is None for one in out):
            parts = self._parts([row for row, one in enumerate(out) if one is None])
            out = [one or ("together", None, parts[row]) for row, one in enumerate(out)]
        return [one for one in out if one is not None]

    def _matrix(self, side: Side, wanted: Any) -> Bools:
        """Which group, changed over on that side, gives each finding the state that is wanted."""
        columns = [self._gives(side, frozenset(group), wanted) for group in self.groups]
        return np.stack(columns, axis=1)

    def _gives(self, side: Side, moves: frozenset[Move], wanted: Any) -> Bools:
        states = self.trials.states(side, moves)
        return np.zeros(len(wanted), np.bool_) if states is None else equal(states, wanted)

    def _parts(self, rows: Sequence[int]) -> dict[int, tuple[int, ...]]:
        """For findings that no group explains alone: those that have a part in it, if they do together; else all."""
        moved = np.stack([self._moves(frozenset(group)) for group in self.groups], axis=1)
        everything = tuple(range(len(self.groups)))
        out: dict[int, tuple[int, ...]] = {}
        for chosen in {tuple(np.flatnonzero(moved[row]).tolist()) for row in rows}:
            mine = [row for row in rows if tuple(np.flatnonzero(moved[row]).tolist()) == chosen]
            moves = frozenset(move for number in chosen for move in self.groups[number])
            enough = self._gives("new", moves, self.old) if chosen else np.zeros(len(self.old), np.bool_)
            out |= {row: chosen if enough[row] else everything for row in mine}
        return out

    def _moves(self, moves: frozenset[Move]) -> Bools:
        """Which findings are not as they are once a group is put back."""
        states = self.trials.states("new", moves)
        return np.ones(len(self.new), np.bool_) if states is None else ~equal(states, self.new)

    # ------------------------------------------------------------------ the rows of a table

    def _one(self, row: int, how: How, side: Side | None, chosen: tuple[int, ...]) -> Because:
        moves = tuple(move for number in chosen for move in self._row_moves(row, side, number))
        return Because(how, moves)

    def _row_moves(self, row: int, side: Side | None, number: int) -> tuple[Move, ...]:
        """The moves of a group that this finding is due to: one row of a table where one alone does it."""
        group = self.groups[number]
        if len(group) == 1:
            return group
        if side is not None:
            found = int(self._single(number, side)[row])
            if found >= 0:
                return (group[found],)
        named = tuple(move for move in group if move in self.consulted[row])
        return named or (self.whole[group],)

    def _single(self, number: int, side: Side) -> npt.NDArray[np.int64]:
        """For each finding the one row that does it, -1 where it is not one: found by halves, for all at once.

        Bit by bit of the rows' numbers, the rows that have it and the rows that do not are changed over. Where exactly one
        half gives the state that is wanted, the row is in it.
        """
        if (number, side) not in self._rows:
            group, wanted = self.groups[number], self.old if side == "new" else self.new
            found = np.zeros(len(wanted), np.int64)
            for bit in range((len(group) - 1).bit_length()):
                having = frozenset(move for at, move in enumerate(group) if at >> bit & 1)
                one = self._gives(side, having, wanted)
                other = self._gives(side, frozenset(group) - having, wanted)
                found = np.where((found < 0) | (one == other), -1, found | (one.astype(np.int64) << bit))
            self._rows[number, side] = np.where(found < len(group), found, -1)
        return self._rows[number, side]


def consulted(changes: Any, moved: dict[str, Move]) -> list[frozenset[Move]]:
    """For each change the moved rows that its finding names on either side. `moved`: by knowledge id."""
    sides = zip(*(changes[f"knowledge_ids_{side}"].to_pylist() for side in ("old", "new")), strict=True)
    return [frozenset(moved[one] for ids in pair for one in ids or () if one in moved) for pair in sides]
