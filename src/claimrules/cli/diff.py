"""`claimrules diff`: what a change of rules or knowledge does to the findings."""

# ruff: noqa: PLC0415 - `claimrules --help` must not wait for the engine

import json as json_text
from collections.abc import Mapping
from contextlib import ExitStack
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimrules.cli.exit_codes import DONE, JUDGED
from claimrules.cli.options import (
    AsOfOption,
    HistoryFromOption,
    JobsOption,
    KnowledgeOption,
    MappingOption,
    OnlyOption,
    RegionOption,
    day,
    names,
    place,
)

if TYPE_CHECKING:
    from claimrules.diff import Diff


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A folder of rules, or a git revision: main:rules, HEAD~1.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same, as it is now.")] = "rules",
    claims: Annotated[Path, typer.Option(metavar="CLAIMS", help="What both audit: a folder or a file.", exists=True)] = ...,  # type: ignore[assignment]
    knowledge: KnowledgeOption = None,
    mapping: MappingOption = "canonical",
    only: OnlyOption = None,
    region: RegionOption = None,
    as_of: AsOfOption = None,
    history_from: HistoryFromOption = None,
    jobs: JobsOption = 1,
    show: Annotated[
        int, typer.Option(metavar="N", min=0, help="Causes a rule, findings, and rows of a table, to print.")
    ] = 10,
    fail_over: Annotated[
        str | None,
        typer.Option("--fail-over", metavar="AMOUNT", help="Exit with 1 where money differs by more, up or down."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,  # noqa: FBT002
    markdown: Annotated[bool, typer.Option("--markdown", help="Print it for a pull request.")] = False,  # noqa: FBT002
) -> int:
    """Say what NEW finds differently from OLD on the same claims, and which clause or knowledge row each is due to.

    A side is a folder of rules, or a git revision: REV:path, or REV alone for the path of the other side.
    """
    limit = _amount(fail_over)
    if json and markdown:
        raise typer.BadParameter("it is JSON or Markdown, not both", param_hint="--markdown")
    from claimrules.cli.printing import err, print_diagnostics
    from claimrules.diff.revision import opened
    from claimrules.diff.words import renamed

    with ExitStack() as stack:
        sides = [stack.enter_context(opened(side, other)) for side, other in ((old, new), (new, old))]
        options = {"knowledge": knowledge or (), "region": place(region, "--region"), "as_of": day(as_of, "--as-of")}
        found = _compared([side.path for side in sides], options, claims, mapping, only, history_from, jobs)
        found = renamed(found, *(side.named for side in sides))
    print_diagnostics(found.warnings)
    _print(found, old, new, show, json=json, markdown=markdown)
    if limit is None or not found.over(limit):
        return DONE
    once, summed = found.totals.once.amount, found.totals.findings.amount
    message = f"money differs by more than {limit:,}: {once:+,} each line once, {summed:+,} as the sum of findings"
    err().print(message, markup=False, soft_wrap=True)
    return JUDGED


def _compared(
    folders: list[Path],
    options: Mapping[str, Any],
    claims: Path,
    mapping: str,
    only: list[str] | None,
    history_from: str | None,
    jobs: int,
) -> "Diff":
    import claimrules
    from claimrules.diff import diff_packs

    old, new = (claimrules.load(folder, **options) for folder in folders)
    since = day(history_from, "--history-from")
    return diff_packs(old, new, claims, mapping=mapping, only=names(only), history_from=since, jobs=jobs)


def _print(found: "Diff", old: str, new: str, show: int, *, json: bool, markdown: bool) -> None:
    if json:
        from claimrules.diff.document import document_of

        typer.echo(json_text.dumps(document_of(found, old, new), ensure_ascii=False))
    elif markdown:
        from claimrules.diff.markdown import markdown_of

        typer.echo(markdown_of(found, old, new, show), nl=False)
    else:
        from claimrules.cli.printing import out
        from claimrules.diff.text import rich_of

        console = out()
        for part in rich_of(found, show):
            console.print(part, soft_wrap=isinstance(part, str))


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or value < 0:
        raise typer.BadParameter(f"`{text}` is no amount; write 1000 or 1000.00", param_hint="--fail-over")
    return value
