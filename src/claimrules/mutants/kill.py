"""Which mutants of a rule its cases kill."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from claimrules.cases.case import Case
from claimrules.cases.compare import Judged, differences
from claimrules.cases.documents import placed
from claimrules.cases.run import run_cases
from claimrules.diagnostics import Diagnostic
from claimrules.language.rule import Rule
from claimrules.mutants.bench import UNRUNNABLE, Bench, Rows, narrowed
from claimrules.mutants.equivalent import marked, wrong_marks
from claimrules.mutants.from_rule import mutants_of
from claimrules.mutants.mutant import Mutant
from claimrules.mutants.score import Score, Survivor
from claimrules.mutants.search import killers
from claimrules.pack import RulePack
from claimrules.plan.reach import partition_of


def score(pack: RulePack, rule: Rule, cases: Sequence[Case], *, search: bool = True) -> Score:
    """What the cases of `rule` make of its mutants. `search`: look for a case for each survivor."""
    pack = narrowed(pack, rule)
    marks = marked(rule)
    broken = _failing(pack, cases)
    if broken:
        return Score(rule.id, 0, 0, (), problems=tuple(broken))
    mutants = mutants_of(rule)
    alive, stillborn = survivors(pack, rule, cases, mutants)
    names = {mutant.id for mutant in alive}
    killed = {mutant.id for mutant in mutants} - names - stillborn
    problems = wrong_marks(marks, {mutant.id for mutant in mutants}, killed)
    left = [mutant for mutant in alive if mutant.id not in marks]
    found = killers(pack, rule, cases, left) if search and left else {}
    return Score(
        rule.id,
        killed=len(killed),
        equivalent=len(alive) - len(left),
        survivors=tuple(Survivor(mutant, found.get(mutant.id, "")) for mutant in left),
        stillborn=len(stillborn),
        problems=tuple(problems),
    )


def _failing(pack: RulePack, cases: Sequence[Case]) -> list[Diagnostic]:
    return [
        Diagnostic("CR631", f"the case `{one.name}` fails: its rule's mutants say nothing", one.place, help="mend it first")
        for one in run_cases(pack, cases)
        if not one.passed
    ]


def survivors(
    pack: RulePack, rule: Rule, cases: Sequence[Case], mutants: Sequence[Mutant]
) -> tuple[list[Mutant], frozenset[str]]:
    """The mutants under which all cases hold, and the ids of those that cannot be run. The cases hold for the rule.

    A mutant that looks beyond one person is judged on each case apart: in one batch it would see the others' persons.
    """
    wide = [mutant for mutant in mutants if partition_of(mutant.rule) == "all"]
    narrow = [mutant for mutant in mutants if mutant not in wide]
    left, stillborn = _survivors(pack, rule, cases, narrow)
    more, dead = _survivors(pack, rule, [replace(case, alone=True) for case in cases], wide)
    alive = {mutant.id for mutant in (*left, *more)}
    return [mutant for mutant in mutants if mutant.id in alive], stillborn | dead


def _survivors(
    pack: RulePack, rule: Rule, cases: Sequence[Case], mutants: Sequence[Mutant]
) -> tuple[list[Mutant], frozenset[str]]:
    if not mutants:
        return [], frozenset()
    rules = [replace(rule, written=None), *(mutant.rule for mutant in mutants)]
    alive = list(range(1, len(mutants) + 1))
    stillborn: set[int] = set()
    benches: list[Bench] = []
    # The largest group first: what it kills need not be run on the others.
    for group in sorted(placed(tuple(cases)), key=len, reverse=True):
        try:
            bench = Bench(pack, group)
        except UNRUNNABLE:
            continue
        benches.append(bench)
        alive = _round(bench, rules, alive, stillborn, turned=False)
    for bench in benches:
        alive = _round(bench, rules, alive, stillborn, turned=True)
    return [mutants[number - 1] for number in alive], frozenset(mutants[number - 1].id for number in stillborn)


def _round(bench: Bench, rules: Sequence[Rule], alive: list[int], stillborn: set[int], *, turned: bool) -> list[int]:
    """Those of `alive` that the cases of one bench leave alive."""
    numbers = [0, *alive]
    made = list(zip(numbers, bench.plans([rules[number] for number in numbers]), strict=True))
    stillborn.update(number for number, plan in made if plan is None)
    ready = [(number, plan) for number, plan in made if plan is not None]
    if len(ready) < 2:
        return [number for number in alive if number not in stillborn]
    (_, own), *results = zip([n for n, _ in ready], bench.judged([p for _, p in ready], turned=turned), strict=True)
    left: list[int] = []
    for number, rows in results:
        if rows is None:
            stillborn.add(number)
        elif own is None or not _kills(bench.cases, rows, own):
            left.append(number)
    return left


def _kills(cases: Iterable[Case], rows: Rows, own: Rows) -> bool:
    return any(theirs != ours and differs(case, theirs) for case, theirs, ours in zip(cases, rows, own, strict=True))


def differs(case: Case, rows: list[Judged]) -> bool:
    """Whether the case fails."""
    return bool(differences(case, rows))
