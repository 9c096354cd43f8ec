"""What a mapping can say, and what it says when it is wrong."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from claimrules.batch import ClaimBatch, Intake, open_claims
from claimrules.batch.mapping_yaml import BUILT_IN, load_mapping, parse_mapping
from claimrules.catalog import TABLES
from claimrules.diagnostics import ClaimsError, Diagnostic

HEAD = """
tables:
  claims:
    files: stays.csv
    columns:
      claim_id: id
      person_id: who
      provider_id: {value: H1}
"""


def taken(where: Path, mapping: str, **options: Any) -> tuple[list[ClaimBatch], Intake]:
    path = where.parent / "mapping.yaml"
    path.write_text(mapping, encoding="utf-8")
    with open_claims(where, mapping=path, **options) as intake:
        return list(intake.partitions()), intake


def one(where: Path, mapping: str) -> ClaimBatch:
    [batch], intake = taken(where, mapping)
    assert intake.rejects.num_rows == 0, intake.rejects.to_pylist()
    return batch


def wrong(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(ClaimsError) as error:
        parse_mapping(text, "m.yaml")
    return error.value.diagnostics


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_built_in_mappings_are_sound_and_cover_all_tables(name: str) -> None:
    mapping = load_mapping(name)
    assert set(mapping.tables) == set(TABLES)


def test_constants_codes_dates_and_null_tokens(folder: Any) -> None:
    where = folder({"stays.csv": "id,who,g,in,pay,doc\n01,a,1,1/8/2009,NA,-9\n02,b,2,12/25/2008,3.5,D7\n03,c,9,NA,1,\n"})
    batch = one(
        where,
        HEAD
        + """
      care_type: {value: inpatient}
      sex: {column: g, codes: {"1": male, "2": female}, otherwise: null}
      admitted_at: {column: in, format: "%m/%d/%Y"}
      fund_amount: pay
      physician_id: {column: doc, nulls: ["-9"]}
    nulls: [NA]
""",
    )
    rows = {r["claim_id"]: r for r in batch.claims.to_pylist()}
    assert set(rows) == {"01", "02", "03"}
    assert [rows[k]["sex"] for k in ("01", "02", "03")] == ["male", "female", None]
    assert rows["01"]["admitted_at"] == dt.datetime.fromisoformat("2009-01-08")
    assert rows["03"]["admitted_at"] is None
    assert [rows[k]["fund_amount"] for k in ("01", "02")] == [None, Decimal("3.50")]
    assert [rows[k]["physician_id"] for k in ("01", "02", "03")] == [None, "D7", None]
    assert set(batch.claims["care_type"].to_pylist()) == {"inpatient"}


@pytest.mark.parametrize(
    ("otherwise", "sexes", "rejected"),
    [
        ("", ["male"], 1),
        ("otherwise: reject", ["male"], 1),
        ("otherwise: null", ["male", None], 0),
        ("otherwise: female", ["male", "female"], 0),
    ],
)
def test_a_code_that_the_table_does_not_have(folder: Any, otherwise: str, sexes: list[str], rejected: int) -> None:
    where = folder({"stays.csv": "id,who,g\n1,a,1\n2,b,7\n"})
    comma = ", " if otherwise else ""
    parts, intake = taken(where, HEAD + f'      sex: {{column: g, codes: {{"1": male}}{comma}{otherwise}}}\n')
    assert sorted(parts[0].claims["sex"].to_pylist(), key=str, reverse=True) == sorted(sexes, key=str, reverse=True)
    assert intake.counts["claims"].rejected == rejected
    if rejected:
        assert intake.rejects["reason"].to_pylist() == ["sex (g) '7' is not among the codes of the mapping"]


def test_the_longest_prefix_decides(folder: Any) -> None:
    where = folder({"stays.csv": "id,who,t\n1,a,140104\n2,b,1\n3,c,2114\n4,d,28\n5,e,77\n"})
    batch = one(
        where,
        HEAD
        + """
      care_type:
        column: t
        prefixes: {"1": outpatient, "14": chronic_outpatient, "2": inpatient, "28": day_surgery}
        otherwise: other
""",
    )
    found = dict(zip(batch.claims["claim_id"].to_pylist(), batch.claims["care_type"].to_pylist(), strict=True))
    assert found == {"1": "chronic_outpatient", "2": "outpatient", "3": "inpatient", "4": "day_surgery", "5": "other"}


JOIN = """
tables:
  claims:
    files: stays.csv
    joins:
      - {file: people.csv, on: {who: key}, prefix: p_}
    columns:
      claim_id: id
      person_id: who
      provider_id: {value: H1}
      birth_date: p_born
