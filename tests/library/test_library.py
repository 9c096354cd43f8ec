"""What holds for the rule library as a whole, as a reviewer would ask for it."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

import claimrules
from claimrules.catalog import Base
from claimrules.language.expression import Field, Key, Let, Literal, MatchField, Param, walk

ROOT = Path(__file__).parents[2]
PACK = claimrules.load(ROOT / "rules")
RULES = [rule for _, rule in sorted(PACK.rules.items())]
ACTIVE = [rule for rule in RULES if rule.status == "active"]
FOLDERS = {"policy": "policy", "management": "management", "medical": "medical", "indicator": "indicators"}
CARDS = {"card_red", "card_yellow"}
"""Built on the national indicators, and no rules of the national list."""

each = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def test_there_are_171_rules_and_the_cards_built_on_them():
    assert len(RULES) - len(CARDS) == 171
    assert set(PACK.rules) >= CARDS
    assert len(ACTIVE) >= 150


def test_every_rule_of_the_two_national_libraries_is_there_once():
    assert Counter(rule.national_number for rule in RULES if rule.national_number) == Counter(range(1, 89))


def test_national_codes_are_never_used_twice():
    assert max(Counter(rule.national_code for rule in RULES if rule.national_code).values()) == 1


@each
def test_a_rule_lies_in_the_folder_of_its_category(rule):
    assert Path(rule.file).parent.name == FOLDERS[rule.category]


@each
def test_a_rule_has_a_legal_ground_that_is_described(rule):
    assert rule.basis
    for basis in rule.basis:
        source = PACK.sources[basis.source]
        assert source.title.zh
        assert source.title.en
        assert source.verified in (True, False)


@each
def test_a_rule_is_described_in_both_languages_with_its_known_gaps(rule):
    assert rule.title.zh
    assert rule.title.en
    assert rule.description.zh
    assert len(rule.description.en) > 60


@each
def test_an_indicator_carries_no_money_and_nothing_else_is_one(rule):
    assert (rule.verdict == "indicator") == (rule.category == "indicator")
    if rule.verdict == "indicator":
        assert rule.amount.method == "none"


WHO = {"item_name", "item_code", "operation_code", "diagnosis_code", "principal_diagnosis", "claim_id", "encounter_id"}
WHO |= {"person_id", "provider_id", "physician_id", "prescription_id", "line_id"}
KEYS = {"person", "provider", "physician", "encounter", "claim", "prescription", "item", "department"}


@each
@pytest.mark.parametrize("language", [0, 1], ids=["zh", "en"])
def test_a_message_says_of_what_when_how_much_and_against_which_limit(rule, language):
    message = rule.message[language]
    parts = [part for top in message.parts if not isinstance(top, str) for part in spelled_out(rule, top)]
    for special, node in (("{observed}", rule.observed.value), ("{limit}", rule.observed.limit)):
        if node is not None and any(isinstance(part, Literal) and part.value == special for part in parts):
            parts += spelled_out(rule, node)
    named = {part.name for part in parts if isinstance(part, Field)}
    named |= {part.column for part in parts if isinstance(part, MatchField)}
    words = {str(part.value) for part in parts if isinstance(part, Literal)}
    keys = {part.name for part in parts if isinstance(part, Key)}
    assert named & WHO or keys & KEYS, "of what"
    assert any(part.type.is_time for part in parts), "when"
    numbers = (Base.INTEGER, Base.DECIMAL, Base.DOUBLE)
    assert "{observed}" in words or "quantity" in named or any(part.type.base in numbers for part in parts), "how much"
    in_words = any(char.isdigit() for top in message.parts if isinstance(top, str) for char in top)
    limit = rule.observed.limit
    of_row = limit is not None and {p.name for p in spelled_out(rule, limit) if isinstance(p, Field)} <= named
    from_table = any(isinstance(part, Param | MatchField) for part in parts)
    assert from_table or in_words or of_row or limit is None or words & {"{limit}", "{reasons}"}, "against which limit"


NO_THRESHOLDS = {
    "card_red": "months of a year",
    "cost_shift": "the first three characters of a diagnosis are its disease",
    "idx_opt_avg_fluctuation": "months of a year; quartiles",
    "idx_peer_outlier": "quartiles",
    "idx_volume_spike": "months of a year",
    "ipt_group_admission": "the first three characters of a diagnosis are its disease",
    "ipt_split_stay": "the first three characters of a diagnosis are its disease",
    "ipt_split_transfer": "the first four digits of a region are its city",
    "svc_package_screening": "the first three characters of a diagnosis are its disease",
    "svc_surgery_discount": "the second operation",
}
"""Numbers that are no thresholds: nobody would set them otherwise for a region."""


@each
def test_a_threshold_is_a_parameter_or_stands_in_a_table(rule):
    tops = [rule.rows, *(m.where for m in rule.matches), *(o.where for o in rule.others), *(let.value for let in rule.lets)]
    tops += [node for _, node in rule.flag] + [proviso.when for proviso in (*rule.unless, *rule.doubt)]
    bare = [
        part.value for top in tops if top is not None for part in walk(top) if isinstance(part, Literal) and is_number(part)
    ]
    assert bool([value for value in bare if str(value) not in ("0", "1", "0.0", "1.0")]) == (rule.id in NO_THRESHOLDS)


@each
def test_a_parameter_names_where_its_value_comes_from(rule):
    missing = [param.name for param in rule.params if not param.source]
    assert not missing


ALIKE = {
    frozenset({"svc_child_only", "svc_child_special"}): "of the price list, and of the label of the service",
}


def test_no_two_rules_ask_the_same_without_saying_so():
    said = defaultdict(set)
    for rule in RULES:
        logic = (rule.kind, rule.rows, rule.matches, rule.per, rule.others, rule.lets, rule.flag, rule.unless, rule.doubt)
        said[repr(logic)].add(rule.id)
    assert {frozenset(ids) for ids in said.values() if len(ids) > 1} <= set(ALIKE)


def spelled_out(rule, node):
    """The parts of an expression, names of `let` and keys written out."""
    lets = {let.name: let.value for let in rule.lets}
    keys = {key.name: key.value for key in rule.per}
    for part in walk(node):
        yield part
        if isinstance(part, Let):
            yield from spelled_out(rule, lets[part.name])
        elif isinstance(part, Key):
            yield from walk(keys[part.name])


def is_number(part):
    return part.type.base in (Base.INTEGER, Base.DECIMAL, Base.DOUBLE) and not isinstance(part.value, bool)
