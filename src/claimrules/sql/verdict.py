"""The verdict on each subject: flag AND NOT unless, in three values; who is left out; doubts; the last SELECT."""

from sqlglot import exp

from claimrules.language.expression import Expr, Field, MatchField, Missing, OfSubject, Walk
from claimrules.sql.amounts import add_bundle, add_scope, amount_of
from claimrules.sql.fragments import column, either, every, sql, table
from claimrules.sql.needs import all_parts
from claimrules.sql.place import Place
from claimrules.sql.query import select
from claimrules.sql.stages import Stages
from claimrules.sql.subject_text import own_text, row_id, subject_text
from claimrules.sql.walks import left_out


def judge(stages: Stages) -> exp.Select:
    """Add the stages of the verdict. Gives the last SELECT: one row a subject."""
    rule = stages.rule
    conditions = [condition for _, condition in rule.flag]
    stages.require(*conditions, *(p.when for p in (*rule.unless, *rule.doubt)), *rule.amount.arguments)
    _ones(stages, conditions)
    _conditions(stages, conditions)
    by_rows = rule.flags_rows or not rule.per
    _subjects(stages, by_rows=by_rows)
    if rule.amount.method != "none":
        add_scope(stages)
    violating = "r.flagged_row IS TRUE" if by_rows else "r.counts IS TRUE"
    columns = [
        ("subject", subject_text(rule.per, rule.kind, stages.values)),
        ("row_id", row_id(rule.kind)),
        ("violates", sql(f"r.subject_verdict = 'flagged' AND {violating}")),
    ]
    bundle = rule.amount.method == "bundle_difference"
    if not bundle:
        columns.append(("row_amount", amount_of(stages)))
    stages.stage(
        "judged", columns, "each row with its subject's verdict" + ("" if bundle else " and the amount that it carries")
    )
    if bundle:
        add_bundle(stages)
    return _last(stages)


def _ones(stages: Stages, conditions: list[Expr]) -> None:
    """The one other row that a flag compares with, even where nothing else has asked for it."""
    stages.require(*(Missing(name) for name in needed(stages, conditions)))


def needed(stages: Stages, conditions: list[Expr]) -> list[str]:
    """Names of the one other rows without which the flag is clean: named in it, and never asked IS MISSING."""
    rule = stages.rule
    asked = {p.name for p in all_parts(rule) if isinstance(p, Missing) and not p.owner}
    named = {
        p.owner for c in conditions for p in stages.compared(c) if isinstance(p, Field | MatchField | OfSubject) and p.owner
    }
    by_rows = rule.flags_rows or not rule.per
    wanted = [o for o in rule.others if o.take != "all" and o.name in named - asked]
    return [o.name for o in wanted if by_rows or o.of_subject or o.kind == "subject"]


def _conditions(stages: Stages, conditions: list[Expr]) -> None:
    """Of each row: whether it is flagged and not excepted, left out of a walk, in doubt."""
    rule, values = stages.rule, stages.values
    place = Place()
    flag = either([values(c, place) for c in conditions])
    parts: list[exp.Expr] = [exp.paren(flag)]
    parts += [sql("NOT _x", x=exp.paren(values(p.when, place))) for p in rule.unless]
    by_rows = rule.flags_rows or not rule.per
    missing = [column("r", values.columns[Missing(name)].name) for name in needed(stages, conditions)]
    ones = [sql("NOT _x", x=one) for one in missing]
    if by_rows:
        parts += [*ones, sql("r.counts")]
    else:
        parts += ones
    walks = dict.fromkeys(
        p for c in (*conditions, *(u.when for u in rule.unless)) for p in stages.spelled_out(c) if isinstance(p, Walk)
    )
    gone = either([left_out(stages, node) for node in walks])
    doubt = [sql("_x IS NOT FALSE", x=exp.paren(values(p.when, place))) for p in rule.doubt]
    names = ", ".join(p.name for p in rule.unless)
    stages.stage(
        "conditions",
        [("flagged_row", every(parts)), ("left_out", gone), ("doubted", either(doubt))],
        "flag"
        + (f", unless {names}" if names else "")
        + (f"; doubt: {', '.join(p.name for p in rule.doubt)}" if rule.doubt else ""),
    )
    _clockless(stages)


