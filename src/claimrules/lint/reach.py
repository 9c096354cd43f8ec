"""Rows of knowledge that no rule ever looks up (CR234)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from claimrules.catalog import BOOLEAN, Base, Match, Type
from claimrules.diagnostics import Diagnostic, Level, Place
from claimrules.knowledge import KnowledgeSet, Table
from claimrules.knowledge.from_files import read_raw
from claimrules.language.expression import Call, Expr, Literal, MatchField, conjuncts, walk
from claimrules.language.rule import MatchSpec, Rule
from claimrules.lint.possible import Goal, Possible
from claimrules.lint.resolved import rebuilt

MOST_ROWS = 20_000
"""Distinct rows of a table that are looked into; a larger one is left out."""
MOST = 20
"""Rows of a table that are told."""
_EPOCH = date(1970, 1, 1)


def unasked(rules: Sequence[Rule], knowledge: KnowledgeSet) -> Iterator[Diagnostic]:
    """Rows that the conditions of every rule which looks into their table rule out, or that end before all of them begin."""
    asking: dict[str, list[_Asking]] = {}
    for rule in rules:
        for match in rule.matches:
            asking.setdefault(match.table, []).append(_Asking(rule, match, _conditions(rule.rows)))
        for other in rule.others:
            for match in other.matches:
                conditions = _conditions(other.rows) if match.owner else ()
                asking.setdefault(match.table, []).append(_Asking(rule, match, conditions, other=True))
    for name, askers in sorted(asking.items()):
        table = knowledge.tables.get(name)
        if table is not None and not table.register and all(one.says_something(table) for one in askers):
            yield from _of_table(name, table, askers)


def _of_table(name: str, table: Table, askers: "Sequence[_Asking]") -> Iterator[Diagnostic]:
    columns = [*table.schema.columns, "valid_from", "valid_to"]
    rows = {tuple(row[column] for column in columns) for row in table.rows.select(columns).to_pylist()}
    if len(rows) > MOST_ROWS:
        return
    cells = [dict(zip(columns, row, strict=True)) for row in rows]
    found = [row for row in cells if not any(one.reaches(table, row) for one in askers)]
    ids = ", ".join(sorted({f"`{one.rule.id}`" for one in askers}))
    if not found:
        return
    places = _Places(table, name)
    told = sorted((places.of(row), _key(table, row)) for row in found)
    for place, key in told[:MOST]:
        message = f"no rule that looks into `{name}` can ask for its row of {key}"
        advice = "correct the row, or the conditions of the rule; or remove the row"
        yield Diagnostic("CR234", message, place, f"{ids} let no such row through", advice, Level.WARNING)
    if len(told) > MOST:
        message = f"… and {len(told) - MOST} more rows of `{name}` that no rule can ask for"
        yield Diagnostic("CR234", message, told[MOST][0], level=Level.WARNING)


def _key(table: Table, row: dict[str, Any]) -> str:
    parts = [f"{one.name}={row[one.name]}" for one in table.schema.key if row[one.name] is not None]
    parts += [f"valid_to={row['valid_to']}"] if row["valid_to"] is not None else []
    return ", ".join(parts) or "every key"


def _conditions(rows: Expr | None) -> tuple[Expr, ...]:
    return () if rows is None else conjuncts(rows)


class _Places:
    """Where the rows of a table stand in its file: by their texts and their last day."""

    def __init__(self, table: Table, name: str) -> None:
        file = next((file for file in table.files if not file.endswith((".yaml", ".yml"))), name)
        self._whole = Place(file)
        self._texts = [column for column, kind in table.schema.columns.items() if kind.base is Base.TEXT]
        self._lines: dict[tuple[str, ...], Place] = {}
        raw = read_raw(Path(file)) if Path(file).exists() else None
        names = [*self._texts, "valid_to"]
        for number in range(raw.cells.num_rows if raw is not None else 0):
            assert raw is not None  # noqa: S101 - there are no rows without it
            said = tuple(raw.cell(number, one) if one in raw.cells.column_names else "" for one in names)
            self._lines.setdefault(said, raw.place(number, None))

    def of(self, row: dict[str, Any]) -> Place:
        """The place of a row; the file where it is not found."""
        said = tuple("" if row[one] is None else str(row[one]) for one in (*self._texts, "valid_to"))
        return self._lines.get(said, self._whole)


class _Asking:
    """A look-up of a rule, and what is true of the rows that make it."""

    def __init__(self, rule: Rule, match: MatchSpec, conditions: tuple[Expr, ...], *, other: bool = False) -> None:
        self.rule, self.match, self.conditions = rule, match, conditions
        self.own_time = match.at is None and not match.ever and not other
        self.possible = Possible(rule)
        self._seen: dict[tuple[Goal, ...], bool] = {}

    def says_something(self, table: Table) -> bool:
        """Whether it may rule out any row at all: a look-up that takes whatever is there need not be asked of each."""
        terms = {part for one in self.conditions for part in walk(one)}
        keyed = any(value in terms for _, value in self.match.keys)
        dated = self.own_time and (self.rule.effective_from or self.rule.effective_to) is not None
        return keyed or dated or self.match.where is not None or table.schema.symmetric

    def reaches(self, table: Table, row: dict[str, Any]) -> bool:
        """Whether some row of claims may look this one up."""
        if self.own_time and not _together(self.rule, row):
            return False
        goals: list[Goal] = [(one, True) for one in self.conditions]
        if not table.schema.symmetric:  # a pair may stand the other way round
            goals += [(one, True) for one in self._fitting(table, row)]
        if self.match.where is not None:
            goals.append((self._filled(self.match.where, table, row), True))
        asked = tuple(goals)
        if asked not in self._seen:
            self._seen[asked] = self.possible(*asked)
        return self._seen[asked]

    def _fitting(self, table: Table, row: dict[str, Any]) -> Iterator[Expr]:
        """The row's key fits."""
        how = {one.name: one.match for one in table.schema.key}
        for column, value in self.match.keys:
            cell = _literal(row[column], table.schema.columns[column])
            if cell is not None:
                exact = how.get(column, Match.EXACT) is Match.EXACT
                yield Call(BOOLEAN, "=" if exact else "starts_with", (value, cell))

    def _filled(self, node: Expr, table: Table, row: dict[str, Any]) -> Expr:
        """A condition on the row with its cells in place of their names."""
        if isinstance(node, MatchField) and node.match == self.match.name and node.owner == self.match.owner:
            cell = _literal(row[node.column], table.schema.columns[node.column])
            return node if cell is None and row[node.column] is not None else cell or Literal(node.type, None)
        return rebuilt(node, lambda inner: self._filled(inner, table, row))


def _together(rule: Rule, row: dict[str, Any]) -> bool:
    """Whether the row holds on a day on which the rule does."""
    ends_before = rule.effective_from and row["valid_to"] and row["valid_to"] < rule.effective_from
    begins_after = rule.effective_to and row["valid_from"] and row["valid_from"] > rule.effective_to
    return not (ends_before or begins_after)


def _literal(value: Any, kind: Type) -> Literal | None:
    """A cell as a constant; None for an empty one, and for types of which nothing is known."""
    if isinstance(value, datetime) or value is None or kind.base is Base.WINDOW:
        return None
    if isinstance(value, date):
        return Literal(kind, (value - _EPOCH).days)
    return Literal(kind, value) if isinstance(value, str | int | bool | Decimal) else None
