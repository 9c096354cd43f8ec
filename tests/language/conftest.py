"""What the rules of these tests may name: tables, code sets and sources, made by hand."""

import pytest
from rule_texts import Reader, read_text

collect_ignore = ["bad"]  # the plugin would run each as a rule file and fail, as it should


@pytest.fixture
def read() -> Reader:
    """Read the text of one rule; what it lacks of the frame is added."""
    return read_text
