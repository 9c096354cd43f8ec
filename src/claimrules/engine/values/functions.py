"""The one visible table of scalar functions: name → what it does."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

import numpy as np

from claimrules.catalog import BOOLEAN, INTEGER, Base, Type
from claimrules.engine.column import Column, Data, Mask
from claimrules.engine.kernels.segments import group_ids, segment_min
from claimrules.engine.values import likeness, numbers, text, times, units
from claimrules.engine.values.shown import shown
from claimrules.engine.values.truth import and_, both_known, not_, or_, truth

Arguments = Sequence[Column]
Function = Callable[[Type, Arguments], Column]


def absent(type_: Type, n: int) -> Column:
    """A column of which nothing is known."""
    known = np.zeros(n, np.bool_)
    if type_.base in (Base.TEXT, Base.WINDOW):
        return Column(type_, np.zeros(n, np.int32), known, np.array([""], dtype=object))
    return Column(type_, np.zeros(n, np.bool_ if type_.base is Base.BOOLEAN else np.int64), known)


def constant(type_: Type, value: object, n: int) -> Column:
    """A column of one value; NULL for None."""
    if value is None:
        return absent(type_, n)
    if type_.base is Base.TEXT:
        return Column(type_, np.zeros(n, np.int32), None, np.array([value], dtype=object))
    if type_.base is Base.BOOLEAN:
        return Column(type_, np.full(n, bool(value)))
    if type_.base is Base.DOUBLE:
        return Column(type_, np.full(n, float(cast(float, value))))
    if type_.base is Base.DECIMAL:
        unit = numbers.unscaled(cast(Decimal, value), type_.scale)
        return Column(type_, np.full(n, unit, np.int64 if abs(unit) < numbers.LIMIT else object))
    if type_.base is Base.INTERVAL:
        return Column(type_, np.zeros(n, np.int64))
    return Column(type_, np.full(n, int(cast(int, value)), np.int64))


def _order_codes(left: Column, right: Column) -> tuple[Any, Any]:
    """Enumerations compare by the order of their list, other texts by code point."""
    values = left.type.values or right.type.values
    if not values:
        return text.codes_alike(left, right)
    rank = {word: i for i, word in enumerate(values)}
    out = []
    for column in (left, right):
        words = text.words_of(column)
        table = np.fromiter((rank.get(str(w), -1) for w in words.tolist()), np.int64, len(words))
        out.append(table[cast(Any, column.data)])
    return out[0], out[1]


def ordinal(column: Column) -> Any:
    """Numbers in the order of the values: an enumeration's as its list has them, other texts by code point."""
    return _order_codes(column, column)[0] if column.type.base is Base.TEXT else column.data


def _sides(left: Column, right: Column, *, ordered: bool) -> tuple[Any, Any]:
    bases = {left.type.base, right.type.base}
    if bases & {Base.TEXT, Base.WINDOW}:
        return _order_codes(left, right) if ordered else text.equal_alike(left, right)
    if bases <= {Base.DATE, Base.TIMESTAMP}:
        return (left.data, right.data) if len(bases) == 1 else (times.micros(left), times.micros(right))
    if Base.BOOLEAN in bases or Base.NULL in bases:
        return left.data, right.data
    return numbers.aligned(left, right)


def _compared(operator: str) -> Function:
    function = {
        "=": np.equal,
        "<>": np.not_equal,
        "<": np.less,
        "<=": np.less_equal,
        ">": np.greater,
        ">=": np.greater_equal,
    }[operator]
    mirrored = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "<>": "<>"}

    def compare(_: Type, arguments: Arguments) -> Column:
        left, right = arguments
        a, b = _sides(left, right, ordered=operator not in ("=", "<>"))
        data = function(a, b).astype(np.bool_)
        known = both_known(left, right)
        if known is not None and (left.least is not None or right.least is not None):
            return _settled(operator, mirrored[operator], left, right, data, known, (a, b))
        return Column(BOOLEAN, data, known)

    return compare


def _settled(
    operator: str, mirrored: str, left: Column, right: Column, data: Mask, known: Mask, sides: tuple[Any, Any]
) -> Column:
    """A sum or count that is at least so much settles what only more would confirm."""
    a, b = sides
    for side, other, word, low, high in ((left, right, operator, a, b), (right, left, mirrored, b, a)):
        if side.least is None:
            continue
        bound = side.least if other.known is None else side.least & other.known
        above = bound & ((low >= high) if word in ("<", ">=") else (low > high)).astype(np.bool_)
        data = data | above if word in (">", ">=", "<>") else data & ~above
        known = known | above
    return Column(BOOLEAN, data.astype(np.bool_), None if known.all() else known)


