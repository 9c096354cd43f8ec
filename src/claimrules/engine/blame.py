"""What is to blame for a subject that could not be decided."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from claimrules.engine.batch_context import ASSEMBLED, BatchContext
from claimrules.engine.column import Index, Mask
from claimrules.engine.kernels.segments import numbered
from claimrules.engine.lookup import UNKNOWN
from claimrules.engine.reach import Reach
from claimrules.engine.subject_rows import RowSpace
from claimrules.engine.values.truth import falsehood, truth
from claimrules.language.expression import Aggregate, Call, Expr, Field, MatchField, Param, children
from claimrules.language.scope import time_of
from claimrules.plan import RulePlan

_ALWAYS_KNOWN = frozenset({"is_null", "is_true", "is_false"})


@dataclass(frozen=True, slots=True)
class Blamed:
    """What is to blame for each of some subjects: the place of its name among `names`."""

    at: Index
    names: tuple[str, ...]

    def among(self, names: frozenset[str]) -> Mask:
        """The subjects for which one of these is to blame."""
        return np.array([name in names for name in self.names], np.bool_)[self.at]

    def counts(self, names: frozenset[str]) -> dict[str, int]:
        """For how many subjects each of these is to blame."""
        each = np.bincount(self.at, minlength=len(self.names)).tolist()
        out = dict.fromkeys(sorted(names & set(self.names)), 0)
        for name, n in zip(self.names, each, strict=True):
            if name in out:
                out[name] += n
        return {name: n for name, n in out.items() if n}


@dataclass(frozen=True, slots=True)
class Blame:
    """The undecided subjects of one rule on one batch. `loose`: rows whose subject is not known."""

    plan: RulePlan
    rows: RowSpace
    context: BatchContext
    verdict: Any
    loose: Mask

    def of(self, open_: Mask) -> Blamed:
        """For each subject that is open the first name, in the order of the frame, that is not known on a row of it."""
        rows = self.rows
        subjects = cast(Any, rows.subjects)
        mine = np.flatnonzero(open_[subjects.ids])
        whose = numbered(open_)[subjects.ids[mine]]
        chosen = np.full(int(open_.sum()), -1, np.int64)
        reasons: list[str] = []
        undecided_row = (~truth(self.verdict.rows) & ~falsehood(self.verdict.rows) | self.loose)[mine]
        for name, mask in self._suspects():
            here = mask[mine]
            for rows_of in (here & undecided_row, here):
                who = whose[rows_of]
                chosen[who[chosen[who] < 0]] = len(reasons)
            reasons.append(name)
            if (chosen >= 0).all():
                break
        if self.context.reach.alone:
            chosen[chosen < 0] = len(reasons)
            reasons.append("history")
        return Blamed(np.where(chosen < 0, len(reasons), chosen), (*reasons, "not known"))

    def _suspects(self) -> Iterator[tuple[str, Mask]]:
        """Names and the rows on which they are not known, likeliest causes first."""
        rows = self.rows
        subjects = cast(Any, rows.subjects)
        failed = {name: found.rows == UNKNOWN for name, found in rows.matches.items()}
        failed |= {name: found.incomplete for name, found in rows.sets.items()}
        lookups = {name: one.lookup for name, one in rows.matches.items()}
        lookups |= {name: some.lookup for name, some in rows.sets.items()}
        for name, lookup in lookups.items():
            if not lookup.table.brought:  # whatever its keys are
                yield lookup.table.schema.name, failed[name]
        conditions = list(self._conditions())
        own = [(node, match) for node, match in conditions for node in self._leaves(node) if _is_own(node)]
        for leaf, match in dict.fromkeys(own):
            yield from self._unknown(leaf, failed.get(match))
        for name, unknown in failed.items():
            if unknown.any():
                yield self.plan.rule.match(name).table, unknown
        for name, relation in rows.others.items():
            whose = subjects.ids if relation.spec.of_subject else slice(None)
            if relation.incomplete is not None:
                yield "history", relation.incomplete[whose]
            if relation.one is not None and (relation.one == UNKNOWN).any():
                yield "history" if self.context.reach != Reach() else name, (relation.one == UNKNOWN)[whose]
        rest = [(node, match) for node, match in conditions for node in self._leaves(node) if not _is_own(node)]
        for leaf, match in dict.fromkeys(rest):
            yield from self._unknown(leaf, failed.get(match))
        if rows.member is not None:
            yield "rows", ~rows.member

    def _unknown(self, leaf: Expr, failed: Mask | None) -> Iterator[tuple[str, Mask]]:
        """Where a leaf is not known; of a look-up's key, where that has left the look-up open."""
        known = self.rows.evaluate(leaf).known
        if known is not None:
            yield self._called(leaf), ~known if failed is None else ~known & failed

    def _called(self, leaf: Expr) -> str:
        """With only one claim at hand, what an encounter has from all of its claims is a matter of history."""
        if self.context.reach.alone and isinstance(leaf, Field) and leaf.kind == "encounter" and leaf.name in ASSEMBLED:
            return "history"
        return leaf_name(leaf)

    def _conditions(self) -> Iterator[tuple[Expr, str]]:
        """What the verdict rests on, in the order of the frame, each with the match whose key it is, or nothing."""
        rule, plan = self.plan.rule, self.plan
        yield from ((node, "") for node in (*plan.coarse, *plan.fine))
        for match in rule.matches:
            yield from ((value, match.name) for _, value in match.keys)
            if not match.ever:
                yield (match.at if match.at is not None else time_of(rule.kind)), match.name
        yield from ((key.value, "") for key in rule.per if key.name not in self.rows.chained)
        yield from ((part.value, "") for part in rule.order)
        yield from ((mine, "") for other in rule.others for mine, _ in other.same)
        yield from ((node, "") for _, node in rule.flag)
        yield from ((exception.when, "") for exception in rule.unless)

    def _leaves(self, node: Expr) -> Iterator[Expr]:
        """What may be missing: names and aggregates; a coalesce as a whole, known where one of its parts is."""
        if isinstance(node, Call) and node.function in _ALWAYS_KNOWN:
            return
        if isinstance(node, Field | MatchField | Param | Aggregate) and self._is_here(node):
            yield node
        if isinstance(node, Call) and node.function == "coalesce":
            if all(self._is_here(part) for part in _names(node)):
                yield node
            return
        for child in children(node):
            yield from self._leaves(child)

    def _is_here(self, part: Expr) -> bool:
        """A field of a kind below is not a column of the rule's rows, nor is one of a set."""
        if isinstance(part, MatchField) and part.match in self.rows.sets:
            return False
        if isinstance(part, Field) and not part.owner:
            return part.kind in (self.rows.base.rows.kind, *self.rows.base.rows.up)
        if isinstance(part, Field | MatchField) and part.owner:
            return self.rows.others[part.owner].one is not None
        return True


def _is_own(node: Expr) -> bool:
    """A field of the row itself, or a coalesce that begins with one."""
    first = node.arguments[0] if isinstance(node, Call) else node
    return isinstance(first, Field) and not first.owner


def _names(node: Expr) -> Iterator[Expr]:
    yield node
    for child in children(node):
        yield from _names(child)


def leaf_name(leaf: Expr) -> str:
    """A leaf as `missing` names it; a coalesce by its first value."""
    match leaf:
        case Field(owner=owner, kind=kind, name=name):
            return f"{owner or kind}.{name}"
        case MatchField(owner=owner, match=match, column=column):
            return f"{owner}.{match}.{column}" if owner else f"{match}.{column}"
        case Param(name=name):
            return f"param.{name}"
        case Aggregate(function=function, over=over):
            return f"{function}({over or 'rows'})"
        case Call(function="coalesce", arguments=arguments):
            return leaf_name(arguments[0])
        case _:
            return "not known"
