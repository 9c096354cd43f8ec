"""Keys of `per` that chain rows together: `run` and `cluster`."""

from sqlglot import exp

from claimrules.catalog import INTEGER, INTERVAL, TEXT, Base
from claimrules.language.checking import NOTHING, Checking, article, parts
from claimrules.language.expression import Aggregate, Call, Expr, Literal
from claimrules.language.functions import NUMBER, fits

KEY_FUNCTIONS = {"run": "run(x, gap)", "cluster": "cluster(others, n)"}


def key_function(checking: Checking, node: exp.Anonymous, name: str) -> Expr:
    """`run` or `cluster` as the value of a key.

    `run(x, gap)`: rows of equal other keys, in order of x, broken where x − previous x > gap. `cluster(SET, n)`: persons
    connected by links, two being linked when rows of SET join them on n or more dates.
    """
    if not checking.is_key:
        return checking.wrong(
            node, "CR215", f"`{name}` is a key of `per`", help_=f"name it there: `NAME: {KEY_FUNCTIONS[name]}`"
        )
    checking.is_key = False
    if len(node.expressions) != 2:
        return checking.wrong(node, "CR216", f"`{name}` takes 2 arguments: {KEY_FUNCTIONS[name]}")
    return _run(checking, node) if name == "run" else _cluster(checking, node)


def _run(checking: Checking, node: exp.Anonymous) -> Expr:
    x, gap = (checking.check(argument) for argument in node.expressions)
    if not (x.type.is_time or x.type.is_number or x.type.base is Base.NULL):
        return checking.wrong(node.expressions[0], "CR216", f"`run` follows dates or numbers, and this is {article(x.type)}")
    if isinstance(gap, Literal) and gap.type.base is Base.INTERVAL:
        months, micros = gap.value if isinstance(gap.value, tuple) else (0, 0)
        if months or not x.type.is_time:
            what = (
                "the gap of a run of dates is in days or hours"
                if x.type.is_time
                else "the gap of a run of numbers is a number"
            )
            return checking.wrong(node.expressions[1], "CR216", what)
        return Call(x.type, "run", (x, Literal(INTERVAL, (0, micros))))
    if not fits(gap.type, NUMBER):
        what = f"the gap of a run is a number or an interval, and this is {article(gap.type)}"
        return checking.wrong(node.expressions[1], "CR216", what, help_="write INTERVAL 1 DAY, or a number")
    return Call(x.type, "run", (x, gap))


def _cluster(checking: Checking, node: exp.Anonymous) -> Expr:
    named = parts(node.expressions[0])
    name = named[0] if len(named) == 1 else ""
    if name in checking.scope.broken:
        return NOTHING
    if name not in checking.scope.others or not checking.scope.others[name].is_set:
        return checking.wrong(node.expressions[0], "CR216", "`cluster` takes one of `others` that is a set")
    if checking.scope.others[name].kind == "subject" or checking.scope.beside(name):
        what = f"`{name}` stands beside the subject, which `cluster` is to make"
        return checking.wrong(
            node.expressions[0], "CR215", what, help_="relate it to the row: a window, or a `where` that names it"
        )
    n = checking.check(node.expressions[1])
    if n.type.base not in (Base.INTEGER, Base.NULL):
        return checking.wrong(
            node.expressions[1], "CR216", f"`cluster` takes a whole number here, and this is {article(n.type)}"
        )
    return Aggregate(TEXT, "cluster", name, option=n if n.type.base is Base.INTEGER else Literal(INTEGER, 1))
