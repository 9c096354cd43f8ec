"""Two versions of tables, parameters and exemptions: every changed finding is due to the row that moved."""

from decimal import Decimal

import pytest
from diff_bases import causes, claims, limits, rule

import claimrules
from claimrules.diff import diff_packs

MATCH = "match: {limit: {table: limit, key: {code: line.item_code}}}\nflag: line.quantity > limit.most\n"
LINES = claims(
    *(
        {"item_code": code, "quantity": quantity, "amount": f"{quantity}0.00"}
        for code, quantity in zip("ABCDE", range(1, 6), strict=True)
    )
)
"""A once for 10.00, B twice for 20.00, to E five times for 50.00."""


def tables(packs, old: tuple[str, ...], new: tuple[str, ...], logic: str = MATCH):
    """A comparison of one rule with two versions of its table."""
    return diff_packs(*packs({**rule("many", logic), **limits(*old)}, {**rule("many", logic), **limits(*new)}), LINES)


def test_rows_that_were_added_removed_and_changed(packs):
    diff = tables(packs, ("A,0", "B,1", "C,1", "D,3"), ("A,0", "B,5", "D,3", "E,4"))
    assert causes(diff) == {
        ("removed", "l2"): ("alone", ["table limit: code=B"]),
        ("removed", "l3"): ("alone", ["table limit: code=C"]),
        ("added", "l5"): ("alone", ["table limit: code=E"]),
    }
    assert diff.totals.findings.amount == Decimal("0.00")  # -20.00 - 30.00 + 50.00
    texts = {move.name: (move.before, move.after) for move in diff.moves}
    assert texts == {"code=B": ("most=1", "most=5"), "code=C": ("most=1", ""), "code=E": ("", "most=4")}
    assert all(move.place.file.endswith("limit.csv") for move in diff.moves)


def test_a_row_that_nobody_consults_any_more_is_found_by_trial(packs):
    logic = MATCH.replace("flag: line.quantity > limit.most", "flag: limit IS MISSING")
    logic = "rows: line.quantity > 0\n" + logic
    diff = tables(packs, ("A,0", "B,0", "C,0", "D,0", "E,0"), ("B,0", "D,0", "E,1"), logic)
    assert causes(diff) == {
        ("added", "l1"): ("alone", ["table limit: code=A"]),
        ("added", "l3"): ("alone", ["table limit: code=C"]),
    }
    assert [move.title for move in diff.idle] == ["table limit: code=E"]


def test_the_end_of_a_row_and_the_beginning_of_the_next_move_together(packs):
    diff = tables(packs, ("B,1",), ("B,1,,2025-02-28", "B,4,2025-03-01,"))
    assert causes(diff) == {("removed", "l2"): ("alone", ["table limit: code=B"])}
    [move] = diff.moves
    assert (move.before, move.after) == ("most=1", "most=1, valid_to=2025-02-28; most=4, valid_from=2025-03-01")


def test_the_order_and_the_source_of_rows_move_nothing(packs):
    logic = rule("many", MATCH)
    new = {
        **limits("C,1", "B,1"),
        "knowledge/limit.yaml": "columns: {code: text, most: integer}\nkey: [code]\ncomplete: true\ninvented: true\n",
    }
    diff = diff_packs(*packs({**logic, **limits("B,1", "C,1")}, {**logic, **new}), LINES)
    assert (diff.moves, diff.changes.num_rows) == ((), 0)


def test_a_clause_and_a_row_are_told_apart(packs):
    looser = MATCH.replace("line.quantity >", "line.quantity + 1 >")
    old = {**rule("many", MATCH), **limits("B,2", "C,3", "D,1")}
    new = {**rule("many", looser), **limits("B,2", "C,4", "D,8")}
    diff = diff_packs(*packs(old, new), LINES)
    # B: 2 > 2 is not, 3 > 2 is; C: 3 > 3 is not, and 4 > 4 neither; D: 4 > 1 was, 5 > 8 is not
    assert causes(diff) == {
        ("added", "l2"): ("alone", ["many: flag"]),
        ("removed", "l4"): ("alone", ["table limit: code=D"]),
    }


def test_a_clause_and_a_row_that_are_both_needed(packs):
    looser = MATCH.replace("line.quantity >", "line.quantity + 1 >")
    old = {**rule("many", MATCH), **limits("B,5", "C,4", "E,9")}
    new = {**rule("many", looser), **limits("B,2", "C,4", "E,8")}
    diff = diff_packs(*packs(old, new), LINES)
    assert causes(diff) == {("added", "l2"): ("together", ["many: flag", "table limit: code=B"])}


