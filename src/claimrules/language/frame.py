"""The frame of a rule file: what keys it has, what each takes and says. The JSON Schema for editors is made of it.

Each key has a Chinese title and an English sentence, which an editor shows where the mouse rests on it.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from claimrules.catalog import KINDS
from claimrules.catalog.window import PERIODS
from claimrules.language.functions import AMOUNTS

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Sql = Annotated[str, StringConstraints(min_length=1)]


def said(zh: str, en: str, **more: Any) -> Any:
    """What a key is called in Chinese, and what it says. `more` are keywords of JSON Schema, for editors alone."""
    return Field(title=zh, description=en, json_schema_extra=more or None)


class Strict(BaseModel):
    """Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(Strict):
    """Words in Chinese and in English."""

    zh: Annotated[str, said("中文", "In Chinese.")]
    en: Annotated[str, said("英文", "In English.")]


class BasisFrame(Strict):
    """A legal ground."""

    source: Annotated[str, said("依据", "The id of a law or policy in sources.yaml.")]
    article: Annotated[str, said("条款", "The article, as sources.yaml lists it: 第三十八条第一项.")] = ""


class EffectiveFrame(Strict):
    """From when to when the rule holds, by each row's own date; both ends in."""

    from_: Annotated[date | None, said("起始日", "The first day; open if left out.")] = Field(None, alias="from")
    to: Annotated[date | None, said("截止日", "The last day; open if left out.")] = None


class ParamFrame(Strict):
    """A named number."""

    default: Annotated[str, said("默认值", "The value where parameters.yaml and the run give no other; it gives the type.")]
    unit: Annotated[str, said("单位", "What it is counted in: day, 元.")] = ""
    values: Annotated[tuple[str, ...], said("可选值", "The values allowed, where it is a choice.")] = ()
    source: Annotated[str, said("来源", "The id of the law or policy that says so, in sources.yaml.")] = ""


class MatchFrame(Strict):
    """A look-up of knowledge rows."""

    table: Annotated[Name, said("知识表", "The knowledge table or register: knowledge/NAME.yaml.")]
    key: Annotated[dict[str, Sql], said("匹配键", "The table's key columns, each with what it must equal.")]
    where: Annotated[Sql | None, said("筛选条件", "Only among the table's rows of which this is true.")] = None
    at: Annotated[
        Sql | None,
        said("时点", "The date that chooses the version; the row's own time if left out; `ever`: whatever the date."),
    ] = None
    take: Annotated[Literal["one", "all"], said("取行", "`one` row, the one that fits best, or `all` that fit.")] = "one"


class OtherFrame(Strict):
    """Rows that are not this one."""

    of: Annotated[
        str,
        said(
            "行的种类",
            "`rows`: the rule's own rows; any kind, all of it; `subject`: the rule's own subjects.",
            enum=["rows", "subject", *KINDS],
        ),
    ] = "rows"
    rows: Annotated[Sql | None, said("范围", "A condition on the other rows alone: which of them count.")] = None
    match: Annotated[dict[Name, MatchFrame], said("知识", "Knowledge rows of each other row.")] = {}
    same: Annotated[tuple[Sql, ...], said("相同的键", "Keys that are equal: `[person, provider, day]`.")] = ()
    within: Annotated[
        str | None,
        said("时间窗口", "How near they are: the same `day`, `6 hours apart`, `30 days before`.", examples=list(PERIODS)),
    ] = None
    where: Annotated[Sql | None, said("关联条件", "A condition that may compare the other row with this one.")] = None
    itself: Annotated[bool, said("包括自身", "`true`: the row itself may be among them.")] = False
    take: Annotated[
        Literal["all", "one", "previous", "next", "first", "last"],
        said("取行", "`all`: a set, for aggregates; else one row: the nearest before or after, the first, the last."),
    ] = "all"
    order: Annotated[Sql | None, said("顺序", "Another order than that of time: `EXPR` or `EXPR DESC`.")] = None


class ExceptionFrame(Strict):
    """A named exception or doubt."""

    when: Annotated[Sql, said("条件", "The condition.")]
    because: Annotated[str, said("理由", "Why, in words.")] = ""
    source: Annotated[str, said("来源", "The id of the law or policy that says so, in sources.yaml.")] = ""


class ObservedFrame(Strict):
    """What was seen, what is allowed."""

    value: Annotated[Sql | None, said("观察值", "What was seen.")] = None
    limit: Annotated[Sql | None, said("限值", "What is allowed.")] = None
    unit: Annotated[str, said("单位", "Of both: a text, a column, or max(…) or min(…) of one.")] = ""


def _one_key(key: str, frame: type[Strict]) -> Any:
    """A bare value stands for the mapping with one key."""
    return BeforeValidator(
        lambda value: {key: value} if isinstance(value, str) else value, json_schema_input_type=str | frame
    )


