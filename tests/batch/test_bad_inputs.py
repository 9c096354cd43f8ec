"""Every bad input ends in a clear error or in reject rows, never in a traceback."""

import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimrules.batch import Intake, csv_source, open_claims
from claimrules.batch.counts import TableCount
from claimrules.diagnostics import ClaimsError

CLAIMS = "claim_id,person_id,provider_id,sex,total_amount\nC1,P1,H1,male,1.00\nC2,P2,H1,,2\n"
LINES = 'line_id,claim_id,item_code,quantity,amount,item_name\n1,C1,X,1,1.00,"a\nb"\n2,C1,X,1,1.00,x\n1,C2,Y,1,2,y\n'


def drain(source: Any, **options: Any) -> Intake:
    with open_claims(source, **options) as intake:
        list(intake.partitions())
        for count in intake.counts.values():
            assert count.read == count.audited + count.rejected + count.left_out
        return intake


def only_reject(intake: Intake) -> dict[str, Any]:
    assert intake.rejects.num_rows == 1
    return dict(intake.rejects.to_pylist()[0])


def fails(source: Any, code: str, *words: str, **options: Any) -> None:
    with pytest.raises(ClaimsError) as error:
        drain(source, **options)
    text = str(error.value)
    assert error.value.diagnostics[0].code == code, text
    for word in words:
        assert word in text


def test_an_empty_folder(tmp_path: Path) -> None:
    fails(tmp_path, "CR103", "no `claims`", "it is empty")


def test_a_folder_without_claims_names_what_is_near(folder: Any) -> None:
    fails(folder({"claim.csv": "a\n"}), "CR103", "is it `claim.csv`?")


def test_no_such_folder(tmp_path: Path) -> None:
    (tmp_path / "claims2024").mkdir()
    fails(tmp_path / "claim2024", "CR103", "is it `claims2024`?")


def test_a_single_csv_is_not_a_folder(folder: Any, small: dict[str, str]) -> None:
    fails(folder(small) / "claims.csv", "CR103", "not a folder")


def test_two_files_for_one_table(folder: Any, small: dict[str, str]) -> None:
    where = folder(small)
    pq.write_table(pa.table({"claim_id": ["C1"]}), where / "claims.parquet")
    fails(where, "CR103", "claims.parquet and claims.csv")


def test_a_missing_required_column_names_the_nearest(folder: Any, small: dict[str, str]) -> None:
    small["claims.csv"] = small["claims.csv"].replace("provider_id", "provider")
    fails(folder(small), "CR104", "no column `provider_id`", "is it `provider`?")


def test_all_missing_columns_of_a_file_at_once(folder: Any) -> None:
    with pytest.raises(ClaimsError) as error:
        open_claims(folder({"claims.csv": "x\n"}))
    assert len(error.value.diagnostics) == 3


def test_an_empty_file_and_a_doubled_header(folder: Any, small: dict[str, str]) -> None:
    fails(folder({"claims.csv": ""}), "CR101", "claims.csv", "not even a header")
    fails(folder({"claims.csv": "claim_id,claim_id\n"}), "CR102", "'claim_id' twice")
    fails(folder(small | {"claims.csv": "\n\n"}), "CR101", "claims.csv")


@pytest.mark.parametrize(("mark", "said"), [(";", 'delimiter: ";"'), ("\t", "delimiter: tab"), ("|", 'delimiter: "|"')])
def test_another_delimiter_is_named(folder: Any, small: dict[str, str], mark: str, said: str) -> None:
    small["lines.csv"] = small["lines.csv"].replace(",", mark)
    fails(folder(small), "CR104", "lines.csv", "`item_code`", "one cell", said)


def test_a_table_of_another_kind_is_told_how_to_become_one() -> None:
    frame = type("DataFrame", (), {"__module__": "pandas.core.frame"})()
    fails({"claims": frame}, "CR106", "pyarrow.Table.from_pandas(df)")
    fails({"claims": [{"claim_id": "C1"}]}, "CR106", "pyarrow.Table.from_pylist(rows)")
    fails({"claims": 5}, "CR106", "is a int, not a pyarrow.Table")


def test_a_header_alone_is_no_claims(folder: Any) -> None:
    intake = drain(folder({"claims.csv": "claim_id,person_id,provider_id\n"}))
    assert intake.counts["claims"] == TableCount()


