"""The findings of two runs, paired: which came, which went, which changed."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Bools = npt.NDArray[np.bool_]

_SEPARATOR = "\x1f"
_OF_BOTH = ("rule_id", "finding_id", "claim_id", "subject", "person_id", "provider_id", "event_date")
_OF_EACH = ("verdict", "amount", "fund_loss", "line_ids", "knowledge_ids")

CHANGES = pa.schema(
    [
        ("change", pa.string()),
        *((name, pa.date32() if name == "event_date" else pa.string()) for name in _OF_BOTH),
        *(
            (f"{name}_{side}", kind)
            for name, kind in zip(
                _OF_EACH,
                (pa.string(), pa.decimal128(18, 2), pa.decimal128(18, 2), pa.list_(pa.string()), pa.list_(pa.string())),
                strict=True,
            )
            for side in ("old", "new")
        ),
    ]
)
"""One row a finding that is not as it was. `change`: added, removed or changed; what a side does not have is null."""


def keys_of(findings: Any) -> Any:
    """What a finding is paired by: its id and its claim."""
    return pc.binary_join_element_wise(findings["finding_id"], findings["claim_id"], _SEPARATOR).combine_chunks()


def states_of(findings: Any) -> Any:
    """What is compared of a finding: verdict, amount, loss and violating lines, as one text."""
    parts = [
        findings["verdict"],
        *(pc.fill_null(findings[name].cast(pa.string()), "?") for name in ("amount", "fund_loss")),
        pc.fill_null(pc.binary_join(findings["line_ids"], "\x1e"), "?"),  # nothing is left null: that is no finding
    ]
    return pc.binary_join_element_wise(*parts, _SEPARATOR).combine_chunks()


def states_at(keys: Any, findings: Any) -> Any:
    """The state of each key among the findings; empty where there is no such finding."""
    if not findings.num_rows:
        return pa.array([""] * len(keys), pa.string())
    at = pc.index_in(keys, value_set=keys_of(findings))
    return pc.fill_null(pc.take(states_of(findings), at), "")


def changes_of(old: Any, new: Any) -> Any:
    """The findings that differ, as `CHANGES`, sorted by rule, claim and subject. Both: tables as `findings.FINDINGS`."""
    old_keys, new_keys = keys_of(old), keys_of(new)
    keys = pc.unique(pa.chunked_array([old_keys, new_keys], pa.string()))
    before, after = pc.index_in(keys, value_set=old_keys), pc.index_in(keys, value_set=new_keys)
    moved = pc.not_equal(states_at(keys, old), states_at(keys, new))
    before, after = before.filter(moved), after.filter(moved)
    columns = {"change": _words(before, after)}
    columns |= {name: pc.coalesce(pc.take(new[name], after), pc.take(old[name], before)) for name in _OF_BOTH}
    for name in _OF_EACH:
        columns |= {f"{name}_old": pc.take(old[name], before), f"{name}_new": pc.take(new[name], after)}
    table = pa.table([_whole(columns[name]).cast(CHANGES.field(name).type) for name in CHANGES.names], schema=CHANGES)
    return table.sort_by([(name, "ascending") for name in ("rule_id", "claim_id", "subject")])


def _words(before: Any, after: Any) -> Any:
    return pc.if_else(pc.is_null(before), "added", pc.if_else(pc.is_null(after), "removed", "changed"))


def _whole(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def change_keys(changes: Any) -> Any:
    """What each change is paired by."""
    return keys_of(changes)


def equal(one: Any, other: Any) -> Bools:
    """Where two lists of states are equal."""
    return np.asarray(pc.equal(one, other).to_numpy(zero_copy_only=False), dtype=np.bool_)