def _clockless(stages: Stages) -> None:
    """Whether an hour window was judged by dates for want of clock times."""
    for other in stages.rule.others:  # also of rows that nothing names: that they were judged by date is told
        if other.within is not None and stages.relations.may_be_by_date(other.within):
            stages.require(*stages.of_relation(other.name))
            stages.relations.of(other.name)
    made = [relation for relation in stages.relations.made.values() if relation.clockless]
    for relation in made:
        name = stages.free("by_date")
        body = select(
            [sql("p.entry"), ("by_date", sql("MAX(CASE WHEN p.clockless THEN 1 ELSE 0 END)"))], table(relation.pairs, "p")
        ).group_by(sql("p.entry"))
        pairs = stages.query.add(f"{relation.pairs}_clock", body)
        stages.stage(
            "with_clock",
            [(name, sql("COALESCE(a.by_date, 0) = 1"))],
            "no clock time: judged by date",
            join=pairs,
            on=f"a.entry = r.{relation.by}",
        )
        stages.by_date.append(name)


def _subjects(stages: Stages, *, by_rows: bool) -> None:
    rule = stages.rule
    clock = either([column("r", name) for name in stages.by_date])

    def some(text: str, **parts: exp.Expr) -> exp.Expr:
        return sql(f"MAX(CASE WHEN {text} THEN 1 ELSE 0 END) OVER (PARTITION BY r.subject_entry) = 1", **parts)

    left = some("r.left_out") if rule.per else exp.false()
    if stages.chained:
        left = exp.or_(left, some("r.doubtful"))
    if by_rows:
        doubted = some("r.flagged_row AND (r.doubted OR _clock)", clock=clock)
        verdict = sql(
            "CASE WHEN r.loose THEN 'undecided' WHEN _yes THEN 'flagged' WHEN _maybe OR _left THEN 'undecided' ELSE 'clean' END",
            yes=some("r.flagged_row"),
            maybe=some("r.flagged_row IS NULL"),
            left=left,
        )
    else:
        doubted = sql("r.doubted OR _clock", clock=some("_clock", clock=clock))
        verdict = sql(
            "CASE WHEN r.loose THEN 'undecided' WHEN r.flagged_row AND _sure THEN 'flagged' "
            "WHEN r.flagged_row IS FALSE AND NOT _left THEN 'clean' ELSE 'undecided' END",
            sure=some("r.counts"),
            left=left,
        )
    columns = [("subject_verdict", verdict), ("subject_doubted", doubted)]
    stages.stage(
        "verdicts", columns, "a subject is flagged if one of its rows is" if by_rows else "the flag speaks of the subject"
    )


def _last(stages: Stages) -> exp.Select:
    """One row a subject, and one for each row that the rule does not speak of."""
    rule = stages.rule
    money = "CASE WHEN COUNT(CASE WHEN r.violates AND r.row_amount IS NULL THEN 1 END) = 0 THEN COALESCE(SUM(CASE WHEN r.violates THEN r.row_amount END), 0) END"
    body = select(
        [
            ("subject", sql("MIN(r.subject)")),
            ("verdict", sql("MIN(r.subject_verdict)")),
            (
                "suspicious",
                sql("MIN(r.subject_verdict) = 'flagged' AND MAX(CASE WHEN r.subject_doubted THEN 1 ELSE 0 END) = 1"),
            ),
            ("amount", sql(f"CASE WHEN MIN(r.subject_verdict) = 'flagged' THEN CAST({money} AS DECIMAL(18, 2)) END")),
            ("violating", sql("STRING_AGG(CASE WHEN r.violates THEN r.row_id END, ', ' ORDER BY r.row_id)")),
        ],
        table(stages.now, "r"),
    ).group_by(sql("r.subject_entry"))
    subjects = stages.query.add("subjects", body, "one row a subject")
    kind = rule.kind
    rows = stages.kinds.rows(kind)
    body = select(
        [
            ("subject", own_text(kind, "v")),
            ("verdict", sql("'not_applicable'")),
            ("suspicious", exp.false()),
            ("amount", sql("CAST(NULL AS DECIMAL(18, 2))")),
            ("violating", sql("CAST(NULL AS VARCHAR)")),
        ],
        table(rows, "v"),
    )
    body = body.where(sql(f"NOT EXISTS (SELECT 1 FROM {stages.now} AS j WHERE j.{kind}_row = v.{kind}_row)"))
    outside = stages.query.add("outside", body, "rows that the rule does not speak of")
    both = exp.union(exp.select("*").from_(table(subjects)), exp.select("*").from_(table(outside)), distinct=False)
    everything = stages.query.add("answers", both)
    return exp.select("*").from_(table(everything)).order_by("verdict", "subject", "violating")