def test_a_broken_quote_is_an_error_with_its_row(folder: Any, small: dict[str, str]) -> None:
    small["lines.csv"] = small["lines.csv"].replace("2,C1,X2", '2,C1,"X2')
    fails(folder(small), "CR101", "lines.csv", "data row 2", "quote")


def test_a_broken_quote_that_the_next_one_closes_does_not_swallow_a_row_in_silence(
    folder: Any, small: dict[str, str]
) -> None:
    lines = small["lines.csv"].replace("2,C1,X2,2", '2,C1,"X2,2').replace("1,C2,X1", '1,C2,"X1"')
    with pytest.raises(ClaimsError, match="quote"):
        drain(folder(small | {"lines.csv": lines}))
    even = small["lines.csv"].replace("2,C1,X2,2", '2,C1,"X2,2').replace("1,C2,X1,", '1,C2,X1",')
    intake = drain(folder(small | {"lines.csv": even}))
    assert "line break" in only_reject(intake)["reason"]


def test_a_line_break_inside_quotes_is_fine(folder: Any, small: dict[str, str]) -> None:
    lines = small["lines.csv"].replace("line_id,", "item_name,line_id,").replace("\n2,", '\n"two\nlines",2,')
    lines = lines.replace("\n1,", "\nx,1,")
    with open_claims(folder(small | {"lines.csv": lines})) as intake:
        [batch] = intake.partitions()
    assert "two\nlines" in batch.lines["item_name"].to_pylist()
    assert intake.counts["lines"].audited == 3


@pytest.mark.parametrize("big", [False, True])
def test_a_wrong_encoding_names_the_file_and_what_to_do(folder: Any, small: dict[str, str], big: bool) -> None:
    where = folder(small)
    filler = "".join(f"{n},C1,X,1,1.00,2024-03-01\n" for n in range(10, 5000 if big else 11))
    text = small["lines.csv"] + filler + "9,C1,阿莫西林,1,1.00,2024-03-01\n"
    (where / "lines.csv").write_bytes(text.encode("gb18030"))
    fails(where, "CR101", "lines.csv", "utf-8" if not big else "UTF-8", "gb18030")


def test_a_byte_order_mark_is_let_pass(folder: Any, small: dict[str, str]) -> None:
    assert drain(folder(small | {"claims.csv": "\ufeff" + small["claims.csv"]})).counts["claims"].audited == 2


def test_ragged_rows_are_rejects_with_their_numbers_and_the_others_keep_theirs(folder: Any, small: dict[str, str]) -> None:
    lines = small["lines.csv"].replace("2,C1,X2,2,6.00,2024-03-01", "2,C1,X2") + "9,C1,X1,oops,1,2024-03-01\n"
    rejects = drain(folder(small | {"lines.csv": lines})).rejects.to_pylist()
    assert [(r["row_number"], r["code"]) for r in rejects] == [(2, "CR112"), (5, "CR110")]
    assert "3 cells where the header has 6" in rejects[0]["reason"]


def test_a_ragged_claim_shows_nothing_personal(folder: Any, small: dict[str, str]) -> None:
    claims = small["claims.csv"] + "C4,extra,SECRET,H1,male,1980-01-02,2024-03-01,0,1\nSECRET,H1\n"
    rejects = drain(folder(small | {"claims.csv": claims})).rejects.to_pylist()
    assert len(rejects) == 2
    assert not any("SECRET" in r["raw"] or "1980" in r["raw"] for r in rejects)


def test_the_thirtieth_of_february(folder: Any, small: dict[str, str]) -> None:
    small["claims.csv"] = small["claims.csv"].replace("2024-03-02", "2025-02-30")
    intake = drain(folder(small))
    [claim, line] = intake.rejects.to_pylist()
    assert (claim["source_table"], claim["source_file"], claim["row_number"]) == ("claims", "claims.csv", 2)
    assert (claim["code"], claim["reason"]) == ("CR110", "admitted_at '2025-02-30' is no day or time that exists")
    assert (line["source_table"], line["code"], line["row_number"]) == ("lines", "CR113", 3)
    assert line["reason"] == "its claim 'C2' was rejected"


