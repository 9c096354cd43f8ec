"""Cases that would kill a survivor, looked for near the rule's own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from pathlib import Path

from claimrules.cases.case import Case
from claimrules.cases.compare import Judged, differences
from claimrules.cases.documents import Placed, placed
from claimrules.cases.from_examples import read_cases
from claimrules.diagnostics import ClaimRulesError, MappingNode, Node, SequenceNode, read_yaml
from claimrules.language.rule import Rule
from claimrules.mutants.bench import UNRUNNABLE, Bench
from claimrules.mutants.mutant import Mutant
from claimrules.mutants.perturb import Candidate, candidates
from claimrules.mutants.written import case_text
from claimrules.pack import RulePack

_MOST = 3000
_BATCH = 400
_MOST_ALONE = 40
"""Cases whose knowledge names an id run in batches of their own, which cost more."""


def killers(pack: RulePack, rule: Rule, cases: Sequence[Case], mutants: Sequence[Mutant]) -> dict[str, str]:
    """For the mutants for which one is found, by id: a case that the rule passes and the mutant fails, as YAML."""
    if not cases:
        return {}
    bare = replace(rule, written=None)
    rules = [bare, *(mutant.rule for mutant in mutants)]
    near = list(islice(candidates(bare, pack.plan.only(frozenset({rule.id})).columns, cases), _MOST))
    found: dict[str, str] = {}
    for bench, group in _benches(pack, near):
        left = [n for n, mutant in enumerate(mutants, 1) if mutant.id not in found]
        if not left:
            break
        for number, candidate, rows in _telling(bench, rules, left, group):
            mutant = mutants[number - 1]
            if mutant.id not in found:
                text = case_text(rule, candidate, rows, f"tells the rule from the mutant {mutant.id}")
                if holds(pack, rule, mutant, text):
                    found[mutant.id] = text
    return found


def _telling(
    bench: Bench, rules: Sequence[Rule], left: list[int], group: list[Candidate]
) -> Iterator[tuple[int, Candidate, list[Judged]]]:
    """(number of the mutant, the world, what the rule says of it) wherever the two differ."""
    numbers = [0, *left]
    made = zip(numbers, bench.plans([rules[number] for number in numbers]), strict=True)
    ready = [(number, plan) for number, plan in made if plan is not None]
    (_, own), *results = zip([n for n, _ in ready], bench.judged([p for _, p in ready]), strict=True)
    for number, rows in results:
        if rows is None or own is None:
            continue
        for candidate, ours, theirs in zip(group, own, rows, strict=True):
            if ours != theirs and _told(ours) != _told(theirs):
                yield number, candidate, ours


def _told(rows: list[Judged]) -> object:
    """As much of a judgement as a case can expect: a subject's own verdict shows in its rows alone."""
    words: dict[str, set[str]] = {}
    money: dict[str, Decimal] = {}
    for row in rows:
        words.setdefault(row.label, set()).add(row.word)
        if row.word == "flagged":
            money[row.label] = money.get(row.label, Decimal(0)) + row.amount
    doubts = {(row.label, row.suspicious) for row in rows if row.word == "flagged"}
    missing = {(row.label, row.missing) for row in rows if row.word == "undecided"}
    return words, money, doubts, missing


def _benches(pack: RulePack, near: list[Candidate]) -> Iterator[tuple[Bench, list[Candidate]]]:
    named = {f"{n}": candidate for n, candidate in enumerate(near)}
    groups = placed(tuple(replace(candidate.case, name=name) for name, candidate in named.items()))
    alone = 0
    for group in groups:
        alone += len(group) == 1
        if len(group) == 1 and alone > _MOST_ALONE:
            continue
        for start in range(0, len(group), _BATCH):
            for bench in _runnable(pack, group[start : start + _BATCH]):
                yield bench, [named[case.name] for case in bench.cases]


def _runnable(pack: RulePack, group: list[Placed]) -> Iterator[Bench]:
    """The group without the worlds that no intake would let in."""
    try:
        yield Bench(pack, group)
    except UNRUNNABLE:
        if len(group) == 1:
            return
        half = len(group) // 2
        yield from _runnable(pack, group[:half])
        yield from _runnable(pack, group[half:])


@dataclass(frozen=True, slots=True)
class _Shown:
    """A rule that has nothing but the case that is shown."""

    id: str
    kind: str
    file: str | Path
    examples: Node | None


def read_shown(rule: Rule, text: str) -> Case | None:
    """The case that `text` writes; None where it cannot be read."""
    try:
        root = read_yaml(f"examples:\n{text}\n", rule.file)
        node = root.get("examples") if isinstance(root, MappingNode) else None
        (case,) = read_cases(_Shown(rule.id, rule.kind, rule.file, node if isinstance(node, SequenceNode) else None))
    except (ClaimRulesError, ValueError):
        return None
    return case


def holds(pack: RulePack, rule: Rule, mutant: Mutant, text: str) -> bool:
    """Whether the case as it is written holds for the rule and fails for the mutant."""
    case = read_shown(rule, text)
    if case is None:
        return False
    (group,) = placed((case,))
    try:
        bench = Bench(pack, group)
        own, other = bench.plans([replace(rule, written=None), mutant.rule])
        if own is None or other is None:
            return False
        for turned in (False, True):
            ours, theirs = bench.judged([own, other], turned=turned)
            if ours is None or theirs is None or differences(case, ours[0]) or not differences(case, theirs[0]):
                return False
    except UNRUNNABLE:
        return False
    return True
