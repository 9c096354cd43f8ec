"""Sets of codes, given by prefixes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, slots=True)
class CodeSet:
    """The codes that begin with a prefix of `include`, unless a longer one of `exclude` fits: the longest decides."""

    name: str
    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()

    def contains(self, codes: Sequence[str]) -> npt.NDArray[np.bool_]:
        """For each of the (distinct) codes, whether it is in the set."""
        given: Any = pa.array(codes, pa.string())
        inside = np.zeros(len(given), dtype=np.bool_)
        by_length: dict[int, tuple[list[str], list[str]]] = {}
        for side, prefixes in enumerate((self.include, self.exclude)):
            for prefix in prefixes:
                by_length.setdefault(len(prefix), ([], []))[side].append(prefix)
        for length in sorted(by_length):
            heads = pc.utf8_slice_codeunits(given, 0, length)
            include, exclude = (pa.array(side, pa.string()) for side in by_length[length])
            inside[pc.is_in(heads, value_set=include).to_numpy(zero_copy_only=False)] = True
            inside[pc.is_in(heads, value_set=exclude).to_numpy(zero_copy_only=False)] = False
        return inside


def code_sets(rows: Any) -> Mapping[str, CodeSet]:
    """The sets of a checked `code_sets` table, by name."""
    include: dict[str, list[str]] = {}
    exclude: dict[str, list[str]] = {}
    for name, prefix in zip(rows["set_id"].to_pylist(), rows["prefix"].to_pylist(), strict=True):
        include.setdefault(name, [])
        if prefix.startswith("-"):
            exclude.setdefault(name, []).append(prefix[1:])
        else:
            include[name].append(prefix)
    return {
        name: CodeSet(name, tuple(sorted(include[name])), tuple(sorted(exclude.get(name, ())))) for name in sorted(include)
    }
