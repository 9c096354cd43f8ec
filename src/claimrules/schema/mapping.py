"""A mapping of the input: as batch/mapping_yaml.py takes it."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from claimrules.batch.schema import NAMES
from claimrules.catalog import fields_of
from claimrules.language.frame import Strict, said
from claimrules.schema.from_model import SCALAR, Schema, from_model
from claimrules.schema.rows import about

Texts = str | tuple[str, ...]
_TYPES = ["text", "boolean", "integer", "date", "timestamp", "decimal(16, 2)"]


class ColumnFrame(Strict):
    """Where a column comes from. One of `column`, `columns`, `value`, `running`."""

    column: Annotated[Texts, said("列名", "The column, or the first that there is of a list.")] = ""
    columns: Annotated[Texts, said("多列拼接", "Several texts joined.")] = ()
    separator: Annotated[str, said("拼接符", "What stands between them; `-` if left out.")] = ""
    value: Annotated[str, said("常量", "A constant.")] = ""
    running: Annotated[bool, said("自动编号", "For `line_id`: numbered within the claim.")] = False
    codes: Annotated[dict[str, Any] | None, said("代码对照", "A translation, code by code.")] = None
    prefixes: Annotated[dict[str, Any] | None, said("前缀对照", "A translation by the longest prefix.")] = None
    otherwise: Annotated[Any, said("其余代码", "`reject` (if left out), `null`, `keep`, or a value.")] = None
    format: Annotated[str, said("日期格式", "As in strptime: `%m/%d/%Y`.")] = ""
    nulls: Annotated[Texts, said("空值标记", "Texts that mean not known in this column.")] = ()
    optional: Annotated[bool, said("可缺列", "The file may lack the column.")] = False
    type: Annotated[str, said("类型", "Of a column of your own.", examples=_TYPES)] = ""


class JoinFrame(Strict):
    """A file whose columns are added."""

    file: Annotated[str, said("文件", "The other file.")]
    on: Annotated[str | tuple[str, ...] | dict[str, str], said("关联键", "The key here and the key there.")]
    prefix: Annotated[str, said("前缀", "What its columns are called with: person_.")] = ""


class ConditionFrame(Strict):
    """Which values count; one of these."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    in_: Annotated[Texts, said("属于", "One of these.")] = Field((), alias="in")
    not_: Annotated[Texts, said("不属于", "None of these.")] = Field((), alias="not")
    filled: Annotated[bool, said("非空", "Whether the cell is filled.")] = False


class UnpivotFrame(Strict):
    """Wide to long: for each number one row."""

    numbers: Annotated[Texts, said("序号", "`1..10`, or a list.")]
    columns: Annotated[dict[str, str], said("列", "New columns, each with its wide name: `{code: dx{n}}`.")]
    filled: Annotated[Texts, said("非空列", "A row is made where one of these is filled; the first if left out.")] = ()


class GroupFrame(Strict):
    """Rows with one id become one."""

    by: Annotated[Texts, said("分组列", "The id.")]
    order: Annotated[Texts, said("顺序", "In which order the first filled value is sought.")] = ()


class TableFrame(Strict):
    """Where a table comes from."""

    files: Annotated[Texts, said("文件", "A file, a list, a glob, a folder of parts, or a name without its ending.")] = ()
    first_of: Annotated[Texts, said("首个存在的文件", "Instead of `files`: the first of these that there is.")] = ()
    optional: Annotated[bool, said("可缺表", "The table may be missing.")] = False
    encoding: Annotated[str, said("编码", "Of its CSV files: utf-8 if left out, gb18030 …")] = ""
    delimiter: Annotated[str, said("分隔符", "Of its CSV files: a comma if left out, `tab` …")] = ""
    nulls: Annotated[Texts, said("空值标记", "Texts that mean not known in all columns.")] = ()
    joins: Annotated[JoinFrame | tuple[JoinFrame, ...], said("关联", "Files whose columns are added.")] = ()
    where: Annotated[dict[str, str | tuple[str, ...] | ConditionFrame] | None, said("筛选", "Which rows count.")] = None
    unpivot: Annotated[UnpivotFrame | None, said("宽表转长表", "Wide to long.")] = None
    group: Annotated[GroupFrame | None, said("合并", "Rows with one id become one.")] = None
    use: Annotated[
        Literal["canonical", "national"], said("列名体系", "Every field from the column of our own or of its national name.")
    ] = "canonical"
    columns: Annotated[dict[str, Any] | None, said("列", "Our columns: a column's name, a list of names, or keys.")] = None
    extra: Annotated[dict[str, Any] | None, said("自有列", "Columns of your own for rules to use, each with a `type`.")] = (
        None
    )


class MappingFrame(Strict):
    """Which files and columns are which table and field."""

    name: Annotated[str, said("名称", "What the mapping is called.")] = ""
    nulls: Annotated[Texts, said("空值标记", 'Texts that mean not known in all columns: `[NA, "-9"]`.')] = ()
    encoding: Annotated[str, said("编码", "Of all CSV files: utf-8 if left out, gb18030 …")] = ""
    delimiter: Annotated[str, said("分隔符", "Of all CSV files: a comma if left out, `tab` …")] = ""
    tables: Annotated[dict[str, TableFrame], said("表", "`claims` (required), `lines`, `diagnoses`, `operations`.")]


def mapping_schema() -> Schema:
    """The schema of a mapping: the four tables, each with its own columns."""
    out = from_model(MappingFrame)
    tables = out["properties"]["tables"]
    any_table = tables["additionalProperties"]
    tables["properties"] = {name: _table(any_table, name) for name in NAMES}
    tables["required"] = ["claims"]
    tables["additionalProperties"] = False
    return {**out, "definitions": {"column": _column()}}


def _table(any_table: Schema, name: str) -> Schema:
    """What a table says, with the columns that it has."""
    keys = dict(any_table["properties"])
    columns = {field.name: {**about(field), **_A_COLUMN} for field in fields_of(name).values()}
    keys["columns"] = {**keys["columns"], "properties": columns, "additionalProperties": False}
    keys["extra"] = {**keys["extra"], "additionalProperties": _A_COLUMN}
    return {**any_table, "title": _TITLES[name], "properties": keys}


_TITLES = {"claims": "结算", "lines": "费用明细", "diagnoses": "诊断", "operations": "手术操作"}
_A_COLUMN = {"allOf": [{"$ref": "#/definitions/column"}]}
"""Written out at each of a hundred fields it would make the schema ten times as long; alone, it would hide their titles."""


def _column() -> Schema:
    """A column's name, several, or keys."""
    out = from_model(ColumnFrame)
    for translation in ("codes", "prefixes"):
        out["properties"][translation]["additionalProperties"] = _WORD
    out["properties"]["otherwise"].update(_WORD)
    return {**out, "type": [*SCALAR, "array", "object"], "items": {"type": SCALAR}}


_WORD = {"type": [*SCALAR, "null"]}
