"""The YAML of a table that an import begins."""

import json
from datetime import date

from claimrules.catalog import Base, Match, Type
from claimrules.imports.shape import ColumnSpec, Shape


def declaration_text(shape: Shape, when: str) -> str:
    """The declaration, as docs/knowledge.md defines it. `when`: the date of the publication, "" where it is not known."""
    lines = [f"title: {{zh: {_text(shape.zh or shape.table)}, en: {_text(shape.en or shape.table)}}}", "columns:"]
    lines += [f"  {column.name}: {_column(column)}" for column in shape.declared]
    key = ", ".join(f"{column.name}: {column.match}" for column in shape.key)
    plain = all(column.match is Match.EXACT for column in shape.key)
    lines.append(f"key: [{', '.join(column.name for column in shape.key)}]" if plain else f"key: {{{key}}}")
    lines.append(f"absence: {shape.absence}")
    lines += ["many: true"] if shape.many else []
    lines += ["gaps: allowed"] if shape.gaps_allowed else []
    source = shape.source
    parts = [f"title: {_text(source.title if source else shape.zh or shape.table)}"]
    parts += [f"url: {_text(source.url)}"] if source and source.url else []
    dated = source.date.isoformat() if source and source.date else when
    parts += [f"date: {date.fromisoformat(dated)}"] if dated else []
    lines.append(f"source: {{{', '.join(parts)}, verified: false}}")
    return "\n".join(lines) + "\n"


def _column(column: ColumnSpec) -> str:
    kind = type_text(column.type)
    labels = [f"{name}: {_text(text)}" for name, text in (("zh", column.zh), ("en", column.en)) if text]
    return f"{{{', '.join([f'type: {kind}', *labels])}}}" if labels else kind


def type_text(kind: Type) -> str:
    """A type as a declaration writes it."""
    if kind.values:
        return f"[{', '.join(_text(value) for value in kind.values)}]"
    if kind.base is Base.DECIMAL:
        return f"'decimal({kind.precision},{kind.scale})'"
    return str(kind.base)


def _text(text: str) -> str:
    """A text that YAML reads as it stands, in quotes where it must be."""
    safe = (
        text and not any(mark in text for mark in ":#{}[],&*!|>'\"%@`\n\\") and text == text.strip() and text[0] not in "-?"
    )
    return text if safe and text.lower() not in ("null", "~") else json.dumps(text, ensure_ascii=False)
