"""The money of a violating row, one row at a time, in fractions."""

from decimal import Decimal
from fractions import Fraction

from oracle_judge import At
from oracle_values import day, half_up, plain

PARTS = ("fully_self_paid_amount", "over_limit_amount", "copay_first_amount")


def line_scope(line):
    """The line's in-scope amount: given, or its amount less its other parts; None where neither is known."""
    v = line.values
    if v.get("in_scope_amount") is not None:
        return v["in_scope_amount"]
    if v.get("amount") is None:
        return None
    return max(v["amount"] - sum((v.get(name) or Decimal(0) for name in PARTS), Decimal(0)), Decimal(0))


def claim_scope(world, claim):
    """Given, or the sum of the claim's lines, or what the fund paid."""
    if claim.values.get("in_scope_amount") is not None:
        return claim.values["in_scope_amount"]
    lines = [line for line in world.kinds["line"] if line.claim is claim]
    if lines:
        return sum((line_scope(line) or Decimal(0) for line in lines), Decimal(0))
    return claim.values.get("fund_amount")


def scope(world, row):
    """A row's own in-scope amount; for a kind above the line it covers that of what it holds."""
    if row.kind in ("line", "raw_line"):
        return line_scope(row)
    if row.kind == "day":
        lines = [x for x in world.kinds["line"] if x.encounter is row.encounter and x.time is not None]
        return sum((max(line_scope(x), Decimal(0)) for x in lines if day(x.time) == row.values["date"]), Decimal(0))
    if row.kind == "encounter":
        claims = [claim for claim in world.kinds["claim"] if claim.encounter is row.at("encounter")]
        parts = [claim_scope(world, claim) for claim in claims]
        return None if None in parts else sum((max(p, Decimal(0)) for p in parts), Decimal(0))
    return claim_scope(world, row.at("claim"))


def amount(judge, entry):
    rule, row = judge.rule, entry.row
    method = rule.amount.method
    if method == "none":
        return Decimal(0)
    own = scope(judge.world, row)
    if own is None:
        return None
    if method in ("full_line", "whole_encounter"):
        return max(own, Decimal(0))
    given = plain(judge.value(rule.amount.arguments[0], At(entry)))
    if given is None:
        return max(own, Decimal(0)) if method == "instead_of" else None
    given, v = Fraction(given), row.values
    if method == "excess_quantity":
        raw = Fraction(0)
        if v["quantity"] > 0:
            raw = Fraction(half_up(given, 4)) * Fraction(own) / Fraction(v["quantity"])
    elif method == "excess_price":
        if v.get("unit_price") is None:
            return None
        raw = (Fraction(v["unit_price"]) - given) * Fraction(v["quantity"])
        raw -= Fraction(v.get("over_limit_amount") or 0)
    elif method == "instead_of":
        raw = Fraction(v["amount"]) - given * Fraction(v["quantity"])
    elif method == "discount":
        raw = Fraction(v["amount"]) - given
    else:
        raw = given
    return min(max(half_up(raw, 2), Decimal(0)), max(own, Decimal(0)))


def bundle(judge, entry, members):
    """A row's share of what its subject's violating rows cost above the bundle's price, by cumulative share."""
    own = [scope(judge.world, m.row) for m in members]
    prices = [plain(judge.value(judge.rule.amount.arguments[0], At(m))) for m in members]
    if None in own or None in prices:
        return None
    own = [max(x, Decimal(0)) for x in own]
    total = sum(own, Decimal(0))
    above = min(max(half_up(Fraction(total) - max(map(Fraction, prices)), 2), Decimal(0)), total)
    so_far = before = Decimal(0)
    for member, mine in sorted(zip(members, own, strict=True), key=lambda pair: pair[0].row.place):
        so_far += mine
        after = half_up(Fraction(above) * Fraction(so_far) / Fraction(total), 2) if total else Decimal(0)
        if member is entry:
            return after - before
        before = after
    raise AssertionError(entry)
