"""Every rule file of the repository keeps its meaning in canonical form, however it was written."""

from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import pytest

from claimrules.canonical import canonical
from claimrules.diagnostics import ClaimRulesError, MappingNode, Node, ScalarNode, read_yaml
from claimrules.knowledge import KnowledgeSet
from claimrules.language import Rule, read_rule, read_sources
from claimrules.pack import rule_files

ROOT = Path(__file__).parents[2]
OURS = rule_files(ROOT / "rules")
FOLDERS = ("tests", "src/claimrules/templates")
OTHERS = [
    file
    for folder in FOLDERS
    for file in sorted((ROOT / folder).rglob("*.yaml"))
    if "\nverdict:" in file.read_text(encoding="utf-8", errors="replace") and "bad" not in file.parts
]
BAD = sorted((ROOT / "tests" / "language" / "bad").glob("*.yaml"))


def plain(node: Node) -> object:
    if isinstance(node, ScalarNode):
        return node.text
    if isinstance(node, MappingNode):
        return [(key.text, plain(value)) for key, value in node.items]
    return [plain(item) for item in node.items]


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeSet:
    return KnowledgeSet.read([ROOT / "rules" / "knowledge"])


def rule_of(text: str, file: Path, knowledge: KnowledgeSet) -> tuple[Rule, object]:
    """The rule without its places, and its examples."""
    sources = read_sources(ROOT / "rules" / "sources.yaml")
    rule = read_rule(text, knowledge.schemas, sets=frozenset(knowledge.sets), sources=sources, file=str(file))
    return replace(rule, place=rule.place.__class__(""), written=None), plain(rule.examples) if rule.examples else None


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.stem)
def test_a_rule_is_the_same_rule_before_and_after(file: Path, knowledge: KnowledgeSet):
    text = file.read_text(encoding="utf-8")
    assert rule_of(text, file, knowledge) == rule_of(canonical(text, str(file)), file, knowledge)


def test_all_rules_of_the_repository_are_in_canonical_form():
    ours = [*OURS, *rule_files(ROOT / "src" / "claimrules" / "templates")]
    assert [file.stem for file in ours if canonical(text := file.read_text(encoding="utf-8"), str(file)) != text] == []


@pytest.mark.parametrize("file", OTHERS, ids=lambda file: file.stem)
def test_once_is_enough(file: Path):
    once = canonical(file.read_text(encoding="utf-8"), str(file))
    assert canonical(once, str(file)) == once


@pytest.mark.parametrize("file", OURS[::7], ids=lambda file: file.stem)
@pytest.mark.parametrize("spoil", ["blanks", "lines", "ends", "indentation", "order"])
def test_however_it_was_spoilt(file: Path, spoil: str):
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines()
    spoilt = {
        "blanks": "\n".join(line + "  " if line[:1] == "i" or line.startswith("  - ") else line for line in lines) + "\n",
        "lines": text.replace("\n\n", "\n\n\n\n"),
        "ends": text.replace("\n", "\r\n"),
        "indentation": "\n".join(doubled(line) for line in lines) + "\n",
        "order": reversed_parts(text),
    }[spoil]
    assert spoilt != text
    assert canonical(spoilt, str(file)) == canonical(text, str(file))


def reversed_parts(text: str) -> str:
    """The top-level keys in the opposite order, each with the comments above it."""
    lines = [line for line in text.split("\n") if line]
    keys = [number for number, line in enumerate(lines) if line[:1].isalpha()]
    starts = []
    for key in keys:
        comments = takewhile(lambda line: line.startswith("#"), reversed(lines[:key]))
        starts.append(key - len(list(comments)))
    parts = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    return "\n".join(line for part in reversed(parts) for line in part) + "\n"


def doubled(line: str) -> str:
    """A line twice as far to the right."""
    bare = line.lstrip(" ")
    return " " * (2 * (len(line) - len(bare))) + ("-   " + bare[2:] if bare.startswith("- ") else bare)


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_a_rule_that_is_wrong_is_written_or_refused_and_never_a_traceback(file: Path):
    try:
        text = file.read_bytes().decode("utf-8")
        once = canonical(text, file.name)
    except (ClaimRulesError, UnicodeDecodeError):
        return
    assert canonical(once, file.name) == once
    assert read_yaml(once, file.name)
