"""Errors as data.

Takes: a place and what is wrong there. Gives: `Diagnostic`, the one YAML reader with places, and their printed form.
Never: knows what a claim or a rule is.
"""

from claimrules.diagnostics.diagnostic import Diagnostic, Level
from claimrules.diagnostics.errors import (
    CaseError,
    ClaimRulesError,
    ClaimsError,
    EngineError,
    KnowledgeError,
    LanguageError,
    PlanError,
)
from claimrules.diagnostics.node import MappingNode, Node, ScalarNode, SequenceNode
from claimrules.diagnostics.place import Place
from claimrules.diagnostics.render import render, render_all
from claimrules.diagnostics.suggest import certain, suggest
from claimrules.diagnostics.yaml import read_text, read_yaml, read_yaml_all

__all__ = [
    "CaseError",
    "ClaimRulesError",
    "ClaimsError",
    "Diagnostic",
    "EngineError",
    "KnowledgeError",
    "LanguageError",
    "Level",
    "MappingNode",
    "Node",
    "Place",
    "PlanError",
    "ScalarNode",
    "SequenceNode",
    "certain",
    "read_text",
    "read_yaml",
    "read_yaml_all",
    "render",
    "render_all",
    "suggest",
]
