"""What an exit code says."""

DONE = 0
JUDGED = 1
"""The command was asked to judge, and found findings, failing cases or lint errors."""
MISUSE = 2
"""Misuse, or input that nothing can be done with."""
OURS = 3
INTERRUPTED = 130
PIPE = 141
