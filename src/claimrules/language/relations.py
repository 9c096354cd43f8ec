"""Which knowledge rows and which other rows a rule looks at: `match`, `per`, `order`, `others`."""

import re
from dataclasses import replace

from sqlglot import exp

from claimrules.catalog import INTEGER, KINDS, TEXT, Base, kind_fields
from claimrules.catalog.window import PERIODS, Direction, Window
from claimrules.diagnostics import Diagnostic, suggest
from claimrules.language.asked import asked_of
from claimrules.language.checking import NOTHING
from claimrules.language.compiling import Compiling
from claimrules.language.expression import (
    Aggregate,
    Call,
    Expr,
    Key,
    Let,
    Literal,
    MatchField,
    MatchRow,
    OfSubject,
    Param,
    walk,
)
from claimrules.language.frame import MatchFrame, OtherFrame
from claimrules.language.functions import NUMBER, fits
from claimrules.language.rule import KeySpec, MatchSpec, OrderSpec, OtherSpec, WindowSpec
from claimrules.language.scope import KEY_WORDS, OtherNames, key_word, owners, time_of
from claimrules.language.sql import parse
from claimrules.language.sql_text import SqlText

_WINDOW = re.compile(r"^(last\s+)?(\S+)\s+(minute|hour|day|month)s?(?:\s+(before|after|apart))?$")
_TRUNCATED = {"hour": "hour", "week": "week", "month": "month", "year": "year", "quarter": "quarter"}
_DATE = kind_fields("day")["date"].type


