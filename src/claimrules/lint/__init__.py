"""What is doubtful in rules that load.

Takes: rules, knowledge rows, and the comments of the files. Gives: diagnostics, what comments allow of them, and fixes.
Never: says that a condition cannot hold where it is not certain.
"""

from claimrules.lint.allowed import OF_JUDGEMENT, Sifted, declarations, sift
from claimrules.lint.fixes import Fixed, fix_files
from claimrules.lint.from_pack import OF_ALL_RULES, lint_rules

__all__ = ["OF_ALL_RULES", "OF_JUDGEMENT", "Fixed", "Sifted", "declarations", "fix_files", "lint_rules", "sift"]
