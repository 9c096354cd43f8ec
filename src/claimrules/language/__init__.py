"""Rule files.

Takes: YAML around SQL expressions, and the schemas of the knowledge tables. Gives: `Rule`, parsed, named and typed.
Never: reads a claim or a knowledge row.
"""

from claimrules.language.from_yaml import read_rule
from claimrules.language.literals import typed_literal
from claimrules.language.logic import logic_hash, logic_text
from claimrules.language.rule import Rule
from claimrules.language.sources import Source, read_sources

__all__ = ["Rule", "Source", "logic_hash", "logic_text", "read_rule", "read_sources", "typed_literal"]
