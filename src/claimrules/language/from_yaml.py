"""The room's door: a rule file → a Rule, or every error of the file at once."""

from collections.abc import Mapping
from pathlib import Path

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
    read_yaml,
    suggest,
)
from claimrules.language.compiler import Compiler
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
    "missing": "the key `{key}` is missing",
    "literal_error": "`{value}` is not allowed here: {expected}",
    "string_pattern_mismatch": "`{value}` is not a name: small letters, digits and `_`, a letter first",
    "string_too_short": "an expression is missing",
    "int_parsing": "`{value}` is not a whole number",
    "bool_parsing": "`{value}` is neither true nor false",
}


def read_rule(
    source: Path | str,
    tables: Mapping[str, TableSchema],
    *,
    sets: frozenset[str] = frozenset(),
    sources: frozenset[str] | None = None,
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
        root = read_yaml(source, file)
    except ClaimRulesError as error:
        raise LanguageError(error.diagnostics) from None
    if not isinstance(root, MappingNode):
        raise LanguageError(Diagnostic("CR202", "a rule file is a mapping of keys", root.place))
    try:
        frame = RuleFrame.model_validate(_plain(root, skip="examples"))
    except ValidationError as error:
        raise LanguageError([_explain(detail, root) for detail in error.errors()]) from None
    compiler = Compiler(frame, root, tables, sets, sources, extra or {})
    rule = compiler.compile()
    if compiler.found:
        raise LanguageError(compiler.found)
    return rule


def _plain(node: Node, skip: str = "") -> object:
    if isinstance(node, ScalarNode):
        return node.text
    if isinstance(node, SequenceNode):
        return [_plain(item) for item in node.items]
    return {str(k.text): None if k.text == skip else _plain(v) for k, v in node.items}


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
        return Diagnostic("CR206", f"unknown key `{path[-1]}`", at.place if at else place, help=advice)
    if kind == "missing":
        return Diagnostic("CR207", f"the key `{path[-1]}` is missing", key.place if key and len(path) > 1 else place)
    value = error.get("input")
    context = dict(error.get("ctx") or {})  # type: ignore[call-overload]
    expected = str(context.get("expected", "")).replace(" or ", ", ")
    text = REASONS.get(kind, "").format(key=path[-1], value=value, expected=f"one of {expected}")
    advice = ""
    if kind == "literal_error" and isinstance(value, str):
        near = suggest(value, [e.strip(" '") for e in expected.split(",")])
        advice = f"did you mean `{near}`?" if near else ""
    name = ".".join(str(step) for step in path if isinstance(step, str) and step in _written(root, path))
    return Diagnostic("CR208", text or f"`{name}`: {str(error['msg']).lower()}", place, help=advice)


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
