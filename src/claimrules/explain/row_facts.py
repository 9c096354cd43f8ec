"""The rows of a subject: their values, conditions and exceptions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from claimrules.catalog import KINDS
from claimrules.engine.named import claim_text, own_text
from claimrules.engine.space import Space
from claimrules.engine.values.truth import truth
from claimrules.explain.explanation import Condition, ProvisoFact, RowFacts
from claimrules.explain.judged import Judged
from claimrules.explain.looking import Look, Wording
from claimrules.language.expression import Aggregate, Expr, Field, Let, MatchField, Walk, children
from claimrules.language.rule import Proviso
from claimrules.language.sources import Source

MOST_ROWS = 30
"""Rows of one subject that are listed."""
MOST_JUDGED = 8
"""Rows of one subject whose conditions are written out."""


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the rows of one judged rule. `amounts`: what each violating row bears, None of the others."""

    judged: Judged
    wording: Wording
    sources: Mapping[str, Source]
    amounts: Sequence[Decimal | None]

    def rows(self, at: list[int]) -> tuple[RowFacts, ...]:
        """The rows at some places, violating ones first where not all are listed, in their own order."""
        violating = truth(self.judged.verdict.rows)
        known = self.judged.verdict.rows.known
        first = sorted(at, key=lambda i: (not violating[i], known is None or bool(known[i]), i))
        judged = set(first[:MOST_JUDGED]) if self.judged.by_row else set()
        nodes = self._nodes() if len(at) > 1 or not self.judged.by_row else []
        return tuple(self._row(i, bool(violating[i]), nodes, full=i in judged) for i in sorted(first[:MOST_ROWS]))

    def _row(self, i: int, violating: bool, nodes: list[Expr], *, full: bool) -> RowFacts:  # noqa: FBT001
        rows = self.judged.rows
        base, place = self.judged.base, rows.at[i : i + 1]
        look = Look(rows, i, self.wording)
        claim_id = str(claim_text(base, place).to_pylist()[0])
        line_id = _line_id(base, place)
        return RowFacts(
            row=str(own_text(base, place).to_pylist()[0]),
            claim_id=claim_id,
            line_id=line_id,
            violating=violating,
            values=tuple(look.value(node) for node in nodes),
            conditions=self.conditions(look) if full else (),
            exceptions=self.provisos(look) if full else (),
            amount=self.amounts[i],
        )

    # ------------------------------------------------------------------ conditions

    def conditions(self, look: Look) -> tuple[Condition, ...]:
        """The flag's conditions, one for each reason."""
        return tuple(look.condition(node, name) for name, node in self.wording.rule.flag)

    def provisos(self, look: Look) -> tuple[ProvisoFact, ...]:
        """The exceptions and doubts, and which of them changed the verdict here."""
        plan = self.judged.plan.rule
        flags = [look.truth(node) for _, node in plan.flag]
        hit = "true" in flags
        named = {proviso.name: proviso for proviso in (*self.wording.rule.unless, *self.wording.rule.doubt)}

        def read(kind: Any, proviso: Proviso, *, matters: bool) -> ProvisoFact:
            return self._proviso(kind, proviso, named.get(proviso.name, proviso), look, matters=matters)

        unless = [read("unless", proviso, matters=hit) for proviso in plan.unless]
        stands = hit and not any(one.truth == "true" for one in unless)
        return (*unless, *(read("doubt", proviso, matters=stands) for proviso in plan.doubt))

    def _proviso(self, kind: Any, real: Proviso, said: Proviso, look: Look, *, matters: bool) -> ProvisoFact:
        holds = look.truth(real.when)
        applies = holds == "true" or (kind == "doubt" and holds == "unknown")
        return ProvisoFact(
            kind=kind,
            name=real.name,
            truth=holds,
            applied=applies and matters,
            because=real.because,
            source=source_title(self.sources, real.source),
            condition=look.condition(said.when),
        )

    # ------------------------------------------------------------------ values

    def _nodes(self) -> list[Expr]:
        """The named values that the rule uses of each row, as the flag and the amount come to them."""
        rule = self.wording.rule
        tops = [node for _, node in rule.flag]
        tops += [proviso.when for proviso in (*rule.unless, *rule.doubt)]
        tops += list(rule.amount.arguments)
        found: dict[Expr, None] = {}
        for top in tops:
            for node in self._of_row(top):
                found[node] = None
        return list(found)

    def _of_row(self, node: Expr) -> Iterator[Expr]:  # noqa: C901 - one case a node
        own = (self.judged.base.rows.kind, *KINDS[self.judged.base.rows.kind].above)
        match node:
            case Let(name=name):
                spec = next(let for let in self.wording.rule.lets if let.name == name)
                walks = isinstance(spec.value, Walk)  # whose value the name has
                yield from (part for part in self._of_row(spec.value) if not (walks and part == spec.value))
                if not spec.of_subject:
                    yield node
            case Field(owner="", kind=kind):
                if kind in own:
                    yield node
            case MatchField(owner="", match=match):
                if match in self.judged.rows.matches:
                    yield node
            case Aggregate(over=""):
                for child in children(node):
                    yield from self._of_row(child)
            case Aggregate():
                if not self._beside_subject(node.over):
                    yield node
            case Walk():
                for child in children(node):
                    yield from self._of_row(child)
                yield node
            case _:
                for child in children(node):
                    yield from self._of_row(child)

    def _beside_subject(self, over: str) -> bool:
        return any(o.name == over and o.of_subject for o in self.judged.plan.rule.others)


def _line_id(base: Any, place: Any) -> str | None:
    if base.rows.kind not in ("line", "raw_line"):
        return None
    column = base.rows.columns["line_id"]
    return str(column.words[column.data[place[0]]])


def source_title(sources: Mapping[str, Source], name: str) -> str:
    """A source by its title, or by its id where there is none."""
    found = sources.get(name)
    return f"《{found.title.zh}》" if found is not None else name


def look_at_subject(judged: Judged, subject: int, wording: Wording) -> Look:
    """Where a rule that asks the subject looks."""
    space: Space = judged.rows.subject_space
    return Look(space, subject, wording)


def places(judged: Judged, subject: int) -> list[int]:
    """The rows of a subject."""
    return [int(i) for i in np.flatnonzero(judged.subjects.ids == subject)]
