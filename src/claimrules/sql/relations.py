"""`others`: rows that are not this one, related row by row; of each pair whether it is sure."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from claimrules.catalog import KINDS, Base, kind_fields
from claimrules.knowledge import KnowledgeSet
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
    RowId,
)
from claimrules.language.rule import OtherSpec, Rule, WindowSpec
from claimrules.language.scope import key_word, time_of
from claimrules.sql.fragments import every, number, sql, table, text
from claimrules.sql.lookup import Lookup, Source
from claimrules.sql.needs import all_parts, named_columns_of
from claimrules.sql.place import Place
from claimrules.sql.query import select
from claimrules.sql.values import rank
from claimrules.sql.windows import CLOCKED, Parsed, Side, add_months, distance, same, side_of

if TYPE_CHECKING:
    from claimrules.sql.stages import Stages


@dataclass(slots=True)
class Relation:
    """One of `others` related: `pairs` (entry, other, sure) and the CTE of the other rows, numbered by `number`.

    `by`: the column of the rows that pairs name as entry. `beyond`: whether a row's window sticks out of the history.
    `sets`: matches of all whose rows relate; a pair names by `known_i` the knowledge row of the lowest id that does.
    """

    pairs: str
    rows: str
    number: str
    by: str
    place: Place
    beyond: exp.Expr | None = None
    clockless: bool = False
    sets: tuple[str, ...] = ()


@dataclass(slots=True)
class Relations:
    """Makes relations at their first use."""

    rule: Rule
    stages: "Stages"
    knowledge: KnowledgeSet
    region: str = ""
    as_of: str = ""
    history_from: str = ""
    made: dict[str, Relation] = field(default_factory=dict)

    def of(self, name: str) -> Relation:
        """The relation of one of `others`."""
        if name not in self.made:
            self.made[name] = self._relate(self.rule.other(name))
        return self.made[name]

    def named(self, name: str) -> list[Expr]:
        """Everything that the rule names of the one other row."""
        out: dict[Expr, None] = {}
        for part in all_parts(self.rule):
            if isinstance(part, Field | RowId | MatchField | MatchRow | Missing | OfSubject) and part.owner == name:
                out[part] = None
        out[Missing(name)] = None
        return list(out)

    def subject_values(self, name: str) -> list[Expr]:
        """What the rule names of other subjects."""
        return [p.value for p in all_parts(self.rule) if isinstance(p, OfSubject) and p.owner == name]

    # ------------------------------------------------------------------ the other rows

    def sets_of(self, spec: OtherSpec) -> tuple[str, ...]:
        """The matches that take all and whose columns relate the row with these others, or stand in their aggregates."""
        if spec.of_subject:
            return ()
        nodes = [spec.where, *(mine for mine, _ in spec.same)]
        if spec.within is not None:
            nodes += [spec.within.n, spec.within.column]
        for part in all_parts(self.rule):
            if isinstance(part, Aggregate) and part.over == spec.name:
                nodes += [part.argument, part.condition]
        parts = [p for node in nodes if node is not None for p in self.stages.spelled_out(node)]
        named = {p.match for p in parts if isinstance(p, MatchField | MatchRow) and not p.owner}
        return tuple(sorted(named & set(self.stages.sets)))

    def _rows(self, spec: OtherSpec) -> tuple[str, str]:
        """The CTE of rows that can be others, with `counts`; and the column that numbers them."""
        query, stages = self.stages.query, self.stages
        if spec.kind == "subject":
            some = sql("MAX(CASE WHEN r.counts THEN 1 ELSE 0 END) OVER (PARTITION BY r.subject_entry)")
            inner = select([sql("r.*"), ("members", some)], table(stages.now, "r"))
            passes = ("passes", sql("CASE WHEN o.members = 1 AND NOT o.loose THEN TRUE END"))
            body = select([sql("o.*"), passes], inner.subquery("o"))
            keys = [stages.values.columns[Key(key.value.type, key.name)].name for key in stages.rule.per]
            body = body.where(sql("o.entry = o.subject_entry"), *(sql(f"o.{key} IS NOT NULL") for key in keys))
            return query.add(f"{spec.name}_rows", body, f"{spec.name}: the rule's subjects, by their first rows"), "entry"
        number_ = f"{spec.kind}_row"
        if spec.own:
            name, number_ = stages.now, "entry"
        else:
            body = select([sql("o.*"), ("counts", exp.true())], table(stages.kinds.rows(spec.kind), "o"))
            name = query.add(f"{spec.name}_rows", body, f"{spec.name}: rows of the kind {spec.kind}")
        if spec.rows is not None:
            name = self._filtered(spec, name, stages.values(spec.rows, Place().with_other(spec.name, "o")))
        for match in spec.matches:
            asked = any(
                isinstance(p, Missing) and (p.owner, p.name) == (spec.name, match.name) for p in all_parts(self.rule)
            )
            source = Source(name, number_, spec.kind, spec.name)
            known, named = self.knowledge.tables[match.table], named_columns_of(self.rule, match.name)
            lookup = Lookup(query, stages.values, source, match, known, self.region, self.as_of, named)
            if not match.take_all:
                name = lookup.one(asked=asked)
                continue
            name = lookup.spread(asked=asked)
            copy = sql(f"ROW_NUMBER() OVER (ORDER BY o.{number_}, o.{match.name}_knowledge_id)")
            number_ = f"{spec.name}_{match.name}_entry"
            name = query.add(f"numbered_{spec.name}", select([sql("o.*"), (number_, copy)], table(name, "o")))
        return name, number_

    def _filtered(self, spec: OtherSpec, name: str, condition: exp.Expr) -> str:
        inner = select([sql("o.*"), ("passes", sql("o.counts AND _c", c=exp.paren(condition)))], table(name, "o"))
        body = exp.select("*").from_(inner.subquery("o")).where(sql("o.passes IS NOT FALSE"))
        return self.stages.query.add(f"{spec.name}_passing", body)

    # ------------------------------------------------------------------ pairs

    def _relate(self, spec: OtherSpec) -> Relation:
        rows, number_ = self._rows(spec)
        by = "subject_entry" if spec.of_subject or spec.kind == "subject" else "entry"
        sets = self.sets_of(spec)
        inner = Place().with_other(spec.name, "o")
        for i, match in enumerate(sets):
            inner = inner.with_candidate("", match, f"k{i}")
        values = self.stages.values
        on = [sql("_a = _b", a=values(a, inner), b=values(b, inner)) for a, b in spec.same]
        on += self._not_itself(spec, by, inner)
        if by == "subject_entry":
            on.append(sql("r.entry = r.subject_entry"))
        tests = [sql("o.passes" if spec.rows is not None or spec.kind == "subject" else "o.counts")]
        tests += self._apart(spec, by)
        beyond = None
        clocked = None
        if spec.within is not None:
            tests.append(exp.paren(self._near(spec, spec.within, inner)))
            beyond = self._beyond(spec.within, sets)
            clocked = self._clocked(spec.within, inner)
        if spec.where is not None:
            tests.append(exp.paren(values(spec.where, inner)))
        columns = [sql("r.entry"), ("other", sql(f"o.{number_}")), ("sure", every(tests))]
        columns += [(f"known_{i}", sql(f"k{i}.knowledge_id")) for i in range(len(sets))]
        once = self._once(spec, sets)
        if once is not None:
            columns.append(("which", sql(f"o.{spec.kind}_row")))
            columns += [(f"theirs_{i}", sql(f"o.{m}_knowledge_id")) for i, m in enumerate(once)]
        if clocked is not None:
            columns.append(("clockless", clocked))
        pairs = select(columns, table(self.stages.now, "r"))
        for i, match in enumerate(sets):
            pairs = pairs.join(table(self.stages.sets[match], f"k{i}"), on=sql(f"k{i}.entry = r.entry"))
        pairs = pairs.join(table(rows, "o"), on=every(on) if on else exp.true())
        body = exp.select("*").from_(pairs.subquery("p")).where(sql("p.sure IS NOT FALSE"))
        name = self.stages.query.add(spec.name, body, f"{spec.name}: which rows it relates; sure is NULL where one may be")
        if once is not None:
            name = self._each_once(spec, name, len(sets), len(once))
        for match in sets:
            gap = sql(f"r.{match}_incomplete")
            beyond = gap if beyond is None else exp.or_(exp.paren(beyond), gap)
        return Relation(name, rows, number_, by, inner, beyond, clocked is not None, sets)

    def _once(self, spec: OtherSpec, sets: tuple[str, ...]) -> list[str] | None:
        """Whether one row can be related several times, and then by which of its own knowledge rows; else None."""
        if spec.kind == "subject":
            return None
        theirs = [m.name for m in (self.rule.matches if spec.own else ()) if m.name not in self.stages.sets]
        theirs += [m.name for m in spec.matches]
        several = sets or any(m.take_all for m in spec.matches)
        several = several or (spec.own and any(m.take_all and m.name not in self.stages.sets for m in self.rule.matches))
        return theirs if several else None

    def _each_once(self, spec: OtherSpec, pairs: str, sets: int, theirs: int) -> str:
        """Of several pairs with one row the sure one, and of those the one with the lowest knowledge ids."""
        ids = [*(f"p.known_{i}" for i in range(sets)), *(f"COALESCE(p.theirs_{i}, '')" for i in range(theirs)), "p.other"]
        first = sql(
            f"ROW_NUMBER() OVER (PARTITION BY p.entry, p.which ORDER BY CASE WHEN p.sure THEN 0 ELSE 1 END, {', '.join(ids)})"
        )
        inner = select([sql("p.*"), ("copy", first)], table(pairs, "p"))
        body = exp.select("*").from_(inner.subquery("p")).where(sql("p.copy = 1"))
        return self.stages.query.add(f"{spec.name}_once", body, f"{spec.name}: each row once, by the lowest knowledge id")

    def _not_itself(self, spec: OtherSpec, by: str, place: Place) -> list[exp.Expr]:
        if spec.itself:
            return []
        if spec.kind == "subject":
            return [sql("o.entry <> r.entry")]
        if spec.kind != self.rule.kind:
            return []
        row = f"{spec.kind}_row"
        if by == "subject_entry":
            if spec.own:
                return [sql("o.subject_entry <> r.subject_entry")]
            return [sql(f"NOT EXISTS ({self._mine(row)} AND mine.counts)")]
        apart = sql(f"o.{row} <> r.{row}")
        if spec.within is not None and spec.within.direction == "last":
            return []
        if spec.within is not None and spec.within.column is not None:
            window = self.stages.values(spec.within.column, place)
            return [exp.paren(exp.or_(apart, sql("STARTS_WITH(_w, 'last ')", w=window)))]
        return [apart]

    def _mine(self, row: str) -> str:
        """Whether an other row stands in the subject itself."""
        return f"SELECT 1 FROM {self.stages.now} AS mine WHERE mine.subject_entry = r.subject_entry AND mine.{row} = o.{row}"

    def _apart(self, spec: OtherSpec, by: str) -> list[exp.Expr]:
        """NULL for a row that may count, and so be one of the subject's own, or not count, and so be another."""
        if spec.itself or spec.own or spec.kind != self.rule.kind or by != "subject_entry":
            return []
        return [sql(f"CASE WHEN NOT EXISTS ({self._mine(f'{spec.kind}_row')}) THEN TRUE END")]

    # ------------------------------------------------------------------ windows

    def side(self, kind: str, alias: str, owner: str = "") -> Side:
        """One row of a pair as windows see it."""
        place = Place().with_other(owner, alias) if owner else Place()
        prescription = (
            key_word("prescription", kind, owner) if kind in KINDS and "prescription_id" in kind_fields(kind) else None
        )
        shown = None if prescription is None else self.stages.values(prescription, place)
        time = self.stages.values(time_of(kind, owner), place)
        return Side(
            alias, kind, time, frozenset((kind, *KINDS[kind].above)), shown, self.stages.kinds.course_gap is not None
        )

    def _near(self, spec: OtherSpec, within: WindowSpec, place: Place) -> exp.Expr:
        row, other = self.side(self.rule.kind, "r"), self.side(spec.kind, "o", spec.name)
        if within.column is not None:
            return Parsed.of(self.stages.values(within.column, place)).near(row, other)
        if within.period:
            return same(within.period, row, other)
        if not within.unit:
            return side_of(within.direction, row, other)
        assert within.n is not None  # noqa: S101 - a distance has one
        return distance(within.unit, within.direction, self.stages.values(within.n, place), row, other)

    def _clocked(self, within: WindowSpec, place: Place) -> exp.Expr | None:
        """Whether an hour window judged a pair by its dates."""
        both = "NOT (r.clock AND o.clock)"
        if within.column is not None:
            window = self.stages.values(within.column, place)
            return sql(f"{both} AND (_w LIKE '%hour%' OR _w LIKE '%minute%')", w=window)
        return sql(both) if self.may_be_by_date(within) else None

    @staticmethod
    def may_be_by_date(within: WindowSpec) -> bool:
        """Whether a window asks the clock, or may where it stands in a table."""
        return within.column is not None or within.period == "hour" or within.unit in CLOCKED

    # ------------------------------------------------------------------ history

    def _beyond(self, within: WindowSpec, sets: tuple[str, ...]) -> exp.Expr | None:
        """Whether the window of a row begins before the data do; not known counts."""
        if not self.history_from:
            return None
        since = sql("CAST(_s AS DATE)", s=text(self.history_from))
        time = self.stages.values(time_of(self.rule.kind), Place())
        unknown = sql("_t IS NULL", t=time)
        asked = [e for e in (within.n, within.column) if e is not None]
        if any(isinstance(p, MatchField) and p.match in sets for e in asked for p in self.stages.spelled_out(e)):
            return exp.true()
        if within.column is not None:
            return self._beyond_column(within.column, time, since)
        if within.period:
            return (
                None
                if within.period in ("encounter", "claim", "prescription", "course")
                else exp.or_(unknown, _begins(within.period, time, since))
            )
        if within.direction == "after":
            return None
        if not within.unit:
            return exp.true()
        assert within.n is not None  # noqa: S101 - a distance has one
        n = self.stages.values(within.n, Place())
        return exp.or_(unknown, sql("_n IS NULL", n=n), exp.paren(_reaches(within.unit, within.direction, n, time, since)))

    def _beyond_column(self, window: Expr, time: exp.Expr, since: exp.Expr) -> exp.Expr:
        parsed = Parsed.of(self.stages.values(window, Place()))
        w = parsed.text
        ifs = [
            exp.If(this=sql("_w IS NULL", w=w), true=exp.true()),
            exp.If(
                this=sql("_w IN ('encounter', 'claim', 'prescription', 'course', 'after') OR ENDS_WITH(_w, ' after')", w=w),
                true=exp.false(),
            ),
            exp.If(this=sql("_t IS NULL OR _w = 'before'", t=time, w=w), true=exp.true()),
        ]
        periods = ("hour", "day", "week", "month", "quarter", "year", "insurance_year")
        ifs += [exp.If(this=sql("_w = _u", w=w, u=text(unit)), true=_begins(unit, time, since)) for unit in periods]
        for unit in ("minute", "hour", "day", "month"):
            for direction in ("last", "before"):
                is_it = sql(
                    "_unit = _u AND STARTS_WITH(_w, 'last ')" if direction == "last" else "_unit = _u",
                    unit=parsed.unit,
                    u=text(unit),
                    w=w,
                )
                ifs.append(exp.If(this=is_it, true=_reaches(unit, direction, parsed.n, time, since)))
        return exp.Case(ifs=ifs)

    def before_history(self, spec: OtherSpec, relation: Relation) -> exp.Expr | None:
        """Whether a row that has no previous one may have it before the data begin."""
        if not self.history_from or spec.take != "previous":
            return relation.beyond
        return exp.true()

    # ------------------------------------------------------------------ the one

    def chosen(self, spec: OtherSpec, relation: Relation) -> str:
        """For each entry the one other row: `state` found, missing or unknown, and which."""
        row = self.side(self.rule.kind, "r")
        other = self.side(spec.kind, "o", spec.name) if spec.kind in KINDS else None
        values, inner = self.stages.values, relation.place
        near = spec.take in ("previous", "next")
        theirs = [values(part.value, inner) for part in spec.order]
        untimed: exp.Expr
        if spec.take == "one":
            untimed = exp.false()
        elif spec.order:
            untimed = exp.or_(*(sql("_x IS NULL", x=x) for x in theirs))
        else:
            untimed = sql("_t IS NULL", t=other.time) if other is not None else exp.false()
        row_of = f"o.{spec.kind}_row" if spec.kind in KINDS else "o.entry"
        ahead: exp.Expr = exp.true()
        if near and not spec.order and other is not None:
            ahead = side_of("before" if spec.take == "previous" else "after", row, other)
        place = [sql(row_of)]
        down = [False]
        if spec.order:
            place = [*(self._ranked(part.value, x) for part, x in zip(spec.order, theirs, strict=True)), *self._ids(spec)]
            down = [*(part.descending for part in spec.order), *(False for _ in self._ids(spec))]
            if near:
                mine = [self._ranked(p.value, values(_own(p.value, spec.name), Place())) for p in spec.order]
                ahead = _stands(
                    place, [*mine, *(_renamed(x) for x in self._ids(spec))], down, before=spec.take == "previous"
                )
        back = spec.take in ("previous", "last")
        order = ", ".join(f"_x{i} {'DESC' if d != back else 'ASC'}" for i, d in enumerate(down))
        sure = sql("p.sure IS NULL") if not (spec.order and near) else sql("p.sure IS NULL AND COALESCE(_a, TRUE)", a=ahead)
        columns = [
            sql("p.entry"),
            sql("p.other"),
            ("ahead", sql("COALESCE(_a, FALSE)", a=ahead)),
            ("doubt", sql("_s OR _u", s=exp.paren(sure), u=exp.paren(untimed))),
            ("self_sure", sql("COALESCE(r.counts, FALSE)")),
            ("timed", self._placed(spec, row, near=near)),
            (
                "place",
                sql(
                    f"ROW_NUMBER() OVER (PARTITION BY p.entry, COALESCE(_a, FALSE) ORDER BY {order}, o.{relation.number})",
                    a=ahead,
                    **{f"x{i}": x for i, x in enumerate(place)},
                ),
            ),
        ]
        body = select(columns, table(relation.pairs, "p")).join(table(self.stages.now, "r"), on=sql("r.entry = p.entry"))
        for i, match in enumerate(relation.sets):
            body = body.join(
                table(self.stages.sets[match], f"k{i}"), on=sql(f"k{i}.entry = p.entry AND k{i}.knowledge_id = p.known_{i}")
            )
        body = body.join(table(relation.rows, "o"), on=sql(f"o.{relation.number} = p.other"))
        ranked = self.stages.query.add(f"{spec.name}_nearest", body, f"{spec.name}: who stands where")
        body = select(
            [
                sql("n.entry"),
                ("related", sql("COUNT(*)")),
                ("doubtful", sql("COUNT(CASE WHEN n.doubt THEN 1 END)")),
                ("other", sql("MAX(CASE WHEN n.ahead AND n.place = 1 THEN n.other END)")),
                ("self_sure", sql("MAX(CASE WHEN n.self_sure THEN 1 ELSE 0 END)")),
                ("timed", sql("MAX(CASE WHEN n.timed THEN 1 ELSE 0 END)")),
            ],
            table(ranked, "n"),
        ).group_by(sql("n.entry"))
        found = self.stages.query.add(f"{spec.name}_first", body)
        doubt = ["a.doubtful > 0"]
        if spec.take == "one":
            doubt.append("a.related > 1")
        elif near:
            doubt.append("a.timed = 0")
        alone = spec.own and not spec.itself and spec.where is None and spec.within is None and not spec.order
        if spec.take != "one" and alone:
            doubt.append("a.self_sure = 0")
        beyond = self.before_history(spec, relation)
        none = sql("'unknown'") if isinstance(beyond, exp.Boolean) else sql("'missing'")
        state = sql(
            f"CASE WHEN {' OR '.join(doubt)} THEN 'unknown' WHEN a.other IS NULL THEN _none ELSE 'found' END", none=none
        )
        body = select([sql("a.entry"), sql("a.other"), ("state", state)], table(found, "a"))
        return self.stages.query.add(f"{spec.name}_taken", body, f"{spec.name}: take {spec.take}")

    def _placed(self, spec: OtherSpec, row: Side, *, near: bool) -> exp.Expr:
        """Whether the row itself has a place among the others."""
        if near and spec.order:
            mine = [self.stages.values(_own(p.value, spec.name), Place()) for p in spec.order]
            return exp.and_(*(sql("_x IS NOT NULL", x=x) for x in mine))
        return sql("_t IS NOT NULL", t=row.time)

    def _ranked(self, node: Expr, value: exp.Expr) -> exp.Expr:
        order = node.type.values
        return rank(value, order) if order and node.type.base is Base.TEXT else value

    def _ids(self, spec: OtherSpec) -> list[exp.Expr]:
        """What breaks ties of an order."""
        names = {
            "line": ("claim_claim_id", "line_line_id"),
            "raw_line": ("claim_claim_id", "raw_line_line_id"),
            "day": ("encounter_claim_id", "day_date"),
            "encounter": ("encounter_claim_id",),
            "diagnosis": ("claim_claim_id", "diagnosis_sequence", "diagnosis_diagnosis_code"),
            "operation": ("claim_claim_id", "operation_operation_code"),
        }.get(spec.kind, ("claim_claim_id",))
        return [sql(f"o.{name}") for name in names]


