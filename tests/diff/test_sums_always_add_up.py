"""Made-up pairs of bases: whatever moved, every difference is explained, and all sums are those of the two runs."""

from collections import Counter
from decimal import Decimal
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from diff_bases import claims, limits, rule
from hypothesis import given
from hypothesis import strategies as st

import claimrules
from claimrules.diff import Diff, diff_packs

CODES = "ABC"
PIECES = st.fixed_dictionaries(
    {
        "default": st.integers(0, 4),
        "rows": st.sampled_from(["", "line.item_code <> 'A'", "line.quantity > 1"]),
        "unless": st.sampled_from(["", "line.item_code = 'B'", "line.unit_price > 3"]),
        "flag": st.sampled_from(["line.quantity > param.most", "line.quantity >= limit.most", "line.unit_price > 2"]),
        "amount": st.sampled_from(["full_line", "none", "excess_quantity(line.quantity - 1)", "line.amount / 3"]),
        "per": st.sampled_from(["", "claim", "claim, item"]),
        "status": st.sampled_from(["active", "active", "draft"]),
        "limit": st.dictionaries(st.sampled_from(CODES), st.integers(0, 4)),
        "second": st.booleans(),
    }
)
LINE = st.fixed_dictionaries(
    {
        "claim_id": st.sampled_from(["C1", "C2"]),
        "item_code": st.sampled_from(CODES),
        "quantity": st.integers(0, 5),
        "unit_price": st.sampled_from([None, "1", "2.5", "4"]),
        "amount": st.sampled_from(["0.01", "10.00", "33.33"]),
        "charged_at": st.sampled_from(["2025-03-02 09:00:00", "2025-04-02 09:00:00", None]),
    }
)
TITLES = {"default": "params.most", "rows": "rows", "unless": "unless.it may", "amount": "amount", "per": "per"}


def files(pieces: dict[str, Any]) -> dict[str, str]:
    """The base of some pieces."""
    parts = [f"status: {pieces['status']}", f"params: {{most: {{default: {pieces['default']}}}}}"]
    parts += ["match: {limit: {table: limit, key: {code: line.item_code}}}"]
    parts += [f"rows: {pieces['rows']}"] if pieces["rows"] else []
    parts += [f"per: [{pieces['per']}]"] if pieces["per"] else []
    parts += [f"flag_rows: {pieces['flag']}"]
    parts += [f"unless: {{it may: {pieces['unless']}}}"] if pieces["unless"] else []
    second = rule("second", "flag: line.amount > 20\n") if pieces["second"] else {}
    table = limits(*(f"{code},{most}" for code, most in pieces["limit"].items()), "X,9")
    return {**rule("many", "\n".join([*parts, f"amount: {pieces['amount']}"]) + "\n"), **second, **table}


def load(folder: Path, pieces: dict[str, Any]) -> claimrules.RulePack:
    for name, text in files(pieces).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return claimrules.load(folder)


def states(result: Any) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Each finding's verdict, money and lines."""
    return {
        (row["finding_id"], row["claim_id"]): (row["verdict"], row["amount"], row["fund_loss"], tuple(row["line_ids"]))
        for row in result.findings.to_pylist()
    }


def total(values: Any) -> Decimal:
    return sum((value for value in values if value is not None), Decimal(0))


@given(PIECES, PIECES, st.lists(LINE, min_size=1, max_size=6))
def test_whatever_moved(old_pieces, new_pieces, lines):
    data = claims(*lines, claims=({}, {"provider_id": "H2", "person_id": "P2"}))
    with TemporaryDirectory() as folder:
        old, new = load(Path(folder, "old"), old_pieces), load(Path(folder, "new"), new_pieces)
        before, after = old.audit(data), new.audit(data)
        diff = diff_packs(old, new, data)
        accounts_for_every_change(diff, states(before), states(after))
        adds_up(diff, before, after)
        counts_the_undecided(diff, before, after)
        names_what_undoes_it(diff, Path(folder), old_pieces, new_pieces, data)


def accounts_for_every_change(diff: Diff, before: dict[Any, Any], after: dict[Any, Any]) -> None:
    differing = {key for key in chain(before, after) if before.get(key) != after.get(key)}
    rows = diff.changes.to_pylist()
    assert {(row["finding_id"], row["claim_id"]) for row in rows} == differing
    assert len(rows) == len(differing) == len(diff.because)
    for row, because in zip(rows, diff.because, strict=True):
        key = (row["finding_id"], row["claim_id"])
        assert row["change"] == ("added" if key not in before else "removed" if key not in after else "changed")
        assert because.moves
        # a table of several rows may be named as a whole, where no row does it alone
        assert all(move in diff.moves or move.kind == "table" for move in because.moves)


def adds_up(diff: Diff, before: Any, after: Any) -> None:
    for name in ("amount", "fund_loss"):
        summed = [total(result.findings[name].to_pylist()) for result in (before, after)]
        by_summary = [total(getattr(one, name) for one in result.summary.rules.values()) for result in (before, after)]
        assert summed == by_summary
        difference = summed[1] - summed[0]
        for compared in (diff.rules, diff.providers, diff.months, diff.effects, [diff.totals.findings]):
            assert total(getattr(one, name) for one in compared) == difference
        once = getattr(after.summary, f"total_{name}") - getattr(before.summary, f"total_{name}")
        assert getattr(diff.totals.once, name) == once == difference + getattr(diff.totals.overlap, name)
    changes = Counter(diff.changes["change"].to_pylist())
    assert [sum(getattr(e, k) for e in diff.effects) for k in ("added", "removed", "changed")] == [
        changes[k] for k in ("added", "removed", "changed")
    ]


def counts_the_undecided(diff: Diff, before: Any, after: Any) -> None:
    counts = [
        {name: one.undecided for name, one in result.summary.rules.items() if one.undecided} for result in (before, after)
    ]
    said = {one.rule_id: one for one in diff.undecided}
    for name in {*counts[0], *counts[1]}:
        old, new = counts[0].get(name, 0), counts[1].get(name, 0)
        assert old == new or name in said
        if name in said:
            assert (said[name].old, said[name].new) == (old, new)
            assert said[name].became - said[name].no_longer == new - old


def names_what_undoes_it(diff: Diff, folder: Path, old_pieces: Any, new_pieces: Any, data: Any) -> None:
    """Of what moved in clauses alone: written by hand, the base with the one clause put back finds what was found."""
    for number, piece in enumerate(TITLES):
        moved = [
            row
            for row, because in zip(diff.changes.to_pylist(), diff.because, strict=True)
            if because.how == "alone" and [move.title for move in because.moves] == [f"many: {TITLES[piece]}"]
        ]
        if moved and new_pieces["status"] == old_pieces["status"] == "active":
            undone = states(load(folder / f"a{number}", {**new_pieces, piece: old_pieces[piece]}).audit(data))
            made = states(load(folder / f"b{number}", {**old_pieces, piece: new_pieces[piece]}).audit(data))
            before = states(claimrules.load(folder / "old").audit(data))
            after = states(claimrules.load(folder / "new").audit(data))
            for row in moved:
                key = (row["finding_id"], row["claim_id"])
                assert undone.get(key) == before.get(key) or made.get(key) == after.get(key)