def test_how_a_table_is_declared_moves_findings(packs):
    logic = rule("many", "match: {limit: {table: limit, key: {code: line.item_code}}}\nflag: limit IS MISSING\n")
    prefix = {"knowledge/limit.yaml": "columns: {code: text, most: integer}\nkey: {code: prefix}\ncomplete: true\n"}
    given = claims({"item_code": "AB"}, {"item_code": "C"})
    old = {**logic, **limits("A,1")}
    diff = diff_packs(*packs(old, {**old, **prefix}), given)
    assert causes(diff) == {("removed", "l1"): ("alone", ["table limit: declaration"])}
    assert [(move.before, move.after) for move in diff.moves] == [("key: code exact", "key: code prefix")]


def test_a_column_of_another_type_is_moved_as_a_whole_table(packs):
    finer = {"knowledge/limit.yaml": "columns:\n  code: text\n  most: decimal(6,2)\nkey: [code]\ncomplete: true\n"}
    old = {**rule("many", MATCH), **limits("B,1", "C,3")}
    new = {**rule("many", "unless: {x: line.item_code = 'B'}\n" + MATCH), **limits("B,1.00", "C,2.50"), **finer}
    diff = diff_packs(*packs(old, new), LINES)
    assert causes(diff) == {
        ("removed", "l2"): ("alone", ["many: unless.x"]),
        ("added", "l3"): ("alone", ["table limit: declaration and 4 rows"]),
    }


def test_code_sets_move_by_their_prefixes(packs):
    sets = {"knowledge/code_sets.yaml": "columns: {set_id: text, prefix: text}\nkey: [set_id, prefix]\n"}
    logic = rule("many", "flag: in_set(line.item_code, 'bad')\n")

    def base(*rows: str) -> dict[str, str]:
        return {**logic, **sets, "knowledge/code_sets.csv": "set_id,prefix\n" + "".join(f"{row}\n" for row in rows)}

    diff = diff_packs(*packs(base("bad,A", "bad,B", "other,C"), base("bad,B", "bad,D", "other,E")), LINES)
    assert causes(diff) == {
        ("removed", "l1"): ("alone", ["table code_sets: set_id=bad, prefix=A"]),
        ("added", "l4"): ("alone", ["table code_sets: set_id=bad, prefix=D"]),
    }


def test_parameters_by_region_are_rows_too(packs):
    logic = rule("many", "params: {most: {default: 3}}\nflag: line.quantity > param.most\n")
    law = {"sources.yaml": "law: {title: {zh: 法, en: law}}\n"}
    old = {**logic, **law, "parameters.yaml": "most:\n  - {value: 2, region: '330000', source: law}\n"}
    rows = "  - {value: 4, region: '330000', source: law}\n  - {value: 1, region: '440000', source: law}\n"
    new = {**logic, **law, "parameters.yaml": f"most:\n{rows}"}
    given = claims(
        {"quantity": 3},
        {"quantity": 3, "claim_id": "C2"},
        {"quantity": 3, "claim_id": "C3"},
        claims=({"region": "330000"}, {"region": "440000"}, {"region": "110000"}),
    )
    diff = diff_packs(*packs(old, new), given)
    assert causes(diff) == {
        ("removed", "l1"): ("alone", ["table param.most: region=330000"]),
        ("added", "l2"): ("alone", ["table param.most: region=440000"]),
    }
    back = diff_packs(*packs(old, {**logic, **law, "parameters.yaml": "{}\n"}), given)
    assert causes(back) == {("removed", "l1"): ("alone", ["table param.most: region=330000"])}


def test_exemptions_that_came_went_and_changed(packs):
    logic = {**rule("many", "flag: line.quantity > 1\n"), "sources.yaml": "law: {title: {zh: 法, en: law}}\n"}
    entry = "- {{id: {}, rules: [many], item_code: {}, because: so}}\n"
    old = {**logic, "exemptions.yaml": entry.format("b", "B") + entry.format("c", "C")}
    new = {**logic, "exemptions.yaml": entry.format("c", "D") + entry.format("e", "E")}
    diff = diff_packs(*packs(old, new), LINES)
    assert causes(diff) == {
        ("added", "l2"): ("alone", ["exemptions.yaml: b"]),
        ("added", "l3"): ("alone", ["exemptions.yaml: c"]),
        ("removed", "l4"): ("alone", ["exemptions.yaml: c"]),
        ("removed", "l5"): ("alone", ["exemptions.yaml: e"]),
    }


