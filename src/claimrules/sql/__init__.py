"""Rules as SQL.

Takes: a checked rule and the knowledge tables it looks into. Gives: one standalone query. Never: runs it, or is used by
the engine.
"""

from claimrules.sql.dialects import DIALECTS, SqlError
from claimrules.sql.to_sql import to_sql

__all__ = ["DIALECTS", "SqlError", "to_sql"]
