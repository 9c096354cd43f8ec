"""`region` stands in for claims that name none, whatever kind of row a rule walks over."""

from pathlib import Path

import pyarrow as pa
import pytest

import claimrules

RULE = """
id: by_region
title: {zh: 地区, en: Region}
category: policy
verdict: violation
of: KIND
match: {limit: {table: limits, key: {code: CODE}, at: ever}}
flag: limit.most < 5
amount: none
message: {zh: 多, en: many}
"""
CODE = {
    "line": "line.item_code",
    "claim": "claim.person_type",
    "encounter": "encounter.person_type",
    "day": "encounter.person_type",
}


@pytest.mark.parametrize("kind", sorted(CODE))
@pytest.mark.parametrize(("region", "flagged"), [(None, 0), ("330100", 1), ("110100", 0)])
def test_a_default_region_chooses_the_row(tmp_path: Path, kind: str, region: str | None, flagged: int):
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "by_region.yaml").write_text(RULE.replace("KIND", kind).replace("CODE", CODE[kind]), encoding="utf-8")
    (tmp_path / "knowledge/limits.yaml").write_text("columns: {code: text, most: integer}\nkey: [code]\n", encoding="utf-8")
    (tmp_path / "knowledge/limits.csv").write_text("code,most,region\nA,9,000000\nA,1,330000\n", encoding="utf-8")
    day = "2025-06-02 08:00:00"
    claim = {"claim_id": ["C"], "person_id": ["P"], "provider_id": ["H"], "person_type": ["A"]}
    stay = {"admitted_at": [day], "discharged_at": [day]}
    line = {"claim_id": ["C"], "line_id": ["l"], "item_code": ["A"], "quantity": ["1"], "amount": ["1"]}
    result = claimrules.load(tmp_path, region=region).audit({"claims": pa.table(claim | stay), "lines": pa.table(line)})
    said = result.summary.rules["by_region"]
    # Without a region the province's row may hold: undecided.
    assert (said.flagged, said.undecided) == (flagged, 1 if region is None else 0)
