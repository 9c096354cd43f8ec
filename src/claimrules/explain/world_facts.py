"""What stands beside the rows of a subject: knowledge rows and other rows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from claimrules.engine.knowledge_rows import KnowledgeRows
from claimrules.engine.lookup import MISSING, UNKNOWN, Lookup
from claimrules.engine.named import own_text
from claimrules.engine.prepare.arrays import take
from claimrules.engine.relation import Relation
from claimrules.engine.sides import RightSubjects
from claimrules.engine.subject_rows import Found, RowSpace
from claimrules.explain.explanation import KnowledgeRow, OtherRow, Others, Value
from claimrules.explain.judged import Judged
from claimrules.explain.looking import Look, Wording, value_of
from claimrules.explain.spelling import name_of
from claimrules.knowledge import Table
from claimrules.language.expression import Expr, Field, OfSubject, walk
from claimrules.language.rule import MatchSpec
from claimrules.language.scope import time_of

MOST_OTHERS = 10
"""Other rows of one name that are listed."""


@dataclass(frozen=True, slots=True)
class WorldReader:
    """Reads the knowledge rows and other rows of one judged rule."""

    judged: Judged
    wording: Wording

    def knowledge(self, at: list[int], rows: RowSpace | None = None) -> tuple[KnowledgeRow, ...]:
        """The look-ups of some rows, each answer once, in the order of the rule's matches."""
        space = rows if rows is not None else self.judged.rows
        out: dict[tuple[str, str | None, tuple[Value, ...]], KnowledgeRow] = {}
        for spec in self.judged.plan.rule.matches:
            found = space.matches.get(spec.name) or space.sets.get(spec.name)
            if found is None:
                continue
            for i in at:
                for row in _rows_found(found, i):
                    said = self._knowledge_row(spec, found.lookup, int(row), Look(space, i, self.wording))
                    # Rows that found the same are one answer, whenever they asked.
                    out.setdefault((spec.name, said.knowledge_id, () if said.knowledge_id else said.asked), said)
        return tuple(out.values())

    def _knowledge_row(self, spec: MatchSpec, lookup: Lookup, row: int, look: Look) -> KnowledgeRow:
        table: Table = lookup.table
        asked = [_asked(look.value(value), name) for name, value in spec.keys]
        if not spec.ever:
            asked.append(_asked(look.value(spec.at if spec.at is not None else time_of(self.judged.base.rows.kind)), "at"))
        source = table.source
        common: dict[str, Any] = {
            "match": spec.name,
            "table": spec.table,
            "asked": tuple(asked),
            "source": source.title if source is not None else "",
            "url": source.url if source is not None else "",
            "verified": source is not None and source.verified,
            "invented": table.invented,
        }
        if row < 0:
            return KnowledgeRow(found="none" if row == MISSING else "unknown", **common)
        cells = table.rows.slice(row, 1).to_pylist()[0]
        return KnowledgeRow(
            found="row",
            knowledge_id=str(cells["knowledge_id"]),
            valid_from=_text(cells["valid_from"]),
            valid_to=_text(cells["valid_to"]),
            region=_text(cells["region"]),
            columns=tuple(self._cell(spec.name, name, lookup, row) for name in table.schema.columns),
            **common,
        )

    def _cell(self, match: str, name: str, lookup: Lookup, row: int) -> Value:
        title = self.wording.titles.get((match, name), "")
        return value_of(take(lookup.columns[name], np.array([row], np.int64)), f"{match}.{name}", title)

    # ------------------------------------------------------------------ others

    def others(self, subject: int, at: list[int]) -> tuple[Others, ...]:
        """The other rows of some rows of a subject, name by name."""
        return tuple(self._others(spec.name, subject, at) for spec in self.judged.plan.rule.others)

    def _others(self, name: str, subject: int, at: list[int]) -> Others:
        relation: Relation = self.judged.rows.others[name]
        beside = [subject] if relation.spec.of_subject else at
        if relation.one is not None:
            ones = [int(relation.one[i]) for i in beside]
            places = sorted({i for i in ones if i >= 0})
            note = "" if places else "unknown" if UNKNOWN in ones else "missing"
        else:
            places = sorted({int(i) for i in relation.found[np.isin(relation.left, beside)]})
            incomplete = relation.incomplete is not None and bool(relation.incomplete[beside].any())
            note = "incomplete" if incomplete else ""
        listed = tuple(self._other(name, relation, place) for place in places[:MOST_OTHERS])
        kind = relation.spec.kind
        return Others.model_validate({"name": name, "kind": kind, "count": len(places), "rows": listed, "note": note})

    def _other(self, name: str, relation: Relation, place: int) -> OtherRow:
        rights = relation.rights
        if isinstance(rights, RightSubjects):
            text = self.judged.subject_texts()[int(self.judged.subjects.first[place])]
            look = Look(rights, place, self.wording)
            return OtherRow(row=text, values=tuple(look.value(node) for node in self._named_of(name, OfSubject)))
        at = np.array([place], np.int64)
        values = tuple(
            value_of(take(rights.base.evaluate(replace(node, owner="")), at), name_of(node), self.wording.title(node))
            for node in self._fields_of(name, rights.base.rows.kind)
        )
        return OtherRow(row=str(own_text(rights.base, at).to_pylist()[0]), values=values)

    def _named_of(self, name: str, what: type[Expr]) -> list[Expr]:
        """What the rule names of the other rows, in its order, keys aside."""
        rule = self.wording.rule
        spec = rule.other(name)
        tops = [spec.rows, spec.where, *(let.value for let in rule.lets), *(node for _, node in rule.flag)]
        tops += [proviso.when for proviso in (*rule.unless, *rule.doubt)]
        parts = (part for top in (*tops, *rule.amount.arguments) if top is not None for part in walk(top))
        return list(dict.fromkeys(p for p in parts if isinstance(p, what) and getattr(p, "owner", "") == name))

    def _fields_of(self, name: str, kind: str) -> list[Field]:
        """The fields among them, and their time always."""
        found = cast(list[Field], self._named_of(name, Field))
        time = cast(Field, time_of(kind, name)) if kind != "day" else None
        return found if time is None or time in found else [*found, time]


def _rows_found(found: Found | KnowledgeRows, i: int) -> list[int]:
    """The knowledge row of a row, or all of them where the match takes all."""
    if isinstance(found, Found):
        return [int(found.rows[i])]
    some = [int(row) for row in found.right[found.starts[i] : found.stops[i]]]
    return some or [UNKNOWN if found.unknown[i] else MISSING]


def _asked(value: Value, name: str) -> Value:
    return value.model_copy(update={"text": f"{name} = {value.text}"})


def _text(cell: object) -> str | None:
    return None if cell is None else str(cell)


def titles_of(matches: Mapping[str, Table]) -> dict[tuple[str, str], str]:
    """What the tables call their columns."""
    return {(name, label.column): label.zh for name, table in matches.items() for label in table.labels if label.zh}
