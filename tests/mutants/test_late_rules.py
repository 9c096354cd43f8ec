"""A rule that sees the findings of others sees those that its cases state, and so do its mutants."""

from pathlib import Path

import claimrules
from claimrules.mutants import mutate_pack

HEAD = "title: {zh: 数, en: Number}\nverdict: indicator\nmessage: {zh: 数, en: number}\n"
LATE = f"""id: late
{HEAD}category: indicator
of: claim
others:
  found: {{of: finding, same: [claim]}}
flag: count(found) > 1
amount: none
examples:
  - name: two findings of a claim are flagged
    given: visit
    lines: {{l1: {{item_code: A}}, l2: {{item_code: A}}}}
    findings: [{{rule: early, of: l1}}, {{rule: early, of: l2}}]
    expect: {{flagged: [claim], amount: "0.00"}}
  - name: one finding is clean
    given: visit
    lines: {{l1: {{item_code: A}}, l2: {{item_code: A}}}}
    findings: [{{rule: early, of: l1}}]
    expect: clean
"""


def test_its_mutants_see_the_findings_too(tmp_path: Path):
    (tmp_path / "late.yaml").write_text(LATE, encoding="utf-8")
    (score,) = mutate_pack(claimrules.load(tmp_path), ["late"], search=False)
    assert score.problems == ()
    alive = {one.mutant.id for one in score.survivors}
    assert alive <= {"others.found itself false → true", "others.found.same without claim"}
    assert score.killed >= 4  # >=, 0, 2, and the amount
