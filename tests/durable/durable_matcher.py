"""The four line-local rules in the JSON language of durable-rules, and one ruleset driven fact by fact.

The recipe: facts, not events, which the first rule to fire would consume; one ruleset and one state; each fact asserted
with an id of its own, drained at once in this thread, and retracted before the next. `$m` is the message itself: the name of
its own pattern (`m`) compares as true whatever stands there. A comparison with a property that the message does not have
reads memory that was never written, so `$ex` asks for each of them as well.
"""

from collections.abc import Callable
from typing import Any

from durable_fact import EPOCH, Fact, date

RULES = ("drug_offlist_claimed", "drug_over_price", "drug_sex", "fee_outside_stay")
IN_FORCE = (date(2021, 5, 1) - EPOCH).days
ONE_CENT = 10**8
"""0.01 yuan in units of 1e-10."""


def own(name: str) -> dict[str, str]:
    return {"$m": name}


def has(*names: str) -> list[dict[str, Any]]:
    return [{"$ex": {name: 1}} for name in names]


def math(left: Any, operator: str, right: Any) -> dict[str, Any]:
    return {operator: {"$l": left, "$r": right}}


def conditions() -> dict[str, list[dict[str, Any]]]:
    """Rule → conditions on one fact, all of which must hold."""
    excess = math(math(own("unit_price"), "$sub", own("ceiling")), "$mul", own("quantity"))
    return {
        "drug_offlist_claimed": [{"type": "drug"}, {"$gt": {"scope": 0}}, {"$or": [{"class": "none"}, {"class": "C"}]}],
        "drug_over_price": [
            {"$or": [{"$neq": {"type": "service"}}, {"$nex": {"type": 1}}]},
            *has("unit_price", "ceiling", "quantity"),
            {"$lt": {"over_limit": math(excess, "$sub", ONE_CENT)}},
        ],
        "drug_sex": [
            *has("sex", "only_sex"),
            {"$neq": {"sex": own("only_sex")}},
            {"$or": [{"newborn": 0}, {"$nex": {"newborn": 1}}]},
        ],
        "fee_outside_stay": [
            {"care": "inpatient"},
            {
                "$or": [
                    {"$and": [*has("admitted"), {"$lt": {"day": own("admitted")}}]},
                    {"$and": [*has("discharged"), {"$gt": {"day": own("discharged")}}]},
                ]
            },
        ],
    }


class Matcher:
    """One ruleset of durable-rules. `engine`: the module `durable.engine`; `note`: called with a rule and a fact's id."""

    def __init__(self, engine: Any, name: str, note: Callable[[str, int], object]) -> None:
        self.unmatched = engine.MessageNotHandledException
        definition = {
            rule: {"all": [{"m": {"$and": [{"$gte": {"day": IN_FORCE}}, *tests]}}], "run": self._action(rule, note)}
            for rule, tests in conditions().items()
        }
        self.ruleset = engine.Ruleset(name, None, definition)

    @staticmethod
    def _action(rule: str, note: Callable[[str, int], object]) -> Callable[[Any], object]:
        return lambda context: note(rule, context.m.id)  # its one argument tells the engine that it is synchronous

    def judge(self, fact: Fact) -> None:
        """Every rule over one fact. Raises what the engine only writes down: errors of the drain and of actions."""
        try:
            handle = self.ruleset.assert_fact(fact)
        except self.unmatched:
            return  # no rule accepts it, and nothing is kept
        ended: list[tuple[Any, Any]] = []
        self.ruleset.do_actions(handle, lambda error, state: ended.append((error, state)))
        assert len(ended) == 1, ended
        error, state = ended[0]
        if error is not None:
            raise RuntimeError(error)
        if state and "exception" in state:
            raise RuntimeError(state["exception"])
        self.ruleset.retract_fact(fact)