def test_a_personal_value_is_masked_in_reason_and_raw(folder: Any, small: dict[str, str]) -> None:
    small["claims.csv"] = small["claims.csv"].replace("1990-05-06", "1990-02-31")
    row = drain(folder(small)).rejects.to_pylist()[0]
    assert row["reason"] == "birth_date (value masked) is no day or time that exists"
    assert "person_id=***" in row["raw"]
    assert "birth_date=***" in row["raw"]
    assert "claim_id=C2" in row["raw"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1990-13-06", "is no date: the month is 13"),
        ("19900006", "is no date: the month is 0"),
        ("1990/5/32", "is no date: the day is 32"),
        ("1990-02-30", "is no day or time that exists"),
        ("6 May 1990", "is not a date (YYYY-MM-DD)"),
        ("1990-05-06 12:30", "has a time of day where a date is expected"),
    ],
)
def test_a_birth_date_that_cannot_be_read_says_why_without_saying_the_date(
    folder: Any, small: dict[str, str], written: str, said: str
) -> None:
    small["claims.csv"] = small["claims.csv"].replace("1990-05-06", written)
    row = drain(folder(small)).rejects.to_pylist()[0]
    assert row["reason"] == f"birth_date (value masked) {said}"
    assert not any("1990" in str(cell) for cell in row.values())


def test_several_faults_of_one_row_are_one_reject(folder: Any, small: dict[str, str]) -> None:
    small["lines.csv"] += "7,C1,,x,1.005,2024-03-01\n"
    row = only_reject(drain(folder(small)))
    assert row["code"] == "CR111"
    for word in ("item_code is empty", "quantity 'x' is not a number", "amount '1.005' has more than 2 digits"):
        assert word in row["reason"]


def test_an_orphan_line(folder: Any, small: dict[str, str]) -> None:
    small["lines.csv"] += "1,C77,X1,1,4.00,2024-03-01\n"
    row = only_reject(drain(folder(small)))
    assert (row["code"], row["row_number"]) == ("CR113", 5)
    assert row["reason"] == "there is no claim 'C77'"


@pytest.mark.parametrize("batch_lines", [1, 1000])
def test_a_line_says_whether_its_claim_was_rejected_or_never_was(
    folder: Any, small: dict[str, str], batch_lines: int
) -> None:
    """C2 has an empty person, C8 an empty id and so is no one's claim; C1 stands twice, once unreadable."""
    small["claims.csv"] = small["claims.csv"].replace("C2,P2", "C2,") + ",P8,H1,,,,0,1\nC1,P1,H1,,,,0,x\n"
    small["lines.csv"] += "1,C9,X1,1,4.00,2024-03-01\n1,C8,X1,1,4.00,2024-03-01\n"
    intake = drain(folder(small), batch_lines=batch_lines)
    found = [(r["row_number"], r["reason"]) for r in intake.rejects.to_pylist() if r["code"] == "CR113"]
    assert found == [(3, "its claim 'C2' was rejected"), (5, "there is no claim 'C9'"), (6, "there is no claim 'C8'")]
    assert intake.counts["lines"].audited == 2


def test_a_doubled_line_key_keeps_one_and_the_same_in_any_order(folder: Any, small: dict[str, str]) -> None:
    other = "2,C1,X2,9,99.00,2024-03-01\n"
    header, *rest = small["lines.csv"].splitlines(keepends=True)
    amounts = set()
    for rows in ([*rest, other], [other, *rest], [rest[1], other, rest[0], *rest[2:]]):
        intake = drain(folder(small | {"lines.csv": header + "".join(rows)}))
        assert only_reject(intake)["code"] == "CR114"
        amounts.add((intake.counts["lines"].amount, intake.fingerprint))
    assert len(amounts) == 1


@pytest.mark.parametrize("batch_lines", [1, 2, 1000])
def test_a_doubled_claim_of_another_person_is_found_and_its_lines_stay(
    folder: Any, small: dict[str, str], batch_lines: int
) -> None:
    seen = set()
    header, *rest = small["claims.csv"].splitlines(keepends=True)
    for person in ("P1", "P8", "P9", "P10", "P11"):
        other = f"C1,{person},H7,female,1970-01-01,2024-03-01,0,11.00\n"
        for rows in ([*rest, other], [other, *rest]):
            intake = drain(folder(small | {"claims.csv": header + "".join(rows)}), batch_lines=batch_lines)
            row = only_reject(intake)
            assert row["code"] == "CR114"
            assert row["reason"].startswith("claim_id 'C1' stands on another row too (")
            assert "`group: {by: ID}` of a mapping" in row["reason"]
            assert intake.counts["lines"].audited == 3
            seen.add((person, row["raw"]))
    assert len(seen) == 5


