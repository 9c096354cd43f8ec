"""Which values of the input the verdict of a subject hangs on, and what each could be instead."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from claimrules.catalog import KIND_TABLES, KINDS, Base, kind_fields
from claimrules.engine.column import Index
from claimrules.engine.kernels.segments import expand_ranges
from claimrules.engine.relation import Relation
from claimrules.engine.sides import RightSubjects
from claimrules.engine.subject_rows import RowSpace, SubjectSpace
from claimrules.explain.explanation import Outcome, Step
from claimrules.explain.judged import Judged
from claimrules.explain.looking import Look, named_parts
from claimrules.explain.spelling import is_comparison
from claimrules.explain.worlds import IN_TABLES, ROW, Cell
from claimrules.language.expression import Call, Case, Expr, Field, Literal, MatchField, walk
from claimrules.language.scope import time_of

MOST_ROWS = 12
"""Rows of a subject, and other rows of one name, whose values are tried."""
IDENTITY = frozenset({"claim_id", "line_id", "person_id", "provider_id", "encounter_id", "reverses_line_id", "is_reversed"})
"""What says which row it is, or whose: to change that is to speak of another."""


@dataclass(slots=True)
class Reach:
    """What a cell's value is compared with: numbers and days that part it from a limit, and values it could take."""

    gaps: set[Decimal] = field(default_factory=set)
    limits: set[Decimal] = field(default_factory=set)
    hours: bool = False
    texts: set[str] = field(default_factory=set)
    times: set[Any] = field(default_factory=set)


def conditions_of(judged: Judged, step: Step, verdict: Outcome) -> list[Expr]:
    """The conditions that the verdict hangs on, as the plan has them, those of `rows` last.

    The dates on which the rule holds are among them only where they settled the verdict: else every finding could be
    undone by moving it to another year.
    """
    plan = judged.plan
    rows = [*plan.coarse, *plan.fine] if step == "effective" else [plan.rule.rows] if plan.rule.rows is not None else []
    if verdict == "not_applicable":
        return rows
    return [*(node for _, node in plan.rule.flag), *(proviso.when for proviso in plan.rule.unless), *rows]


def cells_of(judged: Judged, rows: RowSpace, at: list[int], conditions: list[Expr], more: list[Expr]) -> dict[Cell, None]:
    """The input cells of the fields that the conditions name, on the subject's rows and the rows beside them."""
    out: dict[Cell, None] = {}
    nodes = dict.fromkeys(p for node in (*conditions, *more) for p in walk(node) if isinstance(p, Field))
    for node in nodes:
        if node.name in IDENTITY or node.kind not in KIND_TABLES:
            continue
        for kind, places in _places(judged, rows, at, node):
            for cell in _cells(judged, kind, places, node):
                out[cell] = None
    return out


def _places(judged: Judged, rows: RowSpace, at: list[int], node: Field) -> Iterator[tuple[str, Index]]:
    """Where the field is read: a kind and the places among its rows."""
    base = judged.base
    if node.owner:
        relation: Relation | None = rows.others.get(node.owner)
        if relation is None or isinstance(relation.rights, RightSubjects):
            return
        beside = [rows.subjects.ids[i] for i in at] if relation.spec.of_subject and rows.subjects is not None else at
        if relation.one is not None:
            found = _once([int(relation.one[i]) for i in beside if relation.one[i] >= 0])
        else:
            found = _once(relation.found[np.isin(relation.left, beside)].tolist())
        right = relation.rights.base
        if node.kind in (right.rows.kind, *right.rows.up):
            yield node.kind, _once(right.up(node.kind)[found[:MOST_ROWS]].tolist())
        return
    own = rows.at[np.array(at[:MOST_ROWS], np.int64)]
    if node.kind in (base.rows.kind, *KINDS[base.rows.kind].above):
        yield node.kind, _once(base.up(node.kind)[own].tolist())
    else:
        above = "claim" if base.rows.kind == "claim" else "encounter"
        order, starts, stops = base.children(node.kind, above)
        _, place = expand_ranges(starts[own], stops[own])
        yield node.kind, _once(order[place].tolist())[:MOST_ROWS]


