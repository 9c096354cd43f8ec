"""Why each row of a failed case has its verdict, in the rule's own words."""

from typing import Any, Protocol

from claimrules.cases.case import Case
from claimrules.cases.documents import Placed
from claimrules.diagnostics import ClaimRulesError
from claimrules.explain.because import because
from claimrules.models import Claim


class Explainer(Protocol):
    """What telling why needs of a pack."""

    def explain_in(self, claims: Any, rule: str, *, claim: str, nearest: bool) -> Any:
        """Why, or why not, of one claim among others."""


def reasons(pack: Explainer, case: Case) -> dict[str, str]:
    """By the full label of a row, the conditions that decide it; nothing of a row that is not explained."""
    alone = Placed(case, "")
    labels = alone.labels()
    documents = alone.documents()
    out: dict[str, list[str]] = {}
    for document in documents:
        claim_id = document["claim_id"]
        try:
            claims = [Claim.model_validate(one) for one in documents]
            told = pack.explain_in(claims, case.rule_id, claim=claim_id, nearest=False)
        except ClaimRulesError:
            continue  # a reversed settlement, or one that is rejected
        for subject in told.subjects:
            for row in subject.rows:
                label = labels.get((row.claim_id, row.line_id), row.line_id or row.claim_id)
                out.setdefault(label, []).append(because(subject, row))
    return {label: "; ".join(dict.fromkeys(texts)) for label, texts in out.items()}
