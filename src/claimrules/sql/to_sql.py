"""A checked rule → one standalone query."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from claimrules.catalog import KINDS, TABLES, Type
from claimrules.knowledge import KnowledgeSet
from claimrules.language.expression import Aggregate, Expr, Let, MatchField, MatchRow, Missing, walk
from claimrules.language.rule import MatchSpec, Rule
from claimrules.language.scope import key_word, time_of
from claimrules.sql.dialects import printed, refuse
from claimrules.sql.fragments import every, exp as _exp  # noqa: F401
from claimrules.sql.fragments import sql, table, text
from claimrules.sql.kinds import Kinds
from claimrules.sql.lookup import Lookup, Source
from claimrules.sql.needs import all_parts, needs_of
from claimrules.sql.place import Known, Place
from claimrules.sql.query import Query, select
from claimrules.sql.relations import Relations
from claimrules.sql.stages import Stages
from claimrules.sql.values import Values
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
        SqlError: CR501 a dialect that is not known; CR502 what this rule says cannot be said in SQL, or not in that
            dialect.
    """
    refuse(rule, dialect)
    taken = {*TABLES, "code_sets", *tables.tables}
    query = Query(taken)
    kinds = Kinds(query, needs_of(rule), {k: dict(v) for k, v in (extra or {}).items()})
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
        params = {p.name: (p.type, p.default) for p in rule.params} | {n: v for n, v in parameters.items()}
        lets = {let.name: let for let in rule.lets}
        self.values = Values(params, lets, lambda match, name: f"{match}_{name}", self._period)
        self.region, self.as_of = region, as_of
        names = {f"{kind}_{name}" for kind, some in kinds.needs.columns.items() for name in some}
        names |= {f"{kind}_row" for kind in KINDS} | {"clock", "tie", "entry", "counts", "loose", "subject_entry", "set_entry", "scope"}
        names |= {"flagged_row", "left_out", "doubted", "subject_verdict", "subject_doubted", "subject", "row_id", "violates", "row_amount"}
        for match in rule.matches:
            names |= {f"{match.name}_{c}" for c in ("knowledge_id", "missing", *tables.tables[match.table].schema.columns)}
        self.stages = Stages(rule, query, kinds, self.values, names)

    def _period(self, window: exp.Expression, place: Place) -> exp.Expression:
        kind = self.rule.kind
        shown = key_word("prescription", kind)
        time = self.values(time_of(kind), place)
        side = Side("r", kind, time, frozenset((kind, *KINDS[kind].above)), None if shown is None else self.values(shown, place))
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
        spread = [m.name for m in self._in_order() if m.take_all]
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
        tests = []
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

    def _in_order(self) -> list[MatchSpec]:
        """A match whose key names another's column comes after it."""
        out: list[MatchSpec] = []
        waiting = list(self.rule.matches)
        while waiting:
            done = {m.name for m in out}
            ready = next((m for m in waiting if all(n in done | {m.name} for n in self._names(m))), waiting[0])
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
            self.query, self.values, Source(stages.now, stages.entry, self.rule.kind), match, self.tables.tables[match.table], self.region, self.as_of
        )
        if not match.take_all:
            asked = any(isinstance(p, Missing) and p.name == match.name and not p.owner for p in all_parts(self.rule))
            stages.now = lookup.one(asked=asked)
            return
        stages.now = lookup.spread()
        self._renumbered(match)

    def _renumbered(self, match: MatchSpec) -> None:
        """Rows that stand several times get numbers of their own."""
        stages = self.stages
        later = [m.name for m in self._in_order() if m.take_all]
        after = later[later.index(match.name) + 1 :]
        name = f"entry_before_{after[0]}" if after else "entry"
        number = sql(f"ROW_NUMBER() OVER (ORDER BY r.{stages.entry}, r.{match.name}_knowledge_id)")
        body = select([sql("r.*"), (name, number)], table(stages.now, "r"))
        stages.now, stages.entry = self.query.add(f"numbered_{match.name}", body), name

    # ------------------------------------------------------------------ per

    def _subjects(self) -> None:
        """The keys of `per`: rows of equal keys are one subject, named by its first row; a NULL key is loose."""
        rule, stages = self.rule, self.stages
        stages.require(*(key.value for key in rule.per))
        columns: list[Any] = []
        for key in rule.per:
            name = stages.free(f"key_{key.name}")
            columns.append((name, self.values(key.value, Place())))
        if columns:
            stages.stage("keyed", columns, f"per {', '.join(key.name for key in rule.per)}")
        from claimrules.language.expression import Key

        for key, (name, _) in zip(rule.per, columns, strict=True):
            self.values.columns[Key(key.value.type, key.name)] = Known(name)
        loose = " OR ".join(f"r.{name} IS NULL" for name, _ in columns) or "FALSE"
        stages.stage("with_loose", [("loose", sql(loose))], "a key that is not known joins nothing")
        if not columns:
            first: exp.Expression = sql("r.entry")
        else:
            keys = ", ".join(f"r.{name}" for name, _ in columns)
            first = sql(f"CASE WHEN r.loose THEN r.entry ELSE MIN(r.entry) OVER (PARTITION BY r.loose, {keys}) END")
        stages.stage("grouped", [("subject_entry", first)])


__all__ = ["Aggregate", "Expr", "to_sql"]
