"""Read a mapping from YAML: all its errors at once, each with its place."""

from collections.abc import Mapping as AnyMapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from claimrules.batch.mapping import Condition, Group, Join, Mapping, TableMap, Unpivot
from claimrules.batch.mapping_columns import catalog_columns, merge, read_columns, read_extra
from claimrules.batch.mapping_nodes import Reader
from claimrules.batch.schema import NAMES
from claimrules.catalog import TABLES, Type
from claimrules.diagnostics import ClaimRulesError, ClaimsError, Diagnostic, MappingNode, Place, read_yaml

BUILT_IN = ("canonical", "nhsa")
_TOP = ("name", "nulls", "encoding", "delimiter", "tables")
_TABLE = (
    *("files", "first_of", "optional", "encoding", "delimiter", "nulls"),
    *("joins", "where", "unpivot", "group", "use", "columns", "extra"),
)

Extra = AnyMapping[str, AnyMapping[str, Type]]


def load_mapping(mapping: str | Path, extra: Extra | None = None) -> Mapping:
    """Load a built-in mapping by its name, or a YAML file. `extra` declares further columns by table and type.

    Raises:
        ClaimsError: CR12x, every error of the file.
    """
    name = str(mapping)
    if name in BUILT_IN:
        return _built_in(name) if not extra else parse_mapping(_text_of(name), f"<{name}>", extra)
    path = Path(mapping)
    if not path.is_file():
        known = ", ".join(BUILT_IN)
        message = f"there is no mapping `{name}`"
        raise ClaimsError(Diagnostic("CR120", message, Place(name), help=f"built in are {known}; or name a YAML file"))
    return parse_mapping(path, str(path), extra)


def _text_of(name: str) -> str:
    return (files("claimrules.batch") / "mappings" / f"{name}.yaml").read_text(encoding="utf-8")


@cache
def _built_in(name: str) -> Mapping:
    """Read once: every batch of cases asks for it."""
    return parse_mapping(_text_of(name), f"<{name}>")


def parse_mapping(source: Path | str, file: str, extra: Extra | None = None) -> Mapping:
    """Parse one mapping; see `load_mapping`."""
    try:
        node = read_yaml(source) if isinstance(source, Path) else read_yaml(source, file)
    except ClaimRulesError as error:
        raise ClaimsError(error.diagnostics) from None
    read = Reader()
    top = read.mapping(node, "a mapping", _TOP)
    tables: dict[str, TableMap] = {}
    if top is not None:
        found = read.mapping(top.get("tables"), "`tables`", NAMES, top.place)
        for key, value in found.items if found else ():
            body = read.mapping(value, f"the table `{key.text}`", _TABLE)
            if body is not None and key.text in NAMES:
                tables[str(key.text)] = _table(read, str(key.text), body, top, (extra or {}).get(str(key.text), {}))
        if found and "claims" not in tables:
            read.fault("CR122", "the mapping has no table `claims`", found.place, help="`claims` is required")
    read.finish()
    return Mapping(file, tables)


def _table(read: Reader, table: str, body: MappingNode, top: MappingNode, declared: AnyMapping[str, Type]) -> TableMap:
    use = read.choice(body.get("use"), ("canonical", "national"), "use")
    own = merge(
        catalog_columns(table, use) if use else (),
        (*read_columns(read, table, body.get("columns")), *read_extra(read, table, body.get("extra"), declared)),
    )
    files_, first_of = read.texts(body.get("files")), read.texts(body.get("first_of"))
    if bool(files_) == bool(first_of):
        read.fault("CR122", f"the table `{table}` must say `files` or `first_of`, one of the two", body.place)
    _required(read, table, {c.target for c in own}, body.place)
    delimiter = read.text(body.get("delimiter") or top.get("delimiter")) or ","
    delimiter = "\t" if delimiter in ("tab", "\\t") else delimiter
    if len(delimiter) != 1:
        node = body.get("delimiter") or top.get("delimiter")
        read.fault("CR123", "a delimiter is one character, or `tab`", node.place if node else body.place)
    return TableMap(
        table,
        own,
        files_,
        first_of,
        read.text(body.get("encoding") or top.get("encoding")) or "utf-8",
        delimiter,
        (*read.texts(top.get("nulls")), *read.texts(body.get("nulls"))),
        tuple(_join(read, node) for node in read.sequence(body.get("joins"))),
        _where(read, body.get("where")),
        _unpivot(read, body.get("unpivot")),
        _group(read, body.get("group")),
        whole=bool(use),
        national=use == "national",
        optional=bool(read.flag(body.get("optional"))) and table != "claims",
        place=body.place,
    )


