import copy
import datetime as dt
import pickle
import random
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from claimrules.catalog import WINDOW, Absence, KeyColumn, Match, decimal, enumeration
from claimrules.knowledge import Completeness, KnowledgeSet, Source

CSV = """\
code,level,max_quantity,window,valid_from,valid_to,region
ＡＢ１,3A, 1.5 ,单日,2024-01-01,2024-12-31,
AB1,3A,2,6小时,2025/1/1,,
AB1,,3,,,,110000
"""


def rows(table):
    return sorted(table.rows.to_pylist(), key=repr)


def test_cells_are_typed_folded_and_canonical(limit):
    table = limit(CSV).tables["limit"]
    got = {(r["region"], r["valid_from"]): r for r in table.rows.to_pylist()}
    first = got["000000", dt.date(2024, 1, 1)]
    assert (first["code"], first["level"], first["max_quantity"], first["window"]) == (
        "AB1",
        "3A",
        Decimal("1.5"),
        "day",
    )
    assert first["valid_to"] == dt.date(2024, 12, 31)
    second = got["000000", dt.date(2025, 1, 1)]
    assert (second["window"], second["valid_to"]) == ("6 hours apart", None)
    third = got["110000", None]
    assert (third["level"], third["window"], third["known_from"]) == (None, None, None)
    assert table.rows.schema.field("max_quantity").type == pa.decimal128(16, 4)
    assert table.rows.schema.field("valid_from").type == pa.date32()
    assert table.rows["region"].null_count == table.rows["knowledge_id"].null_count == 0


def test_the_declaration_is_kept(limit):
    yaml = """\
        title: {zh: 上限, en: limits}
        columns:
          code: {type: text, zh: 编码, en: code}
          level: [3A, 2A]
          max_quantity: decimal(16,4)
          window: window
        key: {code: longest_prefix, level: exact}
        absence: unknown
        complete: {from: 2024-01-01, prefixes: [X, A]}
        source: {title: a law, date: 2023-05-06, verified: true}
        """
    table = limit(CSV, yaml).tables["limit"]
    assert table.schema.key == (KeyColumn("code", Match.LONGEST_PREFIX), KeyColumn("level", Match.EXACT))
    assert table.schema.columns["level"] == enumeration("3A", "2A")
    assert (table.schema.columns["max_quantity"], table.schema.columns["window"]) == (decimal(16, 4), WINDOW)
    assert table.schema.absence is Absence.UNKNOWN
    assert table.schema.titles == {"zh": "上限", "en": "limits"}
    assert table.complete == Completeness(dt.date(2024, 1, 1), ("A", "X"))
    assert table.schema.complete
    assert table.source == Source("a law", "", dt.date(2023, 5, 6), verified=True)
    assert not table.invented
    assert (table.labels[0].zh, table.labels[0].en) == ("编码", "code")
    assert table.files == ("k/limit.yaml", "k/limit.csv")


def test_the_order_of_rows_and_columns_changes_nothing(limit):
    first = limit(CSV)
    header, *body = [line.split(",") for line in CSV.splitlines()]
    order = list(range(len(header)))
    for seed in range(5):
        rng = random.Random(seed)  # noqa: S311 - a shuffle, no secret
        rng.shuffle(body)
        rng.shuffle(order)
        text = "\n".join(",".join(line[i] for i in order) for line in [header, *body])
        again = limit(text)
        assert again.fingerprint == first.fingerprint
        assert again.tables["limit"].rows.equals(first.tables["limit"].rows)


@pytest.mark.parametrize(("old", "new"), [("1.5", "1.6"), ("110000", "120000"), ("2024-12-31", "2024-12-30")])
def test_a_changed_cell_changes_the_fingerprint_and_that_row_s_id_alone(limit, old, new):
    yaml = Path("k/limit.yaml")
    before = limit(CSV)
    after = limit(CSV.replace(old, new), yaml.read_text().replace("invented: true", "invented: true\ngaps: allowed"))
    ids = [set(k.tables["limit"].rows["knowledge_id"].to_pylist()) for k in (before, after)]
    assert before.fingerprint != after.fingerprint
    assert len(ids[0] & ids[1]) == 2
    assert all(i.startswith("limit:") and len(i) == len("limit:") + 12 for i in ids[0] | ids[1])


def test_a_given_id_stands_and_a_written_source_is_not_part_of_the_derived_one(limit):
    plain = limit("code,level,max_quantity,window\nA,,1,\nB,,2,\n").tables["limit"]
    more = limit("code,level,max_quantity,window,knowledge_id,source,source_row\nA,,1,,,law 3,7\nB,,2,,kp-2,,\n")
    ids = {r["code"]: r["knowledge_id"] for r in more.tables["limit"].rows.to_pylist()}
    assert ids["B"] == "kp-2"
    assert ids["A"] == {r["code"]: r["knowledge_id"] for r in plain.rows.to_pylist()}["A"]
    assert {r["code"]: r["source_row"] for r in more.tables["limit"].rows.to_pylist()} == {"A": "7", "B": None}


