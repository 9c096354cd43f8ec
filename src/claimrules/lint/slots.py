"""The conditions of a rule: what each is called, where it stands, and what is true already when it is asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

from claimrules.catalog import BOOLEAN, Base
from claimrules.language.expression import Call, Expr
from claimrules.language.rule import MatchSpec, Rule

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A condition. `name` is how messages call it; `given` is true of whatever it is asked of."""

    name: str
    path: Path
    condition: Expr
    given: tuple[Expr, ...] = ()


def slots(rule: Rule) -> Iterator[Slot]:
    """The conditions of a rule, in the order in which they are asked."""
    rows = (rule.rows,) if rule.rows is not None else ()
    if rule.rows is not None:
        yield Slot("`rows`", ("rows",), rule.rows)
    yield from (slot for match in rule.matches for slot in _of_match(match, ("match", match.name), rows))
    for other in rule.others:
        path = ("others", other.name)
        yield from (
            slot for match in other.matches if match.owner for slot in _of_match(match, (*path, "match", match.name), ())
        )
        if other.rows is not None:
            yield Slot(f"`rows` of `{other.name}`", (*path, "rows"), other.rows)
        if other.where is not None:
            given = () if other.kind == "subject" else rows
            yield Slot(f"`where` of `{other.name}`", (*path, "where"), other.where, given)
    for let in rule.lets:
        if let.value.type.base is Base.BOOLEAN:
            yield Slot(f"`{let.name}`", ("let", let.name), let.value)
    key = "flag_rows" if rule.flags_rows else "flag"
    for name, condition in rule.flag:
        yield Slot(f"the reason `{name}`" if name else f"`{key}`", (key, name) if name else (key,), condition, rows)
    flag = tuple(condition for _, condition in rule.flag)
    flagged = (*rows, *((reduce(lambda a, b: Call(BOOLEAN, "or", (a, b)), flag),) if flag else ()))
    for part, word in (("unless", "exception"), ("doubt", "doubt")):
        for proviso in rule.unless if part == "unless" else rule.doubt:
            yield Slot(f"the {word} `{proviso.name}`", (part, proviso.name), proviso.when, flagged)


def _of_match(match: MatchSpec, path: Path, given: tuple[Expr, ...]) -> Iterator[Slot]:
    if match.where is not None:
        yield Slot(f"`where` of `{match.name}`", (*path, "where"), match.where, given)
