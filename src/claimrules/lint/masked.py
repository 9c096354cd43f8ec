"""Rules that flag nothing that another rule does not flag too (CR233)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from claimrules.diagnostics import Diagnostic, Level
from claimrules.language.expression import Aggregate, Call, Expr, Literal, Walk, conjuncts, walk
from claimrules.language.rule import Rule
from claimrules.lint.possible import Possible
from claimrules.lint.resolved import Resolved

_RUN = ("active", "shadow")
_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")


def masked(rules: Sequence[Rule], excused: frozenset[str] = frozenset()) -> Iterator[Diagnostic]:
    """Each rule whose every finding is another's as well, said once of a pair.

    `excused`: rules that some rows are exempted from; what they flag is not all that they say.
    """
    alike: dict[object, list[Resolved]] = defaultdict(list)
    for rule in rules:
        if rule.category != "indicator" and rule.id not in excused and rule.flag:
            one = Resolved(rule)
            alike[rule.kind, rule.flags_rows, one.per].append(one)
    for group in alike.values():
        for one in group:
            for other in group:
                if one is not other and _masks(other, one):
                    both = _masks(one, other)
                    if not both or other.rule.id < one.rule.id:
                        yield _told(one.rule, other.rule, both=both)


def _told(rule: Rule, other: Rule, *, both: bool) -> Diagnostic:
    message = f"`{other.id}` flags everything that `{rule.id}` flags"
    label = "and the other way round" if both else ""
    advice = "merge them, or say in `rows` or `unless` of one what is the other's"
    return Diagnostic("CR233", message, rule.place, label, advice, Level.WARNING)


def _masks(wide: Resolved, narrow: Resolved) -> bool:
    """Whether all that `narrow` flags is flagged by `wide`."""
    a, b = narrow.rule, wide.rule
    if a.status in _RUN and b.status not in _RUN:
        return False
    begin = (b.effective_from or date.min) <= (a.effective_from or date.min)
    end = (b.effective_to or date.max) >= (a.effective_to or date.max)
    if not (begin and end and wide.matches <= narrow.matches and wide.unless <= narrow.unless):
        return False
    possible = Possible(a)
    rows = tuple(conjuncts(narrow.rows)) if narrow.rows is not None else ()
    its_rows = tuple(conjuncts(wide.rows)) if wide.rows is not None else ()
    if _looks_around(wide) or _looks_around(narrow):
        if set(rows) != set(its_rows) or narrow.order != wide.order:
            return False
    elif not _follow(possible, rows, its_rows):
        return False
    return all(
        any(_follow(possible, (*rows, *conjuncts(reason)), conjuncts(its)) for its in wide.flag) for reason in narrow.flag
    )


def _looks_around(one: Resolved) -> bool:
    """Whether which rows pass `rows` changes what is said of a row that passes."""
    nodes = [part for condition in (*one.flag, *one.unless) for part in walk(condition)]
    return (
        bool(one.per)
        or any(isinstance(node, Walk) or (isinstance(node, Aggregate) and node.over == "") for node in nodes)
        or any(other.own for other in one.rule.others)
    )


def _follow(possible: Possible, given: tuple[Expr, ...], wanted: tuple[Expr, ...]) -> bool:
    """Whether all of `wanted` are true where all of `given` are."""
    known = {side for one in given if isinstance(one, Call) and one.function in _COMPARISONS for side in one.arguments}
    goals = [(one, True) for one in given]
    return all(one in given or (_of_known(one, known) and not possible(*goals, (one, False))) for one in wanted)


def _of_known(node: Expr, known: set[Expr]) -> bool:
    """Whether a comparison is of terms that are known, so that it is true or false."""
    if isinstance(node, Literal):
        return node.value is True
    if not isinstance(node, Call) or node.function not in _COMPARISONS:
        return False
    return all(isinstance(side, Literal) or side in known for side in node.arguments)
