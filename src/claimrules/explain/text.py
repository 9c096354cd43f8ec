"""An explanation as text: lines with an indent and a style, for a terminal or for a file."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from rich.text import Text

from claimrules.catalog import label
from claimrules.explain.candidates import OTHER
from claimrules.explain.explanation import (
    Change,
    Condition,
    Explanation,
    KnowledgeRow,
    Others,
    ProvisoFact,
    RowFacts,
    SubjectExplanation,
    Value,
)
from claimrules.explain.looking import quoted
from claimrules.explain.words import step_word, verdict_word, word

_STYLES = {"flagged": "bold red", "clean": "bold green", "undecided": "bold yellow", "not_applicable": "dim"}
_TRUTHS = {"true": ("TRUE ", "green"), "false": ("FALSE", "red"), "unknown": ("NULL ", "yellow")}
_MOST_CLEAN = 3
"""Clean subjects that are written out; the others have a line each."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: how far it is indented, what it says, and how it looks."""

    depth: int
    text: str
    style: str = ""


def text_of(explanation: Explanation, language: str = "zh") -> str:
    """The explanation as plain text."""
    return "\n".join(("  " * line.depth + line.text).rstrip() for line in lines_of(explanation, language))


def rich_of(explanation: Explanation, language: str = "zh") -> Text:
    """The explanation for a terminal."""
    out = Text()
    for line in lines_of(explanation, language):
        out.append("  " * line.depth + line.text + "\n", line.style or None)
    return out


def lines_of(explanation: Explanation, language: str = "zh") -> Iterator[Line]:
    """All lines."""
    title = explanation.title_zh if language == "zh" else explanation.title_en
    yield Line(
        0,
        f"{title} · {explanation.rule_id} v{explanation.rule_version} · {word('claim', language)} {explanation.claim_id}",
        "bold",
    )
    if explanation.parameters:
        said = ", ".join(_value(p, language) for p in explanation.parameters)
        yield Line(0, f"{word('parameters', language)}: {said}", "dim")
    clean = 0
    shown: set[tuple[str, str, str, tuple[Condition, ...]]] = set()
    for subject in explanation.subjects:
        same = (subject.verdict, subject.step, subject.detail, subject.conditions)
        if subject.verdict == "not_applicable" and same in shown and not subject.changes:
            continue
        shown.add(same)
        alike = [s for s in explanation.subjects if (s.verdict, s.step, s.detail, s.conditions) == same and not s.changes]
        clean += subject.verdict == "clean"
        if clean > _MOST_CLEAN and subject.step != "unless":
            verdict = verdict_word("clean", language)
            yield Line(0, f"{subject.subject}: {verdict} — {step_word('clean', subject.step, language)}", "dim")
            continue
        yield Line(0, "")
        yield from _Subject(subject, language, len(alike) - 1 if subject.verdict == "not_applicable" else 0).lines()


