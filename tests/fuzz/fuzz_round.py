"""One round: a pack, knowledge, a world; every opinion compared."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from fuzz_one_claim import check_differences
from fuzz_opinions import differences, engine, interpreter
from fuzz_packs import Named, made_up_rows
from fuzz_same import same_differences
from fuzz_shrink import shrink

from claimrules.diagnostics import ClaimRulesError, KnowledgeError
from claimrules.testing.choice import Seeded, one_in
from claimrules.testing.making import Size, make_world

SMALL = Size()
LARGE = Size(people=60, claims=220, lines=700, diagnoses=200, operations=80, sure=True)
WIDE = Size(people=800, claims=3000, lines=10_000, diagnoses=3000, operations=1000, sure=True)
"""Too many for the interpreter: DuckDB alone is asked."""
CHECKED = 2
"""Claims of a world that `check` is asked about one at a time."""
SAME_ONCE_IN = 5
SHRINK_SECONDS = 10.0
MOST_FILES = 100
MOST_OF_ONE = 2
"""Files for one rule and one opinion: the third says no more."""


@dataclass
class Tally:
    """What a run has compared, and what differed."""

    verdicts: Counter = field(default_factory=Counter)
    applicable: int = 0
    rounds: int = 0
    rules: set = field(default_factory=set)
    different: Counter = field(default_factory=Counter)
    files: list = field(default_factory=list)
    of_one: Counter = field(default_factory=Counter)

    def again(self, named: Named, name: str) -> bool:
        """Whether there are files enough that show this."""
        self.of_one[named.name, name] += 1
        return self.of_one[named.name, name] > MOST_OF_ONE or len(self.files) >= MOST_FILES

    @property
    def independent(self) -> int:
        return self.verdicts["interpreter"] + self.verdicts["sql"]


def play(named: Named, seed: str, tally: Tally, out: Path | None, size: Size | None = None, sql=None) -> None:
    """Play a round and add it to the tally; differences go to files in `out`."""
    choice = Seeded(seed)
    size = size or choice.pick((SMALL, LARGE) if sql is None else (SMALL, LARGE, WIDE, WIDE))
    holes = size.holes if size is SMALL else choice.pick((0, 60, 8))
    world = make_world(choice, Size(**{**_fields(size), "holes": holes}))
    rows = made_up_rows(choice, named.pack, 6 if size is SMALL else 12)
    try:
        pack = named.pack.with_knowledge(rows)
    except KnowledgeError as error:
        tally.different["knowledge"] += 1
        _note(tally, out, named, "knowledge", seed, world, rows, [str(error)])
        return
    tally.rounds += 1
    tally.rules |= {(named.name, rule_id) for rule_id in pack.rules}
    _verdicts(named, pack, world, rows, seed, tally, out, None if size is WIDE else interpreter, sql)
    if size is WIDE:
        return
    try:
        _claims(named, pack, world, rows, seed, tally, out, choice)
    except Exception as error:  # noqa: BLE001  a crash is a finding, and the run goes on
        tally.different["audit failed"] += 1
        _note(tally, out, named, "audit", seed, world, rows, [f"{type(error).__name__}: {error}"])


def _fields(size: Size) -> dict:
    return {name: getattr(size, name) for name in size.__slots__}


def _verdicts(named, pack, world, rows, seed, tally, out, interpreter, sql):
    mine = _engine(named, pack, world, rows, seed, tally, out)
    for who, opinion in {"interpreter": interpreter, "sql": sql}.items():
        if opinion is None:
            continue
        for rule_id in sorted(mine):
            try:
                theirs = opinion(pack, world, [rule_id]).get(rule_id)
            except NotImplementedError as error:
                tally.verdicts[f"{who} cannot: {str(error)[:60]}"] += 1
                continue
            except Exception as error:  # noqa: BLE001  a crash is a finding, and the run goes on
                tally.different[f"{who} failed"] += 1
                if not tally.again(named, f"{rule_id}-{who}-failed"):
                    _note(tally, out, named, f"{rule_id}-{who}-failed", seed, world, rows, [repr(error)], rule_id)
                continue
            if theirs is None:
                continue
            tally.verdicts[who] += mine[rule_id].subjects
            tally.applicable += mine[rule_id].applicable if who == "interpreter" else 0
            if _mine(mine[rule_id], who) != theirs:
                tally.different[who] += 1
                if not tally.again(named, f"{rule_id}-{who}"):
                    _shrunk(named, world, rows, seed, tally, out, who, opinion, rule_id)


def _mine(said, who):
    """What the engine said, in the form of the other opinion."""
    return said.by_subject if who == "sql" else said.verdicts


def _engine(named, pack, world, rows, seed, tally, out):
    """The engine's verdicts; where one rule fails, those of all others, one by one."""
    batch = world.batch()
    try:
        return engine(pack, batch, pack.rules)
    except ClaimRulesError:
        mine = {}
    for rule_id in sorted(pack.rules):
        try:
            mine |= engine(pack, batch, [rule_id])
        except ClaimRulesError as error:
            tally.different["engine failed"] += 1
            if not tally.again(named, f"{rule_id}-engine"):
                _note(tally, out, named, f"{rule_id}-engine", seed, world, rows, [str(error)], rule_id)
    return mine


