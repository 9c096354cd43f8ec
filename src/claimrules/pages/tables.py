"""The knowledge tables and the parameters that a rule asks."""

from collections.abc import Mapping

from claimrules.catalog import Match, Type
from claimrules.knowledge import KnowledgeSet, Table
from claimrules.knowledge.table import CODE_SETS
from claimrules.language.expression import Call, Literal, walk
from claimrules.language.rule import Parameter, Rule
from claimrules.language.sources import Source
from claimrules.pages.expressions import expressions_of
from claimrules.pages.markdown import code, plain, section, table
from claimrules.pages.words import ABSENCES, VERIFIED

_MOST = 20
_MATCHES = {
    Match.EXACT: "相等 · equal",
    Match.PREFIX: "前缀 · prefix",
    Match.LONGEST_PREFIX: "最长前缀 · longest prefix",
}


def tables_section(rule: Rule, knowledge: KnowledgeSet) -> str:
    """Each table with its columns, what a missing row means, and where it is from."""
    return "\n\n".join(_table(name, knowledge.tables[name]) for name in sorted(rule.tables) if name in knowledge.tables)


def _table(name: str, own: Table) -> str:
    titles = own.schema.titles or {}
    titled = " · ".join(plain(titles[key]) for key in ("zh", "en") if titles.get(key))
    labels = {one.column: " · ".join(word for word in (one.zh, one.en) if word) for one in own.labels}
    keys = {key.name: _MATCHES[key.match] for key in own.schema.key}
    rows = [
        (code(column), plain(labels.get(column, "")), _kind(kind), keys.get(column, ""))
        for column, kind in own.schema.columns.items()
    ]
    facts = [_whence(own), ABSENCES[own.schema.absence]]
    return section(
        f"{code(name)} {titled}".strip(),
        table(["列 · column", "名称 · name", "类型 · type", "匹配 · key"], rows),
        "\n".join(f"- {fact}" for fact in facts if fact),
        level=3,
    )


def _kind(kind: Type) -> str:
    return code(" ".join(kind.values)) if kind.values else code(str(kind))


def _whence(own: Table) -> str:
    if own.register:
        return "登记表：随结算数据带来 · a register: its rows come with the claims"
    if own.source is None:
        return "来源未写明 · no source is stated"
    source = own.source
    said = f"[{plain(source.title)}]({source.url})" if source.url else plain(source.title)
    date = f"，{source.date}" if source.date else ""
    invented = "；内容为虚构，仅作演示 · the rows are invented, for demonstration" if own.invented else ""
    return f"来源 · source: {said}{date}（{VERIFIED[source.verified]}）{invented}"


def sets_table(rule: Rule, knowledge: KnowledgeSet) -> str:
    """The code sets that the rule asks, with the prefixes that make them."""
    asked = {
        part.arguments[1].value
        for expression in expressions_of(rule)
        for part in walk(expression)
        if isinstance(part, Call) and part.function == "in_set" and isinstance(part.arguments[1], Literal)
    }
    own = knowledge.tables.get(CODE_SETS)
    rows = own.rows.select(["set_id", "prefix"]).to_pylist() if own is not None and asked else []
    prefixes = {name: sorted({row["prefix"] for row in rows if row["set_id"] == name}) for name in asked}
    heads = ["代码集 · code set", "前缀（- 为排除） · prefixes (- leaves out)"]
    return table(heads, [(code(str(name)), _some(prefixes[name])) for name in sorted(prefixes, key=str)])


def _some(prefixes: list[str]) -> str:
    """The first of them, and how many more there are."""
    shown = ", ".join(code(prefix) for prefix in prefixes[:_MOST])
    return f"{shown} … +{len(prefixes) - _MOST}" if len(prefixes) > _MOST else shown


def parameters_table(rule: Rule, sources: Mapping[str, Source]) -> str:
    """The parameters with their defaults."""
    rows = [
        (code(one.name), _default(one), plain(one.unit), plain(", ".join(one.values)), _law(one.source, sources))
        for one in rule.params
    ]
    return table(["参数 · parameter", "默认值 · default", "单位 · unit", "可选值 · choices", "来源 · source"], rows)


def _default(one: Parameter) -> str:
    return code(str(one.default).lower() if isinstance(one.default, bool) else str(one.default))


def _law(source: str, sources: Mapping[str, Source]) -> str:
    """The source by its title, as far as it is known."""
    own = sources.get(source)
    return code(source) if own is None else f"《{plain(own.title.zh)}》（{VERIFIED[own.verified]}）"


def local_values(rule: Rule, knowledge: KnowledgeSet) -> str:
    """What parameters.yaml gives them by region, level, insurance and date."""
    columns = ("value", "region", "provider_level", "insurance_type", "valid_from", "valid_to", "source")
    tables = [(one.name, knowledge.parameters.get((one.name, one.type))) for one in rule.params]
    rows = [
        (code(name), *(_cell(row[column]) for column in columns))
        for name, own in tables
        if own is not None
        for row in own.rows.to_pylist()
        if row["rule"] in (None, rule.id)
    ]
    heads = ["参数 · parameter", "取值 · value", "统筹区 · region", "医院等级 · level", "险种 · insurance"]
    return table([*heads, "自 · from", "至 · to", "来源 · source"], rows)


def _cell(value: object) -> str:
    return "" if value is None else plain(str(value))
