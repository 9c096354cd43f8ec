"""Cases from the text of a rule file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from claimrules.cases import Case, read_cases
from claimrules.diagnostics import MappingNode, Node, read_yaml


@dataclass(frozen=True)
class Rule:
    examples: Node | None
    id: str = "some_rule"
    kind: str = "line"
    file: Path = Path("rules/policy/some_rule.yaml")


Read = Callable[..., tuple[Case, ...]]


@pytest.fixture
def read() -> Read:
    """Reads the cases of a rule file's text."""

    def cases(text: str, kind: str = "line", file: Path = Path("some_rule.yaml")) -> tuple[Case, ...]:
        node = read_yaml(dedent(text), str(file))
        assert isinstance(node, MappingNode)
        return read_cases(Rule(node.get("examples"), kind=kind, file=file))

    return cases
