"""The language's semantics, row by row: what a rule says of each row of its kind."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from oracle_knowledge import MISSING, UNKNOWN, candidates, covered, narrowest, one
from oracle_values import (
    SCALARS,
    AtLeast,
    add_months,
    and_,
    cast,
    compare,
    day,
    moment,
    not_,
    number,
    or_,
    plain,
    shown,
    truncated,
)
from oracle_words import connected, excess_within, in_unit, km, mean, quantile, similarity, stddev, supply_left
from oracle_world import Row

from claimrules.language.expression import (
    Aggregate,
    Call,
    Case,
    Field,
    Key,
    Let,
    Literal,
    MatchField,
    MatchRow,
    Missing,
    OfSubject,
    Param,
    RowId,
    Walk,
    children,
)
from claimrules.language.scope import key_word

NEVER_NEGATIVE = {"quantity", "supply_days", "dose_count", "unit_price", "price_ceiling", "copay_proportion"}
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  the tables' times have no zone
MONEY = {
    *("amount", "in_scope_amount", "fully_self_paid_amount", "over_limit_amount", "copay_first_amount"),
    *("total_amount", "fund_amount"),
}


@dataclass(eq=False)
class Entry:
    """A row that counts (`sure`) or may (None), with its knowledge rows and its subject."""

    row: Row
    sure: bool | None
    matches: dict = field(default_factory=dict)
    covered: dict = field(default_factory=dict)
    sets: dict = field(default_factory=dict)
    subject: "list[Entry] | None" = None
    related: dict = field(default_factory=dict)
    loose: bool = False
    doubtful: bool = False
    chained: dict = field(default_factory=dict)

    def beside(self, matches):
        """The same row with one knowledge row of each of these sets."""
        new = Entry(self.row, self.sure, {**self.matches, **matches}, self.covered, self.sets, self.subject)
        new.loose, new.chained, new.doubtful = self.loose, self.chained, self.doubtful
        return new


@dataclass
class KnowledgeRows:
    """All knowledge rows of a row; `incomplete`: there may be others; `covered`: having none says something."""

    rows: list
    unknown: bool
    covered: bool

    @property
    def incomplete(self):
        return self.unknown or (not self.rows and not self.covered)


@dataclass
class Pair:
    """Another row, whether it is sure to stand beside this one, and this one with the knowledge rows that relate them."""

    other: Entry
    sure: bool | None
    left: Entry


@dataclass
class At:
    """Where a name is looked up: an entry, one of its others, a row of a kind below it."""

    entry: Entry
    others: dict = field(default_factory=dict)
    below: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    verdict: str
    violating: bool = False
    suspicious: bool = False
    amount: Decimal | None = None


class Judge:
    def __init__(self, rule, world, tables, params=None, since=None, plan=None):
        self.rule, self.world, self.tables, self.since, self.plan = rule, world, tables, since, plan
        given = params or {}
        self.params = {p.name: given.get(p.name, p.default) for p in rule.params}
        self._buckets, self._walked, self._nodes, self._clocks, self._courses = {}, {}, None, {}, None
        self.lets = {let.name: let.value for let in rule.lets}
        self.keys = {key.name: key.value for key in rule.per}
        named = {
            p.match for key in self.keys.values() for p in self._spelled_out(key) if isinstance(p, MatchField | MatchRow)
        }
        self.sets = {m.name for m in rule.matches if m.take_all} - named
        self.entries = self._applicable()
        self._group()

    # ---------------------------------------------------------------- rows and match

    def _applicable(self):
        out = []
        for row in self.world.kinds[self.rule.kind]:
            entry = Entry(row, True)
            entry.subject = [entry]
            sure = and_(self._effective(row), True if self.rule.rows is None else self.value(self.rule.rows, At(entry)))
            if sure is not False:
                entry.sure = sure
                out.append(entry)
        for match in self.rule.matches:
            out = [new for entry in out for new in self._matched(match, entry)]
        return out

    def _effective(self, row):
        rule, answer = self.rule, True
        for bound, sign in ((rule.effective_from, ">="), (rule.effective_to, "<=")):
            if bound is not None:
                answer = and_(answer, compare(sign, day(row.time), bound))
        return answer

    def _matched(self, match, entry):
        table = self.tables.schemas[match.table]
        asked = any(isinstance(p, Missing) and p.name == match.name for p in self.everything())
        found, region, cover = self._found(match, entry, "")
        if match.name in self.sets:
            return self._with_all(match, entry, table, found, region, cover, asked=asked)
        if match.take_all:
            if found is None:
                return [self._with(entry, match, UNKNOWN, cover)]
            rows = narrowest([row for row, sure in found if sure], region)
            silent = str(table.absence) == "unknown" and not cover
            if not rows and (silent or any(sure is None for _, sure in found)):
                rows = [UNKNOWN]
            return [self._with(entry, match, row, cover) for row in rows]
        row = one(self.tables, match.table, found, region)
        if row is MISSING and str(table.absence) == "unknown" and not cover:
            row = UNKNOWN
        if row is MISSING and not asked and str(table.absence) == "no-limit":
            return []
        return [self._with(entry, match, row, cover)]

    def _with_all(self, match, entry, table, found, region, cover, *, asked):
        """The row with all its knowledge rows, in the order of their ids."""
        rows = [] if found is None else narrowest([row for row, sure in found if sure], region)
        unknown = found is None or any(sure is None for _, sure in found)
        no_limit = str(table.absence) == "no-limit"
        if not rows and not unknown and no_limit and not asked:
            return []
        new = self._with(entry, match, UNKNOWN, cover)
        new.sets[match.name] = KnowledgeRows(sorted(rows, key=_knowledge_id), unknown, bool(no_limit or cover))
        return [new]

    def _found(self, match, entry, owner):
        at = At(entry, {owner: entry}) if owner else At(entry)
        keys = {name: self.value(value, at) for name, value in match.keys}
        time = self.value(match.at, at) if match.at is not None else entry.row.time
        when = None if match.ever else day(time)
        top = entry.row.claim or (entry.row if entry.row.kind == "claim" else entry.row.at("encounter"))
        region = top.values.get("region")
        found = candidates(self.tables, match.table, keys, when, match.ever, region)
        if match.where is not None and found is not None:
            kept = []
            for row, sure in found:
                beside = Entry(entry.row, entry.sure, {**entry.matches, match.name: row})
                inner = At(beside, {owner: beside}) if owner else At(beside)
                # A row in doubt by its key, date or region stays in doubt, whatever `where` says of it.
                answer = None if sure is None else self.value(match.where, inner)
                if answer is not False:
                    kept.append((row, answer))
            found = kept
        return found, region, covered(self.tables, match.table, keys, when, match.ever)

    def _with(self, entry, match, row, cover):
        covered_ = {**entry.covered, match.name: cover}
        new = Entry(entry.row, entry.sure, {**entry.matches, match.name: row}, covered_, dict(entry.sets))
        new.subject = [new]
        return new

    # ---------------------------------------------------------------- per and others

    def _group(self):
        plain_keys = [key for key in self.keys.values() if not _chains(key)]
        for entry in self.entries:
            keys = [self.value(value, At(entry)) for value in plain_keys]
            entry.loose = any(k is None for k in keys)
            entry.chained = {None: tuple(map(_hashable, keys))}
        for name, key in self.keys.items():
            if _chains(key):
                (self._runs if key.function == "run" else self._clusters)(name, key)
        groups = defaultdict(list)
        for i, entry in enumerate(self.entries):
            own = entry.loose or not self.keys
            groups[("alone", i) if own else ("keys", *entry.chained.items())].append(entry)
        kept = []
        for members in groups.values():
            once = self._once(members)
            kept += once
            for entry in once:
                entry.subject = once
                entry.doubtful = any(m.doubtful for m in members)
        place = {id(entry): i for i, entry in enumerate(self.entries)}
        self.entries = sorted(kept, key=lambda e: place[id(e)])

    def _once(self, members):
        """Each row once, with the first of the knowledge rows by which it joins."""
        best = {}
        for entry in sorted(members, key=lambda e: [_knowledge_id(row) for row in e.matches.values()]):
            best.setdefault(id(entry.row), entry)
        chosen = {id(entry) for entry in best.values()}
        return [entry for entry in members if id(entry) in chosen]

    def _runs(self, name, key):
        """Rows of equal other keys in order of x, broken where x - previous x > gap."""
        groups = defaultdict(list)
        for entry in self.entries:
            if not entry.loose:
                groups[tuple(entry.chained.items())].append(entry)
        for members in groups.values():
            placed = []
            for entry in members:
                x, gap = (plain(self.value(a, At(entry))) for a in key.arguments)
                if entry.sure is None or x is None or gap is None:
                    entry.loose = True
                    entry.chained = {**entry.chained, name: _hashable(x)}
                else:
                    placed.append((x, gap, entry))
            out = len(placed) < len(members)
            placed.sort(key=lambda step: number(moment(step[0])))
            for i, (x, gap, entry) in enumerate(placed):
                if i == 0 or _beyond_gap(placed[i - 1][0], x, gap):
                    first = x
                entry.chained = {**entry.chained, name: _hashable(first)}
                entry.doubtful = entry.doubtful or out

    def _clusters(self, name, key):
        """Persons connected by links: rows of the set that join them on n or more dates of this row."""
        certain, possible, open_ = defaultdict(set), defaultdict(set), set()
        least = {}
        for entry in self.entries:
            me = entry.row.get("encounter", "person_id")
            n = self.value(key.option, At(entry))
            if self.more(entry, self.rule.other(key.over)):
                open_.add(me)
            for i, pair in enumerate(self.related(entry, key.over)):
                them = pair.other.row.get("encounter", "person_id")
                least[me, them] = n
                date = day(entry.row.time)
                possible[me, them].add(("some day", id(entry), i) if date is None else date)
                if pair.sure and entry.sure and date is not None:
                    certain[me, them].add(date)
        known = connected([link for link, dates in certain.items() if len(dates) >= least[link]])
        wider = connected([link for link, dates in possible.items() if len(dates) >= least[link]])
        people = {entry.row.get("encounter", "person_id") for entry in self.entries} | set(wider)
        sizes = [Counter(of.get(p, p) for p in people) for of in (known, wider)]
        loose = {wider.get(p, p) for p in open_}
        for entry in self.entries:
            me = entry.row.get("encounter", "person_id")
            smaller = sizes[0][known.get(me, me)] < sizes[1][wider.get(me, me)]
            doubt = smaller or wider.get(me, me) in loose
            entry.chained = {**entry.chained, name: known.get(me, me)}
            entry.doubtful = entry.doubtful or doubt

    def related(self, entry, name):
        """The rows of one of `others` as Pairs; a row that several knowledge rows relate once."""
        spec = self.rule.other(name)
        if spec.of_subject:
            entry = entry.subject[0]
        if name not in entry.related:
            found = []
            for left in self._lefts(spec, entry):
                for other in self._near_by_key(spec, left):
                    sure = self._relates(spec, left, other)
                    if sure is not False:
                        found.append(Pair(other, sure, left))
            entry.related[name] = found if spec.kind == "subject" else _once_each(found, self.named_sets(spec))
        return entry.related[name]

    def named_sets(self, spec):
        """The matches that take all and whose columns relate the row with these others."""
        nodes = [spec.where, *(mine for mine, _ in spec.same)]
        if spec.within is not None:
            nodes += [spec.within.n, spec.within.column]
        nodes += [n.argument for n in self.everything() if isinstance(n, Aggregate) and n.over == spec.name]
        nodes += [n.condition for n in self.everything() if isinstance(n, Aggregate) and n.over == spec.name]
        parts = [p for node in nodes if node is not None for p in self._spelled_out(node)]
        return sorted(
            {p.match for p in parts if isinstance(p, MatchField | MatchRow) and not p.owner and p.match in self.sets}
        )

    def _lefts(self, spec, entry):
        """The row, once for each combination of the knowledge rows of sets that relate it."""
        out = [entry]
        for name in [] if spec.of_subject else self.named_sets(spec):
            out = [left.beside({name: row}) for left in out for row in entry.sets[name].rows]
        return out

    def more(self, entry, spec):
        """Whether there may be more of these others than are at hand."""
        if any(entry.sets[name].incomplete for name in ([] if spec.of_subject else self.named_sets(spec))):
            return True
        return self.beyond(entry, spec)

    def _near_by_key(self, spec, entry):
        """The candidates whose keys are equal, found once for all entries."""
        if spec.name not in self._buckets:
            found = defaultdict(list)
            for other in self._candidates(spec):
                keys = [self.value(theirs, At(other, {spec.name: other})) for _, theirs in spec.same]
                found[tuple(map(_hashable, keys))].append(other)
            self._buckets[spec.name] = found
        keys = [self.value(mine, At(entry)) for mine, _ in spec.same]
        return [] if None in keys else self._buckets[spec.name][tuple(map(_hashable, keys))]

    def _candidates(self, spec):
        if spec.kind == "subject":
            return self._subjects()
        if spec.own:
            out = [Entry(e.row, e.sure, dict(e.matches), dict(e.covered), dict(e.sets)) for e in self.entries]
        else:
            out = [Entry(row, True) for row in self.world.kinds[spec.kind]]
        kept = []
        for entry in out:
            if spec.rows is not None:
                entry.sure = and_(entry.sure, self.value(spec.rows, At(entry, {spec.name: entry})))
            if entry.sure is not False:
                kept.append(entry)
        for match in spec.matches:
            kept = [new for entry in kept for new in self._matched_other(spec, match, entry)]
        return kept

    def _subjects(self):
        """One entry a subject: its first row. One whose key is not known joins nothing; what stands in no run may be one."""
        out = []
        for entry in self.entries:
            named = all(self.value(Key(value.type, name), At(entry)) is not None for name, value in self.keys.items())
            if entry.subject[0] is entry and named:
                sure = True if not entry.loose and any(m.sure for m in entry.subject) else None
                new = Entry(entry.row, sure, entry.matches, entry.covered, entry.sets, entry.subject, entry.related)
                new.chained, new.doubtful = entry.chained, entry.doubtful
                out.append(new)
        return out

    def _matched_other(self, spec, match, entry):
        found, region, cover = self._found(match, entry, spec.name)
        asked = any(isinstance(p, Missing) and (p.owner, p.name) == (spec.name, match.name) for p in self.everything())
        drops = str(self.tables.schemas[match.table].absence) == "no-limit" and not asked
        if not match.take_all:
            row = one(self.tables, match.table, found, region)
            return [] if row is MISSING and drops else [self._with(entry, match, row, cover)]
        rows = [] if found is None else narrowest([row for row, sure in found if sure], region)
        if not rows and (found is None or not drops or any(sure is None for _, sure in found)):
            rows = [UNKNOWN]
        return [self._with(entry, match, row, cover) for row in rows]

    def _relates(self, spec, entry, other):
        last = spec.within is not None and self._window(spec.within, entry)[1] == "last"
        of_rows = spec.kind != "subject"  # a subject is never another one, whether its rows count or not
        members = entry.subject if spec.of_subject else [entry]
        # One row may stand in two subjects, by two knowledge rows.
        mine = [m for m in members if other.row is m.row] if of_rows else members if other.subject is entry.subject else []
        doubtful = spec.of_subject and of_rows and not spec.own and not any(member.sure for member in mine)
        if mine and not spec.itself and not last and not doubtful:
            return False
        at = At(entry, {spec.name: other})
        sure = None if mine and not spec.itself and not last else other.sure
        if spec.within is not None:
            sure = and_(sure, self._near(spec, entry, other.row))
        return sure if spec.where is None else and_(sure, self.value(spec.where, at))

    def taken(self, entry, name):
        """The one row of `others`, MISSING or UNKNOWN."""
        spec = self.rule.other(name)
        found = self.related(entry, name)
        left = entry.subject[0] if spec.of_subject else entry
        if spec.take == "one":
            if any(p.sure is None for p in found) or len(found) > 1:
                return UNKNOWN
            if any(left.sets[n].incomplete for n in ([] if spec.of_subject else self.named_sets(spec))):
                return UNKNOWN
            return found[0].other if found else MISSING
        if any(left.sets[n].incomplete for n in ([] if spec.of_subject else self.named_sets(spec))):
            return UNKNOWN
        near = spec.take in ("previous", "next")
        group = [(p.other, p.sure) for p in found]
        plain_own = spec.own and not spec.itself and spec.where is None and spec.within is None and not spec.order
        if plain_own and entry.sure is None:
            group.append((entry, None))
        if not found:
            return MISSING
        if any(self._unplaced(spec, other) for other, _ in group) or (near and self._unplaced(spec, entry)):
            return UNKNOWN
        if spec.order and near:
            mine = self._rank(spec, entry)
            theirs = [(self._rank(spec, p.other), p) for p in found]
            found = [p for rank, p in theirs if (rank < mine if spec.take == "previous" else mine < rank)]
            group = [(p.other, p.sure) for p in found]
        if any(sure is None for _, sure in group):
            return UNKNOWN
        rows = [p.other for p in found]
        if near and not spec.order:
            ahead = spec.take == "previous"
            rows = [o for o in rows if (_before(o.row, entry.row) if ahead else _before(entry.row, o.row)) is True]
        choose = max if spec.take in ("previous", "last") else min
        return choose(rows, key=lambda o: self._rank(spec, o), default=MISSING)

    def _asked(self, spec, part, entry):
        return self.value(part.value, At(entry, {spec.name: entry}))

    def _unplaced(self, spec, entry):
        """Whether it is not known where a row stands among the others."""
        if spec.order:
            return any(self._asked(spec, part, entry) is None for part in spec.order)
        return entry.row.time is None

    def _rank(self, spec, entry):
        if not spec.order:
            return entry.row.place
        keys = []
        for part in spec.order:
            value = _key(part, self._asked(spec, part, entry))
            keys.append(_Down(value) if part.descending else value)
        return (*keys, _own_ids(entry.row))

    # ---------------------------------------------------------------- windows

    def _window(self, within, entry):
        """unit, direction, n of the window for this entry; None for all where the window is not known."""
        if within.column is not None:
            text = self.value(within.column, At(entry))
            return (None, None, None) if text is None else _parsed(text)
        if within.period:
            return within.period, "same", None
        n = None if within.n is None else self.value(within.n, At(entry))
        return within.unit, within.direction, n

    def _near(self, spec, entry, other):
        row = entry.row
        unit, direction, n = self._window(spec.within, entry)
        if direction is None:
            return None
        if unit == "course":
            mine, theirs = self.course(row), self.course(other)
            return None if mine is None or theirs is None else mine == theirs
        if unit in ("encounter", "claim"):
            return row.at(unit) is other.at(unit)
        if unit == "prescription":
            a, b = row.get("line", "prescription_id"), other.get("line", "prescription_id")
            return a is not None and a == b and row.claim is other.claim
        a, b = row.time, other.time
        if a is None or b is None:
            return None
        if direction == "same":
            unit = "year" if unit == "insurance_year" else unit
            if unit == "hour" and not (self.clock(row) and self.clock(other)):
                return day(a) == day(b)
            return truncated(unit, a) == truncated(unit, b)
        if not unit:
            return _before(other, row) if direction == "before" else _before(row, other)
        return None if n is None else self._distance(unit, direction, n, row, other)

    def _distance(self, unit, direction, n, row, other):
        a, b = moment(row.time), moment(other.time)
        if unit in ("hour", "minute"):
            if not (self.clock(row) and self.clock(other)):
                return day(a) == day(b)
            gap, most = a - b, timedelta(hours=n) if unit == "hour" else timedelta(minutes=n)
            zero = timedelta(0)
        elif unit == "day":
            gap, most, zero = (day(a) - day(b)).days, n, 0
        else:
            back = day(b) <= day(a) and (
                day(a) < add_months(day(b), n) if direction == "last" else day(a) <= add_months(day(b), n)
            )
            ahead = day(a) <= day(b) <= add_months(day(a), n)
            return {"before": back, "last": back, "after": ahead, "apart": back or ahead}[direction]
        return {
            "before": zero <= gap <= most,
            "after": zero <= -gap <= most,
            "apart": abs(gap) <= most,
            "last": zero <= gap < most,
        }[direction]

    def clock(self, row):
        """Whether there is a clock time: for a line, on any line of its claim."""
        if row.kind in ("line", "raw_line"):
            if row.kind not in self._clocks:
                self._clocks[row.kind] = {id(r.claim) for r in self.world.kinds[row.kind] if _off_midnight(r.time)}
            return id(row.claim) in self._clocks[row.kind]
        return _off_midnight(row.time)

    def clockless(self, entry):
        """Whether an hour window had to judge one of its pairs by date."""
        for spec in self.rule.others:
            if spec.within is None:
                continue
            unit, direction, _ = self._window(spec.within, entry)
            if unit in ("hour", "minute") and direction is not None:
                for pair in self.related(entry, spec.name):
                    if not (self.clock(entry.row) and self.clock(pair.other.row)):
                        return True
        return False

    def course(self, row):
        """(person, disease, how-manieth course) of a row's encounter; None where it is not known."""
        if self._courses is None:
            self._courses = self._all_courses()
        return self._courses.get(id(row.at("encounter")))

    def _all_courses(self):
        gap = self.params.get("course_gap_days")
        groups, out = defaultdict(list), {}
        if gap is None:
            return out
        for stay in self.world.kinds["encounter"]:
            if stay.values.get("principal_diagnosis") is not None:
                groups[stay.values["person_id"], stay.values["principal_diagnosis"][:3]].append(stay)
        for key, stays in groups.items():
            if any(s.values.get("admitted_at") is None or s.values.get("discharged_at") is None for s in stays):
                continue
            stays.sort(key=lambda s: day(s.values["admitted_at"]))
            latest, nth = None, 0
            for stay in stays:
                begin = day(stay.values["admitted_at"])
                end = max(begin, day(stay.values["discharged_at"]))
                if latest is not None and (begin - latest).days > gap:
                    nth, latest = nth + 1, end
                latest = end if latest is None else max(latest, end)
                out[id(stay)] = (*key, nth)
        return out

    def beyond(self, entry, spec):
        """Whether the window sticks out of the known history."""
        if self.since is None or spec.within is None:
            return False
        unit, direction, n = self._window(spec.within, entry)
        time = entry.row.time
        if unit in ("encounter", "claim", "prescription", "course") or direction == "after":
            return False
        if direction is None or time is None or (direction == "before" and not unit):
            return True
        if direction == "same":
            return day(truncated("year" if unit == "insurance_year" else unit, time)) < self.since
        if n is None:
            return True
        if unit == "day":
            first = day(time) - timedelta(days=n - 1 if direction == "last" else n)
        elif unit == "month":
            first = add_months(day(time), -n)
        else:
            first = day(moment(time) - (timedelta(hours=n) if unit == "hour" else timedelta(minutes=n)))
        return first < self.since

    # ---------------------------------------------------------------- expressions

    def everything(self):
        if self._nodes is None:
            self._nodes = self._all_nodes()
        return self._nodes

    def _all_nodes(self):
        rule = self.rule
        roots = [v for _, v in rule.flag] + [let.value for let in rule.lets] + [k.value for k in rule.per]
        roots += [e.when for e in (*rule.unless, *rule.doubt)] + [o.where for o in rule.others]
        roots += [o.rows for o in rule.others] + [rule.rows] + list(rule.amount.arguments)
        return [part for root in roots if root is not None for part in _walk(root)]

    def value(self, node, at):  # noqa: C901  one line for each node of the language
        match node:
            case Literal():
                return _literal(node)
            case Param(name=name):
                return self.params[name]
            case Let(name=name):
                return self.value(self.lets[name], at)
            case Key(name=name):
                if _chains(self.keys[name]):
                    return at.entry.chained.get(name)
                return self.value(self.keys[name], at)
            case OfSubject(owner=owner, value=value):
                other = self._entry(owner, at)
                return None if isinstance(other, str) else plain(self.value(value, At(other)))
            case Field(owner=owner, kind=kind, name=name):
                row = self._row(owner, kind, at)
                return None if row is None else row.values.get(name)
            case RowId(owner=owner, kind=kind):
                row = self._row(owner, kind, at)
                return None if row is None else id(row)
            case MatchField(owner=owner, match=match, column=column):
                row = self._knowledge(owner, match, at)
                if isinstance(row, str):
                    return None
                return self.tables.cell(self._table(owner, match), row, column)
            case MatchRow(owner=owner, match=match):
                row = self._knowledge(owner, match, at)
                return None if isinstance(row, str) else id(row)
            case Missing(name=name, owner=owner):
                return self._missing(name, owner, at)
            case Call():
                return self._call(node, at)
            case Case(branches=branches, otherwise=otherwise):
                for when, then in branches:
                    if self.value(when, at) is True:
                        return _typed(plain(self.value(then, at)), node.type)
                return _typed(plain(self.value(otherwise, at)), node.type)
            case Aggregate():
                return self._aggregate(node, at)
            case Walk():
                known = (node, id(at.entry.subject))
                if known not in self._walked:
                    self._walked[known] = self._walk_values(node, at.entry.subject)
                return self._walked[known].get(id(at.entry))
        raise NotImplementedError(type(node).__name__)

    def _entry(self, owner, at):
        if owner in at.others:
            return at.others[owner]
        return self.taken(at.entry, owner)

    def _row(self, owner, kind, at):
        if owner:
            entry = self._entry(owner, at)
            return None if isinstance(entry, str) else entry.row.at(kind)
        return at.below[kind] if kind in at.below else at.entry.row.at(kind)

    def _knowledge(self, owner, match, at):
        entry = self._entry(owner, at) if owner else at.entry
        return entry if isinstance(entry, str) else entry.matches[match]

    def _table(self, owner, match):
        specs = self.rule.matches if not owner else (*self.rule.other(owner).matches, *self.rule.matches)
        return next(m.table for m in specs if m.name == match)

    def _missing(self, name, owner, at):
        if not owner and name in {o.name for o in self.rule.others}:
            row = self.taken(at.entry, name)
            return None if row is UNKNOWN else row is MISSING
        entry = self._entry(owner, at) if owner else at.entry
        if not isinstance(entry, str) and not owner and name in self.sets:
            held = entry.sets[name]
            return False if held.rows else True if held.covered and not held.unknown else None
        if isinstance(entry, str) or entry.matches[name] is UNKNOWN:
            return None
        if entry.matches[name] is MISSING:
            return True if entry.covered[name] else None
        return False

    def _call(self, node, at):  # noqa: C901
        name = node.function
        if name in ("and", "or"):
            a, b = (self.value(x, at) for x in node.arguments)
            return and_(a, b) if name == "and" else or_(a, b)
        values = [self.value(x, at) for x in node.arguments]
        if name in ("=", "<>", "<", "<=", ">", ">="):
            order = node.arguments[0].type.values or node.arguments[1].type.values
            return compare(name, values[0], values[1], order)
        values = [plain(v) for v in values]
        if name == "not":
            return not_(values[0])
        if name == "is_null":
            return values[0] is None
        if name in ("is_true", "is_false"):
            return values[0] is (name == "is_true")
        if name == "coalesce":
            return _typed(next((v for v in values if v is not None), None), node.type)
        if name == "nullif":
            return None if compare("=", *values) is True else values[0]
        if any(v is None for v in values):
            return None
        if name in ("in_unit", "similarity", "km"):
            return {"in_unit": in_unit, "similarity": similarity, "km": lambda *a: km(*map(float, a))}[name](*values)
        if name == "in_set":
            return self.tables.in_set(*values)
        if name == "period":
            return self._period(values[0], at)
        if name == "cast":
            return cast(values[0], str(node.type.base), node.type.scale)
        if name == "like":
            return _like(*values)
        return _typed(SCALARS[name](*values), node.type)

    def _period(self, text, at):
        unit, direction, _ = _parsed(text)
        row = at.entry.row
        if direction != "same":
            unit = "day"
        if unit == "course":
            return self.course(row)
        if unit in ("encounter", "claim"):
            return (unit, id(row.at(unit)))
        if unit == "prescription":
            name = self.value(key_word("prescription", self.rule.kind), at)
            return None if name is None else (unit, id(row.claim), name)
        unit = "year" if unit == "insurance_year" else unit
        return None if row.time is None else (unit, truncated(unit, row.time))

    # ---------------------------------------------------------------- aggregates

    def _members(self, node, at):
        """(where to evaluate, sure) for each member, and whether there may be more."""
        others = {o.name: o for o in self.rule.others}
        if node.over in others:
            found = self.related(at.entry, node.over)
            more = self.more(at.entry, others[node.over])
            return [(At(p.left, {node.over: p.other}), p.sure) for p in found], more
        if node.over in self.sets:
            held = at.entry.sets[node.over]
            return [(At(at.entry.beside({node.over: row}), at.others), True) for row in held.rows], held.incomplete
        if node.over:
            found = self.world.below(at.entry.row, node.over)
            return [(At(at.entry, {}, {node.over: row}), sure) for row, sure in found], False
        return [(At(entry), entry.sure) for entry in at.entry.subject], at.entry.doubtful

    def _aggregate(self, node, at):  # noqa: C901  one branch for each aggregate
        members, more = self._members(node, at)
        known, values, unsure = [], [], more
        answers = []
        for place, sure in members:
            counted = sure if node.condition is None else and_(sure, self.value(node.condition, place))
            if counted is False:
                continue
            value = True if node.argument is None else plain(self.value(node.argument, place))
            answers.append((counted, value))
            if counted is None or value is None:
                unsure = True
            else:
                known.append(place)
                values.append(value)
        if node.function in ("any", "all", "none"):
            return _quantified(node.function, answers, more)
        if node.function == "share":
            return None if unsure or not values else sum(v is True for v in values) / len(values)
        if node.function == "count":
            total = len({_hashable(v) for v in values}) if node.distinct else len(values)
            return AtLeast(total) if unsure else total
        if node.function == "sum":
            total = sum(values, Decimal(0) if str(node.type.base) == "decimal" else 0)
            if not unsure:
                return total
            return AtLeast(total) if self.never_negative(node.argument) and all(v >= 0 for v in values) else None
        if unsure or not values:
            return None
        if node.function == "avg":
            return mean(values)
        if node.function == "stddev":
            return stddev(values)
        if node.function in ("median", "quantile"):
            p = Decimal("0.5") if node.function == "median" else plain(self.value(node.option, at))
            return None if p is None else quantile(values, p)
        if node.function == "distinct_list":
            return ", ".join(shown(v) for v in sorted(set(values), key=lambda v: number(moment(v))))
        return min(values, key=_sortable(node)) if node.function == "min" else max(values, key=_sortable(node))

    def never_negative(self, node):
        """Quantities and money after netting, and what products and sums make of them."""
        match node:
            case Field(kind=kind, name=name):
                return kind != "raw_line" and (name in NEVER_NEGATIVE or name in MONEY)
            case Literal(value=value):
                return isinstance(value, int | Decimal) and value >= 0
            case Let(name=name):
                return self.never_negative(self.lets[name])
            case Param(name=name):
                return self.params[name] >= 0
            case Call(function="+" | "*" | "/" | "coalesce" | "least" | "cast", arguments=arguments):
                return all(self.never_negative(a) for a in arguments)
            case Call(function="greatest", arguments=arguments):
                return any(self.never_negative(a) for a in arguments)
            case Call(function="abs"):
                return True
            case Aggregate(function="count"):
                return True
        return False

    # ---------------------------------------------------------------- walks

    def ordered(self, members):
        """The subject's rows as they are walked, and those that have no place."""
        placed, out = [], []
        for entry in members:
            keys = [self.value(part.value, At(entry)) for part in self.rule.order] or [entry.row.time]
            (out if entry.sure is None or None in keys else placed).append(entry)
        if not self.rule.order:
            placed.sort(key=lambda e: e.row.place)
            return placed, out
        placed.sort(key=lambda e: _own_ids(e.row))
        for part in reversed(self.rule.order):
            placed.sort(key=lambda e, p=part: _key(p, self.value(p.value, At(e))), reverse=part.descending)
        return placed, out

    def _walk_values(self, node, members):
        placed, out = self.ordered(members)
        steps = []
        left_out = bool(out)
        for entry in placed:
            values = [plain(self.value(a, At(entry))) for a in node.arguments]
            if any(v is None for v in values):
                left_out = True
            else:
                steps.append((entry, values))
        total, seen, result = Decimal(0), [], {}
        for place, (entry, values) in enumerate(steps, 1):
            if node.function == "place":
                result[id(entry)] = place
            elif node.function in ("excess_within", "supply_left"):
                break
            elif node.function == "nth":
                key = _hashable(values[0])
                if key not in seen:
                    seen.append(key)
                result[id(entry)] = seen.index(key) + 1
            else:
                total += values[0]
                result[id(entry)] = total
                if node.function != "running":
                    excess = min(values[0], max(Decimal(0), total - values[1]))
                    result[id(entry)] = excess if node.function == "excess" else values[0] - excess
        if node.function in ("excess_within", "supply_left"):
            # The checker adds the row's date as the last argument.
            dated = [(entry, (*values[:-1], day(values[-1]))) for entry, values in steps]
            walk = excess_within if node.function == "excess_within" else supply_left
            found = walk([values for _, values in dated])
            return {id(entry): value for (entry, _), value in zip(dated, found, strict=True)}
        return {} if node.function == "upto" and left_out else result

    def left_out(self, members):
        """Whether a walk of the verdict had to leave out a row."""
        parts = [p for n in self._conditions() for p in self._spelled_out(n) if isinstance(p, Walk)]
        for node in parts:
            placed, out = self.ordered(members)
            if out:
                return True
            for entry in placed:
                if any(plain(self.value(a, At(entry))) is None for a in node.arguments):
                    return True
        return False

    def _conditions(self):
        return [node for _, node in self.rule.flag] + [e.when for e in self.rule.unless]

    def _spelled_out(self, node):
        for part in _walk(node):
            if isinstance(part, Let):
                yield from self._spelled_out(self.lets[part.name])
            else:
                yield part

    def _compared(self, node):
        """The same without what aggregates over the subject's rows gather: there a row that is not there is not known."""
        if isinstance(node, Let):
            yield from self._compared(self.lets[node.name])
        elif not (isinstance(node, Aggregate) and node.over == ""):
            yield node
            for child in children(node):
                yield from self._compared(child)

    # ---------------------------------------------------------------- verdicts

    def answers(self):
        """id(row) → its answers (several where it joins several subjects), for every row of the kind."""
        out = {id(row): [] for row in self.world.kinds[self.rule.kind]}
        for entry in self.entries:
            out[id(entry.row)].append((entry, self._answer(entry)))
        return out

    def _answer(self, entry):
        if entry.loose:
            return Answer("undecided")
        members = entry.subject
        if self.rule.flags_rows or not self.rule.per:
            rows = {id(m): self._verdict(m) for m in members}
            verdict = True if True in rows.values() else None if None in rows.values() else False
            if verdict is False and self.rule.per and (self.left_out(members) or entry.doubtful):
                verdict = None
            mine = rows[id(entry)] is True
            violating = hits = [m for m in members if rows[id(m)] is True]
            doubtful = any(self._doubtful(m) or self.clockless(m) for m in hits)
        else:
            first = members[0]
            verdict = self._condition(first)
            if all(m.sure is None for m in members):
                verdict = and_(verdict, None)
            verdict = self._with_company(verdict, first, of_subject=True)
            if verdict is False and (self.left_out(members) or entry.doubtful):
                verdict = None
            mine = verdict is True and entry.sure is True
            violating = [m for m in members if m.sure is True]
            doubtful = self._doubtful(first) or any(self.clockless(m) for m in members)
        if verdict is not True:
            return Answer("clean" if verdict is False else "undecided")
        return Answer("flagged", mine, doubtful, self._amount(entry, violating) if mine else None)

    def _condition(self, entry):
        verdict = False
        for _, node in self.rule.flag:
            verdict = or_(verdict, self.value(node, At(entry)))
        for exception in self.rule.unless:
            verdict = and_(verdict, not_(self.value(exception.when, At(entry))))
        return verdict

    def _verdict(self, entry):
        return self._with_company(and_(self._condition(entry), entry.sure), entry)

    def _with_company(self, verdict, entry, *, of_subject=None):
        """FALSE where the one other row that the flag names is not there, unless the rule asks for just that."""
        asked = {p.name for p in self.everything() if isinstance(p, Missing) and not p.owner}
        named = {
            p.owner
            for _, node in self.rule.flag
            for p in self._compared(node)
            if isinstance(p, Field | MatchField | OfSubject) and p.owner
        }
        for spec in self.rule.others:
            if of_subject is not None and spec.of_subject != of_subject:
                continue
            if spec.take != "all" and spec.name in named - asked:
                row = self.taken(entry, spec.name)
                verdict = and_(verdict, None if row is UNKNOWN else row is not MISSING)
        return verdict

    def _doubtful(self, entry):
        return any(self.value(d.when, At(entry)) is not False for d in self.rule.doubt)

    # ---------------------------------------------------------------- amounts

    def _amount(self, entry, members):
        from oracle_amounts import amount, bundle  # noqa: PLC0415  they evaluate expressions here

        return bundle(self, entry, members) if self.rule.amount.method == "bundle_difference" else amount(self, entry)


