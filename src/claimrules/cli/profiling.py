"""`--profile`: a stopwatch over a command."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from claimrules.stopwatch import Stopwatch


@dataclass(frozen=True, slots=True)
class Profile:
    """Seconds by rule and kernel, where they are wanted."""

    watch: Stopwatch | None

    def told(self) -> dict[str, Any]:
        """As JSON has it; nothing where they are not wanted."""
        if self.watch is None:
            return {}
        return {"profile": {"kernels": self.watch.by_kernel, "rules": self.watch.by_rule}}

    def noted(self, result: Any) -> Any:
        """The result of an audit with what is known so far among its timings."""
        return replace(result, timings={**result.timings, **self.told()}) if self.watch else result

    def beside(self, summary: str) -> str:
        """The summary as JSON, with a key of ours where it is wanted."""
        return json.dumps({**json.loads(summary), **self.told()}, ensure_ascii=False) if self.watch else summary

    def show(self, lang: str) -> None:
        """Two tables on stderr."""
        from claimrules.cli.printing import err  # noqa: PLC0415 - `claimrules --help` must not wait for the engine
        from claimrules.report import profile_tables  # noqa: PLC0415

        if self.watch is not None:
            for table in profile_tables(self.told()["profile"], lang):
                err().print(table)


@contextmanager
def profiling(*, wanted: bool) -> Iterator[Profile]:
    """A stopwatch that runs while the context lasts."""
    if not wanted:
        yield Profile(None)
        return
    with Stopwatch() as watch:
        yield Profile(watch)