"""


def test_a_left_join_takes_columns_and_leaves_nulls(folder: Any) -> None:
    where = folder({"stays.csv": "id,who\n1,a\n2,b\n3,a\n", "people.csv": "key,born,id\nz,2001-01-01,9\na,1999-12-31,9\n"})
    batch = one(where, JOIN)
    born = dict(zip(batch.claims["claim_id"].to_pylist(), batch.claims["birth_date"].to_pylist(), strict=True))
    assert born == {"1": dt.date(1999, 12, 31), "2": None, "3": dt.date(1999, 12, 31)}


def test_a_join_that_would_multiply_rows_is_refused(folder: Any) -> None:
    where = folder({"stays.csv": "id,who\n1,a\n", "people.csv": "key,born\na,1999-12-31\na,1999-12-30\n"})
    with pytest.raises(ClaimsError, match="several rows"):
        taken(where, JOIN)


def test_a_column_of_both_files_needs_a_prefix(folder: Any) -> None:
    where = folder({"stays.csv": "id,who,born\n1,a,2000-01-01\n", "people.csv": "key,born\na,1999-12-31\n"})
    with pytest.raises(ClaimsError, match="give the join a `prefix`"):
        taken(where, JOIN.replace(", prefix: p_", "").replace("p_born", "born"))


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("kind: A", {"1", "4"}),
        ("kind: {in: [A, B]}", {"1", "2", "4"}),
        ("kind: {not: [A]}", {"2", "3"}),
        ("kind: {filled: true}", {"1", "2", "4"}),
        ("kind: {filled: false}", {"3"}),
        ("{kind: A, who: d}", {"4"}),
    ],
)
def test_row_filters(folder: Any, condition: str, kept: set[str]) -> None:
    where = folder({"stays.csv": "id,who,kind\n1,a,A\n2,b,B\n3,c, \n4,d, A\n"})
    text = HEAD.replace(
        "    columns:", f"    where: {condition if condition[0] == '{' else '{' + condition + '}'}\n    columns:"
    )
    [batch], intake = taken(where, text)
    assert set(batch.claims["claim_id"].to_pylist()) == kept
    assert intake.counts["claims"].left_out == 4 - len(kept)


LINES = """
  lines:
    files: lines.csv
    columns: {line_id: n, claim_id: id, item_code: x, quantity: {value: "1"}, amount: a}
"""


def test_lines_of_a_claim_that_is_filtered_out_are_left_out_not_orphans(folder: Any) -> None:
    where = folder({"stays.csv": "id,who,kind\n1,a,A\n2,b,B\n", "lines.csv": "n,id,x,a\n1,1,X,1\n1,2,X,2\n1,3,X,4\n"})
    _, intake = taken(where, HEAD.replace("    columns:", "    where: {kind: A}\n    columns:") + LINES)
    count = intake.counts["lines"]
    assert (count.audited, count.left_out, count.rejected, count.amount) == (1, 1, 1, Decimal("1.00"))


WIDE = """
  diagnoses:
    files: stays.csv
    unpivot:
      numbers: 1..3
      columns: {code: "d{n}", poa: "p{n}"}
    columns:
      claim_id: id
      diagnosis_code: code
      sequence: number
      is_principal: {column: number, codes: {"1": "true"}, otherwise: "false"}
      present_on_admission: poa
