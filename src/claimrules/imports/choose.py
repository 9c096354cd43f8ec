"""Which of the built-in shapes a book has, where nobody says."""

from collections.abc import Sequence

from claimrules.imports.built_in import built_in_names, load_shape
from claimrules.imports.errors import listed, refused
from claimrules.imports.header import missing
from claimrules.imports.layout import Layout, Part, lay_out
from claimrules.imports.shape import ENDED, Condition, Shape
from claimrules.imports.sheet import Sheet


def choose_shape(sheets: Sequence[Sheet]) -> Shape:
    """The built-in shape that fits best: of those whose columns are all there, the one that reads most of them.

    Raises:
        KnowledgeError: CR331 none fits, or several fit equally well.
    """
    shapes = [load_shape(name) for name in built_in_names()]
    fitting = [(_score(layout), shape) for shape in shapes if (layout := lay_out(sheets, shape)) and _asked(layout, shape)]
    best = max((score for score, _ in fitting), default=None)
    chosen = [shape for score, shape in fitting if score == best]
    if len(chosen) == 1:
        return chosen[0]
    if not chosen:
        raise _unknown(sheets, shapes)
    names = listed(shape.name for shape in chosen)
    raise refused(
        "CR331", f"{sheets[0].title} may be of several shapes: {names}", sheets[0].file, help="say which: --as NAME"
    )


def _score(layout: Layout) -> tuple[int, int]:
    """More columns read is better; then fewer that nothing reads."""
    parts = (*layout.whole, *layout.names)
    return max((len(part.header.at), -len(part.header.unread)) for part in parts)


def _asked(layout: Layout, shape: Shape) -> bool:
    """Whether the rows that the shape is about are there: shapes with equal headers differ by what the rows say."""
    asked = [condition for condition in shape.conditions if condition.role != ENDED]
    return all(any(_has(part, condition) for part in (*layout.whole, *layout.names)) for condition in asked)


def _has(part: Part, condition: Condition) -> bool:
    column = next((at for one, at in part.header.conditions if one is condition), None)
    rows = range(part.header.row + 1, len(part.sheet.rows))
    return column is not None and any(condition.match.search(part.sheet.cell(row, column)) for row in rows)


def _unknown(sheets: Sequence[Sheet], shapes: Sequence[Shape]) -> Exception:
    """What the sheet has, and what the nearest shapes would have wanted."""
    nearest = sorted(shapes, key=lambda shape: (min(_lacking(sheet, shape) for sheet in sheets), shape.name))[:3]
    wanted = []
    for shape in nearest:
        sheet = min(sheets, key=lambda sheet: _lacking(sheet, shape))
        lacks = ", ".join(" or ".join(f"`{h}`" for h in c.headers) for c in missing(sheet, shape.columns))
        wanted.append(f"`{shape.name}` ({'lacks ' + lacks if lacks else 'no row of its kind'})")
    shown = "; ".join(row for sheet in sheets[:2] for row in sheet.first_rows())
    message = f"{sheets[0].title} is of no shape that is known; nearest are {'; '.join(wanted)}"
    help_ = "write ten lines that say which column is which, and name them by --as: docs/knowledge-import.md"
    return refused("CR331", message, sheets[0].file, label=shown, help=help_)


def _lacking(sheet: Sheet, shape: Shape) -> float:
    wanted = sum(1 for column in shape.columns if column.headers and not column.optional)
    return len(missing(sheet, shape.columns)) / max(1, wanted)
