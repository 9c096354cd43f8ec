"""Realistic claims with planted, labelled violations.

Takes: a number of lines and a seed. Gives: the four input tables, in a folder or in memory, and the labels; the sample
knowledge tables that go with them. Never: reads a rule or runs one.
"""

from claimrules.generate.generate import GenerateResult, claim_tables, generate_claims
from claimrules.generate.knowledge import knowledge_files, write_knowledge

__all__ = ["GenerateResult", "claim_tables", "generate_claims", "knowledge_files", "write_knowledge"]
