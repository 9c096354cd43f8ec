"""The nearest change of one input value that flips a verdict: tried with the engine, never guessed."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from claimrules.batch import ClaimBatch
from claimrules.catalog import kind_fields
from claimrules.engine.column import Mask
from claimrules.engine.subject_rows import RowSpace
from claimrules.explain.candidates import OTHER, candidates, distance, further, middle
from claimrules.explain.cells import Reach, cells_of, conditions_of, reach_of
from claimrules.explain.explanation import Change, Outcome, SubjectExplanation
from claimrules.explain.judged import ContextOf, Judged
from claimrules.explain.looking import Look, Wording
from claimrules.explain.row_facts import places
from claimrules.explain.spelling import name_of
from claimrules.explain.worlds import Cell, Worlds, row_names
from claimrules.language.expression import Expr, Field, walk
from claimrules.language.scope import time_of
from claimrules.plan import RulePlan

MOST_SUBJECTS = 10
"""Subjects of one explanation for which a change is looked for."""
MOST_RUNS = 250
"""Changed worlds that are judged for one subject."""
MOST_ROWS = 3_000_000
"""Rows that are judged again in all."""
_FLIPS: dict[Outcome, tuple[tuple[Outcome, ...], ...]] = {
    "flagged": (("clean", "not_applicable"),),
    "clean": (("flagged",),),
    "undecided": (("flagged",), ("clean", "not_applicable")),
    "not_applicable": (("flagged",), ("clean",)),
}
"""Which outcomes count as flipped, each tuple one change; of `not_applicable` only the first that is found."""
_NO_SEARCH = ("refunded", "reversed", "knowledge", "exempt")
_KEY_PARTS = {
    "claims": ("claim_id",),
    "lines": ("claim_id", "line_id"),
    "diagnoses": ("claim_id", "diagnosis_code", "sequence"),
    "operations": ("claim_id", "operation_code", "operated_at"),
}


def find_changes(
    plan: RulePlan,
    context_of: ContextOf,
    batch: ClaimBatch,
    judged: Judged,
    wording: Wording,
    mine: Mask,
    found: list[SubjectExplanation],
) -> list[SubjectExplanation]:
    """The explanations with the nearest changes. `batch` has its rows numbered, and `judged` comes from it."""
    worlds = Worlds(plan, context_of, batch)
    search = Search(judged, wording, worlds, mine)
    out: list[SubjectExplanation] = []
    sought = 0
    for one in found:
        if sought == MOST_SUBJECTS or (one.step in _NO_SEARCH and one.verdict == "not_applicable") or search.spent:
            out.append(one)
            continue
        sought += 1
        out.append(one.model_copy(update={"changes": tuple(search.changes(one)), "searched": True}))
    return out


@dataclass(frozen=True, slots=True)
class Flip:
    """A change that gives another verdict."""

    size: Decimal
    order: int
    cell: Cell
    before: Any
    after: Any
    outcome: Outcome


@dataclass(slots=True)
class Search:
    """Looks for the changes of one judged rule."""

    judged: Judged
    wording: Wording
    worlds: Worlds
    mine: Mask
    scales: dict[Expr, Decimal] = field(default_factory=dict)
    _names: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self._names = row_names(self.judged.base)

    @property
    def spent(self) -> bool:
        """Whether enough has been judged again."""
        size = sum(int(table.num_rows) for table in self.worlds.batch.tables().values())
        return self.worlds.runs * max(size, 1) > MOST_ROWS

    def changes(self, said: SubjectExplanation) -> list[Change]:
        """The nearest change for each way in which the verdict can flip."""
        rows, at, names = self._rows_of(said)
        conditions = conditions_of(self.judged, said.step, said.verdict)
        more = self._unknown_fields(rows, at) if said.verdict == "undecided" else []
        looks = self._looks(rows, at)
        flips: list[Flip] = []
        budget = self.worlds.runs + MOST_RUNS
        tasks = []
        for order, cell in enumerate(cells_of(self.judged, rows, at, conditions, more)):
            reach = reach_of(cell.node, conditions, looks)
            value = cell.value_in(self.worlds.batch)
            tasks.append((order, cell, value, reach))
            if isinstance(value, int | Decimal) and not isinstance(value, bool):
                known = self.scales.get(cell.node, Decimal(0))
                self.scales[cell.node] = max(known, abs(Decimal(value)))
        for order, cell, value, reach in tasks:
            flips += self._tried(order, cell, value, reach, said, names, budget)
        if not any(self._wanted(said.verdict, flip.outcome) == 0 for flip in flips):
            for order, cell, value, _ in tasks:
                flips += self._stretched(order, cell, value, said, names, budget)
        return self._nearest(said, flips, names, budget)

    def _wanted(self, before: Outcome, after: Outcome) -> int | None:
        """Which of the flips of `_FLIPS` it is."""
        return next((i for i, outcomes in enumerate(_FLIPS[before]) if after in outcomes), None)

    # ------------------------------------------------------------------ trying

    def _tried(
        self, order: int, cell: Cell, value: Any, reach: Reach, said: SubjectExplanation, names: tuple[str, ...], budget: int
    ) -> list[Flip]:
        out: list[Flip] = []
        for candidate in candidates(value, cell.type, reach):
            if self.worlds.runs >= budget or self.spent:
                break
            flip = self._flip(order, cell, value, candidate, said, names)
            if flip is not None:
                out.append(flip)
        return out

    def _stretched(
        self, order: int, cell: Cell, value: Any, said: SubjectExplanation, names: tuple[str, ...], budget: int
    ) -> list[Flip]:
        """Ever farther values, until one flips."""
        out: list[Flip] = []
        for way in further(value, cell.type):
            for candidate in way:
                if self.worlds.runs >= budget or self.spent:
                    return out
                flip = self._flip(order, cell, value, candidate, said, names)
                if flip is not None:
                    out.append(flip)
                    break
        return out

    def _flip(
        self, order: int, cell: Cell, before: Any, after: Any, said: SubjectExplanation, names: tuple[str, ...]
    ) -> Flip | None:
        outcome = self.worlds.changed(cell, after).outcome(said.subject, names)
        if self._wanted(said.verdict, outcome) is None:
            return None
        size = distance(before, after, self.scales.get(cell.node, Decimal(0)))
        return Flip(size, order, cell, before, after, outcome)

    # ------------------------------------------------------------------ choosing

    def _nearest(self, said: SubjectExplanation, flips: list[Flip], names: tuple[str, ...], budget: int) -> list[Change]:
        out: list[Change] = []
        for i in range(len(_FLIPS[said.verdict])):
            of_kind = [flip for flip in flips if self._wanted(said.verdict, flip.outcome) == i]
            best: dict[Cell, Flip] = {}
            for flip in sorted(of_kind, key=_rank):
                best.setdefault(flip.cell, flip)
            near = [self._refined(flip, said, names, budget, i) for flip in best.values()]
            if near:
                out.append(self._change(min(near, key=_rank)))
            if out and said.verdict == "not_applicable":
                break
        return out

    def _refined(self, flip: Flip, said: SubjectExplanation, names: tuple[str, ...], budget: int, which: int) -> Flip:
        """Nearer and nearer to what it is, halving the way, as long as it still flips."""
        if flip.before is None:
            return flip
        low, best = flip.before, flip
        while self.worlds.runs < budget + MOST_RUNS and not self.spent:
            value = _between(low, best.after, flip.cell)
            if value is None:
                break
            found = self._flip(flip.order, flip.cell, flip.before, value, said, names)
            if found is not None and self._wanted(said.verdict, found.outcome) == which:
                best = found
            else:
                low = value
        return best

    def _change(self, flip: Flip) -> Change:
        cell, batch = flip.cell, self.worlds.batch
        table = getattr(batch, cell.table)
        key = tuple(str(table[name][cell.row].as_py()) for name in _KEY_PARTS[cell.table] if name in table.column_names)
        kind = {"lines": "line", "claims": "claim", "diagnoses": "diagnosis", "operations": "operation"}[cell.table]
        row = f"claim={key[0]}" + (f"; {kind}={'@'.join(key[1:])}" if key[1:] else "")
        return Change(
            row=row,
            table=cell.table,
            key=key,
            field=name_of(cell.node),
            title=kind_fields(cell.node.kind)[cell.node.name].zh,
            before=_said(flip.before),
            after=_said(flip.after),
            kind=_kind_of(cell),
            any_other=isinstance(flip.after, str) and flip.after.endswith(OTHER),
            verdict=flip.outcome,
        )

    # ------------------------------------------------------------------ the subject

    def _rows_of(self, said: SubjectExplanation) -> tuple[RowSpace, list[int], tuple[str, ...]]:
        """The space of the subject's rows, their places in it, violating ones first, and their names."""
        judged = self.judged
        if said.verdict == "not_applicable":
            counted = np.zeros(judged.base.n, np.bool_)
            counted[judged.rows.at] = True
            texts = self._own_texts(np.flatnonzero(self.mine & ~counted))
            place = next(place for place, text in texts if text == said.subject)
            return RowSpace(judged.base, np.array([place], np.int64)), [0], (self._names[place],)
        subjects = judged.subject_texts()
        first = subjects.index(said.subject)
        at = places(judged, int(judged.subjects.ids[first]))
        violating = np.asarray(judged.verdict.rows.data)
        at.sort(key=lambda i: (not violating[i], i))
        names = tuple(dict.fromkeys(self._names[judged.rows.at[i]] for i in at))
        return judged.rows, at, names

    def _own_texts(self, places_: Any) -> list[tuple[int, str]]:
        from claimrules.engine.named import own_text  # noqa: PLC0415

        return (
            list(zip(places_.tolist(), own_text(self.judged.base, places_).to_pylist(), strict=True)) if len(places_) else []
        )

    def _looks(self, rows: RowSpace, at: list[int]) -> list[Look]:
        looks = [Look(rows, i, self.wording) for i in at[:MOST_SUBJECTS]]
        if not self.judged.by_row and rows.subjects is not None and at:
            looks.append(Look(rows.subject_space, int(rows.subjects.ids[at[0]]), self.wording))
        return looks

    def _unknown_fields(self, rows: RowSpace, at: list[int]) -> list[Expr]:
        """Fields of keys, look-ups and the row's time that are not known."""
        rule = self.judged.plan.rule
        tops: list[Expr] = [key.value for key in rule.per]
        for match in rule.matches:
            tops += [value for _, value in match.keys]
            tops.append(match.at if match.at is not None else time_of(rule.kind))
        fields = [part for top in tops for part in walk(top) if isinstance(part, Field) and not part.owner]
        unknown = [f for f in fields if any(Look(rows, i, self.wording).value(f).value is None for i in at)]
        return [*dict.fromkeys(unknown)]


def _rank(flip: Flip) -> tuple[bool, Decimal, int, str]:
    """Nearest first. What makes the rule speak of something else is an answer only where there is no other."""
    return (flip.outcome == "not_applicable", flip.size, flip.order, str(flip.after))


def _between(low: Any, high: Any, cell: Cell) -> Any:
    return middle(low, high, cell.type) if not isinstance(low, bool | str) else None


def _said(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def _kind_of(cell: Cell) -> str:
    if cell.type.values:
        return "enumeration"
    return "date" if cell.type.is_time else "number" if cell.type.is_number else str(cell.type.base)
