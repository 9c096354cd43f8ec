"""All expressions of a rule."""

from collections.abc import Iterator

from claimrules.language.expression import Expr
from claimrules.language.rule import MatchSpec, Rule


def expressions_of(rule: Rule) -> Iterator[Expr]:
    """Those that decide: not those of messages, amounts and what was observed."""
    if rule.rows is not None:
        yield rule.rows
    for match in rule.matches:
        yield from _of_match(match)
    for other in rule.others:
        yield from (side for pair in other.same for side in pair)
        yield from (one for one in (other.rows, other.where) if one is not None)
        for match in other.matches:
            yield from _of_match(match)
    yield from (key.value for key in rule.per)
    yield from (let.value for let in rule.lets)
    yield from (condition for _, condition in rule.flag)
    yield from (proviso.when for proviso in (*rule.unless, *rule.doubt))


def _of_match(match: MatchSpec) -> Iterator[Expr]:
    yield from (value for _, value in match.keys)
    yield from (one for one in (match.where, match.at) if one is not None)
