"""What an explanation says, as data: frozen, and JSON by `model_dump_json()`."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

Truth = Literal["true", "false", "unknown"]
Outcome = Literal["flagged", "clean", "undecided", "not_applicable"]
Step = Literal[
    "reversed",  # the settlement was taken back
    "refunded",  # the line was taken back
    "exempt",  # an entry of exemptions.yaml took the row out
    "effective",  # the rule did not hold on the row's date
    "rows",  # the rule does not speak of such a row
    "knowledge",  # the table has no row for it, or which one is not known
    "keys",  # whose subject it is, is not known
    "others",  # the other row to compare with is not there
    "flag",  # the violation itself
    "unless",  # an exception
    "doubt",  # flagged, and in doubt
    "history",  # other claims could change the answer
]


class Fact(BaseModel):
    """What all parts share."""

    model_config = ConfigDict(frozen=True)


class Value(Fact):
    """A named value as the rule spells it.

    `value`: its text, None where it is not known; `kind`: text, enumeration, number, date, boolean. `at_least`: it is not
    known, and yet no less than this. `definition`: what `let` says it is, with the values of its parts.
    """

    text: str
    title: str = ""
    value: str | None = None
    kind: str = "text"
    at_least: str | None = None
    definition: tuple["str | Value", ...] = ()


class Condition(Fact):
    """A condition, its truth, and the conditions that it is made of.

    `operator`: and, or, not, or "" for one that is not made of others. `pieces`: the text with its values in their places;
    `sides`: of a comparison that computes one, the values of both around the sign. `name`: what `flag`, `unless` or `let`
    calls it.
    """

    truth: Truth
    text: str
    operator: str = ""
    name: str = ""
    pieces: tuple[str | Value, ...] = ()
    sides: tuple[str, ...] = ()
    conditions: tuple["Condition", ...] = ()


class ProvisoFact(Fact):
    """An exception (`unless`), a doubt, an entry of exemptions.yaml. `applied`: without it the verdict would be another."""

    kind: Literal["unless", "doubt", "exemption"]
    name: str
    truth: Truth
    applied: bool
    because: str = ""
    source: str = ""
    condition: Condition | None = None


class KnowledgeRow(Fact):
    """A look-up: what was asked, and the row of the table, if there is one.

    `found`: row, none, or unknown (a key or date is not known, or the table says nothing of this).
    """

    match: str
    table: str
    found: Literal["row", "none", "unknown"]
    asked: tuple[Value, ...] = ()
    knowledge_id: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    region: str | None = None
    columns: tuple[Value, ...] = ()
    source: str = ""
    url: str = ""
    verified: bool = False
    invented: bool = False


class OtherRow(Fact):
    """A row that is not the rule's own, with the values that the rule uses of it."""

    row: str
    values: tuple[Value, ...] = ()


class Others(Fact):
    """The rows of one name of `others`. `count`: how many there are, which need not all be listed."""

    name: str
    kind: str
    count: int
    rows: tuple[OtherRow, ...] = ()
    note: Literal["", "missing", "unknown", "incomplete"] = ""


class RowFacts(Fact):
    """A row of the subject. `conditions` are there where the rule asks each row."""

    row: str
    claim_id: str
    line_id: str | None
    violating: bool
    values: tuple[Value, ...] = ()
    conditions: tuple[Condition, ...] = ()
    exceptions: tuple[ProvisoFact, ...] = ()
    amount: Decimal | None = None


class Found(Fact):
    """What the finding says of one claim."""

    finding_id: str
    claim_id: str
    message_zh: str
    message_en: str
    observed: str | None
    allowed: str | None
    amount: Decimal | None
    fund_loss: Decimal | None
    amount_method: str
    basis: str


class Change(Fact):
    """One input value that, changed so, gives another verdict: tried with the engine, and the nearest found.

    `row`: the row whose value it is, `field` as a rule spells it. `before` and `after` None: not known. `any_other`: `after`
    ends in `~`, and any other text that begins like it does as well.
    """

    row: str
    table: str
    key: tuple[str, ...]
    field: str
    title: str
    before: str | None
    after: str | None
    kind: str
    any_other: bool = False
    verdict: Outcome = "clean"


class SubjectExplanation(Fact):
    """Why one subject has its verdict.

    `missing`: what an undecided one lacks. `searched`: whether a change was looked for. `without`: the verdict that it would
    have without the exemption that took it out.
    """

    subject: str
    verdict: Outcome
    suspicious: bool = False
    step: Step
    detail: str = ""
    without: Outcome | None = None
    conditions: tuple[Condition, ...] = ()
    exceptions: tuple[ProvisoFact, ...] = ()
    rows: tuple[RowFacts, ...] = ()
    row_count: int = 0
    others: tuple[Others, ...] = ()
    knowledge: tuple[KnowledgeRow, ...] = ()
    arguments: tuple[Value, ...] = ()
    findings: tuple[Found, ...] = ()
    missing: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    searched: bool = False

    @property
    def removed_by(self) -> tuple[ProvisoFact, ...]:
        """The exceptions without which the subject, or a row of it, would be flagged."""
        every = (*self.exceptions, *(one for row in self.rows for one in row.exceptions))
        return tuple(one for one in every if one.kind != "doubt" and one.applied)


class Explanation(Fact):
    """Why, or why not, one rule flags the subjects that one claim touches."""

    rule_id: str
    rule_version: int
    title_zh: str
    title_en: str
    claim_id: str
    parameters: tuple[Value, ...] = ()
    subjects: tuple[SubjectExplanation, ...] = ()

    def text(self, language: str = "zh") -> str:
        """The explanation as plain text, in "zh" or "en"."""
        from claimrules.explain.text import text_of  # noqa: PLC0415 - the text knows these models, not the other way

        return text_of(self, language)

    def __str__(self) -> str:
        return self.text()