"""


def test_parallel_wide_columns_become_rows_by_their_number(folder: Any) -> None:
    where = folder({"stays.csv": "id,who,d1,d2,d3,p1,p2,p3\n1,a,I10,,E11,Y,Y,N\n2,b,,,,Y,,\n"})
    batch = one(where, HEAD + WIDE)
    rows = sorted(batch.diagnoses.to_pylist(), key=lambda r: r["sequence"])
    names = ("diagnosis_code", "sequence", "is_principal", "present_on_admission")
    assert [tuple(r[n] for n in names) for r in rows] == [("I10", 1, True, True), ("E11", 3, False, False)]


def test_a_running_line_number_does_not_depend_on_order(folder: Any) -> None:
    text = HEAD + LINES.replace("line_id: n", "line_id: running")
    seen = set()
    for rows in (["1,X,1", "1,Y,2", "1,X,1", "2,X,5"], ["2,X,5", "1,X,1", "1,X,1", "1,Y,2"]):
        where = folder({"stays.csv": "id,who\n1,a\n2,b\n", "lines.csv": "id,x,a\n" + "\n".join(rows) + "\n"})
        batch = one(where, text)
        seen.add(tuple(sorted(str(sorted(r.items())) for r in batch.lines.to_pylist())))
        keys = list(zip(batch.lines["claim_id"].to_pylist(), batch.lines["line_id"].to_pylist(), strict=True))
        assert sorted(keys) == [("1", "1"), ("1", "2"), ("1", "3"), ("2", "1")]
    assert len(seen) == 1


def test_a_line_id_of_several_columns(folder: Any) -> None:
    where = folder({"stays.csv": "id,who\n1,a\n", "lines.csv": "id,n,m,x,a\n1,7,8,X,1\n"})
    batch = one(where, HEAD + LINES.replace("line_id: n", 'line_id: {columns: [n, m], separator: "/"}'))
    assert batch.lines["line_id"].to_pylist() == ["7/8"]


GROUP = (
    HEAD.replace("    columns:", "    group: {by: id, order: seg}\n    columns:")
    + "      admitted_at: at\n      fund_amount: pay\n"
)


def test_grouped_rows_take_the_first_filled_value_in_order(folder: Any) -> None:
    rows = ["1,2,a,,5", "1,1,a,2024-01-01,", "2,1,b,2024-01-02,7", "1,3,a,2024-01-09,6"]
    seen = set()
    for some in (rows, rows[::-1]):
        where = folder({"stays.csv": "id,seg,who,at,pay\n" + "\n".join(some) + "\n"})
        [batch], intake = taken(where, GROUP)
        assert intake.counts["claims"].read == 2
        seen.add(tuple(sorted(str(r) for r in batch.claims.to_pylist())))
        claim = next(r for r in batch.claims.to_pylist() if r["claim_id"] == "1")
        assert (claim["admitted_at"], claim["fund_amount"]) == (
            dt.datetime.fromisoformat("2024-01-01"),
            Decimal("5.00"),
        )
    assert len(seen) == 1


def test_extra_columns_are_carried_under_their_name_and_type(folder: Any) -> None:
    where = folder({"stays.csv": "id,who,w,Race\n1,a,70.5,3\n"})
    batch = one(where, HEAD + "    extra:\n      w: decimal(5, 1)\n      race: {column: Race, type: integer}\n")
    assert batch.claims.select(["w", "race"]).to_pylist() == [{"w": Decimal("70.5"), "race": 3}]


def test_globs_encodings_and_delimiters(folder: Any) -> None:
    where = folder({"stays_1.csv": "id\twho\n1\ta\n"})
    (where / "stays_2.csv").write_bytes("id\twho\n2\t张三\n".encode("gb18030"))
    text = HEAD.replace("stays.csv", '"stays_*.csv"\n    encoding: gb18030\n    delimiter: tab')
    assert sorted(one(where, text).claims["person_id"].to_pylist()) == ["a", "张三"]


def test_a_mapping_does_not_leave_the_claims_folder(folder: Any) -> None:
    with pytest.raises(ClaimsError, match="outside the claims folder"):
        taken(folder({"x.csv": "a\n"}), HEAD.replace("stays.csv", "../stays.csv"))


def test_a_column_that_the_file_does_not_have_is_an_error_at_its_place(folder: Any) -> None:
    where = folder({"stays.csv": "id,whom\n1,a\n"})
    with pytest.raises(ClaimsError) as error:
        taken(where, HEAD)
    [found] = error.value.diagnostics
    assert (found.code, found.help) == ("CR104", "is it `whom`?")
    assert found.place is not None
    assert found.place.line == 7


def test_all_errors_of_a_mapping_at_once_each_with_its_place() -> None:
    found = wrong(
        """
tables:
  claims:
    file: stays.csv
    files: stays.csv
    columns:
      claim_id: id
      persn_id: who
      provider_id: {value: H1, column: h}
      sex: {column: g, codes: {"1": mail}}
      birth_date: {column: b, format: mdy}
      total_amount: {column: t, format: "%Y"}
    extra: {weight: number}
  line: {files: x}
"""
    )
    assert sorted((d.place.line if d.place else 0, d.code) for d in found) == [
        (4, "CR121"),
        (4, "CR122"),
        (8, "CR124"),
        *((line, "CR123") for line in (9, 10, 11, 12, 13)),
        (14, "CR121"),
    ]
    assert [d.help for d in found if d.code == "CR121"] == ["did you mean `files`?", "did you mean `lines`?"]
    assert "did you mean `person_id`?" in [d.help for d in found]
    assert "did you mean `male`?" in [d.help for d in found]


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "[]", "{", "a: &x 1", "a: 1\na: 2",
        "tables: 3", "tables: {}", "tables: {claims: }",
        "tables: {claims: {files: a, columns: []}}",
        "tables: {claims: {use: canonical}}",
        *(f"tables: {{claims: {{files: a, use: canonical, {wrong}}}}}" for wrong in (
            "use2: x", "unpivot: {numbers: a..b, columns: {c: d}}", "joins: [x]", "group: 1", "where: {a: {b: c}}",
            "where: {a: {in: {x: y}}}", "where: {a: }", "delimiter: abc", "nulls: {a: b}", "extra: {claim_id: text}",
        )),
        "tables: {claims: {files: a, use: nationl}}",
        "tables: {claims: {files: [a, [b]], use: canonical}}",
    ],
)  # fmt: skip
def test_a_broken_mapping_never_ends_in_a_traceback(text: str) -> None:
    assert wrong(text)


def test_an_unknown_mapping_names_the_built_in_ones() -> None:
    with pytest.raises(ClaimsError, match="built in are canonical, nhsa"):
        load_mapping("nhs")


@pytest.mark.parametrize(
    ("group", "said"), [("[id]", "write {by: id}"), ("id", "write {by: id}"), ("[a, b]", "write {by: [a, b]}")]
)
def test_a_group_that_is_a_list_is_told_how_to_write_it(group: str, said: str) -> None:
    [found] = wrong(HEAD.replace("    columns:", f"    group: {group}\n    columns:"))
    assert found.code == "CR121"
    assert said in found.help
