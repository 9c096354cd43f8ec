"""`claimrules test --mutate`: what the cases leave untested."""

# ruff: noqa: PLC0415 - `claimrules --help` must not wait for the engine

import json as json_text
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from claimrules.cli.exit_codes import DONE, JUDGED

if TYPE_CHECKING:
    from claimrules.mutants import Score, Survivor
    from claimrules.pack import RulePack

_MANY = 16
"""Rules from which on a second process is worth the second that it takes to start."""


def mutate(pack: "RulePack", only: list[str] | None, *, json: bool, jobs: int | None) -> int:
    """Run all mutants of the rules and print what lives. `jobs` None: as many processes as pay for their start."""
    from claimrules.cli.progress import progress_bar
    from claimrules.mutants import mutate_pack, rules_to_mutate

    total = len(rules_to_mutate(pack, only))
    if jobs is None:
        jobs = (os.cpu_count() or 1) if total >= _MANY else 1
    scores: list[Score] = []
    with progress_bar("mutants", wanted=not json, unit="rules") as report:
        for score in mutate_pack(pack, only, jobs=jobs):
            scores.append(score)
            if report is not None:
                report(len(scores), total)
    if json:
        typer.echo(json_text.dumps([_document(score) for score in scores], ensure_ascii=False))
    else:
        _print(scores)
    return DONE if all(score.clean for score in scores) else JUDGED


def _print(scores: "Sequence[Score]") -> None:
    from claimrules.cli.printing import counted, out, print_diagnostics

    for score in scores:
        for survivor in score.survivors:
            typer.echo(_survivor(score.rule_id, survivor))
    print_diagnostics((problem for score in scores for problem in score.problems), to_stdout=True)
    out().print(_table(scores))
    killed, total = sum(s.killed for s in scores), sum(s.total for s in scores)
    alive = f", {total - killed} survived" if total > killed else ""
    equivalent = sum(s.equivalent for s in scores)
    stillborn = sum(s.stillborn for s in scores)
    left = f"; {counted(stillborn, 'change makes', 'changes make')} no rule" if stillborn else ""
    marked = f", {counted(equivalent, 'more is', 'more are')} marked equivalent" if equivalent else ""
    typer.echo(f"{counted(total, 'mutant')} of {counted(len(scores), 'rule')}: {killed:,} killed{alive}{marked}{left}")


def _survivor(rule_id: str, survivor: "Survivor") -> str:
    mutant = survivor.mutant
    lines = [f"SURVIVED {mutant.place.file}:{mutant.place.line}: {rule_id}: {mutant.id}"]
    lines += [f"  - {mutant.before}", *([f"  + {mutant.after}"] if mutant.after else [])]
    if survivor.case:
        lines += ["  a case that would kill it:", "", survivor.case]
    else:
        lines += [
            "  no case that would kill it was found near the rule's own; if it cannot differ, say why in the rule file:",
            "",
            "equivalent_mutants:",
            f"  {quoted(mutant.id)}: because …",
        ]
    return "\n".join([*lines, ""])


def quoted(text: str) -> str:
    """An id as a key of YAML."""
    from claimrules.mutants.written import quoted as quote

    return quote(text)


def _table(scores: "Sequence[Score]") -> object:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("rule", overflow="fold")
    for name in ("mutants", "killed", "survived", "equivalent", "score"):
        table.add_column(name, justify="right")
    for score in scores:
        share = f"{100 * score.killed // score.total} %" if score.total else "—"
        survived = score.total - score.killed
        cells = (score.total, score.killed, survived, score.equivalent)
        table.add_row(score.rule_id, *(f"{cell:,}" for cell in cells), share)
    return table


def _document(score: "Score") -> dict[str, object]:
    return {
        "rule": score.rule_id,
        "mutants": score.total,
        "killed": score.killed,
        "equivalent": score.equivalent,
        "stillborn": score.stillborn,
        "survivors": [
            {
                "id": one.mutant.id,
                "file": one.mutant.place.file,
                "line": one.mutant.place.line,
                "before": one.mutant.before,
                "after": one.mutant.after,
                "case": one.case,
            }
            for one in score.survivors
        ],
        "problems": [
            {
                "code": p.code,
                "message": p.message,
                "file": p.place.file if p.place else "",
                "line": p.place.line if p.place else 0,
            }
            for p in score.problems
        ],
    }
