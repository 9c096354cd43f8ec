"""Windows: whether another row is near the row, in three values."""

from dataclasses import dataclass

from sqlglot import exp

from claimrules.catalog.window import PERIODS
from claimrules.sql.fragments import number, sql, text

CLOCKED = ("hour", "minute")


@dataclass(frozen=True, slots=True)
class Side:
    """A row of a pair: its alias, its kind, its time, and what it shows of the units of `same`."""

    alias: str
    kind: str
    time: exp.Expr
    rows: frozenset[str]
    prescription: exp.Expr | None
    course: bool = False

    def shows(self, unit: str) -> bool:
        """Whether such a row is of one claim or encounter."""
        return unit in self.rows


def same(unit: str, row: Side, other: Side) -> exp.Expr:
    """Whether it is the same hour, day or encounter."""
    if unit in ("encounter", "claim"):
        if not (row.shows(unit) and other.shows(unit)):
            return exp.null()
        return sql(f"{row.alias}.{unit}_row = {other.alias}.{unit}_row")
    if unit == "prescription":
        if row.prescription is None or other.prescription is None:
            return exp.null()
        mates = f"{row.alias}.claim_row = {other.alias}.claim_row"
        return sql(f"COALESCE(_a = _b AND {mates}, FALSE)", a=row.prescription, b=other.prescription)
    if unit == "course":
        return sql(f"{row.alias}.course = {other.alias}.course") if row.course and other.course else exp.null()
    unit = "year" if unit == "insurance_year" else unit
    within = sql(
        f"DATE_TRUNC('{unit}', CAST(_a AS TIMESTAMP)) = DATE_TRUNC('{unit}', CAST(_b AS TIMESTAMP))",
        a=row.time,
        b=other.time,
    )
    return _clocked(within, row, other) if unit == "hour" else within


def side_of(direction: str, row: Side, other: Side) -> exp.Expr:
    """Before or after at any distance; rows of two kinds at one time stand beside each other."""
    sign = "<" if direction == "before" else ">"
    if row.kind == other.kind:
        return sql(
            f"CASE WHEN _a IS NOT NULL AND _b IS NOT NULL THEN {other.alias}.{row.kind}_row {sign} {row.alias}.{row.kind}_row END",
            a=row.time,
            b=other.time,
        )
    return sql(f"CAST(_b AS TIMESTAMP) {sign} CAST(_a AS TIMESTAMP)", a=row.time, b=other.time)


def distance(unit: str, direction: str, n: exp.Expr, row: Side, other: Side) -> exp.Expr:
    """At most n units off, both ends in; `last` is open at its far end. Where n is not known, nothing of it is."""
    near = _distance(unit, direction, n, row, other)
    return near if isinstance(n, exp.Literal) else sql("CASE WHEN _n IS NOT NULL THEN _near END", n=n, near=near)


def _distance(unit: str, direction: str, n: exp.Expr, row: Side, other: Side) -> exp.Expr:
    if unit == "month":
        return _months(direction, n, row, other)
    if unit == "day":
        gap = sql("DATE_DIFF('day', CAST(_b AS DATE), CAST(_a AS DATE))", a=row.time, b=other.time)
        return _within(direction, gap, n)
    micros = 3_600_000_000 if unit == "hour" else 60_000_000
    gap = sql("DATE_DIFF('microsecond', CAST(_b AS TIMESTAMP), CAST(_a AS TIMESTAMP))", a=row.time, b=other.time)
    return _clocked(_within(direction, gap, sql("_n * CAST(_m AS BIGINT)", n=n, m=number(micros))), row, other)


def _within(direction: str, gap: exp.Expr, most: exp.Expr) -> exp.Expr:
    shape = {
        "before": "_gap BETWEEN 0 AND _most",
        "after": "-(_gap) BETWEEN 0 AND _most",
        "apart": "ABS(_gap) <= _most",
        "last": "_gap >= 0 AND _gap < _most",
    }[direction]
    return sql(shape, gap=gap, most=most)


def add_months(day: exp.Expr, n: exp.Expr) -> exp.Expr:
    """The day n months on, held within its month."""
    return sql("CAST(CAST(_d AS DATE) + CAST(_n AS INTEGER) * INTERVAL '1' MONTH AS DATE)", d=day, n=n)