def _shrunk(named, world, rows, seed, tally, out, who, opinion, rule_id):
    if out is None:
        tally.files.append(f"{named.name}: {rule_id}: engine <> {who}")
        return

    def said(some, known):
        other = named.pack.with_knowledge(known)
        return _mine(engine(other, some.batch(), [rule_id])[rule_id], who), opinion(other, some, [rule_id])[rule_id]

    def fails(some, known):
        try:
            a, b = said(some, known)
        except (KnowledgeError, AssertionError, KeyError):  # a world without claims that stand has no verdicts
            return False
        return a != b

    world, rows = shrink(world, rows, fails, SHRINK_SECONDS)
    a, b = said(world, rows)
    _note(tally, out, named, f"{rule_id}-{who}", seed, world, rows, differences(a, b), rule_id)


def _claims(named, pack, world, rows, seed, tally, out, choice):
    audit = pack.audit(world.batch())
    live = [c["claim_id"] for c in world.claims if not c.get("is_reversed")]
    chosen = live if len(live) <= CHECKED else sorted({choice.pick(live) for _ in range(CHECKED)})
    wrong, compared = check_differences(pack, world, audit, chosen)
    tally.verdicts["check"] += compared
    for rule_id, claim_id, text in wrong:
        tally.different["check"] += 1
        if tally.again(named, f"{rule_id}-check"):
            continue
        mine = _near(world, claim_id)
        _note(tally, out, named, f"{rule_id}-check-{claim_id}", seed, mine, rows, text.split("\n"), rule_id)
    if not one_in(choice, SAME_ONCE_IN):
        return
    tally.verdicts["audits of the same rows"] += 6
    for change in same_differences(pack, world, audit, seed):
        tally.different["same"] += 1
        if tally.again(named, change):
            continue
        _note(tally, out, named, change.replace(" ", "_"), seed, world, rows, [change])


def _near(world, claim_id):
    """The claims of a claim's person and of the providers that they have been to."""
    person = next(c["person_id"] for c in world.claims if c["claim_id"] == claim_id)
    places = {c["provider_id"] for c in world.claims if c["person_id"] == person}
    return world.of(frozenset(c["claim_id"] for c in world.claims if c["provider_id"] in places))


def _note(tally, out, named, name, seed, world, rows, lines, rule_id=None):
    tally.files.append(f"{named.name}: {name}: {lines[0][:200] if lines else ''}")
    if out is None:
        return
    out.mkdir(parents=True, exist_ok=True)
    what = {
        "pack": named.name,
        "seed": seed,
        "rule": None if rule_id is None else named.text(rule_id),
        "answers": lines,
        "knowledge": {table: found for table, found in rows.items() if found},
        "world": json.loads(world.to_json()),
    }
    path = out / f"{len(tally.files):03d}-{name}.json"
    path.write_text(json.dumps(what, ensure_ascii=False, indent=1), encoding="utf-8")
