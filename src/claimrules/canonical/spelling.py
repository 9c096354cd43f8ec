"""How single scalars are spelt: quotes, and the keywords of SQL."""

import re

from sqlglot.tokens import Tokenizer

from claimrules.diagnostics import Diagnostic, Place, ScalarNode
from claimrules.language.sql import parse
from claimrules.language.sql_text import SqlText

_KEYWORDS = frozenset(
    (
        *(
            "AND",
            "AS",
            "ASC",
            "BETWEEN",
            "CASE",
            "CAST",
            "DESC",
            "DISTINCT",
            "ELSE",
            "END",
            "FALSE",
            "FILTER",
            "IN",
            "INTERVAL",
        ),
        *("IS", "LIKE", "MISSING", "NOT", "NULL", "OR", "THEN", "TRUE", "WHEN", "WHERE"),
    )
)
_UNIT = re.compile("(SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|QUARTER|YEAR)S?", re.IGNORECASE)
_MISSING = re.compile(r"\bIS(\s+NOT)?\s+MISSING\b", re.IGNORECASE)
"""The word that is no keyword to sqlglot."""
_ORDER = re.compile(r"\s+(ASC|DESC)\s*$", re.IGNORECASE)


def quotes(raw: str) -> str:
    """A text in single quotes as one in double quotes, where that needs no escapes; anything else as it is."""
    inner = raw[1:-1].replace("''", "'")
    if not (raw.startswith("'") and len(raw) > 1) or set(inner) & set('"\\\n') or not inner.isprintable():
        return raw
    return f'"{inner}"'


def keywords(node: ScalarNode) -> str:
    """The raw text of an expression with its keywords in capital letters; as it is where its meaning would change."""
    text, raw = node.text or "", node.raw
    for start, end in _words(text):
        place = SqlText(text, node).span(start, end)
        if place and raw[place[0] : place[1]] == text[start : end + 1]:
            raw = raw[: place[0]] + text[start : end + 1].upper() + raw[place[1] :]
    return raw


def same_expression(one: str, other: str) -> bool:
    """Whether two expressions are read as the same tree; texts that cannot be read must be equal."""
    return one == other or _tree(one) == _tree(other)


def _words(text: str) -> list[tuple[int, int]]:
    """Where keywords stand that are not in capital letters: first and last character of each."""
    try:
        tokens = Tokenizer().tokenize(text)
    except Exception:  # noqa: BLE001 - sqlglot's errors have no common root in all versions; the check tells what is wrong
        return []
    found = []
    for number, token in enumerate(tokens):
        before = tokens[number - 1].text if number else ""
        after = tokens[number + 1].text if number + 1 < len(tokens) else ""
        word = text[token.start : token.end + 1]
        of_interval = number > 1 and tokens[number - 2].text.upper() == "INTERVAL"
        if "." in (before, after) or not (word.upper() in _KEYWORDS or (of_interval and _UNIT.fullmatch(word))):
            continue
        if word != word.upper() and same_expression(text, text[: token.start] + word.upper() + text[token.end + 1 :]):
            found.append((token.start, token.end))
    return found


def _tree(text: str) -> object:
    direction = _ORDER.search(text)
    bare = _MISSING.sub(lambda found: found.group().upper(), text[: direction.start()] if direction else text)
    tree = parse(SqlText(bare, ScalarNode(bare, Place(""))))
    if isinstance(tree, Diagnostic):
        return " ".join(text.split())
    return tree, direction[1].upper() if direction else ""
