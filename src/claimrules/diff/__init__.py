"""What a change of rules or knowledge does to the findings.

Takes: two packs and the same claims for both. Gives: `Diff`: findings added, removed and changed, in money, each attributed
to the clause or the knowledge row that moved. Never: judges anything itself; every verdict, on trial too, is an audit's.
"""

from claimrules.diff.attribute import Because
from claimrules.diff.from_packs import diff_packs
from claimrules.diff.money import Compared, Sums, Totals
from claimrules.diff.move import Move
from claimrules.diff.result import Diff, Effect
from claimrules.diff.undecided import Undecided

__all__ = ["Because", "Compared", "Diff", "Effect", "Move", "Sums", "Totals", "Undecided", "diff_packs"]
