"""The error root and one class a room."""

from collections.abc import Iterable

from claimrules.diagnostics.diagnostic import Diagnostic


class ClaimRulesError(Exception):
    """The root of every error that a user's input can cause. `diagnostics` holds all of them, sorted by place."""

    def __init__(self, diagnostics: Iterable[Diagnostic] | Diagnostic) -> None:
        given = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        self.diagnostics: tuple[Diagnostic, ...] = tuple(sorted(given))
        super().__init__("\n".join(str(d) for d in self.diagnostics))

    def __reduce__(self) -> tuple[type["ClaimRulesError"], tuple[tuple[Diagnostic, ...]]]:
        return (type(self), (self.diagnostics,))


class ClaimsError(ClaimRulesError):
    """CR1xx: claims that cannot be read at all. A single bad row is a reject, not an error."""


class LanguageError(ClaimRulesError):
    """CR2xx: a rule file that does not say what a rule must."""


class KnowledgeError(ClaimRulesError):
    """CR3xx: a knowledge table that is malformed or contradicts itself."""


class PlanError(ClaimRulesError):
    """CR4xx: rules that are sound each and cannot be run together or on these claims."""


class EngineError(ClaimRulesError):
    """CR5xx: a rule that failed while it ran; names the rule."""


class CaseError(ClaimRulesError):
    """CR6xx: an example in a rule file that cannot be run."""
