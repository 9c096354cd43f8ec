"""`claimrules audit`: the main job."""

# ruff: noqa: PLC0415 - `claimrules --help` must not wait for the engine

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimrules.cli.exit_codes import DONE, JUDGED, MISUSE
from claimrules.cli.options import (
    AsOfOption,
    HistoryFromOption,
    JobsOption,
    KnowledgeOption,
    Language,
    MappingOption,
    OnlyOption,
    ParamOption,
    RegionOption,
    day,
    language,
    names,
    params,
    place,
    size,
)

if TYPE_CHECKING:
    from claimrules.diagnostics import Diagnostic


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
    mapping: MappingOption = "canonical",
    only: OnlyOption = None,
    param: ParamOption = None,
    region: RegionOption = None,
    as_of: AsOfOption = None,
    history_from: HistoryFromOption = None,
    jobs: JobsOption = 1,
    batch_lines: Annotated[int, typer.Option(metavar="N", min=1, help="Lines judged at once.")] = 250_000,
    memory: Annotated[str | None, typer.Option(metavar="BYTES", help="Memory to keep within, as 2GB.")] = None,
    profile: Annotated[bool, typer.Option("--profile", help="Say which rules and steps the seconds went to.")] = False,  # noqa: FBT002
    resume: Annotated[bool, typer.Option("--resume", help="Go on from what a run that was stopped has finished.")] = False,  # noqa: FBT002
    fail_on: Annotated[FailOn | None, typer.Option(help="Exit with 1 where there is such a finding.")] = None,
    show: Annotated[int, typer.Option(metavar="N", min=0, help="Findings to print in full.")] = 3,
    json: Annotated[bool, typer.Option("--json", help="Print summary.json, and nothing else.")] = False,  # noqa: FBT002
    lang: Annotated[Language | None, typer.Option(help="Language of what is printed.")] = None,
) -> int:
    """Audit CLAIMS by RULES: findings, undecided, rejects and a summary into OUT.

    Exits with 2 where claims were read and none could be audited; OUT is written all the same.
    """
    import claimrules
    from claimrules.cli.closing import reject_lines
    from claimrules.cli.printing import err, print_diagnostics
    from claimrules.cli.profiling import profiling
    from claimrules.cli.progress import progress_bars
    from claimrules.cli.working import working
    from claimrules.report import check_out, write

    check_out(out)
    options: dict[str, Any] = {
        "mapping": mapping,
        "only": names(only),
        "history_from": day(history_from, "--history-from"),
        "jobs": jobs,
        "batch_lines": batch_lines,
        "memory": size(memory, "--memory"),
    }
    with profiling(wanted=profile) as profiled:
        pack = claimrules.load(
            rules,
            knowledge=knowledge or [],
            params=params(param) or {},
            region=place(region, "--region"),
            as_of=day(as_of, "--as-of"),
        )
        with working(out, resume=resume) as work:
            with progress_bars(wanted=not json) as (reading, judging):
                result = pack.audit(claims, **options, progress=judging, reading=reading, work=work)
            write(profiled.noted(result), out)
    print_diagnostics([*result.warnings, *_nothing_audited(result, out)])
    if json:
        typer.echo(profiled.beside(result.summary.model_dump_json()))
        _say(reject_lines(result.rejects, language(lang)), err())
    else:
        _print(result, pack, out, show, mapping, language(lang))
        profiled.show(language(lang))
    return _exit_code(result, fail_on)


def _print(result: Any, pack: Any, folder: Path, show: int, mapping: str, lang: str) -> None:
    from claimrules.batch.mapping_yaml import load_mapping
    from claimrules.cli.closing import last_line, reject_lines, table_lines, undecided_lines, why_left_out
    from claimrules.cli.printing import out
    from claimrules.report import cards, results_table

    console = out()
    summary = result.summary
    for card in cards(result.findings, pack.rules, show, lang):
        console.print(card)
    console.print(results_table(summary, pack.rules, lang, findings=result.findings))
    _say(undecided_lines(result.undecided, lang), console)
    _say(reject_lines(result.rejects, lang), console)
    _say(table_lines(summary.tables, why_left_out(load_mapping(mapping)), lang), console)
    undecided = sum(rule.undecided for rule in summary.rules.values())
    _say([last_line(result.findings.num_rows, undecided, result.rejects.num_rows, folder, lang)], console)


def _say(lines: Iterable[str], console: Any) -> None:
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)


def _lost(result: Any) -> bool:
    """Whether claims were read, some were rejected, and none is left."""
    claims = result.summary.tables["claims"]
    return bool(claims.rejected and not claims.audited)


def _nothing_audited(result: Any, folder: Path) -> "Iterator[Diagnostic]":
    from claimrules.cli.printing import counted
    from claimrules.diagnostics import Diagnostic

    if _lost(result):
        claims = result.summary.tables["claims"]
        message = f"none of the {counted(claims.read, 'claim')} that were read could be audited"
        yield Diagnostic("CR117", message, help=f"the reasons are in {folder}/rejects.parquet")


def _exit_code(result: Any, fail_on: FailOn | None) -> int:
    if _lost(result):
        return MISUSE
    if fail_on is None:
        return DONE
    verdicts = set(result.findings["verdict"].unique().to_pylist())
    return JUDGED if verdicts.intersection(_FAILS[fail_on]) else DONE
