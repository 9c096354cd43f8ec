"""The canonical form, key by key and sign by sign, worked out by hand."""

import pytest

from claimrules.canonical import canonical
from claimrules.diagnostics import LanguageError

HEAD = "id: a_rule\ntitle: {zh: 一, en: one}\ncategory: policy\nverdict: violation\n"
TAIL = "message: {zh: 一, en: one}\n"


def body(text: str) -> str:
    """What becomes of `text` between the keys that every rule has."""
    written = canonical(f"{HEAD}\n{text}{TAIL}", "a_rule.yaml")
    assert written.startswith(f"{HEAD}\n")
    assert written.endswith(TAIL)
    assert canonical(written, "a_rule.yaml") == written
    return written.removeprefix(f"{HEAD}\n").removesuffix(TAIL)


def test_keys_stand_in_the_order_of_the_frame_and_parts_apart():
    text = "flag: over > 0\nmessage: {zh: 一, en: one}\nlet: {over: line.quantity}\nverdict: violation\nid: a_rule\n"
    text += "examples: []\ncategory: policy\ntitle: {zh: 一, en: one}\n"
    assert canonical(text, "a.yaml") == f"{HEAD}\nlet: {{over: line.quantity}}\nflag: over > 0\n{TAIL}\nexamples: []\n"


def test_names_keep_the_order_that_they_were_given():
    text = "let:\n  z: line.quantity\n  a: line.amount\nflag: z > a\n"
    assert body(text) == text


def test_keys_of_frames_inside_are_ordered_too():
    assert body("match: {limit: {key: {code: line.item_code}, table: t}}\nflag: FALSE\n") == (
        "match: {limit: {table: t, key: {code: line.item_code}}}\nflag: FALSE\n"
    )
    assert body("match:\n  limit:\n    key: {code: line.item_code}\n    table: t\nflag: FALSE\n") == (
        "match:\n  limit:\n    table: t\n    key: {code: line.item_code}\nflag: FALSE\n"
    )


def test_indentation_is_two_columns_and_lists_stand_inside_their_key():
    assert body("let:\n      a: line.quantity\norder:\n- line.quantity\n- line.amount DESC\nflag: a > 1\n") == (
        "order:\n  - line.quantity\n  - line.amount DESC\nlet:\n  a: line.quantity\nflag: a > 1\n"
    )


def test_single_quotes_become_double_where_nothing_must_be_escaped():
    assert body("flag: 'claim.sex = ''male'''\n") == "flag: \"claim.sex = 'male'\"\n"
    kept = "unless: {'say \"no\"': FALSE, 'a\\b': TRUE}\nflag: TRUE\n"
    assert body(kept) == "flag: TRUE\nunless: {'say \"no\"': FALSE, 'a\\b': TRUE}\n"


def test_brackets_and_colons_have_their_blanks():
    assert body("per: [ person,item , 'day' ]\nlet:   { a:   sum(line.quantity) }\nflag: a>1\n") == (
        'per: [person, item, "day"]\nlet: {a: sum(line.quantity)}\nflag: a>1\n'
    )


def test_keywords_are_in_capital_letters_and_names_are_not():
    text = "flag: line.quantity between 1 and 3 or not (line.amount is not null) and claim.sex in ('and', 'or')\n"
    wanted = "flag: line.quantity BETWEEN 1 AND 3 OR NOT (line.amount IS NOT NULL) AND claim.sex IN ('and', 'or')\n"
    assert body(text) == wanted
    assert body("flag: case when limit.end is missing then true else false end\n") == (
        "flag: CASE WHEN limit.end IS MISSING THEN TRUE ELSE FALSE END\n"
    )
    assert body("flag: previous is not missing and line.charged_at < claim.settled_at + interval 1 day\n") == (
        "flag: previous IS NOT MISSING AND line.charged_at < claim.settled_at + INTERVAL 1 DAY\n"
    )
    assert body("per: [person, hour, end: day(line.charged_at)]\nflag: any(line.quantity > 3 and end = 2)\n") == (
        "per: [person, hour, end: day(line.charged_at)]\nflag: any(line.quantity > 3 AND end = 2)\n"
    )


