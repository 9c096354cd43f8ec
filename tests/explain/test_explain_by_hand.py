"""Explanations worked out by hand: each verdict, the step that settled it, and the values it rests on."""

import pytest
from explained_claims import only, visit

from claimrules import Claim
from claimrules.diagnostics import ClaimsError
from claimrules.explain import Condition, Value

F1 = {"line_id": "l1", "item_code": "F1", "charged_at": "2025-06-02"}
LIMIT = {"drug_sex": [{"code": "F1", "sex": "female"}]}
MOST = {"drug_supply": [{"code": "A", "max_quantity": "24", "window": "day", "unit": "盒"}]}


def stay(claim_id, admitted, discharged, **more):
    return visit(
        claim_id,
        care_type="inpatient",
        admitted_at=f"{admitted} 08:00",
        discharged_at=f"{discharged} 10:00",
        settled_at=f"{discharged} 11:00",
        **{"discharge_way": "home", "principal_diagnosis": "I20.900", "in_scope_amount": 500, **more},
    )


def leaves(condition: Condition) -> list[Condition]:
    return [leaf for part in condition.conditions for leaf in leaves(part)] if condition.conditions else [condition]


def values(condition: Condition) -> dict[str, str | None]:
    return {piece.text: piece.value for piece in condition.pieces if isinstance(piece, Value)}


def test_flagged_each_condition_has_its_values_and_the_knowledge_row_its_source(rule_base):
    pack = rule_base.with_knowledge(LIMIT)
    said = only(pack.explain(visit(sex="male", lines=[F1]), "drug_sex"))
    assert (said.subject, said.verdict, said.step) == ("claim=C1; line=l1", "flagged", "flag")
    (flag,) = said.rows[0].conditions
    assert (flag.truth, flag.text) == ("true", "claim.sex <> limit.sex")
    assert values(flag) == {"claim.sex": "male", "limit.sex": "female"}
    assert next(piece.title for piece in flag.pieces if isinstance(piece, Value)) == "性别"
    (newborn,) = said.rows[0].exceptions
    assert (newborn.name, newborn.truth, newborn.applied) == ("mother and newborn on one id", "false", False)
    assert newborn.because.startswith("新生儿")
    (row,) = said.knowledge
    assert (row.match, row.table, row.found, row.region) == ("limit", "drug_sex", "row", "000000")
    assert {cell.text: cell.value for cell in row.columns} == {"limit.code": "F1", "limit.sex": "female"}
    assert row.source == pack.knowledge.tables["drug_sex"].source.title
    assert [str(found.amount) for found in said.findings] == ["10.00"]
    assert row.knowledge_id in pack.check(visit(sex="male", lines=[F1])).findings[0].knowledge_ids


def test_clean_by_one_fact_which_is_the_change_that_flips_it(rule_base):
    pack = rule_base.with_knowledge(LIMIT)
    said = only(pack.explain(visit(sex="female", lines=[F1]), "drug_sex"))
    assert (said.verdict, said.step) == ("clean", "flag")
    (change,) = said.changes
    assert (change.field, change.before, change.after, change.verdict) == ("claim.sex", "female", "male", "flagged")


def test_undecided_says_what_to_supply_and_what_either_answer_would_mean(rule_base):
    pack = rule_base.with_knowledge(LIMIT)
    said = only(pack.explain(visit(lines=[F1]), "drug_sex"))
    assert (said.verdict, said.step, said.missing) == ("undecided", "flag", ("claim.sex",))
    assert {(c.before, c.after, c.verdict) for c in said.changes} == {(None, "male", "flagged"), (None, "female", "clean")}


def test_where_the_date_is_unknown_no_knowledge_row_can_be_chosen(rule_base):
    pack = rule_base.with_knowledge(LIMIT)
    said = only(pack.explain(visit(sex="male", lines=[{"line_id": "l1", "item_code": "F1"}]), "drug_sex"))
    assert (said.verdict, said.step, said.missing[0]) == ("undecided", "knowledge", "line.charged_at")
    assert [row.found for row in said.knowledge] == ["unknown"]
    assert any(c.field == "line.charged_at" and c.verdict == "flagged" for c in said.changes)


