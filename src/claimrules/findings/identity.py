"""A finding's name: the same for the same rule and subject in every run."""

from typing import Any

import numpy as np
import pyarrow as pa

from claimrules.batch.hashing import hash_strings
from claimrules.engine.values.arrow_text import joined

_HEX = np.array([f"{i:02x}" for i in range(256)], dtype="S2")


def finding_ids(rule_id: str, subject: Any) -> Any:
    """24 hex digits of a hash of rule and subject, as an Arrow string array."""
    first = hash_strings(joined(rule_id, subject, between="\x1f"))
    second = hash_strings(joined(subject, rule_id, between="\x1e"))
    raw = np.concatenate([first[:, None].view(np.uint8), second[:, None].view(np.uint8)[:, :4]], axis=1)
    text = np.ascontiguousarray(_HEX[raw]).view("S24").ravel()
    return pa.array(text.astype("U24").astype(object), pa.string())
