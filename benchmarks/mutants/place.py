"""Where a module may be mutated: not in what only tells people or the type checker something.

Left out: annotations, aliases and unions of types, `TYPE_CHECKING` blocks, protocols, `__all__`, the options of
`@dataclass` (frozen and slots guard programmers, no value depends on them), and the words of errors (f-strings within a
`raise`, a `Diagnostic` or a call that makes one).
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

Spot = tuple[int, int]


@dataclass(frozen=True)
class Places:
    """The parts of a module's text that are left alone, as pairs of (line, column), and its statements' lines."""

    silent: tuple[tuple[Spot, Spot], ...]
    statements: tuple[tuple[int, int], ...]

    def counts(self, start: Spot) -> bool:
        """Whether a mutation that begins here is one."""
        return not any(first <= start < last for first, last in self.silent)

    def lines(self, line: int) -> range:
        """The lines of the smallest statement (of a compound one: its head) around a line."""
        around = [(last - first, first, last) for first, last in self.statements if first <= line <= last]
        _, first, last = min(around, default=(0, line, line))
        return range(first, last + 1)


def places_of(source: str) -> Places:
    """Read a module."""
    tree = ast.parse(source)
    lines = source.splitlines()
    silent = tuple(
        (_spot(lines, n.lineno, n.col_offset), _spot(lines, n.end_lineno, n.end_col_offset)) for n in _silent(tree)
    )
    return Places(silent, tuple(_extent(node) for node in ast.walk(tree) if isinstance(node, ast.stmt)))


def _spot(lines: list[str], line: int, column: int) -> Spot:
    """Columns in characters: those of `ast` are in bytes."""
    return line, len(lines[line - 1].encode()[:column].decode())


def _extent(node: ast.stmt) -> tuple[int, int]:
    body = getattr(node, "body", None)
    if not body:
        return node.lineno, node.end_lineno or node.lineno
    first = min((d.lineno for d in getattr(node, "decorator_list", ())), default=node.lineno)
    return first, max(node.lineno, body[0].lineno - 1)


def _silent(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        yield from _types(node)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield node
        elif isinstance(node, ast.ClassDef) and "Protocol" in map(ast.unparse, node.bases):
            yield from (node, *(decorator for inner in node.body for decorator in getattr(inner, "decorator_list", ())))
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield from (d for d in node.decorator_list if "dataclass" in ast.unparse(d))
        elif isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and _tells(node)):
            yield from (inner for inner in ast.walk(node) if isinstance(inner, ast.JoinedStr))


def _types(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
        yield node.annotation
    if isinstance(node, ast.FunctionDef) and node.returns is not None:
        yield node.returns
    if isinstance(node, ast.Assign) and (_named(node, "__all__") or _is_union(node.value)):
        yield node.value
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("isinstance", "issubclass", "cast")
    ):
        yield from (argument for argument in node.args if _is_union(argument))


def _named(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)


def _is_union(node: ast.AST) -> bool:
    """`A | B | None` of names that begin with a capital, or of built-in types."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _is_union(node.left) and _is_union(node.right)
    if isinstance(node, ast.Subscript):
        return _is_union(node.value)
    text = ast.unparse(node).rsplit(".", 1)[-1]
    return text[:1].isupper() or text in (
        "int",
        "str",
        "bool",
        "float",
        "bytes",
        "tuple",
        "list",
        "dict",
        "date",
        "datetime",
    )


def _tells(node: ast.Call) -> bool:
    name = ast.unparse(node.func).rsplit(".", 1)[-1].lower()
    return name.endswith(("error", "diagnostic", "note", "fail", "refuse", "report"))
