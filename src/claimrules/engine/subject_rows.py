"""The rows of one rule that may count, with what belongs to them: knowledge rows, subjects, other rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.catalog import BOOLEAN, INTEGER, TEXT
from claimrules.engine.aggregate import Members
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.courses import courses
from claimrules.engine.kernels.segments import first_rows, group_ids, segment_any, stable_order
from claimrules.engine.knowledge_rows import KnowledgeRows
from claimrules.engine.lookup import MISSING, UNKNOWN, Lookup
from claimrules.engine.parameter import at_last_row
from claimrules.engine.prepare.arrays import take
from claimrules.engine.space import BelowSpace, KindSpace, Space, home_of, one_person, periods, reduced
from claimrules.engine.values import absent, times
from claimrules.engine.values.shown import shown_array
from claimrules.engine.values.text import distinct_values, used_words
from claimrules.engine.walks import WALKS, Steps
from claimrules.language.expression import (
    Aggregate,
    Call,
    Case,
    Expr,
    Field,
    Key,
    MatchField,
    MatchRow,
    Missing,
    OfSubject,
    Param,
    RowId,
    Walk,
    walk,
)
from claimrules.language.scope import key_word, time_of
from claimrules.stopwatch import timed

if TYPE_CHECKING:
    from claimrules.engine.relation import Relation


PERIODS = frozenset({"hour", "day", "week", "month", "quarter", "year", "insurance_year"})
"""Periods of a row's own time."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a match found for each row: knowledge row, MISSING or UNKNOWN.

    `covered`: where a missing row says something.
    """

    lookup: Lookup
    rows: Index
    covered: Mask | None = None

    def column(self, name: str, type_: Any) -> Column:
        """A column of the knowledge rows; not known where there is none."""
        if not self.lookup.n:
            return absent(type_, len(self.rows))
        there = self.rows >= 0
        taken = used_words(take(self.lookup.columns[name], np.maximum(self.rows, 0)))
        known = there if taken.known is None else there & taken.known
        return Column(taken.type, taken.data, None if known.all() else known, taken.words)

    def at(self, rows: Index) -> "Found":
        """The same for some of the rows."""
        return Found(self.lookup, self.rows[rows], None if self.covered is None else self.covered[rows])

    def missing(self) -> Column:
        """IS MISSING."""
        known = self.rows != UNKNOWN
        gone = self.rows == MISSING
        if self.covered is not None:
            known &= ~gone | self.covered
        return Column(BOOLEAN, gone, None if known.all() else known)


@dataclass(frozen=True, slots=True)
class Subjects:
    """Which subject each row belongs to (`ids`, 0 to k-1).

    `first`: each subject's first row. `incomplete`: subjects that may have rows which are not here. `loose`: subjects of
    one row that stands in none, because a key is not known or it may not count in a run.
    """

    ids: Index
    k: int
    first: Index
    incomplete: Mask
    loose: Mask | None = None


@dataclass(slots=True)
class RowSpace(Space):
    """The rows that may count.

    `at`: their places among all rows of the kind (a row stands once for each subject it joins). `member`: False where it
    is not known whether the row counts; None where all do. `matches`: each row's one knowledge row; `sets`: all of them.
    `beside`: names of others that stand beside the subject, and not beside each row. `chained`: keys of `per` that chain
    rows together, by name. `course_gap`: see RulePlan. `partial`: each subject may have rows in claims that are not at
    hand.
    """

    base: KindSpace
    at: Index
    member: Mask | None = None
    matches: dict[str, Found] = field(default_factory=dict)
    sets: dict[str, KnowledgeRows] = field(default_factory=dict)
    others: Mapping[str, "Relation"] = field(default_factory=dict)
    beside: frozenset[str] = frozenset()
    keys: dict[str, Expr] = field(default_factory=dict)
    chained: dict[str, Column] = field(default_factory=dict)
    course_gap: int | None = None
    partial: bool = False
    subjects: Subjects | None = None
    order: Callable[[], tuple[Index, Mask | None]] | None = None
    n: int = field(init=False)
    memo: dict[Expr, Column] = field(init=False, default_factory=dict)
    in_set: Any = field(init=False)
    _steps: Steps | None = field(init=False, default=None)
    _subject_space: "SubjectSpace | None" = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.n = len(self.at)
        self.in_set = self.base.in_set

    def delegate(self, node: Expr) -> tuple[Space, Index] | None:
        """What names a coarser kind alone is evaluated there; an aggregate over the subject's rows, on the subject."""
        if isinstance(node, Aggregate):
            if (node.over == "" or node.over in self.beside) and self.subjects is not None:
                return self.subject_space, self.subjects.ids
            return None
        if isinstance(node, Field | RowId | MatchField | MatchRow | Missing | OfSubject) and named(node) in self.beside:
            return self.subject_space, cast(Subjects, self.subjects).ids
        if isinstance(node, Param):
            return self.base, self.at
        if isinstance(node, Key):
            return None
        home = home_of(node, self.base.rows.kind)
        if home is None:
            return None
        return self.base.kinds(home), self.base.rows.up[home][self.at]

    def release(self) -> None:
        """Let go of everything computed. Others and subjects lead back here, and would wait for the collector."""
        self.others, self.order, self._steps, self._subject_space = {}, None, None, None
        self.memo.clear()

    @property
    def subject_space(self) -> "SubjectSpace":
        """The space of the subjects."""
        if self._subject_space is None:
            self._subject_space = SubjectSpace(self)
        return self._subject_space

    def leaf(self, node: Expr) -> Column:
        """A field of the row, of its knowledge row, or of the one other row taken."""
        match node:
            case Field(owner="") | RowId(owner=""):
                return take(self.base.evaluate(node), self.at)
            case Field(owner=owner) | RowId(owner=owner) | MatchField(owner=owner) | MatchRow(owner=owner) if owner:
                return self.others[owner].column(node)
            case MatchField(match=match, column=column, type=type_):
                return self.matches[match].column(column, type_)
            case MatchRow(match=match):
                rows = self.matches[match].rows
                return Column(INTEGER, np.maximum(rows, 0), None if (rows >= 0).all() else rows >= 0)
            case Missing(name=name, owner=""):
                if name in self.matches or name in self.sets:
                    return (self.matches.get(name) or self.sets[name]).missing()
                return self.others[name].missing()
            case Missing(owner=owner):
                return self.others[owner].column(node)
            case Key(name=name):
                return self.chained[name] if name in self.chained else self.evaluate(self.keys[name])
            case _:
                raise NotImplementedError(type(node).__name__)

    def aggregate(self, node: Aggregate) -> Column:
        """Over one of `others`, over a kind below, or (a row that is its own subject) over itself."""
        if node.over in self.others:
            return self.others[node.over].aggregate(node)
        if node.over in self.sets:
            return SetSpace(self, self.sets[node.over]).reduced(node)
        if node.over:
            return BelowSpace(self, self.base, self.at, node.over).reduced(node)
        own = np.arange(self.n, dtype=np.int64)
        return reduced(self, node, Members(own, self.n, self.member))

    @timed("walk")
    def walk(self, node: Walk) -> Column:
        """A walk over the subject's rows in order."""
        arguments = [self.evaluate(a) for a in node.arguments]
        return WALKS[node.function](node.type, arguments, self.steps)

    @property
    def steps(self) -> Steps:
        """The rows of each subject in order, those left out apart."""
        if self._steps is None:
            subjects = cast(Subjects, self.subjects)
            out = np.zeros(self.n, np.bool_) if self.member is None else ~self.member
            order, unknown = self._by_time() if self.order is None else self.order()
            if unknown is not None:
                out = out | unknown
            self._steps = Steps(subjects.ids, subjects.k, order, out)
        return self._steps

    def _by_time(self) -> tuple[Index, Mask | None]:
        """Rows in the order of their kind's time; those without one have no place."""
        known = self.evaluate(time_of(self.base.rows.kind)).known
        mine = (
            np.arange(self.n, dtype=np.int64)
            if one_person(self.keys.values())
            else stable_order(self.base.sequence[self.at])
        )
        return mine, None if known is None else ~known

    def period(self, window: Column) -> Column:
        """The period that each row's own window puts it in."""
        return periods(window, self.period_text)

    def period_text(self, unit: str) -> Column:
        """The hour, day, week … of the row's time, or its encounter, claim or prescription, as text."""
        kind = self.base.rows.kind
        if unit in (kind, *self.base.rows.up) and unit in ("encounter", "claim"):
            return self._named(unit)
        if unit == "prescription" and key_word(unit, kind) is not None:
            return self._prescription(cast(Expr, key_word(unit, kind)))
        if unit == "course" and self.course_gap is not None:
            names = courses(self.base.kinds("encounter"), self.course_gap).name
            return take(names, self.base.up("encounter")[self.at])
        if unit not in PERIODS:  # a table may name a window that this kind of row has not: then nothing is known
            return absent(TEXT, self.n)
        time = self.evaluate(time_of(kind))
        if unit == "hour":
            values, width, tail = times.micros(time) // 3_600_000_000 * 3_600_000_000, 13, ""
        else:
            whole = {"insurance_year": "year"}.get(unit, unit)
            values = times.truncated_days(time, whole) * times.DAY
            width = {"month": 7, "quarter": 7, "year": 4}.get(whole, 10)
            tail = f" {whole}" if whole in ("week", "quarter") else ""
        return _distinct_texts(values, time.known, width, tail)

    def _prescription(self, number: Expr) -> Column:
        """A prescription is named by claim and number."""
        claim, own = self._named("claim"), self.evaluate(number)
        numbers = own.data.astype(np.int64)
        if own.known is not None:
            numbers = np.where(own.known, numbers, -1)
        ids, k = group_ids([claim.data.astype(np.int64), numbers], self.n)
        first = first_rows(ids, k)
        parts = [shown_array(take(column, first)) for column in (claim, own)]
        words = np.array(pc.binary_join_element_wise(*parts, "/").to_pylist() or [""], dtype=object)
        return Column(TEXT, ids, own.known, words)

    def _named(self, kind: str) -> Column:
        """An encounter is named by person, provider and number: two hospitals may number alike."""
        space = self.base.kinds(kind)
        names = ("claim_id",) if kind == "claim" else ("person_id", "provider_id", "encounter_id")
        parts = [shown_array(space.evaluate(Field(TEXT, "", kind, name))) for name in names]
        texts = pc.binary_join_element_wise(*parts, "/") if len(parts) > 1 else parts[0]
        coded = texts.dictionary_encode()
        if isinstance(coded, pa.ChunkedArray):
            coded = coded.combine_chunks()
        words = np.array(coded.dictionary.to_pylist() or [""], dtype=object)
        codes = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        return Column(TEXT, codes[self.base.up(kind)[self.at]], None, words)


