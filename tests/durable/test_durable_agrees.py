"""durable-rules, a forward-chaining matcher, flags the very lines that claimrules flags, rule by rule.

A third opinion beside the expectations written by hand and the oracle: it shares neither code nor manner with either. It is
an optional extra; without it these tests are skipped.
"""

from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from durable_by_hand import BY_HAND, LINES, by_hand
from durable_claims import Sample, bent, generated
from durable_fact import facts_of
from durable_knowledge import Knowledge, read_csv
from durable_matcher import RULES, Matcher

import claimrules

engine = pytest.importorskip("durable.engine", exc_type=ImportError)

# It asks for the time with a function that Python 3.12 deprecates.
pytestmark = pytest.mark.filterwarnings(r"ignore:datetime\.datetime\.utcfromtimestamp:DeprecationWarning:durable\.engine")

OWN = Path(__file__).parents[2] / "rules"
TABLES = ("catalogue", "drug_sex", "price")
Flagged = set[tuple[str, str, str]]


class Opinion:
    """One ruleset for all tests, and the ids that its facts have had."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, int]] = []
        self.matcher = Matcher(engine, "third_opinion", lambda rule, number: self.noted.append((rule, number)))
        self.next_id = 1

    def flagged(self, sample: Sample, knowledge: Knowledge) -> Flagged:
        facts = facts_of(sample.claims, sample.lines, knowledge, self.next_id)
        self.next_id += len(facts)
        self.noted.clear()
        for _, fact in facts.values():
            self.matcher.judge(fact)
        lines = {number: line for number, (line, _) in facts.items()}
        return {(rule, lines[number]["claim_id"], lines[number]["line_id"]) for rule, number in self.noted}


@pytest.fixture(scope="module")
def opinion() -> Opinion:
    return Opinion()


@pytest.fixture(scope="module")
def pack() -> Any:
    return claimrules.load(OWN)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge({name: read_csv(OWN / "knowledge" / f"{name}.csv") for name in TABLES})


def audited(pack: Any, sample: Sample) -> Flagged:
    result = pack.audit(sample.tables(), only=RULES)
    assert result.rejects.num_rows == 0
    rows = result.findings.to_pylist()
    flagged = {(row["rule_id"], row["claim_id"], line) for row in rows for line in row["line_ids"]}
    assert len(flagged) == len(rows)  # one finding for each line
    return flagged


@pytest.mark.parametrize("seed", [3, 11])
def test_generated_lines(pack: Any, knowledge: Knowledge, opinion: Opinion, seed: int) -> None:
    sample = generated(5_000, seed)
    assert len(sample.lines) > 4_500
    flagged = opinion.flagged(sample, knowledge)
    assert {rule for rule, _, _ in flagged} == set(RULES)
    assert flagged == audited(pack, sample)


@pytest.mark.parametrize("seed", [3, 11])
def test_bent_lines(pack: Any, knowledge: Knowledge, opinion: Opinion, seed: int) -> None:
    sample = bent(generated(20_000, seed), knowledge, seed)
    flagged = opinion.flagged(sample, knowledge)
    assert min(Counter(rule for rule, _, _ in flagged)[rule] for rule in RULES) >= 20
    assert flagged == audited(pack, sample)


def test_lines_by_hand(pack: Any, opinion: Opinion) -> None:
    sample = by_hand()
    expected = {(rule, name, "l1") for name, (_, _, rules) in LINES.items() for rule in rules}
    assert opinion.flagged(sample, Knowledge(BY_HAND)) == expected
    assert audited(pack.with_knowledge(BY_HAND), sample) == expected


def test_an_action_that_fails_is_not_swallowed() -> None:
    ids = count(1)

    def refuse(rule: str, number: int) -> None:
        raise ValueError(f"{rule} of {number}")

    matcher = Matcher(engine, "refusing", refuse)
    matcher.judge({"id": next(ids), "day": 20_000, "care": "inpatient", "admitted": 20_000})
    with pytest.raises(RuntimeError, match="fee_outside_stay of 2"):
        matcher.judge({"id": next(ids), "day": 20_000, "care": "inpatient", "admitted": 20_001})
