"""A case in the form in which a rule file has it."""

import json
import re
from collections.abc import Iterable
from decimal import Decimal

from claimrules.cases.compare import Judged
from claimrules.cases.from_examples import CASE_KEYS
from claimrules.cases.world import World
from claimrules.diagnostics import MappingNode, Node, ScalarNode, SequenceNode
from claimrules.language.rule import Rule
from claimrules.mutants.perturb import Candidate, written

_WIDTH = 120
_PLAIN = re.compile(r"[A-Za-z0-9_\-./+*\u3400-\u9fff][A-Za-z0-9_\-./ :+*\u3400-\u9fff]*")
_ORDER = tuple(key for key in CASE_KEYS if key not in ("name", "expect"))


def case_text(rule: Rule, candidate: Candidate, rows: Iterable[Judged], name: str) -> str:
    """The candidate as an example, expecting what the rule says of it; indented to stand under `examples:`."""
    given = _node_of(rule, candidate.base.name)
    parts: dict[str, dict[str, str] | str] = {}
    for key in _ORDER:
        node = given.get(key) if given is not None else None
        if isinstance(node, MappingNode):
            parts[key] = {_scalar(k): flow(v) for k, v in node.items}
        elif node is not None:
            parts[key] = flow(node)
    for path, text in candidate.edits:
        changes = parts.setdefault("change", {})
        assert isinstance(changes, dict)  # noqa: S101 - `change` is a mapping in every case that was read
        _add_change(changes, path, quoted(text))
    for table, label, row in candidate.copies:
        more = parts.setdefault(table, {})
        assert isinstance(more, dict)  # noqa: S101
        more[label] = "{" + ", ".join(f"{k}: {quoted(written(v))}" for k, v in row.values.items() if k != "line_id") + "}"
    lines = [f"  - name: {quoted(name)}"]
    for key in _ORDER:
        if key in parts:
            lines += _part(key, parts[key])
    return "\n".join([*lines, f"    expect: {expectation(candidate.case.world, rows)}"])


def _add_change(changes: dict[str, str], path: str, text: str) -> None:
    """The same field may be named in full already: the last word is ours."""
    label, _, column = path.rpartition(".")
    for name in list(changes):
        other, _, its = name.rpartition(".")
        if its == column and (other.endswith(f".{label}") or other == label):
            del changes[name]
    changes[path] = text


def _node_of(rule: Rule, name: str) -> MappingNode | None:
    for node in rule.examples if isinstance(rule.examples, SequenceNode) else ():
        found = node.get("name") if isinstance(node, MappingNode) else None
        if isinstance(node, MappingNode) and isinstance(found, ScalarNode) and found.text == name:
            return node
    return None


def _part(key: str, value: dict[str, str] | str) -> list[str]:
    if isinstance(value, str):
        return [f"    {key}: {value}"]
    line = f"    {key}: {{{', '.join(f'{name}: {text}' for name, text in value.items())}}}"
    if len(line) <= _WIDTH:
        return [line]
    return [f"    {key}:", *(f"      {name}: {text}" for name, text in value.items())]


def flow(node: Node) -> str:
    """A node on one line."""
    if isinstance(node, MappingNode):
        return "{" + ", ".join(f"{_scalar(key)}: {flow(value)}" for key, value in node.items) + "}"
    if isinstance(node, SequenceNode):
        return "[" + ", ".join(flow(item) for item in node.items) + "]"
    return _scalar(node)


def _scalar(node: ScalarNode) -> str:
    if node.text is None:
        return "null"
    return quoted(node.text) if node.plain else json.dumps(node.text, ensure_ascii=False)


def quoted(text: str) -> str:
    """A text as a YAML scalar, in quotes where it needs them."""
    plain = _PLAIN.fullmatch(text) and ": " not in text and not text.endswith((":", " "))
    return text if plain else json.dumps(text, ensure_ascii=False)


def expectation(world: World, rows: Iterable[Judged]) -> str:
    """The `expect` of a world of which `rows` were judged: all that can be said of it."""
    judged = list(rows)
    words: dict[str, set[str]] = {}
    for row in judged:
        words.setdefault(row.label, set()).add(row.word)
    labels = {row.full: world.short(row) for row in world.rows}

    def of(word: str, alone: frozenset[str] = frozenset()) -> list[str]:
        return [labels[x] for x, found in words.items() if x in labels and word in found and found <= (alone or found)]

    flagged, undecided = of("flagged"), [x for x in of("undecided") if x not in of("flagged")]
    clean = of("clean", frozenset({"clean", "not_applicable"}))
    silent = of("not_applicable", frozenset({"not_applicable"}))
    if not flagged and not undecided:
        if not clean:
            return "not_applicable"
        if not silent:
            return "clean"
    parts = [
        f"{key}: [{', '.join(found)}]"
        for key, found in (("flagged", flagged), ("undecided", undecided), ("clean", clean), ("not_applicable", silent))
        if found
    ]
    return "{" + ", ".join([*parts, *_circumstances(judged, flagged, undecided)]) + "}"


def _circumstances(judged: list[Judged], flagged: list[str], undecided: list[str]) -> list[str]:
    out: list[str] = []
    of_flagged = [row for row in judged if row.word == "flagged"]
    if flagged:
        out.append(f'amount: "{sum((row.amount for row in of_flagged), Decimal(0)):.2f}"')
        if len({row.suspicious for row in of_flagged}) == 1 and of_flagged[0].suspicious:
            out.append("suspicious: true")
    missing = {row.missing for row in judged if row.word == "undecided"}
    if undecided and len(missing) == 1 and missing != {""}:
        out.append(f"missing: {quoted(missing.pop())}")
    return out