def test_parquet_gives_the_same_table(limit, folder):
    first = limit(CSV)
    Path("k/limit.csv").unlink()
    table = pa.table(
        {
            "code": pa.array(["AB1", "AB1", "AB1"]).dictionary_encode(),
            "level": ["3A", "3A", None],
            "max_quantity": pa.array([Decimal("1.50"), Decimal(2), Decimal(3)], pa.decimal128(9, 2)),
            "window": ["day", "6 hours", ""],
            "valid_from": pa.array([dt.date(2024, 1, 1), dt.date(2025, 1, 1), None]),
            "valid_to": pa.array([dt.date(2024, 12, 31), None, None]),
            "region": ["000000", "", "110000"],
        }
    )
    pq.write_table(table, "k/limit.parquet")
    assert KnowledgeSet.read([folder]).fingerprint == first.fingerprint


def test_quotes_line_breaks_and_byte_order_marks(folder, write):
    write(t__yaml="columns: {code: text, note: text}\nkey: [code]\n", t__csv="")
    Path("k/t.csv").write_bytes('\ufeffcode,note\r\n\r\nA,"x, ""y""\r\nz"\r\n"B",\r\n'.encode())
    got = {r["code"]: r["note"] for r in KnowledgeSet.read([folder]).tables["t"].rows.to_pylist()}
    assert got == {"A": 'x, "y"\nz', "B": None}


def test_sentinels_of_claims_are_plain_codes_here(folder, write):
    write(t__yaml="columns: {code: text}\nkey: [code]\n", t__csv="code,region\n0,000000\n-,000000\n000000,\n")
    got = KnowledgeSet.read([folder]).tables["t"].rows
    assert sorted(got["code"].to_pylist()) == ["-", "0", "000000"]
    assert got["region"].to_pylist() == ["000000"] * 3


def test_a_symmetric_pair_is_stored_once(folder, write):
    yaml = "columns: {a: text, b: text, note: text}\nkey: [a, b]\nsymmetric: true\n"
    write(t__yaml=yaml, t__csv="a,b,note\nY,X,1\nX,Z,2\n")
    one = KnowledgeSet.read([folder])
    assert {(r["a"], r["b"], r["note"]) for r in one.tables["t"].rows.to_pylist()} == {("X", "Y", "1"), ("X", "Z", "2")}
    write(t__csv="a,b,note\nX,Y,1\nZ,X,2\n")
    assert KnowledgeSet.read([folder]).fingerprint == one.fingerprint


def test_layers_win_table_by_table_and_may_reuse_the_yaml(folder, write):
    yaml = "columns: {code: text}\nkey: [code]\n"
    write(a__yaml=yaml, a__csv="code\nold\n", b__yaml=yaml, b__csv="code\nbase\n", only_later__yaml=yaml)
    write(Path("k2"), a__csv="code\nnew\n", only_later__csv="code\nlocal\n")
    k = KnowledgeSet.read([folder, Path("k2")])
    assert {name: t.rows["code"].to_pylist() for name, t in k.tables.items()} == {
        "a": ["new"],
        "b": ["base"],
        "only_later": ["local"],
    }
    assert k.tables["a"].files == ("k/a.yaml", "k2/a.csv")


def test_with_rows_replaces_some_tables_and_leaves_the_set_alone(limit):
    before = limit(CSV)
    after = before.with_rows({"limit": [{"code": "Q", "max_quantity": "7"}], "code_sets": [{"set_id": "s", "prefix": "A"}]})
    assert [(r["code"], r["max_quantity"], r["region"]) for r in after.tables["limit"].rows.to_pylist()] == [
        ("Q", Decimal(7), "000000")
    ]
    assert after.sets["s"].include == ("A",)
    assert after.fingerprint != before.fingerprint
    assert before.tables["limit"].rows.num_rows == 3
    assert "s" not in before.sets
    assert before.with_rows({"limit": []}).tables["limit"].rows.num_rows == 0


def test_a_set_is_pickled_copied_and_cannot_be_changed(limit):
    k = limit(CSV).with_rows({"code_sets": [{"set_id": "s", "prefix": "A"}]})
    for again in (pickle.loads(pickle.dumps(k)), copy.deepcopy(k)):  # noqa: S301 - our own bytes
        assert again == k
    with pytest.raises(TypeError):
        k.tables["limit"] = None
    with pytest.raises(AttributeError):
        k.tables["limit"].rows = None
    assert k.schemas["limit"].name == "limit"
