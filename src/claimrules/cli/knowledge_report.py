"""What became of an import, and what differs between tables, as text and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from claimrules.cli.printing import counted

if TYPE_CHECKING:
    from claimrules.imports import Account, Imported, SheetAccount, TableDiff

_MOST = 10
_QUIET = ("header", "blank")
"""Reasons that need no example."""


def print_import(done: "Imported", *, dry_run: bool) -> None:
    """The account of every sheet, then of the table."""
    account = done.account
    for sheet in account.sheets:
        _print_sheet(sheet)
    typer.echo(f"{account.rows:,} rows = {account.taken:,} taken + {account.left:,} left; shape {account.shape}")
    typer.echo(_table_line(account))
    for line in account.samples:
        typer.echo(f"  {line}")
    if not account.changed and not done.written:
        typer.echo("nothing to write: the table says all of this already" if account.before else "nothing to write")
    elif dry_run:
        typer.echo("a dry run: nothing was written")
    for path in done.written:
        typer.echo(f"wrote {path}")


def _print_sheet(sheet: "SheetAccount") -> None:
    name = f"{sheet.file} [{sheet.sheet}]" if sheet.sheet else sheet.file
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in sheet.reasons().items())
    typer.echo(f"{name}: {counted(sheet.rows, 'row')}, {sheet.taken:,} taken" + (f"; left: {reasons}" if reasons else ""))
    told = [left for left in sheet.left if left.reason not in _QUIET]
    for left in told[:_MOST]:
        typer.echo(f"  row {left.line}: {left.reason}: {left.text}")
    if len(told) > _MOST:
        typer.echo(f"  … and {len(told) - _MOST:,} more")
    if sheet.unread:
        typer.echo(f"  columns that nothing reads: {', '.join(' '.join(label.split()) for label in sheet.unread)}")


def _table_line(account: "Account") -> str:
    facts = (
        ("added", account.added),
        ("ended", account.ended),
        ("corrected", account.corrected),
        ("withdrawn", account.withdrawn),
        ("unchanged", account.unchanged),
    )
    said = ", ".join(f"{count:,} {word}" for word, count in facts if count) or "nothing"
    rows = f"{counted(account.written, 'row')} by code"
    return f"{account.table}: {rows}: {said}; {account.before:,} before, {account.after:,} now"


def document(done: "Imported") -> dict[str, object]:
    """An import as JSON has it."""
    account = done.account
    return {
        **asdict(account),
        "rows": account.rows,
        "taken": account.taken,
        "left": account.left,
        "changed": account.changed,
        "wrote": [str(path) for path in done.written],
    }


def print_diff(found: "Sequence[TableDiff]") -> None:
    """Each table that differs, its rows with + and -, changed ones with ~."""
    differing = [one for one in found if one.differs]
    for one in differing:
        before = "not there" if one.before is None else counted(one.before, "row")
        after = "not there" if one.after is None else counted(one.after, "row")
        counts = f"{len(one.added):,} added, {len(one.removed):,} removed, {len(one.changed):,} changed"
        typer.echo(f"{one.table}: {before} → {after}: {counts}")
        for line in one.declaration:
            typer.echo(f"  ! {line}")
        for text in one.removed:
            typer.echo(f"  - {text}")
        for text in one.added:
            typer.echo(f"  + {text}")
        for row in one.changed:
            cells = "; ".join(f"{name}: {before or '∅'} → {after or '∅'}" for name, before, after in row.cells)
            typer.echo(f"  ~ {row.key}: {cells}")
    typer.echo(f"{counted(len(differing), 'table differs', 'tables differ')} of {len(found):,}")


def diff_document(one: "TableDiff") -> dict[str, object]:
    """The difference of one table as JSON has it."""
    return asdict(one)
