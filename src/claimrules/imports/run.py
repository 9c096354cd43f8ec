"""An import from files to a table."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from claimrules.catalog import TableSchema
from claimrules.diagnostics import Diagnostic, KnowledgeError, Place
from claimrules.imports.account import Account, Left
from claimrules.imports.book import read_book
from claimrules.imports.built_in import load_shape
from claimrules.imports.choose import choose_shape
from claimrules.imports.declare import declaration_text
from claimrules.imports.errors import refused
from claimrules.imports.extract import Extract, Record, extract
from claimrules.imports.layout import lay_out, needs_codes, no_codes, unlike
from claimrules.imports.merge import Edition, Group, Merged, merge
from claimrules.imports.options import ImportOptions
from claimrules.imports.shape import REPLACES, Shape
from claimrules.imports.stored import Stored, read_stored, table_text, write_table
from claimrules.imports.versions import Version

_SHOWN = 20
_SAMPLES = 8


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the files: the account, the table's CSV as it is now, and the files that were written."""

    account: Account
    text: str
    written: tuple[Path, ...]


def import_files(files: Sequence[Path], options: ImportOptions) -> Imported:
    """Import the sheets of all files, as one publication, into a table of a folder.

    Nothing is written unless all rows are accounted for and the table loads. The same files again change nothing.

    Raises:
        KnowledgeError: CR330 a file, CR331 a shape that is not there, CR332 a description, CR333 rows that cannot be
            read, CR334 a change without its day, CR336 another table of that name, and whatever the table itself would
            be refused for.
    """
    shape, found = _read(files, options)
    faults = found.faults
    if faults and not options.leave_faulty:
        raise KnowledgeError(_said(faults))
    if not found.records and not found.ended:
        raise refused("CR331", f"no row of the shape `{shape.name}` is in it", str(files[0]), help="is it the right sheet?")
    stored = read_stored(options.into, shape)
    known = _known(stored, shape, options)
    if faults and stored and stored.rows and shape.edition == REPLACES:
        raise _cannot_leave(faults, shape)
    since = options.since.isoformat() if options.since else shape.valid_from
    edition = _edition(found, shape, stored, since, known, options)
    merged = merge(stored.rows if stored else (), edition)
    if merged.undated:
        raise _undated(merged, stored, shape)
    account = _account(found, shape, edition, merged, stored)
    if stored and account.changed:
        _check_known(stored, known)
    text = _table_text(merged, shape, stored)
    written: tuple[Path, ...] = ()
    if (account.changed or stored is None) and not options.dry_run:
        yaml = declaration_text(shape, since) if stored is None else None
        write_table(options.into, shape.table, text, yaml)
        endings = ("csv",) if yaml is None else ("csv", "yaml")
        written = tuple(options.into / f"{shape.table}.{ending}" for ending in endings)
    return Imported(account, text, written)


def _read(files: Sequence[Path], options: ImportOptions) -> tuple[Shape, Extract]:
    shape = load_shape(options.shape) if options.shape is not None else None
    sheets = read_book(files, shape.encoding if shape else "")
    if not sheets:
        raise refused("CR331", "there is nothing in it", str(files[0]))
    shape = shape or choose_shape(sheets)
    layout = lay_out(sheets, shape)
    if layout is None:
        raise unlike(sheets, shape)
    if needs_codes(layout):
        raise no_codes(layout, shape)
    shape = replace(
        shape,
        table=options.table or shape.table,
        edition=options.edition or shape.edition,
        region=options.region if options.region is not None else shape.region,
    )
    return shape, extract(layout, shape)


def _said(faults: list[tuple[str, str, Left]]) -> list[Diagnostic]:
    help_ = "mend the sheet, or say in a description how it is read; --leave-faulty imports the other rows"
    out = []
    for file, sheet, one in faults[:_SHOWN]:
        where = f"row {one.line} of `{sheet}`: " if sheet else ""
        place = Place(file) if sheet else Place(file, one.line)  # a workbook has no lines to show
        out.append(Diagnostic("CR333", f"{where}{one.reason}", place, one.text if sheet else "", help_))
    if len(faults) > _SHOWN:
        out.append(Diagnostic("CR399", f"… and {len(faults) - _SHOWN} more rows that cannot be read", Place(faults[-1][0])))
    return out


def _known(stored: Stored | None, shape: Shape, options: ImportOptions) -> str:
    """Since when the edition is known: what is said, and else, where it changes what was known, today."""
    said = options.known_from.isoformat() if options.known_from else shape.known_from
    if stored is None or not stored.rows:
        return said
    return said or (options.today or date.today()).isoformat()  # noqa: DTZ011 - the day of whoever imports


def _check_known(stored: Stored, known: str) -> None:
    latest = max((row.known for row in stored.rows), default="")
    if known < latest:
        message = f"`{stored.schema.name}` has rows known since {latest}, and this edition would be known since {known}"
        raise refused("CR334", message, str(stored.path), help="give a later --known-from")


