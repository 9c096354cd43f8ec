"""One bucket as a ClaimBatch: what can only be judged where all rows of a claim are together."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.batch.arrays import one_array
from claimrules.batch.claim_batch import ClaimBatch
from claimrules.batch.claim_index import SEQUENCE
from claimrules.batch.coded import as_texts, coded, from_codes, indices_of
from claimrules.batch.counts import Tally
from claimrules.batch.hashing import hash_rows, hash_strings, mix, repeated
from claimrules.batch.rejects import DOUBLED, ORPHAN, Rejects, raw_text
from claimrules.batch.schema import CHILDREN, NAMES
from claimrules.catalog import fields_of
from claimrules.stopwatch import timed

FILE, ROW = "__file", "__row"
_FLAT = "(a flat file, a claim on several rows? `group: {by: ID}` of a mapping makes one of them)"
HIDDEN = frozenset({FILE, ROW, SEQUENCE})


@dataclass(frozen=True)
class Bench:
    """What judging needs besides the rows: doubled claims, whether lines are numbered here, names.

    `coded`: whether texts that repeat stay coded.
    """

    doubled: npt.NDArray[np.int64]
    running: bool
    files: list[str]
    absent: frozenset[tuple[str, str]]
    coded: bool = False


@dataclass(frozen=True)
class _Owners:
    """All claims of a bucket by id; which of them stay (None: all), at which row, and the ids of those."""

    ids: Any
    stay: npt.NDArray[np.bool_] | None
    row: npt.NDArray[np.int32]
    stayed: Any


@timed("settle")
def judge(bench: Bench, raw: dict[str, Any], rejects: Rejects, tallies: dict[str, Tally]) -> ClaimBatch:
    """Settle doubled keys, orphans and reversed claims; count; drop what is hidden."""
    claims = _claims(bench, raw["claims"], rejects, tallies["claims"])
    ids, stay = one_array(claims.column("claim_id")), None
    if "is_reversed" in claims.column_names:
        gone = pc.fill_null(one_array(claims.column("is_reversed")), fill_value=False)
        if gone.true_count:
            stay = ~np.asarray(gone)
            tallies["claims"].left_out += gone.true_count
            claims = claims.filter(pa.array(stay))
    row = np.arange(len(ids), dtype=np.int32) if stay is None else np.cumsum(stay, dtype=np.int32) - np.int32(1)
    owners = _Owners(ids, stay, row, one_array(claims.column("claim_id")))
    out = {"claims": claims}
    for name in CHILDREN:
        out[name] = _children(bench, name, raw[name], owners, rejects, tallies[name])
    for name in NAMES:
        tallies[name].audited += out[name].num_rows
        shown = _visible(out[name])
        out[name] = (shown if bench.coded else as_texts(shown)).combine_chunks()
    lines = out["lines"]
    if lines.num_rows and "amount" in lines.column_names:
        # decimal(38, 2): a hundred million lines cannot overflow it.
        tallies["lines"].amount += pc.sum(lines.column("amount").cast(pa.decimal128(38, 2))).as_py()
    return ClaimBatch(**out, absent=bench.absent)


def _claims(bench: Bench, table: Any, rejects: Rejects, tally: Tally) -> Any:
    if not len(bench.doubled) or SEQUENCE not in table.column_names:
        return table
    lost = np.isin(np.asarray(table.column(SEQUENCE)), bench.doubled)
    return _drop(bench, "claims", table, lost, DOUBLED, _doubled_claim, rejects, tally)


def _children(bench: Bench, name: str, table: Any, owners: _Owners, rejects: Rejects, tally: Tally) -> Any:
    if not table.num_rows:
        return table
    claim_id = coded(table.column("claim_id"))
    of_word = pc.index_in(claim_id.dictionary, value_set=owners.ids)
    owner = np.take(np.asarray(of_word.fill_null(-1)), indices_of(claim_id))
    if of_word.null_count and (orphan := owner < 0).any():
        table = _drop(bench, name, table, orphan, ORPHAN, orphan_reason, rejects, tally)
        owner = owner[~orphan]
    if owners.stay is not None:
        stays = owners.stay[owner]
        if not stays.all():
            tally.left_out += len(stays) - int(stays.sum())
            table, owner = table.filter(pa.array(stays)), owner[stays]
    if name == "lines" and bench.running:
        table = _number(table, owner.astype(np.int64))
    elif name == "lines" and (lost := _doubled_lines(table, owner)).any():
        table = _drop(bench, name, table, lost, DOUBLED, _doubled_line, rejects, tally)
        owner = owner[~lost]
    at = table.column_names.index("claim_id")
    return table.set_column(at, "claim_id", from_codes(pa.array(owners.row[owner]), owners.stayed))


def _doubled_lines(table: Any, owners: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """True for every line that gives way to another with its key: of equal keys the least content hash stays."""
    lost = np.zeros(len(owners), bool)
    line_id = one_array(table.column("line_id"))
    # Lines with one key have one hash: those whose hash is their own need no closer look.
    hashes = mix(hash_strings(line_id) + owners.astype(np.uint64))
    rows = np.flatnonzero(repeated(hashes))
    if not len(rows):
        return lost
    codes = np.asarray(coded(line_id.take(pa.array(rows))).indices).astype(np.int64)
    key = owners[rows].astype(np.int64) * (int(codes.max()) + 1) + codes
    content = hash_rows(_visible(table).take(pa.array(rows)))
    order = np.lexsort((content, key))
    again = key[order][1:] == key[order][:-1]
    lost[rows[order[1:][again]]] = True
    return lost


def _number(table: Any, owners: npt.NDArray[np.int64]) -> Any:
    """Number the lines of each claim by their content; equal lines are alike in every number."""
    order = np.lexsort((hash_rows(_visible(table)), owners))
    sorted_ = owners[order]
    first = np.ones(len(sorted_), bool)
    first[1:] = sorted_[1:] != sorted_[:-1]
    starts = np.flatnonzero(first)
    rank = np.arange(len(sorted_)) - np.repeat(starts, np.diff(np.append(starts, len(sorted_)))) + 1
    number = np.empty(len(rank), np.int64)
    number[order] = rank
    return table.append_column("line_id", pa.array(number).cast(pa.string()))


def _drop(
    bench: Bench,
    name: str,
    table: Any,
    lost: npt.NDArray[np.bool_],
    code: str,
    reason: Any,
    rejects: Rejects,
    tally: Tally,
) -> Any:
    if lost.any():
        reject_rows(bench.files, name, table.filter(pa.array(lost)), code, reason, rejects)
        tally.rejected += int(lost.sum())
    return table.filter(pa.array(~lost))


def reject_rows(files: list[str], name: str, table: Any, code: str, reason: Any, rejects: Rejects) -> None:
    """Reject canonical rows with their hidden origin; `reason` makes the text from the table."""
    table = as_texts(table)
    at = one_array(table.column(FILE))
    personal = {f.name for f in fields_of(name).values() if f.personal}
    shown = {n: one_array(table.column(n)) for n in table.column_names if n not in HIDDEN}
    raw = raw_text(shown, personal)
    rejects.add(name, pa.array(files, pa.string()).take(at), np.asarray(table.column(ROW)), code, reason(table), raw)


def _doubled_claim(table: Any) -> Any:
    said = f"' stands on another row too {_FLAT}"
    return pc.binary_join_element_wise("claim_id '", one_array(table.column("claim_id")), said, "")


def _doubled_line(table: Any) -> Any:
    claim_id, line_id = one_array(table.column("claim_id")), one_array(table.column("line_id"))
    return pc.binary_join_element_wise("line_id '", line_id, "' stands twice in the claim '", claim_id, "'", "")


def orphan_reason(table: Any) -> Any:
    """The reason for rows without a claim."""
    return pc.binary_join_element_wise("there is no claim '", one_array(table.column("claim_id")), "'", "")


def lost_reason(table: Any, rejected: npt.NDArray[np.bool_]) -> Any:
    """The reason for rows without an accepted claim, of which `rejected` have one that was itself rejected."""
    ids = one_array(table.column("claim_id"))
    lost = pc.binary_join_element_wise("its claim '", ids, "' was rejected", "")
    return pc.if_else(pa.array(rejected), lost, orphan_reason(table))


def _visible(table: Any) -> Any:
    return table.select([name for name in table.column_names if name not in HIDDEN])
