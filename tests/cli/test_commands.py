"""The commands on the repository's own rules and small fixture."""

import json
import re
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import claimrules
from claimrules.cli import run
from claimrules.report import FILES

ROOT = Path(__file__).parents[2]
RULES, FIXTURE = ROOT / "rules", ROOT / "fixtures" / "small"
NUMBER_OF_RULES = sum(path.parent.name not in ("knowledge", "bases") for path in RULES.glob("*/*.yaml"))


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A copy of the rules, to be spoilt."""
    return Path(shutil.copytree(RULES, tmp_path / "rules"))


def spoil(rules: Path, name: str, old: str, new: str) -> Path:
    (file,) = (path for path in rules.rglob(f"{name}.yaml") if "knowledge" not in path.parts)
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


def audit(out: Path, *more: str, rules: Path = RULES) -> int:
    return run(["audit", str(FIXTURE), "--rules", str(rules), "--out", str(out), *more])


def only_invented(err: str) -> bool:
    """Whether stderr is silent, but for the warning that our own demonstration tables hold invented rows."""
    return re.fullmatch(r"(warning\[CR317\]: .*\n( .*\n)*\n)?", err) is not None


def test_audit_writes_out_and_prints_a_table_and_is_silent_otherwise(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert audit(tmp_path / "OUT", "--lang", "en") == 0
    printed = capsys.readouterr()
    assert only_invented(printed.err)
    for shown in ("Split hospitalisation", "ipt_split_stay", "suspicious", "violation", "fund loss", "lines: "):
        assert shown in printed.out
    assert sorted(path.name for path in (tmp_path / "OUT").iterdir()) == sorted(FILES)


def test_the_summary_adds_up_and_is_what_json_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert audit(tmp_path / "OUT", "--json") == 0
    printed = capsys.readouterr()
    summary = json.loads(printed.out)
    assert only_invented(printed.err)
    assert summary == json.loads((tmp_path / "OUT" / "summary.json").read_text(encoding="utf-8"))
    assert set(summary["rules"]) == {path.stem for path in RULES.rglob("*/*.yaml") if "knowledge" not in path.parts}
    drafts = {rule.id for rule in claimrules.load(RULES).rules.values() if rule.status == "draft"}
    for rule_id, figures in summary["rules"].items():
        parts = ("flagged", "clean", "not_applicable", "undecided")
        assert figures["subjects"] == sum(figures[part] for part in parts)
        assert figures["status"] == ("skipped" if rule_id in drafts else "ran")
    assert len(drafts) < len(summary["rules"])
    for table in summary["tables"].values():
        assert table["read"] == table["audited"] + table["rejected"] + table["left_out"]
    findings = pq.read_table(tmp_path / "OUT" / "findings.parquet")
    assert findings.num_rows > 0
    assert set(findings["rule_id"].to_pylist()) <= set(summary["rules"])


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--only", "ipt_split_stay", "--fail-on", "violation"], 0),
        (["--only", "ipt_split_stay", "--fail-on", "suspicious"], 1),
        (["--only", "drug_sex", "--fail-on", "violation"], 1),
        (["--only", "drug_sex"], 0),
    ],
)
def test_findings_fail_the_command_where_it_is_asked_to_judge(tmp_path: Path, more: list[str], code: int):
    assert audit(tmp_path / "OUT", *more) == code
    assert (tmp_path / "OUT" / "summary.json").is_file()


def test_only_the_rules_asked_for_run(tmp_path: Path):
    assert audit(tmp_path / "OUT", "--only", "drug_sex,ipt_split_stay") == 0
    findings = pq.read_table(tmp_path / "OUT" / "findings.parquet")
    assert set(findings["rule_id"].to_pylist()) == {"drug_sex", "ipt_split_stay"}


def test_a_parameter_changes_the_result(tmp_path: Path):
    def stays(*more: str) -> int:
        assert audit(tmp_path / "OUT", "--only", "ipt_split_stay", *more) == 0
        return int(pq.read_table(tmp_path / "OUT" / "findings.parquet").num_rows)

    assert stays("--param", "split_stay_days=0") < stays()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--only", "drug_sax"], "drug_sex"),
        (["--param", "split_stay_day=7"], "split_stay_days"),
        (["--param", "split_stay_days=seven"], "seven"),
        (["--mapping", "nationale"], "nationale"),
        (["--as-of", "2025-02-30"], "2025-02-30"),
    ],
)
def test_what_cannot_be_asked_is_2_with_a_hint_and_leaves_no_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str
):
    assert audit(tmp_path / "OUT", *more) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert "Traceback" not in printed.err
    assert not (tmp_path / "OUT").exists()


def test_a_broken_rule_is_2_with_a_caret_and_the_old_out_stays(
    tmp_path: Path, rules: Path, capsys: pytest.CaptureFixture[str]
):
    assert audit(tmp_path / "OUT", rules=rules) == 0
    before = (tmp_path / "OUT" / "findings.parquet").read_bytes()
    spoil(rules, "drug_sex", "flag: claim.sex <>", "flag: claim.sax <>")
    capsys.readouterr()
    assert audit(tmp_path / "OUT", rules=rules) == 2
    err = capsys.readouterr().err
    assert "drug_sex.yaml:" in err
    assert "^^^" in err
    assert "`claim.sex`" in err
    assert (tmp_path / "OUT" / "findings.parquet").read_bytes() == before


def test_a_folder_that_is_not_ours_is_refused_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("claimrules.load", None)  # would fail, were it called
    (tmp_path / "OUT").mkdir()
    (tmp_path / "OUT" / "thesis.docx").write_text("mine")
    assert audit(tmp_path / "OUT") == 2
    assert "thesis.docx" in capsys.readouterr().err
    assert (tmp_path / "OUT" / "thesis.docx").read_text() == "mine"


def test_ctrl_c_leaves_no_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("claimrules.report.write", interrupted)
    assert audit(tmp_path / "OUT") == 130
    said = capsys.readouterr().err.splitlines()
    assert said[-1] == "interrupted"
    assert "1 finished partition kept in" in said[-2]
    assert [path.name for path in tmp_path.iterdir()] == ["OUT.partial"]


def test_check_is_content_with_our_own_rules(capsys: pytest.CaptureFixture[str]):
    assert run(["check", str(RULES)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"0 errors, 0 warnings in {NUMBER_OF_RULES} rules"


def test_check_tells_all_errors_of_all_files(rules: Path, capsys: pytest.CaptureFixture[str]):
    spoil(rules, "drug_sex", "flag: claim.sex <>", "flag: claim.sax <>")
    spoil(rules, "ipt_split_stay", "severity: high", "severity: hi")
    assert run(["check", str(rules)]) == 1
    out = capsys.readouterr().out
    assert "drug_sex.yaml:" in out
    assert "ipt_split_stay.yaml:" in out
    assert out.splitlines()[-1] == f"2 errors, 0 warnings in {NUMBER_OF_RULES} rules"


def test_check_asks_for_cases(rules: Path, capsys: pytest.CaptureFixture[str]):
    spoil(rules, "drug_sex", "\nexamples:", "\nexamples: []\nold_examples_are_gone: #")
    file = next(path for path in rules.rglob("medical/drug_sex.yaml"))
    file.write_text(file.read_text(encoding="utf-8").split("\nold_examples")[0] + "\n", encoding="utf-8")
    assert run(["check", str(rules)]) == 1
    assert "CR621" in capsys.readouterr().out


def test_check_as_json(rules: Path, capsys: pytest.CaptureFixture[str]):
    spoil(rules, "drug_sex", "given: visit", "given: vist")
    assert run(["check", str(rules), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert {one["code"] for one in found} == {"CR605"}
    assert all(one["level"] == "error" and one["line"] for one in found)


def test_there_must_be_rules(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for command in (["check", str(tmp_path)], ["test", str(tmp_path)]):
        assert run(command) == 2
        assert str(tmp_path) in capsys.readouterr().err


def test_cases_of_our_own_rules_hold(capsys: pytest.CaptureFixture[str]):
    """Two rules': `rules/` is collected with the tests, so that all run there."""
    assert run(["test", str(RULES), "--only", "drug_sex,fee_outside_stay"]) == 0
    assert capsys.readouterr().out.endswith(" passed\n")


