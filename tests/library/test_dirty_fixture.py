"""fixtures/dirty: every planted violation is found by its rule, with its rows and its money."""

import csv
from collections import Counter, defaultdict
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest

import claimrules
from claimrules.knowledge.parameters import read_parameters

ROOT = Path(__file__).parents[2]
DIRTY = ROOT / "fixtures" / "dirty"
LABELS = list(csv.DictReader((DIRTY / "labels.csv").read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def pack():
    whole = claimrules.load(ROOT / "rules", knowledge=[DIRTY / "knowledge"])
    return whole.with_parameter_rows(read_parameters(DIRTY / "parameters.yaml"))


@pytest.fixture(scope="module")
def findings(pack):
    """By rule and plant."""
    result = pack.audit(DIRTY)
    assert not result.rejects.num_rows, result.rejects.to_pylist()[:3]
    out = defaultdict(list)
    for row in result.findings.to_pylist():
        out[row["rule_id"], row["claim_id"].split("-")[0]].append(row)
    return out


def test_every_active_rule_has_five_plants(pack):
    planted = Counter(label["rule"] for label in LABELS)
    few = {rule.id for rule in pack.rules.values() if rule.status == "active" and planted[rule.id] < 5}
    assert not few


@pytest.mark.parametrize("label", LABELS, ids=lambda label: f"{label['rule']}-{label['plant']}")
def test_what_was_planted_is_found_with_its_rows_and_its_money(findings, label):
    mine = findings[label["rule"], label["plant"]]
    assert mine, label["case"]
    if label["line_ids"]:
        found = {f"{row['claim_id']}/{line}" for row in mine for line in row["line_ids"]}
        assert found == set(label["line_ids"].split())
    assert {row["claim_id"] for row in mine} >= set(label["claim_ids"].split())
    if label["amount"]:
        assert sum(row["amount"] or 0 for row in mine) == Decimal(label["amount"])


def test_the_script_makes_just_this_folder(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "fixtures"))
    import_module("make_dirty").write(tmp_path / "dirty")
    made = {str(file.relative_to(tmp_path)): file.read_text() for file in (tmp_path / "dirty").rglob("*.*")}
    assert made == {str(file.relative_to(DIRTY.parent)): file.read_text() for file in DIRTY.rglob("*.*")}
