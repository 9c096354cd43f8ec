"""The room's door: the text of a rule file → the same in canonical form."""

from pathlib import Path

from claimrules.canonical.meaning import same_meaning
from claimrules.canonical.writer import UnusualError, Writer
from claimrules.diagnostics import ClaimRulesError, Diagnostic, LanguageError, MappingNode, Node, Place, read_yaml
from claimrules.diagnostics.comments import comments_of


def canonical(text: str, file: str) -> str:
    """The text in canonical form; `file` names it in errors.

    Raises:
        LanguageError: CR202 and the like, the text is not YAML; CR251, it cannot be rewritten without a change of what it
            says, or a comment would be lost.
    """
    given = _read(text, file)
    plain = text.replace("\r\n", "\n").removeprefix("\ufeff")
    root = _read(plain, file)
    if not isinstance(root, MappingNode) or root.raw or not root.items:
        raise LanguageError(Diagnostic("CR202", "a rule file is a mapping of keys", root.place))
    lines = plain.split("\n")
    comments = comments_of(plain, root)
    try:
        written = "\n".join(Writer(lines, comments).file(root)) + "\n"
    except UnusualError as error:
        raise _refused(Place(file, error.line, 1)) from None
    try:
        after = _read(written, file)
        kept = sorted(_words(plain, root)) == sorted(_words(written, after))
    except ClaimRulesError:
        raise _refused(Place(file)) from None
    if not kept or not same_meaning(given, after):
        raise _refused(Place(file))
    return written


def canonical_file(path: Path) -> tuple[str, str]:
    """A file's text as it is and in canonical form."""
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        read_yaml(path)  # it says what is wrong
        raise
    return text, canonical(text, str(path))


def _read(text: str, file: str) -> Node:
    try:
        return read_yaml(text.removeprefix("\ufeff"), file)
    except ClaimRulesError as error:
        raise LanguageError(error.diagnostics) from None


def _words(text: str, root: Node) -> list[str]:
    return [one.text for one in comments_of(text, root)]


def _refused(place: Place) -> LanguageError:
    message = "this file cannot be rewritten with certainty, and stays as it is"
    return LanguageError(Diagnostic("CR251", message, place, help="write what stands there in a plainer form of YAML"))