class _Down:
    """A value that sorts the other way round."""

    def __init__(self, value):
        self.value = value

    def __lt__(self, other):
        return other.value < self.value

    def __eq__(self, other):
        return self.value == other.value

    __hash__ = None


def _chains(node):
    """Whether a key of `per` chains rows together."""
    return isinstance(node, Call | Aggregate) and node.function in ("run", "cluster")


def _beyond_gap(before, x, gap):
    if isinstance(gap, tuple):
        months, micros = gap
        return moment(x) > add_months(moment(before), months) + timedelta(microseconds=micros)
    if isinstance(x, date):
        return moment(x) - moment(before) > timedelta(days=float(gap))
    return number(x) - number(before) > number(gap)


def _knowledge_id(row):
    return "" if isinstance(row, str) else row.get("knowledge_id") or ""


def _once_each(found, sets):
    """Of several pairs with one row the sure one, and of those the one with the lowest knowledge ids."""

    def rank(pair):
        left = [_knowledge_id(pair.left.matches[name]) for name in sets]
        return (pair.sure is not True, left, [_knowledge_id(row) for row in pair.other.matches.values()])

    best = {}
    for pair in sorted(found, key=rank):
        best.setdefault(id(pair.other.row), pair)
    chosen = {id(pair) for pair in best.values()}
    return [pair for pair in found if id(pair) in chosen]


