"""Parameters by region, provider level, insurance type and date."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import claimrules
from claimrules.cases import run_pack

Writer = Callable[[dict[str, str]], Path]

RULE = """
id: {id}
title: {{zh: 数量, en: Many}}
category: policy
verdict: violation
params: {{most: {{default: {default}}}}}
flag: line.quantity > param.most
observed: {{value: line.quantity, limit: param.most}}
message: {{zh: 多, en: many}}
"""

ROWS = """
most:
  - {value: 10, region: 330000, source: zj}
  - {value: 11, region: 330100, source: hz}
  - {value: 12, region: 330000, provider_level: 3A, source: zj}
  - {value: 13, insurance_type: 310, from: 2024-01-01, to: 2024-12-31, source: nation}
  - {value: 14, insurance_type: 310, provider_level: 3A, from: 2024-06-01, source: nation}
  - {value: 15, region: 440000, known_from: 2024-07-01, source: gd}
  - {value: 16, region: 510000, rule: second, source: sc}
"""


def claims(*rows: tuple[str | None, str | None, str | None, str | None]) -> dict[str, pa.Table]:
    """Claims of one line each: region, level, insurance, date."""
    n = len(rows)
    ids = [f"C{i}" for i in range(n)]
    return {
        "claims": pa.table(
            {
                "claim_id": ids,
                "person_id": ["P"] * n,
                "provider_id": ["H"] * n,
                "region": pa.array([r[0] for r in rows], pa.string()),
                "provider_level": pa.array([r[1] for r in rows], pa.string()),
                "insurance_type": pa.array([r[2] for r in rows], pa.string()),
                "settled_at": ["2030-01-01 10:00:00"] * n,
            }
        ),
        "lines": pa.table(
            {
                "claim_id": ids,
                "line_id": ["l"] * n,
                "item_code": ["A"] * n,
                "quantity": ["100"] * n,
                "amount": ["100.00"] * n,
                "charged_at": pa.array([None if r[3] is None else f"{r[3]} 08:00:00" for r in rows], pa.string()),
            }
        ),
    }


def limits(result: Any, rule: str) -> dict[str, str]:
    """The parameter as each claim's finding shows it; `?` where it is undecided, with what is missing."""
    found = {row["claim_id"]: row["allowed"] for row in result.findings.to_pylist() if row["rule_id"] == rule}
    open_ = {row["claim_id"]: f"? {row['missing']}" for row in result.undecided.to_pylist() if row["rule_id"] == rule}
    return {**found, **open_}


def test_the_narrowest_region_wins_then_the_most_filled_cells(written: Writer) -> None:
    root = written({"first.yaml": RULE.format(id="first", default=3), "parameters.yaml": _of("first")})
    day = "2024-03-01"
    result = claimrules.load(root).audit(
        claims(
            ("110000", "2A", "390", day),  # no row: the default
            ("330200", "2A", "390", day),  # the province's
            ("330100", "3A", "390", day),  # the city's, though the province has one for the level
            ("330200", "3A", "390", day),  # the province's for the level
            ("110000", "2A", "310", day),  # the nation's for the insurance
            ("330200", "2A", "310", day),  # a region beats a filled cell
            ("110000", "3A", "310", "2024-06-01"),  # two filled cells beat one, from the first day
            ("110000", "3A", "310", "2024-05-31"),
            ("110000", "2A", "310", "2024-12-31"),  # the last day is in
            ("110000", "2A", "310", "2025-01-01"),
        )
    )
    assert limits(result, "first") == dict(
        zip((f"C{i}" for i in range(10)), ["3", "10", "11", "12", "13", "10", "14", "13", "13", "3"], strict=True)
    )


def test_what_is_not_known_leaves_open_only_where_a_row_depends_on_it(written: Writer) -> None:
    rows = """
most:
  - {value: 10, region: 330000, source: zj}
  - {value: 12, provider_level: 3A, insurance_type: 310, source: zj}
"""
    root = written({"first.yaml": RULE.format(id="first", default=3), "parameters.yaml": rows})
    result = claimrules.load(root).audit(
        claims(
            (None, "2A", "390", "2024-01-01"),  # the province's row may fit
            ("110000", None, "310", "2024-01-01"),  # the level's row may fit
            ("110000", None, "390", "2024-01-01"),  # it cannot: the insurance is another
            ("110000", "2A", None, None),  # it cannot: the level is another; no row depends on the date
        )
    )
    assert limits(result, "first") == {"C0": "? param.most", "C1": "? param.most", "C2": "3", "C3": "3"}


