"""`claimrules audit`: the main job."""

# ruff: noqa: PLC0415 - `claimrules --help` must not wait for the engine

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from claimrules.cli.exit_codes import DONE, JUDGED
from claimrules.cli.options import KnowledgeOption, Language, OnlyOption, day, language, names, params, place, size


class FailOn(StrEnum):
    """How sure a finding must be to fail the command."""

    VIOLATION = "violation"
    SUSPICIOUS = "suspicious"


_FAILS = {FailOn.VIOLATION: ("violation",), FailOn.SUSPICIOUS: ("violation", "suspicious")}


def audit(
    claims: Annotated[Path, typer.Argument(metavar="CLAIMS", help="A folder or a file of claims.", exists=True)],
    rules: Annotated[Path, typer.Option(metavar="DIR", help="The folder of rules.", exists=True)] = Path("rules"),
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="The folder for the results; replaced where an audit wrote it.")
    ] = Path("OUT"),
    knowledge: KnowledgeOption = None,
    mapping: Annotated[str, typer.Option(metavar="NAME|FILE", help="canonical, nhsa, or a mapping file.")] = "canonical",
    only: OnlyOption = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="Set a parameter; repeatable.")
    ] = None,
    region: Annotated[
        str | None, typer.Option(metavar="CODE", help="Where claims and tables name no region, this one.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="What we would have said with the tables known then.")
    ] = None,
    history_from: Annotated[
        str | None, typer.Option(metavar="DATE", help="The first day that the claims cover wholly.")
    ] = None,
    jobs: Annotated[int, typer.Option(metavar="N", min=1, help="Batches judged at the same time.")] = 1,
    batch_lines: Annotated[int, typer.Option(metavar="N", min=1, help="Lines judged at once.")] = 100_000,
    memory: Annotated[str | None, typer.Option(metavar="BYTES", help="Memory to keep within, as 2GB.")] = None,
    fail_on: Annotated[FailOn | None, typer.Option(help="Exit with 1 where there is such a finding.")] = None,
    show: Annotated[int, typer.Option(metavar="N", min=0, help="Findings to print in full.")] = 3,
    json: Annotated[bool, typer.Option("--json", help="Print summary.json, and nothing else.")] = False,  # noqa: FBT002
    lang: Annotated[Language | None, typer.Option(help="Language of what is printed.")] = None,
) -> int:
    """Audit CLAIMS by RULES: findings, undecided, rejects and a summary into OUT."""
    import claimrules
    from claimrules.cli.printing import print_diagnostics
    from claimrules.cli.progress import progress_bar
    from claimrules.report import check_out, write

    check_out(out)
    pack = claimrules.load(
        rules,
        knowledge=knowledge or [],
        params=params(param) or {},
        region=place(region, "--region"),
        as_of=day(as_of, "--as-of"),
    )
    with progress_bar("auditing", wanted=not json) as progress:
        result = pack.audit(
            claims,
            mapping=mapping,
            only=names(only),
            history_from=day(history_from, "--history-from"),
            jobs=jobs,
            batch_lines=batch_lines,
            memory=size(memory, "--memory"),
            progress=progress,
        )
    write(result, out)
    print_diagnostics(result.warnings)
    if json:
        typer.echo(result.summary.model_dump_json())
    else:
        _print(result, pack, out, show, language(lang))
    return _exit_code(result, fail_on)


def _print(result: Any, pack: Any, folder: Path, show: int, lang: str) -> None:
    from claimrules.cli.printing import counted, out
    from claimrules.report import cards, results_table

    console = out()
    for card in cards(result.findings, pack.rules, show, lang):
        console.print(card)
    console.print(results_table(result.summary, pack.rules, lang))
    for name, table in result.summary.tables.items():
        parts = f"{table.read:,} read, {table.audited:,} audited, {table.rejected:,} rejected, {table.left_out:,} left out"
        worth = f", {table.amount:,.2f} yuan" if table.amount is not None else ""
        console.print(f"{name}: {parts}{worth}", markup=False)
    found = f"{counted(result.findings.num_rows, 'finding')}, {counted(result.rejects.num_rows, 'reject')}"
    console.print(f"{found} → {folder}/", markup=False)


def _exit_code(result: Any, fail_on: FailOn | None) -> int:
    if fail_on is None:
        return DONE
    verdicts = set(result.findings["verdict"].unique().to_pylist())
    return JUDGED if verdicts.intersection(_FAILS[fail_on]) else DONE