def _distinct_texts(values: Any, known: Mask | None, width: int, tail: str) -> Column:
    """The times' first `width` characters; `tail` keeps a week apart from its Monday, a quarter from its first month."""
    distinct, where = distinct_values(np.asarray(values, dtype=np.int64))
    full = np.datetime_as_string(distinct.astype("datetime64[us]"), unit="s").tolist()
    words = np.array([t.replace("T", " ")[:width] + tail for t in full] or [""], dtype=object)
    return Column(TEXT, where, known, words)


class SetSpace(Space):
    """Pairs of a row and each of its knowledge rows, of a match that takes all."""

    def __init__(self, rows: RowSpace, found: KnowledgeRows) -> None:
        self.left, right = found.pairs()
        super().__init__(len(self.left), rows.in_set)
        self.rows, self.found = rows, Found(found.lookup, right)
        self.members = Members(self.left, rows.n, None, found.incomplete)

    def delegate(self, node: Expr) -> tuple[Space, Index] | None:
        """What names no knowledge row is the row's own."""
        mine = any(isinstance(p, MatchField | MatchRow) and p.match not in self.rows.matches for p in walk(node))
        return None if mine or isinstance(node, Call | Case) else (self.rows, self.left)

    def leaf(self, node: Expr) -> Column:
        """A column of the knowledge row, or which row it is."""
        match node:
            case MatchField(column=column, type=type_):
                return self.found.column(column, type_)
            case _:
                return Column(INTEGER, self.found.rows)

    def reduced(self, node: Aggregate) -> Column:
        """One value for each row."""
        return reduced(self, node, self.members)