class Relations(Compiling):
    """Compiles what relates rows to each other and to knowledge."""

    def _match(self, name: str, frame: MatchFrame, path: tuple[str | int, ...], owner: str) -> MatchSpec | None:
        schema = self.scope.tables.get(frame.table)
        if schema is None:
            near = suggest(frame.table, self.scope.tables)
            advice = f"did you mean `{near}`?" if near else f"put {frame.table}.csv and .yaml into knowledge/"
            self._wrong("CR218", f"unknown table `{frame.table}`", (*path, "table"), advice)
            self.scope.broken.add(name)
            return None
        columns = {key.name for key in schema.key}
        keys: list[tuple[str, Expr]] = []
        inside = frozenset((owner,)) if owner else frozenset()
        for column in frame.key:
            value = self._expression((*path, "key", column), inside)
            if column not in columns:
                near = suggest(column, columns)
                advice = f"did you mean `{near}`?" if near else f"its key is: {', '.join(sorted(columns))}"
                place = self._place_of_key((*path, "key", column))
                message = f"`{column}` is not in the key of `{schema.name}`"
                self.found.append(Diagnostic("CR218", message, place, help=advice))
            elif value.type.base is not schema.columns[column].base and value.type.base is not Base.NULL:
                what = f"`{column}` of `{schema.name}` is {schema.columns[column]}, and this is {value.type}"
                self._wrong("CR216", what, (*path, "key", column))
            keys.append((column, value))
        at = self._expression((*path, "at"), inside) if frame.at and frame.at != "ever" else None
        spec = MatchSpec(name, frame.table, tuple(keys), None, at, frame.at == "ever", frame.take == "all", owner)
        where: Expr | None = None
        if owner:
            return self._other_match_where(spec, frame, path, inside)
        self.scope.matches[name] = spec
        if frame.where:
            where = self._condition((*path, "where"))
            spec = _with_where(spec, where)
            self.scope.matches[name] = spec
        return spec

    def _other_match_where(
        self, spec: MatchSpec, frame: MatchFrame, path: tuple[str | int, ...], inside: frozenset[str]
    ) -> MatchSpec:
        other = self.scope.others[spec.owner]
        sets = other.sets | {spec.name} if spec.take_all else other.sets
        self.scope.others[spec.owner] = replace(other, matches={**other.matches, spec.name: spec}, sets=sets)
        if frame.where:
            spec = _with_where(spec, self._condition((*path, "where"), inside))
        return spec

    def _per(self) -> tuple[KeySpec, ...]:
        keys: list[KeySpec] = []
        for i, entry in enumerate(self.frame.per):
            if isinstance(entry, str):
                keys.append(KeySpec(entry, self._word(entry, ("per", i))))
                continue
            for name in entry:
                path = ("per", i, name)
                key = KeySpec(name, self._expression(path, is_key=True))
                if any(isinstance(n, Aggregate) and n.over == "" for n in walk(key.value)):
                    self._wrong("CR215", f"the key `{name}` cannot use an aggregate of its own subject", path)
                keys.append(key)
        self.scope.keys = {key.name: key for key in keys}
        named = {match for key in keys for match in self._matches_of(key.value)}
        self.scope.sets_of_rows = {m.name for m in self.scope.matches.values() if m.take_all and m.name not in named}
        return tuple(keys)

    def _matches_of(self, node: Expr) -> set[str]:
        """The matches whose row a key names, through names of `let` as well."""
        out: set[str] = set()
        for part in walk(node):
            if isinstance(part, MatchRow | MatchField) and not part.owner:
                out.add(part.match)
            elif isinstance(part, Let) and part.name in self.scope.lets:
                out |= self._matches_of(self.scope.lets[part.name].value)
        return out

    def _word(self, word: str, path: tuple[str | int, ...], kind: str = "", owner: str = "") -> Expr:
        kind = kind or self.scope.kind
        matches = self.scope.matches
        if word in self.scope.broken:
            return NOTHING
        if word in matches:
            return MatchRow(INTEGER, owner, word)
        value = key_word(word, kind, owner)
        if value is None and word in KEY_WORDS:
            time = time_of(kind, owner)
            if word == "day":
                value = Call(_DATE, "cast", (time,))
            elif word in _TRUNCATED:
                value = Call(time.type, "date_trunc", (Literal(TEXT, word), time))
        if value is None:
            known = [*KEY_WORDS, *matches]
            near = suggest(word, known)
            advice = f"did you mean `{near}`?" if near else f"keys are: {', '.join(known)}; or NAME: expression"
            what = f"unknown key `{word}`"
            if word in KEY_WORDS:
                article = "an" if kind[0] in "aeiou" else "a"
                what, advice = f"{article} {kind} has no `{word}`", "take a key that it has, or NAME: expression"
            self._wrong("CR214", what, path, advice)
            return NOTHING
        return value

    def _order(self) -> tuple[OrderSpec, ...]:
        given = self.frame.order
        if isinstance(given, str):
            return (self._order_part(("order",)),)
        return tuple(self._order_part(("order", i)) for i in range(len(given)))

    def _order_part(self, path: tuple[str | int, ...], inside: frozenset[str] = frozenset()) -> OrderSpec:
        source = self._source(path)
        found = re.search(r"\s+(ASC|DESC)\s*$", source.text, re.IGNORECASE)
        if found:
            source = SqlText(source.text[: found.start()], source.node)
        tree = self._tree(source)
        value = NOTHING if tree is None else self._checker(source, inside).check(tree)
        return OrderSpec(value, descending=bool(found and found[1].upper() == "DESC"))

    def _declare_other(self, name: str, frame: OtherFrame) -> None:
        own = frame.of == "rows"
        kind = self.scope.kind if own else frame.of
        if kind == "finding" and self.frame.category != "indicator":
            what = "findings of other rules are for indicators, which are judged after them"
            self._wrong("CR213", what, ("others", name, "of"), "set `category: indicator`, or ask for the rows themselves")
        if kind not in (*KINDS, "subject"):
            near = suggest(kind, [*KINDS, "rows", "subject"])
            kinds = ", ".join(KINDS)
            advice = (
                f"did you mean `{near}`?" if near else f"kinds are: {kinds}; rows, the rule's own; or subject, its subjects"
            )
            self._wrong("CR214", f"unknown kind `{kind}`", ("others", name, "of"), advice)
            kind, own = self.scope.kind, True
        matches = dict(self.scope.matches) if own else {}
        self.scope.others[name] = OtherNames(name, kind, own, frame.take, matches)

    def _other(self, name: str) -> OtherSpec:
        """The other rows of that name, compiled at their first use: who they stand beside depends on what they name."""
        if name in self.others:
            return self.others[name]
        if name in self.pending:
            self._circle(name, "others")
            return _nothing(name, self.scope.others[name])
        self.pending.append(name)
        other = self._compiled_other(name, self.frame.others[name])
        self.pending.pop()
        self.others[name] = other
        return other

    def _compiled_other(self, name: str, frame: OtherFrame) -> OtherSpec:
        if self.scope.others[name].kind == "subject":
            return self._other_subjects(name, frame)
        path = ("others", name)
        inside = frozenset((name,))
        names = self.scope.others[name]
        own_matches = tuple(
            spec
            for match, m in frame.match.items()
            if (spec := self._match(match, m, (*path, "match", match), name)) is not None
        )
        same = tuple(self._same((*path, "same", i), word, name) for i, word in enumerate(frame.same))
        within = self._within((*path, "within"), frame.within, inside) if frame.within else None
        if frame.take in ("previous", "next") and within is not None:
            self._wrong("CR213", f"`take: {frame.take}` is the nearest row: it takes no `within`", (*path, "within"))
        where = self._condition((*path, "where"), inside) if frame.where else None
        order = self._order_of_others(name, frame)
        named = (*(left for left, _ in same), *((where,) if where is not None else ()), *(part.value for part in order))
        grouped = bool(self.frame.per) and within is None and frame.take not in ("previous", "next")
        return OtherSpec(
            name=name,
            kind=names.kind,
            own=names.own,
            rows=self._condition((*path, "rows"), inside) if frame.rows else None,
            matches=own_matches,
            same=same,
            within=within,
            where=where,
            itself=frame.itself,
            take=frame.take,
            order=order,
            of_subject=grouped and not any(self._finer(part, inside) for part in named),
        )

    def _order_of_others(self, name: str, frame: OtherFrame) -> tuple[OrderSpec, ...]:
        if frame.order is None:
            return ()
        path = ("others", name, "order")
        if frame.take in ("all", "one"):
            advice = "leave `order` out, or take `first`, `last`, `previous` or `next`"
            self._wrong("CR213", f"`take: {frame.take}` has no order", path, advice)
        part = self._order_part(path, frozenset((name,)))
        other = self.scope.others[name]
        if frame.take in ("previous", "next") and other.kind != self.scope.kind:
            self._wrong("CR213", f"`{name}` and this row are of two kinds, and stand in no order but that of time", path)
        if not owners(part.value) and not isinstance(part.value, Literal):
            asked = asked_of(part.value, name, other, self.scope)
            if asked is None:
                self._wrong("CR215", f"the order cannot be asked of `{name}`", path, f"name its values, as in `{name}.…`")
            else:
                part = OrderSpec(asked, part.descending)
        return (part,)

    def _other_subjects(self, name: str, frame: OtherFrame) -> OtherSpec:
        """Other subjects of the rule: joined by keys and values of subjects."""
        path = ("others", name)
        inside = frozenset((name,))
        if not self.frame.per:
            self._wrong("CR213", "subjects are what `per` makes, and this rule has none", (*path, "of"), "write `of: rows`")
            return _nothing(name, self.scope.others[name])
        for key in ("rows", "within", "match", "order"):
            if getattr(frame, key):
                self._wrong("CR213", f"subjects have no `{key}`", (*path, key), "join them by `same` and `where`")
        if frame.take not in ("all", "one"):
            self._wrong(
                "CR213", f"subjects stand in no order of time: no `take: {frame.take}`", (*path, "take"), "take all or one"
            )
        same = tuple(self._same_subject((*path, "same", i), word, name) for i, word in enumerate(frame.same))
        where = self._condition((*path, "where"), inside) if frame.where else None
        if where is not None and self._finer(where, inside):
            self._of_subject(where, (*path, "where"), "where", inside)
        return OtherSpec(
            name,
            "subject",
            own=False,
            rows=None,
            matches=(),
            same=same,
            within=None,
            where=where,
            itself=frame.itself,
            take=frame.take,
            order=(),
            of_subject=True,
        )

    def _same_subject(self, path: tuple[str | int, ...], word: str, name: str) -> tuple[Expr, Expr]:
        keys = self.scope.keys
        value = Key(keys[word].value.type, word) if word in keys else self._expression(path)
        asked = _of_subject(value, name)
        if asked is None or self._finer(value):
            what = f"`{word}` is no value of a subject"
            self._wrong("CR215", what, path, f"name a key ({', '.join(keys)}) or a `let` of the subject")
            return NOTHING, NOTHING
        return value, asked

    def _same(self, path: tuple[str | int, ...], word: str, name: str) -> tuple[Expr, Expr]:
        other = self.scope.others[name]
        if word in KEY_WORDS or word in self.scope.matches:
            return self._word(word, path), self._word(word, path, other.kind, name)
        left = self._expression(path, frozenset((name,)))
        right = asked_of(left, name, other, self.scope)
        if right is None:
            what = f"`{word}` cannot be asked of `{name}`, whose rows are of the kind {other.kind}"
            self._wrong("CR215", what, path, "name what rows of both kinds have; what only one has belongs in `where`")
            return NOTHING, NOTHING
        return left, right

    def _same_one(self, path: tuple[str | int, ...], period: str) -> None:
        """A window that means the same claim, prescription … asks for a row that has one."""
        kinds = (self.scope.kind, *KINDS[self.scope.kind].above)
        if period == "course":
            if "course_gap_days" not in self.frame.params:
                advice = "add `params: {course_gap_days: {default: …, unit: day, source: …}}`"
                self._wrong("CR214", "the window `course` needs the parameter `course_gap_days`", path, advice)
        elif period == "claim" and "claim" not in kinds:
            self._wrong("CR213", f"a {self.scope.kind} is not of one claim", path, "write `encounter`")
        elif period == "prescription" and "prescription_id" not in kind_fields(self.scope.kind):
            self._wrong("CR213", f"a {self.scope.kind} has no prescription", path)

    def _within(self, path: tuple[str | int, ...], text: str, inside: frozenset[str]) -> WindowSpec:
        words = " ".join(text.split())
        if words in PERIODS:
            self._same_one(path, words)
            return WindowSpec(period=words)
        if words in ("before", "after"):
            return WindowSpec(direction=words)
        try:
            window = Window.parse(words)
        except ValueError:
            pass
        else:
            if window.direction is Direction.SAME:  # in Chinese: the English words are seen to above
                self._same_one(path, window.unit)
                return WindowSpec(period=window.unit)
            return WindowSpec(unit=window.unit, direction=str(window.direction), n=Literal(INTEGER, window.n))
        found = _WINDOW.match(words)
        source = self._source(path)
        if found:
            number = SqlText(found[2], source.node, max(0, source.text.find(found[2])))
            tree = self._tree(number)
            n = NOTHING if tree is None else self._checker(number, inside).check(tree)
            if not fits(n.type, NUMBER):
                what = f"a window is so many {found[3]}s: a number is expected, and this is {n.type}"
                self._wrong("CR216", what, path)
            direction = "last" if found[1] else found[4] or "apart"
            return WindowSpec(unit=found[3], direction=direction, n=n)
        parsed = parse(source)
        bare = isinstance(parsed, exp.Column) and not parsed.table and parsed.name not in self.frame.let
        unknown = bare or isinstance(parsed, Diagnostic)
        value = NOTHING if bare or isinstance(parsed, Diagnostic) else self._checker(source, inside).check(parsed)
        if unknown or value.type.base not in (Base.WINDOW, Base.NULL):
            advice = "write `day`, `6 hours apart`, `30 days before`, `last 30 days`, or a column of type window"
            self._wrong("CR216", f"`{words}` is not a window", path, advice)
        return WindowSpec(column=value)


def _with_where(spec: MatchSpec, where: Expr) -> MatchSpec:
    return replace(spec, where=where)


def _of_subject(node: Expr, name: str) -> Expr | None:
    """The same value of another subject."""
    match node:
        case Key(type=t) | Let(type=t):
            return OfSubject(t, name, node)
        case Call(type=t, function=function, arguments=arguments):
            mapped = tuple(_of_subject(a, name) for a in arguments)
            return None if any(m is None for m in mapped) else Call(t, function, mapped)  # type: ignore[arg-type]
        case Literal() | Param():
            return node
        case _:
            return None


def _nothing(name: str, other: OtherNames) -> OtherSpec:
    """Stands where others are defined by themselves."""
    return OtherSpec(name, other.kind, other.own, None, (), (), None, None, itself=False, take=other.take, order=())
