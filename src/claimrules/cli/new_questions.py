"""What `claimrules new` asks on a terminal, where it was not said by options."""

from collections.abc import Callable, Mapping

import typer

from claimrules.cli.rule_templates import Template, Wanted


def ask_template(known: tuple[Template, ...], choose: Callable[[str], Template]) -> Template:
    """Print the templates and ask for one until it is known."""
    for template in known:
        typer.echo(f"{template.name:<22} {template.about}")
    chosen: Template = typer.prompt("Template (its name or number)", value_proc=choose)
    return chosen


def ask_rule(place: Callable[[str], object]) -> str:
    """Ask for an id until `place` takes it."""

    def checked(answer: str) -> str:
        place(answer)
        return answer

    return str(typer.prompt("Id of the rule (drug_sex; small letters, digits and _)", value_proc=checked))


def ask_wording(template: Template, given: Wanted, table: Callable[[str], str]) -> Wanted:
    """The title and the table: an empty answer takes the template's."""
    return Wanted(
        given.rule,
        zh=given.zh or _asked("Title in Chinese", template.titles["zh"]),
        en=given.en or _asked("Title in English", template.titles["en"]),
        table=given.table or (_asked("Knowledge table", template.own_table, table) if template.own_table else ""),
        source=given.source,
        article=given.article,
    )


def ask_source(given: Wanted, known: Mapping[str, str], title: str, checked: Callable[[str], str]) -> tuple[str, str, str]:
    """The law or policy, its article, and the title of one that sources.yaml does not have; empty where there is none."""
    if not given.source:
        for name, words in known.items():
            typer.echo(f"{name:<22} {words}")
    source = given.source or _asked("Source: its id in sources.yaml, a new one, or nothing", "", checked)
    if not source:
        return "", "", ""
    title = title or ("" if source in known else str(typer.prompt(f"Title of {source}, in Chinese")))
    return source, given.article or _asked("Article (第…条), or nothing", ""), title


def _asked(question: str, default: str, checked: Callable[[str], str] = str) -> str:
    answer = typer.prompt(question, default=default, show_default=bool(default), value_proc=checked)
    return str(answer).strip()
