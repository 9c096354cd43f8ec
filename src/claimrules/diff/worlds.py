"""Two rule bases, what moved between them, and every base in between: one side with some moves as on the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from claimrules.catalog import Type
from claimrules.diff.beside import (
    Exempted,
    Sheet,
    column_moves,
    exemption_moves,
    given_by_name,
    groups_of_sheet,
    option_moves,
    sheet_moves,
    speaks_of,
)
from claimrules.diff.clauses import file_of, mixed_text
from claimrules.diff.move import Move
from claimrules.diff.rows import TableMove
from claimrules.diff.rule_moves import Read, RuleMoves, rule_moves
from claimrules.knowledge import KnowledgeSet
from claimrules.language import Rule, read_rule
from claimrules.pack import RulePack
from claimrules.pack.parameters import typed_parameters
from claimrules.pack.rule_pack import RUNS
from claimrules.plan import make_plan

Side = Literal["old", "new"]


@dataclass(frozen=True)
class Worlds:
    """Both packs and what moved. `asked`: the rules that were asked for by name, whatever their status; None: the active."""

    old: RulePack
    new: RulePack
    asked: frozenset[str] | None = None
    rules: Mapping[str, RuleMoves] = field(init=False)
    sheets: Mapping[Sheet, TableMove] = field(init=False)
    exemptions: Mapping[Move, Exempted] = field(init=False)
    columns: tuple[Move, ...] = field(init=False)
    options: tuple[Move, ...] = field(init=False)

    def __post_init__(self) -> None:
        for name, value in (
            ("sheets", dict(sheet_moves(self.old, self.new))),
            ("exemptions", dict(exemption_moves(self.old, self.new))),
            ("columns", tuple(column_moves(self.old, self.new))),
            ("options", tuple(option_moves(self.old, self.new))),
            ("rules", dict(self._rule_moves())),
        ):
            object.__setattr__(self, name, value)

    def _rule_moves(self) -> Iterator[tuple[str, RuleMoves]]:
        read = _reader(self.new.knowledge, self.new.extra)
        for name in sorted({*self.old.rules, *self.new.rules}):
            found = rule_moves(self.old.rules.get(name), self.new.rules.get(name), read)
            versions = (rule for rule in (found.old, found.new) if rule is not None)
            if found.paths and any(self.runs(rule) or self._is_heard(rule) for rule in versions):
                yield name, found

    def runs(self, rule: Rule) -> bool:
        """Whether a rule is run: where it is active, or asked for by name."""
        return rule.status in RUNS if self.asked is None else rule.id in self.asked

    def _is_heard(self, rule: Rule) -> bool:
        """Whether a rule that nobody asked for runs for those that see the findings of others."""
        return rule.status in RUNS and any(self.is_late(name) for name in self.asked or ())

    def others(self, rule_id: str) -> list[str]:
        """The rules whose findings a rule sees, on either side; none where it sees no findings."""
        if not self.is_late(rule_id):
            return []
        rules = (rule for pack in (self.old, self.new) for rule in pack.rules.values())
        return sorted({rule.id for rule in rules if rule.status in RUNS} - {rule_id})

    @property
    def moves(self) -> tuple[Move, ...]:
        """Everything that moved: rules, then tables, exemptions, columns, options."""
        rules = (move for one in self.rules.values() for move in one.paths if self._is_seen(move))
        tables = (move for one in self.sheets.values() for move in one.moves)
        return (*rules, *tables, *self.exemptions, *self.columns, *self.options)

    def _is_seen(self, move: Move) -> bool:
        """A status does not matter of rules that were asked for by name."""
        return self.asked is None or move.name != "status" or move.of not in self.asked

    def groups(self, rule_id: str) -> list[tuple[Move, ...]]:
        """What the rule looks at that moved, in groups that are put back together: a clause each, the rows of a table."""
        versions = [pack.rules[rule_id] for pack in (self.old, self.new) if rule_id in pack.rules]
        own = self.rules.get(rule_id)
        clauses = [(move,) for move in own.paths if self._is_seen(move)] if own else []
        sheets = [group for sheet, moved in self.sheets.items() for group in groups_of_sheet(sheet, moved, versions)]
        exempted = [(move,) for move, pair in self.exemptions.items() if speaks_of(pair, versions)]
        params = {f"param.{param.name}" for rule in versions for param in rule.params}
        options = [(move,) for move in self.options if move.name in params or not move.name.startswith("param.")]
        return [*clauses, *sheets, *exempted, *((move,) for move in self.columns), *options]

    def is_late(self, rule_id: str) -> bool:
        """Whether the rule sees the findings of others, on either side."""
        return any(one.late for pack in (self.old, self.new) for one in pack.plan.rules if one.rule.id == rule_id)

    # ------------------------------------------------------------------ in between

    def mixed(self, side: Side, moves: frozenset[Move], rule_id: str) -> RulePack:
        """One side with these moves as on the other, as far as it matters for the verdicts of one rule.

        Raises:
            ClaimRulesError: the parts make no rule together.
        """
        own, other = self._sides(side)
        options = {move.name for move in moves.intersection(self.options)}
        region = (other if "region" in options else own).region
        as_of = (other if "as_of" in options else own).as_of
        extra = (other if moves.intersection(self.columns) else own).extra
        knowledge = self._knowledge(side, moves).known_on(as_of)
        rules = self._rules(side, moves, rule_id, _reader(knowledge, extra))
        values = _values(own, other, rules, options)
        typed = typed_parameters(rules, values)
        plan = make_plan(rules.values(), knowledge.schemas, typed, knowledge.varies, knowledge.changes)
        return RulePack(rules, knowledge, own.sources, plan, "", values, region, as_of, extra)

    def _sides(self, side: Side) -> tuple[RulePack, RulePack]:
        return (self.new, self.old) if side == "new" else (self.old, self.new)

    def _rules(self, side: Side, moves: frozenset[Move], rule_id: str, read: Read) -> dict[str, Rule]:
        """The rule alone; with all others where it sees their findings."""
        own, _ = self._sides(side)
        names = sorted({*self.old.rules, *self.new.rules}) if self.is_late(rule_id) else [rule_id]
        out: dict[str, Rule] = {}
        for name in names:
            rule = self.rules[name].mixed(side, moves, read) if name in self.rules else own.rules.get(name)
            if rule is not None:
                out[name] = self._fitting(rule, read)
        return out

    def _fitting(self, rule: Rule, read: Read) -> Rule:
        """The rule for the columns that are there: one may be of another type than where the rule's file was read."""
        retyped = {moved.name for moved in self.sheets.values() if moved.whole is not None}
        if not self.columns and retyped.isdisjoint(rule.tables):
            return rule
        file = file_of(rule) if any(rule is pack.rules.get(rule.id) for pack in (self.old, self.new)) else None
        return rule if file is None else read(rule, mixed_text(file, file, frozenset()))

    def _knowledge(self, side: Side, moves: frozenset[Move]) -> KnowledgeSet:
        """With the tables that one side alone has as well: a clause that is put back may look into them."""
        own, other = self._sides(side)
        changed = {sheet: moved.mixed(side, moves) for sheet, moved in self.sheets.items()}
        tables = {name: table for name, table in other.knowledge.tables.items() if name not in own.knowledge.tables}
        tables |= {name: table for (name, kind), table in changed.items() if kind is None}
        parameters = {(name, kind): table for (name, kind), table in changed.items() if kind is not None}
        entries = {entry.id: entry for entry in own.knowledge.exemptions}
        for move in moves.intersection(self.exemptions):
            entry = self.exemptions[move][0 if side == "new" else 1]
            entries.pop(move.name, None)
            entries |= {move.name: entry} if entry is not None else {}
        known = own.knowledge.with_tables(tables).with_parameters(parameters)
        return known.with_exemptions(tuple(entries[name] for name in sorted(entries)))


def _reader(knowledge: KnowledgeSet, extra: Mapping[str, Mapping[str, Type]]) -> Read:
    return partial(_read, knowledge, extra)


def _read(knowledge: KnowledgeSet, extra: Mapping[str, Mapping[str, Type]], rule: Rule, text: str) -> Rule:
    return read_rule(text, knowledge.schemas, sets=frozenset(knowledge.sets), extra=extra, file=rule.file)


def _values(own: RulePack, other: RulePack, rules: Mapping[str, Rule], options: set[str]) -> dict[str, str]:
    """The parameters given by name, of those that the rules have; of `options` as on the other side."""
    known = {f"param.{param.name}" for rule in rules.values() for param in rule.params}
    said = {name: text for name, text in given_by_name(own).items() if name not in options}
    said |= {name: text for name, text in given_by_name(other).items() if name in options}
    return {name.removeprefix("param."): text for name, text in said.items() if name in known}