@dataclass(slots=True)
class _Subject:
    said: SubjectExplanation
    language: str
    alike: int
    defined: set[tuple[str, str | None]] = field(default_factory=set)

    def _word(self, key: str, **values: object) -> str:
        return word(key, self.language, **values)

    def lines(self) -> Iterator[Line]:
        said = self.said
        yield Line(0, said.subject, "bold")
        verdict = verdict_word("suspicious" if said.suspicious else said.verdict, self.language)
        step = step_word(said.verdict, said.step, self.language)
        detail = f" ({said.detail})" if said.detail else ""
        yield Line(1, f"{self._word('verdict')}: {verdict} — {step}{detail}", _STYLES[said.verdict])
        if said.without is not None:
            yield Line(1, f"{self._word('without')}: {verdict_word(said.without, self.language)}", _STYLES[said.without])
        if self.alike > 0:
            yield Line(1, self._word("same", n=self.alike), "dim")
        for found in said.findings:
            yield Line(1, found.message_zh if self.language == "zh" else found.message_en)
        yield from self._conditions()
        yield from self._rows()
        for others in said.others:
            yield from self._others(others)
        for knowledge in said.knowledge:
            yield from self._knowledge(knowledge)
        yield from self._money()
        if said.missing:
            yield Line(1, f"{self._word('supply')}: {', '.join(said.missing)}", "yellow")
        yield from self._changes()

    # ------------------------------------------------------------------ conditions

    def _conditions(self) -> Iterator[Line]:
        key = "rows_condition" if self.said.step == "rows" else "conditions"
        yield from self._stated(key, self.said.conditions, self.said.exceptions, 1)

    def _stated(
        self, key: str, conditions: tuple[Condition, ...], exceptions: tuple[ProvisoFact, ...], depth: int
    ) -> Iterator[Line]:
        if conditions:
            yield Line(depth, f"{self._word(key)}:", "dim")
        for condition in conditions:
            yield from self._condition(condition, depth + 1)
        for proviso in exceptions:
            yield from self._proviso(proviso, depth)

    def _condition(self, said: Condition, depth: int) -> Iterator[Line]:
        mark, style = _TRUTHS[said.truth]
        name = f"[{said.name}] " if said.name else ""
        if said.operator:
            yield Line(depth, f"{mark} {name}{said.operator.upper() if said.text != said.name else ''}".rstrip(), style)
            for inner in said.conditions:
                yield from self._condition(inner, depth + 1)
            return
        text = _pieces(said.pieces, self.language)
        sides = f"  → {' '.join(said.sides)}" if said.sides else ""
        yield Line(depth, f"{mark} {name}{text}{sides}", style)
        for piece in said.pieces:
            if isinstance(piece, Value):
                yield from self._definition(piece, depth + 3)

    def _definition(self, value: Value, depth: int) -> Iterator[Line]:
        if not value.definition or (value.text, value.value) in self.defined:
            return
        self.defined.add((value.text, value.value))
        text = _pieces(value.definition, self.language)
        yield Line(depth, f"{self._word('named')} {value.text} = {text}", "dim")
        for piece in value.definition:
            if isinstance(piece, Value):
                yield from self._definition(piece, depth + 1)

    def _proviso(self, said: ProvisoFact, depth: int) -> Iterator[Line]:
        applied = ""
        if said.applied:
            applied = " ← " + self._word("applied_doubt" if said.kind == "doubt" else "applied")
        style = "bold" if said.applied else "dim"
        yield Line(depth, f"{self._word(said.kind)} [{said.name}]{applied}", style)
        if said.condition is not None:
            yield from self._condition(said.condition, depth + 1)
        why = " ".join(part for part in (said.because, said.source) if part)
        if why:
            yield Line(depth + 1, f"{self._word('because')}: {why}", "dim")

    # ------------------------------------------------------------------ rows

    def _rows(self) -> Iterator[Line]:
        said = self.said
        alone = len(said.rows) == 1 and said.row_count == 1
        if said.rows and not alone:
            yield Line(1, f"{self._word('rows')} ({said.row_count}):", "dim")
        for row in said.rows:
            yield from self._row(row, alone=alone)
        if said.row_count > len(said.rows) > 0:
            yield Line(2, self._word("more", n=said.row_count - len(said.rows)), "dim")

    def _row(self, row: RowFacts, *, alone: bool) -> Iterator[Line]:
        if not alone:
            values = ", ".join(_value(value, self.language) for value in row.values)
            mark = f" ← {self._word('violating')}" if row.violating else ""
            amount = f", {self._word('amount')} {row.amount}" if row.violating and row.amount is not None else ""
            yield Line(2, f"{row.row}: {values}{amount}{mark}", "red" if row.violating else "")
        yield from self._stated("conditions", row.conditions, row.exceptions, 1 if alone else 3)

    # ------------------------------------------------------------------ beside

    def _others(self, said: Others) -> Iterator[Line]:
        note = f" — {self._word(said.note)}" if said.note else ""
        yield Line(1, f"{self._word('others')} {said.name} ({said.kind}, {said.count}){note}", "dim")
        for row in said.rows:
            values = ", ".join(_value(value, self.language) for value in row.values)
            yield Line(2, f"{row.row}: {values}" if values else row.row)
        if said.count > len(said.rows):
            yield Line(2, self._word("more", n=said.count - len(said.rows)), "dim")

    def _knowledge(self, said: KnowledgeRow) -> Iterator[Line]:
        asked = ", ".join(f"{value.text} = {_bare(value, self.language)}" for value in said.asked)
        yield Line(1, f"{self._word('knowledge')} {said.match} ← {said.table} ({asked})", "dim")
        if said.found == "row":
            until = f"{said.valid_from or '…'} – {said.valid_to or '…'}" if said.valid_from or said.valid_to else ""
            valid = until or self._word("always")
            cells = ", ".join(_value(value, self.language) for value in said.columns)
            yield Line(2, f"{said.knowledge_id} ({valid}, {said.region}): {cells}")
        else:
            yield Line(2, self._word("no_row" if said.found == "none" else "unknown_row"), "yellow")
        notes = [self._word("invented")] if said.invented else [] if said.verified else [self._word("unverified")]
        if said.source or said.invented:
            yield Line(
                2, f"{said.source} {said.url} ({', '.join(notes)})".replace(" ()", "").replace("  ", " ").strip(), "dim"
            )

    def _money(self) -> Iterator[Line]:
        for found in self.said.findings:
            how = f"{found.amount_method}({', '.join(_value(a, self.language) for a in self.said.arguments)})"
            amount = self._word("unknown") if found.amount is None else str(found.amount)
            loss = self._word("unknown") if found.fund_loss is None else str(found.fund_loss)
            yield Line(
                1,
                f"{self._word('amount')}: {amount} = {how.removesuffix('()')}, {self._word('loss')} {loss}"
                f" ({self._word('claim')} {found.claim_id})",
            )
        if self.said.findings:
            yield Line(1, f"{self._word('basis')}: {self.said.findings[0].basis}", "dim")

    def _changes(self) -> Iterator[Line]:
        for change in self.said.changes:
            yield Line(1, f"{self._word('change')}: {change_text(change, self.language)}", "cyan")
        if self.said.searched and not self.said.changes:
            yield Line(1, f"{self._word('change')}: {self._word('none_flips')}", "cyan")


