"""The mutation scores of a pack's rules."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from claimrules.cases import read_cases
from claimrules.cases.case import Case
from claimrules.diagnostics import CaseError, Diagnostic, suggest
from claimrules.mutants.kill import score
from claimrules.mutants.score import Score
from claimrules.pack import RulePack


def mutate_pack(pack: RulePack, only: Sequence[str] | None = None, *, search: bool = True, jobs: int = 1) -> Iterator[Score]:
    """The score of each rule, in the order of their ids, as each is done.

    `search`: look for a case for each survivor. `jobs`: so many processes, each with some of the rules.

    Retired rules, and rules without a case that are not active yet, have no score unless `only` names them.

    Raises:
        CaseError: CR611 `only` names no rule; examples that cannot be read, of all rules.
    """
    cases = rules_to_mutate(pack, only)
    if jobs == 1 or len(cases) < 2:
        for rule_id, own in cases.items():
            yield score(pack, pack.rules[rule_id], own, search=search)
        return
    # Spawned and not forked: Arrow and numpy have threads, which a fork would leave behind in an unknown state.
    with ProcessPoolExecutor(jobs, get_context("spawn"), _hold, (pack, cases, search)) as pool:
        yield from pool.map(_score_of, cases)


_held: list[tuple[RulePack, dict[str, tuple[Case, ...]], bool]] = []
"""In a process of its own: what it works on, sent once and not with each rule."""


def _hold(pack: RulePack, cases: dict[str, tuple[Case, ...]], search: bool) -> None:  # noqa: FBT001
    _held[:] = [(pack, cases, search)]


def _score_of(rule_id: str) -> Score:
    pack, cases, search = _held[0]
    return score(pack, pack.rules[rule_id], cases[rule_id], search=search)


def rules_to_mutate(pack: RulePack, only: Sequence[str] | None = None) -> dict[str, tuple[Case, ...]]:
    """The cases of each rule that is to be mutated, in the order of their ids. Raises as `mutate_pack` does."""
    problems: list[Diagnostic] = []
    out: dict[str, tuple[Case, ...]] = {}
    for rule_id in sorted(set(only) if only is not None else pack.rules):
        if rule_id not in pack.rules:
            near = suggest(rule_id, pack.rules)
            advice = f"did you mean `{near}`?" if near else f"the rules are {', '.join(sorted(pack.rules))}"
            problems.append(Diagnostic("CR611", f"there is no rule `{rule_id}`", help=advice))
            continue
        rule = pack.rules[rule_id]
        try:
            cases = read_cases(rule)
        except CaseError as error:
            problems.extend(error.diagnostics)
            continue
        if only is not None or (rule.status != "retired" and (cases or rule.status == "active")):
            out[rule_id] = cases
    if problems:
        raise CaseError(problems)
    return out
