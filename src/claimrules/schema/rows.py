"""Rows of the input tables as a case writes them: every field with its name, its type and its closed list."""

from claimrules.catalog import UNKNOWN, Base, Field, Type, fields_of
from claimrules.schema.from_model import SCALAR, Schema

_NUMBER = rf"^(-?[0-9]+(\.[0-9]+)?|{UNKNOWN})$"
_DAY = rf"^([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|{UNKNOWN})$"
_MOMENT = rf"^([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([ T][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}})?)?|{UNKNOWN})$"


def row_of(table: str, **more: Schema) -> Schema:
    """A row of `table`: its fields, and `more` keys."""
    fields = {field.name: {**about(field), **value_of(field.type)} for field in fields_of(table).values()}
    return {"type": "object", "properties": {**fields, **more}, "additionalProperties": False}


def about(field: Field) -> Schema:
    """What an editor shows of a field."""
    kind = str(field.type)
    national = f", `{field.national}` in the national interfaces" if field.national else ""
    return {"title": field.zh, "description": f"{kind[0].upper()}{kind[1:]}{national}."}


def value_of(kind: Type) -> Schema:
    """A value of a type, or NULL: an empty value, `null` or `unknown`."""
    match kind.base:
        case Base.TEXT if kind.values:
            return {"enum": [*kind.values, UNKNOWN, None]}
        case Base.BOOLEAN:
            return {"enum": [True, False, UNKNOWN, None, "true", "false"]}
        case Base.INTEGER | Base.DECIMAL:
            return {"type": ["number", "string", "null"], "pattern": _NUMBER}
        case Base.DATE:
            return {"type": ["string", "null"], "pattern": _DAY}
        case Base.TIMESTAMP:
            return {"type": ["string", "null"], "pattern": _MOMENT}
        case _:
            return {"type": [*SCALAR, "null"]}
