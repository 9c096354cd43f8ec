"""docs/policies: every sentence names a test that there is, or a section of the examples; what had none has one here."""

import re
from datetime import date
from pathlib import Path

import pytest
from language_examples import ROOT, Example, write_base

import claimrules
from claimrules.cases import run_pack
from claimrules.catalog import SENTINELS
from claimrules.diagnostics import LanguageError

PAGES = sorted((ROOT / "docs" / "policies").glob("*.md"))
NAMED = sorted({name for page in PAGES for name in re.findall(r"`(\S+\.py::\w+)`", page.read_text(encoding="utf-8"))})
SAID = "title: {zh: 一, en: one}\ncategory: management\nverdict: violation\nmessage: {zh: 一, en: one}\n"


def anchors(page: Path) -> set[str]:
    """Headings as links call them."""
    heads = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def test_there_is_a_page_each() -> None:
    assert [page.name for page in PAGES] == ["date.md", "money.md", "null.md"]


@pytest.mark.parametrize("name", NAMED)
def test_the_test_that_is_named_is_there(name: str) -> None:
    file, _, function = name.partition("::")
    assert re.search(rf"^def {function}\(", (ROOT / "tests" / file).read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_sentence_names_one(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    rows = [
        row for row in text.split("\n") if row.startswith("|") and not row.startswith("|--") and "tested by |" not in row
    ]
    assert len(rows) > 15
    assert [row for row in rows if "::" not in row and "](" not in row] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_to_a_section(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#([^)]*))?\)", page.read_text(encoding="utf-8"))
    assert len(links) >= 5
    for path, anchor in links:
        assert (page.parent / path).exists(), path
        assert not anchor or anchor in anchors(page.parent / path), f"{path}#{anchor}"


# ---------------------------------------------------------------------- what had no test


def holds(tmp_path: Path, rule: str, cases: str) -> None:
    """A rule says of its cases what they expect."""
    write_base([Example("rule", "", f"{SAID}{rule}\nexamples:\n{cases}")], tmp_path, 0)
    outcomes = list(run_pack(claimrules.load(tmp_path)))
    assert outcomes
    assert [one.text for one in outcomes if not one.passed] == []


def test_the_sentinels_of_the_page_are_those_of_the_catalog() -> None:
    text = (ROOT / "docs" / "policies" / "null.md").read_text(encoding="utf-8")
    listed = text.split("write instead: ")[1].split(", in any case")[0]
    assert set(re.findall(r"`([^`]+)`", listed)) == SENTINELS - {""}


def test_a_column_that_is_not_there_is_null_in_every_row(tmp_path: Path) -> None:
    holds(
        tmp_path,
        "flag: line.trace_code IS NULL",
        "  - {name: one, given: visit, lines: {l1: {item_code: A}}, expect: {flagged: [l1]}}",
    )


def test_a_key_that_is_not_known_is_undecided_where_a_row_might_fit(tmp_path: Path) -> None:
    row = "knowledge: {ceiling: [{code: A, level: 3A, ceiling: 5}]}, change: {claim.provider_level: null}"
    holds(
        tmp_path,
        "match: {price: {table: ceiling, key: {code: line.item_code, level: claim.provider_level}}}\n"
        "flag: line.unit_price > price.ceiling",
        f"  - {{name: might fit, given: visit, lines: {{l1: {{item_code: A}}}}, {row}, expect: {{undecided: [l1]}}}}\n"
        f"  - {{name: cannot, given: visit, lines: {{l1: {{item_code: B}}}}, {row}, expect: not_applicable}}",
    )


def test_case_takes_a_branch_only_where_it_is_true(tmp_path: Path) -> None:
    holds(
        tmp_path,
        "flag: CASE WHEN line.supply_days > 3 THEN 1 ELSE 2 END = 2",
        "  - {name: one, given: visit, lines: {l1: {item_code: A}}, expect: {flagged: [l1]}}",
    )


def test_equal_to_null_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(f"id: one\n{SAID}flag: line.quantity = NULL\n", encoding="utf-8")
    with pytest.raises(LanguageError, match="is never true"):
        claimrules.load(tmp_path)


RECENT = "of: claim\nothers: {recent: {same: [person], within: last 30 days}}\nflag: count(recent) > 1\namount: none"


@pytest.mark.parametrize(("begin", "flagged", "undecided"), [("2025-05-01", 1, 0), ("2025-06-01", 1, 1)])
def test_a_short_history_is_at_least_what_is_there(tmp_path: Path, begin: str, flagged: int, undecided: int) -> None:
    """Two visits on 5 and 6 June: the second sees two, and the first may have had one before 1 June."""
    (tmp_path / "one.yaml").write_text(f"id: one\n{SAID}{RECENT}\n", encoding="utf-8")
    claims = [
        claimrules.Claim.model_validate(
            {"claim_id": f"C{day}", "person_id": "P", "provider_id": "H", "settled_at": f"2025-06-0{day} 09:00"}
        )
        for day in (5, 6)
    ]
    result = claimrules.load(tmp_path).audit(claims, history_from=date.fromisoformat(begin))
    assert result.findings["claim_id"].to_pylist() == ["C6"] * flagged
    assert result.summary.rules["one"].undecided == undecided


def test_no_row_before_is_clean_and_one_of_unknown_date_is_undecided(tmp_path: Path) -> None:
    holds(
        tmp_path,
        "of: claim\nothers: {before: {same: [person], take: previous}}\n"
        "flag: before.total_amount > claim.total_amount\namount: none",
        "  - {name: none, given: visit, expect: {clean: [claim]}}\n"
        "  - {name: unknown, given: visit, claims: {b: {like: claim, settled_at: null}}, expect: {undecided: [claim, b]}}",
    )


def test_hours_are_elapsed_and_not_boundaries(tmp_path: Path) -> None:
    """08:00 to 14:01 crosses six hours of the clock, and is a minute more than six hours."""
    holds(
        tmp_path,
        "flag: hours_between('2025-06-02 08:00'::timestamp, line.charged_at) > 6",
        "  - {name: more, given: visit, lines: {l1: {item_code: A, charged_at: 2025-06-02 14:01}}, "
        "expect: {flagged: [l1]}}\n"
        "  - {name: six, given: visit, lines: {l1: {item_code: A, charged_at: 2025-06-02 14:00}}, expect: clean}",
    )


def test_at_one_moment_the_smaller_line_id_is_before(tmp_path: Path) -> None:
    holds(
        tmp_path,
        "others: {earlier: {of: line, same: [person, item], within: before}}\nflag: count(earlier) > 0",
        "  - {name: one, given: visit, lines: {l2: {item_code: A}, l1: {item_code: A}}, "
        "expect: {flagged: [l2], clean: [l1]}}",
    )


COURSE = "params: {course_gap_days: 10}\nper: [person, course: period(kp.scope)]\nflag: count(*) > 1\n"
MATCH = "match: {kp: {table: course_days, key: {code: line.item_code}}}\n"
STAYS = (
    "given: two_stays, lines: {first.l1: {item_code: A}, second.l1: {item_code: A}}, "
    "knowledge: {course_days: [{code: A, drug: A, days: 1, scope: course}]}"
)


def test_a_course_ends_after_its_gap(tmp_path: Path) -> None:
    """The first stay ends on 1 June: ten days later is 11 June."""
    holds(
        tmp_path,
        MATCH + COURSE,
        f"  - {{name: ten, {STAYS}, change: {{second.admitted_at: 2025-06-11 08:00}}, "
        "expect: {flagged: [first.l1, second.l1]}}\n"
        f"  - {{name: eleven, {STAYS}, change: {{second.admitted_at: 2025-06-12 08:00}}, "
        "expect: {clean: [first.l1, second.l1]}}",
    )


def test_a_course_with_an_encounter_without_dates_is_not_known(tmp_path: Path) -> None:
    holds(
        tmp_path,
        MATCH + COURSE,
        f"  - {{name: one, {STAYS}, change: {{second.admitted_at: null, second.discharged_at: null}}, "
        "expect: {undecided: [first.l1, second.l1]}}",
    )


def test_units_are_rounded_to_four_digits_before_they_are_money(tmp_path: Path) -> None:
    """A third of a unit is 0.3333 units, 3333.00 of 10,000; 10 / 3 as a price is 3.333333, 500000.10 below 5 × 300,000."""
    holds(
        tmp_path,
        "flag: line.quantity > 0\namount: excess_quantity(line.quantity / 3)",
        "  - {name: a third, given: visit, lines: {l1: {item_code: A, unit_price: 10000.00}}, "
        'expect: {flagged: [l1], amount: "3333.00"}}',
    )
    (tmp_path / "second").mkdir()
    holds(
        tmp_path / "second",
        "flag: line.quantity > 0\namount: excess_price(10 / 3)",
        "  - {name: a price, given: visit, lines: {l1: {item_code: A, quantity: 300000, unit_price: 5}}, "
        'expect: {flagged: [l1], amount: "500000.10"}}',
    )
