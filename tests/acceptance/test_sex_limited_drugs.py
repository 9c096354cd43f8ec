"""Every row of the official list is its own test: one line for each sex, one finding for each code."""

import csv
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import claimrules

RULE = "drug_sex"
SEXES = {"男": "male", "女": "female"}
OTHER = {"male": "female", "female": "male"}

# Three names with their codes: 2 for men, 2 + 1 for women.
NAMES = [("试验片甲", "男"), ("试验丸乙", "女"), ("试验片丙", "女")]
CODES = [
    ("试验片甲", "XA00000000000000001"),
    ("试验片甲", "XA00000000000000002"),
    ("试验丸乙", "ZB00000000000000001"),
    ("试验丸乙", "0000123"),
    ("试验片丙", "XA0000000000000000"),  # the beginning of two other codes: keys match whole codes
]


def joined(names: Iterable[tuple[str, str]], codes: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Code → male or female; the limit stands in one file, the codes in another, the name joins them."""
    limit = {name: SEXES[sex] for name, sex in names}
    return {code: limit[name] for name, code in codes}


def layer(folder: Path, limits: dict[str, str]) -> Path:
    """A folder of rows alone, read by the declaration in the repository."""
    folder.mkdir()
    text = "code,sex\n" + "".join(f"{code},{sex}\n" for code, sex in limits.items())
    (folder / "drug_sex.csv").write_text(text, encoding="utf-8")
    return folder


def two_lines_a_code(codes: Iterable[str], sexes: tuple[str, str] = ("male", "female")) -> dict[str, Any]:
    """A claim of each sex with a line of every code; line n of a claim costs n cents."""
    claims, lines = [], []
    for claim, sex in zip(("M", "F"), sexes, strict=True):
        claims.append({"claim_id": claim, "person_id": f"P{claim}", "provider_id": "H1", "sex": sex})
        for number, code in enumerate(codes, 1):
            lines.append(
                {
                    "line_id": str(number),
                    "claim_id": claim,
                    "item_code": code,
                    "quantity": Decimal(1),
                    "amount": Decimal(number) / 100,
                    "charged_at": "2025-03-01",
                }
            )
    return {"claims": pa.Table.from_pylist(claims), "lines": pa.Table.from_pylist(lines)}


def judged(places: Any, folder: Path, tables: dict[str, Any]) -> Any:
    pack = claimrules.load(places.rules, knowledge=[folder / "layer"])
    return pack.audit(tables, only=[RULE])


def found_for(result: Any) -> list[tuple[str, str]]:
    rows = result.findings.select(["claim_id", "line_ids"]).to_pylist()
    return sorted((row["claim_id"], line) for row in rows for line in row["line_ids"])


def expected(limits: dict[str, str]) -> list[tuple[str, str]]:
    """The line of the other sex, for each code."""
    return sorted(("M" if sex == "female" else "F", str(number)) for number, sex in enumerate(limits.values(), 1))


def one_finding_a_code(places: Any, folder: Path, limits: dict[str, str]) -> None:
    layer(folder / "layer", limits)
    result = judged(places, folder, two_lines_a_code(limits))
    n = len(limits)
    figures = result.summary.rules[RULE]
    assert (figures.flagged, figures.clean, figures.undecided, figures.not_applicable) == (n, n, 0, 0)
    assert result.findings.num_rows == n
    assert found_for(result) == expected(limits)
    # Each code is flagged once, so each number of cents counts once: 1 + 2 + ... + n.
    assert figures.amount == result.summary.total_amount == Decimal(n * (n + 1) // 2) / 100

    unknown = judged(places, folder, two_lines_a_code(limits, ("unknown", "")))
    assert unknown.findings.num_rows == 0
    assert unknown.summary.rules[RULE].undecided == 2 * n
    assert sum(unknown.undecided["subjects"].to_pylist()) == 2 * n
    assert set(unknown.undecided["missing"].to_pylist()) == {"claim.sex"}


def test_five_codes(places: Any, tmp_path: Path) -> None:
    limits = joined(NAMES, CODES)
    assert sorted(limits.values()) == ["female", "female", "female", "male", "male"]
    one_finding_a_code(places, tmp_path, limits)


def test_codes_in_no_table_are_not_applicable(places: Any, tmp_path: Path) -> None:
    limits = joined(NAMES, CODES)
    layer(tmp_path / "layer", limits)
    # Longer, shorter, without its zeros, in small letters: none of them is in the list.
    strangers = ["XA000000000000000011", "XA000000000000000", "123", "xa00000000000000001", "Q"]
    result = judged(places, tmp_path, two_lines_a_code(strangers))
    figures = result.summary.rules[RULE]
    assert (figures.subjects, figures.not_applicable) == (10, 10)
    assert result.findings.num_rows == result.undecided.num_rows == 0


def test_a_column_that_is_not_there_is_one_counted_row(places: Any, tmp_path: Path) -> None:
    limits = joined(NAMES, CODES)
    layer(tmp_path / "layer", limits)
    tables = two_lines_a_code(limits)
    tables["claims"] = tables["claims"].drop_columns(["sex"])
    result = judged(places, tmp_path, tables)
    assert result.findings.num_rows == 0
    assert result.undecided.to_pylist() == [
        {"rule_id": RULE, "subject": None, "claim_id": None, "missing": "claim.sex", "subjects": 10}
    ]


@pytest.mark.data
def test_the_official_list(places: Any, tmp_path: Path, real_data: Callable[[str], Path]) -> None:
    folder = real_data("nhsa")

    def rows(name: str) -> list[dict[str, str]]:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    limits = joined(
        ((r["药品通用名"], r["限定对象"]) for r in rows("b01_drug_sex.csv")),
        ((r["药品通用名"], r["药品代码"]) for r in rows("b01_drug_sex_codes.csv")),
    )
    assert len(limits) == 6_472
    assert list(limits.values()).count("male") == 1_940
    one_finding_a_code(places, tmp_path, limits)


@pytest.mark.data
def test_other_codes_than_the_official_ones(places: Any, tmp_path: Path, real_data: Callable[[str], Path]) -> None:
    with (real_data("nhsa") / "b01_drug_sex_codes.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["药品代码"] for row in csv.DictReader(file)}
    limits = dict.fromkeys(sorted(codes), "male")
    layer(tmp_path / "layer", limits)
    strangers = [f"{code}9" for code in limits]
    assert not codes.intersection(strangers)
    result = judged(places, tmp_path, two_lines_a_code(strangers))
    assert result.summary.rules[RULE].not_applicable == 12_944
    assert result.findings.num_rows == result.undecided.num_rows == 0
