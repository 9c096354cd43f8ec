"""`pack.check` on each claim with all that its person has, beside the audit."""

from collections import defaultdict

ALONE = "all"
"""The partition of rules that look beyond the person: `check` may leave them undecided, and may not say anything else."""


def check_differences(pack, world, audit, claim_ids):
    """Lines that say what differs, and how many (rule, claim) answers were compared, for these claims."""
    documents = {c.claim_id: c for c in world.documents()}
    people = defaultdict(list)
    for claim in documents.values():
        people[claim.person_id].append(claim)
    findings, undecided = _by_claim(audit.findings), _by_claim(audit.undecided)
    counted = {row["rule_id"] for row in audit.undecided.to_pylist() if row["claim_id"] is None}
    listed = {(row["rule_id"], row["subject"]) for row in audit.undecided.to_pylist()}
    wide = {plan.rule.id for plan in pack.plan.rules if plan.partition == ALONE}
    out, compared = [], 0
    for claim_id in claim_ids:
        claim = documents[claim_id]
        got = pack.check(claim, [c for c in people[claim.person_id] if c is not claim])
        mine = _by_rule([f.model_dump() for f in got.findings])
        loose = {u.rule_id for u in got.undecided}
        theirs = _by_rule(findings[claim_id])
        for rule in pack.rules.values():
            if rule.status != "active":
                continue
            a, b = mine.get(rule.id, []), theirs.get(rule.id, [])
            compared += 1
            if rule.id in wide:
                mine_, theirs_ = _said(a), _said(b)
                wrong = [f for f in mine_ if not any(_fits(f, g) for g in theirs_)]
                wrong = wrong or ([g for g in theirs_ if not any(_fits(f, g) for f in mine_)] and rule.id not in loose)
            else:
                # What a column that nobody has leaves undecided is counted once a rule; a subject of several claims is
                # listed under one of them.
                new = {(u.rule_id, u.subject) for u in got.undecided if u.rule_id == rule.id} - listed
                wrong = a != b or (new and rule.id not in counted)
            if wrong:
                open_ = [u["missing"] for u in undecided[claim_id] if u["rule_id"] == rule.id]
                out.append(
                    (rule.id, claim_id, _told(a, b, open_, [u.missing for u in got.undecided if u.rule_id == rule.id]))
                )
    return out, compared


SAID = ("finding_id", "claim_id", "verdict", "line_ids", "amount", "fund_loss")


def _said(findings):
    """What a finding says of the claim itself, without the evidence of other people's claims."""
    return [{name: f[name] for name in SAID} for f in findings]


def _fits(checked, audited):
    """Whether the audit may say so: a doubt, or money not known, may come of what lies beyond the person."""
    open_ = {name for name in ("amount", "fund_loss") if checked[name] is None}
    if checked["verdict"] == "suspicious" and audited["verdict"] == "violation":
        open_.add("verdict")
    return all(checked[name] == audited[name] for name in SAID if name not in open_)


def _told(checked, audited, open_audit, open_check):
    """What differs: single columns where both have the same findings."""
    both = {f["finding_id"] for f in checked} & {f["finding_id"] for f in audited}
    out = []
    for one in checked:
        for other in audited:
            if one["finding_id"] == other["finding_id"] and one["claim_id"] == other["claim_id"]:
                out += [f"{k}: audit {other[k]} check {one[k]}" for k in one if one[k] != other[k]]
    for who, found in (("audit", audited), ("check", checked)):
        out += [f"only {who} flags {f['subject']}, {f['amount']}" for f in found if f["finding_id"] not in both]
    out += [f"undecided: audit {sorted(set(map(str, open_audit)))}, check {sorted(set(map(str, open_check)))}"]
    return "\n".join(text[:400] for text in out)


def _by_claim(table):
    out = defaultdict(list)
    for row in table.to_pylist():
        if row["claim_id"] is not None:
            out[row["claim_id"]].append(row)
    return out


def _by_rule(rows):
    out = defaultdict(list)
    for row in rows:
        out[row["rule_id"]].append({k: list(v) if isinstance(v, tuple) else v for k, v in row.items()})
    for found in out.values():
        found.sort(key=lambda row: row["finding_id"] + row["claim_id"])
    return out
