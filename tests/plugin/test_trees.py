"""What editors, `-x`, `--lf` and workers ask of a test: an id that stays, a line, one failure at a time."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from rule_bases import add, run

pytest_plugins = ["pytester"]

IDS = [
    "rules/medical/another.yaml::a man gets a drug for women",
    "rules/medical/another.yaml::a woman gets a drug for women",
    "rules/medical/one_sex.yaml::a man gets a drug for women",
    "rules/medical/one_sex.yaml::a woman gets a drug for women",
]


@pytest.fixture
def two(rules: Path) -> Path:
    """Two rule files; the first case of `another` fails."""
    add(rules, "another", "99.00")
    return rules


def say(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.usefixtures("two")
def test_ids_are_the_file_and_the_sentence_however_often_they_are_asked_for(pytester: pytest.Pytester):
    for arguments in (["rules"], ["rules/medical"], ["."]):
        result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "--collect-only", "-q", *arguments)
        assert [line for line in result.outlines if "::" in line] == IDS


@pytest.mark.usefixtures("two")
def test_an_id_runs_its_case_alone(pytester: pytest.Pytester):
    for one, passed in zip(IDS, (0, 1, 1, 1), strict=True):
        result = pytester.runpytest_inprocess("-p", "no:cacheprovider", one)
        result.assert_outcomes(passed=passed, failed=1 - passed)


@pytest.mark.parametrize(
    "sentence", ["女性药品用于男性患者，应予违规", "a drug [F1] of 50% is flagged", "l1/l2: 'both' are flagged"]
)
def test_a_sentence_of_any_kind_is_an_id(pytester: pytest.Pytester, rules: Path, sentence: str):
    say(rules / "medical" / "one_sex.yaml", "name: a man gets a drug for women", f'name: "{sentence}"')
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", f"rules/medical/one_sex.yaml::{sentence}")
    result.assert_outcomes(passed=1)


def test_an_item_has_its_file_and_the_line_of_its_case(pytester: pytest.Pytester, two: Path):
    items, _ = pytester.inline_genitems("rules")
    lines = (two / "medical" / "another.yaml").read_text(encoding="utf-8").splitlines()
    for item in items:
        path, line, words = item.location
        assert path == item.nodeid.split("::")[0]
        assert line is not None
        assert lines[line] == f"  - name: {item.name}"
        assert words == f"{item.path.stem}: {item.name}"
        assert item.path == two / "medical" / f"{item.path.stem}.yaml"


@pytest.mark.usefixtures("two")
def test_the_tree_is_folders_files_and_sentences(pytester: pytest.Pytester):
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "--collect-only", "rules")
    result.stdout.fnmatch_lines(
        ["*<Dir rules>", "*<Dir medical>", "*<RuleFile another.yaml>", "*<CaseItem a man gets a drug for women>"]
    )


@pytest.mark.usefixtures("two")
def test_a_report_for_machines_names_file_and_sentence(pytester: pytest.Pytester):
    run(pytester, "--junitxml=report.xml")
    cases = list(ET.parse(pytester.path / "report.xml").iter("testcase"))  # noqa: S314 - pytest's own report
    assert cases[0].attrib["classname"] == "rules.medical.another.yaml"
    assert cases[0].attrib["name"] == "a man gets a drug for women"
    (failure,) = [found for case in cases if (found := case.find("failure")) is not None]
    assert failure.text is not None
    assert "the amount should be 99.00 and is 86.40" in failure.text


@pytest.mark.usefixtures("two")
def test_it_stops_at_the_first_failure(pytester: pytest.Pytester):
    run(pytester, "-x").assert_outcomes(failed=1)


def test_what_failed_last_runs_alone_until_it_is_mended(pytester: pytest.Pytester, two: Path):
    pytester.runpytest_inprocess("rules").assert_outcomes(passed=3, failed=1)
    again = pytester.runpytest_inprocess("rules", "--lf", "-v")
    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines([f"{IDS[0]} FAILED*"])
    pytester.runpytest_inprocess("rules", "--ff").assert_outcomes(passed=3, failed=1)
    add(two, "another", "86.40")
    pytester.runpytest_inprocess("rules", "--lf").assert_outcomes(passed=1)


def test_a_broken_file_is_what_failed_last(pytester: pytest.Pytester, two: Path):
    say(two / "medical" / "one_sex.yaml", "claim.sex <>", "claim.sax <>")
    pytester.runpytest_inprocess("rules").assert_outcomes(passed=1, failed=2)
    pytester.runpytest_inprocess("rules", "--lf").assert_outcomes(failed=2)


@pytest.mark.parametrize("how", ["load", "loadfile", "worksteal"])
def test_workers_find_what_one_process_finds(pytester: pytest.Pytester, two: Path, how: str):
    pytest.importorskip("xdist")
    say(two / "medical" / "one_sex.yaml", "claim.sex <>", "claim.sax <>")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-n", "2", "--dist", how, "rules")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["rules/medical/another.yaml:14: another: a man gets a drug for women"])
