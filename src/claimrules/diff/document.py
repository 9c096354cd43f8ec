"""A comparison as JSON: everything, money as text so that no reader rounds it."""

from typing import Any

from claimrules.diff.money import Compared, Sums
from claimrules.diff.move import Move
from claimrules.diff.result import Diff


def document_of(diff: Diff, old: str, new: str) -> dict[str, Any]:
    """The document. `old`, `new`: what the sides are called. Causes are numbers into `moves`."""
    moves = list(dict.fromkeys((*diff.moves, *(move for one in diff.because for move in one.moves))))
    number = {move: i for i, move in enumerate(moves)}
    words = diff.changes["change"].to_pylist()
    return {
        "old": old,
        "new": new,
        "findings": {kind: words.count(kind) for kind in ("added", "removed", "changed")},
        "totals": {name: _compared(getattr(diff.totals, name)) for name in ("findings", "overlap", "once")},
        "rules": [_named(one) for one in diff.rules],
        "providers": [_named(one) for one in diff.providers],
        "months": [_named(one) for one in diff.months],
        "moves": [_move(move) for move in moves],
        "effects": [
            {
                "rule_id": one.rule_id,
                "how": one.how,
                "causes": [number[move] for move in one.moves],
                "added": one.added,
                "removed": one.removed,
                "changed": one.changed,
                "amount": str(one.amount),
                "fund_loss": str(one.fund_loss),
            }
            for one in diff.effects
        ],
        "changes": [
            {**_change(row), "how": because.how, "causes": [number[move] for move in because.moves]}
            for row, because in zip(diff.changes.to_pylist(), diff.because, strict=True)
        ],
        "undecided": [
            {"rule_id": u.rule_id, "old": u.old, "new": u.new, "became": u.became, "no_longer": u.no_longer}
            for u in diff.undecided
        ],
    }


def _named(one: Compared) -> dict[str, Any]:
    return {"name": one.name or None, **_compared(one)}


def _compared(one: Compared) -> dict[str, Any]:
    difference = {"amount": str(one.amount), "fund_loss": str(one.fund_loss)}
    return {"old": _sums(one.old), "new": _sums(one.new), "difference": difference}


def _sums(one: Sums) -> dict[str, Any]:
    money = {"amount": str(one.amount), "fund_loss": str(one.fund_loss)}
    return {"findings": one.findings, **money, "unknown": one.unknown}


def _move(move: Move) -> dict[str, Any]:
    places = {name: str(place) if place else None for name, place in (("old", move.old_place), ("new", move.new_place))}
    return {
        "kind": move.kind,
        "of": move.of,
        "name": move.name,
        "before": move.before or None,
        "after": move.after or None,
        "place": places,
    }


def _change(row: dict[str, Any]) -> dict[str, Any]:
    names = ("change", "rule_id", "finding_id", "claim_id", "subject", "provider_id")
    sides = {side: _side(row, side) for side in ("old", "new")}
    day = row["event_date"]
    return {**{name: row[name] for name in names}, "event_date": None if day is None else day.isoformat(), **sides}


def _side(row: dict[str, Any], side: str) -> dict[str, Any] | None:
    if row[f"verdict_{side}"] is None:
        return None
    money = {n: None if row[f"{n}_{side}"] is None else str(row[f"{n}_{side}"]) for n in ("amount", "fund_loss")}
    return {"verdict": row[f"verdict_{side}"], **money, "line_ids": row[f"line_ids_{side}"]}
