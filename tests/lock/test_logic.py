"""What counts as a change of a rule's logic, and what does not."""

import pytest

import claimrules
from claimrules.language import logic_hash, logic_text

TEXT = """\
amount: (AmountSpec method="full_line")
flag: [(Call function=">" arguments=[(Field owner="" kind="line" name="quantity") (Param name="most")]) (Call function=">" \
arguments=[(Field owner="" kind="line" name="unit_price") (Literal type=decimal(38, 2) value=9.50)])]
flags_rows: false
kind: "line"
params: [["most" integer 3 []]]
verdict: "violation"
"""


def hashed(base) -> str:
    return logic_hash(claimrules.load(base.root).rules["first"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: 1", "version: 2"),
        ("{zh: 规则, en: rule}", "{zh: 另, en: other}"),
        ("{zh: 违规, en: violation}", '{zh: "多 {line.quantity}", en: many}'),
        ("category: management", "category: policy"),
        ("status: active", "status: draft"),
        ("verdict: violation", "verdict: violation\nseverity: high"),
        ("verdict: violation", "verdict: violation\nbasis: [{source: law}]"),
        ("verdict: violation", "verdict: violation  # a comment"),
        ("unit: day, source: law", "unit: week"),
        ("line.quantity > param.most", "line.quantity  >  (param.most)"),
        ("too many:", "above the limit:"),
        ("message:", "observed: {value: line.quantity}\nmessage:"),
        ("message:", "of: line\namount: full_line\nmessage:"),
        ("message:", "examples: []\nmessage:"),
    ],
)
def test_words_and_layout_and_written_defaults_are_no_change(base, old, new):
    before = hashed(base)
    base.change("first", old, new)
    assert hashed(base) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("verdict: violation", "verdict: suspicious"),
        ("default: 3", "default: 4"),
        ("default: 3", "default: 3.0"),
        ("line.quantity >", "line.quantity >="),
        ("> 9.50", "> 9.5001"),
        (", too dear: line.unit_price > 9.50", ""),
        ("flag:", "flag_rows:"),
        ("message:", "effective: {from: 2021-05-01}\nmessage:"),
        ("message:", "effective: {to: 2021-05-01}\nmessage:"),
        ("message:", "rows: line.quantity > 0\nmessage:"),
        ("message:", "per: [claim]\nmessage:"),
        ("message:", "amount: none\nmessage:"),
        ("message:", "unless: {a newborn: claim.is_newborn}\nmessage:"),
        ("message:", "doubt: {a newborn: claim.is_newborn}\nmessage:"),
        ("message:", "let: {price: line.unit_price}\nmessage:"),
        ("message:", "order: line.line_id\nmessage:"),
        ("message:", "others: {near: {same: [person]}}\nmessage:"),
    ],
)
def test_what_may_change_a_verdict_is_a_change(base, old, new):
    before = hashed(base)
    if new.startswith("per:"):
        base.change("first", "flag: {too many: line.quantity > param.most, too dear: line.unit_price > 9.50}", "flag: TRUE")
        before = hashed(base)
    base.change("first", old, new)
    assert hashed(base) != before


def test_the_form_of_the_text_is_fixed(base):
    """Hashes in lock files of years ago are of this form: where this fails, `lock.from_file.FORMAT` goes up."""
    assert f"{logic_text(claimrules.load(base.root).rules['first'])}\n" == TEXT