def test_a_bad_word_of_a_closed_list(folder: Any, small: dict[str, str]) -> None:
    small["claims.csv"] = small["claims.csv"].replace("C3,P1,H2,unknown", "C3,P1,H2,M")
    row = drain(folder(small)).rejects.to_pylist()[0]
    assert row["reason"] == "sex 'M' is not one of male, female"


def test_json_junk(tmp_path: Path) -> None:
    path = tmp_path / "claims.json"
    path.write_text("{not json")
    fails(path, "CR101", "not JSON")
    path.write_bytes(b"\xff\xfe\x00")
    fails(path, "CR101", "not JSON")
    path.write_text("[" * 100_000)
    fails(path, "CR101", "not JSON")


def test_a_truncated_parquet_and_a_false_arrow(folder: Any, small: dict[str, str]) -> None:
    where = folder({"lines.csv": small["lines.csv"]})
    (where / "claims.parquet").write_bytes(b"PAR1 nonsense")
    fails(where, "CR101", "claims.parquet")
    (where / "claims.parquet").unlink()
    (where / "claims.arrow").write_bytes(b"nonsense")
    fails(where, "CR101", "claims.arrow")
    (where / "claims.arrow").unlink()
    (where / "claims.csv.gz").write_bytes(b"nonsense")
    fails(where, "CR101", "claims.csv.gz")


def test_counts_are_not_shown_before_they_are_complete(folder: Any, small: dict[str, str]) -> None:
    with open_claims(folder(small)) as intake, pytest.raises(RuntimeError, match="exhausted"):
        _ = intake.counts


def test_a_nested_column_and_a_doubled_one_are_said() -> None:
    ids = {"claim_id": ["C1"], "person_id": ["P1"], "provider_id": ["H1"]}
    fails({"claims": pa.table(ids | {"sex": [["male"]]})}, "CR107", "list")
    twice = pa.Table.from_arrays([pa.array(["C1"])] * 4, names=["claim_id", "person_id", "provider_id", "claim_id"])
    fails({"claims": twice}, "CR102", "'claim_id'")
    fails({"claims": ids}, "CR106", "dict")


def test_row_numbers_hold_across_blocks(folder: Any, small: dict[str, str], monkeypatch: Any) -> None:
    monkeypatch.setattr(csv_source, "_BLOCK", 256)
    ragged, unreadable = {5, 6, 40, 199}, {1, 7, 41, 120, 200}
    rows = []
    for n in range(1, 201):
        quantity = "bad" if n in unreadable else "1"
        rows.append(f"{n},C1" if n in ragged else f'{n},C1,"X\n1",{quantity},1.00,2024-03-01')
        if n % 50 == 0:
            rows.append("")
    lines = small["lines.csv"].splitlines()[0].replace("item_code", "item_name") + ",item_code\n"
    text = lines + "\n".join(row + ("" if not row or row.endswith("C1") else ",X1") for row in rows) + "\n"
    intake = drain(folder(small | {"lines.csv": text}))
    found = {(r["row_number"], r["code"]) for r in intake.rejects.to_pylist()}
    assert found == {(n, "CR112") for n in ragged} | {(n, "CR110") for n in unreadable}
    assert intake.counts["lines"].read == 200


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_garbled_files_end_in_an_error_or_in_rejects(data: st.DataObject) -> None:
    """Cut, doubled and spoilt bytes anywhere: nothing but a ClaimsError, and every row is accounted for."""
    with tempfile.TemporaryDirectory() as name:
        for file, text in (("claims.csv", CLAIMS), ("lines.csv", LINES)):
            garbled = bytearray(text.encode())
            for _ in range(data.draw(st.integers(0, 3))):
                at = data.draw(st.integers(0, len(garbled) - 1))
                garbled[at : at + data.draw(st.integers(0, 2))] = data.draw(
                    st.sampled_from([b'"', b",", b"\n", b"\r", b"\x00", b"\xff", b"0", b"-", bytes(garbled[:at])])
                )
            (Path(name) / file).write_bytes(garbled)
        codes = ["CR1"]
        rejected = None
        try:
            rejected = drain(Path(name))
        except ClaimsError as error:
            codes = [d.code for d in error.diagnostics]
        assert all(code.startswith("CR1") for code in codes)
        assert rejected is None or rejected.rejects.num_rows == sum(c.rejected for c in rejected.counts.values())
