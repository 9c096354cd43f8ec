"""Keys that chain rows, periods that stand in a table, and rules over findings; worked out by hand."""

from datetime import datetime
from decimal import Decimal
from textwrap import dedent

import pyarrow as pa
import pytest

import claimrules
from claimrules.batch import ClaimBatch
from claimrules.diagnostics import EngineError
from claimrules.engine import run as run_module

HEAD = """\
id: {name}
title: {{zh: 规则, en: rule}}
category: {category}
verdict: violation
message: {{zh: 违规, en: violation}}
"""
LINE = pa.schema(
    [
        ("line_id", pa.string()),
        ("claim_id", pa.string()),
        ("item_code", pa.string()),
        ("quantity", pa.decimal128(16, 4)),
        ("amount", pa.decimal128(16, 2)),
        ("charged_at", pa.timestamp("us")),
        ("prescription_id", pa.string()),
    ]
)


def write(folder, category="management", **rules):
    for name, logic in rules.items():
        (folder / f"{name}.yaml").write_text(HEAD.format(name=name, category=category) + dedent(logic), encoding="utf-8")


def line(line_id, when, claim="C1", quantity="1", item="A", prescription=None):
    time = None if when is None else datetime.fromisoformat(f"2025-{when}")
    number = Decimal(quantity)
    return (line_id, claim, item, number, round(number, 2), time, prescription)


def tables(lines, claims):
    columns = list(zip(*lines, strict=True))
    made = pa.table([pa.array(column, field.type) for column, field in zip(columns, LINE, strict=True)], schema=LINE)
    rows = [{"provider_id": "H1", "person_id": "P1", **claim} for claim in claims]
    return {"claims": pa.Table.from_pylist(rows), "lines": made}


def judged(folder, logic, lines, claims=({"claim_id": "C1"},)):
    write(folder, some_rule=logic)
    rows = claimrules.load(folder).judge(ClaimBatch.from_tables(tables(lines, claims)), "some_rule").to_pylist()
    return sorted((row["line_id"] or row["claim_id"], row["subject"], row["verdict"]) for row in rows)


def verdicts(*given):
    return {row[0]: row[2] for row in judged(*given)}


def subjects(*given):
    return {row[0]: row[1] for row in judged(*given)}


@pytest.mark.parametrize(
    ("key", "chains"),
    [
        ("run(line.charged_at::date, INTERVAL 2 DAY)", ["a", "a", "c"]),  # 1, 3 and 6 March
        ("run(line.charged_at::date, INTERVAL 3 DAY)", ["a", "a", "a"]),
        ("run(line.charged_at::date, 2)", ["a", "a", "c"]),
        ("run(line.charged_at::date, 1.9)", ["a", "b", "c"]),  # two days are longer
        ("run(line.charged_at::date, 3.0)", ["a", "a", "a"]),
        ("run(line.charged_at, 2.0)", ["a", "b", "c"]),  # a second too long
        ("run(line.charged_at, 2.5)", ["a", "a", "c"]),
        ("run(line.charged_at, INTERVAL 48 HOUR)", ["a", "b", "c"]),  # a second too long
        ("run(line.quantity, 1.5)", ["a", "a", "c"]),  # 1, 2.5 and 4.0001
        ("run(line.quantity, 1.6)", ["a", "a", "a"]),
        ("run(line.quantity, 1)", ["a", "b", "c"]),
    ],
)
def test_runs_break_where_the_gap_is_longer(tmp_path, key, chains):
    lines = [
        line("c", "03-06 10:00:00", quantity="4.0001"),
        line("a", "03-01 10:00:00"),
        line("b", "03-03 10:00:01", quantity="2.5"),
    ]
    found = subjects(tmp_path, f'per: [person, k: "{key}"]\nflag: count(*) > 0\n', lines)
    groups = {name: next(other for other in "abc" if found[other] == found[name]) for name in "abc"}
    assert [groups[name] for name in "abc"] == chains