def _add(type_: Type, arguments: Arguments) -> Column:
    left, right = arguments
    if left.type.is_time:
        return times.plus_days(left, right, 1)
    return numbers.add(type_, left, right)


def _subtract(type_: Type, arguments: Arguments) -> Column:
    left, right = arguments
    if left.type.is_time and right.type.is_time:
        return Column(INTEGER, cast(Data, times.days(left) - times.days(right)), both_known(left, right))
    if left.type.is_time:
        return times.plus_days(left, right, -1)
    return numbers.subtract(type_, left, right)


def _is_null(_: Type, arguments: Arguments) -> Column:
    column = arguments[0]
    missing = np.zeros(len(column), np.bool_) if column.known is None else ~column.known
    return Column(BOOLEAN, missing)


def _is_true(_: Type, arguments: Arguments) -> Column:
    return Column(BOOLEAN, truth(arguments[0]))


def _is_false(_: Type, arguments: Arguments) -> Column:
    return Column(BOOLEAN, truth(not_(arguments[0])))


def unified(type_: Type, columns: Arguments) -> list[Column]:
    """The columns in one type, texts in one numbering."""
    if type_.base in (Base.TEXT, Base.WINDOW):
        if all(c.words is not None and c.words is columns[0].words for c in columns):
            return [replace(c, type=type_) for c in columns]
        words = sorted({w for c in columns if c.words is not None for w in c.words.tolist()} or {""})
        place = {word: i for i, word in enumerate(words)}
        shared = np.array(words, dtype=object)
        return [
            Column(type_, np.zeros(len(c), np.int64), np.zeros(len(c), np.bool_), shared)
            if c.words is None
            else Column(type_, text.renumbered(c, text.words_of(c), place), c.known, shared)
            for c in columns
        ]
    if type_.is_number:
        return [absent(type_, len(c)) if c.type.base is Base.NULL else numbers.to_scale(c, type_) for c in columns]
    if type_.is_time:
        return [absent(type_, len(c)) if c.type.base is Base.NULL else times.as_time(c, type_) for c in columns]
    return [absent(type_, len(c)) if c.type.base is Base.NULL else c for c in columns]


def chosen(type_: Type, columns: Sequence[Column], which: Any) -> Column:
    """Row by row the value of column number `which`."""
    same = unified(type_, columns)
    data = same[0].data
    known = np.ones(len(data), np.bool_) if same[0].known is None else same[0].known
    for i, column in enumerate(same[1:], 1):
        here = which == i
        data = np.where(here, cast(Any, column.data), cast(Any, data))
        known = np.where(here, True if column.known is None else column.known, known)
    return Column(type_, data, None if known.all() else known, same[0].words)


def _coalesce(type_: Type, arguments: Arguments) -> Column:
    n = len(arguments[0])
    which = np.full(n, len(arguments) - 1)
    for i in range(len(arguments) - 2, -1, -1):
        known = arguments[i].known
        which = np.full(n, i) if known is None else np.where(known, i, which)
    return chosen(type_, arguments, which)


def _nullif(type_: Type, arguments: Arguments) -> Column:
    same = truth(FUNCTIONS["="](BOOLEAN, arguments))
    left = arguments[0]
    known = ~same if left.known is None else left.known & ~same
    return Column(type_, left.data, known, left.words)


def _extreme(name: str) -> Function:
    operator = "<" if name == "least" else ">"

    def extreme(type_: Type, arguments: Arguments) -> Column:
        best, *rest = unified(type_, arguments)
        for column in rest:
            better = truth(FUNCTIONS[operator](BOOLEAN, (column, best)))
            data = np.where(better, cast(Any, column.data), cast(Any, best.data))
            best = Column(type_, data, both_known(best, column), best.words)
        return best

    return extreme


def case(type_: Type, whens: Arguments, thens: Arguments) -> Column:
    """CASE: `thens` has one more than `whens`, the ELSE."""
    which = np.full(len(thens[-1]), len(whens))
    for i in range(len(whens) - 1, -1, -1):
        which = np.where(truth(whens[i]), i, which)
    return chosen(type_, thens, which)


def _cast(type_: Type, arguments: Arguments) -> Column:
    column = arguments[0]
    if column.type.base is Base.NULL:
        return absent(type_, len(column))
    if type_.is_time:
        return times.as_time(column, type_)
    if column.type.is_number and type_.is_number:
        return numbers.to_scale(column, type_)
    if column.type.base is Base.TEXT and type_.is_number:
        return _parsed(type_, column)
    if type_.base is Base.TEXT and column.type.base is not Base.TEXT:
        return _written(type_, column)
    return Column(type_, column.data, column.known, column.words)