def test_a_row_may_be_of_one_rule_alone_and_two_rules_may_have_two_defaults(written: Writer) -> None:
    files = {
        "first.yaml": RULE.format(id="first", default=3),
        "second.yaml": RULE.format(id="second", default="4.5"),
        "parameters.yaml": ROWS,
    }
    result = claimrules.load(written(files)).audit(claims(("510100", "2A", "390", "2024-01-01")))
    assert limits(result, "first") == {"C0": "3"}
    assert limits(result, "second") == {"C0": "16"}


def test_as_of_forgets_what_was_learnt_later(written: Writer) -> None:
    root = written({"first.yaml": RULE.format(id="first", default=3), "parameters.yaml": _of("first")})
    given = claims(("440100", "2A", "390", "2024-03-01"))
    assert limits(claimrules.load(root).audit(given), "first") == {"C0": "15"}
    assert limits(claimrules.load(root, as_of="2024-07-01").audit(given), "first") == {"C0": "15"}
    assert limits(claimrules.load(root, as_of="2024-06-30").audit(given), "first") == {"C0": "3"}


def test_a_value_given_by_name_holds_everywhere(written: Writer) -> None:
    root = written({"first.yaml": RULE.format(id="first", default=3), "parameters.yaml": _of("first")})
    given = claims(("330100", "2A", "390", "2024-03-01"))
    assert limits(claimrules.load(root, params={"most": "50"}).audit(given), "first") == {"C0": "50"}
    assert limits(claimrules.load(root).with_params({"most": "50"}).audit(given), "first") == {"C0": "50"}


def test_the_default_region_of_the_run_stands_in(written: Writer) -> None:
    root = written({"first.yaml": RULE.format(id="first", default=3), "parameters.yaml": _of("first")})
    given = claims((None, "2A", "390", "2024-03-01"))
    assert limits(claimrules.load(root, region="330100").audit(given), "first") == {"C0": "11"}
    given["claims"] = given["claims"].drop_columns(["region"])
    assert limits(claimrules.load(root, region="330100").audit(given), "first") == {"C0": "11"}
    assert limits(claimrules.load(root).audit(given), "first") == {"C0": "? param.most"}


def test_a_subject_is_asked_at_its_last_row(written: Writer) -> None:
    rule = """
id: first
title: {zh: 总数, en: Total}
category: policy
verdict: violation
params: {most: {default: 5}}
per: [person]
flag: sum(line.quantity) > param.most
message: {zh: 多, en: many}
"""
    rows = "most: [{value: 500, from: 2024-01-01, to: 2024-01-31, source: x}]"
    root = written({"first.yaml": rule, "parameters.yaml": rows})
    pack = claimrules.load(root)
    place = ("330100", "2A", "390")
    # 200 in all: allowed while the last row is in January, too many when it is in February.
    assert pack.audit(claims((*place, "2024-01-31"), (*place, "2023-12-30"))).findings.num_rows == 0
    assert pack.audit(claims((*place, "2024-02-01"), (*place, "2024-01-30"))).findings.num_rows == 2
    # Without a date it is not known which row is the last.
    open_ = pack.audit(claims((*place, "2024-01-31"), (*place, None)))
    assert open_.findings.num_rows == 0
    assert open_.summary.rules["first"].undecided == 1


def test_it_matters_not_which_row_is_the_last_where_all_have_one_value(written: Writer) -> None:
    rule = """
id: first
title: {zh: 总数, en: Total}
category: policy
verdict: violation
params: {most: {default: 5}}
per: [person]
flag: sum(line.quantity) > param.most
message: {zh: 多, en: many}
"""
    rows = "most: [{value: 500, provider_level: 3A, source: x}, {value: 300, provider_level: 3B, source: x}]"
    pack = claimrules.load(written({"first.yaml": rule, "parameters.yaml": rows}))

    def undecided(*levels: str) -> tuple[int, int]:
        given = claims(*(("330100", level, "390", None if i else "2024-01-31") for i, level in enumerate(levels)))
        counts = pack.audit(given).summary.rules["first"]
        return counts.flagged, counts.undecided

    assert undecided("2A", "2A", "2A") == (1, 0)  # 300 are more than 5, whichever of the lines is the last
    assert undecided("3A", "3A", "3A") == (0, 0)
    assert undecided("3A", "3A", "2A") == (0, 1)


