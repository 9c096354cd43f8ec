"""A comparison as Markdown, for a comment on a pull request."""

from collections.abc import Iterator

from claimrules.diff.money import ZERO, Compared
from claimrules.diff.move import Move
from claimrules.diff.result import Diff
from claimrules.diff.words import HOWS, Figures, closing, counts, headline, rows_of, signed

_SHOWN = 5


def markdown_of(diff: Diff, old: str, new: str, show: int = 10) -> str:
    """The comment. `old`, `new`: what the sides are called; `show`: so many causes, and rows of each table of money."""
    return "\n".join(_lines(diff, old, new, max(show, 1))) + "\n"


def _lines(diff: Diff, old: str, new: str, show: int) -> Iterator[str]:
    yield f"### `claimrules diff {_cell(old)} {_cell(new)}`"
    yield ""
    yield f"**{headline(diff)}**"
    if diff.effects:
        yield from _causes(diff, show)
        yield from _table("rule", diff.rules, diff, show)
        for title, compared in (("provider", diff.providers), ("month", diff.months)):
            yield from _folded(f"by {title}", _table(title, compared, diff, show))
    if diff.undecided:
        yield from _undecided(diff)
    if diff.idle:
        yield from _folded("moved, and changed no finding of these claims", _idle(diff))


def _causes(diff: Diff, show: int) -> Iterator[str]:
    yield from ("", "| rule | findings | amount | due to |", "|---|---:|---:|---|")
    effects = sorted(diff.effects, key=lambda one: (-abs(one.amount), -one.findings, one.rule_id))
    for effect in effects[:show]:
        moves = [_move(move) for move in effect.moves[:_SHOWN]]
        more = [f"… and {len(effect.moves) - _SHOWN} more"] if len(effect.moves) > _SHOWN else []
        cause = HOWS[effect.how] + "<br>".join([*moves, *more])
        yield f"| `{effect.rule_id}` | {counts(effect)} | {signed(effect.amount)} | {cause} |"
    if len(effects) > show:
        left = effects[show:]
        amount = sum((one.amount for one in left), ZERO)
        yield f"| {len(left):,} more causes | {sum(one.findings for one in left):,} | {signed(amount)} | |"


def _move(move: Move) -> str:
    said = " → ".join(f"`{_cell(text)}`" if text else "—" for text in (move.before, move.after))
    where = f" ({_cell(str(move.place))})" if move.place is not None else ""
    return f"{_cell(move.title)}: {said}{where}"


def _table(title: str, compared: tuple[Compared, ...], diff: Diff, show: int) -> Iterator[str]:
    yield from ("", f"| {title} | findings | before | after | difference | fund loss |", "|---|---:|---:|---:|---:|---:|")
    for one in rows_of(compared, show):
        yield _row(one, one.name)
    for one in closing(diff):
        yield _row(one, f"**{one.name}**")


def _row(row: Figures, name: str) -> str:
    shown = name if name.startswith("**") else _cell(name)
    return f"| {shown} | {row.findings} | {row.before} | {row.after} | {row.amount} | {row.fund_loss} |"


def _folded(title: str, lines: Iterator[str]) -> Iterator[str]:
    yield from ("", f"<details><summary>{title}</summary>")
    yield from lines
    yield from ("", "</details>")


def _undecided(diff: Diff) -> Iterator[str]:
    yield from ("", "| rule | undecided | became | no longer |", "|---|---:|---:|---:|")
    for one in diff.undecided:
        yield f"| `{one.rule_id}` | {one.old:,} → {one.new:,} | {one.became:,} | {one.no_longer:,} |"


def _idle(diff: Diff) -> Iterator[str]:
    yield ""
    for move in diff.idle[:_SHOWN]:
        yield f"- {_move(move)}"
    if len(diff.idle) > _SHOWN:
        yield f"- … and {len(diff.idle) - _SHOWN} more"


def _cell(text: str) -> str:
    """In one cell of a table: no line break, and no bar that would end it."""
    return " ".join(text.split()).replace("|", "\\|").replace("`", "'").replace("<", "&lt;")