def _parsed(type_: Type, column: Column) -> Column:
    words = text.words_of(column)
    scale = 6 if type_.base is Base.DOUBLE else numbers.scale_of(type_)
    values = np.zeros(len(words), np.int64)
    good = np.zeros(len(words), np.bool_)
    for i, word in enumerate(words.tolist()):
        try:
            values[i] = int(round(Decimal(str(word)), scale).scaleb(scale))
            good[i] = True
        except (ArithmeticError, ValueError, OverflowError):
            continue
    codes = cast(Any, column.data)
    known = good[codes] if column.known is None else good[codes] & column.known
    data = values[codes]
    return Column(type_, data / 10.0**scale if type_.base is Base.DOUBLE else data, known)


def _written(type_: Type, column: Column) -> Column:
    texts = shown(column)
    words = sorted(set(texts))
    place = {word: i for i, word in enumerate(words)}
    codes = np.fromiter((place[t] for t in texts), np.int64, len(texts))
    return Column(type_, codes, column.known, np.array(words or [""], dtype=object))


def _literal_text(column: Column) -> str:
    return str(text.words_of(column)[0])


def _for_each(type_: Type, arguments: Arguments, function: Callable[..., Column]) -> Column:
    """`function` of the first argument and whole numbers, once for each of the numbers that occur."""
    column, *given = arguments
    if not len(column):
        return function(column, *(0 for _ in given))
    wholes = [cast(Any, numbers.whole(number, "floor").data) for number in given]
    ids, k = group_ids(wholes, len(column))
    first = segment_min(np.arange(len(ids), dtype=np.int64), ids, k)
    made = [function(column, *(int(number[at]) for number in wholes)) for at in first]
    out = made[0] if k == 1 else chosen(type_, made, ids)
    return Column(out.type, out.data, both_known(*arguments), out.words)


def _left(type_: Type, arguments: Arguments) -> Column:
    return _for_each(type_, arguments, lambda column, n: text.mapped_words(column, lambda word: word[: max(n, 0)]))


def _part_of(column: Column, start: int, length: int | None = None) -> Column:
    stop = None if length is None else max(start - 1 + length, 0)
    return text.mapped_words(column, lambda word: word[max(start - 1, 0) : stop])


def _substr(type_: Type, arguments: Arguments) -> Column:
    return _for_each(type_, arguments, _part_of)


def _like(_: Type, arguments: Arguments) -> Column:
    return text.tested_words(arguments[0], text.like_pattern(_literal_text(arguments[1])))


def _round(type_: Type, arguments: Arguments) -> Column:
    return _for_each(type_, arguments, lambda column, digits=0: numbers.rounded(type_, column, digits))


def _part(name: str) -> Function:
    return lambda _, arguments: times.part(arguments[0], name)


FUNCTIONS: dict[str, Function] = {
    "and": lambda _, a: and_(a[0], a[1]),
    "or": lambda _, a: or_(a[0], a[1]),
    "not": lambda _, a: not_(a[0]),
    **{operator: _compared(operator) for operator in ("=", "<>", "<", "<=", ">", ">=")},
    "is_null": _is_null,
    "is_true": _is_true,
    "is_false": _is_false,
    "like": _like,
    "+": _add,
    "-": _subtract,
    "*": lambda t, a: numbers.multiply(t, a[0], a[1]),
    "/": lambda t, a: numbers.divide(t, a[0], a[1]),
    "negate": lambda t, a: numbers.negate(t, a[0]),
    "abs": lambda t, a: numbers.absolute(t, a[0]),
    "round": _round,
    "floor": lambda _, a: numbers.whole(a[0], "floor"),
    "ceil": lambda _, a: numbers.whole(a[0], "ceil"),
    "coalesce": _coalesce,
    "nullif": _nullif,
    "least": _extreme("least"),
    "greatest": _extreme("greatest"),
    "cast": _cast,
    "left": _left,
    "substr": _substr,
    "length": lambda _, a: text.counted_words(a[0]),
    "starts_with": lambda _, a: text.starts_with(a[0], a[1]),
    "in_unit": lambda _, a: units.in_unit(a[0], a[1]),
    "similarity": lambda _, a: likeness.similarity(a[0], a[1]),
    "km": lambda _, a: likeness.km(a[0], a[1], a[2], a[3]),
    "date_trunc": lambda _, a: times.truncated(a[1], _literal_text(a[0])),
    **{name: _part(name) for name in ("year", "month", "day", "hour", "weekday")},
    "year_end": lambda _, a: times.year_end(a[0]),
    "days_between": lambda _, a: times.days_between(a[0], a[1]),
    "hours_between": lambda _, a: times.hours_between(a[0], a[1]),
    "age_years": lambda _, a: times.age_years(a[0], a[1]),
    "age_days": lambda _, a: times.days_between(a[0], a[1]),
    "has_time": lambda _, a: times.has_time(a[0]),
}
