"""Claims with planted, labelled violations, into a folder or into memory."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from claimrules.diagnostics import ClaimsError, Diagnostic
from claimrules.generate.items import Int
from claimrules.generate.part import Labels, Part, make_part, split_stays
from claimrules.generate.plan import Plan, make_plan
from claimrules.generate.scenarios import RULES, SPLIT_STAY
from claimrules.generate.tables import Tables, label_table, part_tables, plain_text
from claimrules.generate.write import Format, open_folder, write_labels, write_part

Progress = Callable[[int, int], None]
"""Called with the lines done and the lines wanted."""

MOST_LINES = 1_000_000_000
FIRST_DATE = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class GenerateResult:
    """What was written. `labels` and `amounts` are by rule id, amounts in cents."""

    out: Path
    lines: int
    claims: int
    persons: int
    parts: int
    restricted_lines: int
    labels: dict[str, int]
    amounts: dict[str, int]


def generate_claims(
    out: Path,
    lines: int,
    seed: int,
    *,
    start: date = date(2025, 1, 1),
    months: int = 12,
    parts_lines: int = 1_000_000,
    progress: Progress | None = None,
    format: Format = "parquet",  # noqa: A002 - the option's own name
) -> GenerateResult:
    """Write a canonical input folder of exactly `lines` lines, its labels and their summary.

    The same arguments give the same claims; rows stand in order of settlement. `parts_lines` is about the number of
    lines of a file (Parquet only: CSV is one file a table), and bounds the memory.

    Raises:
        ClaimsError: CR180 arguments out of range, CR181 a folder that cannot be written or holds claims already.
    """
    plan = _plan(lines, seed, start, months, parts_lines)
    open_folder(out, format)
    done = restricted = count = 0
    labels: list[Labels] = []
    stays: list[tuple[Int, Int]] = []
    for count, part in enumerate(_parts(plan, parts_lines), 1):
        write_part(out, count - 1, part_tables(plan, part), format)
        labels.append(part.labels)
        stays.append(split_stays(part))
        done += len(part.lines.claim)
        restricted += part.restricted
        if progress is not None:
            progress(done, lines)
    every = _all_labels(labels, stays)
    persons = len(np.unique(plan.claims.person))
    found = {rule: int((every.rule == i).sum()) for i, rule in enumerate(RULES)}
    amounts = {rule: int(every.amount[every.rule == i].sum()) for i, rule in enumerate(RULES)}
    result = GenerateResult(out, done, len(plan.claims), persons, count, restricted, found, amounts)
    write_labels(out, label_table(plan, every), _summary(result, seed, start, months), format)
    return result


def claim_tables(lines: int, seed: int, *, start: date = date(2025, 1, 1), months: int = 12) -> Tables:
    """The same claims in memory: claims, lines, diagnoses, operations and labels as Arrow tables."""
    plan = _plan(lines, seed, start, months, 1_000_000)
    parts = list(_parts(plan, 1_000_000))
    built = [{name: plain_text(table) for name, table in part_tables(plan, part).items()} for part in parts]
    tables = {name: pa.concat_tables([b[name] for b in built]) for name in built[0]}
    every = _all_labels([p.labels for p in parts], [split_stays(p) for p in parts])
    return tables | {"labels": label_table(plan, every)}


def _plan(lines: int, seed: int, start: date, months: int, parts_lines: int) -> Plan:
    wrong = [
        message
        for bad, message in (
            (not 1 <= lines <= MOST_LINES, f"lines must be 1 to {MOST_LINES}, not {lines}"),
            (seed < 0, f"the seed must not be negative: {seed}"),
            (not 2 <= months <= 60, f"months must be 2 to 60, not {months}"),
            (parts_lines < 1000, f"parts_lines must be 1000 or more, not {parts_lines}"),
            (start < FIRST_DATE, f"the sample tables begin on {FIRST_DATE}, the claims would on {start}"),
        )
        if bad
    ]
    if wrong:
        raise ClaimsError([Diagnostic("CR180", message) for message in wrong])
    first = np.datetime64(start)
    end = np.datetime64(start, "M") + np.timedelta64(months, "M") + (first - np.datetime64(start, "M").astype("M8[D]"))
    return make_plan(lines, seed, int(first.astype(np.int64)), int((end - first).astype(np.int64)))


def _parts(plan: Plan, parts_lines: int) -> Iterator[Part]:
    """Stretches of claims of about `parts_lines` lines each."""
    ends = np.cumsum(plan.rows)
    total = int(ends[-1])
    marks = np.arange(parts_lines, total, parts_lines)
    cuts = np.unique(np.concatenate([[0], np.searchsorted(ends, marks), [len(plan.rows)]]))
    for begin, end in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        yield make_part(plan, begin, end)


def _all_labels(labels: list[Labels], stays: list[tuple[Int, Int]]) -> Labels:
    """Lines' labels and those of split stays: one for each claim of the stay, as findings are."""
    claim, amount = (np.concatenate(c) for c in zip(*stays, strict=True))
    whole = Labels(np.full(len(claim), SPLIT_STAY), claim, np.full(len(claim), -1), amount)
    names = ("rule", "claim", "sequence", "amount")
    every = Labels(*(np.concatenate([getattr(one, n) for one in (*labels, whole)]).astype(np.int64) for n in names))
    sort = np.lexsort((every.sequence, every.claim, every.rule))
    return Labels(*(getattr(every, n)[sort] for n in names))


def _summary(result: GenerateResult, seed: int, start: date, months: int) -> str:
    shown = asdict(result) | {"seed": seed, "start": start.isoformat(), "months": months}
    shown["amounts"] = {rule: f"{cents // 100}.{cents % 100:02d}" for rule, cents in result.amounts.items()}
    del shown["out"]
    return json.dumps(shown, indent=2) + "\n"
