"""The query as text in a dialect; what cannot be said, with the reason."""

from sqlglot import Dialect, exp

from claimrules.diagnostics import ClaimRulesError, Diagnostic, suggest
from claimrules.language.rule import Rule

DIALECTS = ("duckdb", "spark", "databricks", "postgres", "oracle", "snowflake", "bigquery", "redshift", "mysql", "tsql", "clickhouse", "trino", "hive", "presto")


class SqlError(ClaimRulesError):
    """A rule that cannot be said in SQL, or a dialect that is not known."""


def refuse(rule: Rule, dialect: str) -> None:
    """Raise SqlError for what cannot be said."""
    if dialect not in DIALECTS:
        near = suggest(dialect, DIALECTS)
        advice = f"did you mean `{near}`?" if near else f"dialects are: {', '.join(DIALECTS)}"
        raise SqlError(Diagnostic("CR501", f"unknown dialect `{dialect}`", help=advice))


def printed(rule: Rule, tree: exp.Select, dialect: str) -> str:
    """The query, pretty, under a comment that says which rule it is."""
    head = f"-- {rule.id}, version {rule.version}: {rule.title.en}\n"
    return head + Dialect.get_or_raise(dialect).generate(tree, pretty=True, max_text_width=160) + "\n"
