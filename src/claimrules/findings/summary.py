"""What an audit says in figures: summary.json."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from claimrules.batch import TableCount


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Fingerprint(_Frozen):
    """What the run depended on; equal fingerprints give equal files."""

    rules: str
    knowledge: str
    input: str
    version: str


class TableSummary(_Frozen):
    """`read` = `audited` + `rejected` + `left_out`. `amount`: of audited lines, before netting; None for other tables."""

    read: int
    audited: int
    rejected: int
    left_out: int
    amount: Decimal | None = None

    @classmethod
    def of(cls, count: TableCount) -> "TableSummary":
        """From the door's count."""
        return cls(
            read=count.read,
            audited=count.audited,
            rejected=count.rejected,
            left_out=count.left_out,
            amount=count.amount,
        )


class RuleSummary(_Frozen):
    """`subjects` = `flagged` + `clean` + `not_applicable` + `undecided`. `status`: ran, skipped or failed."""

    status: str
    reason: str = ""
    subjects: int = 0
    flagged: int = 0
    clean: int = 0
    not_applicable: int = 0
    undecided: int = 0
    amount: Decimal = Decimal("0.00")
    fund_loss: Decimal = Decimal("0.00")


class Summary(_Frozen):
    """The figures of one audit. Totals count each line once."""

    fingerprint: Fingerprint
    tables: dict[str, TableSummary]
    rules: dict[str, RuleSummary]
    total_amount: Decimal
    total_fund_loss: Decimal
    unmatched_refunds: int = 0
