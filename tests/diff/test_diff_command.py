"""`claimrules diff`: what is printed, and the exit codes."""

import csv
import json
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from diff_bases import claims, limits, rule

from claimrules.cli import run

MATCH = "match: {limit: {table: limit, key: {code: line.item_code}}}\nflag: line.quantity > limit.most\n"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def sides(tmp_path: Path) -> list[str]:
    """Two bases and claims in files: one rule's flag moved, one row of its table, and a row that matters to nobody."""
    write(tmp_path / "old", {**rule("many", MATCH), **limits("A,3", "B,3", "Z,1")})
    write(tmp_path / "new", {**rule("many", MATCH.replace(">", ">=")), **limits("A,3", "B,1", "Z,2")})
    lines = [{"quantity": 3, "amount": "30.00"}, {"quantity": 2, "amount": "1234.50", "item_code": "B"}]
    (tmp_path / "claims").mkdir()
    for name, table in claims(*lines).items():
        with (tmp_path / "claims" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([table.column_names, *(row.values() for row in table.to_pylist())])
    return [str(tmp_path / "old"), str(tmp_path / "new"), "--claims", str(tmp_path / "claims")]


def test_the_text_names_rules_causes_and_money(sides, capsys):
    assert run(["diff", *sides]) == 0
    printed = capsys.readouterr()
    said = " ".join(printed.out.split())
    assert "many 0 → 2 findings +1,264.50" in said
    assert "findings +1, amount +30.00: many: flag" in said
    assert "- line.quantity > limit.most + line.quantity >= limit.most" in said
    assert "table limit: code=B" in said
    assert "- most=3 + most=1" in said
    assert "total, each line once │ │ 0.00 │ 1,264.50 │ +1,264.50" in said
    assert "moved, and changed no finding of these claims: table limit: code=Z" in said
    assert said.endswith("2 findings differ (2 added); total, each line once: +1,264.50")
    assert printed.err == ""


def test_nothing_differs(sides, capsys):
    assert run(["diff", sides[0], *sides[:1], *sides[2:], "--fail-over", "0"]) == 0
    assert capsys.readouterr().out == "no finding differs\n"


def test_json_holds_everything(sides, capsys):
    assert run(["diff", *sides, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["findings"] == {"added": 2, "removed": 0, "changed": 0}
    assert said["totals"]["once"]["difference"] == {"amount": "1264.50", "fund_loss": "0.00"}
    [named] = said["rules"]
    assert named["new"] == {"findings": 2, "amount": "1264.50", "fund_loss": "0.00", "unknown": 0}
    due = {tuple(row["new"]["line_ids"]): [said["moves"][i] for i in row["causes"]] for row in said["changes"]}
    assert {lines: [(move["kind"], move["name"]) for move in moves] for lines, moves in due.items()} == {
        ("l1",): [("clause", "flag")],
        ("l2",): [("row", "code=B")],
    }
    [row] = due["l2",]
    assert (row["before"], row["after"]) == ("most=3", "most=1")
    assert row["place"]["new"] == f"{sides[1]}/knowledge/limit.csv"
    assert sum(Decimal(one["amount"]) for one in said["effects"]) == Decimal("1264.50")
    assert all(row["old"] is None and row["how"] == "alone" for row in said["changes"])


def test_markdown_is_a_comment(sides, capsys):
    assert run(["diff", *sides, "--markdown"]) == 0
    text = capsys.readouterr().out
    lines = text.split("\n")
    assert lines[2] == "**2 findings differ (2 added); total, each line once: +1,264.50**"
    place = f"{sides[1]}/knowledge/limit.csv"
    assert f"| `many` | +1 | +1,234.50 | table limit: code=B: `most=3` → `most=1` ({place}) |" in lines
    assert "| many | 0 → 2 | 0.00 | 1,264.50 | +1,264.50 | 0.00 |" in lines
    assert "| **total, each line once** |  | 0.00 | 1,264.50 | +1,264.50 | 0.00 |" in lines
    for number, line in enumerate(lines):
        if line.startswith("|--"):  # every table is one: as many cells under each head
            assert {one.count("|") for one in lines[number - 1 : number + 2]} == {line.count("|")}
    assert text.count("<details>") == text.count("</details>") == 3


def test_no_more_is_printed_than_was_asked_for_and_the_rest_is_summed(tmp_path, sides, capsys):
    write(tmp_path / "new", {**rule("many", MATCH), **limits(*(f"{code},0" for code in "ABCDE"))})
    lines = [{"item_code": code, "amount": f"{place}.00", "quantity": 1} for place, code in enumerate("ABCDE", 1)]
    for name, table in claims(*lines).items():
        with (tmp_path / "claims" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([table.column_names, *(row.values() for row in table.to_pylist())])
    assert run(["diff", *sides, "--show", "2"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "table limit: code=E" in said
    assert "table limit: code=C" not in said
    assert "… and 3 more causes: 3 findings, +6.00" in said
    assert run(["diff", *sides, "--show", "2", "--markdown"]) == 0
    text = capsys.readouterr().out
    assert "| 3 more causes | 3 | +6.00 | |" in text
    assert "table limit: code=E: — → `most=0`" in text


@pytest.mark.parametrize(
    ("amount", "code"), [("1264.49", 1), ("1,264.49", 1), ("1264.50", 0), ("0", 1), ("-1", 2), ("much", 2), ("nan", 2)]
)
def test_fail_over(sides, capsys, amount, code):
    assert run(["diff", *sides, "--fail-over", amount]) == code
    told = capsys.readouterr().err
    assert ("money differs by more than" in told) == (code == 1)


def test_fail_over_looks_both_ways(sides):
    assert run(["diff", sides[1], sides[0], *sides[2:], "--fail-over", "1264"]) == 1
    assert run(["diff", sides[1], sides[0], *sides[2:], "--fail-over", "1265"]) == 0


def test_only_and_layers_of_knowledge(sides, tmp_path, capsys):
    assert run(["diff", *sides, "--only", "nobody"]) == 2
    assert "there is no rule `nobody` on either side" in capsys.readouterr().err
    layer = {name.removeprefix("knowledge/"): text for name, text in limits("A,9", "B,9").items()}
    write(tmp_path / "layer", layer)
    assert run(["diff", *sides, "--only", "many", "--knowledge", str(tmp_path / "layer")]) == 0
    assert "no finding differs" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--claims", "nowhere"], "nowhere"),
        ([], "--claims"),
        (["--claims", ".", "--json", "--markdown"], "not both"),
        (["--claims", ".", "--as-of", "soon"], "soon"),
    ],
)
def test_misuse_is_told(sides, arguments, said, capsys):
    assert run(["diff", *sides[:2], *arguments]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.usefixtures("sides")
def test_the_old_side_may_be_a_revision(tmp_path, capsys, monkeypatch):
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], [*who, "commit", "-qm", "x"]):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True, capture_output=True)
    monkeypatch.chdir(tmp_path)
    assert run(["diff", "main:old", "new", "--claims", "claims", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["old"], said["new"], said["findings"]["added"]) == ("main:old", "new", 2)
    places = {move["name"]: move["place"]["old"] for move in said["moves"]}
    assert places["flag"] == "main:old/many.yaml:7:1"
    assert run(["diff", "main", "new", "--claims", "claims", "--fail-over", "0"]) == 0
    assert "no finding differs" in capsys.readouterr().out
    assert run(["diff", "main:nothing", "new", "--claims", "claims"]) == 2
    assert "error[CR903]: `main` has no `nothing`" in capsys.readouterr().err
