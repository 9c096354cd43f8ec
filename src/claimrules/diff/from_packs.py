"""The room's door: two packs and claims → what differs, and what it is due to."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from claimrules.batch import ClaimBatch
from claimrules.diagnostics import Diagnostic, PlanError, suggest
from claimrules.diff.attribute import Attribution, Because, consulted
from claimrules.diff.money import ZERO, by_month, by_provider, by_rule, totals
from claimrules.diff.move import Move
from claimrules.diff.pairs import change_keys, changes_of, states_at
from claimrules.diff.result import Diff, Effect
from claimrules.diff.slice import slice_of
from claimrules.diff.trials import Claims, Trials
from claimrules.diff.undecided import undecided
from claimrules.diff.worlds import Worlds
from claimrules.findings import AuditResult
from claimrules.pack import RulePack

Group = tuple[Move, ...]


def diff_packs(
    old: RulePack,
    new: RulePack,
    claims: Any,
    *,
    mapping: str | Path = "canonical",
    only: str | Iterable[str] | None = None,
    history_from: dt.date | str | None = None,
    registers: Mapping[str, Any] | None = None,
    jobs: int = 1,
) -> Diff:
    """Audit the same claims by both packs, and say what differs and why.

    `claims`, `mapping`, `history_from`, `registers`, `jobs`: as `RulePack.audit` takes them. `only`: these rules, whatever
    their status; each must be on one side at least.

    Raises:
        ClaimsError: the input cannot be read. PlanError: CR402 `only` names a rule that neither side has.
    """
    if not isinstance(claims, str | Path | Mapping | ClaimBatch):
        claims = list(claims)  # it is read more than once
    asked = None if only is None else frozenset([only] if isinstance(only, str) else only)
    _refuse_unknown(asked, old, new)
    before, after = (
        pack.audit(
            claims,
            mapping=mapping,
            only=None if asked is None else sorted(asked & set(pack.rules)),
            history_from=history_from,
            registers=registers,
            jobs=jobs,
        )
        for pack in (old, new)
    )
    worlds = Worlds(old, new, asked)
    return _diff(worlds, before, after, Claims(claims, mapping, history_from, registers))


def _refuse_unknown(asked: frozenset[str] | None, old: RulePack, new: RulePack) -> None:
    known = {*old.rules, *new.rules}
    for name in sorted((asked or set()) - known):
        near = suggest(name, known)
        advice = f"did you mean `{near}`?" if near else f"the rules are: {', '.join(sorted(known))}"
        raise PlanError(Diagnostic("CR402", f"there is no rule `{name}` on either side", help=advice))


def _diff(worlds: Worlds, before: AuditResult, after: AuditResult, claims: Claims) -> Diff:
    old, new = before.findings, after.findings
    changes = changes_of(old, new)
    because = _Explaining(worlds, changes, old, new, claims).because()
    return Diff(
        changes,
        because,
        worlds.moves,
        tuple(_effects(changes, because)),
        by_rule(old, new),
        by_provider(old, new),
        by_month(old, new),
        totals(before, after),
        undecided(before.undecided, after.undecided),
        tuple(dict.fromkeys((*after.warnings, *before.warnings))),
    )


@dataclass
class _Explaining:
    """The changes of all rules, explained rule by rule; the claims for trials are read at the first that needs them."""

    worlds: Worlds
    changes: Any
    old: Any
    new: Any
    claims: Claims
    _slice: Claims | None = None

    def __post_init__(self) -> None:
        ids = self.changes["rule_id"].to_pylist()
        self._rules = {name: np.flatnonzero(np.asarray(ids, object) == name) for name in dict.fromkeys(ids)}
        self._groups = {name: self._looked_at(name) for name in self._rules}
        rows = [(row, moved) for moved in self.worlds.sheets.values() for row in moved.rows]
        self._by_id = {one: row.move for row, _ in rows for one in row.ids}
        self._whole = {tuple(r.move for r in moved.rows): moved.all_rows for moved in self.worlds.sheets.values()}

    def because(self) -> list[Because]:
        """For each change what it is due to, in the order of the rows."""
        out: list[Because | None] = [None] * self.changes.num_rows
        for name, at in self._rules.items():
            for row, one in zip(at.tolist(), self._of_rule(name, self.changes.take(at)), strict=True):
                out[row] = one
        return [one for one in out if one is not None]

    def _of_rule(self, name: str, changes: Any) -> list[Because]:
        keys, groups = change_keys(changes), self._groups[name]
        tried = len(groups) > 1 or any(len(group) > 1 for group in groups)
        claims = self._sliced() if tried else self.claims
        return Attribution(
            Trials(self.worlds, name, claims, keys),
            groups,
            states_at(keys, self.old),
            states_at(keys, self.new),
            consulted(changes, self._by_id),
            {group: self._standing_for(group) for group in groups if len(group) > 1},
        ).because()

    def _looked_at(self, name: str) -> list[Group]:
        """What moved that a rule looks at; of one that sees the findings of others, also what these look at.

        Of the others those count whose findings differ, where theirs are known: not all rules may have been asked for.
        """
        others = [one for one in self.worlds.others(name) if self.worlds.asked is not None or one in self._rules]
        return list(dict.fromkeys(group for one in (name, *others) for group in self.worlds.groups(one)))

    def _standing_for(self, group: Group) -> Move:
        return self._whole.get(group) or Move("table", group[0].of, f"{len(group)} rows", new_place=group[0].place)

    def _sliced(self) -> Claims:
        if self._slice is None:
            columns = bool(self.worlds.columns)  # read by other types, claims are not those that are in memory
            self._slice = (
                self.claims if columns else slice_of(self.claims, self.worlds.old, self.worlds.new, self._persons())
            )
        return self._slice

    def _persons(self) -> Any | None:
        """Whose claims are tried: all where a rule looks beyond one person."""
        plans = (self.worlds.old.plan, self.worlds.new.plan)
        wide = {one.rule.id for plan in plans for one in plan.rules if one.partition == "all" or one.late}
        if wide.intersection(self._rules):
            return None
        return pc.unique(self.changes["person_id"].combine_chunks())


def _effects(changes: Any, because: Sequence[Because]) -> Iterable[Effect]:
    """The changes by rule and cause, most money first."""
    columns = ("rule_id", "change", "amount_old", "amount_new", "fund_loss_old", "fund_loss_new")
    sums: dict[tuple[str, Because], list[Any]] = {}
    for row, cause in zip(changes.select(columns).to_pylist(), because, strict=True):
        total = sums.setdefault((row["rule_id"], cause), [0, 0, 0, ZERO, ZERO])
        total[("added", "removed", "changed").index(row["change"])] += 1
        for place, name in ((3, "amount"), (4, "fund_loss")):
            total[place] += (row[f"{name}_new"] or Decimal(0)) - (row[f"{name}_old"] or Decimal(0))
    effects = [Effect(rule, cause.how, cause.moves, *total) for (rule, cause), total in sums.items()]
    return sorted(effects, key=lambda one: (one.rule_id, -abs(one.amount), -one.findings, [m.title for m in one.moves]))
