"""The printed form: the line, the caret under the very characters, the reason, the advice."""

from pathlib import Path

import pytest

from claimrules.diagnostics import Diagnostic, Level, Place, render, render_all
from claimrules.diagnostics.render import MOST, width


def shown(text: str, column: int, length: int = 1, line: int = 1) -> list[str]:
    found = Diagnostic("CR214", "wrong", Place("f.yaml", line, column, length), "why", "do this")
    return render(found, lambda _file, _line: text).split("\n")


def test_all_parts() -> None:
    assert shown("flag: line.qty > 3", 7, 8, line=23) == [
        "error[CR214]: wrong",
        "   ┌─ f.yaml:23:7",
        "23│ flag: line.qty > 3",
        "  │       ^^^^^^^^ why",
        "   = help: do this",
    ]


@pytest.mark.parametrize(
    ("text", "column", "length", "caret"),
    [
        ("abc", 1, 1, "^"),
        ("abc", 3, 1, "  ^"),
        ("abc", 4, 1, "   ^"),  # just behind the end
        ("abc", 99, 5, "   ^"),
        ("abc", 2, 99, " ^^"),
        ("金额 qty", 4, 3, "     ^^^"),  # two characters of two columns, a space
        ("qty 金额", 5, 2, "    ^^^^"),
        ("\tqty", 2, 3, " ^^^"),  # a tab is shown as one space
        ("a\x1b[31mqty", 7, 3, "      ^^^"),  # an escape does not reach the terminal
        ("e\u0301qty", 3, 3, " ^^^"),  # a combining mark takes no column
        ("（qty）", 2, 3, "  ^^^"),
        ("", 1, 1, "^"),
    ],
)
def test_the_caret(text: str, column: int, length: int, caret: str) -> None:
    _, _, _, line, _ = shown(text, column, length)
    assert line == f" │ {caret} why"


def test_nothing_that_moves_the_cursor_is_printed() -> None:
    text = shown("a\x1b[2Jb\rc\x00d\u2028e", 1)[2]
    assert text == "1│ a [2Jb c d e"


def test_width() -> None:
    assert [width(t) for t in ("", "abc", "医保", "ａ", "e\u0301", "\u200b", "㎎", "“")] == [0, 3, 4, 2, 1, 0, 2, 1]


def test_a_long_line_is_cut_around_the_caret() -> None:
    _, _, text, caret, _ = shown("x" * 5000 + "HERE" + "y" * 5000, 5001, 4)
    assert text.startswith("1│ …x")
    assert text.endswith("y…")
    assert width(text) <= MOST + 5
    at = caret.index("^")
    assert text[at : at + 4] == "HERE"
    assert caret.count("^") == 4


def test_a_long_line_of_chinese_is_cut_by_columns() -> None:
    _, _, text, caret, _ = shown("药" * 300, 250, 2)
    assert width(text) <= MOST + 5
    before = text[: text.index("…") + 1]
    assert before == "1│ …"
    assert caret.count("^") == 4


def test_without_a_column_the_line_stands_alone() -> None:
    found = Diagnostic("CR201", "not UTF-8", Place("f.yaml", 2), "here", "save it")
    assert render(found, lambda *_: "title: x").split("\n")[2:] == ["2│ title: x", " │ here", "  = help: save it"]


def test_a_missing_file_leaves_the_place() -> None:
    found = Diagnostic("CR201", "cannot read the file", Place("/no/such/file.yaml", 3, 5), "why")
    assert render(found).split("\n") == [
        "error[CR201]: cannot read the file",
        "  ┌─ /no/such/file.yaml:3:5",
        " │ why",
    ]


def test_a_path_that_cannot_be_one_leaves_the_place() -> None:
    assert "a\0b:1:1" in render(Diagnostic("CR201", "wrong", Place("a\0b", 1, 1)))


def test_without_a_place() -> None:
    found = Diagnostic("CR403", "no such parameter", level=Level.WARNING, help="look again")
    assert render(found) == "warning[CR403]: no such parameter\n  = help: look again"


@pytest.mark.parametrize("odd", ["\u2028", "\x0c", "\x85", "\x0b", "\r"])
def test_only_a_line_feed_ends_a_line(tmp_path: Path, odd: str) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(f"first{odd}still first\nsecond\r\nthird".encode())
    lines = [render(Diagnostic("CR200", "x", Place(str(path), n, 1))).split("\n")[2] for n in (1, 2, 3)]
    assert lines == ["1│ first still first", "2│ second", "3│ third"]


def test_a_byte_order_mark_takes_no_column(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes("\ufeffqty: 3\n".encode())
    assert render(Diagnostic("CR200", "x", Place(str(path), 1, 1, 3))).split("\n")[2:] == ["1│ qty: 3", " │ ^^^"]


def test_sorted_by_place_and_those_without_last() -> None:
    places = [None, Place("b", 1, 1), Place("a", 10, 1), Place("a", 9, 5), Place("a", 9, 2)]
    text = render_all([Diagnostic("CR200", str(place), place) for place in places])
    heads = [block.split("\n")[0].split(": ", 1)[1] for block in text.split("\n\n")]
    assert heads == ["a:9:2", "a:9:5", "a:10:1", "b:1:1", "None"]
