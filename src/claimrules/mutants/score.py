"""What became of the mutants of a rule."""

from dataclasses import dataclass

from claimrules.diagnostics import Diagnostic
from claimrules.mutants.mutant import Mutant


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that no case kills. `case`: one that would, as YAML; empty where none was found."""

    mutant: Mutant
    case: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """How the cases of one rule do. `equivalent`: mutants marked as such in the file and indeed alive.

    `stillborn`: mutants that cannot be planned or run, which no case could tell from the rule; they do not count.
    `problems`: entries of `equivalent_mutants` that are wrong, and cases that fail without any mutant.
    """

    rule_id: str
    killed: int
    equivalent: int
    survivors: tuple[Survivor, ...]
    stillborn: int = 0
    problems: tuple[Diagnostic, ...] = ()

    @property
    def total(self) -> int:
        """All mutants that can be run and are not marked."""
        return self.killed + len(self.survivors)

    @property
    def clean(self) -> bool:
        """Whether nothing is left to do."""
        return not self.survivors and not self.problems
