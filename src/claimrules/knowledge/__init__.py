"""What the rules know: dated, regional tables.

Takes: folders of CSV or Parquet files, each with a YAML beside it. Gives: `KnowledgeSet`: `Table`s and `CodeSet`s.
Never: sees a claim, or looks a row up; `engine.prepare` joins.
"""

from claimrules.knowledge.code_set import CodeSet
from claimrules.knowledge.declared_columns import read_declared_columns
from claimrules.knowledge.exemptions import Exemption, read_exemptions
from claimrules.knowledge.knowledge_set import KnowledgeSet
from claimrules.knowledge.parameters import ParameterRows, parameter_rows, parameter_table, read_parameters
from claimrules.knowledge.table import ColumnLabel, Completeness, Source, Table
from claimrules.knowledge.written import Written

__all__ = [
    "CodeSet",
    "ColumnLabel",
    "Completeness",
    "Exemption",
    "KnowledgeSet",
    "ParameterRows",
    "Source",
    "Table",
    "Written",
    "parameter_rows",
    "parameter_table",
    "read_declared_columns",
    "read_exemptions",
    "read_parameters",
]
