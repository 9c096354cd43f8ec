"""Where several things moved, and no single one explains a finding."""

from diff_bases import causes, claims, limits, rule

import claimrules
from claimrules.diff import diff_packs

MATCH = "match: {limit: {table: limit, key: {code: line.item_code}}}\n"
TWO = claims({"item_code": "A", "quantity": 2}, {"item_code": "B", "quantity": 2})


def moved(packs, old: tuple[str, dict[str, str]], new: tuple[str, dict[str, str]], given=TWO):
    """The causes, between two bases of a rule's logic and other files."""
    return causes(diff_packs(*packs(*({**rule("many", logic), **files} for logic, files in (old, new))), given))


def test_of_three_clauses_two_have_a_part_in_it(packs):
    logic = "params:\n  a: {{default: {}}}\n  b: {{default: {}}}\n  c: {{default: {}}}\nflag: line.quantity > param.c\n"
    logic += "amount: line.amount / 10 * (param.a + param.b)\n"
    due = moved(packs, (logic.format(1, 1, 0), {}), (logic.format(2, 3, 1), {}))
    assert due == {("changed", line): ("together", ["many: params.a", "many: params.b"]) for line in ("l1", "l2")}


def test_either_of_two_rows_does_it_and_a_third_has_no_part(packs):
    logic = MATCH + "per: [claim]\nflag: max(limit.most) > 5\n"
    old, new = limits("A,1", "B,1", "C,1"), limits("A,9", "B,9", "C,9")
    assert moved(packs, (logic, old), (logic, new)) == {
        ("added", "l1,l2"): ("alone", ["table limit: code=A", "table limit: code=B"])
    }


def test_both_of_two_rows_are_needed(packs):
    logic = MATCH + "per: [claim]\nflag: min(limit.most) > 5\n"
    old, new = limits("A,1", "B,1", "C,1"), limits("A,9", "B,9", "C,9")
    assert moved(packs, (logic, old), (logic, new)) == {
        ("added", "l1,l2"): ("alone", ["table limit: code=A", "table limit: code=B"])
    }


def test_rows_that_no_finding_names_are_named_as_a_table_where_no_single_one_does_it(packs):
    logic = MATCH + "let: {free: limit IS MISSING}\nper: [claim]\nflag: any(free)\n"
    old, new = limits("A,1", "B,1", "C,1"), limits("Z,1")
    assert moved(packs, (logic, old), (logic, new)) == {("added", "l1,l2"): ("alone", ["table limit: 4 rows"])}


def test_a_clause_or_one_of_several_rows_would_have_done_it(packs):
    old = (MATCH + "flag: line.quantity > limit.most\n", limits("A,5", "B,99", "C,5", "D,5"))
    new = (MATCH + "flag: line.quantity * 9 > limit.most\n", limits("A,1", "B,98", "C,1", "D,1"))
    assert moved(packs, old, new) == {("added", "l1"): ("each", ["many: flag", "table limit: code=A"])}


def test_a_declaration_and_rows_of_one_table_are_told_apart(packs):
    logic = MATCH + "flag: line.quantity > limit.most\n"
    prefix = "columns: {code: text, most: integer}\nkey: {code: prefix}\ncomplete: true\n"
    old, new = limits("A,1", "B,9"), {**limits("A,1", "B,1"), "knowledge/limit.yaml": prefix}
    given = claims(*({"item_code": code, "quantity": 2} for code in ("A", "AX", "B", "BX")))
    assert moved(packs, (logic, old), (logic, new), given) == {
        ("added", "l2"): ("alone", ["table limit: declaration"]),
        ("added", "l3"): ("alone", ["table limit: code=B"]),
        ("added", "l4"): ("together", ["table limit: code=B", "table limit: declaration"]),
    }


def test_a_table_that_is_gone_is_there_for_the_clause_that_named_it(packs):
    other = {name.replace("limit", "bound"): text for name, text in limits("A,1", "B,9").items()}
    old = (MATCH + "flag: line.quantity > limit.most\n", limits("A,9", "B,1"))
    new = (MATCH.replace("table: limit", "table: bound") + "flag: line.quantity >= limit.most\n", other)
    assert moved(packs, old, new) == {
        ("added", "l1"): ("alone", ["many: match.limit.table"]),
        ("removed", "l2"): ("alone", ["many: match.limit.table"]),
    }


def test_a_column_of_another_type_and_a_clause_are_told_apart(packs):
    given = claims({"weight": "heavy"}, {"weight": "7"})
    logic = "flag: line.weight IS NOT NULL\n"
    old = (logic, {"columns.yaml": "lines: {weight: text}\n"})
    new = ("unless: {light: line.line_id = 'l2'}\n" + logic, {"columns.yaml": "lines: {weight: integer}\n"})
    assert moved(packs, old, new, given) == {  # a line whose weight cannot be read is rejected
        ("removed", "l1"): ("alone", ["columns.yaml: lines.weight"]),
        ("removed", "l2"): ("alone", ["many: unless.light"]),
    }


def test_an_exemption_and_a_clause_that_both_leave_a_finding_out(packs):
    law = {"sources.yaml": "law: {title: {zh: 法, en: law}}\n"}
    entry = {"exemptions.yaml": "- {id: a, rules: [many], item_code: A, because: so}\n"}
    old, new = ("flag: line.quantity > 1\n", law), ("flag: line.quantity > 2\n", {**law, **entry})
    before, after = packs(*({**rule("many", logic), **files} for logic, files in (old, new)))
    assert causes(diff_packs(before, after, TWO)) == {
        ("removed", "l1"): ("each", ["exemptions.yaml: a", "many: flag"]),
        ("removed", "l2"): ("alone", ["many: flag"]),
    }
    assert causes(diff_packs(after, before, TWO)) == {
        ("added", "l1"): ("together", ["exemptions.yaml: a", "many: flag"]),
        ("added", "l2"): ("alone", ["many: flag"]),
    }


def test_the_day_of_what_is_known_of_code_sets_and_a_clause(packs, tmp_path):
    sets = "columns: {set_id: text, prefix: text}\nkey: [set_id, prefix]\n"
    rows = "set_id,prefix,known_from\nbad,A,2025-06-01\nbad,Z,\n"
    base = {"knowledge/code_sets.yaml": sets, "knowledge/code_sets.csv": rows}
    logic = "flag: in_set(line.item_code, 'bad') OR line.quantity > {}\n"
    packs({**rule("many", logic.format(9)), **base}, {**rule("many", logic.format(1)), **base})
    old, new = (claimrules.load(tmp_path / side, as_of=day) for side, day in (("old", "2025-05-31"), ("new", "2025-06-01")))
    assert causes(diff_packs(old, new, TWO)) == {
        ("added", "l1"): ("each", ["many: flag", "options: as_of"]),
        ("added", "l2"): ("alone", ["many: flag"]),
    }


def test_subjects_of_a_column_that_nobody_has_are_compared_by_their_counts(packs):
    flag = "flag: line.unit_price > 3\n"
    old, new = packs(rule("many", "rows: line.item_code = 'A'\n" + flag), rule("many", flag))
    [more] = diff_packs(old, new, TWO).undecided
    assert (more.old, more.new, more.became, more.no_longer) == (1, 2, 1, 0)
    [less] = diff_packs(new, old, TWO).undecided
    assert (less.old, less.new, less.became, less.no_longer) == (2, 1, 0, 1)
