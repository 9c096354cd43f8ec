"""What is asked at which grain, which codes are screened, how far a rule's rows may lie apart."""

import pytest
from small_plans import HEAD, SCHEMAS, Planner

from claimrules.language import read_rule
from claimrules.plan import make_plan
from claimrules.plan.print import show

FLAG = "flag: line.quantity > 3\n"


def test_rows_are_split_by_grain(plan: Planner) -> None:
    made = plan(
        "rows: encounter.care_type = 'inpatient' AND line.quantity > 0 AND (claim.sex = 'male' OR claim.is_newborn)\n" + FLAG
    )
    assert [show(part) for part in made.coarse] == [
        "(encounter.care_type = 'inpatient')",
        "((claim.sex = 'male') OR claim.is_newborn)",
    ]
    assert [show(part) for part in made.fine] == ["(line.quantity > 0)"]


@pytest.mark.parametrize(
    "rows",
    [
        "line.quantity > 0 OR claim.sex = 'male'",
        "line.charged_at > encounter.admitted_at",
        "any(diagnosis.is_principal)",
        "1 = 1",
    ],
)
def test_what_is_not_of_the_rows_above_alone_is_fine(plan: Planner, rows: str) -> None:
    made = plan(f"rows: {rows}\n{FLAG}")
    assert made.coarse == ()
    assert len(made.fine) == 1


def test_what_is_of_a_claim_is_fine_for_claims(plan: Planner) -> None:
    made = plan("of: claim\nrows: claim.sex = 'male' AND encounter.care_type = 'inpatient'\nflag: claim.is_newborn\n")
    assert [show(part) for part in made.fine] == ["(claim.sex = 'male')"]
    assert [show(part) for part in made.coarse] == ["(encounter.care_type = 'inpatient')"]


def test_effective_dates_are_of_the_row(plan: Planner) -> None:
    made = plan("effective: {from: 1970-01-11, to: 1970-01-31}\n" + FLAG)
    assert [show(part) for part in made.fine] == [
        "(line.charged_at::date >= DATE '1970-01-11')",
        "(line.charged_at::date <= DATE '1970-01-31')",
    ]


MATCH = "match: {{m: {{table: {table}, key: {key}}}}}\n"


@pytest.mark.parametrize(
    ("table", "key", "flag", "screened"),
    [
        ("drug_sex", "{code: line.item_code}", "claim.sex <> m.sex", True),
        ("complete", "{code: line.item_code}", "line.quantity > 3", True),  # a prefix screens too
        ("listed", "{code: line.item_code}", "line.quantity > 3", False),  # absence is unknown, not clean
        ("complete", "{code: line.item_code}", "m IS MISSING", False),  # absence is what is asked for
        ("drug_sex", '{code: "left(line.item_code, 3)"}', "claim.sex <> m.sex", False),  # not the code itself
        ("drug_sex", "{code: encounter.principal_diagnosis}", "claim.sex <> m.sex", False),  # not the row's own
        ("by_region", "{code: line.item_code, area: claim.region}", "line.quantity > m.most", False),  # not the first key
        ("by_region", "{area: claim.region, code: line.item_code}", "line.quantity > m.most", False),
    ],
)
def test_codes_that_no_row_mentions_are_out_at_once(plan: Planner, table: str, key: str, flag: str, screened: bool) -> None:
    made = plan(MATCH.format(table=table, key=key) + f"flag: {flag}\n")
    assert [(s.match, show(s.code)) for s in made.screens] == ([("m", "line.item_code")] if screened else [])


