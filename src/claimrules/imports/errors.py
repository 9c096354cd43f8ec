"""What can go wrong before a row is taken."""

from collections.abc import Iterable

from claimrules.diagnostics import Diagnostic, KnowledgeError, Place


def refused(code: str, message: str, file: str, *, line: int = 0, label: str = "", help: str = "") -> KnowledgeError:  # noqa: A002
    """One error at a place of a file."""
    return KnowledgeError(Diagnostic(code, message, Place(file, line), label, help))


def listed(names: Iterable[str]) -> str:
    """`a`, `b` and `c` for a message."""
    return ", ".join(f"`{name}`" for name in names)