def test_a_run_with_a_row_that_has_no_place_is_in_doubt(tmp_path):
    lines = [line("a", "03-01"), line("b", "03-02"), line("x", None)]
    logic = 'per: [person, k: "run(line.charged_at::date, INTERVAL 1 DAY)"]\nflag: count(*) >= 2\n'
    found = verdicts(tmp_path, logic, lines)
    assert (found["a"], found["b"]) == ("flagged", "flagged")  # it could only grow
    logic = logic.replace(">= 2", "= 2")
    assert set(verdicts(tmp_path, logic, lines).values()) == {"undecided"}


def test_persons_are_linked_on_so_many_dates(tmp_path):
    claims = [{"claim_id": f"C{p}{d}", "person_id": p} for p in ("P1", "P2", "P3") for d in "12"]
    days = {"P1": ("01", "02"), "P2": ("01", "02"), "P3": ("02", "09")}
    lines = [line(f"{p}{d}", f"03-{days[p][int(d) - 1]}", f"C{p}{d}") for p in days for d in "12"]
    for n, expected in ((1, 1), (2, 2), (3, 3)):
        logic = (
            "others: {o: {same: [provider], within: day, where: o.encounter.person_id <> encounter.person_id}}\n"
            f'per: [g: "cluster(o, {n})"]\nflag: count(*) > 0\n'
        )
        found = subjects(tmp_path, logic, lines, claims)
        assert len(set(found.values())) == expected, n
        assert (found["P11"] == found["P21"]) == (n < 3)
        assert (found["P21"] == found["P31"]) == (n < 2)


@pytest.mark.parametrize(
    ("region", "verdict"),
    [("330100", "clean"), ("110000", "flagged"), (None, "undecided")],  # 3 dates are wanted there, 1 elsewhere, 2 there are
)
def test_a_number_of_dates_that_is_not_known_makes_no_link(tmp_path, region, verdict):
    (tmp_path / "parameters.yaml").write_text("links:\n  - {value: 3, region: '330000', source: law}\n", encoding="utf-8")
    where = {"region": region} if region else {}
    claims = [{"claim_id": f"C{p}{d}", "person_id": p, **where} for p in ("P1", "P2") for d in "12"]
    lines = [line(f"{p}{d}", f"03-0{d}", f"C{p}{d}") for p in ("P1", "P2") for d in "12"]
    logic = (
        "params: {links: {default: 1, source: law}}\n"
        "others: {o: {same: [provider], within: day, where: o.encounter.person_id <> encounter.person_id}}\n"
        'per: [g: "cluster(o, param.links)"]\nflag: count(*) > 2\n'
    )
    assert set(verdicts(tmp_path, logic, lines, claims).values()) == {verdict}


@pytest.mark.parametrize(
    ("take", "chosen"),
    [
        ("first, order: o.m.rank", {"a": "b", "b": "a", "z": "b"}),
        ("last, order: o.m.rank", {"a": "b", "b": "a", "z": "a"}),
        ("first, order: o.m.rank DESC", {"a": "b", "b": "a", "z": "a"}),
        ("previous, order: o.m.rank", {"a": "b", "b": None, "z": "?"}),  # z has no rank: nobody knows where it stands
        ("next, order: o.m.rank", {"a": None, "b": "a", "z": "?"}),
    ],
)
def test_others_stand_in_the_order_of_a_table_that_leaves_some_of_them_out(tmp_path, take, chosen):
    knowledge = tmp_path / "knowledge"
    knowledge.mkdir()
    declared = "columns: {code: text, rank: integer}\nkey: [code]\nabsence: no-limit\n"
    (knowledge / "ranks.yaml").write_text(declared, encoding="utf-8")
    (knowledge / "ranks.csv").write_text("code,rank\nA,2\nB,1\n", encoding="utf-8")
    lines = [line("a", "03-01"), line("b", "03-02", item="B"), line("z", "03-03", item="Z")]
    others = f"match: {{m: {{table: ranks, key: {{code: o.line.item_code}}}}}}, same: [person], take: {take}"
    found = {
        wanted: verdicts(tmp_path, f"others: {{o: {{{others}}}}}\nflag: o.line.line_id = '{wanted}'\n", lines)
        for wanted in "abz"
    }
    for row, other in chosen.items():
        one = {wanted: found[wanted][row] for wanted in "abz"}
        expected = {w: "undecided" if other == "?" else "flagged" if w == other else "clean" for w in "abz"}
        assert one == expected, row


