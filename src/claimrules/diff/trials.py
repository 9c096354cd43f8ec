"""Bases in between, audited: what would be found had only some of it moved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from claimrules.diagnostics import ClaimRulesError
from claimrules.diff.move import Move
from claimrules.diff.pairs import states_at
from claimrules.diff.worlds import Side, Worlds
from claimrules.findings import FINDINGS
from claimrules.pack import RulePack


@dataclass(frozen=True)
class Claims:
    """Claims that can be read as often as they are asked for, in any form that `audit` takes."""

    given: Any
    mapping: str | Path = "canonical"
    history_from: Any = None
    registers: Mapping[str, Any] | None = None

    def findings(self, pack: RulePack, rule_id: str) -> Any:
        """What one rule of a pack finds."""
        only, more = [rule_id], {"mapping": self.mapping, "history_from": self.history_from}
        return pack.audit(self.given, only=only, registers=self.registers, **more).findings


@dataclass
class Trials:
    """The trials of one rule. `keys`: the findings whose states are asked for."""

    worlds: Worlds
    rule_id: str
    claims: Claims
    keys: Any
    _done: dict[tuple[Side, frozenset[Move]], Any] = field(default_factory=dict)

    def states(self, side: Side, moves: frozenset[Move]) -> Any | None:
        """Each finding's state on one side with these moves as on the other; None where that makes no rule."""
        key = (side, moves)
        if key not in self._done:
            self._done[key] = self._tried(side, moves)
        return self._done[key]

    def _tried(self, side: Side, moves: frozenset[Move]) -> Any | None:
        try:
            pack = self.worlds.mixed(side, moves, self.rule_id)
            return states_at(self.keys, self._found(pack))
        except ClaimRulesError:  # a clause that needs another one which is not there
            return None

    def _found(self, pack: RulePack) -> Any:
        rule = pack.rules.get(self.rule_id)
        if rule is None or not self.worlds.runs(rule):
            return pa.table(FINDINGS.empty_table())
        return self.claims.findings(pack, self.rule_id)
