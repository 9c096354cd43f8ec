"""`claimrules explain`: why, or why not; a plan; a diagnostic code."""

# ruff: noqa: PLC0415 - `claimrules --help` must not wait for the engine

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from claimrules.cli.exit_codes import DONE
from claimrules.cli.options import (
    AsOfOption,
    HistoryFromOption,
    KnowledgeOption,
    Language,
    MappingOption,
    ParamOption,
    RegionOption,
    day,
    language,
    params,
    place,
)

_CODE = re.compile(r"CR\d{3}", re.IGNORECASE)


def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule's id, or the code of a diagnostic (CR214).")],
    claims: Annotated[Path | None, typer.Argument(metavar="CLAIMS", help="What audit takes: a folder, or a .json.")] = None,
    rules: Annotated[Path, typer.Option("--rules", metavar="DIR", help="The folder of rules.")] = Path("rules"),
    claim: Annotated[str | None, typer.Option("--claim", metavar="ID", help="Which claim, where there are several.")] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="TEXT", help="Only this subject, as findings spell it.")
    ] = None,
    knowledge: KnowledgeOption = None,
    mapping: MappingOption = "canonical",
    param: ParamOption = None,
    region: RegionOption = None,
    history_from: HistoryFromOption = None,
    as_of: AsOfOption = None,
    plan: Annotated[bool, typer.Option("--plan", help="Print the rule's plan; needs no claims.")] = False,  # noqa: FBT002
    no_change: Annotated[bool, typer.Option("--no-change", help="Do not look for the nearest change.")] = False,  # noqa: FBT002
    json: Annotated[bool, typer.Option("--json", help="Print the explanation as JSON.")] = False,  # noqa: FBT002
    lang: Annotated[Language | None, typer.Option(help="Language of what is printed.")] = None,
) -> int:
    """Say for each subject that a claim touches why RULE flags it, or why not.

    Every condition with its values, the knowledge rows, the exceptions, and the nearest change that would flip the verdict.
    `claimrules explain CR214` says what a diagnostic means.
    """
    if _CODE.fullmatch(rule):
        return _code(rule.upper(), json=json)
    import claimrules

    pack = claimrules.load(
        rules,
        knowledge=knowledge or [],
        params=params(param) or {},
        region=place(region, "--region"),
        as_of=day(as_of, "--as-of"),
    )
    if plan:
        return _plan(pack, rule)
    if claims is None:
        raise typer.BadParameter("name the claims, or ask for --plan", param_hint="CLAIMS")
    said = pack.explain_in(
        claims,
        rule,
        claim=claim,
        subject=subject,
        mapping=mapping,
        history_from=day(history_from, "--history-from"),
        nearest=not no_change,
    )
    if json:
        typer.echo(said.model_dump_json(indent=2))
        return DONE
    from claimrules.cli.printing import out
    from claimrules.explain import rich_of

    out().print(rich_of(said, language(lang)), soft_wrap=True, end="")
    return DONE


def _plan(pack: Any, rule: str) -> int:
    from claimrules.diagnostics import Diagnostic, PlanError, suggest
    from claimrules.plan import print_plan

    wanted = {name.strip() for name in rule.split(",") if name.strip()}
    for name in sorted(wanted - set(pack.rules)):
        near = suggest(name, pack.rules)
        advice = f"did you mean `{near}`?" if near else f"the rules are: {', '.join(sorted(pack.rules))}"
        raise PlanError(Diagnostic("CR402", f"there is no rule `{name}`", help=advice))
    typer.echo(print_plan(pack.plan.only(frozenset(wanted))))
    return DONE


def _code(code: str, *, json: bool) -> int:
    from claimrules.diagnostics import ClaimRulesError, Diagnostic, suggest
    from claimrules.diagnostics.meanings import MEANINGS, meaning_of

    meaning = meaning_of(code)
    if meaning is None:
        near = suggest(code, MEANINGS)
        advice = f"did you mean `{near}`?" if near else "docs/diagnostics.md lists them"
        raise ClaimRulesError(Diagnostic("CR402", f"there is no diagnostic `{code}`", help=advice))
    if json:
        import json as json_text

        said = {"code": code, "title": meaning.title, "cause": meaning.cause, "remedy": meaning.remedy}
        said["example"] = meaning.example
        typer.echo(json_text.dumps(said, ensure_ascii=False))
        return DONE
    example = meaning.example.replace("\n", f"\n{' ' * 12}")
    typer.echo(
        f"{code}: {meaning.title}\n\nwhy         {meaning.cause}\nexample     {example}\nwhat to do  {meaning.remedy}"
    )
    return DONE
