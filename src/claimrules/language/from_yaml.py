"""The room's door: a rule file → a Rule, or every error of the file at once."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from claimrules.catalog import TableSchema, Type
from claimrules.diagnostics import (
    ClaimRulesError,
    Diagnostic,
    LanguageError,
    MappingNode,
    Node,
    Place,
    ScalarNode,
    SequenceNode,
    certain,
    read_text,
    read_yaml,
    suggest,
)
from claimrules.language.commas import ADVICE as COMMA
from claimrules.language.commas import is_rest
from claimrules.language.compiler import Compiler
from claimrules.language.examples import Examples
from claimrules.language.frame import (
    BasisFrame,
    Bilingual,
    EffectiveFrame,
    ExceptionFrame,
    MatchFrame,
    ObservedFrame,
    OtherFrame,
    ParamFrame,
    RuleFrame,
)
from claimrules.language.rule import Rule
from claimrules.language.sources import Source

FRAMES: dict[str, type[BaseModel]] = {
    "title": Bilingual,
    "message": Bilingual,
    "description": Bilingual,
    "effective": EffectiveFrame,
    "basis": BasisFrame,
    "params": ParamFrame,
    "match": MatchFrame,
    "others": OtherFrame,
    "unless": ExceptionFrame,
    "doubt": ExceptionFrame,
    "observed": ObservedFrame,
}
REASONS = {
    "literal_error": "`{value}` is not allowed here: one of {expected}",
    "string_pattern_mismatch": "`{value}` is not a name: small letters, digits and `_`, a letter first",
    "string_too_short": "an expression is missing",
    "int_parsing": "`{value}` is not a whole number",
    "bool_parsing": "`{value}` is neither true nor false",
    "date_from_datetime_parsing": "`{value}` is not a date",
    "date_parsing": "`{value}` is not a date",
    "date_from_datetime_inexact": "`{value}` is a time, and a date is expected",
    "model_type": "`{name}` takes keys and values",
    "dict_type": "`{name}` takes keys and values",
    "tuple_type": "`{name}` takes a list",
    "string_type": "`{name}` takes one text",
}
ADVICE = {
    "date_from_datetime_parsing": "write a day that there is, as 2025-01-31",
    "date_parsing": "write a day that there is, as 2025-01-31",
    "date_from_datetime_inexact": "write a day that there is, as 2025-01-31",
    "dict_type": "write them on lines of their own below it, or as {key: value, key: value}",
    "tuple_type": "write [one, two]",
}


def read_rule(
    source: Path | str,
    tables: Mapping[str, TableSchema],
    *,
    sets: frozenset[str] = frozenset(),
    sources: Mapping[str, Source] | None = None,
    extra: Mapping[str, Mapping[str, Type]] | None = None,
    file: str | None = None,
) -> Rule:
    """Read one rule file (or its text, where `file` names it).

    `tables` are the knowledge tables that a rule may name, `sets` the code sets, `sources` the laws and policies of
    `sources.yaml` (None: not checked), `extra` declared columns beyond the catalog, by table.

    Raises:
        LanguageError: everything that is wrong with the file, each with its place.
    """
    try:
        name, text = read_text(source, file)
        root = read_yaml(text, name)
    except ClaimRulesError as error:
        raise LanguageError(error.diagnostics) from None
    if not isinstance(root, MappingNode):
        raise LanguageError(Diagnostic("CR202", "a rule file is a mapping of keys", root.place))
    try:
        frame = RuleFrame.model_validate(plain(root, skip="examples"))
    except ValidationError as error:
        details = [d for d in error.errors() if not _of_other_form(d, root) and not _of_rest(d)]
        raise LanguageError([_explain(detail, root) for detail in details]) from None
    compiler = Compiler(frame, root, tables, sets, sources, extra or {})
    rule = compiler.compile()
    # What a comma cut off is wrong by itself as well: its first part has said so.
    found = [one for one in compiler.found if one.place not in compiler.rests]
    if found:
        raise LanguageError(found)
    examples = root.get("examples")
    return rule if examples is None else replace(rule, written=Examples(name, text, examples))


def plain(node: Node, skip: str = "") -> object:
    """Texts, lists and dicts for pydantic; what stands under the key `skip` is None."""
    if isinstance(node, ScalarNode):
        return node.text
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.items]
    return {str(k.text): None if k.text == skip else plain(v) for k, v in node.items}


def find(node: Node, path: tuple[int | str, ...]) -> tuple[Node, ScalarNode | None]:
    """The node at `path` as far as it leads, and the key it stands under."""
    key: ScalarNode | None = None
    for step in path:
        following: Node | None = None
        if isinstance(node, MappingNode):
            following = node.get(str(step))
            key = node.key(str(step)) or key
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.items):
            following = node.items[step]
        if following is None:
            continue
        node = following
    return node, key


def _of_other_form(detail: Mapping[str, Any], root: MappingNode) -> bool:
    """Where a key takes a text or keys and values, pydantic complains of both: one of the two is enough."""
    path = tuple(detail["loc"])
    node, _ = find(root, path)
    if not path or str(path[-1]) in _written(root, path) or isinstance(path[-1], int):
        return False
    return detail["type"] in ("dict_type", "tuple_type") or (
        detail["type"] == "string_type" and isinstance(node, MappingNode)
    )


def _of_rest(detail: Mapping[str, Any]) -> bool:
    """What a comma cut off has become a key without a value: the key is enough."""
    return bool(detail["type"] == "string_type" and detail["loc"] and is_rest(detail["loc"][-1]))


def _explain(detail: object, root: MappingNode) -> Diagnostic:
    error: dict[str, object] = dict(detail)  # type: ignore[call-overload]
    path: tuple[int | str, ...] = tuple(error["loc"])  # type: ignore[arg-type]
    kind = str(error["type"])
    node, key = find(root, path)
    place: Place = node.place
    if kind == "extra_forbidden":
        parent, _ = find(root, path[:-1])
        at = parent.key(str(path[-1])) if isinstance(parent, MappingNode) else None
        known = _known_keys(path[:-1])
        near = suggest(str(path[-1]), known)
        advice = f"did you mean `{near}`?" if near else f"allowed are: {', '.join(known)}"
        advice = COMMA if is_rest(path[-1]) else advice
        left = [name for name in known if not isinstance(parent, MappingNode) or parent.key(name) is None]
        meant = certain(str(path[-1]), known) if at and at.raw == at.text else ""
        instead = meant if meant in left else ""
        return Diagnostic("CR206", f"unknown key `{path[-1]}`", at.place if at else place, help=advice, instead=instead)
    if kind == "missing":
        return _missing(path, key.place if key and len(path) > 1 else place)
    value = error.get("input")
    context = dict(error.get("ctx") or {})  # type: ignore[call-overload]
    expected = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "")
    if path[-1] == "[key]":
        place, value = (key.place, key.text) if key else (place, value)
    name = ".".join(str(step) for step in path if isinstance(step, str) and step in _written(root, path))
    text = REASONS.get(kind, "`{name}`: {said}").format(value=value, expected=expected, name=name, said=error["msg"])
    advice, instead = ADVICE.get(kind, ""), ""
    if kind == "string_type" and str(path[-1]) not in _written(root, path):
        text, advice = f"`{name}` takes one text, or keys and values", "write one expression"
    if kind == "model_type":
        advice = f"write {{{', '.join(f'{k}: …' for k in _known_keys(path))}}}"
    if path[-1] == "[key]" and is_rest(value):
        advice = COMMA
    if kind == "string_type" and path[0] == "message" and isinstance(node, MappingNode):
        advice = "put the text in quotes: YAML takes { for the beginning of keys and values"
    if kind == "literal_error":
        near = suggest(str(value), expected.split(", "))
        advice = f"did you mean `{near}`?" if near else ""
        instead = certain(str(value), expected.split(", ")) if isinstance(node, ScalarNode) and node.raw == value else ""
    return Diagnostic("CR208", text, place, help=advice, instead=instead)


def _missing(path: tuple[int | str, ...], place: Place) -> Diagnostic:
    where = f"`{path[-2]}` lacks" if len(path) > 1 else "the rule lacks"
    frame = FRAMES.get(str(path[-2]), RuleFrame) if len(path) > 1 else RuleFrame
    field = frame.model_fields.get(str(path[-1]))
    values = [str(v) for v in get_args(field.annotation)] if field and get_origin(field.annotation) is Literal else []
    return Diagnostic(
        "CR207",
        f"{where} the key `{path[-1]}`",
        place,
        help=f"add `{path[-1]}:`, one of {', '.join(values)}" if values else f"add `{path[-1]}:`",
    )


def _written(root: MappingNode, path: tuple[int | str, ...]) -> set[str]:
    out: set[str] = set()
    node: Node | None = root
    for step in path:
        if isinstance(node, MappingNode) and node.get(str(step)) is not None:
            out.add(str(step))
            node = node.get(str(step))
    return out


def _known_keys(path: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = RuleFrame
    for step in path:
        model = FRAMES.get(str(step), model)
        if str(step) == "match" and path[0] == "others":
            model = MatchFrame
    return [field.alias or name for name, field in model.model_fields.items()]
