"""Mutants: one small change of one module each, made by cosmic-ray's own operators."""

import ast
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from benchmarks.mutants.place import Spot, places_of
from benchmarks.mutants.room import PACKAGE, ROOMS, Room
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

# They take a variable's name and put a random number in its place: any test that runs the line dies of it.
_NOWHERE = (0, 0)
_LEFT_OUT = ("VariableReplacer", "VariableInserter")


@dataclass(frozen=True)
class Mutant:
    """One change: the module, the place that it begins at, and cosmic-ray's operator with its occurrence."""

    room: str
    path: Path
    start: Spot
    operator: str
    occurrence: int
    lines: tuple[int, ...]
    key: str

    @property
    def id(self) -> str:
        """Place and change, such as `engine/kernels/scan.py:41:12:ComparisonOperator_Lt_LtE`."""
        return f"{self.path.relative_to(PACKAGE)}:{self.start[0]}:{self.start[1] + 1}:{self.change_name}"

    @property
    def change_name(self) -> str:
        """The operator, with the direction of those that make two changes of a place."""
        more_or_less = ("_More", "_Less")[self.occurrence % 2] if self.operator.endswith("NumberReplacer") else ""
        return _short(self.operator) + more_or_less

    @cached_property
    def original(self) -> str:
        """The module's text."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def mutated(self) -> str:
        """The module's text with the change made."""
        return str(mutate_code(self.original, get_operator(self.operator)(), self.occurrence))

    @property
    def change(self) -> tuple[str, str]:
        """The changed lines before and after, stripped."""
        pairs = zip(self.original.split("\n"), self.mutated.split("\n"), strict=False)
        return next(((old.strip(), new.strip()) for old, new in pairs if old != new), ("", ""))


def _short(operator: str) -> str:
    return operator.removeprefix("core/").removeprefix("Replace")


def sample(size: int, seed: int) -> list[Mutant]:
    """Draw mutants: every room in proportion to its places, one mutant a place, the same for the same seed and source."""
    by_room = {room.name: _shuffled(room, seed) for room in ROOMS}
    places = {name: len(found) for name, found in by_room.items()}
    shares = {name: min(count, -(-size * count // sum(places.values()))) for name, count in places.items()}
    return [mutant for name, found in by_room.items() for mutant in _valid(found, shares[name])]


def chosen(ids: set[str]) -> list[Mutant]:
    """The mutants of those ids, drawn before."""
    files = {id_.split(":", 1)[0] for id_ in ids}
    return [
        mutant
        for room in ROOMS
        for path in room.files()
        if str(path.relative_to(PACKAGE)) in files
        for mutant in _mutants(room.name, path, ids)
        if mutant.id in ids
    ]


def _shuffled(room: Room, seed: int) -> list[list[Mutant]]:
    """The room's places in an order by chance, the mutants of each too; the order of others stays where a line changes."""
    by_place: dict[tuple[Path, Spot], list[Mutant]] = {}
    for path in room.files():
        for mutant in _mutants(room.name, path):
            by_place.setdefault((mutant.path, mutant.start), []).append(mutant)
    places = [sorted(found, key=lambda m: _lot(seed, m.key, m.change_name)) for found in by_place.values()]
    return sorted(places, key=lambda found: _lot(seed, found[0].key))


def _lot(*parts: object) -> str:
    return sha256(repr(parts).encode()).hexdigest()


def _valid(places: list[list[Mutant]], wanted: int) -> list[Mutant]:
    """The first so many that are Python and another program."""
    out: list[Mutant] = []
    for place in places:
        if len(out) == wanted:
            break
        out += [mutant for mutant in place if _differs(mutant)][:1]
    return out


def _differs(mutant: Mutant) -> bool:
    try:
        mutated = ast.dump(ast.parse(mutant.mutated))
    except (SyntaxError, ValueError):
        return False
    return mutated != ast.dump(ast.parse(mutant.original))


def _mutants(room: str, path: Path, ids: Collection[str] = ()) -> list[Mutant]:
    """All mutants of a module; with `ids`, those of the operators that these name."""
    source = path.read_text(encoding="utf-8")
    places, nodes = places_of(source), list(ast_nodes(get_ast(source)))  # in the order in which occurrences count
    keys = _keys(path.relative_to(PACKAGE), source)
    return [
        Mutant(room, path, start, name, occurrence, tuple(places.lines(start[0])), f"{keys[start[0] - 1]}:{start[1]}")
        for name in operator_names()
        if not name.endswith(_LEFT_OUT) and (not ids or any(_short(name) in id_ for id_ in ids))
        for occurrence, start in enumerate(_starts(name, nodes))
        if start != _NOWHERE and places.counts(start)
    ]


def _keys(file: Path, source: str) -> list[str]:
    """For each line a name that stays when lines above it are added: its text, and how often it stood above."""
    seen: Counter[str] = Counter()
    out = []
    for line in source.split("\n"):
        out.append(f"{file}:{line.strip()}:{seen[line]}")
        seen[line] += 1
    return out


def _starts(name: str, nodes: list[object]) -> list[Spot]:
    operator = get_operator(name)()
    return [_NOWHERE if _marks(node) else start for node in nodes for start, _ in operator.mutation_positions(node)]


def _marks(node: object) -> bool:
    """Whether it is the `*` of a parameter list, which cosmic-ray takes for an operator."""
    return getattr(node, "value", "") in ("*", "/") and node.parent.type in ("parameters", "param")
