"""Diagnostics in the forms that other programs read."""

import json
from pathlib import Path

import pytest

from claimrules.diagnostics import Diagnostic, Level, Place
from claimrules.diagnostics.github import as_github
from claimrules.diagnostics.sarif import as_sarif

UNKNOWN = Diagnostic("CR214", "unknown field `line.qty`", Place("rules/a b.yaml", 3, 7, 8), "50%, no more", "take `x`")
DOUBTFUL = Diagnostic("CR221", "no ground", Place("rules/z.yaml"), level=Level.WARNING)
NOWHERE = Diagnostic("CR402", "no rule")


def test_a_workflow_command_has_file_place_and_title():
    assert as_github([UNKNOWN]) == (
        "::error file=rules/a b.yaml,line=3,col=7,endColumn=15,title=CR214::"
        "unknown field `line.qty`%0A50%25, no more%0Ahelp: take `x`"
    )


def test_a_property_escapes_what_ends_it_and_a_message_does_not():
    found = Diagnostic("CR201", "a: b, c", Place("a:b,c%.yaml", 1, 1))
    assert as_github([found]) == "::error file=a%3Ab%2Cc%25.yaml,line=1,col=1,endColumn=2,title=CR201::a: b, c"


def test_errors_come_before_warnings_and_a_place_may_be_missing():
    assert (
        as_github([DOUBTFUL, NOWHERE]) == "::error title=CR402::no rule\n::warning file=rules/z.yaml,title=CR221::no ground"
    )


def test_a_file_below_the_working_folder_is_named_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    found = Diagnostic("CR201", "m", Place(str(tmp_path / "rules" / "a.yaml"), 1, 1))
    assert as_github([found]).startswith("::error file=rules/a.yaml,")
    [result] = as_sarif([found])["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "rules/a.yaml"


def test_a_sarif_log_has_what_the_schema_requires():
    log = json.loads(json.dumps(as_sarif([UNKNOWN, DOUBTFUL, NOWHERE])))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    [run] = log["runs"]
    assert run["tool"]["driver"]["name"] == "claimrules"
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert ids == ["CR214", "CR221", "CR402"]
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning")
        assert result["message"]["text"]


def test_a_sarif_result_stands_at_its_place():
    results = {one["ruleId"]: one for one in as_sarif([UNKNOWN, DOUBTFUL, NOWHERE])["runs"][0]["results"]}
    assert results["CR214"]["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "rules/a%20b.yaml"},
                "region": {"startLine": 3, "startColumn": 7, "endColumn": 15},
            }
        }
    ]
    assert results["CR221"]["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "rules/z.yaml"}}}]
    assert "locations" not in results["CR402"]


def test_what_a_comment_allows_is_a_suppressed_result_with_its_reason():
    [found, allowed] = as_sarif([UNKNOWN], {DOUBTFUL: "a test rule"})["runs"][0]["results"]
    assert "suppressions" not in found
    assert allowed["suppressions"] == [{"kind": "inSource", "justification": "a test rule"}]


def test_the_same_complaint_on_another_line_is_the_same_result():
    lower = Diagnostic("CR214", "unknown field `line.qty`", Place("rules/a b.yaml", 9, 7, 8))
    other = Diagnostic("CR214", "unknown field `line.qyt`", Place("rules/a b.yaml", 3, 7, 8))
    one, two, three = (as_sarif([d])["runs"][0]["results"][0]["partialFingerprints"] for d in (UNKNOWN, lower, other))
    assert one == two != three
