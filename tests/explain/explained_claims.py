"""Claims that explanations are asked about, and changes made to them by hand."""

from collections.abc import Sequence
from typing import Any

from claimrules import Claim, RulePack
from claimrules.batch import open_claims
from claimrules.explain import Change, Explanation, SubjectExplanation

TABLES = {"claims": None, "lines": "line_id", "diagnoses": "diagnosis_code", "operations": "operation_code"}


def visit(claim_id: str = "C1", lines: Sequence[dict[str, Any]] = (), **more: Any) -> dict[str, Any]:
    """A claim document."""
    claim = {
        "claim_id": claim_id,
        "person_id": "P1",
        "provider_id": "H1",
        "settled_at": "2025-06-02 12:00",
        "admitted_at": "2025-06-02 08:00",
        "care_type": "outpatient",
    }
    return {**claim, **more, "lines": [{"quantity": 1, "amount": 10, "item_code": "A", **line} for line in lines]}


def only(explanation: Explanation) -> SubjectExplanation:
    """The one subject."""
    assert len(explanation.subjects) == 1, [one.subject for one in explanation.subjects]
    return explanation.subjects[0]


def changed(documents: Sequence[dict[str, Any]], change: Change) -> list[dict[str, Any]]:
    """The claims with one change made, by hand and not by what explains."""
    column = change.field.rsplit(".", 1)[1]
    out, made = [], 0
    for original in documents:
        document = {**original}
        if document["claim_id"] == change.key[0]:
            if change.table == "claims":
                document[column] = change.after
                made += 1
            else:
                name = TABLES[change.table]
                rows = [{**row} for row in document[change.table]]
                for row in rows:
                    if str(row[name]) == change.key[1]:
                        row[column] = change.after
                        made += 1
                document[change.table] = rows
        out.append(document)
    assert made == 1, f"{change} names {made} values"
    return out


def verdicts(pack: RulePack, rule: str, documents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every row's verdict, by the door of an audit."""
    claims = [Claim.model_validate(document) for document in documents]
    found: list[dict[str, Any]] = []
    with open_claims(claims) as intake:
        for batch in intake.partitions():
            found += pack.judge(batch, rule).to_pylist()
    return found