WIDE = "(" + " * ".join(["line.quantity"] * 5) + ")"  # 20 digits after the point, and more than 64 bits


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (f'per: [person, k: "{WIDE}"]\nflag: count(*) > 1\n', "aab"),
        (f"per: [person]\nflag: count(DISTINCT {WIDE}) = 2\n", "aaa"),
        (f"per: [person]\nflag_rows: nth({WIDE}) = 2\n", "aaa"),
        (f'others: {{o: {{same: ["{WIDE}"]}}}}\nflag: count(o) > 0\n', "aab"),
    ],
)
def test_numbers_that_64_bits_do_not_hold_are_told_apart(tmp_path, logic, expected):
    amounts = {"x": "123456789.1234", "y": "123456789.1234", "z": "123456789.1235"}
    found = verdicts(tmp_path, logic, [line(name, "03-01", quantity=quantity) for name, quantity in amounts.items()])
    assert [found[name] for name in "xyz"] == ["flagged" if mark == "a" else "clean" for mark in expected]


# a window of each row's own, from a table


def windows(folder, unit, lines, claims=({"claim_id": "C1"},)):
    """The lines that are flagged where two or more are in one period of the table's window."""
    knowledge = folder / "knowledge"
    knowledge.mkdir(exist_ok=True)
    (knowledge / "limit.yaml").write_text("columns: {code: text, window: window}\nkey: [code]\n", encoding="utf-8")
    (knowledge / "limit.csv").write_text(f"code,window\nA,{unit}\n", encoding="utf-8")
    logic = (
        "match: {m: {table: limit, key: {code: line.item_code}}}\n"
        'per: [person, w: "period(m.window)"]\nflag: count(*) >= 2\n'
    )
    return {name: verdict for name, verdict in verdicts(folder, logic, lines, claims).items() if verdict != "not_applicable"}


@pytest.mark.parametrize(
    ("unit", "together"),
    [
        ("hour", {"a", "b"}),
        ("day", {"a", "b", "c"}),
        ("week", {"a", "b", "c", "d"}),
        ("month", {"a", "b", "c", "d", "e"}),
        ("quarter", {"a", "b", "c", "d", "e"}),
        ("year", {"a", "b", "c", "d", "e", "f"}),
        ("claim", {"a", "b", "d", "c", "e", "f"}),
        ("encounter", {"a", "b", "c", "d", "e", "f"}),
    ],
)
def test_periods_of_a_table(tmp_path, unit, together):
    times = {"a": "03-03 09:10", "b": "03-03 09:50", "c": "03-03 10:00", "d": "03-09", "e": "03-31", "f": "04-07"}
    found = windows(tmp_path, unit, [line(name, when) for name, when in times.items()])
    assert {name for name, verdict in found.items() if verdict == "flagged"} == together
    assert set(found.values()) <= {"flagged", "clean"}


def test_a_prescription_is_one_of_its_claim(tmp_path):
    claims = ({"claim_id": "C1"}, {"claim_id": "C2"})
    lines = [
        line("a", "03-01", "C1", prescription="7"),
        line("b", "03-09", "C1", prescription="7"),
        line("c", "03-01", "C1", prescription="8"),
        line("d", "03-01", "C2", prescription="7"),
        line("e", "03-01", "C2"),
    ]
    found = windows(tmp_path, "prescription", lines, claims)
    assert {name: found[name] for name in "abcd"} == {"a": "flagged", "b": "flagged", "c": "clean", "d": "clean"}


# rules over findings