def test_a_case_that_does_not_hold_is_1_and_told_with_its_line(rules: Path, capsys: pytest.CaptureFixture[str]):
    file = spoil(rules, "drug_sex", 'expect: {flagged: [l1], amount: "86.40", suspicious: false}', "expect: clean")
    assert run(["test", str(rules), "--only", "drug_sex"]) == 1
    out = capsys.readouterr().out
    line = next(n for n, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if "man's claim" in text)
    assert f"FAILED {file}:{line}: drug_sex: " in out
    assert "`l1` should not be flagged and is (amount 86.40)" in out
    assert out.splitlines()[-1].endswith("15 passed, 1 failed")


def test_cases_of_a_rule_that_is_not_there_are_2(capsys: pytest.CaptureFixture[str]):
    assert run(["test", str(RULES), "--only", "drug_sax"]) == 2
    assert "did you mean `drug_sex`?" in capsys.readouterr().err


def test_outcomes_as_json(capsys: pytest.CaptureFixture[str]):
    assert run(["test", str(RULES), "--only", "fee_outside_stay", "--json"]) == 0
    outcomes = json.loads(capsys.readouterr().out)
    assert {one["rule"] for one in outcomes} == {"fee_outside_stay"}
    assert all(one["passed"] for one in outcomes)


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_what_is_generated_can_be_audited(tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]):
    claims = tmp_path / "claims"
    assert run(["generate", str(claims), "--lines", "2000", "--seed", "5", "--format", form]) == 0
    assert "2,000 lines" in capsys.readouterr().out
    assert run(["audit", str(claims), "--rules", str(RULES), "--out", str(tmp_path / "OUT"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tables"]["lines"]["read"] == 2000


def test_a_folder_with_claims_is_not_written_into(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["generate", str(tmp_path / "claims"), "--lines", "500"]) == 0
    assert run(["generate", str(tmp_path / "claims"), "--lines", "500"]) == 2
    assert "CR181" in capsys.readouterr().err


def test_no_claims_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "empty").mkdir()
    assert run(["audit", str(tmp_path / "empty"), "--rules", str(RULES), "--out", str(tmp_path / "OUT")]) == 2
    assert "claims" in capsys.readouterr().err
    assert not (tmp_path / "OUT").exists()
