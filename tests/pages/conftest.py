"""A rule base of one rule, whose page is worked out by hand."""

from pathlib import Path

import pytest

RULE = """
id: too_dear
title: {zh: 单价过高, en: Too dear}
national_number: 14
national_code: GZ10000102001000
category: policy
verdict: violation
severity: high
effective: {from: 2021-05-01}
basis: [{source: law, article: 第一条}]
description:
  zh: >-
    单价高于限价。已知
    不足：打包项目看不到。
  en: >-
    The price is above the ceiling. Known gap: bundles are not seen.
rows: claim.care_type IN ('inpatient', 'day_surgery') AND NOT coalesce(claim.is_newborn, FALSE)
match:
  price: {table: ceiling, key: {code: line.item_code}}
params:
  tolerance: {default: 0.05, unit: 元, source: law}
flag: line.unit_price > price.ceiling + param.tolerance
unless:
  approved: {when: "line.hospital_approval = 'approved'", because: 已审批。}
amount: excess_price(price.ceiling)
message: {zh: 单价过高, en: too dear}
examples:
  - name: where the price is unknown nothing is decided
    given: stay
    lines: {l1: {item_code: A, unit_price: null}}
    knowledge: {ceiling: [{code: A, ceiling: 3}]}
    expect: {undecided: [l1], missing: unit_price}
  - name: a price of four is flagged
    given: stay
    lines: {l1: {item_code: A, unit_price: 4, quantity: 2}}
    knowledge: {ceiling: [{code: A, ceiling: 3}]}
    expect: {flagged: [l1], amount: "2.00"}
  - name: a price of three is clean
    given: stay
    lines: {l1: {item_code: A, unit_price: 3}}
    knowledge: {ceiling: [{code: A, ceiling: 3}]}
    expect: clean
"""
TABLE = """
title: {zh: 限价表, en: ceilings}
columns:
  code: {type: text, zh: 项目编码, en: item code}
  ceiling: {type: "decimal(16,6)", zh: 最高限价（元）, en: highest price; in yuan}
key: {code: longest_prefix}
source: {title: 价格文件, verified: true}
"""
LAW = """
law:
  title: {zh: 某条例, en: A regulation}
  number: 第1号
  in_force: {from: 2021-05-01}
  verified: true
  articles: {第一条: 不得超标准收费}
"""
PARAMETERS = """
tolerance:
  - {value: 0.10, region: 330000, from: 2024-01-01, source: law}
  - {value: 0.20, region: 340000, rule: another, source: law}
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    root = tmp_path / "rules"
    (root / "knowledge").mkdir(parents=True)
    (root / "too_dear.yaml").write_text(RULE.lstrip(), encoding="utf-8")
    another = RULE.replace("id: too_dear", "id: another").replace("national_number: 14", "national_number: 15")
    (root / "another.yaml").write_text(another.lstrip(), encoding="utf-8")
    (root / "sources.yaml").write_text(LAW, encoding="utf-8")
    (root / "parameters.yaml").write_text(PARAMETERS, encoding="utf-8")
    (root / "knowledge" / "ceiling.yaml").write_text(TABLE, encoding="utf-8")
    (root / "knowledge" / "ceiling.csv").write_text("code,ceiling\nA,3\n", encoding="utf-8")
    return root
