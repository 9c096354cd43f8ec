"""What a case expects against what was judged, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from claimrules.cases.case import Case


@dataclass(frozen=True, slots=True, order=True)
class Judged:
    """The verdict of one subject on one row of a case. A row of several subjects is there several times.

    `violating` marks the rows that a flagged subject's finding is about.
    """

    label: str
    verdict: str
    violating: bool
    amount: Decimal
    suspicious: bool
    missing: str

    @property
    def word(self) -> str:
        """The verdict on the row itself: a row that does not violate is clean, whatever its subject."""
        return "clean" if self.verdict == "flagged" and not self.violating else self.verdict


def differences(case: Case, judged: Iterable[Judged]) -> list[str]:
    """One sentence for each thing that is not as expected; none where the case holds."""
    rows = sorted(judged)
    short = {row.full: case.world.short(row) for row in case.world.rows}
    out = [*_flagged(case, rows, short), *_undecided(case, rows, short), *_silent(case, rows, short)]
    return [*out, *_money(case, rows, short), *_circumstances(case, rows, short)]


def found(case: Case, judged: Iterable[Judged], reasons: Mapping[str, str] | None = None) -> list[str]:
    """What was judged, a line a row, for the reader of a failure. `reasons`: why, by a row's full label."""
    short = {row.full: case.world.short(row) for row in case.world.rows}
    out = []
    for row in sorted(judged):
        more = f", amount {row.amount}" if row.word == "flagged" else ""
        more += ", suspicious" if row.suspicious and row.word == "flagged" else ""
        more += f" for want of {row.missing}" if row.word == "undecided" and row.missing else ""
        why = (reasons or {}).get(row.label, "")
        out.append(f"{short.get(row.label, row.label)}: {_said(row.word)}{more}{f', because {why}' if why else ''}")
    return out or ["no row was judged"]


def _said(word: str) -> str:
    return word.replace("_", " ")


def _state(rows: list[Judged], label: str) -> str:
    words = sorted({row.word for row in rows if row.label == label})
    return " and ".join(_said(word) for word in words) or "not applicable (no subject has it)"


def _flagged(case: Case, rows: list[Judged], short: dict[str, str]) -> list[str]:
    got = {row.label for row in rows if row.word == "flagged"}
    want = set(case.expect.flagged)
    out = [f"`{short[label]}` should be flagged and is {_state(rows, label)}" for label in sorted(want - got)]
    for label in sorted(got - want):
        amount = sum((row.amount for row in rows if row.label == label), Decimal(0))
        out.append(f"`{short.get(label, label)}` should not be flagged and is (amount {amount})")
    return out


def _undecided(case: Case, rows: list[Judged], short: dict[str, str]) -> list[str]:
    got = {row.label: row.missing for row in rows if row.word == "undecided"}
    want = set(case.expect.undecided)
    out = [f"`{short[label]}` should be undecided and is {_state(rows, label)}" for label in sorted(want - set(got))]
    for label in sorted(set(got) - want):
        reason = f" for want of {got[label]}" if got[label] else ""
        out.append(f"`{short.get(label, label)}` should not be undecided and is{reason}")
    wanted = case.expect.missing or ""
    return out + [
        f"`{short[label]}` should lack {wanted} and lacks {got[label] or 'nothing named'}"
        for label in sorted(want & set(got))
        if wanted not in got[label]
    ]


def _silent(case: Case, rows: list[Judged], short: dict[str, str]) -> list[str]:
    words = {row.label: {other.word for other in rows if other.label == row.label} for row in rows}
    wanted = [(label, {"clean"}) for label in case.expect.clean]
    wanted += [(label, set()) for label in case.expect.not_applicable]
    out = [
        f"`{short[label]}` should be {'clean' if want else 'not applicable'} and is {_state(rows, label)}"
        for label, want in wanted
        if words.get(label, set()) - {"not_applicable"} != want
    ]
    clean = sorted({short.get(row.label, row.label) for row in rows if row.word == "clean"})
    others = [row for row in rows if row.word not in ("clean", "not_applicable")]
    if case.expect.nothing_else == "clean" and not clean and not others:
        out.append("a row should be clean and none is judged (`expect: not_applicable` says just that)")
    if case.expect.nothing_else == "not_applicable" and clean:
        out.append(f"everything should be not applicable and {', '.join(f'`{label}`' for label in clean)} is clean")
    return out


def _money(case: Case, rows: list[Judged], short: dict[str, str]) -> list[str]:
    flagged = [row for row in rows if row.word == "flagged"]
    out = []
    total = sum((row.amount for row in flagged), Decimal(0))
    if case.expect.amount is not None and flagged and total != case.expect.amount:
        parts = ", ".join(f"{short.get(row.label, row.label)} {row.amount}" for row in flagged)
        out.append(f"the amount should be {case.expect.amount} and is {total} ({parts})")
    for label, want in case.expect.amounts:
        got = [row.amount for row in flagged if row.label == label]
        if got and sum(got) != want:
            out.append(f"the amount of `{short[label]}` should be {want} and is {sum(got)}")
    return out


def _circumstances(case: Case, rows: list[Judged], short: dict[str, str]) -> list[str]:
    want = case.expect.suspicious
    if want is None:
        return []
    kinds = {True: "a suspicion", False: "a violation"}
    return [
        f"`{short.get(row.label, row.label)}` should be {kinds[want]} and is {kinds[row.suspicious]}"
        for row in rows
        if row.word == "flagged" and row.suspicious is not want
    ]