class RuleFrame(Strict):
    """One rule file, its keys in the order in which `claimrules fmt` writes them."""

    id: Annotated[Name, said("规则编号", "The file's name; never used twice, never again for another rule.")]
    version: Annotated[int, said("版本", "A whole number, 1 if left out.")] = 1
    title: Annotated[Bilingual, said("标题", "What the rule is called.")]
    national_number: Annotated[int | None, said("国家规则序号", "Its number in the national rule list, 1 to 88.")] = None
    national_code: Annotated[str, said("国家规则编码", "Its code in the national rule list: GZ10000204001000.")] = ""
    category: Annotated[
        Literal["policy", "management", "medical", "indicator"],
        said("规则类别", "policy 政策类, management 管理类, medical 医疗类, or indicator 指标类."),
    ]
    verdict: Annotated[
        Literal["violation", "suspicious", "indicator"],
        said("认定", "How sure a finding is: violation 违规, suspicious 疑似, or indicator 指标."),
    ]
    severity: Annotated[
        Literal["low", "medium", "high"], said("严重程度", "What is at stake: low 低, medium 中 (if left out), high 高.")
    ] = "medium"
    status: Annotated[
        Literal["draft", "shadow", "active", "retired"],
        said("状态", "An audit runs the active rules: draft 草稿, shadow 试运行, active 启用 (if left out), retired 停用."),
    ] = "active"
    supersedes: Annotated[str, said("替代", "The id of the rule that this one replaces.")] = ""
    effective: Annotated[
        EffectiveFrame, said("有效期", "From when to when it holds, by each row's own date, not by the day of the run.")
    ] = EffectiveFrame()  # type: ignore[call-arg]
    basis: Annotated[tuple[BasisFrame, ...], said("法律依据", "The laws and policies it rests on.")] = ()
    description: Annotated[Bilingual | None, said("说明", "What it finds and what it does not.")] = None

    of: Annotated[
        Literal["line", "claim", "encounter", "day", "diagnosis", "operation", "raw_line"],
        said("行的种类", "The kind of row that it walks over; `line` 费用明细 if left out."),
    ] = "line"
    rows: Annotated[
        Sql | None,
        said("适用范围", "Which rows it speaks of; the others are not applicable. Not what `match` or `others` find."),
    ] = None
    match: Annotated[dict[Name, MatchFrame], said("知识", "Knowledge rows looked up for each row: `NAME.column`.")] = {}
    params: Annotated[
        dict[Name, Annotated[ParamFrame, _one_key("default", ParamFrame)]],
        said("参数", "Named numbers, used as `param.NAME`: `NAME: 15` or `NAME: {default: 15, unit: day}`."),
    ] = {}
    per: Annotated[
        tuple[Sql | dict[Name, Sql], ...],
        said("分组", "The subject: rows with equal keys are judged together. Left out, each row is its own."),
    ] = ()
    order: Annotated[
        Sql | tuple[Sql, ...], said("顺序", "In which the rows of a subject are walked; by time if left out.")
    ] = ()
    others: Annotated[
        dict[Name, OtherFrame], said("其他行", "Rows that are not this one: the stay before, the main item.")
    ] = {}
    let: Annotated[dict[Name, Sql], said("中间量", "Names for values, in any order, not in a circle.")] = {}
    flag: Annotated[
        Sql | dict[str, Sql] | None, said("违规条件", "The violation, of the whole subject. Or `{REASON: condition}`.")
    ] = None
    flag_rows: Annotated[
        Sql | dict[str, Sql] | None,
        said("逐行违规条件", "Instead of `flag`: the violation, of each row of a subject. Or `{REASON: condition}`."),
    ] = None
    unless: Annotated[
        dict[str, Annotated[ExceptionFrame, _one_key("when", ExceptionFrame)]],
        said("例外", "What one of these is true of is clean: `NAME: condition` or `NAME: {when: …, because: …}`."),
    ] = {}
    doubt: Annotated[
        dict[str, Annotated[ExceptionFrame, _one_key("when", ExceptionFrame)]],
        said("疑点", "What is flagged and in doubt is a suspicion, whatever `verdict` says; written as `unless`."),
    ] = {}
    amount: Annotated[
        Sql,
        said(
            "金额",
            "How much of each violating row: a method, or an expression. `full_line` if left out.",
            examples=[f"{name}(…)" if takes else name for name, takes in AMOUNTS.items()],
        ),
    ] = "full_line"
    observed: Annotated[ObservedFrame, said("观察值与限值", "What was seen and what is allowed.")] = ObservedFrame()
    message: Annotated[Bilingual, said("说明语句", "The finding in a sentence; `{EXPR}` is filled in.")]
    equivalent_mutants: Annotated[
        dict[str, str], said("等价变异", "Mutants that no case can kill, each with its reason: docs/cases.md.")
    ] = {}
    examples: Annotated[Any, said("测试用例", "The rule's tests: docs/cases.md.")] = None
