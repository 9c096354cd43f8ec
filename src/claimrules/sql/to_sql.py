"""A checked rule → one standalone query."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from claimrules.catalog import KINDS, TABLES, Type
from claimrules.knowledge import KnowledgeSet
from claimrules.language.expression import Key, Let, MatchField, MatchRow, Missing, walk
from claimrules.language.rule import KeySpec, MatchSpec, Rule
from claimrules.language.scope import key_word, time_of
from claimrules.sql.chained import chain, chains, loose_of
from claimrules.sql.dialects import printed, refuse
from claimrules.sql.exempted import exempted, named_columns
from claimrules.sql.fragments import every, sql, table, text
from claimrules.sql.kinds import Kinds
from claimrules.sql.lookup import Lookup, Source
from claimrules.sql.needs import all_parts, named_columns_of, needs_of
from claimrules.sql.place import Known, Place
from claimrules.sql.query import Query, select
from claimrules.sql.relations import Relations
from claimrules.sql.stages import Stages
from claimrules.sql.values import Values, literal
from claimrules.sql.verdict import judge
from claimrules.sql.windows import Side, period_of


def to_sql(
    rule: Rule,
    tables: KnowledgeSet,
    *,
    dialect: str = "duckdb",
    parameters: Mapping[str, tuple[Type, Any]] | None = None,
    history_from: dt.date | None = None,
    as_of: dt.date | None = None,
    region: str | None = None,
    extra: Mapping[str, Mapping[str, Type]] | None = None,
) -> str:
    """One query that gives the rule's subjects with their verdicts, amounts and violating rows.

    It reads the contract's tables by their names and columns, and the knowledge tables of the rule. `parameters`: typed
    values over the rule's own defaults. `history_from`: the first date of which the data are complete. `as_of`: only what
    was known then. `region`: for claims that name none. `extra`: declared columns beyond the catalog, by table.

    Raises:
        SqlError: CR801 a dialect that is not known; CR802 what this rule says cannot be said in SQL, or not in that
            dialect.
    """
    refuse(rule, tables, dialect, parameters or {})
    taken = {*TABLES, "code_sets", *tables.tables}
    query = Query(taken)
    needs = needs_of(rule)
    for kind, name in named_columns(tables.exemptions, rule.kind):
        if kind in needs.kinds:
            needs.columns[kind].add(name)
    gap = dict(parameters or {}).get("course_gap_days") or next(
        ((p.type, p.default) for p in rule.params if p.name == "course_gap_days"), None
    )
    kinds = Kinds(
        query, needs, {k: dict(v) for k, v in (extra or {}).items()}, literal(*gap) if needs.course and gap else None
    )
    maker = _Maker(rule, tables, query, kinds, dict(parameters or {}), region or "", str(as_of or ""))
    return printed(rule, query.tree(maker.made(str(history_from or ""))), dialect)


class _Maker:
    def __init__(
        self,
        rule: Rule,
        tables: KnowledgeSet,
        query: Query,
        kinds: Kinds,
        parameters: dict[str, tuple[Type, Any]],
        region: str,
        as_of: str,
    ) -> None:
        self.rule, self.tables, self.query, self.kinds = rule, tables, query, kinds
        params = {p.name: (p.type, p.default) for p in rule.params} | parameters
        lets = {let.name: let for let in rule.lets}
        self.values = Values(params, lets, lambda match, name: f"{match}_{name}", self._period)
        self.region, self.as_of = region, as_of
        names = {f"{kind}_{name}" for kind, some in kinds.needs.columns.items() for name in some}
        names |= {f"{kind}_row" for kind in KINDS} | {
            "clock",
            "tie",
            "entry",
            "counts",
            "loose",
            "subject_entry",
            "doubtful",
            "scope",
        }
        names |= {
            "flagged_row",
            "left_out",
            "doubted",
            "subject_verdict",
            "subject_doubted",
            "subject",
            "row_id",
            "violates",
            "row_amount",
            "own",
            "price",
            "total",
            "dearest",
            "so_far",
            "above",
        }
        for match in rule.matches:
            names |= {
                f"{match.name}_{c}"
                for c in ("knowledge_id", "missing", "incomplete", *tables.tables[match.table].schema.columns)
            }
        self.stages = Stages(rule, query, kinds, self.values, names)

    def _period(self, window: exp.Expr, place: Place) -> exp.Expr:
        kind = self.rule.kind
        shown = key_word("prescription", kind)
        time = self.values(time_of(kind), place)
        side = Side(
            "r",
            kind,
            time,
            frozenset((kind, *KINDS[kind].above)),
            None if shown is None else self.values(shown, place),
            self.kinds.course_gap is not None,
        )
        return period_of(window, side)

    def made(self, history_from: str) -> exp.Select:
        """The stages one after the other; the last SELECT."""
        stages, rule = self.stages, self.rule
        stages.relations = Relations(rule, stages, self.tables, self.region, self.as_of, history_from)
        self._start()
        self._counting()
        for match in self._in_order():
            self._match(match)
        self._subjects()
        return judge(stages)

    # ------------------------------------------------------------------ rows

    def _start(self) -> None:
        kind = self.rule.kind
        spread = self._spread()
        self.stages.entry = f"entry_before_{spread[0]}" if spread else "entry"
        columns: list[Any] = [sql("v.*"), (self.stages.entry, sql(f"v.{kind}_row"))]
        if self.rule.order:
            ids = {
                "line": "v.claim_claim_id, v.line_line_id",
                "raw_line": "v.claim_claim_id, v.raw_line_line_id",
                "day": "v.encounter_claim_id, v.day_date",
                "encounter": "v.encounter_claim_id",
                "diagnosis": "v.claim_claim_id, v.diagnosis_sequence NULLS FIRST, v.diagnosis_diagnosis_code",
                "operation": "v.claim_claim_id, v.operation_operation_code",
            }.get(kind, "v.claim_claim_id")
            columns.append(("tie", sql(f"ROW_NUMBER() OVER (ORDER BY {ids})")))
        body = select(columns, table(self.kinds.rows(kind), "v"))
        self.stages.now = self.query.add("every_row", body, f"the rule walks over: {kind}")

    def _counting(self) -> None:
        """`rows` and the effective dates: TRUE, or NULL where a row may count."""
        rule, stages = self.rule, self.stages
        tests = exempted(self.tables.exemptions, rule, self.as_of, self.kinds.rows("claim"))
        time = sql("CAST(_t AS DATE)", t=self.values(time_of(rule.kind), Place()))
        for sign, bound in ((">=", rule.effective_from), ("<=", rule.effective_to)):
            if bound is not None:
                tests.append(sql(f"_t {sign} CAST(_b AS DATE)", t=time, b=text(str(bound))))
        if rule.rows is not None:
            stages.require(rule.rows)
            tests.append(exp.paren(self.values(rule.rows, Place())))
        inner = select([sql("r.*"), ("counts", every(tests) if tests else exp.true())], table(stages.now, "r"))
        body = exp.select("*").from_(inner.subquery("r")).where(sql("r.counts IS NOT FALSE"))
        stages.now = self.query.add("counting", body, "rows that count (counts is NULL where they may)")

    # ------------------------------------------------------------------ match

    def _spread(self) -> list[str]:
        """Matches that take all and that a key of `per` names: each knowledge row makes a subject."""
        parts = [p for key in self.rule.per for p in self.stages.spelled_out(key.value)]
        named = {p.match for p in parts if isinstance(p, MatchField | MatchRow) and not p.owner}
        return [m.name for m in self._in_order() if m.take_all and m.name in named]

    def _in_order(self) -> list[MatchSpec]:
        """A match whose key names another's column comes after it."""
        out: list[MatchSpec] = []
        waiting = list(self.rule.matches)
        keys = {
            p.match for k in self.rule.per for p in self.stages.spelled_out(k.value) if isinstance(p, MatchField | MatchRow)
        }
        while waiting:
            done = {m.name for m in out}
            free = [m for m in waiting if self._names(m) <= done | {m.name}] or waiting
            ready = next((m for m in free if not m.take_all or m.name in keys), free[0])
            waiting.remove(ready)
            out.append(ready)
        return out

    def _names(self, match: MatchSpec) -> set[str]:
        nodes = [v for _, v in match.keys] + [e for e in (match.where, match.at) if e is not None]
        found: set[str] = set()
        while nodes:
            node = nodes.pop()
            for part in walk(node):
                if isinstance(part, Let):
                    nodes.append(self.values.lets[part.name].value)
                if isinstance(part, MatchField | MatchRow) and not part.owner:
                    found.add(part.match)
        return found

    def _match(self, match: MatchSpec) -> None:
        stages = self.stages
        nodes = [v for _, v in match.keys] + [e for e in (match.where, match.at) if e is not None]
        stages.require(*nodes)
        lookup = Lookup(
            self.query,
            self.values,
            Source(stages.now, stages.entry, self.rule.kind),
            match,
            self.tables.tables[match.table],
            self.region,
            self.as_of,
            named_columns_of(self.rule, match.name),
        )
        asked = any(isinstance(p, Missing) and p.name == match.name and not p.owner for p in all_parts(self.rule))
        if not match.take_all:
            stages.now = lookup.one(asked=asked)
            return
        if match.name not in self._spread():
            stages.now, stages.sets[match.name] = lookup.as_set(asked=asked)
            return
        stages.now = lookup.spread()
        self._renumbered(match)

    def _renumbered(self, match: MatchSpec) -> None:
        """Rows that stand several times get numbers of their own."""
        stages = self.stages
        later = self._spread()
        after = later[later.index(match.name) + 1 :]
        name = f"entry_before_{after[0]}" if after else "entry"
        number = sql(f"ROW_NUMBER() OVER (ORDER BY r.{stages.entry}, r.{match.name}_knowledge_id)")
        body = select([sql("r.*"), (name, number)], table(stages.now, "r"))
        stages.now, stages.entry = self.query.add(f"numbered_{match.name}", body), name

    # ------------------------------------------------------------------ per

    def _subjects(self) -> None:
        """The keys of `per`: rows of equal keys are one subject, named by its first row; a NULL key is loose."""
        rule, stages = self.rule, self.stages
        plain = [key for key in rule.per if not chains(key.value)]
        names = self._keyed(plain)
        for key in rule.per:
            if chains(key.value):
                names = chain(stages, key, names)
        columns = [("loose", loose_of(names, stages.chained))]
        if stages.chained:
            columns.append(("doubtful", sql(" OR ".join(f"r.{key}_doubtful" for key in stages.chained))))
        stages.stage("with_loose", columns, "a key that is not known joins nothing")
        if not names:
            stages.stage("grouped", [("subject_entry", sql("r.entry"))])
            return
        keys = ", ".join(f"r.{name}" for name in names)
        if self._spread():
            self._each_once(keys)
        first = sql(f"CASE WHEN r.loose THEN r.entry ELSE MIN(r.entry) OVER (PARTITION BY r.loose, {keys}) END")
        stages.stage(
            "grouped", [("subject_entry", first)], f"per {', '.join(key.name for key in rule.per)}: the subject's first row"
        )

    def _keyed(self, keys: list[KeySpec]) -> list[str]:
        """Columns of the keys that a row has by itself."""
        stages = self.stages
        stages.require(*(key.value for key in keys))
        columns: list[Any] = []
        for key in keys:
            name = stages.free(f"key_{key.name}")
            columns.append((name, self.values(key.value, Place())))
            self.values.columns[Key(key.value.type, key.name)] = Known(name)
        if columns:
            stages.stage("keyed", columns, "keys of per")
        return [name for name, _ in columns]

    def _each_once(self, keys: str) -> None:
        """A row joins a subject once, with the knowledge row of the lowest id."""
        rule, stages = self.rule, self.stages
        ids = ", ".join(f"COALESCE(r.{m.name}_knowledge_id, '')" for m in rule.matches if m.name not in stages.sets)
        rank = sql(f"ROW_NUMBER() OVER (PARTITION BY r.loose, {keys}, r.{rule.kind}_row ORDER BY {ids}, r.entry)")
        copy = stages.free("copy")
        stages.stage("copies", [(copy, rank)])
        body = select([sql("r.*")], table(stages.now, "r")).where(sql(f"r.loose OR r.{copy} = 1"))
        stages.now = self.query.add("each_once", body, "a row joins a subject once, with the knowledge row of the lowest id")
