"""`claimrules new`: a rule file to begin with."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from claimrules.cli.exit_codes import DONE
from claimrules.cli.new_questions import ask_rule, ask_source, ask_template, ask_wording
from claimrules.cli.rule_templates import Template, Wanted, flow_text, table_declaration, templates
from claimrules.diagnostics import suggest

_ID = re.compile(r"[a-z][a-z0-9_]*")
_SOURCE_ID = re.compile(r"[A-Za-z0-9][\w.-]*")
_NOT_RULES = ("sources", "parameters", "exemptions", "columns")
_ASK = "Ask for what is not given. Without the option: on a terminal, where RULE_ID or --from is not given."


def new(
    rule: Annotated[str | None, typer.Argument(metavar="RULE_ID", help="The new rule's id.")] = None,
    archetype: Annotated[
        str | None, typer.Option("--from", metavar="ARCHETYPE", help="The template: qty_window, or its number, T5.")
    ] = None,
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="The folder of rules.")] = Path("rules"),
    zh: Annotated[str, typer.Option("--title-zh", metavar="TEXT", help="The title in Chinese.")] = "",
    en: Annotated[str, typer.Option("--title-en", metavar="TEXT", help="The title in English.")] = "",
    table: Annotated[str, typer.Option("--table", metavar="NAME", help="What its knowledge table is called.")] = "",
    source: Annotated[str, typer.Option("--source", metavar="ID", help="Its law or policy, an id of sources.yaml.")] = "",
    source_title: Annotated[
        str, typer.Option("--source-title", metavar="TEXT", help="The title of a source that sources.yaml does not have.")
    ] = "",
    article: Annotated[str, typer.Option("--article", metavar="TEXT", help="The article of the source: 第三十八条.")] = "",
    ask: Annotated[bool | None, typer.Option("--ask/--no-ask", help=_ASK)] = None,
    list_: Annotated[bool, typer.Option("--list", help="Print the templates.")] = False,  # noqa: FBT002
) -> int:
    """Write a rule file to begin with: DIR/RULE_ID.yaml, with cases that fail until they are filled in.

    Tables that it looks into and the rule base does not have are begun as well, empty; so is sources.yaml, where --source
    names a law that it does not have. Nothing is overwritten.
    """
    if list_:
        for template in templates():
            typer.echo(f"{template.name:<22} {template.about}")
        return DONE
    given = Wanted(rule or "", zh.strip(), en.strip(), table, source, article.strip())
    asking = ask if ask is not None else (rule is None or archetype is None) and _on_a_terminal()
    wanted = _asked(given, archetype, into, source_title) if asking else _said(given, archetype, into, source_title)
    try:
        for path in wanted.write():
            typer.echo(f"wrote {path}")
    except OSError as error:
        raise typer.BadParameter(f"{error.filename or into}: {error.strerror}", param_hint="--into") from None
    typer.echo(f"its cases fail until they are filled in: claimrules test {wanted.base} --only {wanted.wanted.rule}")
    return DONE


@dataclass(frozen=True)
class _Order:
    """All that was said or asked, checked. `source_title`: of a source that is to be added to sources.yaml."""

    template: Template
    wanted: Wanted
    file: Path
    base: Path
    source_title: str = ""

    def write(self) -> Iterator[Path]:
        """The tables that are not there, with the columns' names and no rows; the source; and the rule."""
        for table in self.template.tables:
            yield from self._table(table, self.template.called(table, self.wanted))
        if self.source_title:
            yield self._source()
        self.file.parent.mkdir(parents=True, exist_ok=True)
        yield _written(self.file, _schema_line(self.file) + self.template.written_for(self.wanted))

    def _table(self, shipped: str, called: str) -> Iterator[Path]:
        knowledge = self.base / "knowledge"
        if any((knowledge / f"{called}.{ending}").exists() for ending in ("yaml", "csv", "parquet")):
            return
        text = table_declaration(shipped)
        knowledge.mkdir(parents=True, exist_ok=True)
        yield _written(knowledge / f"{called}.yaml", text)
        yield _written(knowledge / f"{called}.csv", ",".join(_columns(text)) + "\n")

    def _source(self) -> Path:
        file, title = self.base / "sources.yaml", flow_text(self.source_title)
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        gap = "" if not before or before.endswith("\n") else "\n"
        self.base.mkdir(parents=True, exist_ok=True)
        entry = f"{self.wanted.source}:\n  title: {{zh: {title}, en: {title}}}\n  verified: false\n"
        with file.open("a", encoding="utf-8") as stream:
            stream.write(f"{gap}{entry}")
        return file


