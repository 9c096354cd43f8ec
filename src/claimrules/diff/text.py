"""A comparison for a terminal."""

from collections.abc import Iterator
from typing import Any

from rich.table import Table
from rich.text import Text

from claimrules.diff.money import ZERO, Compared
from claimrules.diff.move import Move
from claimrules.diff.result import Diff, Effect
from claimrules.diff.words import HOWS, Figures, closing, counts, differing, due_to, headline, largest, rows_of, signed, told

_SHOWN = 5
_STYLES = {"-": "red", "+": "green"}


def rich_of(diff: Diff, show: int = 10) -> Iterator[Any]:
    """What is printed, part by part. `show`: so many causes a rule, findings, and rows of each table of money."""
    for rule in dict.fromkeys(effect.rule_id for effect in diff.effects):
        yield from _rule(diff, rule, max(show, 1))
    if diff.changes.num_rows and show:
        yield _findings(diff, show)
    for title, compared in (("rule", diff.rules), ("provider", diff.providers), ("month", diff.months)):
        if differing(compared):
            yield _money(title, compared, diff, max(show, 1))
    yield from _quiet(diff)
    yield Text(headline(diff), style="bold")


def _rule(diff: Diff, rule: str, show: int) -> Iterator[Text]:
    effects = [effect for effect in diff.effects if effect.rule_id == rule]
    whole = next(one for one in diff.rules if one.name == rule)
    yield Text.assemble(
        (rule, "bold"), f"  {whole.old.findings:,} → {whole.new.findings:,} findings  {signed(whole.amount)}"
    )
    for effect in effects[:show]:
        yield from _effect(effect)
    if left := effects[show:]:
        money = sum((one.amount for one in left), ZERO)
        yield Text(f"  … and {len(left):,} more causes: {sum(one.findings for one in left):,} findings, {signed(money)}")
    yield Text()


def _effect(effect: Effect) -> Iterator[Text]:
    how = HOWS[effect.how].removesuffix(": ")
    yield Text(f"  findings {counts(effect)}, amount {signed(effect.amount)}{f', {how}' if how else ''}:")
    for move in effect.moves[:_SHOWN]:
        yield from _move(move, "    ")
    if len(effect.moves) > _SHOWN:
        yield Text(f"    … and {len(effect.moves) - _SHOWN} more")


def _move(move: Move, indent: str) -> Iterator[Text]:
    yield Text.assemble(indent, move.title, ("" if move.place is None else f"  {move.place}", "dim"))
    for line in told(move):
        yield Text(f"{indent}  {line}", style=_STYLES[line[0]])


def _findings(diff: Diff, show: int) -> Table:
    table = Table(title=f"findings, by money ({min(show, diff.changes.num_rows)} of {diff.changes.num_rows:,})")
    for name in ("finding", "claim", "was", "is", "due to"):
        table.add_column(name, justify="right" if name in ("was", "is") else "left", overflow="fold")
    for row in largest(diff, show):
        sides = (_side(row, side) for side in ("old", "new"))
        cells = (f"{row['change']} {row['rule_id']}", row["claim_id"], *sides, due_to(row["because"]))
        table.add_row(*(Text(cell) for cell in cells))  # as they are: brackets of an id are no markup
    return table


def _side(row: dict[str, Any], side: str) -> str:
    if row[f"verdict_{side}"] is None:
        return ""
    amount = row[f"amount_{side}"]
    return f"{row[f'verdict_{side}']} {'—' if amount is None else f'{amount:,.2f}'}"


def _money(title: str, compared: tuple[Compared, ...], diff: Diff, show: int) -> Table:
    table = Table(title=f"amounts by {title}", header_style="bold")
    table.add_column(title, overflow="fold", ratio=1)
    for name in ("findings", "before", "after", "difference", "fund loss"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in rows_of(compared, show):
        _add(table, one)
    table.add_section()
    for one in closing(diff):
        _add(table, one)
    return table


def _add(table: Table, row: Figures) -> None:
    table.add_row(Text(row.name), row.findings, row.before, row.after, row.amount, row.fund_loss)


def _quiet(diff: Diff) -> Iterator[Text]:
    """What changed no finding: subjects that became undecided, and what moved without an effect here."""
    for one in diff.undecided:
        moved = f"{one.became:,} became undecided, {one.no_longer:,} are so no longer"
        yield Text(f"{one.rule_id}: {one.old:,} → {one.new:,} undecided ({moved})")
    if diff.idle:
        yield Text("moved, and changed no finding of these claims:")
        for move in diff.idle[:_SHOWN]:
            yield from _move(move, "  ")
        if len(diff.idle) > _SHOWN:
            yield Text(f"  … and {len(diff.idle) - _SHOWN} more")
