"""Rule bases as people have them: without sources, several in one run, broken in one place or in what all share."""

from pathlib import Path

import pytest
from rule_bases import RULE, add, run

pytest_plugins = ["pytester"]

LAW = "basis: [{source: law}]\n"


def begin(root: Path, name: str, *, sources: bool = False) -> Path:
    """A rule base: one rule, its table; sources.yaml where it is asked for."""
    (root / "knowledge").mkdir(parents=True)
    declared = "title: {zh: 限性别, en: for one sex}\ncolumns: {code: text, sex: [male, female]}\nkey: [code]\n"
    declared += "source: {title: made up, verified: false}\ninvented: true\n"
    (root / "knowledge" / "for_one_sex.yaml").write_text(declared, encoding="utf-8")
    (root / "knowledge" / "for_one_sex.csv").write_text("code,sex\nF1,female\n", encoding="utf-8")
    (root / f"{name}.yaml").write_text(RULE.format(id=name, amount="86.40").replace(LAW, ""), encoding="utf-8")
    if sources:
        (root / "sources.yaml").write_text("law:\n  title: {zh: 法, en: Law}\n", encoding="utf-8")
    return root


def test_a_rule_base_needs_no_sources(pytester: pytest.Pytester):
    begin(pytester.path / "rules", "one_sex")
    run(pytester).assert_outcomes(passed=2)


def test_without_sources_a_broken_file_is_a_failure_as_well(pytester: pytest.Pytester):
    root = begin(pytester.path / "rules", "one_sex")
    text = (root / "one_sex.yaml").read_text(encoding="utf-8")
    (root / "broken.yaml").write_text(text.replace("flag:", "flags:").replace("one_sex", "broken"), encoding="utf-8")
    (root / "torn.yaml").write_text("id: torn\ntitle: {zh: 撕, en: torn\n", encoding="utf-8")
    result = run(pytester)
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["*rules/broken.yaml:*", "*rules/torn.yaml:*"])
    assert "Traceback" not in result.stdout.str()


def test_a_rule_base_may_be_where_pytest_runs(pytester: pytest.Pytester):
    begin(pytester.path, "one_sex", sources=True)
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


def test_several_rule_bases_run_at_once_each_with_its_own_tables(pytester: pytest.Pytester):
    begin(pytester.path / "national", "one_sex", sources=True)
    other = begin(pytester.path / "province", "one_sex")
    text = (other / "one_sex.yaml").read_text(encoding="utf-8")
    (other / "one_sex.yaml").write_text(text.replace("for_one_sex", "our_sexes"), encoding="utf-8")
    for ending in ("yaml", "csv"):
        (other / "knowledge" / f"for_one_sex.{ending}").rename(other / "knowledge" / f"our_sexes.{ending}")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-v", "national", "province")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["national/one_sex.yaml::a man*PASSED*", "province/one_sex.yaml::a man*PASSED*"])


def test_one_broken_rule_base_leaves_the_other_alone(pytester: pytest.Pytester):
    begin(pytester.path / "national", "one_sex")
    (begin(pytester.path / "province", "one_sex") / "knowledge" / "for_one_sex.yaml").write_text("x\n", encoding="utf-8")
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "national", "province")
    result.assert_outcomes(passed=2, failed=1)


@pytest.mark.parametrize("above", ["knowledge", "bases"])
def test_what_lies_above_the_rule_base_may_be_called_anything(pytester: pytest.Pytester, above: str):
    begin(pytester.path / above / "rules", "one_sex")
    pytester.runpytest_inprocess("-p", "no:cacheprovider", f"{above}/rules").assert_outcomes(passed=2)


def test_what_all_rules_share_is_told_in_few_lines(pytester: pytest.Pytester, rules: Path):
    add(rules, "another", "86.40")
    (rules / "knowledge" / "for_one_sex.csv").write_text("code,sex\n" + "F1,femail\n" * 9, encoding="utf-8")
    result = run(pytester, "-v")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["*another.yaml::the file can be read FAILED*", "*one_sex.yaml::the file can be read FAILED*"]
    )
    result.stdout.fnmatch_lines(["its rule base cannot be read:", "*for_one_sex.csv:2*femail*", "and 4 more"])


def test_a_broken_file_is_at_the_line_of_its_error(pytester: pytest.Pytester, rules: Path):
    broken = rules / "medical" / "one_sex.yaml"
    broken.write_text(broken.read_text(encoding="utf-8").replace("claim.sex <>", "claim.sax <>"), encoding="utf-8")
    (item,), _ = pytester.inline_genitems("rules")
    line = item.location[1]
    assert line is not None
    assert "claim.sax" in broken.read_text(encoding="utf-8").splitlines()[line]


def test_all_errors_of_a_broken_file_are_one_failure(pytester: pytest.Pytester, rules: Path):
    broken = rules / "medical" / "one_sex.yaml"
    text = broken.read_text(encoding="utf-8").replace("claim.sex <>", "claim.sax <>")
    broken.write_text(text.replace("source: law", "source: lore"), encoding="utf-8")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    assert {code for code in ("claim.sax", "lore") if code in result.stdout.str()} == {"claim.sax", "lore"}


def test_files_of_other_tools_beside_sources_of_theirs_are_left_alone(pytester: pytest.Pytester):
    """A folder of dbt models has a sources.yaml too."""
    pytester.makefile(".yaml", sources="version: 2\nsources: []\n", schema="version: 2\nmodels: []\n")
    pytester.makepyfile("def test_nothing(): pass")
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_a_base_of_cases_is_no_rule(pytester: pytest.Pytester, rules: Path):
    (rules / "bases").mkdir()
    (rules / "bases" / "at_home.yaml").write_text(
        "about: {zh: 在家, en: at home}\nclaims: {claim: {care_type: other, sex: male}}\n", encoding="utf-8"
    )
    file = rules / "medical" / "one_sex.yaml"
    text = file.read_text(encoding="utf-8").replace("given: visit", "given: at_home")
    file.write_text(text.replace("item_code: F1", "item_code: F1, charged_at: 2025-06-02 09:00"), encoding="utf-8")
    run(pytester).assert_outcomes(passed=2)