def _said(given: Wanted, archetype: str | None, into: Path, source_title: str) -> _Order:
    """The order by options alone."""
    if not given.rule:
        raise typer.BadParameter("name the rule, or ask for --list", param_hint="RULE_ID")
    template = _chosen(archetype)
    file, base = _place(given.rule, into), _base(into)
    if given.table:
        _table_name(given.table)
    title = _new_source(given, base, source_title)
    if given.table and not template.own_table:
        raise typer.BadParameter(f"{template.name} looks into no table", param_hint="--table")
    return _Order(template, given, file, base, title)


def _asked(given: Wanted, archetype: str | None, into: Path, source_title: str) -> _Order:
    """The order with questions for what was not said."""
    template = _chosen(archetype) if archetype else ask_template(templates(), _chosen)
    rule = given.rule or ask_rule(lambda answer: _place(answer, into))
    _place(rule, into)
    wanted = ask_wording(template, replace(given, rule=rule), _table_name)
    known = _sources(_base(into))
    source, article, title = ask_source(wanted, known, source_title, _source_name)
    return _said(replace(wanted, source=source, article=article), template.name, into, title)


def _on_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


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
    """The rule base that a folder is in, as loading it finds it: itself, or the nearest above with tables or sources.

    Where there is none yet, a folder `rules` in the path will be it: of rules/policy the tables go to rules/knowledge.
    """
    found = (folder for folder in (into, *into.resolve().parents[:3]) if _is_base(folder))
    named = (folder for folder in (into, *into.parents) if folder.name == "rules")
    return next(found, next(named, into))


def _is_base(folder: Path) -> bool:
    return any((folder / f"{name}.yaml").is_file() for name in _NOT_RULES) or any((folder / "knowledge").glob("*.yaml"))


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


def _table_name(table: str) -> str:
    if not _ID.fullmatch(table):
        what = f"`{table}` is no name of a table: small letters, digits and `_`, a letter first"
        raise typer.BadParameter(what, param_hint="--table")
    return table


def _source_name(source: str) -> str:
    if source and not _SOURCE_ID.fullmatch(source):
        what = f"`{source}` is no id of a source: letters, digits, `-`, `_` and `.`"
        raise typer.BadParameter(what, param_hint="--source")
    return source


def _new_source(given: Wanted, base: Path, title: str) -> str:
    """The title of a source that is to be added; empty where the rule base has it, or none is named."""
    if not given.source:
        if given.article or title:
            raise typer.BadParameter("name the source itself as well", param_hint="--source")
        return ""
    known = _sources(base)
    if _source_name(given.source) in known:
        if title:
            raise typer.BadParameter(f"sources.yaml has a title for {given.source}", param_hint="--source-title")
        return ""
    if not title:
        near = suggest(given.source, known)
        advice = f"did you mean `{near}`? A new one needs" if near else "a new one needs"
        raise typer.BadParameter(f"sources.yaml has no `{given.source}`; {advice} --source-title", param_hint="--source")
    return title


def _sources(base: Path) -> Mapping[str, str]:
    """The Chinese titles of the sources that the rule base has, by id."""
    from claimrules.language import read_sources  # noqa: PLC0415 - `claimrules --help` does not wait for it

    return {name: source.title.zh for name, source in read_sources(base / "sources.yaml").items()}


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
