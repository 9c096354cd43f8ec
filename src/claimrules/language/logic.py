"""What of a rule decides verdicts and amounts, as one text: two rules of one text judge everything alike.

Titles, messages, legal grounds, severity, comments, cases, the names of reasons, the order of named parts and how the file
is laid out have no part in it. A default that is written says the same as one that is left out. Types that follow from names
are left out as well: a knowledge column that grows a digit changes no rule.
"""

import hashlib
import json
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

from claimrules.catalog import Type
from claimrules.language.expression import Call, Literal
from claimrules.language.rule import MatchSpec, OtherSpec, Parameter, Rule

_AS_THEY_ARE = ("kind", "verdict", "effective_from", "effective_to", "rows", "per", "order", "flags_rows", "amount")


def logic_hash(rule: Rule) -> str:
    """SHA-256 of the logic, as 64 hex digits. `rules.lock` holds it: its text keeps its form from version to version."""
    return hashlib.sha256(logic_text(rule).encode()).hexdigest()


def logic_text(rule: Rule) -> str:
    """The logic, a part a line; parts that are not written are left out."""
    return "\n".join(f"{name}: {_said(part)}" for name, part in sorted(_parts(rule).items()) if part not in (None, ()))


def _parts(rule: Rule) -> dict[str, Any]:
    return {
        **{name: getattr(rule, name) for name in _AS_THEY_ARE},
        "params": tuple(_param(one) for one in _by_name(rule.params)),
        "matches": _matches(rule.matches),
        "others": tuple(_other(one) for one in _by_name(rule.others)),
        "lets": _by_name(rule.lets),
        "flag": tuple(node for _, node in rule.flag),
        "unless": tuple(one.when for one in rule.unless),
        "doubt": tuple(one.when for one in rule.doubt),
    }


def _by_name(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(sorted(parts, key=lambda part: part.name))


def _param(param: Parameter) -> tuple[Any, ...]:
    """Without its unit and source, which are words."""
    return param.name, param.type, param.default, param.values


def _other(other: OtherSpec) -> OtherSpec:
    return replace(other, matches=_matches(other.matches))


def _matches(matches: tuple[MatchSpec, ...]) -> tuple[MatchSpec, ...]:
    return tuple(replace(one, keys=tuple(sorted(one.keys, key=lambda key: key[0]))) for one in _by_name(matches))


def _said(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{' '.join(_said(item) for item in value)}]"
    if isinstance(value, Type):
        return str(replace(value, values=None))  # which values a column has follows from its name
    if is_dataclass(value):
        return f"({' '.join([type(value).__name__, *_fields(value)])})"
    if isinstance(value, str | bool) or value is None:
        return json.dumps(value, ensure_ascii=False)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _fields(node: Any) -> list[str]:
    """The fields that say something: a new one with a default leaves the texts of older rules as they are."""
    return [
        f"{field.name}={_said(value)}"
        for field in fields(node)
        for value in [getattr(node, field.name)]
        if _counts(node, field) and (field.default is MISSING or value != field.default)
    ]


def _counts(node: Any, field: "Field[Any]") -> bool:
    """A type counts where it is written and does not follow: of a constant, and of a cast."""
    if field.name != "type":
        return True
    return isinstance(node, Literal) or (isinstance(node, Call) and node.function == "cast")
