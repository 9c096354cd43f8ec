"""What the rules of these tests may name: tables, code sets and sources, made by hand."""

import pytest
from rule_texts import Reader, read_text


@pytest.fixture
def read() -> Reader:
    """Read the text of one rule; what it lacks of the frame is added."""
    return read_text
