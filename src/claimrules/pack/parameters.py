"""Parameters given by name, and those that `parameters.yaml` gives by region, provider level, insurance type and date."""

from collections.abc import Mapping
from typing import Any

from claimrules.catalog import Type, enumeration
from claimrules.diagnostics import Diagnostic, KnowledgeError, PlanError, suggest
from claimrules.knowledge import ParameterRows, Table, parameter_table
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


def parameter_tables(
    rules: Mapping[str, Rule], given: Mapping[str, ParameterRows], *, whole: bool
) -> dict[tuple[str, Type], Table]:
    """A table for each parameter and type of its default. `whole`: `rules` are all there are.

    Raises:
        KnowledgeError: CR319 a name that no rule has, and what is wrong with the rows.
    """
    found: list[Diagnostic] = []
    out: dict[tuple[str, Type], Table] = {}
    for name, rows in given.items():
        kinds: dict[Type, list[str]] = {}
        values: dict[Type, tuple[str, ...]] = {}
        for rule in rules.values():
            for param in rule.params:
                if param.name == name:
                    kinds.setdefault(param.type, []).append(rule.id)
                    values[param.type] = param.values
        if whole:
            found += _unknown_names(name, rows, rules, used=bool(kinds))
        for kind, users in kinds.items():
            held = enumeration(*values[kind]) if values[kind] else kind
            try:
                out[name, kind] = parameter_table(rows.of(users), held)
            except KnowledgeError as error:
                found += error.diagnostics
    if found:
        raise KnowledgeError(dict.fromkeys(found))
    return out


def _unknown_names(name: str, rows: ParameterRows, rules: Mapping[str, Rule], *, used: bool) -> list[Diagnostic]:
    if not used:
        known = {param.name for rule in rules.values() for param in rule.params}
        near = suggest(name, known)
        advice = f"did you mean `{near}`?" if near else "declare it under `params` of the rule that uses it"
        return [Diagnostic("CR319", f"no rule has a parameter `{name}`", rows.written.table, help=advice)]
    out = []
    for number, row in enumerate(rows.rows):
        of = row.get("rule", "")
        if of and (of not in rules or all(param.name != name for param in rules[of].params)):
            users = [rule.id for rule in rules.values() if any(param.name == name for param in rule.params)]
            near = suggest(of, users)
            advice = f"did you mean `{near}`?" if near else f"rules that have it: {', '.join(users)}"
            place = rows.written.value(number, "rule")
            out.append(Diagnostic("CR319", f"there is no rule `{of}` with a parameter `{name}`", place, help=advice))
    return out
