"""Reading nodes of the `examples:` part, with all errors collected."""

from collections.abc import Iterable, Iterator

from claimrules.cases.values import Value, ValueTypeError, typed
from claimrules.catalog import TABLES, fields_of
from claimrules.diagnostics import Diagnostic, MappingNode, Node, Place, ScalarNode, SequenceNode, suggest


class Problems:
    """The diagnostics of one file, in the order found."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []

    def add(self, code: str, message: str, place: Place, advice: str = "", label: str = "") -> None:
        """Note an error."""
        self.found.append(Diagnostic(code, message, place, label, advice))

    def unknown(self, code: str, what: str, name: str, place: Place, known: Iterable[str]) -> None:
        """Note a name that is not in `known`, with the nearest that is."""
        names = list(known)
        near = suggest(name, names)
        advice = f"did you mean `{near}`?" if near else f"known are {', '.join(names)}"
        self.add(code, f"unknown {what} `{name}`", place, advice)


def mapping(node: Node | None, what: str, problems: Problems) -> MappingNode | None:
    """The node as a mapping, None (with an error) where it is something else, None where there is nothing."""
    if isinstance(node, MappingNode) or node is None:
        return node
    problems.add("CR601", f"{what} must be a mapping of names to values", node.place)
    return None


def entries(node: Node | None, what: str, problems: Problems) -> Iterator[tuple[str, Place, Node]]:
    """The (key, place of the key, value) of a mapping."""
    found = mapping(node, what, problems)
    for key, value in found.items if found else ():
        yield key.text or "", key.place, value


def scalar(node: Node, what: str, problems: Problems) -> ScalarNode | None:
    """The node as a scalar, None (with an error) where it is something else."""
    if isinstance(node, ScalarNode):
        return node
    problems.add("CR601", f"{what} must be a single value", node.place)
    return None


def texts(node: Node | None, what: str, problems: Problems) -> list[tuple[str, Place]]:
    """The texts of a list; a single text counts as a list of one."""
    if node is None:
        return []
    if isinstance(node, MappingNode):
        problems.add("CR601", f"{what} must be a list of labels", node.place)
        return []
    out: list[tuple[str, Place]] = []
    for item in node.items if isinstance(node, SequenceNode) else (node,):
        found = scalar(item, what, problems)
        if found and found.text is not None:
            out.append((found.text, found.place))
    return out


def value_of(table: str, column: str, place: Place, node: Node, problems: Problems) -> Value:
    """The value of one field, None (with an error) where the field or the value is not one."""
    fields = fields_of(table)
    if column not in fields:
        other = next((name for name in TABLES if column in fields_of(name)), None)
        if other:
            problems.add("CR606", f"{table} have no field `{column}`", place, f"`{column}` is a field of {other}")
        else:
            problems.unknown("CR606", f"field of {table}", column, place, fields)
        return None
    found = scalar(node, f"`{column}`", problems)
    if found is None:
        return None
    try:
        return typed(found.text, fields[column].type)
    except ValueTypeError as problem:
        problems.add("CR607", str(problem), found.place, problem.help, f"{column} is {fields[column].type}")
        return None
