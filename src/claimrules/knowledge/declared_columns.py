"""`columns.yaml`: columns beyond the catalog that a user's input has and rules may use, with their types."""

from pathlib import Path

from claimrules.catalog import TABLES, Type, fields_of
from claimrules.diagnostics import ClaimRulesError, Diagnostic, KnowledgeError, MappingNode, read_yaml, suggest
from claimrules.knowledge.type_syntax import column_type


def read_declared_columns(path: Path) -> dict[str, dict[str, Type]]:
    """Types by table and column; nothing where the file is not there.

    Raises:
        KnowledgeError: every wrong entry, with its place.
    """
    if not path.exists():
        return {}
    try:
        root = read_yaml(path)
    except ClaimRulesError as error:
        raise KnowledgeError(error.diagnostics) from None
    found: list[Diagnostic] = []
    out: dict[str, dict[str, Type]] = {}
    for key, node in root.items if isinstance(root, MappingNode) else ():
        table = str(key.text)
        if table not in TABLES or not isinstance(node, MappingNode):
            near = suggest(table, TABLES)
            advice = f"did you mean `{near}`?" if near else f"tables are: {', '.join(TABLES)}"
            found.append(Diagnostic("CR305", f"`{table}` is no table with columns", key.place, help=advice))
            continue
        out[table] = _columns(table, node, found)
    if not isinstance(root, MappingNode):
        found.append(Diagnostic("CR306", "columns.yaml is a mapping from table to columns", root.place))
    if found:
        raise KnowledgeError(found)
    return out


def _columns(table: str, node: MappingNode, found: list[Diagnostic]) -> dict[str, Type]:
    out: dict[str, Type] = {}
    for key, value in node.items:
        name = str(key.text)
        if name in fields_of(table):
            message = f"`{name}` is a column of the catalog already"
            found.append(Diagnostic("CR309", message, key.place, help="remove it here"))
            continue
        type_ = column_type(value, found)
        if type_ is not None:
            out[name] = type_
    return out