def test_words_that_are_no_sql_stay():
    text = 'flag: TRUE\nmessage: {zh: "{line.item_name} and not", en: and not}\n'
    assert canonical(HEAD + "\n" + text, "a.yaml") == HEAD + "\n" + text


def test_blocks_of_text_are_moved_and_lose_trailing_blanks_in_sql_alone():
    text = "flag: >-\n      line.quantity > 3  \n      and line.amount > 1\n"
    assert body(text) == "flag: >-\n  line.quantity > 3\n  AND line.amount > 1\n"
    words = "description:\n  zh: |\n    a  \n    b\n  en: c\n"
    assert "  zh: |\n    a  \n    b\n" in canonical(HEAD + words + "\nflag: TRUE\n" + TAIL, "a.yaml")


def test_comments_go_with_what_stands_below_or_before_them():
    text = (
        "# the law says so\nflag: over > 0   # of each line\n\n# how much\nlet:\n    # of the day\n    over: line.quantity\n"
        "    # deeper\n"
    )
    assert body(text) == (
        "# how much\nlet:\n  # of the day\n  over: line.quantity\n  # deeper\n"
        "# the law says so\nflag: over > 0  # of each line\n"
    )


def test_what_stands_apart_at_the_top_is_of_the_file():
    assert canonical("# Licence\n\n# the name\n" + HEAD + "flag: TRUE\n" + TAIL, "a.yaml") == (
        "# Licence\n\n# the name\n" + HEAD + "\nflag: TRUE\n" + TAIL
    )


def test_examples_stand_apart_from_each_other():
    examples = "examples:\n- name: one\n  expect: clean\n- name: two\n\n\n\n# why\n- name: three\n  expect: clean\n"
    written = canonical(f"{HEAD}flag: TRUE\n{TAIL}{examples}", "a.yaml")
    assert written.split(TAIL)[1] == (
        "\nexamples:\n  - name: one\n    expect: clean\n\n  - name: two\n\n  # why\n  - name: three\n    expect: clean\n"
    )


def test_line_ends_and_the_sign_of_utf8_are_gone():
    text = f"{HEAD}\nflag: TRUE\n{TAIL}"
    assert canonical("\ufeff" + text.replace("\n", "\r\n") + "\r\n\r\n", "a.yaml") == text


def test_brackets_over_several_lines_keep_their_lines():
    text = "match:\n    limit: {table: t,  # which\n            key: {code: line.item_code}}\nflag: TRUE\n"
    assert body(text) == "match:\n  limit: {table: t,  # which\n          key: {code: line.item_code}}\nflag: TRUE\n"


def test_what_stands_last_may_be_in_brackets_or_have_comments_of_its_own():
    text = HEAD + "\nflag: TRUE\nmessage: {zh: 一, en: one  # in words\n}\n"
    assert canonical(text, "a.yaml") == text
    moved = canonical(HEAD + "message: {zh: 一, en: one}\n    # of it\nflag: TRUE\n", "a.yaml")
    assert moved == HEAD + "\nflag: TRUE\nmessage: {zh: 一, en: one}\n  # of it\n"
    assert canonical(moved, "a.yaml") == moved


@pytest.mark.parametrize(
    "text",
    ["examples:\n  -\n    name: one\nflag: TRUE\n", "let: {a, b}\nflag: TRUE\n"],
)
def test_a_form_that_is_not_known_is_refused(text: str):
    with pytest.raises(LanguageError) as error:
        canonical(HEAD + text + TAIL, "a.yaml")
    assert [one.code for one in error.value.diagnostics] == ["CR251"]


def test_what_is_no_yaml_is_told_as_check_tells_it():
    with pytest.raises(LanguageError) as error:
        canonical("a: b: c\n", "a.yaml")
    assert [one.code for one in error.value.diagnostics] == ["CR202"]
