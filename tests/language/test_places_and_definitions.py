"""Where a mistake is shown, character by character, and what names are defined by."""

import pytest
from rule_texts import HEAD, SCHEMAS, SETS, SOURCES, Reader

from claimrules.diagnostics import Diagnostic, LanguageError
from claimrules.language import read_rule
from claimrules.language.expression import Aggregate, Call
from claimrules.plan.print import show


def mistakes(text: str) -> list[Diagnostic]:
    with pytest.raises(LanguageError) as error:
        read_rule(text, SCHEMAS, sets=SETS, sources=SOURCES, file="t.yaml")
    return list(error.value.diagnostics)


def marked(text: str) -> list[str]:
    """What the carets stand under."""
    lines = text.split("\n")
    places = [d.place for d in mistakes(text) if d.place]
    return [lines[p.line - 1][p.column - 1 : p.column - 1 + p.length] for p in places]


@pytest.mark.parametrize(
    ("flag", "under"),
    [
        ("line.quantity = NULL AND TRUE", "line.quantity = NULL"),
        ("claim.is_newborn AND line.quantity <> null OR FALSE", "line.quantity <> null"),
        ("(line.quantity = NULL) AND TRUE", "line.quantity = NULL"),
        ("{# x", "{# x"),
        ("line.quantity > 1 -- 2", "--"),
        ("line.quantity > 1 ; 2", ";"),
        ("line.quantity == 1", "=="),
        ("line.quantity ＞ 1", "＞"),
        ("(line.quantity > 1", "("),
        ("(line.quantity) > 1)", ")"),
        ("line.quantity > foo(bar(1), 2) AND TRUE", "foo"),
        ("line.quantity > 3 AND left(line.item_code) = 'a' AND TRUE", "left(line.item_code)"),
        ("line.quantity > 3 AND claim.sex = 'femal' AND TRUE", "'femal'"),
        ("line.quantity > 3 AND line.charged_at + INTERVAL 1 CENTURY > '2025-01-01'", "INTERVAL 1 CENTURY"),
        ("line.quantity > 3 AND (line.item_code + 1) > 2", "line.item_code + 1"),
        ("line.quantity > 1 AND", "AND"),
    ],
)
def test_the_caret_is_under_the_mistake_alone(flag: str, under: str) -> None:
    assert marked(HEAD + f"flag: >-\n  {flag}\n") == [under]
    if not set("#:'") & set(flag):
        assert marked(HEAD + f"flag: {flag}\n") == [under]
        assert marked(HEAD + f"flag: '{flag}'\n") == [under]


def test_the_quotes_around_an_expression_are_no_part_of_it() -> None:
    assert marked(HEAD + "flag: '{# x'\n") == ["{# x"]


def test_a_stray_brace_behind_a_value() -> None:
    text = HEAD.replace("en: test}\ncategory", "en: t}\ncategory").replace("en: test}", 'en: "of {line.quantity} y} z"}')
    [found] = mistakes(text + "flag: line.quantity > 3\n")
    assert found.place is not None
    line = text.split("\n")[found.place.line - 1]
    assert found.place.column - 1 == line.index("} z")
    assert found.place.length == 1


def test_a_mistake_in_a_folded_text_is_on_its_own_line() -> None:
    text = HEAD + "flag: >-\n  line.quantity > 3\n  AND line.qantity > 4\n"
    [found] = mistakes(text)
    assert found.place is not None
    assert (found.place.line, found.place.column, found.place.length) == (8, 7, len("line.qantity"))


@pytest.mark.parametrize(
    ("body", "help_"),
    [
        (
            "others: {o: day}\nflag: count(o) > 1\n",
            "write {of: …, rows: …, match: …, same: …, within: …, where: …, itself: …, take: …, order: …}",
        ),
        (
            "others: {o: {same: [person], match: {k: 3}}}\nflag: count(o) > 1\n",
            "write {table: …, key: …, where: …, at: …, take: …}",
        ),
        ("match: {k: 3}\nflag: line.quantity > 1\n", "write {table: …, key: …, where: …, at: …, take: …}"),
    ],
)
def test_the_keys_that_are_due(body: str, help_: str) -> None:
    [found] = mistakes(HEAD + body)
    assert (found.code, found.help) == ("CR208", help_)


# definitions


def test_a_key_that_needs_its_own_subject_goes_in_a_circle() -> None:
    [found] = mistakes(HEAD + "let: {n: sum(line.quantity)}\nper: [person, k: n]\nflag: count(*) > 1\n")
    assert (found.code, found.label) == ("CR209", "`n` → `per` → `n`")


def test_a_key_of_rows_beside_it_does_not(read: Reader) -> None:
    rule = read("of: claim\nlet: {n: count(line)}\nper: [person, k: n]\nflag: count(*) > 1\n")
    assert [key.name for key in rule.per] == ["person", "k"]


def test_a_run_is_no_value_of_a_let() -> None:
    [found] = mistakes(HEAD + 'let: {r: "run(line.quantity, 1)"}\nflag: r > 1\n')
    assert found.code == "CR215"


def test_lets_of_lets(read: Reader) -> None:
    rule = read(
        "per: [person]\nothers: {o: {same: [person], take: first}}\n"
        "let: {a: line.quantity, b: a * 2, c: sum(line.quantity), d: c * 2, e: o.quantity, f: o IS MISSING, g: person}\n"
        "flag: c > 3\n"
    )
    assert {let.name: let.of_subject for let in rule.lets} == {
        "a": False,
        "b": False,
        "c": True,
        "d": True,
        "e": True,
        "f": True,
        "g": True,
    }


def test_a_let_is_asked_of_another_row(read: Reader) -> None:
    rule = read("others: {o: {same: [person]}}\nlet: {x: line.quantity * 2}\nflag: any(o.x > 3)\n")
    found = rule.flag[0][1]
    assert isinstance(found, Aggregate)
    assert isinstance(found.argument, Call)
    assert show(found.argument) == "((o.quantity * 2) > 3)"
    [wrong] = mistakes(HEAD + "others: {o: {same: [person]}}\nlet: {x: line.quantity * 2}\nflag: any(o.y > 3)\n")
    assert wrong.code == "CR214"


def test_indicators_may_look_at_findings() -> None:
    text = HEAD.replace("policy", "indicator") + "others: {bad: {of: finding, same: [claim]}}\nflag: count(bad) > 3\n"
    assert read_rule(text, SCHEMAS, file="t.yaml").others[0].kind == "finding"


def test_sources_and_articles() -> None:
    body = "flag: line.quantity > 3\nbasis: [{source: S%s}]\n"
    given = {"sets": SETS, "file": "t.yaml"}
    named = body.replace("S", "fund-regulation-2021")
    # without sources nothing is known of them; a source that lists articles need not be cited by one
    assert read_rule(HEAD + named % ", article: 第九百条", SCHEMAS, **given).basis[0].article == "第九百条"
    assert read_rule(HEAD + named % "", SCHEMAS, sources=SOURCES, **given).basis[0].article == ""
    assert [d.code for d in mistakes(HEAD + named % ", article: 第九百条")] == ["CR222"]
    assert [d.code for d in mistakes(HEAD + body % "")] == ["CR220"]
