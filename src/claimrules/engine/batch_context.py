"""One prepared batch with what all rules share on it."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from claimrules.catalog import TEXT, Type
from claimrules.engine.column import Column, Index, Mask, Rows
from claimrules.engine.lookup import Lookup
from claimrules.engine.parameter import ask
from claimrules.engine.prepare import Prepared
from claimrules.engine.prepare.arrays import take
from claimrules.engine.prepare.findings import EMPTY
from claimrules.engine.reach import Reach
from claimrules.engine.space import KindSpace
from claimrules.engine.vocabulary import Vocabulary
from claimrules.knowledge import KnowledgeSet
from claimrules.language.expression import Param

Bits = npt.NDArray[np.uint64]
ALL = np.uint64(2**64 - 1)

ASSEMBLED = ("admitted_at", "discharged_at", "total_amount", "in_scope_amount", "fund_amount")
"""What an encounter has from all of its claims."""


@dataclass(slots=True)
class Shelf:
    """The look-ups of a knowledge set, made once and shared by all batches and threads."""

    knowledge: KnowledgeSet
    lookups: dict[str, Lookup] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    bits: dict[tuple[str, ...], Bits] = field(default_factory=dict)
    _sets: dict[tuple[str, str], bool] = field(default_factory=dict)

    def beside(self, knowledge: KnowledgeSet) -> "Shelf":
        """The look-ups of a knowledge set that differs in some tables; those of the others are shared."""
        changed = {name for name, table in knowledge.tables.items() if table is not self.knowledge.tables.get(name)}
        same = {name: lookup for name, lookup in list(self.lookups.items()) if name not in changed}
        sets = self._sets if knowledge.sets is self.knowledge.sets else {}
        bits = {tables: bits for tables, bits in list(self.bits.items()) if not set(tables) & changed}
        return Shelf(knowledge, same, self.vocabulary, bits, sets)

    def lookup(self, table: str) -> Lookup:
        """The look-up of a table."""
        found = self.lookups.get(table)
        if found is None:
            found = Lookup(self.knowledge.tables[table], self.vocabulary)
            self.lookups[table] = found
        return found

    def parameter(self, name: str, kind: Type) -> Lookup:
        """The look-up of a parameter's rows."""
        key = f"params.{name} {kind}"
        found = self.lookups.get(key)
        if found is None:
            found = Lookup(self.knowledge.parameters[name, kind], self.vocabulary)
            self.lookups[key] = found
        return found

    def code_bits(self, tables: tuple[str, ...]) -> Bits:
        """For each word of the vocabulary: bit k, whether a row of table k fits it. No name: its bit is always set."""
        n = len(self.vocabulary)
        known = self.bits.get(tables, np.zeros(0, np.uint64))
        if len(known) < n:
            more = np.full(n - len(known), ALL, np.uint64)
            for k, table in enumerate(tables):
                if table:
                    more[~self.lookup(table).has_row(len(known))[: len(more)]] &= ~np.uint64(1 << k)
            known = np.concatenate([known, more])
            self.bits[tables] = known
        return known

    def in_set(self, name: str, codes: list[str]) -> Mask:
        """Which of the distinct codes are in the set; a set that nobody knows holds none."""
        known = self.knowledge.set(name)
        memo = self._sets
        new = [code for code in codes if (name, code) not in memo]
        if new:
            inside: Any = np.zeros(len(new), np.bool_) if known is None else known.contains(new)
            memo.update({(name, code): bool(hit) for code, hit in zip(new, inside, strict=True)})
        return np.fromiter((memo[name, code] for code in codes), np.bool_, len(codes))


@dataclass(slots=True)
class BatchContext:
    """The rows of a batch as spaces, and how far the data reach.

    `region`: for claims that name none. `counted`: columns and registers that the whole input does not have; subjects that
    are undecided for them are counted, not named one by one.
    """

    prepared: Prepared
    shelf: Shelf
    reach: Reach = field(default_factory=Reach)
    region: str | None = None
    as_of: int | None = None
    counted: frozenset[str] = frozenset()
    findings: Rows = EMPTY
    spaces: dict[str, KindSpace] = field(default_factory=dict)
    consulted: dict[tuple[str, Param], tuple[Lookup, Index]] = field(default_factory=dict)

    def release(self) -> None:
        """Let go of the spaces, which lead back here, once nothing more is asked of the batch."""
        self.spaces.clear()

    def with_findings(self, findings: Rows) -> "BatchContext":
        """The same with the findings of other rules as rows. The spaces are shared: to release one is to release both."""
        self.spaces.pop("finding", None)
        out = replace(self, findings=findings)
        for space in out.spaces.values():
            space.kinds = out.kind
        return out

    def kind(self, kind: str) -> KindSpace:
        """All rows of a kind."""
        found = self.spaces.get(kind)
        if found is None:
            rows = self.findings if kind == "finding" else self.prepared.kinds[kind]
            if kind == "encounter" and self.reach.alone:
                rows = _part_of_a_stay(rows)
            found = KindSpace(rows, self.kind, self.shelf.in_set, self.parameter)
            self.spaces[kind] = found
        return found

    def parameter(self, node: Param, space: KindSpace) -> Column:
        """A parameter on each row of a kind. Which rows of `parameters.yaml` were consulted is kept in `consulted`."""
        of = "claim" if "claim" in (space.rows.kind, *space.rows.up) else "encounter"
        region = take(self.region_column(of), space.up(of))
        lookup = self.shelf.parameter(node.name, node.type)
        column, found = ask(node, space, lookup, region, self.as_of)
        self.consulted[space.rows.kind, node] = (lookup, found)
        return column

    def region_column(self, kind: str = "claim") -> Column:
        """Each claim's or encounter's (the provider's) region, or the default where it names none."""
        space = self.kind(kind)
        found = space.rows.columns.get("region")
        if found is None:
            words = np.array([self.region or ""], dtype=object)
            known = None if self.region else np.zeros(space.n, np.bool_)
            return Column(TEXT, np.zeros(space.n, np.int64), known, words)
        if self.region is None or found.known is None or found.words is None:
            return found
        words = np.append(found.words, self.region)
        codes = np.where(found.known, found.data.astype(np.int64), len(words) - 1)
        return Column(TEXT, codes, None, words)


def _part_of_a_stay(rows: Rows) -> Rows:
    """An encounter of which only one claim is at hand: others may begin it earlier, end it later, and add to its money."""
    columns = dict(rows.columns.items())
    for name in ASSEMBLED:
        if name in columns:
            columns[name] = replace(columns[name], known=np.zeros(rows.n, np.bool_))
    return replace(rows, columns=columns)
