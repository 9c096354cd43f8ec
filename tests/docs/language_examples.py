"""Reads docs/language-examples.md: rules as they stand, and the rows of its tables as small rules with a case each.

A table's row becomes one rule for each value that it states: the rule flags the rows that have the value, so that the
engine, and the verdicts on all rows, tell whether it is true.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "language-examples.md"
TABLES = ROOT / "src" / "claimrules" / "templates" / "knowledge"
HEADS = ("expression", "key", "within", "amount")
SAID = {"title": "{zh: 一, en: one}", "category": "management", "verdict": "violation", "message": "{zh: 一, en: one}"}
"""What every rule says of itself, for those of the page that leave it out."""


@dataclass(frozen=True)
class Example:
    """One rule of the page, or of a row of a table. `head`: the table's first heading, or `rule`."""

    head: str
    subject: str
    text: str


@dataclass(frozen=True)
class World:
    """The rows above a table, as a case writes them; `rule`: parts of a rule that hold for every row of the table."""

    case: Mapping[str, Any]
    rule: Mapping[str, Any]

    @property
    def rows(self) -> list[str]:
        """The labels of the rows that the rule walks over."""
        if self.rule.get("of", "line") == "line":
            return list(self.case["lines"])
        return ["first", "second"] if self.case["given"] == "settled_in_parts" else ["claim"]

    def ruled(self, parts: Mapping[str, Any], expect: Mapping[str, Any]) -> str:
        """A rule file with one case, less its id."""
        rule = {**{k: yaml.safe_load(v) for k, v in SAID.items()}, **self.rule, **parts}
        case = {"name": "as the page says", **self.case, "expect": {k: v for k, v in expect.items() if v}}
        return yaml.safe_dump({**rule, "examples": [case]}, allow_unicode=True, sort_keys=False)


def read_page() -> Iterator[Example]:
    """All examples of the page, in its order."""
    world: World | None = None
    text = PAGE.read_text(encoding="utf-8")
    for block, table in re.findall(r"```yaml\n(.*?)```|^(\|.*?)(?=^[^|]|\Z)", text, re.MULTILINE | re.DOTALL):
        if block and re.search(r"^examples:", block, re.MULTILINE):
            yield Example("rule", block.partition("\n")[0], _whole(block))
        elif block:
            read = yaml.safe_load(block)
            world = World({k: v for k, v in read.items() if k != "rule"}, read.get("rule", {}))
        elif not table.startswith("| finding |"):  # what a finding says is asked of an audit
            assert world is not None
            yield from _of_table(
                world, [[c.strip() for c in row.strip("|").split("|")] for row in table.strip().split("\n")]
            )


def _whole(block: str) -> str:
    keys = set(re.findall(r"^([a-z_]+):", block, re.MULTILINE))
    return "".join(f"{key}: {value}\n" for key, value in SAID.items() if key not in keys) + block


def _of_table(world: World, rows: Sequence[Sequence[str]]) -> Iterator[Example]:
    head, names = rows[0][0], rows[0][1:]
    assert head in HEADS, head
    for cells in rows[2:]:
        subject = cells[0].strip("`")
        for text in _FORMS[head](world, subject, dict(zip(names, cells[1:], strict=True))):
            yield Example(head, subject, text)


def _expression(world: World, subject: str, values: Mapping[str, str]) -> Iterator[str]:
    if list(values) == ["is"]:
        yield from _one_value(world, subject, values["is"])
        return
    for value in dict.fromkeys(values.values()):
        having = [row for row, v in values.items() if v == value]
        rest = [row for row in values if row not in having]
        yield world.ruled({"flag_rows": _equals(subject, value)}, {"flagged": having, "clean": rest})


def _one_value(world: World, subject: str, value: str) -> Iterator[str]:
    """The same for all rows; `at least N`: no less, and whether more is not known."""
    least = value.removeprefix("at least ")
    if least == value:
        yield world.ruled({"flag": _equals(subject, value)}, {"flagged": world.rows})
        return
    yield world.ruled({"flag": f"{subject} >= {least}"}, {"flagged": world.rows})
    yield world.ruled({"flag": f"{subject} > {least}"}, {"undecided": world.rows})
    yield world.ruled({"flag": f"{subject} = {least}"}, {"undecided": world.rows})


def _equals(subject: str, value: str) -> str:
    if value in ("NULL", "TRUE", "FALSE"):
        return f"({subject}) IS {value}"
    return f"({subject}) = {value}"


def _key(world: World, subject: str, values: Mapping[str, str]) -> Iterator[str]:
    name, colon, expression = subject.partition(": ")
    parts = {"per": [{name: expression} if colon else subject], "let": {"together": "distinct_list(line.line_id)"}}
    unknown = [row for row, v in values.items() if v == "undecided"]
    for letter in sorted({v for v in values.values() if v != "undecided"}):
        group = [row for row, v in values.items() if v == letter]
        ids = ", ".join(row.rpartition(".")[2] for row in group)
        rest = [row for row in values if row not in (*group, *unknown)]
        expect = {"flagged": group, "clean": rest, "undecided": unknown}
        yield world.ruled({**parts, "flag": f"together = '{ids}'"}, expect)


def _within(world: World, subject: str, values: Mapping[str, str]) -> Iterator[str]:
    near = values["near"]
    seen = "count(near) = 0" if near == "nothing" else f"distinct_list(near.line_id) = '{near}'"
    parts = {
        "others": {"near": {"of": "line", "same": ["person"], "within": subject}},
        "flag": f"line.line_id = 'here' AND {seen}",
    }
    rows = {row.rpartition(".")[2]: row for row in world.rows}
    yield world.ruled(parts, {"flagged": [rows.pop("here")], "clean": list(rows.values())})


def _amount(world: World, subject: str, values: Mapping[str, str]) -> Iterator[str]:
    yield world.ruled({"flag": "line.quantity > 0", "amount": subject}, {"flagged": list(values), "amount": dict(values)})


_FORMS = {"expression": _expression, "key": _key, "within": _within, "amount": _amount}


def write_base(examples: Sequence[Example], root: Path, first: int) -> dict[str, Example]:
    """Examples as a rule base in `root`, each by the id of its rule, numbered from `first` on."""
    folder = root / "knowledge"
    folder.mkdir()
    for path in TABLES.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        (folder / path.name).write_text(text + "invented: true\n", encoding="utf-8")
        (folder / f"{path.stem}.csv").write_text(",".join(yaml.safe_load(text)["columns"]) + "\n", encoding="utf-8")
    named = sorted({name for one in examples for name in re.findall(r"set_id: (\w+)", one.text)})
    (folder / "code_sets.csv").write_text("set_id,prefix\n" + "".join(f"{n},never\n" for n in named), encoding="utf-8")
    (root / "sources.yaml").write_text("demo: {title: {zh: 例, en: example}, verified: false}\n", encoding="utf-8")
    ids = {f"e{number:03}": one for number, one in enumerate(examples, first)}
    for rule, one in ids.items():
        (root / f"{rule}.yaml").write_text(f"id: {rule}\n{one.text}", encoding="utf-8")
    return ids
