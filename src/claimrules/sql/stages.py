"""The rule's rows, stage by stage: each stage is a CTE with everything of the one before and some columns more."""

from collections.abc import Iterable, Iterator, Sequence

from sqlglot import exp

from claimrules.catalog import Base
from claimrules.language.expression import (
    Aggregate,
    Expr,
    Field,
    Let,
    MatchField,
    MatchRow,
    Missing,
    OfSubject,
    RowId,
    Walk,
    children,
    walk,
)
from claimrules.language.rule import OtherSpec, Rule
from claimrules.language.scope import time_of
from claimrules.sql.aggregates import is_never_negative, member_columns, result, set_columns
from claimrules.sql.fragments import column, sql, table
from claimrules.sql.kinds import Kinds
from claimrules.sql.place import Known, Place
from claimrules.sql.query import Query, select
from claimrules.sql.relations import Relation, Relations
from claimrules.sql.values import Values, rank
from claimrules.sql.walks import walk_columns

Named = tuple[str, exp.Expr]
_ONE = Field | RowId | MatchField | MatchRow | Missing | OfSubject


class Stages:
    """Grows the rows of one rule. `now`: the latest stage; its rows have the alias r and are numbered by `entry`."""

    def __init__(self, rule: Rule, query: Query, kinds: Kinds, values: Values, taken: Iterable[str]) -> None:
        self.rule, self.query, self.kinds, self.values = rule, query, kinds, values
        self.now = ""
        self.entry = "entry"
        self.names = set(taken)
        self.relations: Relations
        self.sets: dict[str, str] = {}
        self.by_date: list[str] = []
        self.chained: list[str] = []

    # ------------------------------------------------------------------ stages

    def free(self, wanted: str) -> str:
        """A column's name that no other column of the rows has."""
        found, count = wanted, 2
        while found in self.names:
            found, count = f"{wanted}_{count}", count + 1
        self.names.add(found)
        return found

    def stage(
        self,
        wanted: str,
        columns: Sequence[Named],
        comment: str = "",
        join: str = "",
        on: str = "",
    ) -> None:
        """A stage more: the rows with further columns, from a join where one is named."""
        body = select([sql("r.*"), *columns], table(self.now, "r"))
        if join:
            body = body.join(table(join, "a"), on=sql(on or f"a.entry = r.{self.entry}"), join_type="left")
        self.now = self.query.add(wanted, body, comment)

    # ------------------------------------------------------------------ what must be a column first

    def require(self, *nodes: Expr) -> None:
        """Make columns of every aggregate, walk, named value and taken row in these expressions, inner ones first."""
        while True:
            waiting = list(dict.fromkeys(stop for node in nodes for stop in self.stops(node)))
            waiting = [n for n in waiting if n not in self.values.columns]
            if not waiting:
                return
            ready = [n for n in waiting if all(p in self.values.columns for p in self._before(n))]
            group = [n for n in ready if _maker(n) == _maker(ready[0])]
            self._make(group)

    def stops(self, node: Expr, at_hand: frozenset[str] = frozenset()) -> Iterator[Expr]:
        """The parts of an expression that must be columns, inner ones first."""
        if isinstance(node, Let):
            yield from self.stops(self.values.lets[node.name].value, at_hand)
            yield node
        elif isinstance(node, OfSubject):
            yield from self.stops(node.value)
            if self.rule.other(node.owner).take != "all" and node.owner not in at_hand:
                yield from self.of_relation(node.owner)
                yield node
        elif isinstance(node, Aggregate | Walk):
            yield from self._before(node)
            yield node
        elif isinstance(node, _ONE) and (owner := self._taken_owner(node)) and owner not in at_hand:
            yield from self.of_relation(owner)
            yield node
        else:
            for child in children(node):
                yield from self.stops(child, at_hand)

    def _taken_owner(self, node: Expr) -> str:
        owner = str(getattr(node, "owner", ""))
        if isinstance(node, Missing) and not owner and any(o.name == node.name for o in self.rule.others):
            owner = node.name
        if owner and self.rule.other(owner).take == "all":
            return ""
        return owner

    def _before(self, node: Expr) -> list[Expr]:
        """What must be a column before this one can be."""
        out: list[Expr] = []
        if isinstance(node, Let):
            return list(self.stops(self.values.lets[node.name].value))
        if isinstance(node, Aggregate):
            owned = any(o.name == node.over for o in self.rule.others)
            if owned:
                out += self.of_relation(node.over)
            hand = frozenset((node.over,)) if owned else frozenset()
            for child in children(node):
                out += self.stops(child, hand)
        elif isinstance(node, Walk):
            for child in (*children(node), *(part.value for part in self.rule.order)):
                out += self.stops(child)
        elif owner := self._taken_owner(node):
            out += self.of_relation(owner)
        return [p for p in dict.fromkeys(out) if p != node]

    def spelled_out(self, node: Expr) -> Iterator[Expr]:
        """The parts of an expression, names of `let` written out."""
        for part in walk(node):
            if isinstance(part, Let):
                yield from self.spelled_out(self.values.lets[part.name].value)
            else:
                yield part

    def compared(self, node: Expr) -> Iterator[Expr]:
        """The same without what aggregates over the subject's rows gather: there a row that is not there is not known."""
        if isinstance(node, Let):
            yield from self.compared(self.values.lets[node.name].value)
        elif not (isinstance(node, Aggregate) and node.over == ""):
            yield node
            for child in children(node):
                yield from self.compared(child)

    def of_relation(self, name: str) -> list[Expr]:
        """What the relation of one of `others` needs of the row."""
        spec = self.rule.other(name)
        nodes = [e for e in (spec.where, spec.rows) if e is not None]
        nodes += [side for pair in spec.same for side in pair]
        if spec.within is not None:
            nodes += [e for e in (spec.within.n, spec.within.column) if e is not None]
        nodes += self.relations.subject_values(name)
        hand = frozenset((name,))
        return [p for node in nodes for p in self.stops(node, hand)]

    def _make(self, group: list[Expr]) -> None:
        first = group[0]
        if isinstance(first, Let):
            self._named(group)
        elif isinstance(first, Walk):
            self._walked(group)
        elif isinstance(first, Aggregate):
            self._aggregated([n for n in group if isinstance(n, Aggregate)])
        else:
            self._taken(self.rule.other(self._taken_owner(first)))

    # ------------------------------------------------------------------ named values and walks

    def _named(self, lets: list[Expr]) -> None:
        columns: list[Named] = []
        made: dict[Expr, Known] = {}
        for let in lets:
            assert isinstance(let, Let)  # noqa: S101 - grouped so
            name = self.free(let.name)
            columns.append((name, self.values(self.values.lets[let.name].value, Place())))
            made[let] = Known(name)
        self.stage("named", columns, f"let {', '.join(let.name for let in lets if isinstance(let, Let))}")
        self.values.columns.update(made)

    def _walked(self, walks: list[Expr]) -> None:
        for node in walks:
            assert isinstance(node, Walk)  # noqa: S101 - grouped so
            name = self.free(node.function)
            walk_columns(self, node, name)
            self.values.columns[node] = Known(name)

    # ------------------------------------------------------------------ aggregates

    def _aggregated(self, nodes: list[Aggregate]) -> None:
        over = nodes[0].over
        members, source, by, place, sure = self._members(over)
        columns = [by]
        for i, node in enumerate(nodes):
            columns += member_columns(node, i, sure, lambda e: self.values(e, place))
        label = over or "subject"
        rows = self.query.add(f"{label}_members", source(columns), f"what each member of {label} brings")
        totals: list[exp.Expr | Named] = [sql("m.entry")]
        for i, node in enumerate(nodes):
            totals += set_columns(node, i, None if node.option is None else self.values(node.option, Place()))
        body = select(totals, table(rows, "m")).group_by(sql("m.entry"))
        joined = self.query.add(f"{label}_totals", body)
        self._joined(nodes, joined, members, label)

    def _joined(self, nodes: list[Aggregate], joined: str, by: str, label: str) -> None:
        beyond = None
        relation = self.relations.made.get(nodes[0].over)
        if relation is not None:
            beyond = relation.beyond
        elif nodes[0].over in self.sets:
            beyond = sql(f"r.{nodes[0].over}_incomplete")
        elif not nodes[0].over and self.chained:
            beyond = sql("r.doubtful")
        columns: list[Named] = []
        for i, node in enumerate(nodes):
            known = is_never_negative(node.argument, dict(self.values.lets), dict(self.values.params))
            value, least = result(node, i, beyond, never_negative=known)
            name = self.free(f"{node.function}_{label}")
            columns.append((name, value))
            least_name = ""
            if least is not None:
                least_name = self.free(f"{name}_at_least")
                columns.append((least_name, least))
            self.values.columns[node] = Known(name, least_name)
        self.stage(f"with_{label}", columns, f"the sets of {label} counted and summed", join=joined, on=f"a.entry = r.{by}")

    def _members(self, over: str):  # type: ignore[no-untyped-def]
        """Whose entry the set belongs to, the SELECT of its members, its number, where to evaluate, who counts."""
        if not over:
            place, sure = Place(), sql("r.counts")
            return (
                "subject_entry",
                lambda columns: select(columns, table(self.now, "r")),
                ("entry", sql("r.subject_entry")),
                place,
                sure,
            )
        if any(o.name == over for o in self.rule.others):
            relation = self.relations.of(over)
            return (
                relation.by,
                lambda columns: self._pairs(relation, columns),
                ("entry", sql("p.entry")),
                relation.place,
                sql("p.sure"),
            )
        if any(m.name == over for m in self.rule.matches):
            place = Place().with_candidate("", over, "k")
            return (
                "entry",
                lambda columns: select(columns, table(self.now, "r")).join(
                    table(self.sets[over], "k"), on=sql("k.entry = r.entry")
                ),
                ("entry", sql("r.entry")),
                place,
                exp.true(),
            )
        return self._below(over)

    def _below(self, kind: str):  # type: ignore[no-untyped-def]
        above = "claim" if self.rule.kind == "claim" else "encounter"
        on, sure = sql(f"b.{above}_row = r.{above}_row"), sql("TRUE")
        if self.rule.kind == "day" and kind == "line":
            sure = sql("CASE WHEN b.line_charged_at IS NOT NULL THEN TRUE END")
            on = exp.and_(on, sql("CAST(b.line_charged_at AS DATE) = r.day_date OR b.line_charged_at IS NULL"))
        rows = self.kinds.rows(kind)
        return (
            self.entry,
            lambda columns: select(columns, table(self.now, "r")).join(table(rows, "b"), on=on),
            ("entry", sql(f"r.{self.entry}")),
            Place().with_below(kind, "b"),
            sure,
        )

    def _pairs(self, relation: Relation, columns: Sequence[exp.Expr | Named]) -> exp.Select:
        body = select(columns, table(relation.pairs, "p")).join(table(self.now, "r"), on=sql("r.entry = p.entry"))
        body = body.join(table(relation.rows, "o"), on=sql(f"o.{relation.number} = p.other"))
        for i, match in enumerate(relation.sets):
            on = sql(f"k{i}.entry = p.entry AND k{i}.knowledge_id = p.known_{i}")
            body = body.join(table(self.sets[match], f"k{i}"), on=on)
        return body

    # ------------------------------------------------------------------ the one other row

    def _taken(self, spec: OtherSpec) -> None:
        """The one other row with all that the rule names of it."""
        relation = self.relations.of(spec.name)
        chosen = self.relations.chosen(spec, relation)
        columns: list[Named] = []
        made: dict[Expr, Known] = {}
        inner = Place().with_other(spec.name, "o")
        for node in self.relations.named(spec.name):
            if isinstance(node, Missing) and not node.owner:
                name = self.free(f"{spec.name}_missing")
                columns.append(
                    (
                        name,
                        sql(
                            "CASE WHEN a.state = 'found' THEN FALSE WHEN COALESCE(a.state, _none) = 'missing' THEN TRUE END",
                            none=self._none(spec, relation),
                        ),
                    )
                )
            else:
                name = self.free(f"{spec.name}_{_called(node, spec.kind)}")
                columns.append((name, sql("CASE WHEN a.state = 'found' THEN _v END", v=self.values(node, inner))))
            made[node] = Known(name)
        body = select([sql("r.*"), *columns], table(self.now, "r"))
        body = body.join(table(chosen, "a"), on=sql(f"a.entry = r.{relation.by}"), join_type="left")
        body = body.join(table(relation.rows, "o"), on=sql(f"o.{relation.number} = a.other"), join_type="left")
        self.now = self.query.add(f"with_{spec.name}", body, f"the one row of {spec.name}")
        self.values.columns.update(made)

    def _none(self, spec: OtherSpec, relation: Relation) -> exp.Expr:
        """What it means that no row is related: none, or one that the data do not reach."""
        beyond = self.relations.before_history(spec, relation)
        return sql("'missing'") if beyond is None else sql("CASE WHEN _b THEN 'unknown' ELSE 'missing' END", b=beyond)

    # ------------------------------------------------------------------ order

    def order(self) -> tuple[list[tuple[exp.Expr, bool]], exp.Expr]:
        """The parts of `order` (descending or not), or the time; and what breaks ties."""
        if not self.rule.order:
            return [(self.values(time_of(self.rule.kind), Place()), False)], column("r", f"{self.rule.kind}_row")
        parts = []
        for part in self.rule.order:
            value = self.values(part.value, Place())
            if part.value.type.values and part.value.type.base is Base.TEXT:
                value = rank(value, part.value.type.values)
            parts.append((value, part.descending))
        return parts, column("r", "tie")


def _maker(node: Expr) -> tuple[str, str]:
    """Nodes of one maker become columns of one stage."""
    if isinstance(node, Aggregate):
        return "aggregate", node.over
    if isinstance(node, Let):
        return "let", ""
    if isinstance(node, Walk):
        return "walk", ""
    return "one", str(getattr(node, "owner", "")) or str(getattr(node, "name", ""))


def _called(node: Expr, kind: str) -> str:
    match node:
        case Field(kind=of, name=name):
            return name if of == kind else f"{of}_{name}"
        case RowId(kind=of):
            return f"{of}_row"
        case MatchField(match=match, column=name):
            return f"{match}_{name}"
        case MatchRow(match=match):
            return f"{match}_knowledge_id"
        case Missing(name=name):
            return f"{name}_missing"
        case OfSubject(value=value):
            return str(getattr(value, "name", "value"))
    return "value"
