"""The schema of each kind of file, by its name."""

from collections.abc import Callable

from claimrules.language.frame import RuleFrame
from claimrules.language.sources import Source
from claimrules.schema.case import cases_schema
from claimrules.schema.from_model import Schema, from_model
from claimrules.schema.mapping import mapping_schema
from claimrules.schema.parameters import ExemptionFrame, ParameterRow
from claimrules.schema.table import TableFrame

DRAFT = "http://json-schema.org/draft-07/schema#"
"""What editors understand best: yaml-language-server has known it from its beginning, 2020-12 since its version 1.20."""


def _rule() -> Schema:
    out = from_model(RuleFrame)
    cases = cases_schema()
    out["properties"]["examples"].update(cases)
    return {**out, "anyOf": [{"required": ["flag"]}, {"required": ["flag_rows"]}]}


def _of_names(what: str, entry: Schema) -> Schema:
    return {"description": what, "type": "object", "additionalProperties": entry}


def _sources() -> Schema:
    return _of_names("Laws and policies, by id.", from_model(Source))


def _parameters() -> Schema:
    rows = {"type": "array", "items": from_model(ParameterRow)}
    return _of_names("Values of parameters by region, level, insurance and date.", rows)


def _exemptions() -> Schema:
    return {"description": "Rows that leave rules.", "type": "array", "items": from_model(ExemptionFrame)}


FILES: dict[str, tuple[str, Callable[[], Schema]]] = {
    "rule": ("审核规则 · a rule of claimrules", _rule),
    "table": ("知识表 · a knowledge table of claimrules", lambda: from_model(TableFrame)),
    "mapping": ("数据映射 · a mapping of claimrules", mapping_schema),
    "parameters": ("参数表 · parameters.yaml of claimrules", _parameters),
    "exemptions": ("豁免表 · exemptions.yaml of claimrules", _exemptions),
    "sources": ("法律依据 · sources.yaml of claimrules", _sources),
}
"""Title and schema by the name that `claimrules schema` takes."""


def schema_of(name: str) -> Schema:
    """The JSON Schema of one kind of file, of draft 7."""
    title, make = FILES[name]
    return {"$schema": DRAFT, **make(), "title": title}