def test_a_finding_names_the_rows_and_a_subject_shows_its_own_value(written: Writer) -> None:
    rule = """
id: first
title: {zh: 总数, en: Total}
category: policy
verdict: violation
params: {most: {default: 5}}
per: [person]
flag: sum(line.quantity) > param.most
observed: {value: sum(line.quantity), limit: param.most}
message: {zh: 多, en: "{param.most}"}
"""
    rows = "most: [{value: 50, from: 2024-01-01, to: 2024-01-31, source: x}]"
    place = ("330100", "2A", "390")
    result = claimrules.load(written({"first.yaml": rule, "parameters.yaml": rows})).audit(
        claims((*place, "2024-01-30"), (*place, "2024-01-31"))
    )
    assert {(row["observed"], row["allowed"], row["message_en"]) for row in result.findings.to_pylist()} == {
        ("200", "50", "50")
    }
    (ids,) = {tuple(row["knowledge_ids"]) for row in result.findings.to_pylist()}
    assert [name.partition(":")[0] for name in ids] == ["params.most"]
    late = claimrules.load(written({"first.yaml": rule, "parameters.yaml": rows})).audit(
        claims((*place, "2024-01-30"), (*place, "2024-02-01"))
    )
    # Both findings show what was applied: the default, by the last row, though the first row has a value of its own.
    assert {(row["allowed"], row["message_en"]) for row in late.findings.to_pylist()} == {("5", "5")}


def test_the_gap_between_courses_cannot_vary(written: Writer) -> None:
    rule = RULE.format(id="first", default=3).replace("most", "course_gap_days")
    root = written({"first.yaml": rule, "parameters.yaml": "course_gap_days: [{value: 9, source: x}]"})
    with pytest.raises(claimrules.ClaimRulesError, match="CR401"):
        claimrules.load(root)


def test_the_knowledge_of_other_rows_is_not_chosen_by_what_varies(written: Writer) -> None:
    rule = RULE.format(id="first", default=3).replace(
        "flag: line.quantity > param.most",
        "others: {o: {of: line, same: [person], match: {m: {table: ranks, key: {code: o.item_code}, WHERE}}}}\n"
        "flag: count(o) > param.most",
    )
    knowledge = {
        "knowledge/ranks.csv": "code,rank\nA,2\n",
        "knowledge/ranks.yaml": "columns: {code: text, rank: integer}\nkey: [code]\n",
        "parameters.yaml": "most: [{value: 1, region: 330000, source: zj}]\n",
    }
    asked = {"first.yaml": rule.replace("WHERE", 'where: "o.m.rank < param.most"'), **knowledge}
    with pytest.raises(claimrules.ClaimRulesError) as error:
        claimrules.load(written(asked))
    [found] = error.value.diagnostics
    assert (found.code, found.help) == ("CR401", "ask for it in the `where` of `o` instead")


def test_a_window_reaches_as_far_as_the_own_rows_parameter_says(written: Writer) -> None:
    rule = """
id: first
title: {zh: 重复, en: Again}
category: policy
verdict: violation
params: {days: {default: 3}}
others:
  before: {of: line, same: [person], within: param.days days before}
flag: count(before) > 0
message: {zh: 又, en: again}
"""
    root = written({"first.yaml": rule, "parameters.yaml": "days: [{value: 10, region: 330000, source: x}]"})
    found = claimrules.load(root).audit(
        claims(("330000", "2A", "1", "2024-01-01"), ("110000", "2A", "1", "2024-01-06"), ("330000", "2A", "1", "2024-01-16"))
    )
    # Five days before C1 is beyond its three; ten days before C2 is within its ten, whatever C1's own are.
    assert found.findings["claim_id"].to_pylist() == ["C2"]


