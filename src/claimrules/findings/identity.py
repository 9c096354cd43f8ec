"""A finding's name: the same for the same rule and subject in every run."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.batch.hashing import hash_strings

_HEX = np.array([f"{i:02x}" for i in range(256)], dtype="S2")


def finding_ids(rule_id: str, subject: Any) -> Any:
    """24 hex digits of a hash of rule and subject, as an Arrow string array."""
    first = hash_strings(pc.binary_join_element_wise(rule_id, subject, "\x1f"))
    second = hash_strings(pc.binary_join_element_wise(subject, rule_id, "\x1e"))
    raw = np.concatenate([first[:, None].view(np.uint8), second[:, None].view(np.uint8)[:, :4]], axis=1)
    text = np.ascontiguousarray(_HEX[raw]).view("S24").ravel()
    return pa.array(text.astype("U24").astype(object), pa.string())
