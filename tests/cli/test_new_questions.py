"""`claimrules new` asks on a terminal for what was not said, and in a pipe takes it from options."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

import claimrules
from claimrules.cli import run
from claimrules.cli.app import app
from claimrules.cli.rule_templates import flow_text, templates
from claimrules.language import read_sources

TITLED = ["--title-zh", "运动疗法超次", "--title-en", "Too much exercise therapy"]
LAW = ["--source", "rehab-2016", "--source-title", "康复项目通知"]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def asked(*answers: str, arguments: tuple[str, ...] = ("--ask",)) -> str:
    """What is printed where these lines are typed; each of them is used, and no more is asked for."""
    told = CliRunner().invoke(app, ["new", *arguments], input="".join(f"{one}\n" for one in answers))
    assert told.exit_code == 0, told.output
    return told.output


def rule(name: str = "therapy_daily") -> claimrules.language.Rule:
    return claimrules.load("rules").rules[name]


def test_all_answers_stand_in_the_rule():
    asked(
        "T5",
        "therapy_daily",
        "运动疗法超次",
        "Too much exercise therapy",
        "therapy_limit",
        "rehab-2016",
        "康复项目通知",
        "附件",
    )
    written = rule()
    assert (written.title.zh, written.title.en) == ("运动疗法超次", "Too much exercise therapy")
    assert [(one.source, one.article) for one in written.basis] == [("rehab-2016", "附件")]
    assert written.tables == {"therapy_limit"}
    assert Path("rules/knowledge/therapy_limit.csv").read_text(encoding="utf-8") == "code,max_quantity,window,unit\n"
    assert read_sources(Path("rules/sources.yaml"))["rehab-2016"].title.zh == "康复项目通知"
    assert not read_sources(Path("rules/sources.yaml"))["rehab-2016"].verified


def test_empty_answers_take_what_the_template_says():
    printed = asked("T5", "therapy_daily", "", "", "", "")
    assert "Title in Chinese [项目超频次]: " in printed
    assert "Knowledge table [frequency]: " in printed
    assert rule().title.en == "Too many in a period"
    assert rule().basis == ()
    assert not Path("rules/sources.yaml").exists()


def test_what_was_said_is_not_asked():
    said = ("therapy_daily", "--ask", "--from", "T5", "--table", "therapy_limit", *TITLED, *LAW, "--article", "附件")
    printed = asked(arguments=said)
    assert printed.splitlines()[0].startswith("wrote ")


def test_a_template_without_a_table_is_not_asked_for_one():
    assert "Knowledge table" not in asked("T14", "gaps", "", "", "")
    assert rule("gaps").tables == frozenset()


def test_a_wrong_answer_is_asked_again():
    printed = asked("T99", "qty_windw", "T5", "Bad Id", "sources", "therapy_daily", "", "", "a b", "limits", "a b", "")
    for said in ("no template `T99`", "did you mean `qty_window`?", "`Bad Id` is no id", "sources.yaml says something"):
        assert said in printed
    assert "`a b` is no name of a table" in printed
    assert "`a b` is no id of a source" in printed
    assert rule().tables == {"limits"}


def test_a_source_that_is_there_is_offered_and_needs_no_title():
    asked("T5", "first", "", "", "", "rehab-2016", "康复项目通知", "")
    before = Path("rules/sources.yaml").read_bytes()
    printed = asked("T1", "second", "", "", "", "rehab-2016", "第二条")
    assert re.search(r"^rehab-2016 +康复项目通知$", printed, re.MULTILINE)
    assert rule("second").basis[0].article == "第二条"
    assert Path("rules/sources.yaml").read_bytes() == before


def test_a_second_source_is_added_behind_the_first():
    assert run(["new", "first", "--from", "T5", *LAW]) == 0
    file = Path("rules/sources.yaml")
    file.write_text("# ours\n" + file.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    assert run(["new", "second", "--from", "T1", "--source", "law", "--source-title", "法：总则"]) == 0
    assert file.read_text(encoding="utf-8").startswith("# ours\nrehab-2016:")
    assert {name: one.title.zh for name, one in read_sources(file).items()} == {
        "rehab-2016": "康复项目通知",
        "law": "法：总则",
    }


def test_in_a_pipe_nothing_is_asked(capsys: pytest.CaptureFixture[str]):
    assert run(["new"]) == 2
    assert "name the rule" in " ".join(capsys.readouterr().err.split())
    assert run(["new", "mine", "--from", "T5"]) == 0
    assert rule("mine").title.zh == "项目超频次"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--source", "rehab-2016"], "a new one needs --source-title"),
        (["--source", "a b", "--source-title", "x"], "`a b` is no id of a source"),
        (["--article", "第一条"], "name the source itself as well"),
        (["--source-title", "x"], "name the source itself as well"),
        (["--table", "A-B"], "`A-B` is no name of a table"),
    ],
)
def test_an_option_that_cannot_be_followed_writes_nothing(options: list[str], said: str, capsys: pytest.CaptureFixture[str]):
    assert run(["new", "mine", "--from", "T5", *options]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert not Path("rules").exists()


def test_more_that_cannot_be_followed(capsys: pytest.CaptureFixture[str]):
    assert run(["new", "mine", "--from", "T14", "--table", "limits"]) == 2
    assert "t14_completeness looks into no table" in " ".join(capsys.readouterr().err.split())
    assert run(["new", "mine", "--from", "T5", *LAW]) == 0
    assert run(["new", "other", "--from", "T5", "--source", "rehab-2017"]) == 2
    assert "did you mean `rehab-2016`?" in " ".join(capsys.readouterr().err.split())
    assert run(["new", "other", "--from", "T5", *LAW]) == 2
    assert "has a title for rehab-2016" in " ".join(capsys.readouterr().err.split())


def test_in_a_fresh_folder_tables_go_to_the_folder_of_rules_whatever_the_part():
    assert run(["new", "mine", "--from", "T5", "--into", "rules/policy"]) == 0
    assert Path("rules/knowledge/frequency.csv").is_file()
    assert run(["new", "other", "--from", "T1", "--into", "rules/medical"]) == 0
    assert sorted(claimrules.load("rules").rules) == ["mine", "other"]


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.name)
def test_every_template_takes_all_words(template):
    words = [*TITLED, *LAW, "--article", "第三十八条"]
    table = ["--table", "my_limits"] if template.own_table else []
    assert run(["new", "mine", "--from", template.name, *words, *table]) == 0
    written = rule("mine")
    assert (written.title.zh, written.basis[0].article) == ("运动疗法超次", "第三十八条")
    text = Path("rules/mine.yaml").read_text(encoding="utf-8")
    Path("rules/mine.yaml").write_text(text.replace("#> ", ""), encoding="utf-8")
    assert run(["test", "rules"]) == 0
    assert run(["fmt", "--check", "rules"]) == 0
    if table:
        assert f"{{{template.own_table}: [" not in text
        assert "my_limits" in written.tables


@pytest.mark.parametrize(
    "text", ["药品限性别", "a: b", 'say "so"', "back\\slash", "yes", "12", "-", "x #y", "[a]", "a, b", "超 2 次"]
)
def test_a_text_is_quoted_where_yaml_would_read_it_otherwise(text: str):
    assert yaml.safe_load(f"{{zh: {flow_text(text)}, en: x}}") == {"zh": text, "en": "x"}


def test_on_a_terminal_it_asks_without_being_told():
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    child = subprocess.Popen([sys.executable, "-m", "claimrules", "new"], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    os.write(ours, b"T5\ntherapy_daily\n\n\n\n\n")
    printed = b""
    while b"claimrules test" not in printed:
        printed += os.read(ours, 1024)
    assert child.wait(timeout=60) == 0
    os.close(ours)
    assert rule().title.zh == "项目超频次"
