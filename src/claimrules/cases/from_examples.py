"""The YAML under `examples:` → cases. docs/cases.md is the grammar."""

from pathlib import Path

from claimrules.cases.case import Case, Rows, RuleCases
from claimrules.cases.expectation import read_expect
from claimrules.cases.found_before import read_findings
from claimrules.cases.reader import Problems, entries, scalar
from claimrules.cases.world_from_case import read_world
from claimrules.diagnostics import CaseError, MappingNode, Node, Place, SequenceNode
from claimrules.knowledge import ParameterRows, Written, parameter_rows
from claimrules.language import Rule
from claimrules.pack import root_of
from claimrules.plan.reach import partition_of

CASE_KEYS = (
    "name",
    "given",
    "claims",
    "lines",
    "diagnoses",
    "operations",
    "change",
    "knowledge",
    "registers",
    "params",
    "parameters",
    "findings",
    "expect",
)


def read_cases(rule: RuleCases) -> tuple[Case, ...]:
    """The cases of one rule, in the order written.

    Raises:
        CaseError: CR601 the wrong shape, CR602 an unknown key, CR603 something missing, CR604 two cases of one name,
            CR605 an unknown base, CR606 an unknown field or label, CR607 a value of the wrong type, CR608 an
            expectation that cannot be. All errors of the file.
    """
    problems = Problems()
    if rule.examples is None:
        return ()
    if not isinstance(rule.examples, SequenceNode):
        problems.add("CR601", "`examples` must be a list of cases", rule.examples.place, "begin each case with `- name:`")
        raise CaseError(problems.found)
    cases: list[Case] = []
    seen: dict[str, Place] = {}
    for node in rule.examples:
        case = _read_case(node, rule, problems)
        if case and case.name in seen:
            line = seen[case.name].line
            problems.add("CR604", f"two cases are named `{case.name}`", case.place, f"the first stands on line {line}")
        elif case:
            seen[case.name] = case.place
            cases.append(case)
    if problems.found:
        raise CaseError(problems.found)
    return tuple(cases)


def _read_case(node: Node, rule: RuleCases, problems: Problems) -> Case | None:
    if not isinstance(node, MappingNode):
        problems.add("CR601", "a case must be a mapping", node.place, "begin it with `- name:`")
        return None
    for key, place, _ in entries(node, "a case", problems):
        if key not in CASE_KEYS:
            problems.unknown("CR602", "key of a case", key, place, CASE_KEYS)
    name_node = node.get("name")
    name = scalar(name_node, "`name`", problems) if name_node else None
    if name is None or not name.text:
        problems.add("CR603", "a case needs a `name`", node.place, "say in one sentence what must happen")
        return None
    world = read_world(node, name.place, root_of(Path(rule.file)), problems)
    expect_node = node.get("expect")
    if expect_node is None:
        problems.add("CR603", f"the case `{name.text}` expects nothing", name.place, "add `expect: {flagged: [...]}`")
        return None
    if world is None:
        return None
    parameters = _parameters(node.get("parameters"), problems)
    return Case(
        rule_id=rule.id,
        name=name.text,
        place=name.place,
        world=world.completed(),
        stated=world,
        expect=read_expect(expect_node, rule.kind, world, problems),
        knowledge=_tables(node, problems),
        knowledge_places={**_written(node.get("knowledge")), **_written(node.get("registers"))},
        params=_params(node.get("params"), problems),
        params_place=_place(node, "params"),
        parameters=tuple(
            (name, tuple(tuple(sorted(row.items())) for row in given.rows)) for name, given in sorted(parameters.items())
        ),
        parameter_rows=parameters,
        findings=read_findings(node.get("findings"), world, problems),
        alone=isinstance(rule, Rule) and partition_of(rule) == "all",
    )


def _place(node: MappingNode, key: str) -> Place | None:
    found = node.key(key)
    return found.place if found else None


def _tables(node: MappingNode, problems: Problems) -> tuple[tuple[str, Rows], ...]:
    """The rows of tables and registers: a rule sees no difference."""
    return tuple(sorted((*_knowledge(node, "knowledge", problems), *_knowledge(node, "registers", problems))))


def _knowledge(case: MappingNode, part: str, problems: Problems) -> tuple[tuple[str, Rows], ...]:
    out: list[tuple[str, Rows]] = []
    for table, place, rows in entries(case.get(part), f"`{part}`", problems):
        if not isinstance(rows, SequenceNode):
            problems.add("CR601", f"the rows of `{table}` must be a list", place, "write `[]` for an empty table")
            continue
        out.append((table, tuple(_knowledge_row(row, table, problems) for row in rows)))
    return tuple(out)


def _knowledge_row(node: Node, table: str, problems: Problems) -> tuple[tuple[str, str], ...]:
    cells: list[tuple[str, str]] = []
    for column, _, value in entries(node, f"a row of `{table}`", problems):
        cell = scalar(value, f"`{column}`", problems)
        if cell is not None:
            cells.append((column, cell.text or ""))
    return tuple(cells)


def _parameters(node: Node | None, problems: Problems) -> dict[str, ParameterRows]:
    if node is None:
        return {}
    out, found = parameter_rows(node)
    problems.found.extend(found)
    return out


def _written(node: Node | None) -> dict[str, Written]:
    """Where the rows of each table stand, as far as they have the right shape."""
    out: dict[str, Written] = {}
    for table, rows in node.items if isinstance(node, MappingNode) else ():
        items = rows.items if isinstance(rows, SequenceNode) else ()
        cells = {
            (number, key.text or ""): (key.place, value.place)
            for number, row in enumerate(items)
            if isinstance(row, MappingNode)
            for key, value in row.items
        }
        out[table.text or ""] = Written(table.place, tuple(row.place for row in items), cells)
    return out


def _params(node: Node | None, problems: Problems) -> tuple[tuple[str, str], ...]:
    out: list[tuple[str, str]] = []
    for name, place, value in entries(node, "`params`", problems):
        cell = scalar(value, f"`{name}`", problems)
        if cell is not None and cell.text is None:
            problems.add("CR603", f"the parameter `{name}` has no value", place)
        elif cell is not None and cell.text is not None:
            out.append((name, cell.text))
    return tuple(sorted(out))
