"""A progress bar on a terminal, silence in a pipe."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        _Lines(unit, table_column=Column(no_wrap=True)),
        TimeRemainingColumn(table_column=Column(no_wrap=True)),
        TextColumn("left"),
    )
    with Progress(*columns, console=err(), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
