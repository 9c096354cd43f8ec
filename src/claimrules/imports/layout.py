"""Which sheet is what: rows with their codes, names without codes, codes of names, or something else."""

from collections.abc import Sequence
from dataclasses import dataclass

from claimrules.imports.errors import listed, refused
from claimrules.imports.header import Header, find_header, matches, missing
from claimrules.imports.shape import ColumnSpec, Shape
from claimrules.imports.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Part:
    """A sheet that has what is sought: its header, and the columns that are read from it."""

    sheet: Sheet
    header: Header
    columns: tuple[ColumnSpec, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The sheets of a book by what they are. `whole`: rows that need no other sheet; `names` and `codes` are joined."""

    whole: tuple[Part, ...]
    names: tuple[Part, ...]
    codes: tuple[Part, ...]
    rest: tuple[Sheet, ...]


def lay_out(sheets: Sequence[Sheet], shape: Shape) -> Layout | None:
    """The layout of a book by a shape; None where no sheet has the shape's columns."""
    wanted = [sheet for sheet in sheets if not shape.sheets or matches(shape.sheets, [sheet.name])]
    rest = [sheet for sheet in sheets if sheet not in wanted]
    expansion = shape.expansion
    whole: list[Part] = []
    names: list[Part] = []
    codes: list[Part] = []
    for sheet in wanted:
        part = _part(sheet, shape.all_columns, shape)
        if part is not None:
            whole.append(part)
        elif expansion and (part := _part(sheet, (expansion.by, *shape.columns), shape)):
            names.append(part)
        elif expansion and (part := _part(sheet, (expansion.by, *expansion.columns), shape)):
            codes.append(part)
        else:
            rest.append(sheet)
    return Layout(tuple(whole), tuple(names), tuple(codes), tuple(rest)) if whole or names else None


def needs_codes(layout: Layout) -> bool:
    """Whether there are names and no sheet that gives their codes."""
    return bool(layout.names) and not layout.codes


def no_codes(layout: Layout, shape: Shape) -> Exception:
    """The error for names without a sheet of codes."""
    expansion = shape.expansion
    by = expansion.by.headers if expansion else ()
    columns = expansion.columns if expansion else ()
    sheet = layout.names[0].sheet
    message = f"{sheet.title} names what is limited, and no sheet gives the codes"
    wanted = "; ".join((listed(by), *(listed(column.headers) for column in columns)))
    help_ = f"give the second sheet or file as well: one with the headers {wanted}"
    return refused("CR331", message, sheet.file, help=help_)


def unlike(sheets: Sequence[Sheet], shape: Shape) -> Exception:
    """The error for a book that does not have the columns of the one shape that it was said to have."""
    nearest = min(sheets, key=lambda sheet: len(missing(sheet, shape.columns)))
    lacking = missing(nearest, shape.columns)
    message = f"{nearest.title} is not of the shape `{shape.name}`: " + (
        "; ".join(f"no column {' or '.join(f'`{h}`' for h in column.headers)} for `{column.name}`" for column in lacking)
        or "its columns are not in one header"
    )
    return refused("CR331", message, nearest.file, label="; ".join(nearest.first_rows()), help=_ADVICE)


_ADVICE = (
    "if a column is only called otherwise, add the name to `from` in a description of your own: docs/knowledge-import.md"
)


def _part(sheet: Sheet, columns: tuple[ColumnSpec, ...], shape: Shape) -> Part | None:
    header = find_header(sheet, columns, shape.conditions, shape.ignore)
    return None if header is None else Part(sheet, header, columns)
