"""The fixture in the repository holds what its labels say."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from claimrules.catalog import TABLES
from claimrules.generate.arrow import arrow_type
from claimrules.generate.scenarios import RULES

SMALL = Path(__file__).parents[2] / "fixtures" / "small"


def read(name: str) -> Any:
    if name == "labels":
        types = dict.fromkeys(("person_id", "provider_id", "claim_id", "line_id"), pa.string())
        types["amount"] = pa.decimal128(18, 2)
    else:
        types = {field.name: arrow_type(name, field.name) for field in TABLES[name]}
    options = pa_csv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""])
    return pa_csv.read_csv(SMALL / f"{name}.csv", convert_options=options)


def test_the_judge_finds_the_labels_of_the_fixture(judge: Any) -> None:
    case = judge({name: read(name) for name in (*TABLES, "labels")})
    assert case.found() == case.planted()
    counts = Counter(rule for rule, *_ in case.planted())
    assert all(counts[rule] >= 2 for rule in RULES)


def test_the_fixture_is_small() -> None:
    assert sum(file.stat().st_size for file in SMALL.iterdir()) < 1_500_000
    assert read("lines").num_rows == 3000
