"""The places of a rule where an expression can change a verdict or an amount."""

from collections.abc import Iterator
from dataclasses import dataclass

from claimrules.language.expression import Expr, Let, walk
from claimrules.language.rule import MatchSpec, Rule
from claimrules.mutants.tree import Path, at


@dataclass(frozen=True, slots=True)
class Spot:
    """One expression of a rule.

    `path` leads to it in the Rule, `key` in the YAML file; `name` says it to the reader: `flag`, `others.main.where`.
    """

    name: str
    path: Path
    key: Path


def spots(rule: Rule) -> tuple[Spot, ...]:
    """Every expression that bears on verdicts, rows or amounts, in the order of the frame.

    What only sentences and `observed` say is left out: no verdict depends on it. So are `let`s that only they name.
    """
    found = [*_rows(rule), *_matches(rule.matches, (), ()), *_keys(rule), *_others(rule), *_outcome(rule)]
    used = _used(rule, found)
    lets = [
        Spot(f"let.{let.name}", ("lets", i, "value"), ("let", let.name))
        for i, let in enumerate(rule.lets)
        if let.name in used
    ]
    return (*found, *lets)


def _rows(rule: Rule) -> Iterator[Spot]:
    if rule.rows is not None:
        yield Spot("rows", ("rows",), ("rows",))


def _matches(matches: tuple[MatchSpec, ...], path: Path, key: Path) -> Iterator[Spot]:
    for i, match in enumerate(matches):
        here, there = (*path, "matches", i), (*key, "match", match.name)
        name = ".".join(str(step) for step in there)
        for k, (column, _) in enumerate(match.keys):
            yield Spot(f"{name}.key.{column}", (*here, "keys", k, 1), (*there, "key", column))
        if match.where is not None:
            yield Spot(f"{name}.where", (*here, "where"), (*there, "where"))
        if match.at is not None:
            yield Spot(f"{name}.at", (*here, "at"), (*there, "at"))


def _keys(rule: Rule) -> Iterator[Spot]:
    for i, key in enumerate(rule.per):
        yield Spot(f"per.{key.name}", ("per", i, "value"), ("per", i, key.name))


def _others(rule: Rule) -> Iterator[Spot]:
    for i, other in enumerate(rule.others):
        path, key, name = ("others", i), ("others", other.name), f"others.{other.name}"
        if other.rows is not None:
            yield Spot(f"{name}.rows", (*path, "rows"), (*key, "rows"))
        yield from _matches(other.matches, path, key)
        if other.within is not None and other.within.n is not None:
            yield Spot(f"{name}.within", (*path, "within", "n"), (*key, "within"))
        if other.where is not None:
            yield Spot(f"{name}.where", (*path, "where"), (*key, "where"))


def _outcome(rule: Rule) -> Iterator[Spot]:
    word = "flag_rows" if rule.flags_rows else "flag"
    for i, (name, _) in enumerate(rule.flag):
        key: Path = (word, name) if name else (word,)
        yield Spot(".".join(str(step) for step in key), ("flag", i, 1), key)
    for part in ("unless", "doubt"):
        for i, proviso in enumerate(getattr(rule, part)):
            yield Spot(f"{part}.{proviso.name}", (part, i, "when"), (part, proviso.name))
    for i in range(len(rule.amount.arguments)):
        yield Spot("amount", ("amount", "arguments", i), ("amount",))


def _used(rule: Rule, found: list[Spot]) -> set[str]:
    lets: dict[str, Expr] = {let.name: let.value for let in rule.lets}
    waiting: list[Expr] = [at(rule, spot.path) for spot in found]
    waiting += [side for other in rule.others for pair in other.same for side in pair]
    waiting += [part.value for part in rule.order]
    out: set[str] = set()
    while waiting:
        for part in walk(waiting.pop()):
            value = getattr(part, "value", None)
            inner = part if isinstance(part, Let) else value if isinstance(value, Let) else None
            if inner is not None and inner.name in lets and inner.name not in out:
                out.add(inner.name)
                waiting.append(lets[inner.name])
    return out
