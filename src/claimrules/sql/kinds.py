"""The kinds of row as CTEs: each with its own columns and those of the claim and the encounter above it.

A CTE of a kind has the columns `KIND_NAME` for every field that is needed, `KIND_row` for itself and the kinds above,
numbered in the kind's own order (by time, where not known is earliest, then by ids), and `clock`: whether its time is
one of the clock.
"""

from sqlglot import exp

from claimrules.catalog import KIND_TABLES, KINDS, SENTINELS, UNKNOWN, Base, Field, Type, kind_fields
from claimrules.sql.courses import with_courses
from claimrules.sql.fragments import column, sql, table, text
from claimrules.sql.needs import MONEY, Needs
from claimrules.sql.netting import net_lines
from claimrules.sql.query import Query, select

_SUMMED = ("total_amount", "in_scope_amount", "fund_amount")
_TIES = {
    "claim": ("claim_id",),
    "encounter": ("claim_id",),
    "line": ("claim_id", "line_id"),
    "raw_line": ("claim_id", "line_id"),
    "diagnosis": ("claim_id", "sequence", "diagnosis_code"),
    "operation": ("claim_id", "operation_code", "operated_at"),
}


class Kinds:
    """Makes the CTEs of kinds at their first use. `extra`: declared columns beyond the catalog, by table."""

    def __init__(self, query: Query, needs: Needs, extra: dict[str, dict[str, Type]], course_gap: exp.Expr | None) -> None:
        self.query, self.needs, self.extra = query, needs, extra
        self.course_gap = course_gap
        self.made: dict[str, str] = {}
        self.live = self._claims()
        self.made["claim"] = self._view("claim", self.live)

    def rows(self, kind: str) -> str:
        """The CTE of a kind."""
        if kind not in self.made:
            self.made[kind] = self._days() if kind == "day" else self._of_table(kind)
        return self.made[kind]

    def _fields(self, kind: str) -> dict[str, Field]:
        more = self.extra.get(KIND_TABLES.get(kind, ""), {})
        return {**kind_fields(kind), **{n: Field(KIND_TABLES[kind], n, t, n) for n, t in more.items()}}

    def _columns(self, kind: str, more: tuple[str, ...] = ()) -> list[str]:
        return sorted({*self.needs.columns[kind], *more})

    # ------------------------------------------------------------------ claims and encounters

    def _claims(self) -> str:
        """Claims that stand, numbered, with the number of their encounter and what is assembled for it."""
        wanted = {*self.needs.columns["claim"], *self.needs.columns["encounter"]}
        wanted |= {"claim_id", "encounter_id", "person_id", "provider_id", "settled_at", "admitted_at", "discharged_at"}
        fields = self._fields("claim")
        known = {n: clean(fields[n], column("c", n)) for n in sorted(wanted)}
        known["encounter_id"] = exp.Coalesce(this=known["encounter_id"], expressions=[column("c", "claim_id")])
        columns = list(known.items())
        body = select(columns, table("claims", "c")).where(sql("c.is_reversed IS NOT TRUE"))
        read = self.query.add("read_claim", body, "settlements that stand; what is not known is NULL")
        visit = sql("CASE WHEN c.person_id IS NULL OR c.provider_id IS NULL THEN c.claim_id ELSE c.encounter_id END")
        body = select(
            [
                sql("c.*"),
                ("visit", visit),
                ("claim_row", sql("ROW_NUMBER() OVER (ORDER BY c.settled_at NULLS FIRST, c.claim_id)")),
            ],
            table(read, "c"),
        )
        live = self.query.add("live", body)
        encounter = self._assembled(live)
        body = select(
            [sql("c.*"), sql("e.encounter_row")],
            table(live, "c"),
        ).join(
            table(encounter, "e"),
            on=sql(
                "e.encounter_person_id IS NOT DISTINCT FROM c.person_id "
                "AND e.encounter_provider_id IS NOT DISTINCT FROM c.provider_id AND e.visit = c.visit"
            ),
        )
        self.made["encounter"] = encounter
        return self.query.add("claim", body, "each settlement with its encounter")

    def _assembled(self, live: str) -> str:
        """Encounters: first admission, last discharge, summed money, the rest from the last settlement."""
        columns: list[exp.Expr | tuple[str, exp.Expr]] = [sql("c.visit")]
        needed = ("person_id", "provider_id", "admitted_at", "discharged_at", "claim_id")
        columns += [(f"encounter_{n}", self._assembled_column(n)) for n in self._columns("encounter", needed)]
        columns.append(
            (
                "settled_last",
                sql("ROW_NUMBER() OVER (PARTITION BY c.person_id, c.provider_id, c.visit ORDER BY c.claim_row DESC)"),
            )
        )
        body = select(columns, table(live, "c"))
        parts = self.query.add(
            "encounter_part", body, "settlements of one stay or visit (person, provider, encounter) put together"
        )
        order = sql(
            "ROW_NUMBER() OVER (ORDER BY e.encounter_admitted_at NULLS FIRST, e.encounter_discharged_at NULLS FIRST, e.encounter_claim_id)"
        )
        needed = ("person_id", "provider_id", "admitted_at", "discharged_at", "claim_id")
        shown = [column("e", "visit"), *(column("e", f"encounter_{n}") for n in self._columns("encounter", needed))]
        body = select(
            [*shown, ("encounter_row", order), ("clock", off_midnight(column("e", "encounter_admitted_at")))],
            table(parts, "e"),
        )
        encounter = self.query.add("encounter", body.where(sql("e.settled_last = 1")))
        return encounter if self.course_gap is None else with_courses(self.query, encounter, self.course_gap)

    def _assembled_column(self, n: str) -> exp.Expr:
        over = "OVER (PARTITION BY c.person_id, c.provider_id, c.visit)"
        if n in ("admitted_at", "claim_id"):
            return sql(f"MIN(c.{n}) {over}")
        if n == "discharged_at":
            return sql(f"MAX(c.{n}) {over}")
        if n in _SUMMED:
            return sql(f"CASE WHEN COUNT(c.{n}) {over} = COUNT(*) {over} THEN SUM(c.{n}) {over} END")
        return column("c", n)

    # ------------------------------------------------------------------ rows of claims

    def _of_table(self, kind: str) -> str:
        if kind == "line":
            net = net_lines(
                self.query, self._read("line"), self._line_columns(), [n for n in MONEY if n in self._line_columns()]
            )
            return self._view("line", net)
        return self._view(kind, self._read(kind))

    def _line_columns(self) -> list[str]:
        return self._columns("line", ("claim_id", "line_id", "quantity", "item_code", "reverses_line_id", "charged_at"))

    def _read(self, kind: str) -> str:
        """The kind's table, cleaned, with its claim and encounter."""
        fields = self._fields(kind)
        time = () if kind == "diagnosis" else KINDS[kind].time
        wanted = self._line_columns() if kind == "line" else self._columns(kind, (*_TIES[kind], *time))
        columns = [(n, clean(fields[n], column("t", n))) for n in wanted]
        source = table(KIND_TABLES[kind], "t")
        body = select([*columns, sql("c.claim_row"), sql("c.encounter_row")], source).join(
            table(self.live, "c"), on=sql("c.claim_id = t.claim_id")
        )
        return self.query.add(f"read_{kind}", body)

    def _view(self, kind: str, source: str) -> str:
        """A kind with the columns of the kinds above it, its number and its clock."""
        own = [(f"{kind}_{n}", column("t", n)) for n in self._columns(kind)]
        above = self._above()
        rows: list[exp.Expr | tuple[str, exp.Expr]] = [sql("t.claim_row"), sql("t.encounter_row")]
        if kind != "claim":
            above += [column("c", f"claim_{n}") for n in self._columns("claim")]
            rows.append((f"{kind}_row", self._number(kind)))
        body = select([*own, *above, *rows, ("clock", self._clock(kind))], table(source, "t"))
        body = body.join(table(self.made["encounter"], "e"), on=sql("e.encounter_row = t.encounter_row"))
        if kind != "claim":
            body = body.join(table(self.rows("claim"), "c"), on=sql("c.claim_row = t.claim_row"))
        says = {
            "line": "fee lines, refunds taken off, with their settlement and encounter",
            "raw_line": "fee lines as they came, with their settlement and encounter",
        }
        return self.query.add(f"{kind}_rows" if kind != "claim" else "claim_rows", body, says.get(kind, ""))

    def _above(self) -> list[exp.Expr]:
        """The encounter's columns."""
        course = [] if self.course_gap is None else [sql("e.course")]
        return [*(column("e", f"encounter_{n}") for n in self._columns("encounter")), *course]

    def _number(self, kind: str) -> exp.Expr:
        time = "e.encounter_admitted_at" if kind == "diagnosis" else f"t.{KINDS[kind].time[0]}"
        ties = ", ".join(f"t.{n} NULLS FIRST" for n in _TIES[kind])
        return sql(f"ROW_NUMBER() OVER (ORDER BY {time} NULLS FIRST, {ties})")

    def _clock(self, kind: str) -> exp.Expr:
        if kind == "diagnosis":
            return off_midnight(column("e", "encounter_admitted_at"))
        mine = off_midnight(column("t", KINDS[kind].time[0]))
        if kind in ("line", "raw_line"):
            return sql("MAX(CASE WHEN _x THEN 1 ELSE 0 END) OVER (PARTITION BY t.claim_row) = 1", x=mine)
        return mine

    def _days(self) -> str:
        """The calendar days of each encounter, from admission to discharge."""
        above = self._above()
        stay = select(
            [
                sql("e.encounter_row"),
                ("day_date", sql("CAST(e.encounter_admitted_at AS DATE)")),
                ("last_date", sql("CAST(e.encounter_discharged_at AS DATE)")),
            ],
            table(self.made["encounter"], "e"),
        ).where(sql("CAST(e.encounter_admitted_at AS DATE) <= CAST(e.encounter_discharged_at AS DATE)"))
        days = self.query.free("day")
        more = select(
            [sql("d.encounter_row"), sql("CAST(d.day_date + INTERVAL '1' DAY AS DATE)"), sql("d.last_date")],
            table(days, "d"),
        ).where(sql("d.day_date < d.last_date"))
        self.query.parts.append(
            (days, exp.union(stay, more, distinct=False), "every date of an encounter, one after the other")
        )
        self.query.recursive = True
        number = sql("ROW_NUMBER() OVER (ORDER BY d.day_date, e.encounter_claim_id)")
        body = select(
            [sql("d.day_date"), *above, sql("d.encounter_row"), ("day_row", number), ("clock", exp.false())],
            table(days, "d"),
        ).join(table(self.made["encounter"], "e"), on=sql("e.encounter_row = d.encounter_row"))
        return self.query.add("day_rows", body)


def off_midnight(time: exp.Expr) -> exp.Expr:
    """Whether a time is known and shows more than midnight."""
    return sql("COALESCE(_t <> DATE_TRUNC('day', _t), FALSE)", t=time)


def clean(field: Field, value: exp.Expr) -> exp.Expr:
    """The column with what stands for 'not known' as NULL."""
    if field.name in ("claim_id", "line_id") and field.required:
        return value
    if field.is_code:
        words = [text(word) for word in sorted(SENTINELS)]
        held = sql("UPPER(TRIM(_x))", x=value)
        return exp.Case(ifs=[exp.If(this=exp.Not(this=exp.In(this=held, expressions=words)), true=value)])
    if field.type.base is Base.TEXT:
        return sql("NULLIF(_x, _u)", x=value, u=text(UNKNOWN))
    return value
