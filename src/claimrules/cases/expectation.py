"""`expect:` → Expect, its labels checked against the case's world."""

from decimal import Decimal

from claimrules.cases.case import Expect
from claimrules.cases.reader import Problems, entries, scalar, texts
from claimrules.cases.values import ValueTypeError, exact
from claimrules.cases.world import Row, World
from claimrules.diagnostics import MappingNode, Node, Place, ScalarNode, SequenceNode, suggest

_LABELS = ("flagged", "undecided", "not_applicable", "clean")
_KEYS = (*_LABELS, "amount", "suspicious", "missing")
_WORDS = ("clean", "not_applicable")
LINE_KINDS = ("line", "raw_line")


def read_expect(node: Node, kind: str, world: World, problems: Problems) -> Expect:
    """What the case expects of a rule that walks over `kind`."""
    if isinstance(node, ScalarNode):
        if node.text in _WORDS:
            return Expect(nothing_else=node.text)
        problems.add(
            "CR608", f"`expect: {node.text}` is not a result", node.place, "write clean, not_applicable or a mapping"
        )
        return Expect()
    if not isinstance(node, MappingNode):
        problems.add("CR608", "`expect` must be a word or a mapping", node.place, "as in {flagged: [l1], amount: 86.40}")
        return Expect()
    for key, place, _ in entries(node, "`expect`", problems):
        if key not in _KEYS:
            problems.unknown("CR608", "expectation", key, place, _KEYS)
    labels = {key: _labels(node.get(key), key, kind, world, problems) for key in _LABELS}
    _disjoint(node, labels, problems)
    total, amounts = _amounts(node.get("amount"), kind, world, problems)
    missing = node.get("missing")
    expect = Expect(
        flagged=labels["flagged"],
        undecided=labels["undecided"],
        not_applicable=labels["not_applicable"],
        clean=labels["clean"],
        amount=total,
        amounts=amounts,
        suspicious=_suspicious(node.get("suspicious"), problems),
        missing=missing.text if isinstance(missing, ScalarNode) else None,
    )
    _sense(node, expect, problems)
    return expect


def _labels(node: Node | None, key: str, kind: str, world: World, problems: Problems) -> tuple[str, ...]:
    out: list[str] = []
    for text, place in texts(node, f"`{key}`", problems):
        row = _resolve(text, place, kind, world, problems)
        if row:
            out.append(row.full)
    return tuple(out)


def _resolve(text: str, place: Place, kind: str, world: World, problems: Problems) -> Row | None:
    table, what = ("lines", "lines") if kind in LINE_KINDS else ("claims", "claims")
    found = world.named(text)
    fitting = [row for row in found if row.table == table]
    if len(fitting) == 1:
        return world.encounter(fitting[0]) if kind in ("encounter", "day") else fitting[0]
    if fitting:
        choices = " or ".join(f"`{row.full}`" for row in fitting)
        problems.add("CR608", f"`{text}` is not clear", place, f"write {choices}")
    elif found:
        problems.add("CR608", f"`{text}` is none of the {what}", place, f"the rule walks over {kind}s: name {what}")
    else:
        near = suggest(text, [label for row in world.of(table) for label in (row.label, row.full)])
        problems.add("CR608", f"nothing here is called `{text}`", place, f"did you mean `{near}`?" if near else "")
    return None


def _disjoint(node: MappingNode, labels: dict[str, tuple[str, ...]], problems: Problems) -> None:
    seen: dict[str, str] = {}
    for key, names in labels.items():
        for name in names:
            if name in seen and seen[name] != key:
                problems.add("CR608", f"`{name}` cannot be {seen[name]} and {key}", node.place)
            seen[name] = key


def _amounts(
    node: Node | None, kind: str, world: World, problems: Problems
) -> tuple[Decimal | None, tuple[tuple[str, Decimal], ...]]:
    if node is None:
        return None, ()
    if not isinstance(node, MappingNode):
        return _money(node, problems), ()
    out: list[tuple[str, Decimal]] = []
    for label, place, value in entries(node, "`amount`", problems):
        row = _resolve(label, place, kind, world, problems)
        money = _money(value, problems)
        if row and money is not None:
            out.append((row.full, money))
    return None, tuple(out)


def _money(node: Node, problems: Problems) -> Decimal | None:
    found = scalar(node, "`amount`", problems)
    if found is None or found.text is None:
        return None
    try:
        return exact(found.text, 16, 2)
    except ValueTypeError as problem:
        problems.add("CR607", str(problem), found.place, problem.help)
        return None


def _suspicious(node: Node | None, problems: Problems) -> bool | None:
    if node is None:
        return None
    if isinstance(node, ScalarNode) and node.text in ("true", "false"):
        return node.text == "true"
    problems.add("CR608", "`suspicious` is true or false", node.place)
    return None


def _names_none(node: Node | None) -> bool:
    """Whether no label is written; one that is not known has been reported."""
    return node is None or (isinstance(node, SequenceNode) and not node.items)


def _sense(node: MappingNode, expect: Expect, problems: Problems) -> None:
    needs = {"amount": expect.flagged, "suspicious": expect.flagged, "missing": expect.undecided}
    for key, labels in needs.items():
        found = node.key(key)
        wanted = "undecided" if key == "missing" else "flagged"
        if found and not labels and _names_none(node.get(wanted)):
            problems.add("CR608", f"`{key}` says nothing where nothing is {wanted}", found.place)
    if not any((expect.flagged, expect.undecided, expect.not_applicable, expect.clean)) and not problems.found:
        problems.add("CR608", "nothing is expected", node.place, "write `expect: clean` where nothing is flagged")
