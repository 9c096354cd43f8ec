"""The room's door: a rule → all of its mutants."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from claimrules.catalog import Base
from claimrules.language.expression import Walk, walk
from claimrules.language.rule import AmountSpec, MatchSpec, OrderSpec, OtherSpec, Parameter, Rule
from claimrules.language.scope import time_of
from claimrules.mutants.mutant import Mutant
from claimrules.mutants.operators import changes, stepped
from claimrules.mutants.source import Shown, Source
from claimrules.mutants.spots import spots
from claimrules.mutants.tree import Path, at, put, without
from claimrules.plan.print import show
from claimrules.plan.rewrite import expressions

TURNED_TAKE = {"previous": "next", "next": "previous", "first": "last", "last": "first"}
_LONG = 90


@dataclass(frozen=True, slots=True)
class _Made:
    """A mutant before it has its number. `said`: what changes, in words of the file."""

    where: str
    said: str
    rule: Rule
    shown: Shown
    counted: bool = False


def mutants_of(rule: Rule) -> tuple[Mutant, ...]:
    """Every mutant of `rule`, in the order of the frame; none twice, and none that is the rule itself.

    They carry no examples. Some may be no rules at all (a key of `per` left out that the flag speaks of): running them
    tells.
    """
    source = Source(rule)
    bare = replace(rule, written=None)
    made = [*_frame(bare, source), *_expressions(bare, source)]
    seen = {bare}
    numbers: Counter[tuple[str, str]] = Counter()
    out: list[Mutant] = []
    for one in made:
        number = 0
        if one.counted:
            numbers[one.where, one.said] += 1
            number = numbers[one.where, one.said]
        if one.rule in seen:
            continue
        seen.add(one.rule)
        name = f"{one.where}.{number}" if one.counted else one.where
        out.append(Mutant(f"{name} {one.said}", one.rule, one.shown.place, one.shown.before, one.shown.after))
    return tuple(_distinct(out))


def _distinct(mutants: list[Mutant]) -> Iterator[Mutant]:
    """The second of one id is called `… (2)`."""
    seen: Counter[str] = Counter()
    for mutant in mutants:
        seen[mutant.id] += 1
        times = seen[mutant.id]
        yield mutant if times == 1 else replace(mutant, id=f"{mutant.id} ({times})")


def _expressions(rule: Rule, source: Source) -> Iterator[_Made]:
    for spot in spots(rule):
        node = at(rule, spot.path)
        for change in changes(node):
            mutated = put(rule, (*spot.path, *change.path), change.node)
            said = f"{short(change.before)} → {short(change.after)}" if change.after else f"without {short(change.before)}"
            yield _Made(spot.name, said, mutated, source.changed(spot.key, node, change), counted=change.token)


def short(text: str) -> str:
    """A text that fits into an id."""
    words = " ".join(text.split())
    return words if len(words) <= _LONG else f"{words[: _LONG - 1]}…"


def _frame(rule: Rule, source: Source) -> Iterator[_Made]:
    """What is mutated of the frame itself: each part there or not, turned round, or moved by a step."""
    yield from _effective(rule, source)
    if rule.rows is not None:
        yield _dropped(source, "rows", put(rule, ("rows",), None), ("rows",))
    for i, param in enumerate(rule.params):
        yield from _param(rule, source, param, i)
    for i, match in enumerate(rule.matches):
        yield from _match(rule, source, match, ("matches", i), ("match", match.name))
    yield from _keys(rule, source)
    yield from _order(rule, source)
    for i, other in enumerate(rule.others):
        yield from _other(rule, source, other, i)
    yield from _named(rule, source)
    yield from _amount(rule, source)


def _dropped(source: Source, name: str, mutated: Rule, key: Path) -> _Made:
    return _Made(name, "dropped", mutated, source.dropped(key, f"{key[-1]}: …"))


def _effective(rule: Rule, source: Source) -> Iterator[_Made]:
    for name, key in (("effective_from", "from"), ("effective_to", "to")):
        day: date | None = getattr(rule, name)
        for days in (-1, 1) if day is not None else ():
            assert day is not None  # noqa: S101 - asked above
            moved = day + timedelta(days)
            shown = source.value(("effective", key), str(day), str(moved))
            yield _Made(f"effective.{key}", f"{day} → {moved}", put(rule, (name,), moved), shown)


def _param(rule: Rule, source: Source, param: Parameter, i: int) -> Iterator[_Made]:
    values = [value for up in (False, True) if (value := stepped(param.type.base, param.default, up)) is not None]
    if param.type.base is Base.BOOLEAN:
        values = [not param.default]
    values += [other for other in param.values if other != param.default]
    key: Path = ("params", param.name)
    key = (*key, "default") if source.node((*key, "default")) is not source.node(key) else key
    for value in values:
        before, after = _plain(param.default), _plain(value)
        mutated = put(rule, ("params", i, "default"), value)
        yield _Made(f"params.{param.name}", f"{before} → {after}", mutated, source.value(key, before, after))


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _match(rule: Rule, source: Source, match: MatchSpec, path: Path, key: Path) -> Iterator[_Made]:
    name = ".".join(str(step) for step in key)
    if match.where is not None:
        yield _dropped(source, f"{name}.where", put(rule, (*path, "where"), None), (*key, "where"))
    if match.at is not None:
        yield _dropped(source, f"{name}.at", put(rule, (*path, "at"), None), (*key, "at"))
    if match.ever:
        own_day = put(rule, path, replace(match, ever=False))
        yield _dropped(source, f"{name}.at", own_day, (*key, "at"))


def _keys(rule: Rule, source: Source) -> Iterator[_Made]:
    for i, one in enumerate(rule.per if len(rule.per) > 1 else ()):
        shown = source.dropped(("per", i), one.name)
        yield _Made(f"per.{one.name}", "dropped", without(rule, ("per", i)), replace(shown, before=f"per: {one.name}"))


def _order(rule: Rule, source: Source) -> Iterator[_Made]:
    """The order of a walk turned round; rows without an `order` stand by their time."""
    if not any(isinstance(part, Walk) for node in expressions(rule) for part in walk(node)):
        return
    order = rule.order or (OrderSpec(time_of(rule.kind)),)
    key: Path = ("order",) if rule.order else ("flag_rows" if rule.flags_rows else "flag",)
    for i, part in enumerate(order):
        turned = put(order, (i, "descending"), not part.descending)
        before, after = (
            f"order: {show(part.value)}{' DESC' if down else ''}" for down in (part.descending, not part.descending)
        )
        shown = Shown(source.place(key), before, after)
        yield _Made("order", f"{show(part.value)} turned round", replace(rule, order=turned), shown)


def _other(rule: Rule, source: Source, other: OtherSpec, i: int) -> Iterator[_Made]:
    path, key, name = ("others", i), ("others", other.name), f"others.{other.name}"
    for part in ("rows", "within", "where"):
        if getattr(other, part) is not None:
            yield _dropped(source, f"{name}.{part}", put(rule, (*path, part), None), (*key, part))
    for k, (mine, _) in enumerate(other.same):
        shown = replace(source.dropped((*key, "same", k), show(mine)), before=f"same: {show(mine)}")
        yield _Made(f"{name}.same", f"without {show(mine)}", without(rule, (*path, "same", k)), shown)
    for k, match in enumerate(other.matches if not other.own else ()):
        yield from _match(rule, source, match, (*path, "matches", k), (*key, "match", match.name))
    turned = put(rule, (*path, "itself"), not other.itself)
    before, after = (f"itself: {str(one).lower()}" for one in (other.itself, not other.itself))
    if other.take == "all" and (other.own or other.kind in (rule.kind, "subject")):  # elsewhere no row is there twice
        said = f"itself {str(other.itself).lower()} → {str(not other.itself).lower()}"
        yield _Made(name, said, turned, Shown(source.place(key), before, after))
    take = TURNED_TAKE.get(other.take)
    if take is not None:
        before, after = f"take: {other.take}", f"take: {take}"
        mutated = put(rule, (*path, "take"), take)
        yield _Made(name, f"take {other.take} → {take}", mutated, Shown(source.place(key), before, after))


def _named(rule: Rule, source: Source) -> Iterator[_Made]:
    word = "flag_rows" if rule.flags_rows else "flag"
    for i, (name, _) in enumerate(rule.flag if len(rule.flag) > 1 else ()):
        yield _dropped(source, f"{word}.{name}", without(rule, ("flag", i)), (word, name))
    for part in ("unless", "doubt"):
        for i, proviso in enumerate(getattr(rule, part)):
            yield _dropped(source, f"{part}.{proviso.name}", without(rule, (part, i)), (part, proviso.name))


def _amount(rule: Rule, source: Source) -> Iterator[_Made]:
    method = rule.amount.method
    other = "none" if method in ("full_line", "whole_encounter") else "full_line"
    mutated = replace(rule, amount=AmountSpec(other))
    written = source.node(("amount",))
    text = getattr(written, "text", None) or method
    yield _Made("amount", f"{short(text)} → {other}", mutated, source.value(("amount",), text, other))
