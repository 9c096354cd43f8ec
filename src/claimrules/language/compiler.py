"""The frame of one rule → the Rule: each part in the order in which names need each other."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from sqlglot import exp

from claimrules.catalog import (
    BOOLEAN,
    INTEGER,
    KINDS,
    TEXT,
    Base,
    TableSchema,
    Type,
    decimal,
    kind_fields,
)
from claimrules.catalog.window import PERIODS, Direction, Window
from claimrules.diagnostics import Diagnostic, MappingNode, Node, Place, ScalarNode, SequenceNode, suggest
from claimrules.language.checker import Checker
from claimrules.language.checking import NOTHING
from claimrules.language.expression import (
    Aggregate,
    Call,
    Expr,
    Field,
    Let,
    Literal,
    MatchField,
    MatchRow,
    Missing,
    RowId,
    Value,
    Walk,
    children,
    walk,
)
from claimrules.language.frame import ExceptionFrame, MatchFrame, OtherFrame, ParamFrame, RuleFrame
from claimrules.language.functions import AGGREGATES, AMOUNTS, NUMBER, SCALARS, WALKS, fits
from claimrules.language.rule import (
    AmountSpec,
    Basis,
    KeySpec,
    LetSpec,
    MatchSpec,
    Message,
    Observed,
    OrderSpec,
    OtherSpec,
    Parameter,
    Proviso,
    Rule,
    Text,
    WindowSpec,
)
from claimrules.language.scope import KEY_WORDS, OtherNames, Scope, is_row_level, key_word, time_of
from claimrules.language.sql import parse
from claimrules.language.sql_text import SqlText

_WINDOW = re.compile(r"^(last\s+)?(\S+)\s+(minute|hour|day|month)s?(?:\s+(before|after|apart))?$")
_TRUNCATED = {"hour": "hour", "week": "week", "month": "month", "year": "year", "quarter": "quarter"}
_TAKES_ONE = {"one", "previous", "next", "first", "last"}


class Compiler:
    """Compiles one rule. What is wrong goes into `found`; the Rule is sound only where that stays empty."""

    def __init__(
        self,
        frame: RuleFrame,
        root: MappingNode,
        tables: Mapping[str, TableSchema],
        sets: frozenset[str],
        sources: frozenset[str] | None,
        extra: Mapping[str, Mapping[str, Type]],
    ) -> None:
        self.frame = frame
        self.root = root
        self.sources = sources
        self.found: list[Diagnostic] = []
        self.scope = Scope(frame.of, tables, sets, grouped=bool(frame.per), extra=extra)
        self.pending: list[str] = []

    def compile(self) -> Rule:
        """The rule, every part checked."""
        frame = self.frame
        self._names()
        self.scope.params = {name: self._param(name, p) for name, p in frame.params.items()}
        for name, match in frame.match.items():
            self._match(name, match, ("match", name), "")
        rows = self._rows() if frame.rows else None
        for name, other in frame.others.items():
            self._declare_other(name, other)
        per = self._per()
        order = self._order()
        others = tuple(self._other(name, other) for name, other in frame.others.items())
        for name in frame.let:
            self._let(name)
        flag, flags_rows = self._flag()
        rule = Rule(
            id=frame.id,
            version=frame.version,
            title=Text(frame.title.zh, frame.title.en),
            description=Text(frame.description.zh, frame.description.en) if frame.description else Text("", ""),
            category=frame.category,
            verdict=frame.verdict,
            severity=frame.severity,
            status=frame.status,
            effective_from=frame.effective.from_,
            effective_to=frame.effective.to,
            basis=self._basis(),
            national_number=frame.national_number,
            national_code=frame.national_code,
            kind=frame.of,
            rows=rows,
            params=tuple(self.scope.params.values()),
            matches=tuple(self.scope.matches.values()),
            per=per,
            order=order,
            others=others,
            lets=tuple(self.scope.lets[name] for name in frame.let if name in self.scope.lets),
            flag=flag,
            flags_rows=flags_rows,
            unless=self._exceptions("unless", frame.unless, flags_rows=flags_rows),
            doubt=self._exceptions("doubt", frame.doubt, flags_rows=flags_rows),
            amount=self._amount(),
            observed=self._observed(),
            message=(self._message("zh"), self._message("en")),
            file=self.root.place.file,
            place=self.root.place,
            examples=self.root.get("examples"),
        )
        self._identity(rule)
        return rule

    # ------------------------------------------------------------------ errors and expressions

    def _wrong(self, code: str, message: str, path: tuple[str | int, ...], help_: str = "", label: str = "") -> None:
        self.found.append(Diagnostic(code, message, self._node(path).place, label, help_))

    def _node(self, path: tuple[str | int, ...]) -> Node:
        node: Node = self.root
        for step in path:
            following: Node | None = None
            if isinstance(node, MappingNode):
                following = node.get(str(step))
            elif isinstance(node, SequenceNode) and isinstance(step, int):
                following = node.items[step]
            if following is None:
                break
            node = following
        return node

    def _source(self, path: tuple[str | int, ...]) -> SqlText:
        node = self._node(path)
        if isinstance(node, ScalarNode):
            return SqlText(node.text or "", node)
        return SqlText("", ScalarNode("", node.place))

    def _place_of_key(self, path: tuple[str | int, ...]) -> Place:
        """The place of the key that `path` ends in."""
        parent = self._node(path[:-1])
        key = parent.key(str(path[-1])) if isinstance(parent, MappingNode) else None
        return key.place if key else parent.place

    def _tree(self, source: SqlText) -> exp.Expr | None:
        tree = parse(source)
        if isinstance(tree, Diagnostic):
            self.found.append(tree)
            return None
        return tree

    def _expression(self, path: tuple[str | int, ...], inside: frozenset[str] = frozenset()) -> Expr:
        source = self._source(path)
        tree = self._tree(source)
        return NOTHING if tree is None else self._checker(source, inside).check(tree)

    def _condition(self, path: tuple[str | int, ...], inside: frozenset[str] = frozenset()) -> Expr:
        source = self._source(path)
        tree = self._tree(source)
        return NOTHING if tree is None else self._checker(source, inside).condition(tree)

    def _checker(self, source: SqlText, inside: frozenset[str] = frozenset()) -> Checker:
        return Checker(self.scope, source, self.found, self._let, inside)

    # ------------------------------------------------------------------ names

    def _names(self) -> None:
        """One name, one thing."""
        taken: dict[str, str] = dict.fromkeys([*KINDS, "param", "rows"], "a word of the language")
        for part in ("match", "others", "let"):
            for name in getattr(self.frame, part):
                if name in taken:
                    place = self._place_of_key((part, name))
                    advice = "choose another name: one name, one thing"
                    self.found.append(Diagnostic("CR209", f"the name `{name}` is taken", place, f"by {taken[name]}", advice))
                taken[name] = f"`{part}`"

    def _identity(self, rule: Rule) -> None:
        stem = rule.file.rsplit("/", 1)[-1].removesuffix(".yaml").removesuffix(".yml")
        if rule.file.endswith((".yaml", ".yml")) and stem != rule.id:
            self._wrong("CR210", f"the id `{rule.id}` is not the file's name `{stem}`", ("id",), "make them equal")

    def _basis(self) -> tuple[Basis, ...]:
        for i, basis in enumerate(self.frame.basis):
            if self.sources is not None and basis.source not in self.sources:
                near = suggest(basis.source, self.sources)
                advice = f"did you mean `{near}`?" if near else "add it to sources.yaml"
                self._wrong("CR220", f"unknown source `{basis.source}`", ("basis", i, "source"), advice)
        return tuple(Basis(b.source, b.article) for b in self.frame.basis)

    def _param(self, name: str, frame: ParamFrame) -> Parameter:
        type_, value = typed_literal(frame.default)
        return Parameter(name, type_, value, frame.unit, frame.source, frame.values)

    def _rows(self) -> Expr:
        """Which rows count is asked before any knowledge row or other row is looked for."""
        rows = self._condition(("rows",))
        for part in walk(rows):
            name = part.match if isinstance(part, MatchField) else part.name if isinstance(part, Missing) else ""
            name = getattr(part, "owner", "") or name
            if name:
                advice = "put this condition into `flag`, or a `where` into the match"
                self._wrong("CR215", f"`rows` is asked before `{name}` is looked for", ("rows",), advice)
                break
        return rows

    # ------------------------------------------------------------------ match

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
        self.scope.others[spec.owner] = OtherNames(
            other.name, other.kind, other.own, other.take, {**other.matches, spec.name: spec}
        )
        if frame.where:
            spec = _with_where(spec, self._condition((*path, "where"), inside))
        return spec

    # ------------------------------------------------------------------ per and order

    def _per(self) -> tuple[KeySpec, ...]:
        keys: list[KeySpec] = []
        for i, entry in enumerate(self.frame.per):
            if isinstance(entry, str):
                keys.append(KeySpec(entry, self._word(entry, ("per", i))))
                continue
            for name in entry:
                path = ("per", i, name)
                key = KeySpec(name, self._expression(path))
                if any(isinstance(n, Aggregate) and n.over == "" for n in walk(key.value)):
                    self._wrong("CR215", f"the key `{name}` cannot use an aggregate of its own subject", path)
                keys.append(key)
        self.scope.keys = {key.name: key for key in keys}
        return tuple(keys)

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

    def _order_part(self, path: tuple[str | int, ...]) -> OrderSpec:
        source = self._source(path)
        found = re.search(r"\s+(ASC|DESC)\s*$", source.text, re.IGNORECASE)
        if found:
            source = SqlText(source.text[: found.start()], source.node)
        tree = self._tree(source)
        value = NOTHING if tree is None else self._checker(source).check(tree)
        return OrderSpec(value, descending=bool(found and found[1].upper() == "DESC"))

    # ------------------------------------------------------------------ others

    def _declare_other(self, name: str, frame: OtherFrame) -> None:
        own = frame.of == "rows"
        kind = self.scope.kind if own else frame.of
        if kind not in KINDS:
            near = suggest(kind, [*KINDS, "rows"])
            advice = f"did you mean `{near}`?" if near else f"kinds are: {', '.join(KINDS)}; or rows, the rule's own"
            self._wrong("CR214", f"unknown kind `{kind}`", ("others", name, "of"), advice)
            kind, own = self.scope.kind, True
        matches = dict(self.scope.matches) if own else {}
        self.scope.others[name] = OtherNames(name, kind, own, frame.take, matches)

    def _other(self, name: str, frame: OtherFrame) -> OtherSpec:
        path = ("others", name)
        inside = frozenset((name,))
        names = self.scope.others[name]
        own_matches = tuple(
            spec
            for match, m in frame.match.items()
            if (spec := self._match(match, m, (*path, "match", match), name)) is not None
        )
        same = tuple(self._same((*path, "same", i), word, name) for i, word in enumerate(frame.same))
        within = self._within((*path, "within"), frame.within) if frame.within else None
        if frame.take in ("previous", "next") and within is not None:
            self._wrong("CR213", f"`take: {frame.take}` is the nearest row: it takes no `within`", (*path, "within"))
        if frame.order is not None:
            what = "this version takes others in the order of time only"
            self._wrong("CR213", what, (*path, "order"), "leave `order` out; `first` and `last` are by time")
        return OtherSpec(
            name=name,
            kind=names.kind,
            own=names.own,
            rows=self._condition((*path, "rows"), inside) if frame.rows else None,
            matches=own_matches,
            same=same,
            within=within,
            where=self._condition((*path, "where"), inside) if frame.where else None,
            itself=frame.itself,
            take=frame.take,
            order=(),
        )

    def _same(self, path: tuple[str | int, ...], word: str, name: str) -> tuple[Expr, Expr]:
        other = self.scope.others[name]
        if word in KEY_WORDS or word in self.scope.matches:
            return self._word(word, path), self._word(word, path, other.kind, name)
        left = self._expression(path)
        right = _of_other(left, name, other, self.scope)
        if right is None:
            what = f"`{word}` cannot be asked of `{name}`, whose rows are of the kind {other.kind}"
            self._wrong("CR215", what, path, "name what rows of both kinds have; what only one has belongs in `where`")
            return NOTHING, NOTHING
        return left, right

    def _same_one(self, path: tuple[str | int, ...], period: str) -> None:
        """A window that means the same claim, prescription … asks for a row that has one."""
        kinds = (self.scope.kind, *KINDS[self.scope.kind].above)
        if period == "course":
            self._wrong("CR213", "the window `course` is not in this version", path, "write a number of days")
        elif period == "claim" and "claim" not in kinds:
            self._wrong("CR213", f"a {self.scope.kind} is not of one claim", path, "write `encounter`")
        elif period == "prescription" and "prescription_id" not in kind_fields(self.scope.kind):
            self._wrong("CR213", f"a {self.scope.kind} has no prescription", path)

    def _within(self, path: tuple[str | int, ...], text: str) -> WindowSpec:
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
            direction = "apart" if window.direction is Direction.SAME else str(window.direction)
            return WindowSpec(unit=window.unit, direction=direction, n=Literal(INTEGER, window.n))
        found = _WINDOW.match(words)
        source = self._source(path)
        if found:
            number = SqlText(found[2], source.node, max(0, source.text.find(found[2])))
            tree = self._tree(number)
            n = NOTHING if tree is None else self._checker(number).check(tree)
            if not fits(n.type, NUMBER):
                what = f"a window is so many {found[3]}s: a number is expected, and this is {n.type}"
                self._wrong("CR216", what, path)
            direction = "last" if found[1] else found[4] or "apart"
            return WindowSpec(unit=found[3], direction=direction, n=n)
        tree = self._tree(source)
        unknown = isinstance(tree, exp.Column) and not tree.table and tree.name not in self.frame.let
        value = NOTHING if tree is None or unknown else self._checker(source).check(tree)
        if unknown or value.type.base not in (Base.WINDOW, Base.NULL):
            advice = "write `day`, `6 hours apart`, `30 days before`, `last 30 days`, or a column of type window"
            self._wrong("CR216", f"`{words}` is not a window", path, advice)
        return WindowSpec(column=value)

    # ------------------------------------------------------------------ let, flag, exceptions

    def _let(self, name: str) -> LetSpec | None:
        if name in self.scope.lets:
            return self.scope.lets[name]
        if name not in self.frame.let:
            return None
        if name in self.pending:
            circle = [*self.pending[self.pending.index(name) :], name]
            shown = " → ".join(f"`{step}`" for step in circle)
            place = self._place_of_key(("let", name))
            message = f"`{name}` is defined by itself"
            self.found.append(Diagnostic("CR209", message, place, shown, "break the circle: one of them must not need it"))
            return LetSpec(name, NOTHING, of_subject=False)
        self.pending.append(name)
        value = self._expression(("let", name))
        self.pending.pop()
        spec = LetSpec(name, value, of_subject=self._speaks_of_subject(value))
        self.scope.lets[name] = spec
        return spec

    def _speaks_of_subject(self, value: Expr) -> bool:
        return self.scope.grouped and not is_row_level(value, self.scope)

    def _flag(self) -> tuple[tuple[tuple[str, Expr], ...], bool]:
        frame = self.frame
        if (frame.flag is None) == (frame.flag_rows is None):
            written = [key for key in ("flag", "flag_rows") if self.root.key(key) is not None]
            place = self._place_of_key((written[-1],)) if written else self.root.place
            what = "a rule has `flag` or `flag_rows`, and this one has both"
            advice = "`flag` is of the whole subject, `flag_rows` of each of its rows: keep one"
            if frame.flag is None:
                neither = "a rule has `flag` or `flag_rows`, and this one has neither"
                what = f"`{written[-1]}` is empty" if written else neither
                advice = "add the condition that is true of a violation, such as `flag: line.quantity > 3`"
            self.found.append(Diagnostic("CR207", what, place, help=advice))
            return (), False
        key = "flag" if frame.flag is not None else "flag_rows"
        given = frame.flag if frame.flag is not None else frame.flag_rows
        if isinstance(given, dict):
            out = tuple((name, self._condition((key, name))) for name in given)
        else:
            out = (("", self._condition((key,))),)
        if key == "flag" and frame.per:
            for name, condition in out:
                self._of_subject(condition, ("flag", name) if name else ("flag",), "flag")
        return out, key == "flag_rows"

    def _of_subject(self, node: Expr, path: tuple[str | int, ...], part: str) -> None:
        """A finer name in `flag` is an error: whole groups would be flagged by one row's value."""
        fine = self._finer(node)
        if not fine:
            return
        source = self._source(path)
        name = fine.split("(")[0]
        at = source.text.find(name)
        place = source.place(at, at + len(name) - 1) if at >= 0 else source.node.place
        keys = ", ".join(self.scope.keys)
        advice = f"aggregate it, as in max({fine}) or any({fine}), make it a key of `per`, or say `flag_rows`"
        if fine != name:
            advice = "`others` are those of a row: name it by `let` and aggregate that, as in max(…), or say `flag_rows`"
        message = f"`{part}` speaks of the subject ({keys}), and `{fine}` of one of its rows"
        self.found.append(Diagnostic("CR215", message, place, help=advice))

    def _finer(self, node: Expr) -> str:
        if isinstance(node, Aggregate) and node.over == "":
            return ""
        if any(key.value == node for key in self.scope.keys.values()):
            return ""
        coarse = {k.value.kind for k in self.scope.keys.values() if isinstance(k.value, RowId)}
        if "claim" in coarse:
            coarse.add("encounter")
        if isinstance(node, Field):
            return "" if node.kind in coarse and not node.owner else f"{node.owner or node.kind}.{node.name}"
        if isinstance(node, MatchField):
            is_key = any(isinstance(k.value, MatchRow) and k.value.match == node.match for k in self.scope.keys.values())
            return "" if is_key else f"{node.match}.{node.column}"
        if isinstance(node, Aggregate):
            return f"{node.function}({node.over})"
        if isinstance(node, Missing | Walk | MatchRow):
            return getattr(node, "name", "") or getattr(node, "function", "") or "match"
        if isinstance(node, Let):
            spec = self.scope.lets.get(node.name)
            return "" if spec is None or spec.of_subject else node.name
        return next((fine for child in children(node) if (fine := self._finer(child))), "")

    def _exceptions(self, part: str, given: Mapping[str, ExceptionFrame], *, flags_rows: bool) -> tuple[Proviso, ...]:
        out: list[Proviso] = []
        for name, frame in given.items():
            node = self._node((part, name))
            path = (part, name, "when") if isinstance(node, MappingNode) else (part, name)
            when = self._condition(path)
            if self.frame.per and not flags_rows:
                self._of_subject(when, path, part)
            out.append(Proviso(name, when, frame.because, frame.source))
        return tuple(out)

    # ------------------------------------------------------------------ amount, observed, message

    def _amount(self) -> AmountSpec:
        source = self._source(("amount",))
        if not source.text:
            return AmountSpec("full_line")
        tree = self._tree(source)
        if tree is None:
            return AmountSpec("none")
        name = tree.name if isinstance(tree, exp.Column) and not tree.table else ""
        if isinstance(tree, exp.Anonymous):
            name = str(tree.this).lower()
        if name in AMOUNTS:
            given = tree.expressions if isinstance(tree, exp.Anonymous) else []
            checker = self._checker(source)
            arguments = tuple(checker.check(argument) for argument in given)
            if len(arguments) != len(AMOUNTS[name]):
                wanted = "a number in parentheses" if AMOUNTS[name] else "no argument"
                advice = f"write `{name}(…)`" if AMOUNTS[name] else f"write `{name}`"
                self._wrong("CR216", f"`{name}` takes {wanted}", ("amount",), advice)
            elif any(not fits(a.type, w) for a, w in zip(arguments, AMOUNTS[name], strict=True)):
                self._wrong("CR216", f"`{name}` takes a number, and this is {arguments[0].type}", ("amount",))
            return AmountSpec(name, arguments)
        if name and name not in self.frame.let and name not in (*SCALARS, *AGGREGATES, *WALKS):
            near = suggest(name, AMOUNTS)
            advice = f"did you mean `{near}`?" if near else f"methods are: {', '.join(AMOUNTS)}; or an expression"
            self._wrong("CR214", f"unknown amount method `{name}`", ("amount",), advice)
            return AmountSpec("none")
        value = self._checker(source).check(tree)
        if not fits(value.type, NUMBER):
            known = ", ".join(AMOUNTS)
            self._wrong("CR216", "an amount is a method or a number", ("amount",), f"methods are: {known}")
        return AmountSpec("expression", (value,))

    def _observed(self) -> Observed:
        frame = self.frame.observed
        unit: Expr | str = frame.unit
        if re.fullmatch(r"(max|min)\(.+\)|[a-z_]+\.[a-z_]+", frame.unit):
            unit = self._expression(("observed", "unit"))
        return Observed(
            self._expression(("observed", "value")) if frame.value else None,
            self._expression(("observed", "limit")) if frame.limit else None,
            unit,
        )

    def _message(self, language: str) -> Message:
        path = ("message", language)
        source = self._source(path)
        parts: list[str | Expr] = []
        offset = 0
        for i, piece in enumerate(re.split(r"\{([^{}]*)\}", source.text)):
            start, offset = offset, offset + len(piece) + 1
            if i % 2 == 0:
                brace = re.search("[{}]", piece)
                if brace is not None:
                    place = source.place(start + brace.start(), start + brace.start())
                    advice = "a value is filled in as {line.item_name}; a message has no other braces"
                    self.found.append(Diagnostic("CR212", f"this `{brace.group()}` has no partner", place, help=advice))
                elif piece:
                    parts.append(piece)
            elif piece in ("reasons", "observed", "limit"):
                parts.append(Literal(TEXT, f"{{{piece}}}"))
            else:
                inner = SqlText(piece, source.node, start)
                tree = self._tree(inner)
                parts.append(NOTHING if tree is None else self._checker(inner).check(tree))
        return Message(tuple(parts))