FINDINGS = {
    "count(bad) >= 2": ["C1", "C2"],
    "count(bad) >= 3": ["C2"],
    "count(DISTINCT bad.rule_id) >= 2": ["C2"],
    "any(bad.rule_id = 'dear')": ["C2"],
    "any(bad.line_id = 'b')": ["C1"],
    "any(bad.verdict = 'suspicious')": [],
    "any(bad.claim.claim_id = 'C2')": ["C2"],
    "max(bad.event_date) > '2025-03-04'": ["C2"],
}


@pytest.mark.parametrize("flag", FINDINGS)
def test_an_indicator_sees_the_findings_of_others(tmp_path, flag):
    write(tmp_path, many="flag: line.quantity > 1\n", dear="flag: line.amount > 5\n")
    write(tmp_path, "indicator", risk=f'of: claim\nothers: {{bad: {{of: finding, same: [claim]}}}}\nflag: "{flag}"\n')
    lines = [
        line("a", "03-01", "C1", "2"),
        line("b", "03-02", "C1", "4"),
        line("c", "03-03", "C2", "2"),
        line("d", "03-05", "C2", "6"),
        line("e", "03-05", "C3", "1"),
    ]
    claims = [{"claim_id": name} for name in ("C1", "C2", "C3")]
    found = claimrules.load(tmp_path).audit(tables(lines, claims)).findings.to_pylist()
    assert sorted(row["claim_id"] for row in found if row["rule_id"] == "risk") == FINDINGS[flag]


def test_findings_of_a_person_and_without_any_line(tmp_path):
    write(tmp_path, stay="of: claim\nflag: count(line) >= 2\n")
    write(
        tmp_path,
        "indicator",
        risk="of: encounter\nothers: {bad: {of: finding, same: [person]}}\n"
        "flag: count(bad) = 1 AND none(bad.line_id IS NOT NULL)\n",
    )
    lines = [line("a", "03-01"), line("b", "03-02"), line("c", "03-02", "C2")]
    claims = [{"claim_id": "C1"}, {"claim_id": "C2", "person_id": "P2"}]
    found = claimrules.load(tmp_path).audit(tables(lines, claims)).findings.to_pylist()
    assert sorted((row["rule_id"], row["claim_id"]) for row in found) == [("risk", "C1"), ("stay", "C1")]


def test_findings_of_a_rows_own_claim_stand_beside_the_row_where_the_claim_is_no_key(tmp_path):
    write(tmp_path, many="flag: line.quantity > 1\n")
    logic = "per: [provider]\nothers: {{bad: {{of: finding, same: [{0}]}}}}\nlet: {{hit: count(bad) > 0}}\nflag_rows: hit\n"
    write(tmp_path, "indicator", by_claim=logic.format("claim"), by_encounter=logic.format("encounter"))
    lines = [line("a", "03-01", "C1", "2"), line("b", "03-02", "C2"), line("c", "03-03", "C1")]
    claims = [{"claim_id": name} for name in ("C1", "C2")]
    found = claimrules.load(tmp_path).audit(tables(lines, claims)).findings.to_pylist()
    flagged = {row["rule_id"]: (row["claim_id"], sorted(row["line_ids"])) for row in found if row["rule_id"] != "many"}
    assert flagged == {"by_claim": ("C1", ["a", "c"]), "by_encounter": ("C1", ["a", "c"])}


# failures


def test_a_rule_that_fails_stops_the_run_and_is_named(tmp_path, monkeypatch):
    write(tmp_path, some_rule="flag: line.quantity > 1\n")
    pack = claimrules.load(tmp_path)

    def broken(*_):
        raise ZeroDivisionError("of no use")

    monkeypatch.setattr(run_module, "judge", broken)
    with pytest.raises(EngineError, match=r"`some_rule` failed on 1 rows: ZeroDivisionError: of no use") as error:
        pack.audit(tables([line("a", "03-01")], ({"claim_id": "C1"},)))
    assert error.value.diagnostics[0].code == "CR501"

    def exhausted(*_):
        raise MemoryError

    monkeypatch.setattr(run_module, "judge", exhausted)
    with pytest.raises(MemoryError):
        pack.audit(tables([line("a", "03-01")], ({"claim_id": "C1"},)))
