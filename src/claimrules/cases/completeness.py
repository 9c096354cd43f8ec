"""Whether a rule has the cases that it needs before it may be active, and whether they can be run."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Protocol

from claimrules.cases.case import Case, RuleCases
from claimrules.cases.from_examples import read_cases
from claimrules.diagnostics import CaseError, Diagnostic, KnowledgeError, Level, Place
from claimrules.knowledge import KnowledgeSet


class CheckedRule(RuleCases, Protocol):
    """What this check needs of a rule."""

    @property
    def status(self) -> str:
        """draft, shadow, active or retired."""

    @property
    def place(self) -> Place:
        """Where the rule stands."""

    @property
    def effective_from(self) -> date | None:
        """The first day on which the rule holds."""


def case_problems(rules: Mapping[str, Any], knowledge: KnowledgeSet | None = None) -> list[Diagnostic]:
    """What is wrong with the cases of these rules: unreadable ones, and those that are missing.

    With `knowledge`, the rows of a case are checked as those of the table are: its name, its columns, its cells.

    An active rule without a flagged case (CR621), without a clean case that differs from a flagged one in one fact
    (CR622), or without a case on the far side of its effective date (CR623) is an error; a rule that is not yet active
    gets warnings.
    """
    out: list[Diagnostic] = []
    for rule in rules.values():
        try:
            cases = read_cases(rule)
        except CaseError as error:
            out.extend(error.diagnostics)
            continue
        out.extend(_missing(rule, cases))
        if knowledge is not None:
            out.extend(problem for case in cases for problem in _of_rows(case, knowledge))
    return out


def _of_rows(case: Case, knowledge: KnowledgeSet) -> tuple[Diagnostic, ...]:
    tables = {table: [dict(row) for row in rows] for table, rows in case.knowledge}
    try:
        knowledge.with_rows(tables, written=case.knowledge_places)
    except KnowledgeError as error:
        return error.diagnostics
    return ()


def _missing(rule: CheckedRule, cases: tuple[Case, ...]) -> Iterator[Diagnostic]:
    flagged = [case for case in cases if case.expect.flagged]
    level = Level.ERROR if rule.status == "active" else Level.WARNING
    if rule.status == "retired":
        return
    if not flagged:
        yield _diagnostic("CR621", rule, "has no case that it flags", "add one under `examples:`", level)
        return
    clean = [case for case in cases if case.expect.nothing_else == "clean" or case.expect.clean]
    if not any(facts_apart(one, other) == 1 for one in flagged for other in clean):
        message = "has no clean case that differs from a flagged one in one fact"
        yield _diagnostic("CR622", rule, message, "copy a flagged case and change the one thing that matters", level)
    if rule.effective_from and not any(_before(case, rule.effective_from) for case in cases):
        message = f"has no case before its effective date {rule.effective_from}"
        yield _diagnostic("CR623", rule, message, "add one that expects `not_applicable`", level)


def facts_apart(one: Case, other: Case) -> int:
    """How many facts two cases differ in: fields of rows, rows, knowledge cells, parameters."""
    these, those = _facts(one), _facts(other)
    missing = object()
    differing = {key for key in these.keys() | those.keys() if these.get(key, missing) != those.get(key, missing)}
    # A row more or less is one fact, whatever it holds.
    return sum(not any(key[:length] in differing for length in range(2, len(key))) for key in differing)


def _facts(case: Case) -> dict[Any, Any]:
    out: dict[Any, Any] = {}
    for row in case.stated.rows:
        out[row.table, row.full] = None
        out.update({(row.table, row.full, column): value for column, value in row.values.items()})
    for part, tables in (("knowledge", case.knowledge), ("parameters", case.parameters)):
        for table, rows in tables:
            for number, cells in enumerate(rows):
                out[part, table, number] = None
                out.update({(part, table, number, column): text for column, text in cells})
    out.update({("param", name): text for name, text in case.params})
    return out


def _before(case: Case, begin: date) -> bool:
    silent = case.expect.nothing_else == "not_applicable" or bool(case.expect.not_applicable)
    moments = (value for row in case.world.rows for name, value in row.values.items() if name != "birth_date")
    return silent and any(_day(value) < begin for value in moments if isinstance(value, date))


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _diagnostic(code: str, rule: CheckedRule, message: str, advice: str, level: Level) -> Diagnostic:
    return Diagnostic(code, f"`{rule.id}` {message}", rule.place, help=advice, level=level)
