"""`claimrules explain` as it is typed."""

import json
from pathlib import Path

import pytest
from explained_claims import visit

import claimrules
from claimrules.cli.entry import run
from claimrules.plan import print_plan

ROOT = Path(__file__).parents[2]
RULES = ["--rules", str(ROOT / "rules")]
SMALL = str(ROOT / "fixtures" / "small")


@pytest.fixture
def claim_file(tmp_path):
    def write(*claims):
        path = tmp_path / "claims.json"
        path.write_text(json.dumps(list(claims)), encoding="utf-8")
        return str(path)

    return write


def test_the_plan_needs_no_claims(capsys):
    assert run(["explain", "drug_sex", "--plan", *RULES]) == 0
    pack = claimrules.load(ROOT / "rules")
    assert capsys.readouterr().out == print_plan(pack.plan.only(frozenset({"drug_sex"}))) + "\n"


def test_the_only_claim_of_a_file_need_not_be_named(claim_file, capsys):
    assert run(["explain", "ipt_split_stay", claim_file(visit()), "--lang", "en", *RULES]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Split hospitalisation · ipt_split_stay v1 · claim C1")
    assert "verdict: not applicable — the rule does not speak of such rows (`rows` is false)" in said


def test_of_several_claims_one_must_be_named(claim_file, capsys):
    path = claim_file(visit("C1"), visit("C2"))
    assert run(["explain", "ipt_split_stay", path, *RULES]) == 2
    assert "error[CR119]" in capsys.readouterr().err
    assert run(["explain", "ipt_split_stay", path, "--claim", "C2", "--lang", "en", *RULES]) == 0
    assert "claim C2" in capsys.readouterr().out


def test_a_claim_that_is_not_there_is_an_error(claim_file, capsys):
    assert run(["explain", "ipt_split_stay", claim_file(visit("C1")), "--claim", "C7", *RULES]) == 2
    assert "there is no claim `C7`" in capsys.readouterr().err


def test_an_unknown_rule_is_an_error_with_a_suggestion(claim_file, capsys):
    for arguments in ([claim_file(visit())], ["--plan"]):
        assert run(["explain", "drug_sx", *arguments, *RULES]) == 2
        assert "did you mean `drug_sex`?" in capsys.readouterr().err


def test_without_claims_there_is_nothing_to_explain(capsys):
    assert run(["explain", "drug_sex", *RULES]) == 2
    assert "--plan" in capsys.readouterr().err


def test_a_finding_of_a_folder_is_explained_by_its_subject(capsys):
    pack = claimrules.load(ROOT / "rules")
    finding = pack.audit(SMALL, only="drug_max_supply").findings.to_pylist()[0]
    arguments = ["explain", "drug_max_supply", SMALL, "--subject", finding["subject"], "--json", "--no-change", *RULES]
    assert run(arguments) == 0
    said = json.loads(capsys.readouterr().out)
    (subject,) = said["subjects"]
    assert (subject["subject"], subject["verdict"]) == (finding["subject"], "flagged")
    assert [one["finding_id"] for one in subject["findings"]] == [finding["finding_id"]]
    assert [row["line_id"] for row in subject["rows"] if row["violating"]] == finding["line_ids"]
