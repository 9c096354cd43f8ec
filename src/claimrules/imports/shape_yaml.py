"""A description of a sheet in: YAML to `Shape`."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from claimrules.catalog import DATE, TEXT, KeyColumn, Match, Type
from claimrules.diagnostics import ClaimRulesError, KnowledgeError, MappingNode, Node, ScalarNode, SequenceNode, read_yaml
from claimrules.imports.shape import (
    AMENDS,
    ENDED,
    RECOGNISE,
    REPLACES,
    WHERE,
    ColumnSpec,
    Condition,
    Expansion,
    Reading,
    Shape,
)
from claimrules.imports.shape_nodes import NodeReader
from claimrules.knowledge import Source
from claimrules.knowledge.table import COMMON
from claimrules.knowledge.type_syntax import column_type

SEPARATORS = "・·•、，,；;|\n\r\t "
"""What parts several codes in one cell."""

_TOP = (
    *(
        "table",
        "title",
        "columns",
        "expand",
        "where",
        "recognise",
        "ended",
        "key",
        "identity",
        "many",
        "gaps",
        "absence",
        "edition",
    ),
    *("sheet", "ignore", "ends", "encoding", "source", "valid_from", "known_from", "region"),
)
_COLUMN = ("from", "type", "value", "values", "read", "split", "must", "fill", "optional", "zh", "en")
_GIVEN = ("valid_from", "valid_to", "region", "source")
_TYPES = {"valid_from": DATE, "valid_to": DATE}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_REGION = re.compile(r"\d{6}")


def read_shape(source: Path | str, file: str) -> Shape:
    """Read a description from a file, or from its text.

    Raises:
        KnowledgeError: CR2xx it is no YAML, CR332 all that is wrong with what it says.
    """
    try:
        node = read_yaml(source) if isinstance(source, Path) else read_yaml(source, file)
    except ClaimRulesError as error:
        raise KnowledgeError(error.diagnostics) from None
    read = NodeReader()
    shape = _shape(read, read.mapping(node, _TOP), file)
    read.finish()
    return shape


def _shape(read: NodeReader, top: MappingNode, file: str) -> Shape:
    table = read.text(top.get("table"))
    if not _NAME.fullmatch(table):
        read.fault("`table` names the table: small letters, digits and `_`", top.get("table") or top)
    columns = _columns(read, top.get("columns"), top)
    expansion = _expansion(read, top.get("expand"))
    names = [c.name for c in (*columns, *(expansion.columns if expansion else ()))]
    for name in sorted({name for name in names if names.count(name) > 1}):
        read.fault(f"the column `{name}` stands twice", top)
    key = _key(read, top.get("key"), names, top)
    identity = read.texts(top.get("identity"))
    for name in identity:
        if name not in names:
            read.fault(f"`identity` names `{name}`, which is no column", top.get("identity") or top)
    titles = read.mapping(top.get("title"), ("zh", "en"))
    return Shape(
        Path(file).stem.strip("<>"),
        file,
        table,
        columns,
        key,
        identity or tuple(column.name for column in key),
        expansion,
        tuple(one for role in (WHERE, RECOGNISE, ENDED) for one in _conditions(read, top.get(role), role)),
        read.choice(top.get("edition"), (AMENDS, REPLACES), AMENDS),
        read.flag(top.get("many")),
        read.choice(top.get("gaps"), ("allowed", "error"), "allowed") == "allowed",
        read.choice(top.get("absence"), ("no-limit", "unknown"), "no-limit"),
        read.texts(top.get("sheet")),
        read.texts(top.get("ignore")),
        read.texts(top.get("ends")),
        read.text(top.get("encoding")),
        read.text(titles.get("zh")),
        read.text(titles.get("en")),
        _source(read, top.get("source")),
        _date(read, top.get("valid_from")),
        _date(read, top.get("known_from")),
        _matching(read, top.get("region"), _REGION, "six digits"),
    )


def _columns(read: NodeReader, node: Node | None, at: Node) -> tuple[ColumnSpec, ...]:
    if node is None:
        read.fault("`columns` says which column of the table is which of the sheet", at)
    return tuple(_column(read, key, value) for key, value in read.mapping(node, None).items)


def _column(read: NodeReader, key: ScalarNode, node: Node) -> ColumnSpec:
    name = key.text or ""
    if name in COMMON and name not in _GIVEN:
        read.fault(f"`{name}` is not taken from a sheet", key)
    elif not _NAME.fullmatch(name):
        read.fault(f"`{name}` cannot be a column's name: small letters, digits and `_`", key)
    if not isinstance(node, MappingNode):
        return ColumnSpec(name, _TYPES.get(name, TEXT), _headers(read, node))
    body = read.mapping(node, _COLUMN)
    headers = read.texts(body.get("from"))
    constant = read.text(body.get("value")) if body.get("value") is not None else None
    if bool(headers) == (constant is not None):
        read.fault(f"the column `{name}` says `from`, a header of the sheet, or `value`, one of the two", node)
    return ColumnSpec(
        name,
        _type(read, body.get("type"), _TYPES.get(name, TEXT)),
        headers,
        constant,
        tuple((k.text or "", read.text(v)) for k, v in read.mapping(body.get("values"), None).items),
        _readings(read, body.get("read")),
        _separators(read, body.get("split")),
        _pattern(read, body.get("must")),
        read.flag(body.get("fill")),
        read.flag(body.get("optional")),
        read.text(body.get("zh")) or (headers[0] if headers and "*" not in headers[0] else ""),
        read.text(body.get("en")),
    )


def _headers(read: NodeReader, node: Node) -> tuple[str, ...]:
    found = read.texts(node)
    if not found:
        read.fault("a header of the sheet is expected, or a list of what it may be called", node)
    return found


def _type(read: NodeReader, node: Node | None, default: Type) -> Type:
    return default if node is None else column_type(node, read.found) or default


def _readings(read: NodeReader, node: Node | None) -> tuple[Reading, ...]:
    items = node.items if isinstance(node, SequenceNode) else () if node is None else (node,)
    out: list[Reading] = []
    for item in items:
        if not isinstance(item, MappingNode):
            pattern = _pattern(read, item)
            if pattern is not None:
                out.append(Reading(pattern, r"\1" if pattern.groups else r"\g<0>"))
            continue
        parts = read.mapping(item, ("match", "value"))
        pattern = _pattern(read, parts.get("match"))
        value = r"\g<0>" if parts.get("value") is None else read.text(parts.get("value"))
        if pattern is None:
            read.fault("a way to read says what it looks for: `match`", item)
        elif any(int(number) > pattern.groups for number in re.findall(r"\\(\d)", value)):
            read.fault(f"`{value}` names a part in brackets that `match` does not have", item)
        else:
            out.append(Reading(pattern, value))
    return tuple(out)


def _separators(read: NodeReader, node: Node | None) -> str:
    text = read.text(node)
    return {"true": SEPARATORS, "false": ""}.get(text, text)


def _expansion(read: NodeReader, node: Node | None) -> Expansion | None:
    if node is None:
        return None
    body = read.mapping(node, ("by", "columns"))
    by = read.texts(body.get("by"))
    if not by:
        read.fault("`expand` says `by` which header the two sheets are joined", node)
    return Expansion(ColumnSpec("by", TEXT, by), _columns(read, body.get("columns"), node))


def _conditions(read: NodeReader, node: Node | None, role: str) -> tuple[Condition, ...]:
    out: list[Condition] = []
    for key, value in read.mapping(node, None).items:
        texts = read.texts(value)
        pattern = read.compiled("|".join(texts), value)
        if pattern is not None and texts:
            out.append(Condition(tuple((key.text or "").split("|")), pattern, key.text or "", role))
    return tuple(out)


def _key(read: NodeReader, node: Node | None, names: Sequence[str], at: Node) -> tuple[KeyColumn, ...]:
    if node is None:
        read.fault("`key` names the columns by which a row is found", at)
        return ()
    if isinstance(node, MappingNode):
        words = [str(match) for match in Match]
        found = [(key, read.choice(value, words, str(Match.EXACT))) for key, value in node.items]
    else:
        items = node.items if isinstance(node, SequenceNode) else (node,)
        found = [(item, str(Match.EXACT)) for item in items if isinstance(item, ScalarNode)]
    for item, _ in found:
        if item.text not in names or item.text in COMMON:
            read.fault(f"the key names `{item.text}`, which is none of the table's columns", item)
    return tuple(KeyColumn(item.text or "", Match(match)) for item, match in found)


def _source(read: NodeReader, node: Node | None) -> Source | None:
    if node is None:
        return None
    body = read.mapping(node, ("title", "url", "date"))
    when = _date(read, body.get("date"))
    return Source(read.text(body.get("title")), read.text(body.get("url")), date.fromisoformat(when) if when else None)


def _date(read: NodeReader, node: Node | None) -> str:
    text = read.text(node)
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        read.fault(f"`{text}` is not a date: write 2025-01-31", node)
        return ""


def _matching(read: NodeReader, node: Node | None, pattern: re.Pattern[str], what: str) -> str:
    text = read.text(node)
    if text and not pattern.fullmatch(text):
        read.fault(f"`{text}` is not {what}", node)
    return text


def _pattern(read: NodeReader, node: Node | None) -> re.Pattern[str] | None:
    text = read.text(node)
    return read.compiled(text, node) if text else None
