"""Each subject that a claim touches: its verdict, where it was settled, and what with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pyarrow.compute as pc

from claimrules.catalog import Absence
from claimrules.engine.column import Mask
from claimrules.engine.hits import Hits
from claimrules.engine.lookup import MISSING
from claimrules.engine.matching import narrowed_by_where, question_of
from claimrules.engine.named import own_text
from claimrules.engine.subject_rows import Found as FoundRows
from claimrules.engine.subject_rows import RowSpace
from claimrules.engine.values.times import days
from claimrules.engine.values.truth import falsehood, truth
from claimrules.explain.explanation import Found, Step, SubjectExplanation
from claimrules.explain.judged import Judged
from claimrules.explain.looking import Look, Wording, unknown_names
from claimrules.explain.row_facts import RowReader, look_at_subject, places
from claimrules.explain.world_facts import WorldReader
from claimrules.findings import make_findings
from claimrules.findings.verdicts import verdict_table
from claimrules.language.rule import MatchSpec
from claimrules.language.scope import time_of
from claimrules.language.sources import Source

EPOCH_ORDINAL = 719_163
"""1 January 1970 in Python's count of days."""
_SHOWN = tuple(name for name in Found.model_fields)


@dataclass(slots=True)
class SubjectReader:
    """Explains the subjects of one judged rule that some rows of its kind belong to. `mine`: those rows."""

    judged: Judged
    wording: Wording
    sources: Mapping[str, Source]
    mine: Mask
    rows: RowReader = field(init=False)
    world: WorldReader = field(init=False)
    findings: dict[str, list[Found]] = field(init=False)

    def __post_init__(self) -> None:
        judged = self.judged
        table = verdict_table(judged.hits, judged.context).to_pylist()  # the judged rows come first, in their own order
        amounts = [row["amount"] if row["violating"] else None for row in table]
        self.rows = RowReader(judged, self.wording, self.sources, amounts)
        self.world = WorldReader(judged, self.wording)
        self.findings = {}
        if judged.hits.flagged is not None:
            made = make_findings(Hits(judged.context.prepared, (judged.hits,)), judged.context, self.sources)
            for row in made.findings.to_pylist():
                found = Found.model_validate({name: row[name] for name in _SHOWN})
                self.findings.setdefault(row["subject"], []).append(found)

    def subjects(self, apart: Mask) -> list[SubjectExplanation]:
        """Every subject with a row of the claim, then every row that the rule does not speak of, some `apart` excepted."""
        touched = self.judged.rows_of(self.mine)
        ids = dict.fromkeys(int(i) for i in self.judged.subjects.ids[touched])
        out = [self._judged(subject) for subject in ids]
        counted = apart.copy()
        counted[self.judged.rows.at] = True
        out += [self._not_applicable(int(i)) for i in np.flatnonzero(self.mine & ~counted)]
        return out

    def of_row(self, place: int) -> list[SubjectExplanation]:
        """The subjects of one row of the kind, or that the rule does not speak of it."""
        here = np.flatnonzero(self.judged.rows.at == place)
        ids = dict.fromkeys(int(i) for i in self.judged.subjects.ids[here])
        return [self._judged(subject) for subject in ids] or [self._not_applicable(place)]

    # ------------------------------------------------------------------ judged

    def _judged(self, subject: int) -> SubjectExplanation:
        judged = self.judged
        at = places(judged, subject)
        trace = cast(Any, judged.hits.trace)
        text = judged.subject_texts()[at[0]]
        verdict = str(trace.verdict[at[0]])
        rows = self.rows.rows(at)
        look = look_at_subject(judged, subject, self.wording)
        conditions = () if judged.by_row else self.rows.conditions(look)
        exceptions = () if judged.by_row else self.rows.provisos(look)
        suspicious = bool(trace.suspicious[at[0]])
        # What is known of each row may differ; the row of the claim that was asked about speaks for the subject's values.
        first = next((i for i in at if self.mine[judged.rows.at[i]]), at[0])
        violating = [i for i in at if truth(judged.verdict.rows)[i]]
        said = violating[0] if violating else first
        explanation = SubjectExplanation(
            subject=text,
            verdict=cast(Any, verdict),
            suspicious=suspicious,
            step="flag",
            conditions=conditions,
            exceptions=exceptions,
            rows=rows,
            row_count=len(at),
            others=self.world.others(subject, at),
            knowledge=self.world.knowledge(at),
            arguments=tuple(Look(judged.rows, said, self.wording).value(a) for a in self.wording.rule.amount.arguments)
            if verdict == "flagged"
            else (),
            findings=tuple(self.findings.get(text, ())),
        )
        step = self._step(explanation, at)
        missing = self._missing(explanation, str(trace.missing[at[0]])) if verdict == "undecided" else ()
        return explanation.model_copy(update={"step": step, "missing": missing})

    def _step(self, said: SubjectExplanation, at: list[int]) -> Step:
        if said.verdict == "flagged":
            return "doubt" if said.suspicious else "flag"
        if said.verdict == "clean":
            return self._clean_step(said, at)
        return self._open_step(said, at)

    def _clean_step(self, said: SubjectExplanation, at: list[int]) -> Step:
        if said.removed_by:
            return "unless"
        for relation in (self.judged.rows.others[name] for name in self.judged.plan.needed):
            beside = [self.judged.subjects.ids[i] for i in at] if relation.spec.of_subject else at
            if all(cast(Any, relation.one)[i] == MISSING for i in beside):
                return "others"
        return "flag"

    def _open_step(self, said: SubjectExplanation, at: list[int]) -> Step:
        judged = self.judged
        rule = judged.plan.rule
        if judged.loose[at].any():
            return "keys"
        if any(row.found == "unknown" for row in said.knowledge):
            return "knowledge"
        if judged.rows.member is not None and not all(judged.rows.member[i] for i in at):
            space = judged.rows
            unsure = [i for i in at if not judged.rows.member[i]]
            return (
                "rows"
                if rule.rows is not None and any(Look(space, i, self.wording).truth(rule.rows) == "unknown" for i in unsure)
                else "effective"
            )
        every = (*said.conditions, *(c for row in said.rows for c in row.conditions))
        provisos = (*said.exceptions, *(e for row in said.rows for e in row.exceptions))
        if any(one.truth == "unknown" and one.kind == "unless" for one in provisos) and any(
            c.truth == "true" for c in every
        ):
            return "unless"
        if any(one.truth == "unknown" for one in every):
            return "flag"
        return "history"

    def _missing(self, said: SubjectExplanation, blamed: str) -> tuple[str, ...]:
        """What to supply: what the engine blames, then every name that is not known in a condition."""
        every = (*said.conditions, *(c for row in said.rows for c in row.conditions))
        provisos = (*said.exceptions, *(e for row in said.rows for e in row.exceptions))
        inner = [e.condition for e in provisos if e.kind == "unless" and e.condition is not None]
        names = [name for condition in (*every, *inner) for name in unknown_names(condition)]
        return tuple(dict.fromkeys(name for name in (blamed, *names) if name))

    # ------------------------------------------------------------------ not applicable

    def _not_applicable(self, place: int) -> SubjectExplanation:
        """A row that the rule does not speak of: the first of its steps that says so."""
        base, rule = self.judged.base, self.judged.plan.rule
        at = np.array([place], np.int64)
        rows = RowSpace(base, at)
        look = Look(rows, 0, self.wording)
        step: Step = "rows"
        detail = ""
        if self._outside(rows):
            step = "effective"
            detail = look.value(time_of(rule.kind)).value or ""
        elif rule.rows is None or not falsehood(rows.evaluate(rule.rows))[0]:
            step, detail, rows = "knowledge", *self._without_knowledge(rows)
        said = self.wording.rule.rows
        return SubjectExplanation(
            subject=str(own_text(base, at).to_pylist()[0]),
            verdict="not_applicable",
            step=step,
            detail=detail,
            conditions=(look.condition(said),) if step == "rows" and said is not None else (),
            knowledge=WorldReader(self.judged, self.wording).knowledge([0], rows) if step == "knowledge" else (),
            row_count=1,
        )

    def _outside(self, rows: RowSpace) -> bool:
        """Whether the row's date is known and outside the days on which the rule holds."""
        rule = self.judged.plan.rule
        time = rows.evaluate(time_of(rule.kind))
        if time.known is not None and not time.known[0]:
            return False
        day = int(cast(Any, days(time))[0]) + EPOCH_ORDINAL
        before = rule.effective_from is not None and day < rule.effective_from.toordinal()
        return before or (rule.effective_to is not None and day > rule.effective_to.toordinal())

    def _without_knowledge(self, rows: RowSpace) -> tuple[str, RowSpace]:
        """The table without a row for this, and the look-ups up to it."""
        for match in self.judged.plan.rule.matches:
            found = self._looked_up(match, rows)
            rows.matches[match.name] = found
            asked = match.name in self.judged.plan.asked
            no_limit = found.lookup.table.schema.absence is Absence.NO_LIMIT
            if found.rows[0] == MISSING and not asked and (no_limit or match.take_all):
                return match.table, rows
        return "", rows

    def _looked_up(self, match: MatchSpec, rows: RowSpace) -> FoundRows:
        context = self.judged.context
        lookup = context.shelf.lookup(match.table)
        question = question_of(match, rows, context)
        pairs = lookup.pairs(question)
        if match.where is not None:
            pairs = narrowed_by_where(match, rows, pairs, context)
        if match.take_all:
            some = lookup.every(question, pairs)
            return FoundRows(lookup, np.array([some.right[0] if len(some.right) else MISSING], np.int64))
        return FoundRows(lookup, lookup.one(question, pairs))