class SubjectSpace(Space):
    """The subjects of a rule: one row each."""

    def __init__(self, rows: RowSpace) -> None:
        self.rows = rows
        self.subjects = cast(Subjects, rows.subjects)
        super().__init__(self.subjects.k, rows.in_set)

    def delegate(self, node: Expr) -> tuple[Space, Index] | None:
        """Keys, and what keys determine, are those of the subject's first row."""
        for part in walk(node):
            if isinstance(part, Param) or (isinstance(part, Aggregate) and (not part.over or part.over in self.rows.beside)):
                return None
            if not isinstance(part, Aggregate) and named(part) in self.rows.beside:
                return None
        if isinstance(node, Call | Case) and not any(
            isinstance(p, Field | MatchField | Key | RowId | MatchRow | Missing) for p in walk(node)
        ):
            return None
        return self.rows, self.subjects.first

    def leaf(self, node: Expr) -> Column:
        """A parameter, at the subject's last row; a value of the one row, or subject, taken beside the subject."""
        if isinstance(node, Param):
            return at_last_row(self.rows.evaluate(node), self.rows.steps)
        relation = self.rows.others[named(node)]
        return relation.missing() if isinstance(node, Missing) and not node.owner else relation.column(node)

    def aggregate(self, node: Aggregate) -> Column:
        """Over the subject's rows, or over others that stand beside it."""
        rows = self.rows
        if node.over:
            return rows.others[node.over].aggregate(node)
        members = Members(self.subjects.ids, self.n, rows.member, self.subjects.incomplete)
        return reduced(rows, node, members)


def named(node: Expr) -> str:
    """Whose row a name is of: one of `others`, or nothing."""
    owner = getattr(node, "owner", "")
    return str(owner or (node.name if isinstance(node, Missing) else ""))


def group(ids: Index, k: int, incomplete: Mask, loose: Mask | None = None) -> Subjects:
    """Subjects from the rows' numbers. `loose`: the rows that stand in none."""
    apart = segment_any(loose, ids, k) if loose is not None and loose.any() else None
    return Subjects(ids, k, first_rows(ids, k), incomplete, apart)
