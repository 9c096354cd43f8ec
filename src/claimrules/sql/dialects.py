"""The query as text in a dialect; what cannot be said, with the reason."""

from collections.abc import Collection

from sqlglot import Dialect, exp

from claimrules.diagnostics import ClaimRulesError, Diagnostic, suggest
from claimrules.knowledge import KnowledgeSet
from claimrules.language.expression import Call, Walk
from claimrules.language.rule import Rule
from claimrules.sql.needs import all_parts

DIALECTS = (
    "duckdb",
    "spark",
    "databricks",
    "postgres",
    "oracle",
    "snowflake",
    "bigquery",
    "redshift",
    "mysql",
    "tsql",
    "clickhouse",
    "trino",
    "hive",
    "presto",
)


def _plain(node: exp.Expr) -> exp.Expr:
    """`x OR FALSE`, `x AND TRUE` as x: so in three values too."""
    if not isinstance(node, exp.And | exp.Or):
        return node
    idle = exp.true() if isinstance(node, exp.And) else exp.false()
    left, right = node.left, node.right
    return left if right == idle else right if left == idle else node


def _wide(node: exp.Expr) -> exp.Expr:
    """Integers of 128 bits as decimals of 38 digits, which all dialects have."""
    if isinstance(node, exp.DataType) and node.is_type("int128"):
        return exp.DataType.build("DECIMAL(38, 0)")
    return node


LISTS = ("duckdb",)
"""Dialects with lists that a recursive query can carry along."""


class SqlError(ClaimRulesError):
    """A rule that cannot be said in SQL, or a dialect that is not known."""


def refuse(rule: Rule, tables: KnowledgeSet, dialect: str, given: Collection[str] = ()) -> None:
    """Raise SqlError for what cannot be said. `given`: parameters to which one value is given."""
    if dialect not in DIALECTS:
        near = suggest(dialect, DIALECTS)
        advice = f"did you mean `{near}`?" if near else f"dialects are: {', '.join(DIALECTS)}"
        raise SqlError(Diagnostic("CR801", f"unknown dialect `{dialect}`", help=advice))
    found = [
        Diagnostic("CR802", f"{what} cannot be said in SQL", rule.place, help=why)
        for what, why in unsayable(rule, tables, dialect, given)
    ]
    if found:
        raise SqlError(found)


_UNSAYABLE = {
    "in_unit": "free text with its units is read by a parser; no function of SQL folds its characters as that does",
    "similarity": "edit distance is counted in characters; where SQL has it, it counts bytes",
}


def unsayable(rule: Rule, tables: KnowledgeSet, dialect: str, given: Collection[str] = ()) -> list[tuple[str, str]]:
    """What of a rule no query of that dialect says, with the reason."""
    out = dict.fromkeys(
        (f"`{part.function}`", _UNSAYABLE[part.function])
        for part in all_parts(rule)
        if isinstance(part, Call) and part.function in _UNSAYABLE
    )
    for other in rule.others:
        if other.kind == "finding":
            out[f"`{other.name}`, which are findings", "they are what all other rules say, not a table of the contract"] = (
                None
            )
    for param in rule.params:
        if param.name not in given and tables.varies(param.name, param.type, rule.id):
            out[
                f"`param.{param.name}`", "its rows stand in parameters.yaml, which is no table: give one value (--param)"
            ] = None
    if tables.changes and any(isinstance(part, Call) and part.function == "in_set" for part in all_parts(rule)):
        out["`in_set`", f"code sets change with the date: {', '.join(sorted(tables.changes))}"] = None
    walks = any(isinstance(part, Walk) and part.function == "excess_within" for part in all_parts(rule))
    if walks and dialect not in LISTS:
        out[f"`excess_within` in {dialect}", f"its scan carries a list along; {', '.join(LISTS)} can"] = None
    return list(out)


def printed(rule: Rule, tree: exp.Expr, dialect: str) -> str:
    """The query, pretty, under a comment that says which rule it is."""
    head = f"-- {rule.id}, version {rule.version}: {rule.title.en}\n"
    tree = tree.transform(_plain, copy=False)
    if dialect != "duckdb":
        tree = tree.transform(_wide, copy=False)
    return head + Dialect.get_or_raise(dialect).generate(tree, copy=False, pretty=True, max_text_width=160) + "\n"
