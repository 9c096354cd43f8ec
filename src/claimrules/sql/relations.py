"""`others`: rows that are not this one, related row by row; of each pair whether it is sure."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from claimrules.catalog import KINDS, Absence, Base, kind_fields
from claimrules.knowledge import KnowledgeSet
from claimrules.language.expression import Aggregate, Expr, Field, Literal, MatchField, MatchRow, Missing, OfSubject, RowId, walk
from claimrules.language.rule import OtherSpec, Rule, WindowSpec
from claimrules.language.scope import key_word, time_of
from claimrules.sql.fragments import every, number, sql, table, text
from claimrules.sql.lookup import Lookup, Source
from claimrules.sql.needs import all_parts
from claimrules.sql.place import Place
from claimrules.sql.query import select
from claimrules.sql.windows import CLOCKED, Parsed, Side, add_months, distance, same, side_of

if TYPE_CHECKING:
    from claimrules.sql.stages import Stages


@dataclass(slots=True)
class Relation:
    """One of `others` related: `pairs` (entry, other, sure) and the CTE of the other rows, numbered by `number`.

    `by`: the column of the rows that pairs name as entry. `beyond`: whether a row's window sticks out of the history.
    `candidate`: the set of knowledge rows that relates (match, CTE).
    """

    pairs: str
    rows: str
    number: str
    by: str
    place: Place
    beyond: exp.Expression | None = None
    clockless: bool = False
    candidate: tuple[str, str] | None = None


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
            if isinstance(part, Field | RowId | MatchField | MatchRow | Missing) and part.owner == name:
                out[part] = None
        out[Missing(name)] = None
        return list(out)

    def subject_values(self, name: str) -> list[Expr]:
        """What the rule names of other subjects."""
        return [p.value for p in all_parts(self.rule) if isinstance(p, OfSubject) and p.owner == name]

    # ------------------------------------------------------------------ the other rows

    def _rows(self, spec: OtherSpec) -> tuple[str, str]:
        """The CTE of rows that can be others, with `counts`; and the column that numbers them."""
        query, stages = self.stages.query, self.stages
        if spec.kind == "subject":
            body = select([sql("r.*")], table(stages.now, "r")).where(sql("r.entry = r.subject_entry AND NOT r.loose"))
            return query.add(f"{spec.name}_rows", body, f"{spec.name}: the rule's subjects, by their first rows"), "entry"
        number_ = f"{spec.kind}_row"
        if spec.own:
            first = sql(f"ROW_NUMBER() OVER (PARTITION BY r.{number_} ORDER BY r.entry)")
            inner = select([sql("r.*"), ("copy", first)], table(stages.now, "r"))
            body = exp.select("*").from_(inner.subquery("o")).where(sql("o.copy = 1"))
            name = query.add(f"{spec.name}_rows", body, f"{spec.name}: the rule's own rows")
        else:
            body = select([sql("o.*"), ("counts", exp.true())], table(stages.kinds.rows(spec.kind), "o"))
            name = query.add(f"{spec.name}_rows", body, f"{spec.name}: rows of the kind {spec.kind}")
        if spec.rows is not None:
            name = self._filtered(spec, name, stages.values(spec.rows, Place().with_other(spec.name, "o")))
        for match in spec.matches:
            asked = any(isinstance(p, Missing) and (p.owner, p.name) == (spec.name, match.name) for p in all_parts(self.rule))
            source = Source(name, number_, spec.kind, spec.name)
            lookup = Lookup(query, stages.values, source, match, self.knowledge.tables[match.table], self.region, self.as_of)
            name = lookup.one(asked=asked)
        return name, number_

    def _filtered(self, spec: OtherSpec, name: str, condition: exp.Expression) -> str:
        inner = select([sql("o.*"), ("passes", sql("o.counts AND _c", c=exp.paren(condition)))], table(name, "o"))
        body = exp.select("*").from_(inner.subquery("o")).where(sql("o.passes IS NOT FALSE"))
        return self.stages.query.add(f"{spec.name}_passing", body)

    # ------------------------------------------------------------------ pairs

    def _relate(self, spec: OtherSpec) -> Relation:
        rows, number_ = self._rows(spec)
        by = "subject_entry" if spec.of_subject or spec.kind == "subject" else "entry"
        inner = Place().with_other(spec.name, "o")
        values = self.stages.values
        on = [sql("_a = _b", a=values(a, inner), b=values(b, inner)) for a, b in spec.same]
        on += self._not_itself(spec, by)
        if by == "subject_entry":
            on.append(sql("r.entry = r.subject_entry AND NOT r.loose"))
        tests = [sql("o.passes" if spec.rows is not None else "o.counts")]
        beyond = None
        clocked = None
        if spec.within is not None:
            tests.append(exp.paren(self._near(spec, spec.within)))
            beyond = self._beyond(spec.within)
            clocked = self._clocked(spec, spec.within)
        if spec.where is not None:
            tests.append(exp.paren(values(spec.where, inner)))
        columns = [sql("r.entry"), ("other", sql(f"o.{number_}")), ("sure", every(tests))]
        if clocked is not None:
            columns.append(("clockless", clocked))
        pairs = select(columns, table(self.stages.now, "r")).join(table(rows, "o"), on=every(on) if on else exp.true())
        body = exp.select("*").from_(pairs.subquery("p")).where(sql("p.sure IS NOT FALSE"))
        name = self.stages.query.add(spec.name, body, f"{spec.name}: which rows it relates; sure is NULL where one may be")
        return Relation(name, rows, number_, by, inner, beyond, clocked is not None)

    def _not_itself(self, spec: OtherSpec, by: str) -> list[exp.Expression]:
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
            return [
                sql(f"NOT EXISTS (SELECT 1 FROM {self.stages.now} AS mine WHERE mine.subject_entry = r.subject_entry AND mine.{row} = o.{row})")
            ]
        apart = sql(f"o.{row} <> r.{row}")
        if spec.within is not None and spec.within.direction == "last":
            return []
        if spec.within is not None and spec.within.column is not None:
            window = self.stages.values(spec.within.column, Place())
            return [exp.paren(exp.or_(apart, sql("STARTS_WITH(_w, 'last ')", w=window)))]
        return [apart]

    # ------------------------------------------------------------------ windows

    def side(self, kind: str, alias: str, owner: str = "") -> Side:
        """One row of a pair as windows see it."""
        place = Place().with_other(owner, alias) if owner else Place()
        prescription = key_word("prescription", kind, owner) if kind in KINDS and "prescription_id" in kind_fields(kind) else None
        shown = None if prescription is None else self.stages.values(prescription, place)
        time = self.stages.values(time_of(kind, owner), place)
        return Side(alias, kind, time, frozenset((kind, *KINDS[kind].above)), shown)

    def _near(self, spec: OtherSpec, within: WindowSpec) -> exp.Expression:
        row, other = self.side(self.rule.kind, "r"), self.side(spec.kind, "o", spec.name)
        if within.column is not None:
            return Parsed.of(self.stages.values(within.column, Place())).near(row, other)
        if within.period:
            return same(within.period, row, other)
        if not within.unit:
            return side_of(within.direction, row, other)
        assert within.n is not None  # noqa: S101 - a distance has one
        return distance(within.unit, within.direction, self.stages.values(within.n, Place()), row, other)

    def _clocked(self, spec: OtherSpec, within: WindowSpec) -> exp.Expression | None:
        """Whether an hour window judged a pair by its dates."""
        both = "NOT (r.clock AND o.clock)"
        if within.column is not None:
            window = self.stages.values(within.column, Place())
            return sql(f"{both} AND (_w LIKE '%hour%' OR _w LIKE '%minute%')", w=window)
        return sql(both) if within.period == "hour" or within.unit in CLOCKED else None

    # ------------------------------------------------------------------ history

    def _beyond(self, within: WindowSpec) -> exp.Expression | None:
        """Whether the window of a row begins before the data do; not known counts."""
        if not self.history_from:
            return None
        since = sql("CAST(_s AS DATE)", s=text(self.history_from))
        time = self.stages.values(time_of(self.rule.kind), Place())
        unknown = sql("_t IS NULL", t=time)
        if within.column is not None:
            return self._beyond_column(within.column, time, since)
        if within.period:
            return None if within.period in ("encounter", "claim", "prescription") else exp.or_(unknown, _begins(within.period, time, since))
        if within.direction == "after":
            return None
        if not within.unit:
            return exp.true()
        assert within.n is not None  # noqa: S101 - a distance has one
        n = self.stages.values(within.n, Place())
        return exp.or_(unknown, sql("_n IS NULL", n=n), exp.paren(_reaches(within.unit, within.direction, n, time, since)))

    def _beyond_column(self, window: Expr, time: exp.Expression, since: exp.Expression) -> exp.Expression:
        parsed = Parsed.of(self.stages.values(window, Place()))
        w = parsed.text
        ifs = [
            exp.If(this=sql("_w IS NULL", w=w), true=exp.true()),
            exp.If(this=sql("_w IN ('encounter', 'claim', 'prescription', 'after') OR ENDS_WITH(_w, ' after')", w=w), true=exp.false()),
            exp.If(this=sql("_t IS NULL OR _w = 'before'", t=time, w=w), true=exp.true()),
        ]
        for unit in ("hour", "day", "week", "month", "quarter", "year", "insurance_year"):
            ifs.append(exp.If(this=sql("_w = _u", w=w, u=text(unit)), true=_begins(unit, time, since)))
        for unit in ("minute", "hour", "day", "month"):
            for direction in ("last", "before"):
                is_it = sql("_unit = _u AND STARTS_WITH(_w, 'last ')" if direction == "last" else "_unit = _u", unit=parsed.unit, u=text(unit), w=w)
                ifs.append(exp.If(this=is_it, true=_reaches(unit, direction, parsed.n, time, since)))
        return exp.Case(ifs=ifs)

    def before_history(self, spec: OtherSpec, relation: Relation) -> exp.Expression | None:
        """Whether a row that has no previous one may have it before the data begin."""
        if not self.history_from or spec.take != "previous":
            return relation.beyond
        return exp.true()

    # ------------------------------------------------------------------ the one

    def chosen(self, spec: OtherSpec, relation: Relation) -> str:
        """For each entry the one other row: `state` found, missing or unknown, and which."""
        row = self.side(self.rule.kind, "r")
        other = self.side(spec.kind, "o", spec.name) if spec.kind in KINDS else None
        place = f"o.{relation.number}"
        untimed = sql("_t IS NULL", t=other.time) if other is not None else exp.false()
        if spec.take == "one":
            untimed = exp.false()
        picked: exp.Expression = sql(f"MAX({place})")
        if other is not None and spec.take in ("previous", "next"):
            side = side_of("before" if spec.take == "previous" else "after", row, other)
            best = "MAX" if spec.take == "previous" else "MIN"
            picked = sql(f"{best}(CASE WHEN _side THEN {place} END)", side=side)
        elif spec.take == "first":
            picked = sql(f"MIN({place})")
        columns = [
            sql("p.entry"),
            ("related", sql("COUNT(*)")),
            ("doubtful", sql("COUNT(CASE WHEN p.sure IS NULL OR _u THEN 1 END)", u=untimed)),
            ("other", picked),
            ("self_sure", sql("MAX(CASE WHEN r.counts THEN 1 ELSE 0 END)")),
            ("timed", sql("MAX(CASE WHEN _t IS NOT NULL THEN 1 ELSE 0 END)", t=row.time)),
        ]
        body = select(columns, table(relation.pairs, "p")).join(table(self.stages.now, "r"), on=sql("r.entry = p.entry"))
        body = body.join(table(relation.rows, "o"), on=sql(f"o.{relation.number} = p.other")).group_by(sql("p.entry"))
        found = self.stages.query.add(f"{spec.name}_nearest", body)
        doubt = ["a.doubtful > 0"]
        if spec.take == "one":
            doubt.append("a.related > 1")
        elif spec.take in ("previous", "next"):
            doubt.append("a.timed = 0")
        alone = spec.own and not spec.itself and spec.where is None and spec.within is None
        if spec.take != "one" and alone:
            doubt.append("a.self_sure = 0")
        beyond = self.before_history(spec, relation)
        none = sql("'missing'")
        if beyond is not None:
            none = sql("'unknown'") if isinstance(beyond, exp.Boolean) else none
        state = sql(
            f"CASE WHEN {' OR '.join(doubt)} THEN 'unknown' WHEN a.other IS NULL THEN _none ELSE 'found' END", none=none
        )
        body = select([sql("a.entry"), sql("a.other"), ("state", state)], table(found, "a"))
        return self.stages.query.add(f"{spec.name}_taken", body, f"{spec.name}: take {spec.take}")


def _begins(unit: str, time: exp.Expression, since: exp.Expression) -> exp.Expression:
    unit = "year" if unit == "insurance_year" else unit
    return sql(f"CAST(DATE_TRUNC('{unit}', CAST(_t AS TIMESTAMP)) AS DATE) < _s", t=time, s=since)


def _reaches(unit: str, direction: str, n: exp.Expression, time: exp.Expression, since: exp.Expression) -> exp.Expression:
    """Whether so many units back lie before the data."""
    if unit == "day":
        less = sql("_n - 1", n=n) if direction == "last" else n
        return sql("DATE_DIFF('day', _s, CAST(_t AS DATE)) < _n", s=since, t=time, n=less)
    if unit == "month":
        return sql("_d < _s", d=add_months(time, sql("-_n", n=n)), s=since)
    micros = 3_600_000_000 if unit == "hour" else 60_000_000
    return sql(
        "DATE_DIFF('microsecond', CAST(_s AS TIMESTAMP), CAST(_t AS TIMESTAMP)) < _n * CAST(_m AS BIGINT)", s=since, t=time, n=n, m=number(micros)
    )


__all__ = ["Absence", "Aggregate", "Base", "Literal", "Relation", "Relations", "walk"]