def _once(places: list[int]) -> Index:
    return np.array(list(dict.fromkeys(places)), np.int64)


def _cells(judged: Judged, kind: str, places: Index, node: Field) -> Iterator[Cell]:
    space = judged.context.kind(kind)
    if kind == "encounter":  # what an encounter shows is what its claims say
        order, starts, stops = space.children("claim", "encounter")
        _, place = expand_ranges(starts[places], stops[places])
        kind, places, space = "claim", order[place], judged.context.kind("claim")
    number = space.rows.columns.get(ROW)
    if number is None:
        return
    field_ = kind_fields(kind).get(node.name)
    if field_ is None:
        return
    for row in np.asarray(number.data)[places].tolist():
        yield Cell(IN_TABLES[kind], int(row), node.name, node)


# ---------------------------------------------------------------------- what it is compared with


def reach_of(node: Field, conditions: list[Expr], looks: list[Look]) -> Reach:
    """What the field meets in the conditions, at some places."""
    out = Reach()
    for condition in conditions:
        for part in walk(condition):
            if isinstance(part, Call | Case) and any(p == node for p in walk(part)):
                _meet(part, node, looks, out)
    for look in looks:
        _times(node, look, conditions, out)
    return out


def _meet(part: Call | Case, node: Field, looks: list[Look], out: Reach) -> None:
    for inner in walk(part):
        match inner:
            case Literal(value=str() as value):
                out.texts.add(value.rstrip("%") if isinstance(part, Call) and part.function == "like" else value)
            case Literal(value=bool()):
                pass
            case Literal(type=type_, value=int() | Decimal() as value) if type_.is_number:
                out.limits.add(Decimal(value))
            case Call(function="hours_between" | "hour" | "has_time"):
                out.hours = True
            case Field(type=type_) | MatchField(type=type_) if inner != node and type_.base is Base.TEXT:
                out.texts |= {said for look in looks if (said := _read(look, inner)) is not None}
            case MatchField(type=type_) if type_.is_number:
                out.limits |= {Decimal(said) for look in looks if (said := _read(look, inner)) is not None}
            case _:
                pass
    if isinstance(part, Call) and is_comparison(part):
        for look in looks:
            gap = _gap(look, part)
            if gap is not None:
                out.gaps.add(gap)


def _gap(look: Look, part: Call) -> Decimal | None:
    """How far the sides of a comparison are apart: a number, or days."""
    left, right = (_read(look, side) for side in part.arguments)
    if left is None or right is None:
        return None
    types = [side.type for side in part.arguments]
    if all(type_.is_number for type_ in types):
        return abs(Decimal(left) - Decimal(right))
    if all(type_.is_time for type_ in types):
        a, b = (dt.datetime.fromisoformat(text).date() for text in (left, right))
        return Decimal(abs((a - b).days))
    return None


def _times(node: Field, look: Look, conditions: list[Expr], out: Reach) -> None:
    """Known dates beside the field, for one that is not known."""
    if not node.type.is_time:
        return
    beside: list[Expr] = [
        p for c in conditions for p in walk(c) if isinstance(p, Field | MatchField) and p.type.is_time and p != node
    ]
    beside += [time_of(kind) for kind in ("line", "claim", "encounter")]
    for part in beside:
        said = _read(look, part)
        if said is not None:
            out.times.add(dt.datetime.fromisoformat(said))


def _read(look: Look, node: Expr) -> str | None:
    """The text of a value, where it is known, and is one at this place: not a name that stands only inside an aggregate."""
    rows = look.space.rows if isinstance(look.space, SubjectSpace) else look.space
    if not isinstance(rows, RowSpace) or not all(_is_here(rows, part) for part in named_parts(node)):
        return None
    return look.value(node).value


def _is_here(rows: RowSpace, part: Expr) -> bool:
    owner = str(getattr(part, "owner", ""))
    if owner:
        return owner in rows.others and rows.others[owner].one is not None
    match part:
        case Field(kind=kind):
            return kind in (rows.base.rows.kind, *KINDS[rows.base.rows.kind].above)
        case MatchField(match=match):
            return match in rows.matches
        case _:
            return True
