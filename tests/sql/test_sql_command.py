"""`claimrules sql` prints the query; what is wrong is a diagnostic and exit code 2."""

from pathlib import Path

import duckdb
import pytest
from sql_world import database

import claimrules
from claimrules.batch import open_claims
from claimrules.cli.entry import run

ROOT = Path(__file__).parents[2]


def test_what_is_printed_runs(capsys):
    assert run(["sql", "drug_sex", "--rules", str(ROOT / "rules")]) == 0
    text = capsys.readouterr().out
    assert text == claimrules.load(ROOT / "rules").sql("drug_sex")
    with open_claims(ROOT / "fixtures" / "small", batch_lines=2**62) as intake:
        batch = next(iter(intake.partitions()))
    con = database(batch, claimrules.load(ROOT / "rules").knowledge)
    found = con.execute(text)
    assert [c[0] for c in found.description] == ["subject", "verdict", "suspicious", "amount", "violating"]
    assert isinstance(con, duckdb.DuckDBPyConnection)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["drug_sxe"], "did you mean `drug_sex`"),
        (["drug_sex", "--dialect", "postgress"], "did you mean `postgres`"),
        (["drug_sex", "--history-from", "soon"], "is not a date"),
    ],
)
def test_misuse_is_told_with_advice(capsys, arguments, said):
    assert run(["sql", *arguments, "--rules", str(ROOT / "rules")]) == 2
    shown = capsys.readouterr()
    assert said in shown.out + shown.err