def _cannot_leave(faults: list[tuple[str, str, Left]], shape: Shape) -> KnowledgeError:
    """Of a whole edition, what is left out has ended: an unreadable row would end the one that it is about."""
    file, _, first = faults[0]
    message = f"{len(faults)} rows cannot be read, and an edition that replaces `{shape.table}` would end what they say"
    return refused("CR333", message, file, label=f"row {first.line}: {first.reason}", help="mend the sheet first")


def _edition(found: Extract, shape: Shape, stored: Stored | None, since: str, known: str, options: ImportOptions) -> Edition:
    many = stored.declaration.many if stored else shape.many
    names = list(stored.schema.columns) if stored else [column.name for column in shape.declared]
    own = [column.name for column in shape.all_columns]
    at = [own.index(name) if name in own else -1 for name in names]
    common = {name: own.index(name) for name in ("valid_from", "valid_to", "region", "source") if name in own}

    names_of = {record.file: Path(record.file).name for record in (*found.records, *found.ended)}

    def version(record: Record) -> Version:
        def said(name: str, otherwise: str) -> str:
            return record.cells[common[name]] or otherwise if name in common else otherwise

        source = options.source or said("source", names_of[record.file])
        place = f"{record.sheet}!{record.line}" if record.sheet else str(record.line)
        region = said("region", shape.region)
        start, end = said("valid_from", since), said("valid_to", "")
        cells = tuple(record.cells[i] if i >= 0 else "" for i in at)
        return Version(cells, "" if region == "000000" else region, start, end, known, "", source, place)

    key = tuple(names.index(column.name) for column in shape.key)
    identity = tuple(names.index(name) for name in shape.identity if name in names)
    rows = tuple(version(record) for record in found.records)
    ended = tuple(version(record) for record in found.ended)
    edition = Edition(rows, since, known, key, identity, many, shape.edition, shape.dated, ended)
    blank = tuple(i for i, place in enumerate(at) if place < 0)
    return replace(edition, rows=_with_own_columns(edition, blank, stored.rows)) if stored and blank else edition


def _with_own_columns(edition: Edition, blank: Sequence[int], table: Sequence[Version]) -> tuple[Version, ...]:
    """The rows with what somebody has written beside the sheet's columns, as long as it is one thing for each row."""
    own: dict[Group, set[tuple[str, ...]]] = {}
    for row in table:
        own.setdefault(edition.group(row), set()).add(tuple(row.cells[i] for i in blank))
    out = []
    for row in edition.rows:
        said = own.get(edition.group(row), set())
        if len(said) == 1:
            more = dict(zip(blank, next(iter(said)), strict=True))
            row = replace(row, cells=tuple(more.get(i, cell) for i, cell in enumerate(row.cells)))  # noqa: PLW2901
        out.append(row)
    return tuple(out)


def _undated(merged: Merged, stored: Stored | None, shape: Shape) -> KnowledgeError:
    row = merged.undated[0]
    said = ", ".join(cell for cell in row.cells[:4] if cell)
    message = f"{len(merged.undated)} rows of `{shape.table}` would change, and it is not said from when: {said}, …"
    path = str(stored.path) if stored else shape.table
    return refused("CR334", message, path, help="say from which day the new rows hold: --from 2026-01-28")


def _account(found: Extract, shape: Shape, edition: Edition, merged: Merged, stored: Stored | None) -> Account:
    return Account(
        shape.table,
        shape.name,
        found.sheets,
        len(edition.rows),
        len(merged.added),
        len(merged.ended),
        len(merged.corrected),
        len(merged.withdrawn),
        merged.unchanged,
        len(stored.rows) if stored else 0,
        len(merged.rows),
        _samples(merged),
    )


def _samples(merged: Merged) -> tuple[str, ...]:
    """Some of what changed in rows that were there before, to look at."""
    out = [f"ended on {row.end}: {_shown(row)}" for row in merged.ended]
    out += [f"corrected: {_shown(old)} → {_shown(new)}" for old, new in merged.corrected]
    out += [f"withdrawn: {_shown(row)}" for row in merged.withdrawn]
    more = len(out) - _SAMPLES
    return (*out[:_SAMPLES], f"… and {more} more") if more > 0 else tuple(out)


def _shown(row: Version) -> str:
    return ", ".join(cell if len(cell) <= 30 else f"{cell[:29]}…" for cell in row.cells if cell)


def _table_text(merged: Merged, shape: Shape, stored: Stored | None) -> str:
    if stored:
        return table_text(merged.rows, stored.schema, stored.columns)
    columns = {column.name: column.type for column in shape.declared}
    return table_text(merged.rows, TableSchema(shape.table, columns, shape.key), ())
