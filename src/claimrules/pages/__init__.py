"""Pages about rules and diagnostics, in Markdown, for a site or a reader of files.

Takes: a `RulePack` and its cases. Gives: texts by path. Never: writes a file, or says what the rule files do not.
"""

from claimrules.pages.from_pack import pages_of

__all__ = ["pages_of"]
