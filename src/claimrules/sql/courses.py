"""Courses of a disease: a person's encounters for one kind of diagnosis that follow one another closely."""

from sqlglot import exp

from claimrules.sql.fragments import sql, table
from claimrules.sql.query import Query, select

_DISEASE = "SUBSTRING(e.encounter_principal_diagnosis, 1, 3)"
_SAME = f"PARTITION BY e.encounter_person_id, {_DISEASE}"


def with_courses(query: Query, encounters: str, gap: exp.Expr) -> str:
    """The encounters with `course`: person, disease and first day; NULL where one of the person's for it has no dates."""
    order = "ORDER BY CAST(e.encounter_admitted_at AS DATE), e.encounter_row"
    undated = "e.encounter_admitted_at IS NULL OR e.encounter_discharged_at IS NULL"
    until = "GREATEST(CAST(e.encounter_admitted_at AS DATE), CAST(e.encounter_discharged_at AS DATE))"
    latest = f"MAX({until}) OVER ({_SAME} {order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    body = select(
        [
            sql("e.*"),
            ("latest", sql(latest)),
            ("undated", sql(f"MAX(CASE WHEN {undated} THEN 1 ELSE 0 END) OVER ({_SAME})")),
        ],
        table(encounters, "e"),
    )
    dated = query.add("stay_in_order", body, "courses: the latest discharge before each admission for the same disease")
    far = sql("CASE WHEN DATE_DIFF('day', e.latest, CAST(e.encounter_admitted_at AS DATE)) <= _g THEN 0 ELSE 1 END", g=gap)
    broken = query.add("stay_apart", select([sql("e.*"), ("starts", far)], table(dated, "e")))
    number = sql(f"SUM(e.starts) OVER ({_SAME} {order} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)")
    numbered = query.add("stay_numbered", select([sql("e.*"), ("nth", number)], table(broken, "e")))
    began = f"CAST(MIN(CAST(e.encounter_admitted_at AS DATE)) OVER ({_SAME}, e.nth) AS VARCHAR)"
    name = sql(
        f"CASE WHEN e.undated = 0 AND e.encounter_principal_diagnosis IS NOT NULL "
        f"THEN e.encounter_person_id || '/' || {_DISEASE} || '/' || {began} END"
    )
    return query.add(
        "encounter_in_course", select([sql("e.*"), ("course", name)], table(numbered, "e")), "each encounter with its course"
    )
