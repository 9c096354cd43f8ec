"""The words of an expression, in its tree and in its source: where both read alike, a spot in one is a spot in the other."""

import re
from collections.abc import Iterator
from decimal import Decimal

from claimrules.language.expression import Aggregate, Call, Expr, Literal, Missing
from claimrules.mutants.operators import OTHER_AGGREGATE, TURNED, asks_of_null, between, listed
from claimrules.mutants.tree import Path, below

_WORDS = re.compile(
    r"'(?:[^']|'')*'|(?P<op><=|>=|<>|!=|<|>|=)|(?P<number>(?<![\w.])\d+(?:\.\d*)?(?!\w))"
    r"|(?P<missing>IS\s+(?:NOT\s+)?(?:NULL|MISSING)\b)"
    r"|(?P<word>\b(?:AND|OR|NOT|BETWEEN|IN|TRUE|FALSE|DISTINCT|INTERVAL)\b)|(?P<call>\b(?:any|all|none|min|max)\b(?=\s*\())"
    r"|(?P<paren>[()])",
    re.IGNORECASE,
)
NOWHERE: Path = ("nowhere",)
"""The path of a word that stands for no single node."""
_INTERVAL = re.compile(r"\s*'?\d+'?\s+\w+", re.IGNORECASE)


def of_tree(node: Expr, path: Path = ()) -> Iterator[tuple[str, Path]]:
    """The words below `node` in reading order, each with the path of its node."""
    if listed(node) is not None:
        items = listed(node) or []
        yield from _anonymous(items[0].arguments[0])
        yield "IN", NOWHERE
        for item in items:
            yield from _anonymous(item.arguments[1])
        return
    if between(node):
        assert isinstance(node, Call)  # noqa: S101 - that is what `between` says
        low, high = node.arguments
        assert isinstance(low, Call)  # noqa: S101
        assert isinstance(high, Call)  # noqa: S101
        yield from of_tree(low.arguments[0], (*path, "arguments", 0, "arguments", 0))
        yield "BETWEEN", NOWHERE
        yield from of_tree(low.arguments[1], (*path, "arguments", 0, "arguments", 1))
        yield from of_tree(high.arguments[1], (*path, "arguments", 1, "arguments", 1))
        return
    if isinstance(node, Call) and node.function == "not" and asks_of_null(node.arguments[0]):
        (inner,) = node.arguments
        for step, child in below(inner):
            yield from of_tree(child, (*path, "arguments", 0, *step))
        yield asks_of_null(inner), path
        return
    parts = list(below(node))
    word, first = _word(node)
    for i, (step, child) in enumerate(parts):
        if word and i == first:
            yield word, path
        yield from of_tree(child, (*path, *step))
    if word and len(parts) <= first:
        yield word, path


def _anonymous(node: Expr) -> Iterator[tuple[str, Path]]:
    """Words that stand for no single node."""
    for word, _ in of_tree(node):
        yield word, NOWHERE


def _word(node: Expr) -> tuple[str, int]:
    """The word of a node, and how many of its parts are read before it."""
    match node:
        case Call(function="and" | "or" as word):
            return word.upper(), 1
        case Call(function=word) if word in TURNED:
            return word, 1
        case Call(function="not"):
            return "NOT", 0
        case Call() | Missing() if asks_of_null(node):
            return asks_of_null(node), 1
        case Aggregate(function=word) if word in OTHER_AGGREGATE:
            return word, 0
        case Literal(value=bool() as value):
            return str(value).upper(), 0
        case Literal(value=int() | Decimal() as value, type=type_) if type_.is_number:
            return str(abs(value)), 0
        case _:
            return "", 0


def of_text(text: str) -> list[tuple[str, int, int]]:
    """The words of a source in reading order, each with where it begins and ends."""
    out: list[tuple[str, int, int]] = []
    depth, bounds, at = 0, set[int](), 0
    while found := _WORDS.search(text, at):
        at = found.end()
        word = found.group().upper()
        if found["paren"]:
            depth += 1 if word == "(" else -1
        elif found["call"]:
            out.append((found.group().lower(), found.start(), at))
        elif word == "INTERVAL":
            after = _INTERVAL.match(text, at)
            at = after.end() if after else at
        elif word == "AND" and depth in bounds:
            bounds.discard(depth)
        elif found["missing"]:
            out.append((" ".join(word.split()).replace("IS NOT", "IS"), found.start(), at))
        elif found["op"] or found["number"] or found["word"]:
            if word == "BETWEEN":
                bounds.add(depth)
            out.append(("<>" if word == "!=" else word, found.start(), at))
    return out


def place_of(node: Expr, path: Path, text: str) -> tuple[int, int] | None:
    """Where the word of the node at `path` stands in `text`; None where tree and text do not read alike."""
    tree, source = list(of_tree(node)), of_text(text)
    if [word for word, _ in tree] != [word for word, _, _ in source]:
        return None
    for (_, here), (_, start, end) in zip(tree, source, strict=True):
        if here == path:
            return start, end
    return None
