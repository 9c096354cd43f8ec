"""The lock file of a rule base: which versions of its rules were ever active, and what each of them decides.

Takes: the rules of a pack, and `rules.lock`. Gives: `Lock`, what the file should say, and how the rules are at odds with it.
Never: forgets an id or a version.
"""

from claimrules.lock.from_file import FILE, read_lock
from claimrules.lock.from_rules import make_lock
from claimrules.lock.lock import DELETED, Lock, LockedRule, LockedVersion
from claimrules.lock.problems import REFUSED, lock_problems
from claimrules.lock.write import lock_text, write_lock

__all__ = [
    "DELETED",
    "FILE",
    "REFUSED",
    "Lock",
    "LockedRule",
    "LockedVersion",
    "lock_problems",
    "lock_text",
    "make_lock",
    "read_lock",
    "write_lock",
]
