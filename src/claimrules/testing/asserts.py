"""What a test in code says of a rule: flagged, clean or undecided; where it is not so, the message says why."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from claimrules.batch import ClaimBatch
from claimrules.diagnostics import ClaimRulesError
from claimrules.explain.because import because
from claimrules.models import Claim
from claimrules.pack import RulePack

Claims = Claim | Iterable[Claim]


def assert_flagged(pack: RulePack, rule: str, claims: Claims, *rows: str, amount: Decimal | str | None = None) -> None:
    """Exactly these rows violate the rule; without `rows`, at least one does.

    A row is a line, `l1` or `C1.l1`, or for kinds above the line a claim, `C1`. `amount`: of all violating rows together.

    Raises:
        AssertionError: it is not so; the message lists the verdicts, and why.
    """
    given = [claims] if isinstance(claims, Claim) else list(claims)
    verdicts = _verdicts(pack, rule, given)
    found = [v for v in verdicts if v["violating"]]
    right = {_named(v, rows) for v in found} == set(rows) if rows else bool(found)
    if right and amount is not None:
        right = sum((v["amount"] or Decimal(0) for v in found), Decimal(0)) == Decimal(amount)
    said = f"`{rule}` flags {', '.join(rows) or 'something'}" + ("" if amount is None else f", {amount} in all")
    _hold(said, verdicts, lambda: _reasons(pack, rule, given), right=right)


def assert_clean(pack: RulePack, rule: str, claims: Claims) -> None:
    """The rule speaks of something here, and nothing is flagged or undecided.

    Raises:
        AssertionError: it is not so; the message lists the verdicts, and why.
    """
    given = [claims] if isinstance(claims, Claim) else list(claims)
    verdicts = _verdicts(pack, rule, given)
    said = {v["verdict"] for v in verdicts}
    _hold(
        f"`{rule}` is clean",
        verdicts,
        lambda: _reasons(pack, rule, given),
        right="clean" in said and not said & {"flagged", "undecided"},
    )


def assert_undecided(pack: RulePack, rule: str, claims: Claims, *rows: str, missing: str | None = None) -> None:
    """Exactly these rows are undecided; without `rows`, at least one is. `missing`: the column or reason named.

    Raises:
        AssertionError: it is not so; the message lists the verdicts, and why.
    """
    given = [claims] if isinstance(claims, Claim) else list(claims)
    verdicts = _verdicts(pack, rule, given)
    found = [v for v in verdicts if v["verdict"] == "undecided"]
    right = {_named(v, rows) for v in found} == set(rows) if rows else bool(found)
    if right and missing is not None:
        right = all(v["missing"] == missing for v in found)
    said = f"`{rule}` leaves {', '.join(rows) or 'something'} undecided" + ("" if missing is None else f" for {missing}")
    _hold(said, verdicts, lambda: _reasons(pack, rule, given), right=right)


def _verdicts(pack: RulePack, rule: str, claims: list[Claim]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pack.judge(ClaimBatch.from_claims(claims), rule).to_pylist()
    return found


def _reasons(pack: RulePack, rule: str, claims: list[Claim]) -> dict[str, str]:
    """Why each row has its verdict, by its full name; nothing of a claim that is not explained: a reversed one."""
    out: dict[str, str] = {}
    for claim in claims:
        try:
            told = pack.explain_in(claims, rule, claim=claim.claim_id, nearest=False)
        except ClaimRulesError:
            continue
        for subject in told.subjects:
            for row in subject.rows:
                full = row.claim_id if row.line_id is None else f"{row.claim_id}.{row.line_id}"
                out.setdefault(full, because(subject, row))
    return out


def _named(verdict: dict[str, Any], rows: tuple[str, ...]) -> str:
    """The row by the name that the test uses."""
    claim, line = verdict["claim_id"], verdict["line_id"]
    full = str(claim) if line is None else f"{claim}.{line}"
    return str(line) if line is not None and full not in rows and line in rows else full


def _hold(said: str, verdicts: list[dict[str, Any]], reasons: Callable[[], dict[str, str]], *, right: bool) -> None:
    if right:
        return
    why = reasons()
    lines = [f"{said}: it is not so", *(_told(v, why) for v in verdicts)]
    raise AssertionError("\n".join(lines))


def _told(verdict: dict[str, Any], why: dict[str, str]) -> str:
    name = _named(verdict, ())
    parts = [f"  {name}: {verdict['verdict']}"]
    if verdict["violating"]:
        parts.append(f"violating, {verdict['amount']}")
    if verdict["suspicious"]:
        parts.append("suspicious")
    if verdict["missing"]:
        parts.append(f"missing {verdict['missing']}")
    if name in why:
        parts.append(f"because {why[name]}")
    return ", ".join(parts)
