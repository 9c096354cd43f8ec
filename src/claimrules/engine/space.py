"""Where expressions are evaluated: a space is a number of rows and what a name means on them.

Each expression is evaluated at its own grain: a condition on the claim once a claim, not once a line, and then gathered.
A space remembers what it has evaluated, so that equal expressions of many rules cost once.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from claimrules.catalog import BOOLEAN, INTEGER, KINDS, TEXT
from claimrules.catalog.window import Direction, Window
from claimrules.engine.aggregate import Members, reduce
from claimrules.engine.column import Column, Index, Mask, Rows, Words
from claimrules.engine.kernels.segments import expand_ranges, stable_order
from claimrules.engine.option import by_option
from claimrules.engine.prepare.arrays import take
from claimrules.engine.prepare.order import sort_keys, sort_rows
from claimrules.engine.values import FUNCTIONS, absent, case, constant
from claimrules.engine.values import times as clock
from claimrules.engine.values.text import words_of
from claimrules.language.expression import (
    Aggregate,
    Call,
    Case,
    Expr,
    Field,
    Key,
    Literal,
    MatchField,
    MatchRow,
    Missing,
    OfSubject,
    Param,
    RowId,
    Walk,
    walk,
)
from claimrules.language.scope import time_of

if TYPE_CHECKING:
    from claimrules.engine.courses import Courses

CodeTest = Callable[[str, list[str]], Mask]
"""Set name, distinct codes → which of them are in the set."""


class Space(ABC):
    """`n` rows. Sub-classes say what a name means and where coarser expressions are evaluated."""

    n: int

    def __init__(self, n: int, in_set: CodeTest) -> None:
        self.n = n
        self.in_set = in_set
        self.memo: dict[Expr, Column] = {}

    def evaluate(self, node: Expr) -> Column:
        """The value of `node` on each row."""
        found = self.memo.get(node)
        if found is None:
            found = self._evaluate(node)
            self.memo[node] = found
        return found

    def _evaluate(self, node: Expr) -> Column:
        if isinstance(node, Literal):
            return constant(node.type, node.value, self.n)
        elsewhere = self.delegate(node)
        if elsewhere is not None:
            space, at = elsewhere
            return take(space.evaluate(node), at)
        match node:
            case Call(function="in_set", arguments=(code, name)):
                return self._in_set(self.evaluate(code), self.evaluate(name))
            case Call(function="period", arguments=(window,)):
                return self.period(self.evaluate(window))
            case Call(type=type_, function=function, arguments=(left, Literal(value=(int() as months, int() as micro)))):
                sign = -1 if function == "-" else 1
                return clock.shifted(type_, self.evaluate(left), sign * months, sign * micro)
            case Call():
                return FUNCTIONS[node.function](node.type, [self.evaluate(a) for a in node.arguments])
            case Case():
                whens = [self.evaluate(when) for when, _ in node.branches]
                thens = [self.evaluate(then) for _, then in node.branches]
                return case(node.type, whens, [*thens, self.evaluate(node.otherwise)])
            case Aggregate(function="quantile", option=option) if option is not None and not isinstance(option, Literal):
                return by_option(node, self.evaluate(option), self.evaluate)
            case Aggregate():
                return self.aggregate(node)
            case Walk():
                return self.walk(node)
            case _:
                return self.leaf(node)

    def delegate(self, node: Expr) -> tuple["Space", Index] | None:  # noqa: ARG002
        """The coarser space where `node` is evaluated, and each row's place in it; None: here."""
        return None

    @abstractmethod
    def leaf(self, node: Expr) -> Column:
        """A column by its name."""

    def aggregate(self, node: Aggregate) -> Column:
        """An aggregate, one value for each row here."""
        raise NotImplementedError(node.over)

    def walk(self, node: Walk) -> Column:
        """A walk over a subject's rows."""
        raise NotImplementedError(node.function)

    def period(self, window: Column) -> Column:
        """Which hour, day, encounter … of the window's kind it is."""
        raise NotImplementedError(str(window.type))

    def _in_set(self, code: Column, name: Column) -> Column:
        words, sets = words_of(code), words_of(name)
        table = np.stack([self.in_set(str(s), [str(w) for w in words.tolist()]) for s in sets.tolist()])
        data = table[cast(Index, name.data), cast(Index, code.data)]
        known = None if code.known is None else code.known
        if name.known is not None:
            known = name.known if known is None else known & name.known
        return Column(BOOLEAN, data, known)


