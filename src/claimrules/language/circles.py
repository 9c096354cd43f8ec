"""Names that are defined by themselves: through `let`, `others` and `per` together."""

from collections.abc import Iterator, Mapping

from claimrules.language.expression import Aggregate, Expr, Let, Missing, Name, OfSubject, Walk, walk
from claimrules.language.rule import OtherSpec, Rule

PER = "per"


def circle(rule: Rule) -> list[str]:
    """A way from a name through those that it needs back to itself; empty where there is none."""
    needs: dict[str, set[str]] = {let.name: set(_named([let.value], rule)) for let in rule.lets}
    needs |= {other.name: set(_of_other(other, rule)) for other in rule.others}
    needs[PER] = set(_named([key.value for key in rule.per], rule))
    for name in needs:
        found = _way(name, needs, [])
        if found:
            return found
    return []


def _way(name: str, needs: Mapping[str, set[str]], steps: list[str]) -> list[str]:
    if name in steps:
        return [*steps[steps.index(name) :], name]
    for following in sorted(needs.get(name, ())):
        found = _way(following, needs, [*steps, name])
        if found:
            return found
    return []


def _of_other(other: OtherSpec, rule: Rule) -> Iterator[str]:
    """What others need, besides their own rows."""
    near = () if other.within is None else (other.within.n, other.within.column)
    nodes = [other.rows, other.where, *near, *(side for pair in other.same for side in pair)]
    nodes += [part.value for part in other.order]
    yield from (name for name in _named([node for node in nodes if node is not None], rule) if name != other.name)
    if other.of_subject:
        yield PER


def _named(nodes: list[Expr], rule: Rule) -> Iterator[str]:
    others = {other.name for other in rule.others}
    for node in nodes:
        for part in walk(node):
            if isinstance(part, Let):
                yield part.name
            elif isinstance(part, OfSubject):
                yield part.owner
                yield from _named([part.value], rule)
            elif isinstance(part, Aggregate):
                yield from (part.over,) if part.over in others else () if part.over else (PER,)
            elif isinstance(part, Walk):
                yield PER
            elif isinstance(part, Missing) and part.name in others:
                yield part.name
            elif isinstance(part, Name) and part.owner:
                yield part.owner
