"""`knowledge/NAME.yaml`: the declaration of a table, as knowledge/from_yaml.py takes it."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from claimrules.catalog import Absence, Match
from claimrules.knowledge.type_syntax import NAMED
from claimrules.language.frame import Strict, said

_TYPES = [*NAMED, "decimal(16,2)"]
TypeText = Annotated[
    str, said("类型", "Or a list of the values allowed, in the order in which they compare.", examples=_TYPES)
]


class Titles(Strict):
    """What a table is called."""

    zh: Annotated[str, said("中文", "In Chinese.")] = ""
    en: Annotated[str, said("英文", "In English.")] = ""


class ColumnFrame(Titles):
    """A column with its names."""

    type: Annotated[TypeText | tuple[str, ...], said("类型", "text, integer, decimal(16,2) …, or a list of values.")]


class CompleteFrame(Strict):
    """Where a missing row can be relied on."""

    from_: Annotated[dt.date | None, said("起始日", "Since that day.")] = Field(None, alias="from")
    prefixes: Annotated[tuple[str, ...], said("前缀", "For codes of the first key column that begin so.")] = ()


class TableSource(Strict):
    """Where a table's facts are from."""

    title: Annotated[str, said("名称", "The document.")]
    url: Annotated[str, said("网址", "Where it is published.")] = ""
    date: Annotated[dt.date | None, said("日期", "Of when it is.")] = None
    verified: Annotated[bool, said("已核对", "Somebody compared the rows with the original.")] = False


class TableFrame(Strict):
    """What the columns of a knowledge table mean."""

    title: Annotated[Titles, said("标题", "What the table is called.")] = Titles()
    columns: Annotated[
        dict[str, TypeText | tuple[str, ...] | ColumnFrame] | None,
        said("列", "Each column's type, or `{type: …, zh: …, en: …}`."),
    ] = None
    key: Annotated[
        str | tuple[str, ...] | dict[str, Match],
        said("匹配键", "The columns by which a row is found: `[code]`, or how each matches: `{code: prefix}`."),
    ] = ()
    absence: Annotated[
        Absence,
        said("无条目时", "What a missing row means: `no-limit` (the rule does not apply), or `unknown` (undecided)."),
    ] = Absence.NO_LIMIT
    complete: Annotated[
        bool | CompleteFrame,
        said("完整性", "Where a missing row can be relied on: `true`, or from when and for which codes."),
    ] = False
    symmetric: Annotated[bool, said("对称", "The first two key columns are a pair that holds both ways.")] = False
    many: Annotated[bool, said("允许多行", "Several rows may hold for one key at once.")] = False
    gaps: Annotated[
        Literal["allowed", "error"], said("允许断档", "`allowed`: there may be days between two versions of a key.")
    ] = "error"
    source: Annotated[TableSource | None, said("来源", "Where the rows are from.")] = None
    invented: Annotated[bool, said("虚构", "The rows are made up to show something.")] = False
    register_: Annotated[bool, said("登记表", "The rows come with the claims.")] = Field(default=False, alias="register")