def test_check_says_what_audit_says(written: Writer) -> None:
    root = written({"first.yaml": RULE.format(id="first", default=3), "parameters.yaml": _of("first")})
    document = {
        "claim_id": "C",
        "person_id": "P",
        "provider_id": "H",
        "region": "330100",
        "provider_level": "3A",
        "insurance_type": "390",
        "lines": [
            {"line_id": "l", "item_code": "A", "quantity": "11.5", "amount": "1.00", "charged_at": "2024-03-01 08:00:00"}
        ],
    }
    (finding,) = claimrules.load(root).check(document).findings
    assert (finding.observed, finding.allowed) == ("11.5", "11")


def test_a_case_brings_rows_of_its_own(written: Writer) -> None:
    case = """
examples:
  - name: the province allows it
    given: visit
    change: {claim.region: '330100'}
    lines: {l1: {item_code: A, quantity: 4}}
    parameters: {most: [{value: 5, region: '330000'}]}
    expect: clean
  - name: elsewhere the default holds
    given: visit
    change: {claim.region: '110000'}
    lines: {l1: {item_code: A, quantity: 4}}
    parameters: {most: [{value: 5, region: '330000'}]}
    expect: {flagged: [l1]}
"""
    root = written({"first.yaml": RULE.format(id="first", default=3) + case})
    outcomes = list(run_pack(claimrules.load(root)))
    assert [(o.name, o.text) for o in outcomes] == [("the province allows it", ""), ("elsewhere the default holds", "")]


@pytest.mark.parametrize(
    ("rows", "code", "said"),
    [
        ("mots: [{value: 1, source: x}]", "CR319", "did you mean `most`?"),
        ("most: [{value: 1, source: x, rule: frist}]", "CR319", "did you mean `first`?"),
        ("most: [{value: 1}]", "CR307", "sources.yaml"),
        ("most: [{source: x}]", "CR307", "`value`"),
        ("most: [{value: 1, source: x, regoin: 330000}]", "CR305", "did you mean `region`?"),
        ("most: {value: 1}", "CR306", "most: [{value"),
        ("most: [5]", "CR306", "{value: 5"),
        ("most: [{value: many, source: x}]", "CR310", "`many` is not a whole number"),
        ("most: [{value: 1.5, source: x}]", "CR310", "write it with 1 of them in the rule, as 0.0"),
        ("most: [{value: 1, source: x, region: 33}]", "CR310", "six digits"),
        ("most: [{value: 1, source: x, provider_level: 3X}]", "CR310", "3X"),
        ("most: [{value: 1, source: x, from: 2024-02-01, to: 2024-01-01}]", "CR311", "after valid_to"),
        ("most: [{value: 1, source: x}, {value: 2, source: x}]", "CR313", "hold at once"),
        (
            "most: [{value: 1, source: x, provider_level: 3A}, {value: 2, source: x, insurance_type: 310}]",
            "CR318",
            "fit one claim alike",
        ),
    ],
)
def test_wrong_rows_are_refused_at_their_place(written: Writer, rows: str, code: str, said: str) -> None:
    root = written({"first.yaml": RULE.format(id="first", default=3), "parameters.yaml": rows})
    with pytest.raises(claimrules.ClaimRulesError) as error:
        claimrules.load(root)
    (found,) = error.value.diagnostics
    assert (found.code, Path(str(found.place.file)).name) == (code, "parameters.yaml")
    assert said in f"{found.message} {found.help}"


def test_a_source_that_nobody_knows_is_refused(written: Writer) -> None:
    law = "zj: {title: {zh: 通知, en: Notice}}"
    rows = "most: [{value: 1, source: zjj}]"
    root = written({"first.yaml": RULE.format(id="first", default=3), "parameters.yaml": rows, "sources.yaml": law})
    with pytest.raises(claimrules.ClaimRulesError, match="CR320"):
        claimrules.load(root)


def test_the_rows_are_part_of_the_fingerprints(written: Writer) -> None:
    files = {"first.yaml": RULE.format(id="first", default=3), "parameters.yaml": _of("first")}
    before = claimrules.load(written(files))
    after = claimrules.load(written({**files, "parameters.yaml": _of("first").replace("value: 11", "value: 9")}))
    assert before.fingerprint != after.fingerprint
    assert before.knowledge.fingerprint != after.knowledge.fingerprint


def _of(rule: str) -> str:
    """The rows without those of another rule."""
    return "\n".join(line for line in ROWS.splitlines() if "rule:" not in line or f"rule: {rule}" in line)
