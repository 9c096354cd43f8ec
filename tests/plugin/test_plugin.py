"""`pytest rules/` on a rule base of its own, run by pytest inside pytest."""

from pathlib import Path
from textwrap import dedent

import pytest

pytest_plugins = ["pytester"]

RULE = """\
id: {id}
title: {{zh: 限性别用药, en: Drug for one sex}}
category: medical
verdict: violation
status: active
basis: [{{source: law}}]
of: line
match:
  limit: {{table: for_one_sex, key: {{code: line.item_code}}}}
flag: claim.sex <> limit.sex
amount: full_line
message: {{zh: "{{line.item_code}}", en: "{{line.item_code}}"}}
examples:
  - name: a man gets a drug for women
    given: visit
    lines: {{l1: {{item_code: F1, amount: 86.40}}}}
    knowledge: {{for_one_sex: [{{code: F1, sex: female}}]}}
    expect: {{flagged: [l1], amount: "{amount}"}}
  - name: a woman gets a drug for women
    given: visit
    lines: {{l1: {{item_code: F1}}}}
    change: {{claim.sex: female}}
    knowledge: {{for_one_sex: [{{code: F1, sex: female}}]}}
    expect: clean
"""


@pytest.fixture
def rules(pytester: pytest.Pytester) -> Path:
    root = pytester.mkdir("rules")
    (root / "sources.yaml").write_text("law:\n  title: {zh: 法, en: Law}\n", encoding="utf-8")
    (root / "knowledge").mkdir()
    (root / "knowledge" / "for_one_sex.yaml").write_text(
        dedent("""\
            title: {zh: 限性别, en: for one sex}
            columns:
              code: text
              sex: [male, female]
            key: [code]
            source: {title: made up for this test, verified: false}
            invented: true
        """),
        encoding="utf-8",
    )
    (root / "knowledge" / "for_one_sex.csv").write_text("code,sex\nF1,female\n", encoding="utf-8")
    (root / "medical").mkdir()
    add(root, "one_sex", "86.40")
    return root


def add(root: Path, name: str, amount: str) -> Path:
    file = root / "medical" / f"{name}.yaml"
    file.write_text(RULE.format(id=name, amount=amount), encoding="utf-8")
    return file


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", "rules", *arguments)


@pytest.mark.usefixtures("rules")
def test_each_case_is_a_test_named_by_its_sentence(pytester: pytest.Pytester):
    result = run(pytester, "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "rules/medical/one_sex.yaml::a man gets a drug for women PASSED*",
            "rules/medical/one_sex.yaml::a woman gets a drug for women PASSED*",
        ]
    )


def test_a_failure_shows_the_line_of_the_file_and_what_differs(pytester: pytest.Pytester, rules: Path):
    add(rules, "another", "99.00")
    result = run(pytester)
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        [
            "rules/medical/another.yaml:14: another: a man gets a drug for women",
            "*the amount should be 99.00 and is 86.40*",
            "  l1: flagged, amount 86.40, because claim.sex (male) <> limit.sex (female)",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert "claimrules_pytest.py" not in result.stdout.str()


def test_a_broken_file_is_one_failing_test_and_the_others_run(pytester: pytest.Pytester, rules: Path):
    broken = add(rules, "broken", "86.40")
    broken.write_text(broken.read_text(encoding="utf-8").replace("claim.sex <>", "claim.sax <>"), encoding="utf-8")
    result = run(pytester)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*claim.sax*"])
    assert "Traceback" not in result.stdout.str()


def test_a_case_with_an_error_is_one_failing_test(pytester: pytest.Pytester, rules: Path):
    wrong = add(rules, "wrong", "86.40")
    wrong.write_text(wrong.read_text(encoding="utf-8").replace("given: visit", "given: vist"), encoding="utf-8")
    result = run(pytester)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*CR605*unknown base `vist`*"])


@pytest.mark.usefixtures("rules")
def test_a_part_can_be_chosen(pytester: pytest.Pytester):
    run(pytester, "-k", "woman").assert_outcomes(passed=1, deselected=1)
    run(pytester, "-k", "one_sex").assert_outcomes(passed=2)


def test_the_last_failed_can_be_run_again(pytester: pytest.Pytester, rules: Path):
    add(rules, "another", "99.00")
    pytester.runpytest_inprocess("rules").assert_outcomes(passed=3, failed=1)
    pytester.runpytest_inprocess("rules", "--lf").assert_outcomes(failed=1)


def test_it_runs_on_two_workers(pytester: pytest.Pytester, rules: Path):
    pytest.importorskip("xdist")
    add(rules, "another", "86.40")
    pytester.runpytest_subprocess("-p", "no:cacheprovider", "-n", "2", "rules").assert_outcomes(passed=4)


def test_other_yaml_files_are_left_alone(pytester: pytest.Pytester):
    pytester.makefile(".yaml", compose="services: {}", mapping="id: x\nclaims: {}\n")
    pytester.makepyfile("def test_nothing(): pass")
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_claimrules_is_not_imported_without_a_rule_file(pytester: pytest.Pytester):
    pytester.makefile(".yaml", compose="services: {}")
    pytester.makepyfile("import sys\n\ndef test_nothing(): assert 'claimrules' not in sys.modules")
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
