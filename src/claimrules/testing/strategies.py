"""The hypothesis strategies. The only file of the package that imports hypothesis."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from claimrules.catalog import TableSchema
from claimrules.diagnostics import ClaimRulesError
from claimrules.language import read_rule
from claimrules.models import Claim
from claimrules.testing.knowing import make_rows
from claimrules.testing.making import Size, make_world
from claimrules.testing.ruling import make_rule
from claimrules.testing.world import World

T = TypeVar("T")


class Drawn:
    """Choices that hypothesis makes, and so can shrink."""

    def __init__(self, draw: Callable[[SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def pick(self, options: Sequence[T]) -> T:
        """One of `options`; hypothesis shrinks to the first."""
        found: T = self._draw(st.sampled_from(options))
        return found

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends in."""
        found: int = self._draw(st.integers(least, most))
        return found


@st.composite
def worlds(draw: Any, size: Size) -> World:
    """Worlds of at most that size."""
    return make_world(Drawn(draw), size)


@st.composite
def claims(draw: Any, size: Size) -> list[Claim]:
    """The claims of a world, as models."""
    return make_world(Drawn(draw), size).documents()


@st.composite
def knowledge(draw: Any, schema: TableSchema, most: int, many: bool, gaps: bool) -> list[dict[str, str]]:  # noqa: FBT001
    """Rows of one table."""
    return make_rows(Drawn(draw), schema, most, many=many, gaps=gaps)


@st.composite
def rules(draw: Any, tables: Mapping[str, TableSchema], sets: frozenset[str], name: str) -> str:
    """Texts of rules that pass the checker."""
    text = make_rule(Drawn(draw), tables, name)
    assume(passes(text, tables, sets, name))
    return text


def passes(text: str, tables: Mapping[str, TableSchema], sets: frozenset[str], name: str) -> bool:
    """Whether the checker has nothing against the rule."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            read_rule(path, tables, sets=sets)
        except ClaimRulesError:
            return False
    return True
