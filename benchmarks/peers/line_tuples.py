"""Lines and claims as tuples of plain Python values, for the peers that look at one row after the other; null is None."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from benchmarks.prepared import DECIMALS, ENUMERATIONS, Prepared, knowledge_columns


class Claim(NamedTuple):
    """Days are counted from 1970; codes are integers, or texts as read."""

    person: Any
    provider: Any
    encounter: Any
    sex: Any
    care_type: Any
    provider_level: Any
    payment_method: Any
    department_code: Any
    birth: int | None
    admitted: int | None
    discharged: int | None


class Line(NamedTuple):
    """Money in cents, quantity in ten-thousandths, price in millionths, `charged` in microseconds."""

    line: Any
    claim: Any
    item: Any
    charged: int | None
    day: int | None
    quantity: int
    unit_price: int | None
    amount: int
    in_scope_amount: int


@dataclass
class Rows:
    """`claims` by their id; `coded`: a column's name and texts → the texts as that column has them."""

    claims: dict[Any, Claim]
    lines: list[Line]
    coded: Callable[[str, list[str]], list[Any]]

    def inpatient(self) -> Any:
        """The care type of a stay, as `care_type` has it."""
        return self.coded("care_type", ["inpatient"])[0]

    def knowledge(self, rule: dict[str, Any]) -> list[tuple[Any, ...]]:
        """The rows of a rule's table, in the order of its columns."""
        columns = knowledge_columns(rule, self.coded).values()
        return list(zip(*(c.tolist() if isinstance(c, np.ndarray) else c for c in columns), strict=True))


def integer_rows(prepared: Prepared) -> Rows:
    """The prepared tables."""
    claims = _tuples(Claim, prepared.claims)
    ids = prepared.claims["claim"].to_pylist()
    lines = _tuples(Line, prepared.lines)
    return Rows(dict(zip(ids, claims, strict=True)), lines, lambda c, texts: prepared.codes(c, texts).to_pylist())


def text_rows(claims: Path) -> Rows:
    """The files as they are."""
    table = ds.dataset(claims / "claims").to_table()
    sex = pc.if_else(pc.equal(table["sex"], "unknown"), None, table["sex"])
    columns = {
        "person": table["person_id"],
        "provider": table["provider_id"],
        "sex": sex,
        "birth": _days(table["birth_date"]),
    }
    columns |= {"encounter": pc.coalesce(table["encounter_id"], table["claim_id"])}
    columns |= {name: table[name] for name in ENUMERATIONS if name != "sex"}
    columns |= {name: _days(table[f"{name}_at"]) for name in ("admitted", "discharged")}
    by_id = dict(zip(table["claim_id"].to_pylist(), _tuples(Claim, columns), strict=True))
    table = ds.dataset(claims / "lines").to_table()
    name = pc.binary_join_element_wise(table["claim_id"], table["line_id"], "/")
    columns = {"line": name, "claim": table["claim_id"], "item": table["item_code"], "day": _days(table["charged_at"])}
    columns |= {"charged": table["charged_at"].cast(pa.int64())}
    columns |= {name: _units(table[name], scale) for name, scale in DECIMALS.items()}
    return Rows(by_id, _tuples(Line, columns), lambda _, texts: texts)


def _days(times: Any) -> Any:
    return times.cast(pa.date32(), safe=False).cast(pa.int32())


def _units(money: Any, scale: int) -> Any:
    return pc.multiply(money, pa.scalar(10**scale, pa.decimal128(10, 0))).cast(pa.decimal128(38, 0)).cast(pa.int64())


def _tuples(kind: Any, columns: Any) -> list[Any]:
    return list(map(kind._make, zip(*(columns[name].to_pylist() for name in kind._fields), strict=True)))
