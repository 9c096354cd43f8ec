"""`claimrules test`: the cases in rule files."""

# ruff: noqa: PLC0415 - `claimrules --help` must not wait for the engine

import json as json_text
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Annotated

import typer

from claimrules.cli.exit_codes import DONE, JUDGED
from claimrules.cli.mutate import mutate
from claimrules.cli.options import KnowledgeOption, OnlyOption, RulesArgument, names

if TYPE_CHECKING:
    from claimrules.cases import CaseOutcome

MUTATE = "Change each rule in every small way; print the changes that no case notices."


def cases(
    rules: RulesArgument = Path("rules"),
    knowledge: KnowledgeOption = None,
    only: OnlyOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print every outcome as JSON.")] = False,  # noqa: FBT002
    mutated: Annotated[bool, typer.Option("--mutate", help=MUTATE)] = False,  # noqa: FBT002
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="With --mutate: so many rules at a time.")] = None,
) -> int:
    """Run the cases embedded in the rule files of RULES.

    With --mutate, each rule is changed in every small way there is (a limit by one step, `<` for `<=`, a condition left
    out), and changes under which all of its cases still hold are printed, each with a case that would tell.
    """
    import claimrules
    from claimrules.cases import run_pack
    from claimrules.cli.printing import counted

    pack = claimrules.load(rules, knowledge=knowledge or [])
    if mutated:
        return mutate(pack, names(only), json=json, jobs=jobs)
    outcomes = list(run_pack(pack, names(only)))
    failed = [one for one in outcomes if not one.passed]
    if json:
        typer.echo(json_text.dumps([_document(one) for one in outcomes], ensure_ascii=False))
        return JUDGED if failed else DONE
    for one in failed:
        where = f"{one.place.file}:{one.place.line}"
        typer.echo(f"FAILED {where}: {one.rule_id}: {one.name}\n{indent(one.text, '  ')}\n")
    tested = len({one.rule_id for one in outcomes})
    counts = f"{len(outcomes) - len(failed)} passed" + (f", {len(failed)} failed" if failed else "")
    typer.echo(f"{counted(len(outcomes), 'case')} of {counted(tested, 'rule')}: {counts}")
    return JUDGED if failed else DONE


def _document(one: "CaseOutcome") -> dict[str, object]:
    return {
        "rule": one.rule_id,
        "case": one.name,
        "file": one.place.file,
        "line": one.place.line,
        "passed": one.passed,
        "text": one.text,
    }
