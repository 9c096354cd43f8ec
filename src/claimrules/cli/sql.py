"""`claimrules sql`: a rule as one standalone query."""

# ruff: noqa: PLC0415 - `claimrules --help` must not wait for the engine

from pathlib import Path
from typing import Annotated

import typer

from claimrules.cli.exit_codes import DONE
from claimrules.cli.options import (
    AsOfOption,
    HistoryFromOption,
    KnowledgeOption,
    ParamOption,
    RegionOption,
    day,
    params,
    place,
)


def sql(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule's id.")],
    dialect: Annotated[str, typer.Option("--dialect", metavar="NAME", help="duckdb, spark, postgres, oracle …")] = "duckdb",
    rules: Annotated[Path, typer.Option("--rules", metavar="DIR", help="The folder of rules.")] = Path("rules"),
    knowledge: KnowledgeOption = None,
    param: ParamOption = None,
    region: RegionOption = None,
    history_from: HistoryFromOption = None,
    as_of: AsOfOption = None,
) -> int:
    """Print RULE as one SQL query over the tables claims, lines, diagnoses, operations and the rule's knowledge tables.

    It gives one row a subject: verdict, whether it is a suspicion, amount, violating rows.
    """
    import claimrules

    pack = claimrules.load(
        rules,
        knowledge=knowledge or [],
        params=params(param) or {},
        region=place(region, "--region"),
        as_of=day(as_of, "--as-of"),
    )
    typer.echo(pack.sql(rule, dialect, history_from=day(history_from, "--history-from")), nl=False)
    return DONE
