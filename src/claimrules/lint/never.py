"""Conditions that can never hold, and conditions that can never fail (CR231, CR232)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from claimrules.diagnostics import Diagnostic, Level, MappingNode, Node, Place, ScalarNode, read_yaml
from claimrules.language.expression import Aggregate, Call, Case, Expr, Literal, children, conjuncts, walk
from claimrules.language.from_yaml import find
from claimrules.language.rule import Rule
from claimrules.lint.possible import Possible, disjuncts, names_nothing
from claimrules.lint.slots import Slot, slots
from claimrules.plan.print import show

_MOST = 90


def never(rule: Rule) -> Iterator[Diagnostic]:
    """What is certain of the conditions of a rule, each at its place; of one condition one thing."""
    possible = Possible(rule)
    root = read_yaml(Path(rule.file))
    for slot in slots(rule):
        place = place_of(root, slot.path)
        found = _of_whole(slot, possible)
        if found is not None:
            code, message, label = found
            yield Diagnostic(code, message, place, label, _ADVICE[code], Level.WARNING)
            if slot.path == ("rows",) and code == "CR231":
                return  # nothing is asked of no row
            continue
        for part, why in _parts(slot.condition, possible, slot.given):
            said = "can never hold" if why == "CR231" else "can never be false"
            label = _excluding(core(possible, [(one, True) for one in conjuncts(part)])) if why == "CR231" else ""
            yield Diagnostic(why, f"`{short(part)}` {said}", place, label, _ADVICE[why], Level.WARNING)
    yield from _parts_of_values(rule, possible, root)


_ADVICE = {
    "CR231": "correct it, or take it out: what it stands for never happens",
    "CR232": "take it out, or say what is meant: it parts nothing from anything",
}


def _of_whole(slot: Slot, possible: Possible) -> tuple[str, str, str] | None:
    """What is certain of the whole condition: code, message and label."""
    given = [(one, True) for part in slot.given for one in conjuncts(part)]
    own = [(one, True) for one in conjuncts(slot.condition)]
    if names_nothing(slot.condition) or not possible(*given):
        return None
    if not possible(*own):
        return "CR231", f"{slot.name} can never hold", _excluding(core(possible, own))
    if not possible(*given, *own):
        return (
            "CR231",
            f"{slot.name} can never hold with what is asked before it",
            _excluding(core(possible, [*given, *own])),
        )
    if _undecides(slot.condition):
        return None
    if not possible((slot.condition, False)):
        return "CR232", f"{slot.name} can never be false", "it is true of everything that is known"
    if slot.given and not possible(*given, (slot.condition, False)):
        return "CR232", f"{slot.name} can never be false with what is asked before it", "it says nothing more"
    return None


def _parts(node: Expr, possible: Possible, given: Sequence[Expr]) -> Iterator[tuple[Expr, str]]:
    """The parts of a condition that can never hold, or never fail, with the code; not what is inside of one."""
    asked = [(one, True) for part in given for one in conjuncts(part)]
    for part in (*_alternatives(node), *_conditions_inside(node)):
        if names_nothing(part):
            continue
        before = asked if part in _alternatives(node) else []
        if not possible(*before, (part, True)):
            yield part, "CR231"
        else:
            yield from _parts(part, possible, ())
    if isinstance(node, Call) and node.function == "and":
        for part in conjuncts(node):
            if not names_nothing(part) and not _undecides(part) and not possible((part, False)):
                yield part, "CR232"
            else:
                yield from _parts(part, possible, ())


def _undecides(node: Expr) -> bool:
    """Whether a condition is written so that it is not known of some rows: that is what it is there for."""
    return any(isinstance(one, Call) and one.function == "nullif" for one in walk(node))


def _alternatives(node: Expr) -> tuple[Expr, ...]:
    parts = tuple(disjuncts(node))
    return parts if len(parts) > 1 else ()


def _conditions_inside(node: Expr) -> tuple[Expr, ...]:
    """The conditions of aggregates and of CASE below a node that is no AND and no OR."""
    if isinstance(node, Call) and node.function in ("and", "or"):
        return ()
    own: tuple[Expr, ...] = ()
    if isinstance(node, Aggregate):
        inner = (node.argument,) if node.function in ("any", "none", "share") else ()
        own = tuple(one for one in (*inner, node.condition) if one is not None)
    elif isinstance(node, Case):
        own = tuple(when for when, _ in node.branches)
    return (*own, *(one for child in children(node) if child not in own for one in _conditions_inside(child)))


def _parts_of_values(rule: Rule, possible: Possible, root: Node) -> Iterator[Diagnostic]:
    """Conditions inside of what `let` names, of the amount, of what was seen: they need not be conditions themselves."""
    values: list[tuple[tuple[str, ...], Expr]] = [(("let", let.name), let.value) for let in rule.lets]
    values += [(("amount",), one) for one in rule.amount.arguments]
    values += [(("observed", key), one) for key in ("value", "limit") if (one := getattr(rule.observed, key)) is not None]
    asked = {slot.path for slot in slots(rule)}
    for path, value in values:
        if path in asked:
            continue
        for part, code in _parts(value, possible, ()):
            said = "can never hold" if code == "CR231" else "can never be false"
            label = _excluding(core(possible, [(one, True) for one in conjuncts(part)])) if code == "CR231" else ""
            yield Diagnostic(code, f"`{short(part)}` {said}", place_of(root, path), label, _ADVICE[code], Level.WARNING)


def core(possible: Possible, goals: list[tuple[Expr, bool]]) -> list[tuple[Expr, bool]]:
    """The goals without those that are not needed for there being no way to reach them."""
    for goal in list(goals):
        rest = [one for one in goals if one is not goal]
        if not possible(*rest):
            goals = rest
    return goals


def _excluding(goals: Sequence[tuple[Expr, bool]]) -> str:
    if len(goals) < 2:
        return ""
    shown = [f"`{short(node)}`" for node, _ in goals]
    return f"{', '.join(shown[:-1])} and {shown[-1]} exclude each other"


def short(node: Expr) -> str:
    """A condition in one line that is not too long."""
    text = show(node)
    if isinstance(node, Literal):
        return text
    text = (
        text[1:-1]
        if text.startswith("(") and text.endswith(")") and text[1:-1].count("(") == text[1:-1].count(")")
        else text
    )
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"


def place_of(root: Node, path: tuple[str, ...]) -> Place:
    """Where the condition at `path` stands: at its text, or at the key over it."""
    node, key = find(root, path)
    if isinstance(node, MappingNode):
        node = node.get("when") or node
    return node.place if isinstance(node, ScalarNode) or key is None else key.place
