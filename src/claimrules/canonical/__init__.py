"""The canonical form of rule files.

Takes: the text of a rule file. Gives: the same rule with its keys in order, its quotes, indentation and empty lines as all
files have them, its comments kept. Never: writes a file that says something else.
"""

from claimrules.canonical.from_text import canonical, canonical_file

__all__ = ["canonical", "canonical_file"]