def _walk(node):
    yield node
    for child in children(node):
        yield from _walk(child)


def _literal(node):
    value, base = node.value, str(node.type.base)
    if base == "date":
        return date(1970, 1, 1) + timedelta(days=value)
    if base == "timestamp":
        return EPOCH + timedelta(microseconds=value)
    return value


def _typed(value, type_):
    """What CASE, COALESCE and arithmetic make of mixed numbers and times."""
    if value is None:
        return None
    base = str(type_.base)
    if base == "double":
        return float(value)
    if base == "decimal" and isinstance(value, int):
        return Decimal(value)
    if base == "timestamp":
        return moment(value)
    return value


def _hashable(value):
    return number(moment(value))


def _sortable(node):
    values = node.argument.type.values
    return values.index if values else (lambda v: number(moment(v)))


def _key(part, value):
    values = part.value.type.values
    return values.index(value) if values else number(moment(value))


def _own_ids(row):
    if row.kind == "day":
        return (row.ids, row.values["date"])
    return row.ids


def _before(a, b):
    """Whether row a stands before row b; rows of two kinds at one time stand beside each other."""
    if a.time is None or b.time is None:
        return None
    if a.kind == b.kind:
        return a.place < b.place
    return moment(a.time) < moment(b.time)


def _off_midnight(time):
    return time is not None and moment(time).time() != datetime.min.time()


def _parsed(text):
    """`day`, `30 days before`, `last 30 days`: unit, direction, n."""
    words = text.split()
    if len(words) == 1:
        return ("", text, None) if text in ("before", "after") else (text, "same", None)
    if words[0] == "last":
        return words[2].rstrip("s"), "last", int(words[1])
    return words[1].rstrip("s"), words[2], int(words[0])


def _quantified(function, answers, more):
    """Members (counted or None, value or None). OR for any, AND for all, AND of the negations for none."""
    result = False
    for counted, value in answers:
        hit = not_(value) if function == "all" else value
        result = or_(result, and_(counted, hit))
    if more:
        result = or_(result, None)
    return result if function == "any" else not_(result)


def _like(text, pattern):
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(_like(text[i:], pattern[1:]) for i in range(len(text) + 1))
    return bool(text) and pattern[0] in ("_", text[0]) and _like(text[1:], pattern[1:])
