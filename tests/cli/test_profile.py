"""`--profile`: where the seconds went, by kernel and by rule."""

import json
from pathlib import Path
from typing import Any

import pytest

from claimrules.cli import run

ROOT = Path(__file__).parents[2]
RULE = """
id: {name}
title: {{zh: 性别, en: Sex}}
category: policy
verdict: violation
of: line
per: [claim]
flag: sum(line.quantity) > {limit}
amount: none
message: {{zh: 多, en: many}}
"""
KERNELS = {"load", "read", "prepare", "screen", "match", "group", "decide", "aggregate", "evidence", "findings", "settle"}


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    for name, limit in (("more_than_none", 0), ("more_than_ten", 10)):
        (tmp_path / f"{name}.yaml").write_text(RULE.format(name=name, limit=limit), encoding="utf-8")
    return tmp_path


def audit(rules: Path, *more: str) -> int:
    out = rules / "OUT"
    return run(["audit", str(ROOT / "fixtures" / "small"), "--rules", str(rules), "--out", str(out), *more])


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_two_tables_on_stderr_slowest_first_and_all_of_it_in_timings(rules: Path, capsys: Any, jobs: str):
    assert audit(rules, "--profile", "--lang", "en", "--jobs", jobs) == 0
    err = capsys.readouterr().err
    timings = json.loads((rules / "OUT" / "timings.json").read_text(encoding="utf-8"))
    kernels, by_rule = timings["profile"]["kernels"], timings["profile"]["rules"]
    assert set(kernels) >= KERNELS
    assert list(kernels.values()) == sorted(kernels.values(), reverse=True)
    assert set(by_rule) == {"more_than_none", "more_than_ten"}
    assert set(by_rule["more_than_none"]) >= {"match", "group", "decide", "aggregate", "evidence", "findings"}
    rows = [line.strip("│ ").split("│") for line in err.splitlines() if line.startswith("│")]
    shown = [(row[0].strip(), float(row[1])) for row in rows]
    at = [name for name, _ in shown].index("sum")
    assert {name for name, _ in shown[:at]} == {*kernels, "write"}
    assert [seconds for _, seconds in shown[:at]] == sorted((seconds for _, seconds in shown[:at]), reverse=True)
    assert shown[at][1] == pytest.approx(sum(seconds for _, seconds in shown[:at]), abs=0.0005 * at + 0.001)
    assert [name for name, _ in shown[at + 1 :]] == list(by_rule)


def test_json_has_it_as_a_key_and_stderr_is_silent(rules: Path, capsys: Any):
    assert audit(rules, "--profile", "--json") == 0
    printed = capsys.readouterr()
    said = json.loads(printed.out)
    profile = said.pop("profile")
    assert said == json.loads((rules / "OUT" / "summary.json").read_text(encoding="utf-8"))
    assert set(profile["kernels"]) > KERNELS
    assert printed.err == ""


def test_who_does_not_ask_gets_none(rules: Path, capsys: Any):
    assert audit(rules, "--json") == 0
    assert "profile" not in json.loads(capsys.readouterr().out)
    assert "profile" not in json.loads((rules / "OUT" / "timings.json").read_text(encoding="utf-8"))
