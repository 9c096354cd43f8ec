"""Parameters given by name."""

from collections.abc import Mapping
from typing import Any

from claimrules.diagnostics import Diagnostic, PlanError, suggest
from claimrules.language import Rule, typed_literal


def typed_parameters(rules: Mapping[str, Rule], values: Mapping[str, str]) -> dict[str, tuple[Any, Any]]:
    """Parameters given as text, typed as their defaults are.

    Raises:
        PlanError: CR403 a name that no rule has; CR404 a value of another kind than the default.
    """
    known = {p.name: p for rule in rules.values() for p in rule.params}
    found: list[Diagnostic] = []
    out: dict[str, tuple[Any, Any]] = {}
    for name, text in values.items():
        param = known.get(name)
        if param is None:
            near = suggest(name, known)
            advice = f"did you mean `{near}`?" if near else f"parameters are: {', '.join(sorted(known)) or 'none'}"
            found.append(Diagnostic("CR403", f"no rule has a parameter `{name}`", help=advice))
            continue
        type_, value = typed_literal(str(text))
        if type_.is_number != param.type.is_number or (not type_.is_number and type_.base is not param.type.base):
            what = f"`{name}` is {param.type}, and `{text}` is not"
            found.append(Diagnostic("CR404", what))
        elif param.values and str(text) not in param.values:
            found.append(Diagnostic("CR404", f"`{name}` is one of {', '.join(param.values)}"))
        out[name] = (type_, value)
    if found:
        raise PlanError(found)
    return out
