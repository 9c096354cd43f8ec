"""Read the columns of a mapping: source, constant, codes, dates, null tokens, and declared extras."""

import re
from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping
from typing import Any

from claimrules.batch.mapping import Codes, ColumnMap, Otherwise
from claimrules.batch.mapping_nodes import Reader
from claimrules.catalog import BOOLEAN, DATE, INTEGER, TABLES, TEXT, TIMESTAMP, Field, Type, decimal, fields_of
from claimrules.catalog.types import Base
from claimrules.diagnostics import MappingNode, Node, Place, ScalarNode, suggest

_COLUMN = [
    "column",
    "columns",
    "separator",
    "value",
    "running",
    "codes",
    "prefixes",
    "otherwise",
    "format",
    "nulls",
    "optional",
    "type",
]
_TYPES = {"text": TEXT, "boolean": BOOLEAN, "integer": INTEGER, "date": DATE, "timestamp": TIMESTAMP}
_DECIMAL = re.compile(r"decimal\((\d{1,2}),\s*(\d{1,2})\)")


def catalog_columns(table: str, use: str) -> tuple[ColumnMap, ...]:
    """Every field of the catalog from the column of its own name (`canonical`) or of its national one (`national`)."""
    out = []
    for f in TABLES[table]:
        name = f.name if use == "canonical" else f.national
        if name:
            out.append(_of_field(f, sources=(name,), optional=not f.required))
    return tuple(out)


def merge(base: Iterable[ColumnMap], own: Iterable[ColumnMap]) -> tuple[ColumnMap, ...]:
    """`own` columns in the place of those of `base` with the same target."""
    merged = {c.target: c for c in base} | {c.target: c for c in own}
    return tuple(merged.values())


def _of_field(f: Field, **said: Any) -> ColumnMap:
    return ColumnMap(f.name, f.type, f.is_code, f.required, f.personal, **said)


def read_columns(read: Reader, table: str, node: Node | None) -> tuple[ColumnMap, ...]:
    """The columns under `columns`."""
    if node is None:
        return ()
    known = fields_of(table)
    body = read.mapping(node, f"`columns` of `{table}`", None)
    out = []
    for key, value in body.items if body else ():
        found = known.get(str(key.text))
        if found is None:
            near = suggest(str(key.text), known)
            advice = f"did you mean `{near}`?" if near else "a column of your own belongs under `extra`, with a type"
            read.fault("CR124", f"`{table}` has no column `{key.text}`", key.place, help=advice)
            continue
        out.append(_of_field(found, place=value.place, **_said(read, value, found.name, found.type)))
    return tuple(out)


def read_extra(read: Reader, table: str, node: Node | None, declared: AnyMapping[str, Type]) -> tuple[ColumnMap, ...]:
    """The columns under `extra`, then those declared elsewhere."""
    out: dict[str, ColumnMap] = {}
    body = read.mapping(node, "`extra`", None) if node is not None else None
    for key, value in body.items if body else ():
        name = str(key.text)
        if name in fields_of(table):
            read.fault("CR124", f"`{name}` is a column of the catalog", key.place, help="name it under `columns`")
            continue
        is_map = isinstance(value, MappingNode)
        kind = _type(read, value.get("type") if isinstance(value, MappingNode) else value, key.place)
        said: dict[str, Any] = _said(read, value, name, kind) if is_map else {"sources": (name,)}
        said.setdefault("sources", () if said.get("parts") or said.get("constant") else (name,))
        out[name] = ColumnMap(name, kind, place=key.place, **said)
    for name, kind in declared.items():
        if name not in fields_of(table):
            out.setdefault(name, ColumnMap(name, kind, sources=(name,), optional=True))
    return tuple(out.values())


def _type(read: Reader, node: Node | None, place: Place) -> Type:
    text = read.text(node) or ""
    if text in _TYPES:
        return _TYPES[text]
    found = _DECIMAL.fullmatch(text)
    if found and 0 < int(found[1]) <= 38 and int(found[2]) <= int(found[1]):
        return decimal(int(found[1]), int(found[2]))
    advice = f"known are {', '.join(_TYPES)}, decimal(16, 2)"
    read.fault("CR123", f"`{text}` is no type", node.place if node else place, help=advice)
    return TEXT


def _said(read: Reader, node: Node, target: str, kind: Type) -> dict[str, Any]:
    if not isinstance(node, MappingNode):
        if isinstance(node, ScalarNode) and node.text is None:
            read.fault("CR123", f"`{target}` names no column", node.place)
        if isinstance(node, ScalarNode) and node.text == "running" and target == "line_id":
            return {"running": True}
        return {"sources": read.texts(node)}
    body = read.mapping(node, f"the column `{target}`", _COLUMN) or node
    ways = [way for way in ("column", "columns", "value", "running") if body.get(way) is not None]
    if len(ways) > 1:
        read.fault("CR123", f"`{target}` says {' and '.join(ways)}: one of them", body.place)
    if not ways and body.get("type") is None:
        advice = "add `column: NAME` or `value: CONSTANT`"
        read.fault("CR122", f"`{target}` does not say where it comes from", body.place, help=advice)
    out: dict[str, Any] = {
        "parts": read.texts(body.get("columns")),
        "constant": read.text(body.get("value")),
        "running": bool(read.flag(body.get("running"))),
        "codes": _codes(read, body, kind),
        "pattern": _pattern(read, body.get("format"), kind),
        "nulls": read.texts(body.get("nulls")),
        "optional": bool(read.flag(body.get("optional"))),
        "separator": read.text(body.get("separator")) or "-",
    }
    if body.get("column") is not None:
        out["sources"] = read.texts(body.get("column"))
    return out


def _pattern(read: Reader, node: Node | None, kind: Type) -> str | None:
    text = read.text(node)
    if node is not None and kind.base not in (Base.DATE, Base.TIMESTAMP):
        read.fault("CR123", "`format` is for dates and times", node.place)
    if text is not None and node is not None and "%" not in text:
        read.fault("CR123", f"`{text}` is no strptime form", node.place, help='for instance "%m/%d/%Y"')
    return text


def _codes(read: Reader, body: MappingNode, kind: Type) -> Codes | None:
    if body.get("codes") is None and body.get("prefixes") is None:
        if (stray := body.get("otherwise")) is not None:
            read.fault("CR123", "`otherwise` needs `codes` or `prefixes`", stray.place)
        return None
    exact, prefixes = _words(read, body.get("codes"), kind), _words(read, body.get("prefixes"), kind)
    node = body.get("otherwise")
    if node is None:
        return Codes(exact, prefixes)
    text = read.text(node)
    if text is None:
        return Codes(exact, prefixes, Otherwise.NULL)
    if text in (Otherwise.REJECT, Otherwise.KEEP):
        return Codes(exact, prefixes, Otherwise(text))
    _check_word(read, text, node.place, kind)
    return Codes(exact, prefixes, Otherwise.VALUE, text)


def _words(read: Reader, node: Node | None, kind: Type) -> dict[str, str | None]:
    if node is None:
        return {}
    body = read.mapping(node, "a code table", None)
    out: dict[str, str | None] = {}
    for key, value in body.items if body else ():
        out[str(key.text)] = word = read.text(value)
        _check_word(read, word, value.place, kind)
    return out


def _check_word(read: Reader, word: str | None, place: Place, kind: Type) -> None:
    if word is None or word == "unknown" or kind.values is None or word in kind.values:
        return
    near = suggest(word, kind.values)
    advice = f"did you mean `{near}`?" if near else f"it is {kind}"
    read.fault("CR123", f"`{word}` is not a value of this column", place, help=advice)
