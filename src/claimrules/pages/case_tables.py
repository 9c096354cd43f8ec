"""A case as small tables: what it states that matters to the rule, and what the rule must say."""

from collections.abc import Iterator, Sequence

from claimrules.cases import Case, Expect, Row
from claimrules.cases.values import Value
from claimrules.catalog import KIND_TABLES, fields_of, label
from claimrules.language.expression import Aggregate, Expr, Field, walk
from claimrules.language.rule import Rule
from claimrules.pages.expressions import expressions_of
from claimrules.pages.markdown import code, plain, table
from claimrules.pages.words import EXPECTED, TABLES

_IDS = ("claim_id", "line_id")


def first_flagged(cases: Sequence[Case]) -> Case | None:
    """The first case that flags something."""
    return next((case for case in cases if case.expect.flagged), None)


def first_clean(cases: Sequence[Case]) -> Case | None:
    """The first case of which nothing is flagged or undecided, and something is clean."""
    return next((case for case in cases if _is_clean(case.expect)), None)


def _is_clean(expect: Expect) -> bool:
    said = expect.nothing_else == "clean" or bool(expect.clean)
    return said and not expect.flagged and not expect.undecided


def case_part(case: Case, rule: Rule) -> str:
    """The case in Markdown."""
    parts = [f"*{plain(case.name)}*"]
    for name, rows in (("claims", [*case.stated.of("claims")]), *_below(case)):
        parts.append(_rows(name, rows, _wanted(rule, name), case))
    for table_name, given in case.knowledge:
        columns = list(dict.fromkeys(column for row in given for column, _ in row))
        cells = [[plain(dict(row).get(column, "")) for column in columns] for row in given]
        parts.append(_titled(f"知识表 · table {code(table_name)}", table([code(c) for c in columns], cells)))
    if case.params:
        parts.append("参数 · parameters: " + ", ".join(code(f"{name} = {value}") for name, value in case.params))
    parts.append(f"**预期 · expected**: {'; '.join(expected(case.expect))}")
    return "\n\n".join(part for part in parts if part)


def _below(case: Case) -> Iterator[tuple[str, list[Row]]]:
    for name in ("lines", "diagnoses", "operations"):
        yield name, [*case.stated.of(name)]


def _wanted(rule: Rule, name: str) -> set[str]:
    """The columns of a table that the rule names."""
    return {
        field.name
        for expression in expressions_of(rule)
        for field in _fields(expression)
        if KIND_TABLES.get(field.kind) == name
    }


def _fields(expression: Expr) -> Iterator[Field]:
    for node in walk(expression):
        if isinstance(node, Field):
            yield node
        elif isinstance(node, Aggregate) and node.argument is not None:
            yield from (part for part in walk(node.argument) if isinstance(part, Field))


def _rows(name: str, rows: Sequence[Row], wanted: set[str], case: Case) -> str:
    """The rows of one table, with the columns that the rule names or in which the rows differ."""
    if not rows:
        return ""
    columns = [
        column
        for column in fields_of(name)
        if column not in _IDS and any(column in row.values for row in rows) and _matters(column, rows, wanted, name)
    ]
    if not columns:
        return ""
    heads = ["", *(f"{plain(fields_of(name)[column].zh)}<br>{code(column)}" for column in columns)]
    cells = [[code(case.stated.short(row)), *(_value(row, column) for column in columns)] for row in rows]
    return _titled(TABLES[name], table(heads, cells))


def _matters(column: str, rows: Sequence[Row], wanted: set[str], name: str) -> bool:
    if name != "claims" or column in wanted:
        return True
    return len({str(row.values.get(column)) for row in rows}) > 1


def _value(row: Row, column: str) -> str:
    if column not in row.values:
        return ""
    value: Value = row.values[column]
    if value is None:
        return "未知 · NULL"
    if isinstance(value, bool):
        return "是 · true" if value else "否 · false"
    said = label(str(value), "zh") if fields_of(row.table)[column].type.values else str(value)
    return plain(said) if said == str(value) else f"{plain(said)} {code(str(value))}"


def expected(expect: Expect) -> Iterator[str]:
    """What the rule must say, in words."""
    if expect.nothing_else:
        yield EXPECTED[expect.nothing_else]
    for key, said in EXPECTED.items():
        labels: tuple[str, ...] = getattr(expect, key)
        if labels:
            yield f"{said} {', '.join(code(one.rpartition('.')[2]) for one in labels)}"
    if expect.amount is not None:
        yield f"金额 · amount {expect.amount}"
    if expect.amounts:
        yield f"金额 · amount {', '.join(f'{code(row)} {money}' for row, money in expect.amounts)}"
    if expect.suspicious is not None:
        yield "疑似 · a suspicion" if expect.suspicious else "确定 · no suspicion"
    if expect.missing:
        yield f"缺 · missing {code(expect.missing)}"


def _titled(title: str, body: str) -> str:
    return f"{title}\n\n{body}" if body else ""
