"""Mutants that cannot differ from their rule, marked as such in its file with the reason."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from claimrules.diagnostics import Diagnostic, MappingNode, Place, ScalarNode, suggest
from claimrules.language.rule import Rule
from claimrules.mutants.source import Source

KEY = "equivalent_mutants"


@dataclass(frozen=True, slots=True)
class Marked:
    """One entry of `equivalent_mutants`."""

    place: Place
    because: str


def marked(rule: Rule) -> dict[str, Marked]:
    """The entries by the mutants' ids."""
    node = Source(rule).node((KEY,))
    if not isinstance(node, MappingNode):
        return {}
    return {
        key.text or "": Marked(key.place, (value.text or "").strip() if isinstance(value, ScalarNode) else "")
        for key, value in node.items
    }


def wrong_marks(marks: Mapping[str, Marked], known: Collection[str], killed: Collection[str]) -> list[Diagnostic]:
    """What is wrong with the entries.

    CR632 one that names no mutant, CR633 one that a case kills, CR634 one without a reason.
    """
    out: list[Diagnostic] = []
    for name, mark in marks.items():
        if name not in known:
            near = suggest(name, known)
            advice = f"did you mean `{near}`?" if near else "`claimrules test --mutate` prints the names of those that live"
            out.append(Diagnostic("CR632", f"the rule has no mutant `{name}`", mark.place, help=advice))
        elif name in killed:
            advice = "remove the entry: the mutant is not equivalent"
            out.append(Diagnostic("CR633", f"a case kills the mutant `{name}`", mark.place, help=advice))
        if not mark.because:
            out.append(Diagnostic("CR634", f"`{name}` has no reason", mark.place, help="say why it cannot differ"))
    return out
