"""Which kinds of row and which of their columns a rule's query must show."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from claimrules.catalog import KINDS
from claimrules.language.expression import Aggregate, Call, Expr, Field, MatchField, OfSubject, RowId, walk
from claimrules.language.rule import MatchSpec, Rule
from claimrules.language.scope import time_of

PARTS = ("fully_self_paid_amount", "over_limit_amount", "copay_first_amount")
MONEY = ("amount", "in_scope_amount", *PARTS)
OWN_NAMES = {
    "claim": ("claim_id",),
    "encounter": ("person_id", "provider_id", "encounter_id", "claim_id"),
    "line": ("line_id",),
    "raw_line": ("line_id",),
    "diagnosis": ("diagnosis_code", "sequence"),
    "operation": ("operation_code", "operated_at"),
    "day": ("date",),
}
"""What names a row in the text of a subject."""


@dataclass(slots=True)
class Needs:
    """Columns by kind, and the kinds whose rows are looked at."""

    columns: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in KINDS})
    kinds: set[str] = field(default_factory=set)
    course: bool = False

    def add(self, node: Expr) -> None:
        """Note what an expression names."""
        for part in walk(node):
            if isinstance(part, Field):
                self.columns[part.kind].add(part.name)
                self.kinds.add(part.kind)
            elif isinstance(part, RowId):
                self.kinds.add(part.kind)
            elif isinstance(part, Aggregate) and part.over in KINDS:
                self.kinds.add(part.over)
            elif isinstance(part, OfSubject):
                self.add(part.value)


def needs_of(rule: Rule) -> Needs:
    """What the rule's query needs."""
    out = Needs()
    for node in expressions(rule):
        out.add(node)
    for other in rule.others:
        if other.kind in KINDS:
            out.kinds.add(other.kind)
    out.kinds |= {rule.kind, "claim", "encounter"}
    if rule.amount.method != "none":
        _money(rule, out)
    out.course = any(p.name == "course_gap_days" for p in rule.params) and _asks(rule, "course")
    if out.course:
        out.columns["encounter"].add("principal_diagnosis")
    if _asks(rule, "prescription"):
        for kind in ("line", "raw_line"):
            out.columns[kind].add("prescription_id")
    for kind in list(out.kinds):
        above = (kind, *KINDS[kind].above)
        out.kinds.update(above)
        for one in above:
            out.columns[one].update(OWN_NAMES[one])
        time = time_of(kind)
        assert isinstance(time, Field)  # noqa: S101 - it is a column
        out.columns[time.kind].add(time.name)
    out.columns["claim"] |= {"region", "settled_at", "claim_id"}
    out.columns["encounter"] |= {"region", "admitted_at", "discharged_at"}
    return out


def _asks(rule: Rule, period: str) -> bool:
    """Whether a window may mean the same prescription or course: it says so, or it stands in a table."""
    windows = [other.within for other in rule.others if other.within is not None]
    if any(w.column is not None or w.period == period for w in windows):
        return True
    return any(isinstance(part, Call) and part.function == "period" for part in all_parts(rule))


def _money(rule: Rule, out: Needs) -> None:
    kind = rule.kind if rule.kind in ("line", "raw_line") else "line"
    out.kinds.add(kind)
    out.columns[kind].update((*MONEY, "quantity", "unit_price"))
    if kind != rule.kind:
        out.columns["claim"].update(("in_scope_amount", "fund_amount"))


def of_match(match: MatchSpec) -> Iterator[Expr]:
    """The expressions of a look-up."""
    yield from (value for _, value in match.keys)
    yield from (e for e in (match.where, match.at) if e is not None)


def expressions(rule: Rule) -> Iterator[Expr]:
    """Every expression of a rule that its verdict and amount depend on."""
    yield from (e for e in (rule.rows,) if e is not None)
    for match in rule.matches:
        yield from of_match(match)
    yield from (key.value for key in rule.per)
    yield from (part.value for part in rule.order)
    for other in rule.others:
        yield from (e for e in (other.rows, other.where) if e is not None)
        yield from (side for pair in other.same for side in pair)
        yield from (part.value for part in other.order)
        if other.within is not None:
            yield from (e for e in (other.within.n, other.within.column) if e is not None)
        for match in other.matches:
            yield from of_match(match)
    yield from (let.value for let in rule.lets)
    yield from (condition for _, condition in rule.flag)
    yield from (proviso.when for proviso in (*rule.unless, *rule.doubt))
    yield from rule.amount.arguments


def all_parts(rule: Rule) -> Iterator[Expr]:
    """Every node of every expression."""
    for node in expressions(rule):
        yield from walk(node)


def named_columns_of(rule: Rule, match: str) -> frozenset[str]:
    """The columns of a match that the rule names anywhere."""
    return frozenset(p.column for p in all_parts(rule) if isinstance(p, MatchField) and p.match == match)
