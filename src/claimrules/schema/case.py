"""A case under `examples:`: the keys of docs/cases.md."""

from typing import Annotated, Any, Literal

from claimrules.cases.bases import shipped_bases
from claimrules.language.frame import Name, Strict, said
from claimrules.schema.from_model import SCALAR, Schema, from_model
from claimrules.schema.parameters import ParameterRow
from claimrules.schema.rows import row_of

Labels = str | tuple[str, ...]
Money = str | dict[str, str]


class FindingFrame(Strict):
    """A finding of another rule."""

    rule: Annotated[str, said("规则编号", "The id of the rule that found it.")]
    of: Annotated[str, said("对象", "The line or the claim, by its label.")]
    verdict: Annotated[Literal["violation", "suspicious", "indicator"], said("认定", "How sure it is.")] = "violation"
    category: Annotated[
        Literal["policy", "management", "medical", "indicator"], said("规则类别", "The category of that rule.")
    ] = "policy"
    severity: Annotated[Literal["low", "medium", "high"], said("严重程度", "What is at stake.")] = "medium"


class ExpectFrame(Strict):
    """What the rule must say of the case."""

    flagged: Annotated[Labels, said("违规", "The violating rows, all of them.")] = ()
    undecided: Annotated[Labels, said("无法判定", "The rows whose subject is undecided, all of them.")] = ()
    clean: Annotated[Labels, said("不违规", "Rows that do not violate.")] = ()
    not_applicable: Annotated[Labels, said("不适用", "Rows that the rule does not speak of.")] = ()
    amount: Annotated[Money, said("金额", "Of the flagged rows together, `86.40`; or row by row, `{l1: 80.00}`.")] = ""
    suspicious: Annotated[bool, said("疑似", "Whether the flagged rows are suspicions by a `doubt`.")] = False
    missing: Annotated[str, said("缺失", "The column or reason that the undecided rows name.")] = ""


class CaseFrame(Strict):
    """One case: a sentence, a small world, and what the rule must say of it."""

    name: Annotated[str, said("用例名称", "What must happen, in one sentence; unique in the file.")]
    given: Annotated[
        str, said("基础场景", "The base that the case starts from, one of ours or of bases/.", examples=[*shipped_bases()])
    ] = ""
    claims: Annotated[dict[str, Any] | None, said("结算", "More claims, by label; `like: first` copies another.")] = None
    lines: Annotated[
        dict[str, Any] | None, said("费用明细", "Fee lines, by label: `{l1: {item_code: A, quantity: 3}}`.")
    ] = None
    diagnoses: Annotated[dict[str, Any] | None, said("诊断", "Diagnoses, by label.")] = None
    operations: Annotated[dict[str, Any] | None, said("手术操作", "Operations, by label.")] = None
    change: Annotated[dict[str, Any] | None, said("改动", "Single fields: `{claim.sex: female, l1.quantity: 2}`.")] = None
    knowledge: Annotated[
        dict[Name, Any] | None, said("知识", "Tables, each with all the rows that it has in this case.")
    ] = None
    registers: Annotated[
        dict[Name, Any] | None, said("登记表", "Registers that came with the claims, with all their rows.")
    ] = None
    params: Annotated[dict[Name, str] | None, said("参数", "Parameters of the run: `{split_stay_days: 7}`.")] = None
    parameters: Annotated[
        dict[Name, tuple[ParameterRow, ...]] | None, said("参数表", "Rows that parameters.yaml would have.")
    ] = None
    findings: Annotated[tuple[FindingFrame, ...], said("其他规则的结果", "What other rules have found.")] = ()
    expect: Annotated[
        Literal["clean", "not_applicable"] | ExpectFrame, said("预期", "`clean`, `not_applicable`, or what of which row.")
    ]


def cases_schema() -> Schema:
    """The list under `examples:`."""
    case = from_model(CaseFrame)
    keys = case["properties"]
    keys["claims"]["additionalProperties"] = row_of("claims", like=_LIKE)
    for table in ("lines", "diagnoses", "operations"):
        keys[table]["additionalProperties"] = row_of(table)
    keys["change"]["additionalProperties"] = _CELL
    for tables in ("knowledge", "registers"):
        [pattern] = keys[tables]["patternProperties"]
        keys[tables]["patternProperties"] = {pattern: {"type": "array", "items": _ROW}}
    keys["parameters"]["patternProperties"] = {
        pattern: _sourceless(rows) for pattern, rows in keys["parameters"]["patternProperties"].items()
    }
    return {"type": "array", "items": case}


_LIKE = {"title": "仿照", "description": "The label of the claim that this one is a copy of.", "type": "string"}
_CELL = {"type": [*SCALAR, "null"]}
_ROW = {"type": "object", "additionalProperties": _CELL}


def _sourceless(rows: Schema) -> Schema:
    """In a case a row of a parameter needs no source."""
    return {**rows, "items": {**rows["items"], "required": ["value"]}}
