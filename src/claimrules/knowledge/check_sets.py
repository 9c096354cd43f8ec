"""Code sets that contradict themselves."""

import numpy as np
import pyarrow.compute as pc

from claimrules.diagnostics import Diagnostic, Place
from claimrules.knowledge.table import CODE_SETS, NATION
from claimrules.knowledge.typed_rows import TypedRows
from claimrules.knowledge.versions import groups


def check_sets(rows: TypedRows) -> None:
    """A code set has no dates and no regions, and a prefix is in it once."""
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
    dated = pc.not_equal(rows.columns["region"], NATION)
    for name in ("valid_from", "valid_to", "known_from"):
        dated = pc.or_(dated, pc.is_valid(rows.columns[name]))
    rows.note(
        np.flatnonzero(dated.to_numpy(zero_copy_only=False)),
        lambda row: Diagnostic(
            "CR315",
            rows.titled(row, "a code set has no validity and no region"),
            rows.raw.place(row, None),
            help="write a second set and name it in the table whose rows are dated",
        ),
    )
    group = groups([rows.columns["set_id"], bare])
    sound = rows.sound()
    _, first = np.unique(group[sound], return_index=True)
    again = np.setdiff1d(sound, sound[first])
    earlier = dict(zip(group[sound][first].tolist(), sound[first].tolist(), strict=True))
    rows.note(
        again,
        lambda row: Diagnostic(
            "CR315",
            rows.titled(row, f"`{bare[row]}` stands twice in the set `{rows.columns['set_id'][row]}`"),
            rows.raw.place(row, "prefix"),
            f"first on {rows.raw.row(earlier[int(group[row])])}",
        ),
    )
