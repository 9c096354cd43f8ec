"""All rules of a pack, ready to run on a batch."""

from dataclasses import dataclass

from claimrules.plan.rule_plan import RulePlan


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules in the order of their ids. `partition`: the widest that any of them needs."""

    rules: tuple[RulePlan, ...]

    @property
    def columns(self) -> frozenset[tuple[str, str]]:
        """Every input column that a rule reads."""
        return frozenset(column for rule in self.rules for column in rule.columns)

    @property
    def early(self) -> "Plan":
        """The rules that need no findings of others."""
        return Plan(tuple(rule for rule in self.rules if not rule.late))

    @property
    def late(self) -> "Plan":
        """The rules that are judged by what the others have found."""
        return Plan(tuple(rule for rule in self.rules if rule.late))

    def beside(self, more: "Plan") -> "Plan":
        """These rules and those of another plan, each once."""
        rules = {rule.rule.id: rule for rule in (*self.rules, *more.rules)}
        return Plan(tuple(rules[rule_id] for rule_id in sorted(rules)))

    @property
    def whole(self) -> bool:
        """Whether a rule looks beyond one person, so that a batch cannot be cut at persons."""
        return any(rule.partition == "all" for rule in self.rules)

    def only(self, ids: frozenset[str]) -> "Plan":
        """The plan of some of the rules."""
        return Plan(tuple(rule for rule in self.rules if rule.rule.id in ids))