def test_not_applicable_has_the_first_reason_there_is(rule_base):
    pack = rule_base.with_knowledge(LIMIT)
    lines = [
        {"line_id": "before", "item_code": "F1", "charged_at": "2021-04-30"},
        {"line_id": "untabled", "item_code": "X", "charged_at": "2025-06-02"},
        {"line_id": "taken", "item_code": "F1", "charged_at": "2025-06-02"},
        {"line_id": "refund", "item_code": "F1", "quantity": -1, "amount": -10, "reverses_line_id": "taken"},
    ]
    said = {one.subject.rpartition("=")[2]: one for one in pack.explain(visit(sex="male", lines=lines), "drug_sex").subjects}
    assert {name: (one.verdict, one.step) for name, one in said.items()} == {
        "before": ("not_applicable", "effective"),
        "untabled": ("not_applicable", "knowledge"),
        "taken": ("not_applicable", "refunded"),
        "refund": ("not_applicable", "refunded"),
    }
    assert said["before"].detail == "2021-04-30"
    # The rule took effect on 1 May, a day later.
    assert [(c.after, c.verdict) for c in said["before"].changes] == [("2021-05-01 00:00:00", "flagged")]
    assert [row.found for row in said["untabled"].knowledge] == ["none"]


def test_a_reversed_claim_is_said_to_be_one(rule_base):
    said = only(rule_base.explain(visit(is_reversed=True), "drug_sex"))
    assert (said.verdict, said.step) == ("not_applicable", "reversed")


def test_the_rows_condition_is_shown_where_it_is_false(rule_base):
    said = only(rule_base.explain(visit(), "ipt_split_stay"))
    assert (said.verdict, said.step) == ("not_applicable", "rows")
    (condition,) = said.conditions
    assert (condition.truth, values(condition)) == ("false", {"encounter.care_type": "outpatient"})


def test_what_an_exception_removed_is_visible_as_such(rule_base):
    pack = rule_base.with_knowledge({"drug_sex": [{"code": "M1", "sex": "male"}]})
    line = {"line_id": "l1", "item_code": "M1", "charged_at": "2025-06-02"}
    said = only(pack.explain(visit(sex="female", is_newborn=True, lines=[line]), "drug_sex"))
    assert (said.verdict, said.step) == ("clean", "unless")
    assert [(one.name, one.applied) for one in said.removed_by] == [("mother and newborn on one id", True)]
    assert said.rows[0].conditions[0].truth == "true"
    assert [(c.field, c.after, c.verdict) for c in said.changes] == [("claim.is_newborn", "FALSE", "flagged")]


def test_an_exception_that_holds_where_nothing_was_flagged_removed_nothing(rule_base):
    pack = rule_base.with_knowledge({"drug_sex": [{"code": "M1", "sex": "male"}]})
    line = {"line_id": "l1", "item_code": "M1", "charged_at": "2025-06-02"}
    said = only(pack.explain(visit(sex="male", is_newborn=True, lines=[line]), "drug_sex"))
    assert (said.verdict, said.step, said.removed_by) == ("clean", "flag", ())
    assert [one.truth for one in said.rows[0].exceptions] == ["true"]


def test_of_a_group_every_row_is_shown_with_what_the_walk_makes_of_it(rule_base):
    lines = [
        {"line_id": "l1", "quantity": 10, "charged_at": "2025-06-02 09:00"},
        {"line_id": "l2", "quantity": 10, "charged_at": "2025-06-02 10:00"},
        {"line_id": "l3", "quantity": 8, "amount": 40, "charged_at": "2025-06-02 11:00"},
    ]
    said = only(rule_base.with_knowledge(MOST).explain(visit(lines=lines), "drug_max_supply", history=[]))
    assert (said.subject, said.verdict) == ("person=P1; item=A; span=2025-06-02", "flagged")
    shown = {row.line_id: {value.text: value.value for value in row.values} for row in said.rows}
    # 10 and 10 stay within 24; of the 8 that follow 4 do not.
    assert {line: row["over"] for line, row in shown.items()} == {"l1": "0", "l2": "0", "l3": "4"}
    assert shown["l3"]["line.quantity"] == "8"
    assert [row.line_id for row in said.rows if row.violating] == ["l3"]
    assert str(said.rows[2].amount) == "20.00"
    (change,) = said.changes
    assert (change.key, change.field, change.before, change.after) == (("C1", "l3"), "line.quantity", "8", "4")