def _months(direction: str, n: exp.Expr, row: Side, other: Side) -> exp.Expr:
    a, b = (sql("CAST(_t AS DATE)", t=t) for t in (row.time, other.time))
    sign = "<" if direction == "last" else "<="
    back = sql(f"_b <= _a AND _a {sign} _far", a=a, b=b, far=add_months(b, n))
    ahead = sql("_a <= _b AND _b <= _far", a=a, b=b, far=add_months(a, n))
    return {"before": back, "last": back, "after": ahead}.get(direction) or exp.or_(back, ahead)


def _clocked(near: exp.Expr, row: Side, other: Side) -> exp.Expr:
    """By the clock where both have one, else by the date."""
    return sql(
        f"CASE WHEN {row.alias}.clock AND {other.alias}.clock THEN _near ELSE CAST(_a AS DATE) = CAST(_b AS DATE) END",
        near=near,
        a=row.time,
        b=other.time,
    )


@dataclass(frozen=True, slots=True)
class Parsed:
    """A window that stands in a column: its parts as SQL. `unit` is the period where it means the same one."""

    text: exp.Expr
    unit: exp.Expr
    n: exp.Expr

    @classmethod
    def of(cls, window: exp.Expr) -> "Parsed":
        """`day`, `6 hours apart`, `last 30 days`, taken apart."""
        last = sql("STARTS_WITH(_w, 'last ')", w=window)
        word = sql("CASE WHEN _last THEN SPLIT_PART(_w, ' ', 3) ELSE SPLIT_PART(_w, ' ', 2) END", last=last, w=window)
        unit = sql("CASE WHEN SPLIT_PART(_w, ' ', 2) = '' THEN _w ELSE RTRIM(_u, 's') END", w=window, u=word)
        n = sql(
            "TRY_CAST(CASE WHEN _last THEN SPLIT_PART(_w, ' ', 2) ELSE SPLIT_PART(_w, ' ', 1) END AS INTEGER)",
            last=last,
            w=window,
        )
        return cls(window, unit, n)

    def near(self, row: Side, other: Side) -> exp.Expr:
        """Whether the other row is near, whatever the window is."""
        ifs = [(sql("_w = _u", w=self.text, u=text(unit)), same(unit, row, other)) for unit in PERIODS]
        ifs += [(sql("_w = _u", w=self.text, u=text(d)), side_of(d, row, other)) for d in ("before", "after")]
        for unit in ("minute", "hour", "day", "month"):
            for direction in ("before", "after", "apart", "last"):
                is_it = sql(
                    "_unit = _u AND (STARTS_WITH(_w, 'last ') OR ENDS_WITH(_w, _d))"
                    if direction == "last"
                    else "_unit = _u AND ENDS_WITH(_w, _d)",
                    unit=self.unit,
                    u=text(unit),
                    w=self.text,
                    d=text(f" {direction}"),
                )
                ifs.append((is_it, distance(unit, direction, self.n, row, other)))
        return exp.Case(ifs=[exp.If(this=when, true=then) for when, then in ifs])


def period_text(unit: str, row: Side) -> exp.Expr:
    """Which hour, day, encounter … a row is in, as text."""
    if unit == "encounter":
        shown = "r.encounter_person_id || '/' || r.encounter_provider_id || '/' || r.encounter_encounter_id"
        return sql(shown.replace("r.", f"{row.alias}."))
    if unit == "claim":
        return sql(f"{row.alias}.claim_claim_id") if row.shows("claim") else exp.null()
    if unit == "prescription":
        if row.prescription is None:
            return exp.null()
        return sql(f"{row.alias}.claim_claim_id || '/' || _p", p=row.prescription)
    if unit == "course":
        return sql(f"{row.alias}.course") if row.course else exp.null()
    unit = "year" if unit == "insurance_year" else unit
    form = {"hour": "%Y-%m-%d %H", "month": "%Y-%m", "year": "%Y", "quarter": "%Y-%m quarter", "week": "%Y-%m-%d week"}
    return sql(f"STRFTIME(DATE_TRUNC('{unit}', CAST(_t AS TIMESTAMP)), '{form.get(unit, '%Y-%m-%d')}')", t=row.time)


def period_of(window: exp.Expr, row: Side) -> exp.Expr:
    """The period of the window that stands in a column; of a distance, the date."""
    ifs = [
        exp.If(this=sql("_w = _u", w=window, u=text(unit)), true=period_text(unit, row)) for unit in PERIODS if unit != "day"
    ]
    return exp.Case(ifs=[*ifs, exp.If(this=sql("_w IS NOT NULL", w=window), true=period_text("day", row))])
