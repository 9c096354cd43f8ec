"""`parameters.yaml`: values of named numbers by region, provider level, insurance type and date."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import pyarrow as pa

from claimrules.catalog import DATE, TEXT, Base, KeyColumn, TableSchema, Type, fields_of
from claimrules.diagnostics import (
    ClaimRulesError,
    Diagnostic,
    KnowledgeError,
    MappingNode,
    Node,
    Place,
    ScalarNode,
    SequenceNode,
    read_yaml,
    suggest,
)
from claimrules.knowledge.cells import typed
from claimrules.knowledge.from_raw import build
from claimrules.knowledge.raw_table import raw_of_rows
from claimrules.knowledge.table import NATION, Declaration, Table
from claimrules.knowledge.written import Written

KEY = ("rule", "provider_level", "insurance_type")
_COLUMNS = {"from": "valid_from", "to": "valid_to"}
_KEYS = ("value", "region", "provider_level", "insurance_type", "from", "to", "known_from", "rule", "source")
_NEEDED = ("value", "source")

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ParameterRows:
    """The rows of one parameter as they are written: texts by column, `from` and `to` called as in every table."""

    name: str
    rows: tuple[Cells, ...]
    written: Written

    def of(self, rules: Collection[str]) -> "ParameterRows":
        """The rows that are of any rule, or of one of `rules`."""
        kept = [i for i, row in enumerate(self.rows) if not row.get("rule") or row["rule"] in rules]
        number = {old: new for new, old in enumerate(kept)}
        cells = {(number[i], column): place for (i, column), place in self.written.cells.items() if i in number}
        places = tuple(self.written.rows[i] for i in kept) if self.written.rows else ()
        return ParameterRows(self.name, tuple(self.rows[i] for i in kept), Written(self.written.table, places, cells))


def read_parameters(path: Path, sources: Collection[str] | None = None) -> dict[str, ParameterRows]:
    """All rows by parameter; none where the file is not there. `sources`: the ids that a row may name (None: any).

    Raises:
        KnowledgeError: CR305 an unknown key, CR306 a wrong shape, CR307 a value or a source that is missing, CR320 a
            source that nobody knows.
    """
    if not path.exists():
        return {}
    try:
        root = read_yaml(path)
    except ClaimRulesError as error:
        raise KnowledgeError(error.diagnostics) from None
    reader = _Reader(sources)
    out = reader.names(root)
    if reader.found:
        raise KnowledgeError(reader.found)
    return out


def parameter_rows(node: Node, *, needed: Sequence[str] = ("value",)) -> tuple[dict[str, ParameterRows], list[Diagnostic]]:
    """The same from a part of another file (a rule's case), and what is wrong with it."""
    reader = _Reader(None, needed)
    return reader.names(node), reader.found


def parameter_table(given: ParameterRows, kind: Type) -> Table:
    """The rows as a table: found by rule, provider level and insurance type, with a `value` of the default's type.

    Raises:
        KnowledgeError: CR310 a value that the type does not hold, CR313 two rows that hold at once, CR318 two that rank
            alike, and whatever a knowledge table would be refused for.
    """
    level = fields_of("claims")["provider_level"].type
    columns = {"rule": TEXT, "provider_level": level, "insurance_type": TEXT, "value": kind}
    schema = TableSchema(f"params.{given.name}", columns, tuple(KeyColumn(name) for name in KEY))
    declaration = Declaration(schema, given.written.table.file, gaps_allowed=True)
    rows = [{column: text for column, text in row.items() if column in (*columns, *_COMMON)} for row in given.rows]
    if wrong := list(_misfits(given, kind)):
        raise KnowledgeError(wrong)
    table = build(raw_of_rows(schema.name, rows, given.written), declaration, sparse=True)
    if wrong := list(_ties(given)):
        raise KnowledgeError(wrong)
    return table


_COMMON = ("valid_from", "valid_to", "region", "known_from", "source")


def _misfits(given: ParameterRows, kind: Type) -> Iterator[Diagnostic]:
    """Values that are finer than the default is written: a decimal where it is whole, three digits where it has two."""
    for number, row in enumerate(given.rows):
        digits = len(row.get("value", "").partition(".")[2].rstrip("0"))
        if kind.base not in (Base.INTEGER, Base.DECIMAL) or digits <= kind.scale:
            continue
        if row["value"].replace(".", "", 1).lstrip("+-").isdigit():
            written = f"0.{'0' * digits}"
            message = f"`{row['value']}` has more digits after the point than the default of `{given.name}`"
            advice = f"the default gives the type: write it with {digits} of them in the rule, as {written}"
            yield Diagnostic("CR310", message, given.written.value(number, "value"), help=advice)


def _ties(given: ParameterRows) -> Iterator[Diagnostic]:
    """Two rows that some claim would fit alike: neither region nor the number of filled cells decides."""
    begin = typed(pa.array([row.get("valid_from", "") for row in given.rows], pa.string()), DATE)[0].to_pylist()
    end = typed(pa.array([row.get("valid_to", "") for row in given.rows], pa.string()), DATE)[0].to_pylist()
    for (i, one), (j, other) in combinations(enumerate(given.rows), 2):
        apart = any(one.get(k) and other.get(k) and one[k] != other[k] for k in KEY)
        apart |= (one.get("region") or NATION) != (other.get("region") or NATION)
        apart |= (one.get("known_from") or "") != (other.get("known_from") or "")
        apart |= bool(end[i] and begin[j] and end[i] < begin[j]) or bool(end[j] and begin[i] and end[j] < begin[i])
        if apart or sum(bool(one.get(k)) for k in KEY) != sum(bool(other.get(k)) for k in KEY):
            continue
        place = given.written.value(j, None)
        first = given.written.value(i, None)
        message = f"two rows of `{given.name}` fit one claim alike"
        label = f"the other stands on line {first.line}" if first.line else ""
        yield Diagnostic("CR318", message, place, label, "add a row for where both fit, or make one of them narrower")


@dataclass(slots=True)
class _Reader:
    """Reads on after an error, so that all of a file's errors are found at once."""

    sources: Collection[str] | None
    needed: Sequence[str] = _NEEDED
    found: list[Diagnostic] = field(default_factory=list)

    def names(self, node: Node) -> dict[str, ParameterRows]:
        if not isinstance(node, MappingNode):
            self.found.append(Diagnostic("CR306", "parameters are a mapping from name to rows", node.place))
            return {}
        return {str(key.text): self.rows(key, value) for key, value in node.items}

    def rows(self, key: ScalarNode, node: Node) -> ParameterRows:
        name = str(key.text)
        if not isinstance(node, SequenceNode):
            advice = f"write `{name}: [{{value: …, region: …}}]`"
            self.found.append(Diagnostic("CR306", f"the rows of `{name}` are a list", key.place, help=advice))
            return ParameterRows(name, (), Written(key.place, (), {}))
        cells: dict[tuple[int, str], tuple[Place, Place]] = {}
        rows = tuple(self.row(name, number, item, cells) for number, item in enumerate(node.items))
        return ParameterRows(name, rows, Written(key.place, tuple(item.place for item in node.items), cells))

    def row(self, name: str, number: int, node: Node, cells: dict[tuple[int, str], tuple[Place, Place]]) -> Cells:
        if not isinstance(node, MappingNode):
            advice = f"write `{{value: {node.text if isinstance(node, ScalarNode) else '…'}, region: …}}`"
            self.found.append(Diagnostic("CR306", f"a row of `{name}` is keys and values", node.place, help=advice))
            return {}
        out: dict[str, str] = {}
        for key, value in node.items:
            column = _COLUMNS.get(str(key.text), str(key.text))
            if key.text not in _KEYS:
                self.unknown(str(key.text), key.place)
            elif not isinstance(value, ScalarNode):
                self.found.append(Diagnostic("CR306", f"`{key.text}` takes one value", value.place))
            else:
                out[column] = (value.text or "").strip()
                cells[number, column] = (key.place, value.place)
        for key_needed in self.needed:
            if not out.get(key_needed):
                message = f"a row of `{name}` has no `{key_needed}`"
                advice = "name the policy that says so, by its id in sources.yaml" if key_needed == "source" else ""
                self.found.append(Diagnostic("CR307", message, node.place, help=advice))
        source = out.get("source")
        if source and self.sources is not None and source not in self.sources:
            near = suggest(source, self.sources)
            advice = f"did you mean `{near}`?" if near else "add it to sources.yaml"
            self.found.append(Diagnostic("CR320", f"unknown source `{source}`", cells[number, "source"][1], help=advice))
        return out

    def unknown(self, key: str, place: Place) -> None:
        near = suggest(key, _KEYS)
        advice = f"did you mean `{near}`?" if near else f"allowed are: {', '.join(_KEYS)}"
        self.found.append(Diagnostic("CR305", f"unknown key `{key}`", place, help=advice))