def test_exactly_at_the_limit_the_smallest_unit_more_flips(rule_base):
    line = {"line_id": "l1", "quantity": 24, "charged_at": "2025-06-02 09:00"}
    said = only(rule_base.with_knowledge(MOST).explain(visit(lines=[line]), "drug_max_supply", history=[]))
    assert (said.verdict, [(c.before, c.after) for c in said.changes]) == ("clean", [("24", "24.0001")])


def test_without_history_other_claims_could_change_a_group(rule_base):
    line = {"line_id": "l1", "quantity": 24, "charged_at": "2025-06-02 09:00"}
    said = only(rule_base.with_knowledge(MOST).explain(visit(lines=[line]), "drug_max_supply"))
    assert (said.verdict, said.step, said.missing) == ("undecided", "history", ("history",))


def test_the_previous_stay_is_shown_and_the_days_that_would_part_them(rule_base):
    first, second = stay("first", "2025-05-20", "2025-06-01"), stay("second", "2025-06-09", "2025-06-20")
    said = only(rule_base.explain(second, "ipt_split_stay", history=[first]))
    assert (said.verdict, said.step) == ("flagged", "flag")
    (previous,) = said.others
    assert (previous.name, previous.count, previous.rows[0].row) == (
        "previous",
        1,
        "person=P1; provider=H1; encounter=first",
    )
    gap = leaves(said.rows[0].conditions[0])[0]
    assert gap.text == "gap BETWEEN 0 AND param.split_stay_days"
    assert values(gap) == {"gap": "8", "param.split_stay_days": "15"}
    (change,) = said.changes
    # 1 to 9 June are 8 days, 15 are too few: 16 are needed, so one of the two dates must move by 8.
    assert (change.field, change.after) in {
        ("previous.discharged_at", "2025-05-24 10:00:00"),
        ("encounter.admitted_at", "2025-06-17 08:00:00"),
    }


def test_the_first_stay_is_clean_because_there_is_none_before(rule_base):
    first, second = stay("first", "2025-05-20", "2025-06-01"), stay("second", "2025-06-09", "2025-06-20")
    said = only(rule_base.explain(first, "ipt_split_stay", history=[second]))
    assert (said.verdict, said.step, said.others[0].note) == ("clean", "others", "missing")


def test_of_a_code_that_a_set_exempts_any_other_of_its_category_flips(rule_base):
    pack = rule_base.with_knowledge({"code_sets": [{"set_id": "planned readmission", "prefix": "Z51.1"}]})
    first = stay("first", "2025-05-20", "2025-06-01", principal_diagnosis="Z51.100")
    second = stay("second", "2025-06-09", "2025-06-20", principal_diagnosis="Z51.100")
    said = only(pack.explain(second, "ipt_split_stay", history=[first]))
    assert (said.step, [one.name for one in said.removed_by]) == ("unless", ["planned readmission"])
    (change,) = said.changes
    assert (change.field, change.any_other, change.after[:4]) == ("encounter.principal_diagnosis", True, "Z51.")


def test_where_no_single_value_flips_it_says_so(pack_of):
    # Both parts of the condition are false: to make one true is not enough.
    pack = pack_of("of: claim\nflag: claim.sex = 'male' AND claim.is_internet\n")
    said = only(pack.explain(visit(sex="female", is_internet=False), "some_rule"))
    assert (said.verdict, said.searched, said.changes) == ("clean", True, ())
    assert "只改一个值不能改变结论" in pack.explain(visit(sex="female", is_internet=False), "some_rule").text()


