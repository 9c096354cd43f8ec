"""Every diagnostic code that the source can give has its meaning, and the page says the same."""

import re
from pathlib import Path

import pytest

from claimrules.cli.entry import run
from claimrules.diagnostics import ClaimRulesError
from claimrules.diagnostics.examples import EXAMPLES
from claimrules.diagnostics.meanings import MEANINGS, meaning_of
from claimrules.language import read_rule

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "diagnostics.md"


def emitted():
    sources = [p for p in (ROOT / "src").rglob("*.py") if p.name not in ("meanings.py", "examples.py")]
    return {code for path in sources for code in re.findall(r'"(CR[0-9]{3})"', path.read_text(encoding="utf-8"))}


def test_every_code_that_the_source_gives_has_a_meaning():
    assert sorted(emitted() - set(MEANINGS)) == []


def test_no_meaning_is_of_a_code_that_nothing_gives():
    assert sorted(set(MEANINGS) - emitted()) == []


def test_a_meaning_says_what_why_and_what_to_do():
    for code, meaning in MEANINGS.items():
        assert all((meaning.title, meaning.cause[-1] in ".…", meaning.remedy[-1] in ".…")), code
        assert not meaning.title.endswith("."), code


def test_every_code_has_an_example_and_no_other():
    assert sorted(EXAMPLES) == sorted(MEANINGS)
    assert all(meaning.example.strip() for meaning in MEANINGS.values())


def test_the_example_of_a_language_error_shows_it():
    """Those that are a part of a rule are read as one, and give the code that they are of."""
    rule = "id: a_rule\ntitle: {zh: 一, en: one}\ncategory: policy\nverdict: violation\nmessage: {zh: 一, en: one}\n"
    shown = ("CR203", "CR204", "CR206", "CR208", "CR209", "CR211", "CR212", "CR213", "CR214", "CR215", "CR216", "CR217")
    for code in (*shown, "CR218", "CR219", "CR220"):
        text = rule + EXAMPLES[code] + ("" if "flag" in EXAMPLES[code] else "\nflag: line.quantity > 3") + "\n"
        with pytest.raises(ClaimRulesError) as error:
            read_rule(text, {}, sources={}, file="a_rule.yaml")
        assert code in {one.code for one in error.value.diagnostics}, code


def test_the_page_lists_them_all_in_order():
    rows = re.findall(r"^\| `(CR[0-9]{3})` \| (.*) \| (.*) \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(code, m.title, m.cause, m.remedy) for code, m in sorted(MEANINGS.items())]


def test_a_code_is_explained_by_the_command(capsys):
    assert run(["explain", "cr214"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("CR214: an unknown name\n")
    assert MEANINGS["CR214"].remedy in said


def test_an_unknown_code_is_an_error_with_a_suggestion(capsys):
    assert run(["explain", "CR299"]) == 0
    assert meaning_of("CR998") is None
    assert run(["explain", "CR998"]) == 2
    assert "there is no diagnostic `CR998`" in capsys.readouterr().err
