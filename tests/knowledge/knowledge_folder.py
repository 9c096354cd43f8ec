"""What the tests of tables share."""

import pytest

from claimrules.diagnostics import KnowledgeError, render_all

LIMIT_YAML = """\
title: {zh: 数量上限, en: quantity limits}
columns:
  code: text
  level: [3A, 2A]
  max_quantity: decimal(16,4)
  window: window
key: [code, level]
source: {title: made up}
invented: true
"""


def refusal(action) -> str:
    """The printed errors of an action that must be refused."""
    with pytest.raises(KnowledgeError) as caught:
        action()
    return render_all(caught.value.diagnostics)
