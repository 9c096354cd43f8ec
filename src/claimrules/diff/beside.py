"""What moved beside the rule files: tables, parameters, exemptions, declared columns, and the options of loading."""

from collections.abc import Iterator

from claimrules.catalog import Type
from claimrules.diff.move import Move
from claimrules.diff.rows import TableMove, table_move
from claimrules.knowledge import Exemption, Table
from claimrules.knowledge.table import CODE_SETS
from claimrules.language import Rule
from claimrules.language.expression import Call, Literal, walk
from claimrules.pack import RulePack
from claimrules.plan.rewrite import expressions

EXEMPTIONS, COLUMNS, OPTIONS = "exemptions.yaml", "columns.yaml", "options"
Sheet = tuple[str, Type | None]
"""A knowledge table by its name, or the rows of a parameter by its name and type."""
Exempted = tuple[Exemption | None, Exemption | None]


def _sheets(pack: RulePack) -> dict[Sheet, Table]:
    knowledge = pack.knowledge
    tables: dict[Sheet, Table] = {(name, None): table for name, table in knowledge.tables.items()}
    return tables | {(name, kind): table for (name, kind), table in knowledge.parameters.items()}


def sheet_moves(old: RulePack, new: RulePack) -> Iterator[tuple[Sheet, TableMove]]:
    """A table that one side alone has moves with the rule that names it; the rows of a parameter move by themselves."""
    before, after = _sheets(old), _sheets(new)
    for sheet in sorted({*before, *after}, key=lambda one: (one[0], str(one[1]))):
        name, kind = sheet
        if kind is None and not (sheet in before and sheet in after):
            continue
        shown = name if kind is None else f"param.{name}"
        moved = table_move(shown, before.get(sheet), after.get(sheet))
        if moved is not None:
            yield sheet, moved


def groups_of_sheet(sheet: Sheet, moved: TableMove, versions: list[Rule]) -> Iterator[tuple[Move, ...]]:
    """The groups of a table that a rule looks into, in any version."""
    name, kind = sheet
    if kind is not None:
        seen = any(param.name == name for rule in versions for param in rule.params)
    else:
        seen = any(name in rule.tables for rule in versions)
    rows = tuple(one.move for one in moved.rows)
    if name == CODE_SETS and kind is None:
        wanted = _sets(versions)
        rows = tuple(move for move in rows if wanted is None or any(f"set_id={one}," in move.name for one in wanted))
        seen = wanted is None or bool(wanted)
    if not seen:
        return
    for one in (moved.whole, moved.declared):
        if one is not None:
            yield (one,)
    if rows:
        yield rows


def _sets(versions: list[Rule]) -> frozenset[str] | None:
    """The code sets that the rule names; None where a table names them."""
    asked = [node.arguments[1] for rule in versions for node in _calls(rule) if node.function == "in_set"]
    if not all(isinstance(name, Literal) for name in asked):
        return None
    return frozenset(str(name.value) for name in asked if isinstance(name, Literal))


def _calls(rule: Rule) -> Iterator[Call]:
    return (part for node in expressions(rule) for part in walk(node) if isinstance(part, Call))


def exemption_moves(old: RulePack, new: RulePack) -> Iterator[tuple[Move, Exempted]]:
    """The entries that differ, by their ids."""
    before, after = ({one.id: one for one in pack.knowledge.exemptions} for pack in (old, new))
    for name in sorted({*before, *after}):
        one, other = before.get(name), after.get(name)
        if one != other:
            before_text, after_text = (_entry(entry) if entry else "" for entry in (one, other))
            old_place, new_place = (entry.place if entry else None for entry in (one, other))
            yield Move("exemption", EXEMPTIONS, name, before_text, after_text, old_place, new_place), (one, other)


def _entry(entry: Exemption) -> str:
    named = [f"{name}: {', '.join(values)}" for name, values in entry.names]
    dates = [f"from {entry.begin}"] if entry.begin else []
    dates += [f"to {entry.end}"] if entry.end else []
    return "; ".join([f"rules: {', '.join(entry.rules) if entry.rules is not None else 'all'}", *named, *dates])


def speaks_of(pair: Exempted, versions: list[Rule]) -> bool:
    """Whether rows of the rule may leave it by an entry, on either side."""
    return any(entry is not None and entry.speaks_of(rule.id, rule.kind, None) for entry in pair for rule in versions)


def column_moves(old: RulePack, new: RulePack) -> Iterator[Move]:
    """The declared columns that differ, as one: claims are read by all of them at once."""
    before, after = ({f"{t}.{c}": str(k) for t, of in pack.extra.items() for c, k in of.items()} for pack in (old, new))
    names = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    if names:
        one, other = ("; ".join(f"{name}: {side[name]}" for name in names if name in side) for side in (before, after))
        yield Move("column", COLUMNS, ", ".join(names), one, other)


def given_by_name(pack: RulePack) -> dict[str, str]:
    """The parameters that a pack was loaded with, as `param.NAME`."""
    return {f"param.{name}": text for name, text in pack.parameters.items()}


def option_moves(old: RulePack, new: RulePack) -> Iterator[Move]:
    """Two packs of one base may be of two days, of two regions, or have other parameters."""
    sides = [
        {"region": str(pack.region or ""), "as_of": str(pack.as_of or ""), **given_by_name(pack)} for pack in (old, new)
    ]
    for name in sorted({*sides[0], *sides[1]}):
        one, other = (side.get(name, "") for side in sides)
        if one != other:
            yield Move("option", OPTIONS, name, one, other)