def test_declared_columns_that_moved(packs):
    given = claims({"quantity": 2, "weight": "12"}, {"quantity": 2, "weight": "7"})
    old = {**rule("many", "flag: line.weight > '5'\n"), "columns.yaml": "lines: {weight: text}\n"}
    new = {**rule("many", "flag: line.weight > 5\n"), "columns.yaml": "lines: {weight: integer}\n"}
    diff = diff_packs(*packs(old, new), given)
    # as texts 12 comes before 5; as numbers after
    assert causes(diff) == {("added", "l1"): ("together", ["columns.yaml: lines.weight", "many: flag"])}


def test_the_day_of_what_is_known_is_an_option_that_moves(packs, tmp_path):
    base = {**rule("many", MATCH), **limits("B,5")}
    base["knowledge/limit.csv"] = "code,most,known_from\nB,1,2025-06-01\n"
    packs(base, base)
    old, new = claimrules.load(tmp_path / "old", as_of="2025-05-31"), claimrules.load(tmp_path / "new", as_of="2025-06-01")
    diff = diff_packs(old, new, LINES)
    assert causes(diff) == {("added", "l2"): ("alone", ["options: as_of"])}


def test_a_parameter_given_by_name_is_an_option_that_moves(packs, tmp_path):
    base = rule("many", "params: {most: {default: 1}}\nflag: line.quantity > param.most\n")
    packs(base, {**base, **rule("dear", "flag: line.amount > 1000\n")})
    old, new = claimrules.load(tmp_path / "old"), claimrules.load(tmp_path / "new", params={"most": "4"})
    diff = diff_packs(old, new, LINES)
    assert causes(diff) == {("removed", line): ("alone", ["options: param.most"]) for line in ("l2", "l3", "l4")}
    assert diff.totals.once.amount == Decimal("-90.00")  # B, C and D


def test_findings_of_other_rules_carry_what_moved_in_them(packs):
    count = "of: claim\nothers: {hits: {of: finding, same: [claim]}}\nflag: count(hits) >= 2\namount: none\n"

    def base(most: int) -> dict[str, str]:
        return {**rule("many", f"flag: line.quantity > {most}\n"), **rule("hits", count, "indicator")}

    diff = diff_packs(*packs(base(4), base(3)), LINES)
    found = {
        (row["rule_id"], row["change"]): because for row, because in zip(diff.changes.to_pylist(), diff.because, strict=True)
    }
    assert [move.title for move in found["many", "added"].moves] == ["many: flag"]
    assert [move.title for move in found["hits", "added"].moves] == ["many: flag"]


def test_findings_of_rules_that_nobody_asked_for_carry_it_too(packs):
    count = "of: claim\nothers: {hits: {of: finding, same: [claim]}}\nflag: count(hits) >= 2\namount: none\n"

    def base(status: str, most: int) -> dict[str, str]:
        many = f"status: {status}\nflag: line.quantity > {most}\n"
        return {**rule("many", many), **rule("hits", count, "indicator"), **rule("dear", "flag: line.amount > 45\n")}

    sooner = diff_packs(*packs(base("active", 4), base("active", 3)), LINES, only="hits")
    assert causes(sooner) == {}  # E is found by two rules before, and by no more than two after
    looser = diff_packs(*packs(base("active", 9), base("active", 3)), LINES, only="hits")
    assert causes(looser) == {("added", ""): ("alone", ["many: flag"])}
    awake = diff_packs(*packs(base("draft", 3), base("active", 3)), LINES, only="hits")
    assert causes(awake) == {("added", ""): ("alone", ["many: status"])}


@pytest.mark.parametrize("moved", range(1, 10))
def test_one_of_many_rows_is_found_whatever_its_number(packs, moved):
    """Rows that are missing are consulted by no finding, so that trials must find them, by halves of 1 to 9 rows."""
    logic = MATCH.replace("flag: line.quantity > limit.most", "flag: limit IS MISSING")
    codes = "ABCDEFGHI"[:moved]
    given = claims(*({"item_code": code} for code in codes))
    old, new = ({**rule("many", logic), **limits(*rows)} for rows in ([f"{code},1" for code in codes + "X"], ["X,1"]))
    diff = diff_packs(*packs(old, new), given)
    assert causes(diff) == {("added", f"l{i}"): ("alone", [f"table limit: code={code}"]) for i, code in enumerate(codes, 1)}
