"""One mutant of a rule."""

from dataclasses import dataclass

from claimrules.diagnostics import Place
from claimrules.language.rule import Rule


@dataclass(frozen=True, slots=True)
class Mutant:
    """The rule with one thing changed.

    `id` says what, in the words of the file: `flag.1 > → >=`. It stays when other parts of the rule change. `before` and
    `after`: lines of the file, or the condition where the spot is not one word of it; `after` is empty where it is dropped.
    """

    id: str
    rule: Rule
    place: Place
    before: str
    after: str
