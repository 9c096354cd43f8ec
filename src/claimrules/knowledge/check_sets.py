"""Code sets that contradict themselves."""

import numpy as np
import pyarrow.compute as pc

from claimrules.diagnostics import Diagnostic, Place
from claimrules.knowledge.table import CODE_SETS, NATION
from claimrules.knowledge.typed_rows import TypedRows
from claimrules.knowledge.versions import FOREVER, Versions, days, groups, overlaps


def check_sets(rows: TypedRows) -> None:
    """A code set has no regions, and a prefix is in it once on any day."""
    if any(rows.columns.get(name) is None for name in ("set_id", "prefix")):
        message = f"`{CODE_SETS}` has the columns `set_id` and `prefix`"
        rows.header.append(Diagnostic("CR315", message, Place(rows.declaration.file)))
        return
    bare = pc.utf8_ltrim(rows.columns["prefix"], "-")
    empty = pc.or_(pc.is_null(rows.columns["set_id"]), pc.equal(pc.fill_null(bare, ""), ""))
    rows.note(
        np.flatnonzero(empty.to_numpy(zero_copy_only=False)),
        lambda row: Diagnostic(
            "CR315",
            rows.titled(row, "a code set needs a `set_id` and a `prefix`"),
            rows.raw.place(row, "prefix"),
            help="an empty prefix would take in every code",
        ),
    )
    regional = pc.not_equal(rows.columns["region"], NATION)
    rows.note(
        np.flatnonzero(regional.to_numpy(zero_copy_only=False)),
        lambda row: Diagnostic(
            "CR315",
            rows.titled(row, "a code set has no region"),
            rows.raw.place(row, None),
            help="write a second set and name it in the table whose rows have regions",
        ),
    )
    sound = rows.sound()
    group = groups([rows.columns["set_id"], bare])
    known = days(rows.columns["known_from"], -FOREVER)
    start, end = days(rows.columns["valid_from"], -FOREVER), days(rows.columns["valid_to"], FOREVER)
    versions = Versions(group, np.zeros(len(group), np.uint64), known, start, end)
    later, earlier = overlaps(versions.take(sound))
    pairs = dict(zip(sound[later].tolist(), sound[earlier].tolist(), strict=True))
    rows.note(
        sound[later],
        lambda row: Diagnostic(
            "CR315",
            rows.titled(row, f"`{bare[row]}` stands twice in the set `{rows.columns['set_id'][row]}`"),
            rows.raw.place(row, "prefix"),
            f"first on {rows.raw.row(pairs[row])}",
        ),
    )
