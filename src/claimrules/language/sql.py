"""SQL text → syntax tree, by sqlglot, with places in the rule file.

Functions are left as they are written: sqlglot knows hundreds that the language does not, and rewrites many on the way.
Only the nodes of the language pass; the checker names the rest.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp, parser
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, SqlglotError, TokenError

from claimrules.diagnostics import Diagnostic, Place, ScalarNode

_CAST = parser.Parser.FUNCTION_PARSERS["CAST"]
_CASE = parser.Parser.NO_PAREN_FUNCTION_PARSERS["CASE"]


class RuleSql(Dialect):
    """SQL expressions without any function of sqlglot's own."""

    class Parser(parser.Parser):
        """Every `name(…)` becomes an anonymous function but CAST."""

        FUNCTIONS = {}  # noqa: RUF012 - sqlglot declares it so
        FUNCTION_PARSERS = {"CAST": _CAST}  # noqa: RUF012
        NO_PAREN_FUNCTIONS = {}  # noqa: RUF012
        NO_PAREN_FUNCTION_PARSERS = {"CASE": _CASE}  # noqa: RUF012
        SUBQUERY_PREDICATES = {}  # noqa: RUF012


@dataclass(frozen=True, slots=True)
class SqlText:
    """An expression as it stands in a rule file: the part of the scalar `node` that begins at `offset`."""

    text: str
    node: ScalarNode
    offset: int = 0

    def place(self, start: int, end: int) -> Place:
        """The place of the characters `start` to `end`, both ends in."""
        node = self.node
        start, end = start + self.offset, end + self.offset
        if node.single_line and not node.block:
            quoted = 0 if node.plain else 1
            return node.place.shifted(quoted + start, end - start + 1)
        return _folded_place(node, node.text or "", start, end)


def _folded_place(node: ScalarNode, text: str, start: int, end: int) -> Place:
    """Folding changes white space only: count the other characters from the block's first line on."""
    try:
        lines = Path(node.place.file).read_text(encoding="utf-8-sig").splitlines()
    except OSError:
        return node.place
    wanted = sum(not c.isspace() for c in text[:start])
    first = node.place.line if node.block else node.place.line - 1
    seen = 0
    for number in range(first, len(lines)):
        line = lines[number]
        begin = 0 if node.block or number > first else node.place.column - 1 + (0 if node.plain else 1)
        for column in range(begin, len(line)):
            if line[column].isspace():
                continue
            if seen == wanted:
                return Place(node.place.file, number + 1, column + 1, end - start + 1)
            seen += 1
    return node.place


def span(node: exp.Expr) -> tuple[int, int] | None:
    """The first and last character of `node`, where any part of it knows its place."""
    found = [(n.meta["start"], n.meta["end"]) for n in node.walk() if "start" in n.meta]
    return (min(s for s, _ in found), max(e for _, e in found)) if found else None


def parse(source: SqlText) -> exp.Expr | Diagnostic:
    """The tree of one expression, or what is wrong with it."""
    text = source.text
    for token, why in (("--", "a comment"), ("/*", "a comment"), (";", "a second statement")):
        at = _outside_quotes(text, token)
        if at >= 0:
            place = source.place(at, at + len(token) - 1)
            advice = "YAML joins lines: the rest of the condition would be swallowed. Use a YAML comment (#)"
            return Diagnostic("CR211", f"`{token}` is not allowed in an expression", place, why, advice)
    wide = next((i for i, c in enumerate(text) if c in "‘’“”＝＜＞（），；：　"), None)
    if wide is not None and not _quoted(text, wide):
        place = source.place(wide, wide)
        plain = {"‘": "'", "’": "'", "“": "'", "”": "'", "　": " "}.get(text[wide]) or chr(ord(text[wide]) - 0xFEE0)
        return Diagnostic("CR212", f"full-width `{text[wide]}`", place, "SQL does not know it", f"write `{plain}`")
    try:
        trees = RuleSql().parse(text)
    except ParseError as error:
        return _syntax_error(source, error)
    except (TokenError, SqlglotError) as error:
        return Diagnostic(
            "CR212",
            "not a SQL expression",
            source.place(0, len(text) - 1),
            str(error).splitlines()[0],
            "is a quote or a parenthesis left open?",
        )
    except RecursionError:
        return Diagnostic("CR212", "the expression is nested too deeply", source.place(0, 0))
    if len(trees) != 1 or trees[0] is None:
        return Diagnostic("CR212", "an expression is missing", source.node.place)
    return trees[0]


def _syntax_error(source: SqlText, error: ParseError) -> Diagnostic:
    detail = error.errors[0] if error.errors else {}
    word = str(detail.get("highlight") or "")
    end = max(int(detail.get("col") or 1) - 1, 0)
    start = max(end - max(len(word), 1) + 1, 0)
    reason = str(detail.get("description") or error).split(" for <class")[0].replace("Required keyword: ", "")
    if "missing" in reason:
        reason = "something is missing here"
    return Diagnostic(
        "CR212",
        f"not a SQL expression: {reason}",
        source.place(start, end),
        f"near `{word}`" if word else "",
        "an expression is a comparison or a value, such as `line.quantity > 3 AND claim.sex = 'male'`",
    )


def _quoted(text: str, at: int) -> bool:
    return text[:at].count("'") % 2 == 1


def _outside_quotes(text: str, token: str) -> int:
    at = text.find(token)
    while at >= 0 and _quoted(text, at):
        at = text.find(token, at + 1)
    return at
