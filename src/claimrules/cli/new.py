"""`claimrules new`: a rule file to begin with."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import typer

from claimrules.cli.exit_codes import DONE
from claimrules.diagnostics import suggest

_ID = re.compile(r"[a-z][a-z0-9_]*")
_TABLE = re.compile(r"^ +table: (\w+)$", re.MULTILINE)
_SETS = "code_sets"
_NOT_RULES = ("sources", "parameters", "exemptions", "columns")


@dataclass(frozen=True)
class Template:
    """A rule file of one archetype (原型). `name`: t05_qty_window; `about`: its first line, without the number."""

    name: str
    text: str

    @property
    def about(self) -> str:
        """What it is for, in a sentence."""
        return self.text.partition("\n")[0].partition(": ")[2]

    @property
    def spellings(self) -> frozenset[str]:
        """What it may be asked for by: t05_qty_window, t05, t5, qty_window."""
        number, _, word = self.name.partition("_")
        return frozenset({self.name, number, f"t{int(number[1:])}", word})

    @property
    def tables(self) -> tuple[str, ...]:
        """The knowledge tables that it looks into."""
        asked = dict.fromkeys(_TABLE.findall(self.text))
        return (*asked, _SETS) if _SETS in self.text else tuple(asked)

    def written_for(self, rule: str) -> str:
        """The rule file with the id `rule`."""
        return self.text.replace(f"\nid: {self.name}\n", f"\nid: {rule}\n", 1)


def templates() -> tuple[Template, ...]:
    """All templates that are shipped, in the order of their numbers."""
    found = (item for item in _shipped().iterdir() if item.name.endswith(".yaml"))
    return tuple(
        Template(item.name.removesuffix(".yaml"), item.read_text(encoding="utf-8"))
        for item in sorted(found, key=lambda item: item.name)
    )


def new(
    rule: Annotated[str | None, typer.Argument(metavar="RULE_ID", help="The new rule's id.")] = None,
    archetype: Annotated[
        str | None, typer.Option("--from", metavar="ARCHETYPE", help="The template: qty_window, or its number, T5.")
    ] = None,
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="The folder of rules.")] = Path("rules"),
    list_: Annotated[bool, typer.Option("--list", help="Print the templates.")] = False,  # noqa: FBT002
) -> int:
    """Write a rule file to begin with: DIR/RULE_ID.yaml, with cases that fail until they are filled in.

    Tables that it looks into and DIR/knowledge does not have are begun as well, empty. Nothing is overwritten.
    """
    if list_:
        for template in templates():
            typer.echo(f"{template.name:<22} {template.about}")
        return DONE
    if rule is None:
        raise typer.BadParameter("name the rule, or ask for --list", param_hint="RULE_ID")
    chosen = _chosen(archetype)
    file = _place(rule, into)
    base = _base(into)
    try:
        for path in _write(chosen, file, base / "knowledge"):
            typer.echo(f"wrote {path}")
    except OSError as error:
        raise typer.BadParameter(f"{error.filename or into}: {error.strerror}", param_hint="--into") from None
    typer.echo(f"its cases fail until they are filled in: claimrules test {base} --only {rule}")
    return DONE


def _chosen(archetype: str | None) -> Template:
    known = {spelling: template for template in templates() for spelling in template.spellings}
    if archetype is None:
        raise typer.BadParameter("name a template; claimrules new --list prints them", param_hint="--from")
    wanted = archetype.strip().lower()
    if wanted not in known:
        near = suggest(wanted, known)
        advice = f"did you mean `{near}`?" if near else "claimrules new --list prints them"
        raise typer.BadParameter(f"there is no template `{archetype}`; {advice}", param_hint="--from")
    return known[wanted]


def _base(into: Path) -> Path:
    """The rule base that a folder is in, as loading it finds it: itself, or the nearest above with tables or sources."""
    found = (folder for folder in (into, *into.resolve().parents[:3]) if _is_base(folder))
    return next(found, into)


def _is_base(folder: Path) -> bool:
    return (folder / "sources.yaml").is_file() or any((folder / "knowledge").glob("*.yaml"))


def _place(rule: str, into: Path) -> Path:
    """Where the rule will stand; an id is used once in all of the rule base."""
    if not _ID.fullmatch(rule):
        what = f"`{rule}` is no id: small letters, digits and `_`, a letter first"
        raise typer.BadParameter(what, param_hint="RULE_ID")
    if rule in _NOT_RULES:
        raise typer.BadParameter(f"{rule}.yaml says something of the whole rule base", param_hint="RULE_ID")
    if into.exists() and not into.is_dir():
        raise typer.BadParameter(f"{into} is a file", param_hint="--into")
    base = _base(into)
    taken = sorted(path for path in base.rglob(f"{rule}.yaml") if "knowledge" not in path.relative_to(base).parts)
    if taken:
        raise typer.BadParameter(f"there is a rule `{rule}`: {taken[0]}", param_hint="RULE_ID")
    return into / f"{rule}.yaml"


def _write(template: Template, file: Path, knowledge: Path) -> Iterator[Path]:
    """The tables that are not there, with the columns' names and no rows; and the rule."""
    for table in template.tables:
        if not any((knowledge / f"{table}.{ending}").exists() for ending in ("yaml", "csv", "parquet")):
            text = _shipped().joinpath("knowledge", f"{table}.yaml").read_text(encoding="utf-8")
            knowledge.mkdir(parents=True, exist_ok=True)
            yield _written(knowledge / f"{table}.yaml", text)
            yield _written(knowledge / f"{table}.csv", ",".join(_columns(text)) + "\n")
    file.parent.mkdir(parents=True, exist_ok=True)
    yield _written(file, _schema_line(file) + template.written_for(file.stem))


def _schema_line(file: Path) -> str:
    """The line by which an editor finds the schema of rules, where the rule's folder or one above it has published one."""
    here = file.resolve().parent
    found = (folder / "schema" / "rule.json" for folder in (here, *list(here.parents)[:4]))
    schema = next((path for path in found if path.is_file()), None)
    if schema is None:
        return ""
    return f"# yaml-language-server: $schema={Path(os.path.relpath(schema, here)).as_posix()}\n"


def _written(path: Path, text: str) -> Path:
    with path.open("x", encoding="utf-8") as stream:  # never over what is there
        stream.write(text)
    return path


def _columns(declaration: str) -> list[str]:
    import yaml  # noqa: PLC0415 - `claimrules --help` does not wait for it

    return list(yaml.safe_load(declaration)["columns"])


def _shipped() -> Traversable:
    return resources.files("claimrules").joinpath("templates")