class KindSpace(Space):
    """All rows of one kind of a batch; shared by all rules.

    `courses`: of encounters, by the gap that ends a course. `texts`: each row's names, where the rows are few.
    """

    def __init__(
        self,
        rows: Rows,
        kinds: Callable[[str], "KindSpace"],
        in_set: CodeTest,
        parameter: Callable[[Param, "KindSpace"], Column] | None = None,
    ) -> None:
        super().__init__(rows.n, in_set)
        self.rows = rows
        self.kinds = kinds
        self._parameter = parameter
        self._children: dict[tuple[str, str], tuple[Index, Index, Index]] = {}
        self._sequence: Index | None = None
        self.courses: dict[int, Courses] = {}
        self.texts: dict[str, Any] = {}

    def up(self, kind: str) -> Index:
        """Each row's place among the rows of a kind above it, or itself."""
        if kind == self.rows.kind:
            return np.arange(self.n, dtype=np.int64)
        return self.rows.up[kind]

    @property
    def sequence(self) -> Index:
        """Each row's place by time, then claim_id and its own id, whoever's it is. Rows stand by person first."""
        if self._sequence is None:
            time = self.evaluate(time_of(self.rows.kind))
            keys = sort_keys(time)
            if self.rows.kind == "encounter":
                keys += sort_keys(self.rows.columns.get("discharged_at"))
            ids = self.kinds("claim" if "claim" in (self.rows.kind, *self.rows.up) else "encounter")
            codes = ids.rows.columns["claim_id"].data.astype(np.int64)
            keys.append(codes[self.up(ids.rows.kind)])
            out = np.empty(self.n, np.int64)
            out[sort_rows(keys, self.n)] = np.arange(self.n, dtype=np.int64)
            self._sequence = out
        return self._sequence

    def delegate(self, node: Expr) -> tuple[Space, Index] | None:
        """To the one coarser kind that `node` names, if it names no other."""
        home = home_of(node, self.rows.kind)
        return (self.kinds(home), self.rows.up[home]) if home else None

    def leaf(self, node: Expr) -> Column:
        """A field of the row or of a row above it."""
        match node:
            case Field(kind=kind, name=name, type=type_):
                if kind != self.rows.kind:
                    return take(self.kinds(kind).evaluate(node), self.up(kind))
                found = self.rows.columns.get(name)
                if found is None:
                    return absent(type_, self.n)
                return Column(type_, found.data, found.known, found.words) if found.type != type_ else found
            case RowId(kind=kind):
                return Column(INTEGER, self.up(kind))
            case Param() if self._parameter is not None:
                return self._parameter(node, self)
            case _:
                raise NotImplementedError(type(node).__name__)

    def children(self, kind: str, above: str) -> tuple[Index, Index, Index]:
        """For each row here: the range, in an order of the rows of `kind`, of those that share its `above` row."""
        key = (kind, above)
        if key not in self._children:
            up = self.kinds(kind).up(above)
            order = stable_order(up)
            mine = self.up(above)
            ordered = up[order]
            starts = np.searchsorted(ordered, mine, "left")
            stops = np.searchsorted(ordered, mine, "right")
            self._children[key] = (order, starts, stops)
        return self._children[key]

    def aggregate(self, node: Aggregate) -> Column:
        """Over the rows of a kind below."""
        return BelowSpace(self, self, np.arange(self.n, dtype=np.int64), node.over).reduced(node)


@lru_cache(maxsize=1 << 16)
def home_of(node: Expr, kind: str) -> str | None:
    """The one coarser kind that `node` is about, for a row of `kind`; None where it is not about just one."""
    found: set[str] = set()
    for part in walk(node):
        if isinstance(part, Field | RowId) and not part.owner:
            found.add(part.kind)
        elif isinstance(part, Call):
            if part.function == "period":
                return None
        elif isinstance(part, Field | RowId | MatchField | MatchRow | Missing | Param | Key | OfSubject | Walk | Aggregate):
            return None
    if len(found) != 1:
        return None
    home = found.pop()
    return home if home in KINDS[kind].above else None


