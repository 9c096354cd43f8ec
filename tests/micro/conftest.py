"""The worked micro-examples of the field's reference: one small rule file each, its worlds and findings in Python."""

from pathlib import Path
from textwrap import dedent

import pytest
from micro_world import Outcome, table, tables

import claimrules

collect_ignore = ["rules"]  # without examples of their own: the tests beside them are

RULES = Path(__file__).parent / "rules"


@pytest.fixture
def found():
    """Audits claims by one rule; gives its findings, undecided subjects and figures."""

    def run(rule, claims, lines=(), knowledge=None, *, params=None, history_from=None):
        path = RULES / rule
        pack = claimrules.load(path if path.is_dir() else RULES / f"{rule}.yaml", params=params)
        if knowledge:
            pack = pack.with_knowledge(knowledge)
        return Outcome(pack.audit(tables(claims, lines), history_from=history_from))

    return run


HEAD = """\
id: some_rule
title: {zh: 规则, en: rule}
category: management
verdict: violation
message: {zh: 违规, en: violation}
"""


@pytest.fixture
def said(tmp_path):
    """Audits claims by a rule given by its logic alone."""

    def run(logic, claims, lines=(), **more):
        path = tmp_path / "some_rule.yaml"
        path.write_text(HEAD + dedent(logic), encoding="utf-8")
        given = {**tables(claims, lines), **{name: table(rows) for name, rows in more.items()}}
        return Outcome(claimrules.load(path).audit(given))

    return run
