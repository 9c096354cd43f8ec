"""Engines that judge one row at a time, each as its rules → a function from facts to (place of the fact, rule).

Each is imported by the function that needs it: not all can be installed everywhere.
"""

from collections.abc import Callable, Iterator
from itertools import compress
from typing import Any

from benchmarks.peers.row_facts import Fact, condition, limit

Judge = Callable[[list[Fact]], Iterator[tuple[int, str]]]


def rule_engine(rules: list[dict[str, Any]]) -> Judge:
    """rule-engine: each rule an expression, asked of each row."""
    from rule_engine import Context, Rule  # noqa: PLC0415

    # By its own resolver a name that a fact lacks costs a search for similar ones: twenty times the rest.
    context = Context(resolver=lambda fact, name: fact.get(name))
    compiled = [(rule["id"], Rule(condition(rule), context=context)) for rule in rules]

    def judge(facts: list[Fact]) -> Iterator[tuple[int, str]]:
        for place, fact in enumerate(facts):
            for name, rule in compiled:
                if rule.matches(fact):
                    yield place, name

    return judge


def zen_engine(rules: list[dict[str, Any]]) -> Judge:
    """zen-engine: all rules as one compiled expression, a list; a decision table takes twice the time, from a loader."""
    from zen import compile_expression  # noqa: PLC0415

    names = [rule["id"] for rule in rules]
    expression = compile_expression("[" + ", ".join(f"({condition(rule)})" for rule in rules) + "]")

    def judge(facts: list[Fact]) -> Iterator[tuple[int, str]]:
        for place, fact in enumerate(facts):
            for name in compress(names, expression.evaluate(fact)):
                yield place, name

    return judge


def durable_rules(rules: list[dict[str, Any]]) -> Judge:
    """durable-rules: facts, since an event is consumed by the first rule to fire; each retracted before the next."""
    from durable import engine  # noqa: PLC0415

    hits: list[tuple[int, str]] = []

    def action(name: str) -> Callable[[Any], object]:
        return lambda context: hits.append((context.m.id - 1, name))

    definition = {r["id"]: {"all": [{"m": {"$and": _conditions(r)}}], "run": action(r["id"])} for r in rules}
    ruleset = engine.Ruleset("benchmark", None, definition)

    def judge(facts: list[Fact]) -> Iterator[tuple[int, str]]:
        for place, fact in enumerate(facts):
            known = {name: value for name, value in fact.items() if value is not None} | {"id": place + 1}
            _drain(engine, ruleset, known)
            yield from hits
            hits.clear()

    return judge


def _drain(engine: Any, ruleset: Any, fact: Fact) -> None:
    """What the engine only writes down, an error of the drain or of an action, is raised."""
    try:
        handle = ruleset.assert_fact(fact)
    except engine.MessageNotHandledException:
        return  # no rule accepts it, and nothing is kept
    ended: list[tuple[Any, Any]] = []
    ruleset.do_actions(handle, lambda error, state: ended.append((error, state)))
    error, state = ended[0]
    if error is not None or (state and "exception" in state):
        raise RuntimeError(error or state["exception"])
    ruleset.retract_fact(fact)


def _conditions(rule: dict[str, Any]) -> list[dict[str, Any]]:
    """`$ex` asks for each property, since one that the message does not have reads memory that was never written."""

    def own(name: str) -> dict[str, str]:
        return {"$m": name}

    def math(left: Any, operator: str, right: Any) -> dict[str, Any]:
        return {operator: {"$l": left, "$r": right}}

    def has(*names: str) -> list[dict[str, Any]]:
        return [{"$ex": {name: 1}} for name in names]

    bound = limit(rule)
    match rule["kind"]:
        case "attribute" if rule["how"] == "age":
            return [*has("day", "birth", bound), {"$lt": {"day": math(own("birth"), "$add", own(bound))}}]
        case "attribute":
            equal = {rule["column"]: own(bound)}
            return [*has(rule["column"], bound), equal if rule["how"] == "=" else {"$neq": equal}]
        case "price":
            return [*has("unit_price", bound), {"$gt": {"unit_price": own(bound)}}]
        case "arithmetic":
            product = math(own("quantity"), "$mul", own("unit_price"))
            sides = [
                {f"${how}": {"amount": math(product, f"${to}", 500_000_000)}} for how, to in (("lt", "sub"), ("gt", "add"))
            ]
            return [*has("quantity", "unit_price"), {"$or": sides}]
        case "before_stay":
            return [{"inpatient": True}, *has("day", "admitted"), {"$lt": {"day": own("admitted")}}]
        case "after_stay":
            return [{"inpatient": True}, *has("day", "discharged"), {"$gt": {"day": own("discharged")}}]
    raise ValueError(rule["kind"])
