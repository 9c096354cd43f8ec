"""A progress bar on a terminal, silence in a pipe."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Column
from rich.text import Text

from claimrules.cli.printing import err

Report = Callable[[int, int | None], None]


class _Lines(ProgressColumn):
    """`1,200,000 of 10,000,000 lines · 812,000/s`."""

    def __init__(self, unit: str, table_column: Column) -> None:
        super().__init__(table_column)
        self._unit = unit

    def render(self, task: Task) -> Text:
        total = f" of {task.total:,.0f}" if task.total else ""
        speed = f" · {task.speed:,.0f}/s" if task.speed else ""
        return Text(f"{task.completed:,.0f}{total} {self._unit}{speed}")


@contextmanager
def progress_bar(what: str, *, wanted: bool = True, unit: str = "lines") -> Iterator[Report | None]:
    """Gives the function that moves the bar, called with lines (or what `unit` says) done and in all (None while not known).

    Gives None where stderr is no terminal: then nothing is printed.
    """
    if not wanted or not sys.stderr.isatty():
        yield None
        return
    with _bar(unit) as progress:
        yield _task(progress, what)


@contextmanager
def progress_bars(*, wanted: bool = True) -> Iterator[tuple[Report | None, Report | None]]:
    """The same for the two phases of an audit: the rows of all tables are read, then the lines are judged."""
    if not wanted or not sys.stderr.isatty():
        yield None, None
        return
    with _bar("rows") as rows:
        reading = _task(rows, "reading")
        lines: list[Report] = []

        def judging(done: int, total: int | None) -> None:
            if not lines:
                rows.stop()
                progress = stack.enter_context(_bar("lines"))
                lines.append(_task(progress, "judging"))
            lines[0](done, total)

        with ExitStack() as stack:
            yield reading, judging


def _bar(unit: str) -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        _Lines(unit, table_column=Column(no_wrap=True)),
        TimeRemainingColumn(table_column=Column(no_wrap=True)),
        TextColumn("left"),
    )
    return Progress(*columns, console=err(), transient=True)


def _task(progress: Progress, what: str) -> Report:
    task = progress.add_task(what, total=None)
    return lambda done, total: progress.update(task, completed=done, total=total)
