"""Small rule bases on disk, in two versions, and claims as plain rows."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

HEAD = """\
id: {name}
title: {{zh: 规则, en: rule}}
category: {category}
verdict: violation
message: {{zh: 违规, en: violation}}
"""
LIMIT = """\
columns: {code: text, most: integer}
key: [code]
complete: true
"""


def rule(name: str, logic: str, category: str = "management") -> dict[str, str]:
    """A rule file by its logic."""
    return {f"{name}.yaml": HEAD.format(name=name, category=category) + logic}


def limits(*rows: str) -> dict[str, str]:
    """The table `limit`: rows as `A,3`, with the days from and to which they hold behind them, or none."""
    lines = "".join(f"{row}{',' * (3 - row.count(','))}\n" for row in rows)
    return {"knowledge/limit.yaml": LIMIT, "knowledge/limit.csv": "code,most,valid_from,valid_to\n" + lines}


def table(rows: list[dict[str, Any]]) -> pa.Table:
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({n: pa.array([None if row.get(n) is None else str(row[n]) for row in rows], pa.string()) for n in names})


def claims(*lines: Mapping[str, Any], claims: tuple[Mapping[str, Any], ...] = ({},)) -> dict[str, pa.Table]:
    """Claims C1, C2 … of one hospital and person, and lines l1, l2 … of C1, each of item A, quantity 1, 10.00, in March."""
    usual = {"person_id": "P1", "provider_id": "H1", "settled_at": "2025-03-31 10:00:00", "sex": "female"}
    heads = [{"claim_id": f"C{i}", **usual, **one} for i, one in enumerate(claims, 1)]
    usual = {"claim_id": "C1", "item_code": "A", "quantity": "1", "amount": "10.00", "charged_at": "2025-03-02 09:00:00"}
    return {"claims": table(heads), "lines": table([{"line_id": f"l{i}", **usual, **one} for i, one in enumerate(lines, 1)])}


def causes(diff: Any) -> dict[tuple[str, str], tuple[str, list[str]]]:
    """By change and violating lines (those of the old finding where there is no new one): how, and what it is due to."""
    out = {}
    for row, because in zip(diff.changes.to_pylist(), diff.because, strict=True):
        lines = ",".join(row["line_ids_new"] or row["line_ids_old"] or ())
        out[row["change"], lines] = (because.how, sorted(move.title for move in because.moves))
    return out
