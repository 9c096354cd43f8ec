"""SQL text → syntax tree, by sqlglot, with places in the rule file.

Functions are left as they are written: sqlglot knows hundreds that the language does not, and rewrites many on the way.
Only the nodes of the language pass; the checker names the rest.
"""

import re

from sqlglot import exp, parser
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, SqlglotError, TokenError

from claimrules.diagnostics import Diagnostic
from claimrules.language.sql_text import SqlText

_CAST = parser.Parser.FUNCTION_PARSERS["CAST"]
_CASE = parser.Parser.NO_PAREN_FUNCTION_PARSERS["CASE"]


MAX_DEPTH = 100
"""How deep an expression may be: the checker, the plan and the engine walk it by recursion."""


class RuleSql(Dialect):
    """SQL expressions without any function of sqlglot's own."""

    class Parser(parser.Parser):
        """Every `name(…)` becomes an anonymous function but CAST."""

        FUNCTIONS = {}  # noqa: RUF012 - sqlglot declares it so
        FUNCTION_PARSERS = {"CAST": _CAST}  # noqa: RUF012
        NO_PAREN_FUNCTIONS = {}  # noqa: RUF012
        NO_PAREN_FUNCTION_PARSERS = {"CASE": _CASE}  # noqa: RUF012
        SUBQUERY_PREDICATES = {}  # noqa: RUF012


_NULL_AFTER = re.compile(r"\s*(=|<>|!=|<=|>=|<|>)\s*null\b", re.IGNORECASE)


def span(node: exp.Expr, text: str) -> tuple[int, int] | None:
    """The first and last character of `node` in `text`, where any part of it knows its place."""
    found = [(n.meta["start"], n.meta["end"]) for n in node.walk() if "start" in n.meta]
    if not found:
        words = re.search(r"\binterval\b\s*('[^']*'|\S+)(\s+\w+)?", text, re.IGNORECASE)
        return (words.start(), words.end() - 1) if words and isinstance(node, exp.Interval) else None
    start, end = min(s for s, _ in found), max(e for _, e in found)
    # sqlglot keeps no place of a NULL nor of a parenthesis.
    if isinstance(node, exp.Binary) and (null := _NULL_AFTER.match(text, end + 1)):
        end = null.end() - 1
    if isinstance(node, exp.Subquery | exp.Paren):
        start = max(text.rfind("(", 0, start), 0)
    bare = _without_texts(text)
    while bare.count("(", start, end + 1) > bare.count(")", start, end + 1) and bare.find(")", end + 1) >= 0:
        end = bare.find(")", end + 1)
    return start, end


def parse(source: SqlText) -> exp.Expr | Diagnostic:
    """The tree of one expression, or what is wrong with it."""
    text = source.text
    if not text.strip():
        return Diagnostic("CR212", "an expression is missing", source.node.place)
    refused = _refused(source)
    if refused is not None:
        return refused
    try:
        trees = RuleSql().parse_into(exp.Condition, text)
    except ParseError as error:
        return _syntax_error(source, error)
    except (TokenError, SqlglotError):
        return Diagnostic("CR212", "not a SQL expression", source.place(0, len(text) - 1))
    except RecursionError:
        return _too_deep(source)
    if not trees or trees[0] is None:
        return Diagnostic("CR212", "not a SQL expression: it cannot be read", source.place(0, len(text) - 1))
    return trees[0] if _depth(trees[0]) <= MAX_DEPTH else _too_deep(source)


def _too_deep(source: SqlText) -> Diagnostic:
    message = f"the expression is nested more than {MAX_DEPTH} deep"
    return Diagnostic("CR212", message, source.place(0, 0), help="name its parts by `let`; for many values use IN (…)")


def _depth(tree: exp.Expr) -> int:
    """How deep `tree` is, without recursion."""
    deepest = 0
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        if deepest > MAX_DEPTH:
            break
        waiting += [(child, depth + 1) for child in node.iter_expressions()]
    return deepest


_REFUSED = {
    "--": ("a comment", "YAML joins lines: the rest of the condition would be swallowed. Use a YAML comment (#)"),
    "/*": ("a comment", "put it into a YAML comment (#), on a line of its own before the key"),
    ";": ("a second statement", "one key takes one expression: leave out what follows"),
    "==": ("SQL compares with one `=`", "write `=`"),
}
_WIDE = re.compile("[！-～‘’“”、。　【】《》]")
_PLAIN = dict(zip("‘’“”、。　【】《》", "'''',. ()<>", strict=True))


def _refused(source: SqlText) -> Diagnostic | None:
    """What must not stand in an expression, at its first place outside of quotes."""
    bare = _without_texts(source.text)
    quote = re.search("['\"]", bare)
    if quote is not None:
        place = source.place(quote.start(), len(bare.rstrip()) - 1)
        return Diagnostic("CR212", "a quote is left open", place, help="close it: a text is 'between single quotes'")
    for sign, (why, advice) in _REFUSED.items():
        at = bare.find(sign)
        if at >= 0:
            place = source.place(at, at + len(sign) - 1)
            instead = "=" if sign == "==" else ""
            return Diagnostic("CR211", f"`{sign}` is not allowed in an expression", place, why, advice, instead=instead)
    wide = _WIDE.search(bare)
    if wide is not None:
        char = wide.group()
        plain = _PLAIN.get(char) or chr(ord(char) - 0xFEE0)
        place = source.place(wide.start(), wide.start())
        # A quote has a partner that may stand inside a text, and a blank may end a word of YAML: these are for people.
        instead = plain if plain not in "' \"#:{}[]," else ""
        return Diagnostic(
            "CR212", f"full-width `{char}`", place, "SQL does not know it", f"write `{plain}`", instead=instead
        )
    return _unpaired(source, bare)


def _unpaired(source: SqlText, bare: str) -> Diagnostic | None:
    """The first parenthesis without its other one."""
    still_open: list[int] = []
    for at, char in enumerate(bare):
        if char == "(":
            still_open.append(at)
        elif char == ")" and still_open:
            still_open.pop()
        elif char == ")":
            return Diagnostic("CR212", "this `)` closes nothing", source.place(at, at), help="leave it out, or open it")
    if still_open:
        place = source.place(still_open[0], still_open[0])
        return Diagnostic("CR212", "this `(` is never closed", place, help="add the `)` where its condition ends")
    return None


def _without_texts(text: str) -> str:
    """The text with all between closed quotes blanked, every character in its place."""
    return re.sub(r"'[^']*'|\"[^\"]*\"", lambda found: " " * len(found.group()), text)


_REASONS = {
    "Expecting )": "a `)` is expected here",
    "Expected END after CASE": "the CASE has no END",
    "Invalid expression / Unexpected token": "this does not follow on what stands before it",
}


def _syntax_error(source: SqlText, error: ParseError) -> Diagnostic:
    detail = error.errors[0] if error.errors else {}
    word = str(detail.get("highlight") or "")
    before = len(str(detail.get("start_context") or ""))
    # sqlglot counts columns within a line of the text; the words before the mistake tell its place in all of it.
    start = source.text.find(word, max(0, before)) if word else len(source.text) - 1
    reason = str(detail.get("description") or "").split(" for <class")[0]
    reason = "something is missing here" if reason.startswith("Required keyword") else _REASONS.get(reason, reason)
    return Diagnostic(
        "CR212",
        f"not a SQL expression: {reason or 'it cannot be read'}",
        source.place(start, start + max(len(word), 1) - 1),
        f"near `{word}`" if word else "",
        "an expression is a comparison or a value, such as `line.quantity > 3 AND claim.sex = 'male'`",
    )
