"""What the scalar functions do: columns in, a column out.

Takes: columns of equal length. Gives: a column. Never: knows where a column comes from.
"""

from claimrules.engine.values.functions import FUNCTIONS, absent, case, constant, ordinal
from claimrules.engine.values.text import codes_alike, mapped_words
from claimrules.engine.values.truth import and_, not_, or_

__all__ = ["FUNCTIONS", "absent", "and_", "case", "codes_alike", "constant", "mapped_words", "not_", "or_", "ordinal"]
