"""A case's base, additions and changes → its world."""

from dataclasses import replace
from pathlib import Path

from claimrules.cases.bases import base_names, read_base
from claimrules.cases.reader import Problems, entries, mapping, scalar, value_of
from claimrules.cases.values import Value
from claimrules.cases.world import ROW_TABLES, Row, World, named
from claimrules.diagnostics import ClaimRulesError, MappingNode, Node, Place, ScalarNode, suggest

_BASE_KEYS = ("about", "claims", *ROW_TABLES)


def read_world(case: MappingNode, place: Place, root: Path, problems: Problems) -> World | None:
    """The world that the case states, not completed; None (with errors) where there is none. `place` is the case's."""
    rows: list[Row] = []
    given = case.get("given")
    if given is not None:
        base = _base(given, root, problems)
        if base is None:
            return None
        for key, key_place, _ in entries(base, "a base", problems):
            if key not in _BASE_KEYS:
                problems.unknown("CR602", "key of a base", key, key_place, _BASE_KEYS)
        _add(base, rows, problems)
    _add(case, rows, problems)
    if not any(row.table == "claims" for row in rows):
        problems.add("CR603", "the case has no claim", place, "start from a base: `given: visit`")
        return None
    for path, path_place, node in entries(case.get("change"), "`change`", problems):
        _change(path, path_place, node, rows, problems)
    for row in rows:
        if row.table == "lines" and row.values.get("item_code") is None:
            problems.add("CR603", f"the line `{row.full}` has no item_code", place, "every line names its item")
    return World(tuple(rows))


def _base(given: Node, root: Path, problems: Problems) -> MappingNode | None:
    name = scalar(given, "`given`", problems)
    if name is None:
        return None
    try:
        node = read_base(name.text or "", root)
    except ClaimRulesError as error:
        problems.found.extend(error.diagnostics)
        return None
    if node is None:
        problems.unknown("CR605", "base", name.text or "", name.place, base_names(root))
        return None
    return mapping(node, "a base", problems)


def _add(source: MappingNode, rows: list[Row], problems: Problems) -> None:
    for label, place, node in entries(source.get("claims"), "`claims`", problems):
        if "." in label or label in {row.label for row in rows}:
            problems.add("CR606", f"a claim cannot be called `{label}`", place, "choose a label that is free, without a dot")
            continue
        rows.append(Row("claims", label, label, _claim_values(node, rows, problems)))
    for table in ROW_TABLES:
        for label, place, node in entries(source.get(table), f"`{table}`", problems):
            _add_row(table, label, place, node, rows, problems)


def _claim_values(node: Node, rows: list[Row], problems: Problems) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for column, place, value in entries(node, "a claim", problems):
        if column != "like":
            values[column] = value_of("claims", column, place, value, problems)
            continue
        claims = {row.label: row for row in rows if row.table == "claims"}
        name = value.text if isinstance(value, ScalarNode) else None
        if name in claims:
            own_id = {"claim_id"}
            values = {**{k: v for k, v in claims[name].values.items() if k not in own_id}, **values}
        else:
            problems.unknown("CR606", "claim", str(name), value.place, claims)
    return values


def _add_row(table: str, label: str, place: Place, node: Node, rows: list[Row], problems: Problems) -> None:
    claims = [row.label for row in rows if row.table == "claims"]
    claim, _, short = label.rpartition(".")
    if not claim and len(claims) > 1:
        problems.add("CR606", f"`{label}` could be in several claims", place, f"write `{claims[0]}.{label}`")
        return
    if not claim or (claim == "claim" and len(claims) == 1):
        claim = claims[0] if claims else ""
    if claim not in claims:
        problems.unknown("CR606", "claim", claim, place, claims)
        return
    if any(row.full == f"{claim}.{short}" for row in rows):
        problems.add(
            "CR606", f"`{claim}.{short}` is there already", place, "a line, a diagnosis and an operation differ too"
        )
        return
    key = {"lines": "line_id"}.get(table)
    values: dict[str, Value] = {key: short} if key else {}
    for column, column_place, value in entries(node, f"`{label}`", problems):
        if column == "claim_id":
            problems.add("CR606", "the label says which claim it is", column_place, f"write `{claim}.{short}:`")
            continue
        values[column] = value_of(table, column, column_place, value, problems)
    rows.append(Row(table, claim, short, values))


def _change(path: str, place: Place, node: Node, rows: list[Row], problems: Problems) -> None:
    parts = [part for part in path.split(".") if part not in ROW_TABLES]
    label, column = ".".join(parts[:-1]), parts[-1]
    found = named(tuple(rows), label)
    if len(found) > 1:
        choices = ", ".join(f"`{row.full}.{column}`" for row in found)
        problems.add("CR606", f"`{label}` is not clear", place, f"write one of {choices}")
        return
    if not found:
        known = [row.full for row in rows] + [row.label for row in rows]
        near = suggest(label, known)
        advice = f"did you mean `{near}.{column}`?" if near else "a path is a label and a field: `claim.sex`"
        problems.add("CR606", f"nothing here is called `{label or path}`", place, advice)
        return
    row = found[0]
    value = value_of(row.table, column, place, node, problems)
    rows[rows.index(row)] = replace(row, values={**row.values, column: value})
