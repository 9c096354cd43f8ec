"""The command line.

Takes: arguments. Gives: what the public API gives, printed, and an exit code.
Never: knows more than any other user of the API; prints a traceback for a user's mistake.
"""

from claimrules.cli.entry import main, run

__all__ = ["main", "run"]
