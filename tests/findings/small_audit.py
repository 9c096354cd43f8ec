"""Rules of a few lines and claims as plain texts, audited."""

from textwrap import dedent

import pyarrow as pa

import claimrules
from claimrules.batch import open_claims

HEAD = """\
id: {name}
title: {{zh: 规则, en: rule}}
category: management
verdict: violation
message: {{zh: 违规, en: violation}}
"""


def load(folder, **rules):
    """The rules, each given by its logic, as a pack."""
    folder.mkdir(exist_ok=True)
    for name, logic in rules.items():
        (folder / f"{name}.yaml").write_text(HEAD.format(name=name) + dedent(logic), encoding="utf-8")
    return claimrules.load(folder)


def table(rows):
    """Rows as a table of texts, None as null: read as a CSV would be."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({n: pa.array([row.get(n) for row in rows], pa.string()) for n in names})


def tables(claims, lines=()):
    claims = [{"person_id": "P1", "provider_id": "H1", **claim} for claim in claims]
    lines = [{"claim_id": "C1", "item_code": "A", "quantity": "1", **line} for line in lines]
    return {"claims": table(claims), **({"lines": table(lines)} if lines else {})}


def money(result, rule):
    """{claim: (amount, fund loss)} of a rule's findings, as texts; None where not known."""
    rows = [row for row in result.findings.to_pylist() if row["rule_id"] == rule]
    return {row["claim_id"]: tuple(None if row[n] is None else str(row[n]) for n in ("amount", "fund_loss")) for row in rows}


def line_amounts(folder, logic, lines, claims=({"claim_id": "C1"},)):
    """{line_id: amount} of the violating lines of a rule, as texts; None where not known."""
    pack = load(folder, some_rule=logic)
    with open_claims(tables(claims, lines)) as intake:
        [batch] = intake.partitions()
    judged = pack.judge(batch, "some_rule").to_pylist()
    return {row["line_id"]: None if row["amount"] is None else str(row["amount"]) for row in judged if row["violating"]}