def test_a_doubt_is_why_a_finding_is_a_suspicion(pack_of):
    pack = pack_of("of: claim\nflag: claim.total_amount > 100\ndoubt: {rounded: claim.total_amount = 200}\n")
    said = only(pack.explain(visit(total_amount=200), "some_rule"))
    assert (said.verdict, said.suspicious, said.step) == ("flagged", True, "doubt")
    assert [(one.kind, one.name, one.applied) for one in said.rows[0].exceptions] == [("doubt", "rounded", True)]


def test_a_flag_of_the_subject_is_asked_of_it_and_its_rows_are_listed(pack_of):
    pack = pack_of("per: [claim]\nlet: {spent: sum(line.amount)}\nflag: {much: spent > 25, many: count(*) > 5}\n")
    lines = [{"line_id": f"l{i}", "amount": 10, "charged_at": "2025-06-02"} for i in (1, 2, 3)]
    said = only(pack.explain(visit(lines=lines), "some_rule"))
    assert (said.verdict, [(c.name, c.truth) for c in said.conditions]) == ("flagged", [("much", "true"), ("many", "false")])
    assert values(said.conditions[0]) == {"spent": "30.00"}
    assert [row.line_id for row in said.rows] == ["l1", "l2", "l3"]
    assert [[v.value for v in row.values if v.text == "line.amount"] for row in said.rows] == [["10.00"]] * 3
    (change,) = said.changes
    # 30 is 5 above: a line must fall to 5.00.
    assert (change.field, change.before, change.after, change.verdict) == ("line.amount", "10", "5", "clean")


def test_a_row_that_the_exemptions_take_out_shows_what_it_would_have_been(pack_of):
    entry = "- {id: typing error, rules: [some_rule], claim_id: [C1], because: 登记有误, source: letter}\n"
    logic = "of: claim\nflag: claim.total_amount > 100\n"
    said = only(pack_of(logic, exemptions=entry).explain(visit(total_amount=200), "some_rule"))
    assert (said.verdict, said.step, said.without) == ("not_applicable", "exempt", "flagged")
    assert [(one.kind, one.name, one.because) for one in said.removed_by] == [("exemption", "typing error", "登记有误")]
    clean = only(pack_of(logic, exemptions=entry).explain(visit(total_amount=50), "some_rule"))
    assert (clean.step, clean.without, clean.removed_by) == ("exempt", "clean", ())


def test_one_subject_may_be_asked_for(rule_base):
    pack = rule_base.with_knowledge(LIMIT)
    lines = [{"line_id": name, "item_code": "F1", "charged_at": "2025-06-02"} for name in ("l1", "l2")]
    said = pack.explain(visit(sex="male", lines=lines), "drug_sex", subject="claim=C1; line=l2")
    assert [one.subject for one in said.subjects] == ["claim=C1; line=l2"]


def test_a_claim_given_twice_is_refused(rule_base):
    with pytest.raises(ClaimsError, match="CR114"):
        rule_base.explain(visit(), "ipt_split_stay", history=[visit()])


def test_a_subject_of_many_rows_beside_one_other_subject_is_asked_for_it_once(pack_of):
    logic = (
        "of: claim\nper: [provider, month]\nlet: {visits: count(*)}\n"
        "others: {last: {of: subject, same: [provider], where: last.month + INTERVAL 1 YEAR = month, take: one}}\n"
        "flag: visits > 3 * last.visits\namount: none\n"
    )
    days = ["2024-06-02 09:00", "2024-06-03 09:00", *(f"2025-06-0{day} 09:00" for day in (2, 3, 4))]
    claims = [Claim.model_validate(visit(f"C{i}", settled_at=day)) for i, day in enumerate(days)]
    said = pack_of(logic).explain_in(claims, "some_rule", claim="C4")
    assert [(one.verdict, one.step) for one in said.subjects] == [("clean", "flag")]
    alone = pack_of(logic).explain_in(claims, "some_rule", claim="C0")
    assert [(one.verdict, one.step) for one in alone.subjects] == [("clean", "others")]
