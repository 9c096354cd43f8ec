"""`findings:` of a case: what other rules have found, for a rule that asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from claimrules.cases.documents import Placed
from claimrules.cases.reader import Problems, entries, scalar
from claimrules.cases.world import World
from claimrules.catalog import kind_fields
from claimrules.diagnostics import Node, SequenceNode, suggest

KEYS = ("rule", "of", "verdict", "category", "severity")
_DEFAULTS = {"verdict": "violation", "category": "policy", "severity": "medium"}


@dataclass(frozen=True, slots=True)
class FoundBefore:
    """One finding of another rule. `of`: the full label of a line, or of a claim."""

    rule: str
    of: str
    verdict: str
    category: str
    severity: str


def read_findings(node: Node | None, world: World, problems: Problems) -> tuple[FoundBefore, ...]:
    """The findings that a case states: `[{rule: ID, of: LABEL, verdict: violation}]`."""
    if node is None:
        return ()
    if not isinstance(node, SequenceNode):
        problems.add("CR601", "`findings` must be a list", node.place, "as in [{rule: drug_sex, of: l1}]")
        return ()
    out = [_finding(item, world, problems) for item in node.items]
    return tuple(one for one in out if one is not None)


def _finding(node: Node, world: World, problems: Problems) -> FoundBefore | None:
    fields = kind_fields("finding")
    said = dict(_DEFAULTS)
    for key, place, value in entries(node, "a finding", problems):
        cell = scalar(value, f"`{key}`", problems)
        if key not in KEYS:
            problems.unknown("CR602", "key of a finding", key, place, KEYS)
        elif cell is not None and cell.text:
            said[key] = cell.text
            values = fields[key].type.values if key in fields else None
            if values and cell.text not in values:
                near = suggest(cell.text, values)
                advice = f"did you mean `{near}`?" if near else f"it is one of {', '.join(values)}"
                problems.add("CR607", f"`{cell.text}` is no {key}", cell.place, advice)
    for key in ("rule", "of"):
        if key not in said:
            problems.add("CR603", f"a finding needs `{key}`", node.place, "as in {rule: drug_sex, of: l1}")
            return None
    rows = [row for row in world.named(said["of"]) if row.table in ("lines", "claims")]
    if len(rows) != 1:
        what = "is not clear" if rows else "is none of the lines and claims"
        problems.add("CR606", f"`{said['of']}` {what}", node.place)
        return None
    return FoundBefore(said["rule"], rows[0].full, said["verdict"], said["category"], said["severity"])


def findings_of(group: Sequence[Placed]) -> Any:
    """The findings that the cases of a batch state, as the output's table has them."""
    rows: list[dict[str, Any]] = []
    for one in group:
        where = {label: ids for ids, label in one.labels().items()}
        for finding in one.case.findings:
            claim, line = where[finding.of]
            said = {name: getattr(finding, name) for name in _DEFAULTS}
            rows.append({"rule_id": finding.rule, "claim_id": claim, "line_ids": [] if line is None else [line], **said})
    names = ("rule_id", "claim_id", "verdict", "category", "severity")
    schema = pa.schema(
        [*((name, pa.string()) for name in names), ("line_ids", pa.list_(pa.string())), ("event_date", pa.date32())]
    )
    return pa.Table.from_pylist(rows, schema=schema)
