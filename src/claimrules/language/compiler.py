"""The frame of one rule → the Rule: each part in the order in which names need each other."""

from claimrules.catalog import KINDS
from claimrules.diagnostics import Diagnostic, suggest
from claimrules.language.checking import NOTHING
from claimrules.language.circles import PER, circle
from claimrules.language.expression import Expr, Let, MatchField, MatchRow, Missing, walk
from claimrules.language.frame import ParamFrame
from claimrules.language.literals import typed_literal
from claimrules.language.outcome import Outcome
from claimrules.language.relations import Relations
from claimrules.language.rule import Basis, LetSpec, Parameter, Rule, Text
from claimrules.language.scope import is_row_level
from claimrules.language.sources import Source

MAX_NAMES = 20
"""Through how many names of `let` a value may be reached: the plan puts each definition in its place."""


class Compiler(Relations, Outcome):
    """Compiles one rule. What is wrong goes into `found`; the Rule is sound only where that stays empty."""

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
        self.scope.beside = self._beside
        per = self._per()
        order = self._order()
        others = tuple(self._other(name) for name in frame.others)
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
        )
        self._identity(rule)
        self._relating(rule)
        if not self.found:
            self._no_circle(rule)
        return rule

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

    def _no_circle(self, rule: Rule) -> None:
        steps = circle(rule)
        if steps:
            part = "per" if steps[0] == PER else "let" if steps[0] in self.frame.let else "others"
            path = ("per",) if part == "per" else (part, steps[0])
            shown = " → ".join(f"`{step}`" for step in steps)
            advice = "break the circle: one of them must not need it"
            message = f"`{steps[0]}` is defined by itself"
            self.found.append(Diagnostic("CR209", message, self._place_of_key(path), shown, advice))

    def _relating(self, rule: Rule) -> None:
        """An aggregate over others names a knowledge row of the set only where one relates each of them."""
        for name, match, place in self.scope.relating:
            other = rule.other(name)
            near = () if other.within is None else (other.within.n, other.within.column)
            nodes = [node for node in (other.where, *near, *(mine for mine, _ in other.same)) if node is not None]
            parts = [part for node in nodes for part in walk(node)]
            if not any(isinstance(p, MatchField | MatchRow) and p.match == match and not p.owner for p in parts):
                message = f"no row of `{match}` belongs to a row of `{name}`"
                advice = f"let `where`, `within` or `same` of `{name}` name a column of `{match}`"
                self.found.append(Diagnostic("CR215", message, place, f"`{match}` is a set of knowledge rows", advice))

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
            elif self.sources is not None and basis.article:
                self._article(i, basis.article, self.sources[basis.source])
        return tuple(Basis(b.source, b.article) for b in self.frame.basis)

    def _article(self, i: int, article: str, source: Source) -> None:
        """Where a source lists its articles, one that it does not list is misspelt."""
        if not source.articles or article in source.articles:
            return
        near = suggest(article, source.articles)
        advice = f"did you mean `{near}`?" if near else f"it lists {', '.join(source.articles)}."
        message = f"`{self.frame.basis[i].source}` has no article `{article}` in sources.yaml"
        self._wrong("CR222", message, ("basis", i, "article"), f"{advice} A new one is added to its `articles`")

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

    def _let(self, name: str) -> LetSpec | None:
        if name in self.scope.lets:
            return self.scope.lets[name]
        if name not in self.frame.let:
            return None
        if name in self.pending:
            self._circle(name, "let")
            return LetSpec(name, NOTHING, of_subject=False)
        self.pending.append(name)
        value = self._expression(("let", name))
        self.pending.pop()
        through = [self.reached.get(part.name, 0) for part in walk(value) if isinstance(part, Let)]
        self.reached[name] = 1 + max(through, default=0)
        if self.reached[name] > MAX_NAMES:
            place = self._place_of_key(("let", name))
            message = f"`{name}` is reached through more than {MAX_NAMES} names"
            self.found.append(Diagnostic("CR212", message, place, help="write some of them out"))
            self.reached[name] = 0
            value = NOTHING
        spec = LetSpec(name, value, of_subject=self._speaks_of_subject(value))
        self.scope.lets[name] = spec
        return spec

    def _beside(self, name: str) -> bool:
        """Whether others stand beside the subject and not beside each of its rows."""
        return self.scope.others[name].kind == "subject" or self._other(name).of_subject

    def _speaks_of_subject(self, value: Expr) -> bool:
        return self.scope.grouped and not is_row_level(value, self.scope)
