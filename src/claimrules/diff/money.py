"""What two runs found in money: by rule, provider and month, so that all sums add up."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from claimrules.findings import AuditResult

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Sums:
    """Findings, and what is known of their money. `unknown`: findings whose amount is not known, which count as 0."""

    findings: int = 0
    amount: Decimal = ZERO
    fund_loss: Decimal = ZERO
    unknown: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.findings + other.findings,
            self.amount + other.amount,
            self.fund_loss + other.fund_loss,
            self.unknown + other.unknown,
        )


@dataclass(frozen=True, slots=True)
class Compared:
    """One name on both sides."""

    name: str
    old: Sums
    new: Sums

    @property
    def amount(self) -> Decimal:
        """By how much the amount has grown."""
        return self.new.amount - self.old.amount

    @property
    def fund_loss(self) -> Decimal:
        """By how much the loss has grown."""
        return self.new.fund_loss - self.old.fund_loss


@dataclass(frozen=True, slots=True)
class Totals:
    """Two totals of each run. `findings`: the sum of all findings; `once`: that of the summary, each line counted once.

    `overlap` is what lies between them: what several rules found on one line, or what a refund took back.
    """

    findings: Compared
    once: Compared

    @property
    def overlap(self) -> Compared:
        """What is in the sum of findings more than once, as money below zero."""
        sides = []
        for side in ("old", "new"):
            once, summed = getattr(self.once, side), getattr(self.findings, side)
            sides.append(Sums(0, once.amount - summed.amount, once.fund_loss - summed.fund_loss))
        return Compared("overlap", *sides)

    @property
    def most(self) -> Decimal:
        """The larger of the two differences of amounts, whichever way."""
        return max(abs(self.findings.amount), abs(self.once.amount))


def together(compared: Iterable[Compared]) -> Compared:
    """Several names as one."""
    rows = list(compared)
    return Compared("", sum((one.old for one in rows), Sums()), sum((one.new for one in rows), Sums()))


def totals(old: AuditResult, new: AuditResult) -> Totals:
    """Both totals of both runs."""
    summed = Compared("findings", *(_sums(result.findings) for result in (old, new)))
    once = (Sums(0, result.summary.total_amount, result.summary.total_fund_loss) for result in (old, new))
    return Totals(summed, Compared("once", *once))


def by_rule(old: Any, new: Any) -> tuple[Compared, ...]:
    """Findings' money by rule; their sums are those of the runs."""
    return _grouped(old, new, lambda table: table["rule_id"])


def by_provider(old: Any, new: Any) -> tuple[Compared, ...]:
    """By provider."""
    return _grouped(old, new, lambda table: table["provider_id"])


def by_month(old: Any, new: Any) -> tuple[Compared, ...]:
    """By the month of the event, as 2025-03; "" where no finding's date is known."""
    return _grouped(old, new, lambda table: pc.fill_null(pc.strftime(table["event_date"], format="%Y-%m"), ""))


def _grouped(old: Any, new: Any, name: Callable[[Any], Any]) -> tuple[Compared, ...]:
    before, after = _by(old, name(old)), _by(new, name(new))
    return tuple(Compared(one, before.get(one, Sums()), after.get(one, Sums())) for one in sorted({*before, *after}))


def _by(findings: Any, names: Any) -> dict[str, Sums]:
    table = pa.table({"name": names, "amount": findings["amount"], "fund_loss": findings["fund_loss"]})
    wanted = [("amount", "sum"), ("fund_loss", "sum"), ("amount", "count"), ([], "count_all")]
    rows = table.group_by("name", use_threads=False).aggregate(wanted).to_pylist()
    return {
        row["name"]: Sums(
            row["count_all"],
            row["amount_sum"] or ZERO,
            row["fund_loss_sum"] or ZERO,
            row["count_all"] - row["amount_count"],
        )
        for row in rows
    }


def _sums(findings: Any) -> Sums:
    amount, loss = (pc.sum(findings[name]).as_py() or ZERO for name in ("amount", "fund_loss"))
    return Sums(findings.num_rows, amount, loss, findings["amount"].null_count)
