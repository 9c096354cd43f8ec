"""Rows that `exemptions.yaml` takes out of a rule, as conditions: they leave before anything is asked of them."""

import datetime as dt
from collections.abc import Iterable

from sqlglot import exp

from claimrules.catalog import KINDS
from claimrules.knowledge import Exemption
from claimrules.language.expression import Field
from claimrules.language.rule import Rule
from claimrules.language.scope import time_of
from claimrules.sql.fragments import column, either, every, sql, text


def named_columns(entries: Iterable[Exemption], kind: str) -> set[tuple[str, str]]:
    """The columns (kind, name) that the entries ask for."""
    return {_column(kind, name) for entry in entries for name, _ in entry.names}


def exempted(entries: Iterable[Exemption], rule: Rule, as_of: str, claims: str) -> list[exp.Expr]:
    """What a row must pass: that no entry names it. `claims`: the CTE of settlements."""
    on = (dt.date.fromisoformat(as_of) - dt.date(1970, 1, 1)).days if as_of else None
    mine = [entry for entry in entries if entry.speaks_of(rule.id, rule.kind, on)]
    return [sql("NOT _e", e=exp.paren(_names(entry, rule.kind, claims))) for entry in mine]


def _names(entry: Exemption, kind: str, claims: str) -> exp.Expr:
    parts: list[exp.Expr] = []
    for name, values in entry.names:
        of, field = _column(kind, name)
        if (of, field) == ("encounter", "claim_id"):
            mine = "c.encounter_row = r.encounter_row AND c.claim_claim_id"
            parts += [
                exp.paren(
                    either([sql(f"EXISTS (SELECT 1 FROM {claims} AS c WHERE {mine} = _v)", v=text(v)) for v in values])
                )
            ]
            continue
        cell = column("r", f"{of}_{field}")
        parts.append(exp.paren(either([_is(name, cell, value) for value in values])))
    time = time_of(kind)
    assert isinstance(time, Field)  # noqa: S101 - it is a column
    date = sql("CAST(_t AS DATE)", t=column("r", f"{time.kind}_{time.name}"))
    for sign, bound in ((">=", entry.begin), ("<=", entry.end)):
        if bound is not None:
            parts.append(sql(f"_t {sign} CAST(_b AS DATE)", t=date, b=text(str(bound))))
    return every(parts)


def _is(name: str, cell: exp.Expr, value: str) -> exp.Expr:
    if name == "region":
        value = value.removesuffix("00").removesuffix("00").removesuffix("00")
    if name in ("diagnosis", "region") or (name == "item_code" and value.endswith("*")):
        return sql("STARTS_WITH(_c, _v)", c=cell, v=text(value.removesuffix("*")))
    return sql("_c = _v", c=cell, v=text(value))


def _column(kind: str, name: str) -> tuple[str, str]:
    if name in ("line_id", "item_code"):
        return kind, name
    if name in ("person_id", "provider_id", "encounter_id"):
        return "encounter", name
    of = "claim" if "claim" in (kind, *KINDS[kind].above) else "encounter"
    return of, "principal_diagnosis" if name == "diagnosis" else name