def change_text(change: Change, language: str) -> str:
    """One change in a sentence."""
    title = f"（{change.title}）" if change.title and language == "zh" else ""
    before = word("null", language) if change.before is None else change.before
    after = change.after
    if change.any_other:
        begin = (change.after or "").removesuffix(OTHER)
        after = word("any_other_like", language, begin=begin) if begin else word("any_other", language)
    verdict = verdict_word(change.verdict, language)
    return f"{change.row} {change.field}{title} {word('from', language)} {before} {word('to', language)} {after} → {verdict}"


def _pieces(pieces: tuple[str | Value, ...], language: str) -> str:
    """An expression with its values. Where the text has an `=` of its own, they stand in brackets."""
    bare = "".join(piece for piece in pieces if isinstance(piece, str))
    plain = not any(sign in bare.replace("<=", "").replace(">=", "") for sign in ("=", "<>", "(", "+", "-", "*", "/", "::"))
    say = _value if plain else _bracketed
    return "".join(piece if isinstance(piece, str) else say(piece, language) for piece in pieces)


def _bracketed(value: Value, language: str) -> str:
    title = f"（{value.title}）" if value.title and language == "zh" else " "
    return f"{value.text}{title}[{_bare(value, language)}]"


def _value(value: Value, language: str) -> str:
    """`line.quantity（数量）= 3`."""
    title = f"（{value.title}）" if value.title and language == "zh" else " "
    return f"{value.text}{title}= {_bare(value, language)}"


def _bare(value: Value, language: str) -> str:
    said = quoted(value)
    if value.kind in ("enumeration", "window") and value.value is not None:
        words = label(value.value, language)
        return said if words == value.value else f"{said} {words}"
    return said
