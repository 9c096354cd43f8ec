"""The YAML reader: every scalar as text, every node with its place, everything that lets YAML surprise refused."""

import pickle
from pathlib import Path

import pytest

from claimrules.diagnostics import (
    ClaimRulesError,
    Diagnostic,
    LanguageError,
    MappingNode,
    ScalarNode,
    SequenceNode,
    read_yaml,
    read_yaml_all,
)
from claimrules.diagnostics.yaml import MAX_BYTES, MAX_DEPTH


def mapping(text: str) -> MappingNode:
    node = read_yaml(text, "t.yaml")
    assert isinstance(node, MappingNode)
    return node


def scalar(text: str) -> ScalarNode:
    node = mapping(f"a: {text}\n").get("a")
    assert isinstance(node, ScalarNode)
    return node


def refused(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(ClaimRulesError) as error:
        read_yaml(text, "t.yaml")
    return error.value.diagnostics


@pytest.mark.parametrize("text", ["0011", "no", "1e3", "0x1F", "2025-01-31", "12:30:45", "1_000", "true", ".5", "=", "<<"])
def test_a_scalar_is_its_text(text: str) -> None:
    assert scalar(text).text == text


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_nothing_is_none(text: str) -> None:
    assert scalar(text).text is None


@pytest.mark.parametrize("text", ['"null"', "'~'", '""'])
def test_quoted_nothing_is_text(text: str) -> None:
    node = scalar(text)
    assert node.text == text[1:-1]
    assert not node.plain


def test_places() -> None:
    root = mapping("一: {b: [x, 'yy']}\nc: >-\n  d\n  e\n")
    inner = root.get("一")
    assert isinstance(inner, MappingNode)
    items = inner.get("b")
    assert isinstance(items, SequenceNode)
    assert [(n.place.line, n.place.column, n.place.length) for n in items] == [(1, 9, 1), (1, 12, 4)]
    key = root.key("c")
    assert key is not None
    assert (key.place.line, key.place.column) == (2, 1)
    folded = root.get("c")
    assert isinstance(folded, ScalarNode)
    assert folded.text == "d e"
    assert folded.raw == ">-\n  d\n  e\n"


@pytest.mark.parametrize("odd", ["\u2028", "\u2029", "\x85"])
def test_only_a_line_feed_ends_a_line(odd: str) -> None:
    root = mapping(f'a: "x{odd}y"\nb: 1\n')
    key = root.key("b")
    assert key is not None
    assert (key.place.line, key.place.column) == (2, 1)


def test_line_ends_of_windows() -> None:
    key = mapping("a: 1\r\nb: 2\r\n").key("b")
    assert key is not None
    assert (key.place.line, key.place.column) == (2, 1)


def test_a_doubled_key_is_refused_and_the_first_is_named() -> None:
    first, second = refused("a: 1\nb: {c: 1, c: 2}\na: 2\n")
    assert (first.code, first.place.line if first.place else 0, first.label) == ("CR203", 2, "first on line 2")
    assert (second.code, second.place.line if second.place else 0, second.label) == ("CR203", 3, "first on line 1")


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: &x 1\n", "CR204", 1, 4),
        ("b: 1\na: *x\n", "CR204", 2, 4),
        ("a: !!python/object:os.system x\n", "CR204", 1, 4),
        ("a: !mine x\n", "CR204", 1, 4),
        ("a: [1, 2\n", "CR202", 2, 1),
        ("a: b: c\n", "CR202", 1, 5),
        ("a: @b\n", "CR202", 1, 4),
        ("a:\n\tb: 1\n", "CR202", 2, 1),
        ("? [a]\n: 1\n", "CR202", 1, 3),
        ("a: 1\n---\nb: 2\n", "CR202", 3, 1),
        ("~: 1\n", "CR202", 1, 1),
        ("a: " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1) + "\n", "CR205", 1, 3 + MAX_DEPTH),
    ],
)
def test_what_is_refused(text: str, code: str, line: int, column: int) -> None:
    [found] = refused(text)
    assert found.place is not None
    assert (found.code, found.place.line, found.place.column) == (code, line, column)


def test_the_deepest_that_is_allowed() -> None:
    mapping("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1) + "\n")


def test_an_empty_file_is_no_document(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(ClaimRulesError, match="one document expected, 0 found"):
        read_yaml(path)
    assert read_yaml_all(path) == ()


def test_several_documents() -> None:
    assert [n.place.line for n in read_yaml_all("a: 1\n---\nb: 2\n", "t.yaml")] == [1, 3]


def test_a_byte_that_is_not_utf8_is_placed(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_bytes("a: 1\nb: 医".encode() + "保".encode("gb18030"))
    with pytest.raises(ClaimRulesError) as error:
        read_yaml(path)
    [found] = error.value.diagnostics
    assert (found.code, str(found.place)) == ("CR201", f"{path}:2")


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_bytes("\ufeffa: 1\n".encode())
    node = read_yaml(path)
    assert isinstance(node, MappingNode)
    assert node.items[0][0].text == "a"
    assert node.items[0][0].place.column == 1


def test_a_folder_or_nothing_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.yaml"):
        with pytest.raises(ClaimRulesError) as error:
            read_yaml(path)
        assert [d.code for d in error.value.diagnostics] == ["CR201"]


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(ClaimRulesError) as error:
        read_yaml(path)
    assert [d.code for d in error.value.diagnostics] == ["CR205"]


def test_errors_are_sorted_and_survive_being_sent_to_another_process() -> None:
    with pytest.raises(ClaimRulesError) as error:
        read_yaml("a: 1\na: 2\na: 3\n", "t.yaml")
    again = pickle.loads(pickle.dumps(LanguageError(reversed(error.value.diagnostics))))  # noqa: S301 - our own bytes
    assert again.diagnostics == error.value.diagnostics
    assert [str(d.place) for d in again.diagnostics] == ["t.yaml:2:1", "t.yaml:3:1"]
