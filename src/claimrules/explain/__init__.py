"""Why, or why not: one rule on one claim, in words.

Takes: a rule and its plan, a batch and a claim of it. Gives: `Explanation`, with the nearest change that flips a verdict.
Never: decides anything itself; every value and verdict is the engine's.
"""

from claimrules.explain.explanation import (
    Change,
    Condition,
    Explanation,
    Found,
    KnowledgeRow,
    OtherRow,
    Others,
    ProvisoFact,
    RowFacts,
    SubjectExplanation,
    Value,
)
from claimrules.explain.from_batch import Asked, explain_batch
from claimrules.explain.text import rich_of, text_of

__all__ = [
    "Asked",
    "Change",
    "Condition",
    "Explanation",
    "Found",
    "KnowledgeRow",
    "OtherRow",
    "Others",
    "ProvisoFact",
    "RowFacts",
    "SubjectExplanation",
    "Value",
    "explain_batch",
    "rich_of",
    "text_of",
]