_DATE = kind_fields("day")["date"].type


def _with_where(spec: MatchSpec, where: Expr) -> MatchSpec:
    return MatchSpec(spec.name, spec.table, spec.keys, where, spec.at, spec.ever, spec.take_all, spec.owner)


def _of_other(node: Expr, name: str, other: OtherNames, scope: Scope) -> Expr | None:
    """The same expression asked of a row of `name`; None where that kind of row has no such value."""
    match node:
        case Field(type=t, owner="", kind=kind, name=column):
            return Field(t, name, kind, column) if kind in scope.kinds(other.kind) else None
        case RowId(type=t, owner="", kind=kind):
            return RowId(t, name, kind) if kind in scope.kinds(other.kind) else None
        case MatchField(type=t, owner="", match=match, column=column):
            return MatchField(t, name, match, column) if match in other.matches else None
        case MatchRow(type=t, owner="", match=match):
            return MatchRow(t, name, match) if match in other.matches else None
        case Call(type=t, function=function, arguments=arguments):
            mapped = tuple(_of_other(a, name, other, scope) for a in arguments)
            return None if any(m is None for m in mapped) else Call(t, function, mapped)  # type: ignore[arg-type]
        case Literal():
            return node
        case _:
            return None


def typed_literal(text: str) -> tuple[Type, Value]:
    """A parameter's value with the type that its spelling shows: a whole number, a decimal, true or false, else text."""
    if text in ("true", "false"):
        return BOOLEAN, text == "true"
    if re.fullmatch(r"[+-]?\d{1,18}", text) and not re.fullmatch(r"0\d+", text):
        return INTEGER, int(text)
    if re.fullmatch(r"[+-]?\d+\.\d+", text):
        try:
            value = Decimal(text)
        except InvalidOperation:
            return TEXT, text
        return decimal(38, max(0, -int(value.as_tuple().exponent))), value
    return TEXT, text
