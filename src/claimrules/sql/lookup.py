"""Knowledge rows looked up: by key, date and region, the narrowest, fullest and longest first."""

from dataclasses import dataclass

from sqlglot import exp

from claimrules.catalog import Absence, Match
from claimrules.knowledge import Table
from claimrules.language.rule import MatchSpec
from claimrules.language.scope import time_of
from claimrules.sql.fragments import column, every, name, sql, table, text
from claimrules.sql.place import Place
from claimrules.sql.query import Query, select
from claimrules.sql.values import Values


@dataclass(slots=True)
class Source:
    """Rows that look something up: a CTE, the column that numbers it, their kind, and their name in `others`."""

    cte: str
    number: str
    kind: str
    owner: str = ""

    @property
    def place(self) -> Place:
        """Its rows under the alias r (o for others)."""
        return Place().with_other(self.owner, "o") if self.owner else Place()

    @property
    def alias(self) -> str:
        """The alias of its rows."""
        return "o" if self.owner else "r"


class Lookup:
    """One `match` over one source. `named`: the table's columns that the rule names."""

    def __init__(
        self,
        query: Query,
        values: Values,
        source: Source,
        match: MatchSpec,
        known: Table,
        region: str,
        as_of: str,
        named: frozenset[str],
    ) -> None:
        self.query, self.values, self.source, self.match, self.table = query, values, source, match, known
        self.region, self.as_of, self.named = region, as_of, named
        self.keys = [key for key in known.schema.key if key.name in dict(match.keys)]
        self.given = {name: values(value, source.place) for name, value in match.keys}
        self.first = self.given.get(known.schema.key[0].name, exp.null())

    @property
    def _when(self) -> exp.Expr:
        time = self.match.at if self.match.at is not None else time_of(self.source.kind, self.source.owner)
        return sql("CAST(_t AS DATE)", t=self.values(time, self.source.place))

    @property
    def _place_of_region(self) -> exp.Expr:
        kind = "claim" if self.source.kind not in ("encounter", "day") else "encounter"
        value = column(self.source.alias, f"{kind}_region")
        return sql("COALESCE(_r, _d)", r=value, d=text(self.region)) if self.region else value

    # ------------------------------------------------------------------ which rows fit

    def _fits(self) -> exp.Expr:
        """TRUE, FALSE, or NULL where a row may fit."""
        parts: list[exp.Expr] = []
        for key in self.keys:
            cell, value = column("k", key.name), self.given[key.name]
            shape = "_cell IS NULL OR _v = _cell" if key.match is Match.EXACT else "_cell IS NULL OR STARTS_WITH(_v, _cell)"
            parts.append(exp.paren(sql(shape, cell=cell, v=value)))
        if not self.match.ever:
            parts.append(
                sql(
                    "CASE WHEN _d IS NOT NULL THEN (k.valid_from IS NULL OR k.valid_from <= _d) AND (k.valid_to IS NULL OR _d <= k.valid_to) END",
                    d=self._when,
                )
            )
        if self.as_of:
            parts.append(sql("(k.known_from IS NULL OR k.known_from <= CAST(_d AS DATE))", d=text(self.as_of)))
        parts.append(self._in_region())
        return every(parts)

    def _in_region(self) -> exp.Expr:
        cell = "COALESCE(k.region, '000000')"
        return sql(
            f"CASE WHEN {cell} = '000000' OR {cell} = _p THEN TRUE WHEN _p IS NULL THEN NULL "
            f"WHEN RIGHT({cell}, 4) = '0000' THEN LEFT(_p, 2) = LEFT({cell}, 2) "
            f"WHEN RIGHT({cell}, 2) = '00' THEN LEFT(_p, 4) = LEFT({cell}, 4) ELSE FALSE END",
            p=self._place_of_region,
        )

    def _width(self) -> exp.Expr:
        """3 county, 2 city, 1 province, 0 nation."""
        cell = "COALESCE(k.region, '000000')"
        return sql(
            f"CASE WHEN {cell} = '000000' THEN 0 WHEN {cell} = _p THEN 3 WHEN RIGHT({cell}, 4) = '0000' THEN 1 ELSE 2 END",
            p=self._place_of_region,
        )

    def candidates(self, wanted: str) -> str:
        """Rows that fit or may, with `fits` and their rank: `width`, `filled`, `prefix_length`, `learnt`."""
        source, schema = self.source, self.table.schema
        filled = " + ".join(f"CASE WHEN k.{q(key.name)} IS NULL THEN 0 ELSE 1 END" for key in schema.key) or "0"
        head = schema.key[0]
        length = "0" if head.match is Match.EXACT else f"COALESCE(LENGTH(k.{q(head.name)}), 0)"
        shown = [column("k", n) for n in self._columns()]
        columns = [
            (source.number, column(source.alias, source.number)),
            *shown,
            ("fits", self._tested()),
            ("width", self._width()),
            ("filled", sql(filled)),
            ("prefix_length", sql(length)),
            ("learnt", sql("COALESCE(k.known_from, CAST('0001-01-01' AS DATE))")),
        ]
        inner = (
            select(columns, table(source.cte, source.alias))
            .join(table(self.table.schema.name, "k"), on=sql("_fits IS NOT FALSE", fits=exp.paren(self._fits())))
            .where(sql("_k IS NOT NULL", k=self.first))
        )
        body = exp.select("*").from_(inner.subquery("t")).where(sql("t.fits IS NOT FALSE"))
        return self.query.add(wanted, body, f"{self.match.name}: rows of {schema.name} that fit, or may (fits is NULL)")

    def _tested(self) -> exp.Expr:
        """`where` asked of rows that fit; one that only may stays in doubt."""
        if self.match.where is None:
            return self._fits()
        place = self.source.place.with_candidate(self.source.owner, self.match.name, "k")
        return sql(
            "CASE WHEN _fits THEN _where END", fits=exp.paren(self._fits()), where=self.values(self.match.where, place)
        )

    def _columns(self) -> list[str]:
        return ["knowledge_id", *(n for n in self.table.schema.columns if n in self.named)]

    # ------------------------------------------------------------------ one row

    def one(self, *, asked: bool) -> str:
        """The source with the columns of the row found, NULL where there is none or it is not known."""
        match, source, schema = self.match, self.source, self.table.schema
        found = self.candidates(f"{match.name}_fitting")
        rank = "t.width DESC, t.filled DESC, t.prefix_length DESC, t.learnt DESC"
        alike = f"PARTITION BY t.{source.number}, t.width, t.filled, t.prefix_length, t.learnt"
        inner = select(
            [
                sql("t.*"),
                ("place", sql(f"ROW_NUMBER() OVER (PARTITION BY t.{source.number} ORDER BY {rank})")),
                ("unsure", sql(f"SUM(CASE WHEN t.fits IS NULL THEN 1 ELSE 0 END) OVER (PARTITION BY t.{source.number})")),
                ("alike", sql(f"COUNT(*) OVER ({alike})")),
            ],
            table(found, "t"),
        )
        best = exp.select("*").from_(inner.subquery("t")).where(sql("t.place = 1"))
        best_name = self.query.add(
            f"{match.name}_best", best, "narrowest region, most filled cells, longest prefix, learnt last"
        )
        r = source.alias
        known = sql(f"m.{source.number} IS NOT NULL AND m.unsure = 0 AND m.alike = 1")
        columns = [
            (f"{match.name}_{n}", sql("CASE WHEN _known THEN _c END", known=known, c=column("m", n)))
            for n in self._columns()
        ]
        body = select([sql(f"{r}.*"), *columns, (f"{match.name}_missing", self._missing())], table(source.cte, r)).join(
            table(best_name, "m"), on=sql(f"m.{source.number} = {r}.{source.number}"), join_type="left"
        )
        if not asked and schema.absence is Absence.NO_LIMIT:
            body = body.where(sql(f"m.{source.number} IS NOT NULL OR _k IS NULL", k=self.first))
        return self.query.add(f"with_{match.name}", body, f"each row with its row of {schema.name}")

    def _missing(self) -> exp.Expr:
        """IS MISSING: TRUE only where the table is complete; NULL where that or the row is not known."""
        m = f"m.{self.source.number}"
        return sql(
            f"CASE WHEN {m} IS NOT NULL AND m.unsure = 0 AND m.alike = 1 THEN FALSE "
            f"WHEN {m} IS NULL AND _k IS NOT NULL AND _covered THEN TRUE END",
            k=self.first,
            covered=self._covered(),
        )

    def _covered(self) -> exp.Expr:
        """Whether a missing row says something here."""
        complete = self.table.complete
        if complete is None:
            return exp.false()
        code = next(iter(self.given.values()))
        parts = [sql("_c IS NOT NULL", c=code)]
        if not self.match.ever:
            parts.append(sql("_d IS NOT NULL", d=self._when))
            if complete.since is not None:
                parts.append(sql("_d >= CAST(_s AS DATE)", d=self._when, s=text(str(complete.since))))
        if complete.prefixes:
            parts.append(exp.paren(exp.or_(*(sql("STARTS_WITH(_c, _p)", c=code, p=text(p)) for p in complete.prefixes))))
        return exp.paren(every(parts))

    # ------------------------------------------------------------------ all rows

    def all(self) -> tuple[str, str]:
        """The CTE of the rows that fit for sure, of the narrowest region; and that of all that fit or may."""
        match, source = self.match, self.source
        found = self.candidates(f"{match.name}_fitting")
        widest = sql(f"MAX(t.width) OVER (PARTITION BY t.{source.number})")
        inner = select([sql("t.*"), ("widest", widest)], table(found, "t")).where(sql("t.fits"))
        shown = [column("t", n) for n in self._columns()]
        body = select([("entry", column("t", source.number)), *shown], inner.subquery("t")).where(sql("t.width = t.widest"))
        return self.query.add(f"{match.name}_set", body, "all of them, of the narrowest region"), found

    def as_set(self, *, asked: bool) -> tuple[str, str]:
        """The source with `missing` and `incomplete` of its set; and the CTE of the set's rows."""
        match, source, r = self.match, self.source, self.source.alias
        rows, found = self.all()
        body = select(
            [
                ("entry", column("t", source.number)),
                ("fitting", sql("COUNT(CASE WHEN t.fits THEN 1 END)")),
                ("doubtful", sql("COUNT(CASE WHEN t.fits IS NULL THEN 1 END)")),
            ],
            table(found, "t"),
        ).group_by(column("t", source.number))
        counts = self.query.add(f"{match.name}_counts", body)
        none = sql("COALESCE(a.fitting, 0) = 0")
        unknown = sql("_k IS NULL OR COALESCE(a.doubtful, 0) > 0", k=self.first)
        no_limit = self.table.schema.absence is Absence.NO_LIMIT
        covered = sql("COALESCE(_c, FALSE)", c=self._covered())
        covered = exp.true() if no_limit else covered
        missing = sql(
            "CASE WHEN NOT _none THEN FALSE WHEN _covered AND NOT _unknown THEN TRUE END",
            none=exp.paren(none),
            covered=covered,
            unknown=exp.paren(unknown),
        )
        incomplete = sql("_unknown OR (_none AND NOT _covered)", unknown=exp.paren(unknown), none=none, covered=covered)
        body = select(
            [sql(f"{r}.*"), (f"{match.name}_missing", missing), (f"{match.name}_incomplete", incomplete)],
            table(source.cte, r),
        ).join(table(counts, "a"), on=sql(f"a.entry = {r}.{source.number}"), join_type="left")
        if no_limit and not asked:
            body = body.where(sql("NOT _none OR _unknown", none=exp.paren(none), unknown=exp.paren(unknown)))
        return self.query.add(
            f"with_{match.name}", body, f"each row and whether it has rows of {self.table.schema.name}"
        ), rows

    def spread(self, *, asked: bool = False) -> str:
        """The source, each row once for each of its knowledge rows; with NULLs where they are not known; else it is gone."""
        match, source, r = self.match, self.source, self.source.alias
        rows, found = self.all()
        columns = [(f"{match.name}_{n}", column("m", n)) for n in self._columns()]
        missing = (f"{match.name}_missing", sql("CASE WHEN m.knowledge_id IS NOT NULL THEN FALSE END"))
        doubtful = f"EXISTS (SELECT 1 FROM {found} AS d WHERE d.{source.number} = {r}.{source.number} AND d.fits IS NULL)"
        kept = [sql("m.entry IS NOT NULL"), sql("_k IS NULL", k=self.first), sql(doubtful)]
        if self.table.schema.absence is not Absence.NO_LIMIT:
            kept.append(sql("NOT COALESCE(_c, FALSE)", c=self._covered()))
        if source.owner and (asked or self.table.schema.absence is not Absence.NO_LIMIT):
            kept.append(exp.true())
        body = select([sql(f"{r}.*"), *columns, missing], table(source.cte, r)).join(
            table(rows, "m"), on=sql(f"m.entry = {r}.{source.number}"), join_type="left"
        )
        body = body.where(exp.or_(*kept))
        return self.query.add(f"with_{match.name}", body, f"each row once for each of its rows of {self.table.schema.name}")


def q(text_: str) -> str:
    """A column's name as it stands in a template."""
    return name(text_).sql("duckdb")
