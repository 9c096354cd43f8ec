"""`claimrules test --mutate`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from claimrules.cli import run
from claimrules.pack import RulePack

Load = Callable[..., RulePack]
ROOT = Path(__file__).parents[2]
BODY = "of: line\nflag: line.quantity > 3\n"
TWO = """
- name: five are flagged with what they cost
  given: visit
  lines: {l1: {item_code: A, quantity: 5}}
  expect: {flagged: [l1], amount: "50.00"}
- name: three are clean
  given: visit
  lines: {l1: {item_code: A, quantity: 3}}
  expect: clean
"""


def test_a_survivor_is_printed_as_a_diff_with_a_case_ready_to_paste(
    rule_pack: Load, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    rule_pack(BODY, TWO)
    assert run(["test", str(tmp_path), "--mutate"]) == 1
    printed = capsys.readouterr()
    file = tmp_path / "small.yaml"
    assert printed.err == ""
    assert (
        f"SURVIVED {file}:8: small: flag.1 3 → 4\n  - flag: line.quantity > 3\n  + flag: line.quantity > 4\n" in printed.out
    )
    assert "4 mutants of 1 rule: 3 killed, 1 survived\n" in printed.out
    assert "75 %" in printed.out
    start = printed.out.index("  - name:")
    case = printed.out[start : printed.out.index("\n\n", start)]
    file.write_text(f"{file.read_text(encoding='utf-8')}{case}\n", encoding="utf-8")
    assert run(["test", str(tmp_path), "--mutate"]) == 0
    assert "4 mutants of 1 rule: 4 killed\n" in capsys.readouterr().out


def test_a_wrong_mark_fails_the_command(rule_pack: Load, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    rule_pack(
        f"{BODY}equivalent_mutants: {{flag.7: because}}\n", TWO.replace("quantity: 5", "quantity: 4").replace("50", "40")
    )
    assert run(["test", str(tmp_path), "--mutate"]) == 1
    assert "error[CR632]" in capsys.readouterr().out


def test_json(rule_pack: Load, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    rule_pack(BODY, TWO)
    assert run(["test", str(tmp_path), "--mutate", "--json"]) == 1
    (score,) = json.loads(capsys.readouterr().out)
    (survivor,) = score.pop("survivors")
    assert score == {"rule": "small", "mutants": 4, "killed": 3, "equivalent": 0, "stillborn": 0, "problems": []}
    assert (survivor["id"], survivor["line"]) == ("flag.1 3 → 4", 8)
    assert survivor["case"].startswith("  - name:")


def test_only_names_rules_and_two_processes_say_the_same(capsys: pytest.CaptureFixture[str]):
    asked = ["test", str(ROOT / "rules"), "--mutate", "--json", "--only", "drug_sex,drug_over_price"]
    assert run(asked) == 0
    alone = json.loads(capsys.readouterr().out)
    assert [score["rule"] for score in alone] == ["drug_over_price", "drug_sex"]
    assert run([*asked, "--jobs", "2"]) == 0
    assert json.loads(capsys.readouterr().out) == alone
    assert run(["test", str(ROOT / "rules"), "--mutate", "--only", "drug_sexx"]) == 2
    assert "did you mean `drug_sex`?" in capsys.readouterr().err


@pytest.mark.library
def test_the_cases_of_our_own_rules_kill_all_of_their_mutants(capsys: pytest.CaptureFixture[str]):
    assert run(["test", str(ROOT / "rules"), "--mutate", "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert all(score["killed"] == score["mutants"] > 0 for score in scores)
    assert {score["rule"] for score in scores} >= {"drug_sex", "svc_duplicate", "ipt_split_stay"}