@pytest.mark.parametrize(
    ("body", "partition"),
    [
        (FLAG, "line"),
        ("of: claim\nflag: claim.is_newborn\n", "claim"),
        ("of: claim\nflag: sum(line.quantity) > 3\n", "encounter"),
        ("of: encounter\nflag: encounter.is_newborn\n", "encounter"),
        ("of: day\nflag: sum(line.quantity) > 3\n", "encounter"),
        ("flag: any(diagnosis.is_principal)\n", "encounter"),
        ("per: [claim, item]\nflag: sum(line.quantity) > 3\n", "claim"),
        ("per: [encounter, item]\nflag: sum(line.quantity) > 3\n", "encounter"),
        ("per: [person, claim]\nflag: sum(line.quantity) > 3\n", "claim"),
        ("per: [person, day]\nflag: sum(line.quantity) > 3\n", "person"),
        ("per: [who: encounter.person_id]\nflag: sum(line.quantity) > 3\n", "person"),
        ("per: [provider, day]\nflag: sum(line.quantity) > 3\n", "all"),
        ("per: [item]\nflag: sum(line.quantity) > 3\n", "all"),
        ("others: {o: {same: [person]}}\nflag: count(o) > 3\n", "person"),
        ("others: {o: {same: [encounter]}}\nflag: count(o) > 3\n", "encounter"),
        ("others: {o: {same: [item], within: encounter}}\nflag: count(o) > 3\n", "encounter"),
        ("others: {o: {same: [provider], within: day}}\nflag: count(o) > 3\n", "all"),
        ("others: {o: {}}\nflag: count(o) > 3\n", "all"),
        ("per: [person, day]\nothers: {o: {same: [provider]}}\nflag_rows: count(o) > 3\n", "all"),
    ],
)
def test_how_far_rows_lie_apart(plan: Planner, body: str, partition: str) -> None:
    assert plan(body).partition == partition


def test_the_columns_that_are_read(plan: Planner) -> None:
    made = plan(
        "rows: encounter.care_type = 'inpatient'\nper: [person, item]\nlet: {total: sum(line.quantity)}\nflag: total > 3\n"
    )
    assert made.columns == {("claims", "care_type"), ("claims", "person_id"), ("lines", "item_code"), ("lines", "quantity")}


PREVIOUS = "of: encounter\nothers: {before: {same: [person], take: previous}}\n"


@pytest.mark.parametrize(
    ("body", "needed", "asked"),
    [
        (PREVIOUS + "flag: before.sex = 'male'\n", ("before",), set()),
        (PREVIOUS + "flag: before IS MISSING\n", (), {"before"}),
        (PREVIOUS + "flag: before IS MISSING OR before.sex = 'male'\n", (), {"before"}),
        (PREVIOUS + "flag: encounter.sex = 'male'\n", (), set()),
        ("others: {o: {same: [person]}}\nflag: any(o.quantity > 3)\n", (), set()),
    ],
)
def test_which_absences_are_asked_for(plan: Planner, body: str, needed: tuple[str, ...], asked: set[str]) -> None:
    made = plan(body)
    assert (made.needed, made.asked) == (needed, asked)


PAIR = "match: {p: {table: pairs, key: {sub: line.item_code}, take: all}}\n"


def test_a_match_that_takes_all_is_a_set_unless_a_key_names_it(plan: Planner) -> None:
    assert plan(PAIR + "per: [person]\nflag: count(*) > 3\n").sets == {"p"}
    for key in ("p", "main: p.main"):
        made = plan(PAIR + f"per: [person, {key}]\nflag: count(*) > 3\n")
        assert (made.sets, made.partition) == (frozenset(), "person")


def test_rules_that_ask_for_findings_come_late(plan: Planner) -> None:
    text = HEAD.replace("policy", "indicator") + "others: {bad: {of: finding, same: [claim]}}\nflag: count(bad) > 3\n"
    assert make_plan([read_rule(text, SCHEMAS, file="t.yaml")], SCHEMAS, {}).late.rules
    assert not plan("flag: line.quantity > 3\n").late


def test_a_walk_is_noticed(plan: Planner) -> None:
    assert plan("per: [person]\nflag_rows: running(line.quantity) > 3\n").walks
    assert not plan("per: [person]\nflag: sum(line.quantity) > 3\n").walks