def _required(read: Reader, table: str, have: set[str], place: Place) -> None:
    missing = [f.name for f in TABLES[table] if f.required and f.name not in have]
    if missing:
        names = ", ".join(missing)
        read.fault("CR122", f"the table `{table}` does not say where {names} comes from", place, help="add to `columns`")


def _join(read: Reader, node: object) -> Join:
    body = read.mapping(node, "a join", ("file", "on", "prefix"))
    if body is None:
        return Join("", ())
    read.needs(body, ("file", "on"), "a join")
    on = body.get("on")
    if isinstance(on, MappingNode):
        pairs = tuple((str(k.text), read.text(v) or "") for k, v in on.items)
    else:
        pairs = tuple((name, name) for name in read.texts(on))
    return Join(read.text(body.get("file")) or "", pairs, read.text(body.get("prefix")) or "", body.place)


def _where(read: Reader, node: object) -> tuple[Condition, ...]:
    if node is None:
        return ()
    body = read.mapping(node, "`where`", None)
    return tuple(_condition(read, str(k.text), v, k.place) for k, v in body.items) if body else ()


def _condition(read: Reader, column: str, node: object, place: Place) -> Condition:
    if not isinstance(node, MappingNode):
        values = read.texts(node)
        if not values:
            read.fault("CR123", "the condition names no value", place, help="for empty cells write {filled: false}")
        return Condition(column, values, place=place)
    body = read.mapping(node, "a condition", ("in", "not", "filled"))
    if body is None or len(body.items) != 1:
        read.fault("CR123", "a condition is a value, or one of `in`, `not`, `filled`", node.place)
        return Condition(column, place=place)
    if filled := body.get("filled"):
        return Condition(column, filled=read.flag(filled), place=place)
    negated = body.get("not")
    return Condition(column, read.texts(negated or body.get("in")), negated is not None, place=place)


def _unpivot(read: Reader, node: object) -> Unpivot | None:
    if node is None:
        return None
    body = read.mapping(node, "`unpivot`", ("numbers", "columns", "filled"))
    if body is None:
        return None
    read.needs(body, ("numbers", "columns"), "`unpivot`")
    columns = read.mapping(body.get("columns"), "`columns` of `unpivot`", None, body.place)
    pairs = tuple((str(k.text), read.text(v) or "") for k, v in columns.items) if columns else ()
    for _, template in pairs:
        if "{n}" not in template:
            read.fault("CR123", f"`{template}` has no `{{n}}` for the number", body.place)
    filled = read.texts(body.get("filled")) or tuple(name for name, _ in pairs[:1])
    if unknown := [name for name in filled if name not in dict(pairs)]:
        read.fault("CR123", f"`filled` names {', '.join(unknown)}, which `columns` does not have", body.place)
    return Unpivot(read.numbers(body.get("numbers")), pairs, filled, body.place)


def _group(read: Reader, node: object) -> Group | None:
    if node is None:
        return None
    if not isinstance(node, MappingNode):
        names = read.texts(node)
        by = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
        place = getattr(node, "place", Place(""))
        read.fault("CR121", "`group` must be a mapping of keys and values", place, help=f"write {{by: {by}}}")
        return None
    body = read.mapping(node, "`group`", ("by", "order"))
    if body is None:
        return None
    read.needs(body, ("by",), "`group`")
    return Group(read.texts(body.get("by")), read.texts(body.get("order")), body.place)
