"""Which parts of a rule file are frames, whose keys have an order, and which texts are SQL."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel

from claimrules.language.frame import MatchFrame, RuleFrame
from claimrules.language.from_yaml import FRAMES

Item = TypeVar("Item")
Path = tuple[str | int, ...]
"""Where a node stands: keys of mappings and numbers of items, from the root."""

_WHOLE = ("title", "message", "description", "effective", "observed")
"""Keys of which the value is a frame; under the others of FRAMES stand frames by name or number."""
_ASKED = ("of", "rows", "match", "params", "per", "order", "others", "let", "flag", "flag_rows")
APART = ("equivalent_mutants", "examples")
"""Keys with an empty line before them, beside the first of those that say what the rule asks."""
_SQL: dict[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(("rows", "amount"), ((),)),
    **dict.fromkeys(("flag", "flag_rows"), ((), ("*",))),
    **dict.fromkeys(("unless", "doubt"), (("*",), ("*", "when"))),
    "let": (("*",),),
    "order": ((), ("*",)),
    "per": (("*", "*"),),
    "observed": (("value",), ("limit",)),
    "match": (("*", "where"), ("*", "at"), ("*", "key", "*")),
    "others": (
        *(("*", key) for key in ("rows", "where", "order")),
        ("*", "same", "*"),
        *(("*", "match", "*", *rest) for rest in (("where",), ("at",), ("key", "*"))),
    ),
}
"""Where SQL stands under each key; `*` is any name or number."""


def frame_at(path: Path) -> type[BaseModel] | None:
    """The frame that stands at `path`; None where keys are names, of which the writer has chosen the order."""
    match path:
        case ():
            return RuleFrame
        case (str() as key,):
            return FRAMES.get(key) if key in _WHOLE else None
        case (str() as key, _):
            return FRAMES.get(key) if key not in _WHOLE else None
        case ("others", _, "match", _):
            return MatchFrame
        case _:
            return None


def key_order(path: Path) -> list[str] | None:
    """The keys of the frame at `path` in their order; None where there is none."""
    frame = frame_at(path)
    return None if frame is None else [field.alias or name for name, field in frame.model_fields.items()]


def is_sql(path: Path) -> bool:
    """Whether the text at `path` is an expression."""
    rest = path[1:]
    return any(
        len(form) == len(rest) and all(want in ("*", step) for want, step in zip(form, rest, strict=True))
        for form in _SQL.get(str(path[0]) if path else "", ())
    )


def first_asked(keys: list[str]) -> str:
    """The first of the keys, in their order, that says what a rule asks; an empty line stands before it."""
    return next((key for key in keys if key in _ASKED), "")


def in_order(path: Path, items: list[Item], name: Callable[[Item], str]) -> list[Item]:
    """Items of a mapping in the order of their frame, `name` giving the key of each; unknown keys stay last, as written."""
    order = key_order(path)
    if order is None:
        return items
    place = {key: number for number, key in enumerate(order)}
    return sorted(items, key=lambda item: place.get(name(item), len(place)))