def _own(node: Expr, owner: str) -> Expr:
    """What an order asks of an other row, asked of the row itself."""
    match node:
        case Field() | RowId() | MatchField() | MatchRow() | Missing() if node.owner == owner:
            return replace(node, owner="")
        case Call():
            return replace(node, arguments=tuple(_own(a, owner) for a in node.arguments))
        case Case():
            branches = tuple((_own(a, owner), _own(b, owner)) for a, b in node.branches)
            return replace(node, branches=branches, otherwise=_own(node.otherwise, owner))
    return node


def _renamed(node: exp.Expr) -> exp.Expr:
    """The same column of the row itself."""
    return sql(node.sql("duckdb").replace("o.", "r.", 1))


def _stands(theirs: list[exp.Expr], mine: list[exp.Expr], down: list[bool], *, before: bool) -> exp.Expr:
    """Whether the other row stands before (or after) this one, part by part; a row is neither before nor after itself."""
    less: exp.Expr = exp.false()
    for a, b, d in reversed(list(zip(theirs, mine, down, strict=True))):
        sign = ">" if d == before else "<"
        less = sql(f"_a {sign} _b OR (_a = _b AND _less)", a=a, b=b, less=exp.paren(less))
    return less


def _begins(unit: str, time: exp.Expr, since: exp.Expr) -> exp.Expr:
    unit = "year" if unit == "insurance_year" else unit
    return sql(f"CAST(DATE_TRUNC('{unit}', CAST(_t AS TIMESTAMP)) AS DATE) < _s", t=time, s=since)


def _reaches(unit: str, direction: str, n: exp.Expr, time: exp.Expr, since: exp.Expr) -> exp.Expr:
    """Whether so many units back lie before the data."""
    if unit == "day":
        less = sql("_n - 1", n=n) if direction == "last" else n
        return sql("DATE_DIFF('day', _s, CAST(_t AS DATE)) < _n", s=since, t=time, n=less)
    if unit == "month":
        return sql("_d < _s", d=add_months(time, sql("-_n", n=n)), s=since)
    micros = 3_600_000_000 if unit == "hour" else 60_000_000
    return sql(
        "DATE_DIFF('microsecond', CAST(_s AS TIMESTAMP), CAST(_t AS TIMESTAMP)) < _n * CAST(_m AS BIGINT)",
        s=since,
        t=time,
        n=n,
        m=number(micros),
    )
