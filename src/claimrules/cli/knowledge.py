"""`claimrules knowledge`: tables from official sheets, what changed in them, what is doubtful in them."""

# ruff: noqa: PLC0415 - `claimrules --help` must not wait for the engine

import json as json_text
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimrules.cli.exit_codes import DONE, JUDGED
from claimrules.cli.formats import FormatOption, IgnoreOption, OutputFormat, SelectOption, chosen, print_found
from claimrules.cli.options import day, place

if TYPE_CHECKING:
    from claimrules.imports import Imported

knowledge = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Import official sheets into knowledge tables, compare tables, lint them.",
)

Json = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
_SHARE = "20%"


def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="The sheets of one publication: .xlsx, .csv, .txt.", exists=True)
    ],
    shape: Annotated[
        str | None,
        typer.Option("--as", metavar="SHAPE", help="What is where: a YAML file, or a name of `knowledge shapes`."),
    ] = None,
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="The folder of tables.")] = Path("rules/knowledge"),
    table: Annotated[str | None, typer.Option("--table", metavar="NAME", help="Another name for the table.")] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="The first day on which the rows hold.")
    ] = None,
    known_from: Annotated[
        str | None, typer.Option("--known-from", metavar="DATE", help="Since when they are known; of a change: today.")
    ] = None,
    region: Annotated[str | None, typer.Option("--region", metavar="CODE", help="The rows are of this region.")] = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="TEXT", help="What the rows name as their source.")
    ] = None,
    replaces: Annotated[
        bool | None,
        typer.Option("--replaces/--amends", help="What the sheet does not say any more has ended, or holds on."),
    ] = None,
    leave_faulty: Annotated[bool, typer.Option("--leave-faulty", help="Import what can be read.")] = False,  # noqa: FBT002
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")] = False,  # noqa: FBT002
    json: Json = False,  # noqa: FBT002
) -> int:
    """Import official sheets as they are published into a dated table of DIR, and account for every row.

    Rows that a new edition ends stay, with the last day on which they held. The same sheets again change nothing.
    """
    from claimrules.cli.knowledge_report import document, print_import
    from claimrules.imports import ImportOptions, import_files

    options = ImportOptions(
        into,
        shape,
        table,
        day(since, "--from"),
        day(known_from, "--known-from"),
        place(region, "--region"),
        source,
        None if replaces is None else "replaces" if replaces else "amends",
        leave_faulty,
        dry_run,
    )
    done: Imported = import_files(files, options)
    if json:
        typer.echo(json_text.dumps(document(done), ensure_ascii=False))
    else:
        print_import(done, dry_run=dry_run)
    return DONE


def shapes(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Print this one, to begin your own with.")] = None,
) -> int:
    """List the shapes of sheets that are known, or print one: the description of a sheet, in YAML."""
    from importlib.resources import files

    from claimrules.imports import built_in_names, load_shape

    if name is None:
        for known in built_in_names():
            shape = load_shape(known)
            typer.echo(f"{known:<22} {shape.zh} · {shape.en} → {shape.table}")
        return DONE
    load_shape(name)  # an unknown one is told with a suggestion
    typer.echo((files("claimrules.imports") / "shapes" / f"{name}.yaml").read_text(encoding="utf-8"), nl=False)
    return DONE


def diff(
    old: Annotated[
        Path, typer.Argument(metavar="OLD", help="A folder of tables, a rule base, or one NAME.csv.", exists=True)
    ],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The same, as it is now.", exists=True)],
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 where they differ.")] = False,  # noqa: FBT002
    json: Json = False,  # noqa: FBT002
) -> int:
    """Say which rows of knowledge tables were added, removed and changed, whatever their order."""
    from claimrules.cli.knowledge_report import diff_document, print_diff
    from claimrules.imports import diff_tables

    found = diff_tables(old, new)
    if json:
        typer.echo(json_text.dumps([diff_document(one) for one in found if one.differs], ensure_ascii=False))
    else:
        print_diff(found)
    return JUDGED if exit_code and any(one.differs for one in found) else DONE


def lint(
    rules: Annotated[Path, typer.Argument(metavar="DIR", help="A rule base or a folder of tables.", exists=True)] = Path(
        "rules"
    ),
    against: Annotated[
        Path | None, typer.Option("--against", metavar="OLD", help="The tables as they were, to compare sizes.", exists=True)
    ] = None,
    share: Annotated[str, typer.Option("--share", help="By how much a table may grow or shrink.")] = _SHARE,
    catalogue: Annotated[
        list[str] | None, typer.Option("--catalogue", metavar="TABLE", help="A table that lists the codes; repeatable.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,  # noqa: FBT002
    output_format: FormatOption = OutputFormat.TEXT,
    select: SelectOption = None,
    ignore: IgnoreOption = None,
    json: Json = False,  # noqa: FBT002
) -> int:
    """Look for what is doubtful in knowledge tables: codes in no catalogue, rows that cannot be reached or contradict."""
    from claimrules.cli.printing import counted
    from claimrules.diagnostics import Level
    from claimrules.imports import lint_knowledge
    from claimrules.imports.tables import knowledge_folder
    from claimrules.lint import Sifted, declarations

    tables = [rules.with_suffix(".yaml")] if rules.is_file() else declarations([knowledge_folder(rules)])
    found = lint_knowledge(rules, against, _share(share), catalogue or ())
    asked = frozenset({"CR340", "CR341", "CR342", "CR344", *(["CR343"] if against else [])})
    sifted = Sifted(found, {}).then(tables, asked)
    found = chosen(sifted.found, select, ignore)
    errors = sum(one.level is Level.ERROR for one in found)
    said = f"{counted(errors, 'error')}, {counted(len(found) - errors, 'warning')}"
    print_found(found, OutputFormat.JSON if json else output_format, said, sifted.allowed)
    return JUDGED if errors or (strict and found) else DONE


def _share(text: str) -> Fraction:
    try:
        value = Fraction(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        value = Fraction(-1)
    if value < 0:
        raise typer.BadParameter(f"`{text}` is no share; write 20% or 0.2", param_hint="--share")
    return value


knowledge.command("import")(import_)
knowledge.command()(shapes)
knowledge.command()(diff)
knowledge.command()(lint)