def one_person(keys: Iterable[Expr]) -> bool:
    """Whether rows with these keys alike belong to one person."""
    return any(
        (isinstance(key, RowId) and not key.owner)
        or (isinstance(key, Field) and not key.owner and key.name == "person_id" and key.kind != "operation")
        for key in keys
    )


class BelowSpace(Space):
    """Pairs of a row and the rows of a kind below it (of its claim for a claim, of its encounter for the rest)."""

    def __init__(self, left: Space, base: KindSpace, at: Index, kind: str) -> None:
        above = "claim" if base.rows.kind == "claim" else "encounter"
        order, starts, stops = base.children(kind, above)
        lefts, place = expand_ranges(starts[at], stops[at])
        rights = order[place]
        self.right = base.kinds(kind)
        if base.rows.kind == "day" and kind == "line":
            lefts, rights = self._of_that_day(base, at, lefts, rights)
        super().__init__(len(lefts), base.in_set)
        self.left, self.base, self.kind = left, base, kind
        self.lefts, self.rights = lefts, rights

    def _of_that_day(self, base: KindSpace, at: Index, lefts: Index, rights: Index) -> tuple[Index, Index]:
        """A day sees its own lines; those without a date stay, as members that may be of this day."""
        charged = self.right.rows.columns.get("charged_at")
        if charged is None:
            return lefts, rights
        days = cast(Index, base.rows.columns["date"].data)[at][lefts]
        keep = clock.days(charged)[rights] == days
        if charged.known is not None:
            keep |= ~charged.known[rights]
        return lefts[keep], rights[keep]

    def delegate(self, node: Expr) -> tuple[Space, Index] | None:
        """What does not name the kind below is the left row's own."""
        fields = [p for p in walk(node) if isinstance(p, Field | RowId)]
        if any(p.kind == self.kind and not p.owner for p in fields) or isinstance(node, Call | Case):
            return None
        return self.left, self.lefts

    def leaf(self, node: Expr) -> Column:
        """A field of the row below."""
        return take(self.right.evaluate(node), self.rights)

    def reduced(self, node: Aggregate) -> Column:
        """One value for each left row."""
        sure = None
        if self.base.rows.kind == "day" and self.kind == "line":
            charged = self.right.rows.columns.get("charged_at")
            if charged is None:
                sure = np.zeros(len(self.rights), np.bool_)
            elif charged.known is not None:
                sure = charged.known[self.rights]
        return reduced(self, node, Members(self.lefts, self.left.n, sure))


def reduced(space: Space, node: Aggregate, members: Members) -> Column:
    """An aggregate whose argument and filter are evaluated in `space`, one row a member."""
    argument = space.evaluate(node.argument) if node.argument is not None else None
    condition = space.evaluate(node.condition) if node.condition is not None else None
    return reduce(node, argument, condition, members)


def periods(window: Column, kind_of: Callable[[str], Column]) -> Column:
    """The period that each row is in, as text, by each row's own window. A distance stands for its date."""
    words = words_of(window)
    n = len(window)
    made: list[tuple[Mask, Index, Words]] = []
    known = np.ones(n, np.bool_) if window.known is None else window.known.copy()
    for code, word in enumerate(words.tolist()):
        here = (window.data == code) & known
        if not here.any():
            continue
        column = kind_of(unit_of(Window.parse(str(word))))
        known &= ~here | (True if column.known is None else column.known)
        made.append((here, cast(Index, column.data).astype(np.int64), words_of(column)))
    texts = sorted({str(w) for _, _, some in made for w in some.tolist()}) or [""]
    place = {text: i for i, text in enumerate(texts)}
    out = np.zeros(n, np.int64)
    for here, codes, some in made:
        table = np.fromiter((place[str(w)] for w in some.tolist()), np.int64, len(some))
        out[here] = table[codes[here]]
    return Column(TEXT, out, None if known.all() else known, np.array(texts, dtype=object))


def unit_of(window: Window) -> str:
    """What names the period of a window: its unit, or the day for a distance."""
    return window.unit if window.direction is Direction.SAME else "day"