def touched_rows(judged: Judged, claim_id: str) -> Mask:
    """The rows of the rule's kind that belong to a claim; an encounter and its days to each of its claims."""
    context, base = judged.context, judged.base
    claims = context.kind("claim")
    column = claims.rows.columns["claim_id"]
    texts = np.asarray(column.words, dtype=object)[column.data]
    mine = np.asarray(texts == claim_id, dtype=np.bool_)
    if base.rows.kind == "claim":
        return mine
    if "claim" in base.rows.up:
        return mine[base.rows.up["claim"]]
    stays = np.zeros(context.kind("encounter").n, np.bool_)
    stays[claims.rows.up["encounter"][mine]] = True
    return stays if base.rows.kind == "encounter" else stays[base.rows.up["encounter"]]


def taken_back(lines: Any, judged: Judged, claim_id: str) -> list[str]:
    """The lines of a claim that are not there after netting: refunds, and what they took back wholly."""
    if judged.plan.rule.kind != "line" or not lines.num_rows or "line_id" not in lines.column_names:
        return []
    written = lines.filter(pc.equal(lines["claim_id"], claim_id))["line_id"].to_pylist()
    there = touched_rows(judged, claim_id)
    column = judged.base.rows.columns["line_id"]
    words = cast(Any, column.words)
    left = {str(words[code]) for code in cast(Any, column.data)[there].tolist()} if judged.base.n else set()
    return sorted(line for line in written if line not in left)
