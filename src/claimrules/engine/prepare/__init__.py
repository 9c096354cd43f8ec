"""Sorts, joins and nets a batch once, before any rule sees it.

Takes: the four canonical Arrow tables. Gives: `Prepared`, numpy rows of every kind.
Never: knows a rule, or changes a table.
"""

from claimrules.engine.prepare.netting import Leftover
from claimrules.engine.prepare.prepared import Prepared, Tables, prepare

__all__ = ["Leftover", "Prepared", "Tables", "prepare"]
