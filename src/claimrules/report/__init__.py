"""What an audit found, on disk and on a terminal.

Takes: an `AuditResult`. Gives: OUT/ (complete or not at all), a table by rule, findings as cards, where
the seconds went.
Never: changes a figure.
"""

from claimrules.report.cards import cards
from claimrules.report.out_folder import FILES, ReportError, check_out, write
from claimrules.report.profile_table import profile_tables
from claimrules.report.results_table import results_table

__all__ = ["FILES", "ReportError", "cards", "check_out", "profile_tables", "results_table", "write"]
