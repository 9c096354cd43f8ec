"""docs/fields.md is made from the catalog: `python tests/docs/test_fields_page.py` writes its tables anew."""

import re
from pathlib import Path

import pytest
import yaml

import claimrules
from claimrules.catalog import TABLES, Base, Field, Type

PATH = Path(__file__).parents[2] / "docs" / "fields.md"
NHSA = Path(claimrules.__file__).parent / "batch" / "mappings" / "nhsa.yaml"
HEAD = "| name | type | must be | Chinese | `nhsa` reads |\n|---|---|---|---|---|\n"


def national(field: Field) -> list[str]:
    """The columns that the mapping `nhsa` takes a field from: what it says of the field, else the catalog's name."""
    mapping = yaml.safe_load(NHSA.read_text(encoding="utf-8"))["tables"][field.table]
    said = mapping["columns"].get(field.name)
    if said is None:
        return [field.national] if field.national else []
    columns = said["column"] if isinstance(said, dict) else said
    return columns if isinstance(columns, list) else [columns]


def kind(type_: Type, *, is_code: bool) -> str:
    """How the page writes a type."""
    if type_.values:
        return " ".join(f"`{value}`" for value in type_.values)
    return "code" if is_code and type_.base is Base.TEXT else str(type_)


def table(name: str) -> str:
    """One table of the page."""
    rows = [
        f"| `{f.name}` | {kind(f.type, is_code=f.is_code)} | {'required' if f.required else ''} | {f.zh} | "
        f"{', '.join(f'`{column}`' for column in national(f))} |\n"
        for f in TABLES[name]
    ]
    return HEAD + "".join(rows)


def on_the_page(name: str) -> str:
    """The table under the heading of a table."""
    section = PATH.read_text(encoding="utf-8").split(f"\n## `{name}`\n")[1].split("\n## ")[0]
    return "".join(line + "\n" for line in section.split("\n") if line.startswith("|"))


@pytest.mark.parametrize("name", TABLES)
def test_the_table_is_the_catalog_s(name: str) -> None:
    assert on_the_page(name) == table(name)


def test_every_table_is_there_and_no_other() -> None:
    assert re.findall(r"\n## `(\w+)`\n", PATH.read_text(encoding="utf-8")) == list(TABLES)


def test_the_files_that_nhsa_reads_are_named() -> None:
    page = PATH.read_text(encoding="utf-8")
    for name, mapping in yaml.safe_load(NHSA.read_text(encoding="utf-8"))["tables"].items():
        [row] = [line for line in page.split("\n") if line.startswith(f"| [`{name}`]")]
        assert re.findall(r"`(\w+)`", row.split("|")[4]) == mapping["first_of"]


def test_the_fee_categories_of_nhsa_are_named() -> None:
    codes = yaml.safe_load(NHSA.read_text(encoding="utf-8"))["tables"]["lines"]["columns"]["fee_category"]["codes"]
    said = PATH.read_text(encoding="utf-8").split("`fee_category`, read by `nhsa`, is one of")[1].split(".\n")[0]
    assert re.findall(r"`(\w+)`", said) == list(codes.values())


def write() -> None:
    """Put the tables that the catalog gives in the place of those on the page."""
    page = PATH.read_text(encoding="utf-8")
    for name in TABLES:
        page = page.replace(on_the_page(name), table(name)) if on_the_page(name) else page
    PATH.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    write()
