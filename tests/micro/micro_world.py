"""Claims as texts, as a CSV would have them, and an audit's outcome as the micro-examples state it."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

CLAIM = {
    "claim_id": "C1",
    "person_id": "P1",
    "provider_id": "H1",
    "provider_level": "3A",
    "care_type": "inpatient",
    "sex": "male",
    "birth_date": "1970-01-01",
    "admitted_at": "2025-06-01 08:00",
    "discharged_at": "2025-06-30 10:00",
    "settled_at": "2025-06-30 11:00",
}
LINE = {"claim_id": "C1", "quantity": "1", "item_type": "service", "charged_at": "2025-06-02 09:00"}


def table(rows):
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})


def tables(claims, lines):
    given = {"claims": table([{**CLAIM, **claim} for claim in claims])}
    return {**given, "lines": table([{**LINE, **line} for line in lines])} if lines else given


@dataclass(frozen=True)
class Outcome:
    result: Any

    @property
    def findings(self):
        """(violating lines, or the claim; amount) of each finding, in order."""
        return sorted(
            (tuple(row["line_ids"]) or row["claim_id"], str(row["amount"])) for row in self.result.findings.to_pylist()
        )

    def all(self, column):
        """A column of the findings, in their order."""
        return self.result.findings[column].to_pylist()

    @property
    def undecided(self):
        """(subject or None, what is missing, how many) of each undecided row."""
        return [(row["subject"], row["missing"], row["subjects"]) for row in self.result.undecided.to_pylist()]

    @property
    def nothing(self):
        """Neither a finding nor anything undecided, and something was judged."""
        counts = self.result.summary.rules.values()
        judged = sum(rule.clean for rule in counts)
        return judged > 0 and not len(self.result.findings) and not len(self.result.undecided)

    @property
    def counts(self):
        """Subjects that are flagged, clean, not applicable, undecided."""
        [rule] = self.result.summary.rules.values()
        return rule.flagged, rule.clean, rule.not_applicable, rule.undecided
