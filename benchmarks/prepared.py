"""The claims as a peer would prepare them: codes as integers, money in cents, lines in the order of person and time."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.feather as feather

DECIMALS = {"quantity": 4, "unit_price": 6, "amount": 2, "in_scope_amount": 2}
ENUMERATIONS = ("sex", "care_type", "provider_level", "payment_method", "department_code")


@dataclass(frozen=True)
class Prepared:
    """`lines`: one row a line, integers only; `claims` by place; `words`: what the integers of a column stand for."""

    lines: Any
    claims: Any
    words: dict[str, Any]

    def codes(self, column: str, texts: list[str]) -> Any:
        """The integers of some texts, -1 for one that no row has."""
        found = pc.index_in(pa.array(texts, pa.string()), value_set=self.words[column])
        return pc.fill_null(found, -1)


SCALES = {"most": 4, "ceiling": 6}
"""The decimals of limits, in the units of what they limit."""


def knowledge_columns(rule: dict[str, Any], coded: Callable[[str, list[str]], Any]) -> dict[str, Any]:
    """The columns of a rule's table, as peers name them: codes as `coded` has them, and as `value` what they are held to."""
    columns: dict[str, Any] = {}
    for place, name in enumerate(rule["columns"]):
        texts = [row[place] for row in rule["rows"]]
        if name in ("code", "sub_code", "main_code"):
            columns["item" if name == "code" else name] = coded("item_code", texts)
        elif name in ENUMERATIONS:
            columns["value"] = coded(name, texts)
        else:
            columns["value"] = np.array([round(float(t) * 10 ** SCALES.get(name, 0)) for t in texts], dtype=np.int64)
    return columns


def prepared_of(claims: Path) -> Prepared:
    """The tables of a folder of claims, prepared once and kept beside it; memory-mapped."""
    folder = claims / "ints"
    if not (folder / "done").exists():
        folder.mkdir(exist_ok=True)
        for name, table in _prepare(claims).items():
            feather.write_feather(table, folder / f"{name}.arrow", compression="uncompressed")
        (folder / "done").touch()

    def read(name: str) -> Any:
        return feather.read_table(folder / f"{name}.arrow", memory_map=True)

    words = {name: read(f"words_{name}")["word"].combine_chunks() for name in ("item_code", *ENUMERATIONS)}
    return Prepared(read("lines"), read("claims"), words)


def _prepare(claims: Path) -> dict[str, Any]:
    out: dict[str, Any] = {}
    c = ds.dataset(claims / "claims").to_table().sort_by([("person_id", "ascending"), ("settled_at", "ascending")])
    columns: dict[str, Any] = {"claim": pa.array(np.arange(c.num_rows, dtype=np.int32))}
    encounter = pc.coalesce(c["encounter_id"], c["claim_id"])
    for name, values in (("person", c["person_id"]), ("provider", c["provider_id"]), ("encounter", encounter)):
        columns[name] = _whole(values).dictionary_encode().indices
    for name in ENUMERATIONS:
        values = _whole(c[name])
        if name == "sex":  # `unknown` reads as NULL
            values = pc.if_else(pc.equal(values, "unknown"), None, values)
        encoded = values.dictionary_encode()
        columns[name] = encoded.indices
        out[f"words_{name}"] = pa.table({"word": encoded.dictionary})
    columns["birth"] = c["birth_date"].cast(pa.int32())
    for name in ("admitted_at", "discharged_at"):
        columns[name.split("_")[0]] = c[name].cast(pa.date32(), safe=False).cast(pa.int32())
    out["claims"] = pa.table(columns)
    lines = ds.dataset(claims / "lines").to_table(columns=["claim_id", "item_code", "charged_at", *DECIMALS])
    lines = lines.combine_chunks()
    claim = pc.index_in(lines["claim_id"], value_set=_whole(c["claim_id"]))
    item = _whole(lines["item_code"]).dictionary_encode()
    out["words_item_code"] = pa.table({"word": item.dictionary})
    made = {"claim": _whole(claim), "item": item.indices, "charged": _whole(lines["charged_at"]).cast(pa.int64())}
    made["day"] = _whole(lines["charged_at"]).cast(pa.date32(), safe=False).cast(pa.int32())
    for name, scale in DECIMALS.items():
        units = pc.multiply(lines[name], pa.scalar(10**scale, pa.decimal128(10, 0)))
        made[name] = _whole(units.cast(pa.decimal128(38, 0)).cast(pa.int64()))
    order = np.lexsort((np.asarray(pc.fill_null(made["charged"], 0)), np.asarray(made["claim"])))
    person = np.asarray(columns["person"])[np.asarray(made["claim"])[order]]
    order = order[np.argsort(person, kind="stable")]
    table = pa.table(made).take(pa.array(order))
    by_claim = np.asarray(table["claim"])
    for name in ("person", "provider", "encounter"):
        table = table.append_column(name, pa.array(np.asarray(columns[name])[by_claim]))
    out["lines"] = table.append_column("line", pa.array(np.arange(table.num_rows, dtype=np.int32)))
    return out


def _whole(values: Any) -> Any:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
