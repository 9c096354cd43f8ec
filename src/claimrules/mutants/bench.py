"""Many variants of one rule on the same cases: each batch is prepared once, and its memory serves all variants."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from claimrules.batch import ClaimBatch
from claimrules.cases.case import Case
from claimrules.cases.compare import Judged
from claimrules.cases.documents import Placed
from claimrules.cases.found_before import findings_of
from claimrules.cases.run import Whose, back_to_front, batches_of, set_up
from claimrules.diagnostics import ClaimRulesError
from claimrules.engine.reach import Reach
from claimrules.findings.verdicts import verdict_table
from claimrules.language.rule import Rule
from claimrules.pack import RulePack
from claimrules.pack.in_turn import run_in_turn
from claimrules.plan import Plan, RulePlan

FAILURES = (
    ClaimRulesError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What a mutant that is no rule may raise: it need not make sense, and then no case can tell it from the rule."""

Rows = list[list[Judged]]
"""What was judged of each case of a group."""


@dataclass
class Bench:
    """A group of cases that share knowledge and parameters, ready to be judged by any number of variants.

    Raises (when made):
        ClaimRulesError, ValidationError: the cases cannot be run at all.
    """

    pack: RulePack
    group: list[Placed]

    def __post_init__(self) -> None:
        self._pack: RulePack = set_up(self.pack, self.group[0].case)  # type: ignore[assignment]
        self._whose = Whose(self.group)
        self._documents = [document for one in self.group for document in one.documents()]
        self._batches = batches_of(self._documents)
        self._findings = findings_of(self.group)
        self._turned: list[ClaimBatch] | None = None

    def plans(self, rules: Sequence[Rule]) -> list[RulePlan | None]:
        """A plan for each variant, by this group's parameters; None for one that cannot be planned."""
        # All variants keep the rule's id, and rules of one id keep their order in the plan.
        variants = {f"{number}": rule for number, rule in enumerate(rules)}
        try:
            pack = replace(self._pack, rules=variants, parameters=_own(self._pack, rules[0]), _shelf=[])
            return list(pack.with_params({}).plan.rules)
        except FAILURES:
            if len(rules) == 1:
                return [None]
        return [plan for rule in rules for plan in self.plans([rule])]

    @property
    def cases(self) -> list[Case]:
        """The cases, in the order of `judged`."""
        return [one.case for one in self.group]

    def judged(self, plans: Sequence[RulePlan], *, turned: bool = False) -> list[Rows | None]:
        """What each plan says of each case; None for a plan that fails on them. `turned`: with all rows back to front."""
        batches = self._batches
        if turned:
            if self._turned is None:
                self._turned = batches_of(back_to_front(self._documents))
            batches = self._turned
        if not batches:
            # Every claim of the group is reversed: there is nothing to judge, whatever the plan.
            return [self._whose.rows(()) for _ in plans]
        by_batch = [self._tables(plans, self._pack._context(batch, Reach())) for batch in batches]
        return [
            None if any(table is None for table in tables) else self._whose.rows(tables)
            for tables in zip(*by_batch, strict=True)
        ]

    def _tables(self, plans: Sequence[RulePlan], context: Any) -> list[Any]:
        try:
            pack = self._pack
            hits = run_in_turn(Plan(tuple(plans)), Plan(()), context, pack.sources, trace=True, findings=self._findings)
            return [verdict_table(one, context) for one in hits.rules]
        except FAILURES:
            # A mutant need not be a rule that can be run; which of them failed is found one by one.
            if len(plans) == 1:
                return [None]
        return [table for plan in plans for table in self._tables([plan], context)]


UNRUNNABLE = (ClaimRulesError, ValidationError)
"""What a group of cases that cannot be run at all raises."""


def narrowed(pack: RulePack, rule: Rule) -> RulePack:
    """The pack with this rule alone: what is planned anew for each group of cases is then one rule and not all."""
    plan = pack.plan.only(frozenset({rule.id}))
    # The shelf goes with the knowledge, which stays.
    return replace(pack, rules={rule.id: rule}, parameters=_own(pack, rule), plan=plan)


def _own(pack: RulePack, rule: Rule) -> dict[str, str]:
    """The parameters given of those that the rule has: a pack refuses names that none of its rules knows."""
    names = {param.name for param in rule.params}
    return {name: text for name, text in pack.parameters.items() if name in names}
