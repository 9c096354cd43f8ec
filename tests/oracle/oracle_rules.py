"""Rules that between them say everything the language has, over one small knowledge base."""

from textwrap import dedent, indent

KNOWLEDGE = {
    "limit": """
        columns: {code: text, sex: [male, female], max_quantity: 'decimal(16,4)', days: integer, window: window, codes: text}
        key: {code: exact}
        absence: no-limit
        many: true
    """,
    "level": """
        columns:
          code: text
          level: [ungraded, 1C, 1B, 1A, 2C, 2B, 2A, 3C, 3B, 3A, 3_special]
          ceiling: 'decimal(16,6)'
          age_from: integer
        key: {code: longest_prefix, level: exact}
        absence: unknown
        complete: {from: 2025-01-01, prefixes: [A]}
        many: true
    """,
    "listed": """
        columns: {code: text, class: [A, B, C]}
        key: [code]
        absence: no-limit
        complete: {from: 2025-01-02, prefixes: [A, B]}
        many: true
    """,
    "pair": """
        columns: {main: text, sub: text, window: window}
        key: {sub: prefix}
        absence: no-limit
        many: true
    """,
    "code_sets": """
        columns: {set_id: text, prefix: text}
        key: [set_id, prefix]
        absence: no-limit
    """,
}

RULES = {
    "sex": """
        match: {limit: {table: limit, key: {code: line.item_code}}}
        flag: claim.sex <> limit.sex
        unless: {newborn: "coalesce(claim.is_newborn, FALSE)"}
        doubt: {unread: "claim.pregnancy_status IS NULL OR claim.pregnancy_status = 'pregnant'"}
    """,
    "price": """
        match: {price: {table: level, key: {code: line.item_code, level: claim.provider_level}}}
        flag: line.unit_price > price.ceiling
        amount: excess_price(price.ceiling)
    """,
    "age": """
        match:
          dose:
            table: level
            key: {code: line.item_code}
            where: age_years(claim.birth_date, line.charged_at) >= dose.age_from
        flag: line.quantity * 2 - 1 > dose.ceiling
        amount: excess_quantity(line.quantity / 3)
    """,
    "unlisted": """
        rows: line.amount > 0 OR line.fee_category LIKE 'b_d%'
        match: {listed: {table: listed, key: {code: line.item_code}}}
        flag: {absent: listed IS MISSING, class: listed.class >= 'B'}
    """,
    "ever": """
        match:
          ever: {table: listed, key: {code: line.item_code}, at: ever}
          now: {table: listed, key: {code: line.item_code}}
        flag: now IS MISSING AND ever.class IN ('A', 'C')
    """,
    "daily": """
        match: {limit: {table: limit, key: {code: line.item_code}}}
        per: [person, item, span: period(limit.window)]
        let: {over: "excess(line.quantity, limit.max_quantity)"}
        flag_rows: over > 0
        amount: excess_quantity(over)
    """,
    "ranked": """
        match: {price: {table: level, key: {code: line.item_code}}}
        per: [encounter, day]
        order: [price.ceiling DESC, line.quantity]
        flag_rows: place() >= 2 AND line.amount > 1
        amount: discount(price.ceiling * line.quantity)
    """,
    "shelf": """
        per: [provider, item]
        flag_rows: running(line.quantity) > 5
        amount: excess_quantity(excess(line.quantity, 2.5))
    """,
    "nth_day": """
        rows: line.item_type = 'drug'
        per: [person, name: "left(line.item_code, 1)"]
        flag_rows: nth(line.charged_at::date) > 2
    """,
    "some_walk": """
        per: [encounter]
        flag_rows: excess(line.supply_days, 3) > 0 AND line.amount > 2
    """,
    "conflict": """
        match: {pair: {table: pair, key: {sub: line.item_code}, take: all}}
        per: [person, provider, pair, span: period(pair.window)]
        others:
          main:
            of: line
            same: [person, provider]
            within: pair.window
            where: starts_with(main.item_code, pair.main)
        let: {units: "upto(line.quantity, sum(main.quantity))"}
        flag_rows: units > 0
        amount: excess_quantity(units)
    """,
    "conflict_all": """
        match: {pair: {table: pair, key: {sub: line.item_code}, take: all}}
        per: [encounter, pair]
        flag: count(DISTINCT line.item_code) >= 2 OR max(line.quantity) > 2
    """,
    "groups": """
        per: [person, month]
        flag: sum(line.quantity) > 4 AND count(DISTINCT line.item_code) FILTER (WHERE line.amount > 1) >= 2
        unless: {bed: "any(line.fee_category = 'bed')"}
        doubt: {part: "all(line.quantity > 1)"}
    """,
    "values": """
        per: [claim]
        flag: max(line.amount) - min(line.amount) >= 3 OR avg(line.quantity) > 2 OR share(line.amount > 2) >= 0.5
        unless: {none: "none(line.item_code LIKE 'A%') OR all(in_set(line.item_code, 'most'))"}
    """,
    "claim_sum": """
        of: claim
        flag: {sum: abs(sum(line.amount) - claim.total_amount) > 0.05, none: count(line) = 0, few: count(diagnosis) < 1}
        amount: none
    """,
    "stay": """
        of: encounter
        rows: encounter.care_type = 'inpatient'
        flag: >-
          days_between(encounter.admitted_at, encounter.discharged_at) <= 2
          AND count(operation) = 0
          AND (none(in_set(line.item_code, 'most'))
               OR sum(line.amount) FILTER (WHERE line.fee_category = 'bed') > 0.5 * sum(line.amount))
        amount: whole_encounter
    """,
    "days": """
        of: day
        rows: day.date > encounter.admitted_at::date
        per: [encounter]
        let: {others: "count(line) FILTER (WHERE line.fee_category <> 'bed')"}
        flag: count(*) >= 2 AND any(others = 0)
        amount: none
    """,
    "one_day": """
        of: day
        flag: count(line) = 0
        amount: none
    """,
    "diagnoses": """
        of: diagnosis
        rows: diagnosis.is_principal
        flag: NOT any(starts_with(line.item_code, 'A')) AND left(diagnosis.diagnosis_code, 1) = 'J'
        amount: none
    """,
    "operations": """
        of: operation
        rows: operation.operation_code >= '2'
        others:
          drug: {of: line, same: [encounter], within: 2 days before, where: drug.item_code LIKE 'A%'}
        flag: count(drug) = 0
        amount: none
    """,
    "raw": """
        of: raw_line
        flag:
          price: abs(line.quantity * line.unit_price - line.amount) > 0.01
          back: line.quantity < 0 AND line.reverses_line_id IS NULL
        amount: none
    """,
    "split": """
        of: encounter
        rows: encounter.care_type = 'inpatient'
        others:
          previous: {same: [person, provider], take: previous}
        let: {gap: "days_between(previous.discharged_at, encounter.admitted_at)"}
        params: {most: {default: 2}}
        flag: gap BETWEEN 0 AND param.most AND previous.discharge_way <> 'died'
        amount: whole_encounter
    """,
    "following": """
        of: claim
        others:
          next: {same: [provider], take: next}
        flag: next.person_id <> claim.person_id OR next IS MISSING
    """,
    "first_last": """
        others:
          first: {of: rows, same: [provider], take: first, itself: true}
          last: {of: rows, same: [provider, item], take: last, where: last.amount > 1}
        flag: first.item_code = line.item_code AND (last IS MISSING OR last.quantity > line.quantity)
    """,
    "near_claim": """
        others:
          visit: {of: claim, same: [person], take: previous}
        flag: visit.claim_id <> claim.claim_id
    """,
    "only": """
        of: claim
        others:
          stay: {of: encounter, same: [person], where: stay.care_type = 'inpatient', take: one}
        flag: stay.admitted_at < claim.settled_at
    """,
    "same_claim": """
        others:
          mate: {of: line, same: [claim, "left(line.item_code, 1)"]}
        flag: sum(mate.quantity) >= 3
    """,
    "apart": """
        others:
          near: {of: line, same: [person], within: 6 hours apart, where: near.item_code <> line.item_code}
        flag: count(near) >= 2
    """,
    "hourly": """
        per: [person]
        others:
          near: {of: line, same: [person, item], within: hour}
        flag_rows: any(near.quantity > line.quantity)
        unless: {same: "all(near.quantity = line.quantity)"}
    """,
    "visits": """
        of: claim
        rows: claim.care_type <> 'inpatient'
        params: {visits: {default: 1}, days: {default: 3}}
        per: [person]
        others:
          recent: {same: [person], within: last param.days days}
        flag_rows: count(recent) > param.visits
    """,
    "busy": """
        of: claim
        others:
          burst: {same: [provider], within: last 90 minutes}
        flag: count(DISTINCT burst.person_id) >= 2
        doubt: {known: "none(burst.claim.sex = 'male')"}
    """,
    "months": """
        of: claim
        others:
          back: {of: claim, same: [person], within: 1 months before}
          ahead: {of: claim, same: [person], within: 2 days after}
          month: {of: claim, same: [person], within: month}
        flag: count(back) > count(ahead) OR count(month) >= 2
    """,
    "before": """
        of: encounter
        others:
          earlier: {same: [person], within: before, where: earlier.discharged_at > encounter.admitted_at}
          later: {same: [provider], within: after}
        flag: count(earlier) > 0 AND count(later) < 2
        doubt: {elsewhere: "any(earlier.provider_id <> encounter.provider_id)"}
    """,
    "day_line": """
        others:
          stay: {of: encounter, rows: "stay.care_type = 'inpatient'", same: [person],
                 where: "line.charged_at::date BETWEEN stay.admitted_at::date - 1 AND stay.discharged_at::date + 1"}
        flag: any(left(stay.principal_diagnosis, 1) = left(claim.principal_diagnosis, 1))
        unless: {self: "count(stay) = 1"}
    """,
    "second_line": """
        match: {limit: {table: limit, key: {code: line.item_code}}}
        others:
          first: {of: line, same: [person], within: limit.days days before, where: "in_set(first.item_code, limit.codes)"}
        flag: count(first) = 0
    """,
    "known_other": """
        others:
          mate:
            of: line
            same: [encounter, day]
            match: {listed: {table: listed, key: {code: mate.item_code}}}
            where: mate.listed.class = 'A' OR mate.listed IS MISSING
        flag: count(mate) >= 1
    """,
    "own_rows": """
        rows: line.amount > 1
        match: {limit: {table: limit, key: {code: line.item_code}}}
        per: [person]
        others:
          alike: {of: rows, same: [person, limit.sex], within: 1 days apart}
        flag_rows: sum(alike.quantity) > 1 AND count(DISTINCT alike.limit.days) = 1
    """,
    "scalars": """
        flag: >-
          substr(line.item_code, 2, 1) = '1' AND length(line.item_code) > 1
          OR least(line.quantity, line.amount, 2) >= 2 OR greatest(line.quantity, 0.5) < 1
          OR nullif(line.quantity, 1) IS NULL AND weekday(line.charged_at) IN (1, 3, 5)
          OR CASE WHEN line.quantity > 2 THEN line.amount WHEN line.quantity IS NULL THEN 0 ELSE line.quantity END > 3
        unless:
          evening: hour(line.charged_at) >= 10 AND NOT (has_time(line.charged_at) IS FALSE)
          round: round(line.amount, 1) = floor(line.amount) OR ceil(line.quantity) > 3
        doubt:
          times: line.charged_at + INTERVAL 1 MONTH > '2025-02-28' OR date_trunc('week', line.charged_at) = '2025-01-27'
          hours: >-
            hours_between(claim.admitted_at, line.charged_at) > 5.5
            OR year_end(line.charged_at) - 300 < line.charged_at::date
    """,
    "keys": """
        per: [provider, department, year]
        flag: count(DISTINCT claim.person_id) >= 2
        amount: excess_money(line.amount - 0.5)
    """,
    "prescribed": """
        per: [claim, prescription]
        flag: count(DISTINCT line.item_code) > 1
    """,
    "head": """
        match: {limit: {table: limit, key: {code: line.item_code}}}
        flag: >-
          left(line.item_code, limit.days) = left(claim.principal_diagnosis, limit.days)
          OR round(line.amount, limit.days) > 2
    """,
    "stay_money": """
        of: encounter
        flag: encounter.total_amount > 3
        amount: excess_money(encounter.total_amount - 3)
    """,
    "idle": """
        of: day
        per: [encounter]
        flag_rows: count(line) < 2
        amount: full_line
    """,
    "idle_money": """
        of: day
        flag: count(line) = 1
        amount: excess_money(1.5)
    """,
    "dated": """
        effective: {from: 2025-01-31, to: 2025-02-01}
        flag: line.amount > 1
    """,
}


RULES |= {
    "supported": """
        match: {known: {table: pair, key: {sub: line.item_code}, take: all}}
        flag: count(known) >= 2 OR any(known.main = 'A') AND count(DISTINCT known.window) = 1
        unless: {none: "any(known.main IS NULL)"}
    """,
    "set_missing": """
        match: {known: {table: listed, key: {code: line.item_code}, take: all}}
        flag: known IS MISSING OR all(known.class >= 'B')
    """,
    "set_others": """
        match: {known: {table: pair, key: {sub: line.item_code}, take: all}}
        others:
          main: {of: line, same: [encounter], where: "starts_with(main.item_code, known.main)"}
        flag: count(main) >= 1 AND sum(main.quantity) < 5
    """,
    "set_factor": """
        match: {known: {table: limit, key: {code: line.item_code}, take: all}}
        others:
          mate: {of: line, same: [encounter, day], where: "mate.amount > known.days"}
        let: {due: "sum(mate.quantity * known.max_quantity)"}
        per: [encounter, day, item]
        flag_rows: excess(line.quantity, due) > 0
        amount: excess_quantity(excess(line.quantity, due))
    """,
    "set_key": """
        match: {known: {table: limit, key: {code: line.item_code}, take: all}}
        per: [encounter, day, group: known.codes]
        flag: count(DISTINCT line.item_code) >= max(known.max_quantity)
        amount: bundle_difference(known.max_quantity)
    """,
    "beside_subject": """
        per: [person, item]
        others:
          more: {of: line, same: [person], where: "more.amount > 1"}
        flag: count(more) >= 1 AND sum(more.quantity) > sum(line.quantity)
    """,
    "beside_claims": """
        of: claim
        per: [provider, month]
        others:
          all_of_it: {of: claim, same: [provider], itself: true}
          rest: {of: rows, same: [provider]}
        flag: count(*) * 2 > count(all_of_it) OR count(DISTINCT rest.person_id) >= 2
        doubt: {old: "any(rest.sex = 'male')"}
    """,
    "peers": """
        of: claim
        per: [provider, month]
        let: {average: "sum(claim.total_amount) / count(*)"}
        others:
          peers: {of: subject, same: [month], itself: true}
        flag: count(peers) >= 2 AND average > quantile(peers.average, 0.75) + 0.5
        amount: none
    """,
    "last_year": """
        of: claim
        rows: claim.care_type <> 'pharmacy'
        per: [person, month]
        let: {total: "sum(claim.total_amount)", visits: "count(*)"}
        others:
          before: {of: subject, same: [person], where: "before.month + INTERVAL 1 MONTH = month", take: one}
        flag: total > before.total AND visits >= before.visits
        amount: none
    """,
    "runs": """
        of: day
        rows: count(line) = 0
        per: [encounter, idle: "run(day.date, INTERVAL 1 DAY)"]
        flag: count(*) >= 2
        amount: none
    """,
    "run_of_lines": """
        per: [person, item, spell: "run(line.charged_at::date, 2)"]
        flag: sum(line.quantity) > 3
        doubt: {long: "max(line.charged_at::date) > min(line.charged_at::date)"}
    """,
    "runs_of_runs": """
        rows: line.in_scope_amount > 0
        per: [person, spell: "run(line.charged_at::date, 1)", level: "run(line.quantity, 1)"]
        flag: count(*) >= 2
    """,
    "other_runs": """
        rows: line.in_scope_amount > 0
        per: [encounter, item, spell: "run(line.charged_at::date, 1)"]
        let: {size: "count(*)"}
        others:
          peers: {of: subject, same: [encounter]}
        flag: size > max(peers.size) OR count(peers) > 2
    """,
    "run_alone": """
        rows: line.in_scope_amount > 0
        per: [encounter, item, spell: "run(line.charged_at::date, 1)"]
        others:
          peers: {of: subject, same: [encounter]}
        flag: count(peers) = 0
    """,
    "gathered": """
        of: encounter
        per: [person]
        others: {first: {of: encounter, same: [person], take: first, where: first.in_scope_amount > 1}}
        flag: count(*) FILTER (WHERE first.discharge_way IS NULL) = count(DISTINCT encounter.provider_id)
    """,
    "rings": """
        of: encounter
        others:
          together: {same: [provider], within: 1 days apart, where: "together.person_id <> encounter.person_id"}
        per: [provider, ring: "cluster(together, 2)"]
        flag: count(DISTINCT encounter.person_id) >= 2
        amount: whole_encounter
    """,
    "courses": """
        rows: line.item_type = 'drug'
        match: {limit: {table: limit, key: {code: line.item_code}}}
        params: {course_gap_days: {default: 2}}
        per: [person, item, course: period(limit.window)]
        flag_rows: nth(line.charged_at::date) > 1
    """,
    "same_course": """
        of: encounter
        params: {course_gap_days: {default: 3}}
        others:
          stay: {same: [person], within: course}
        flag: count(stay) >= 1
        amount: whole_encounter
    """,
    "dearest": """
        others:
          top: {of: line, same: [encounter], take: first, order: top.unit_price DESC}
          next: {of: line, same: [person], take: next, order: next.amount}
        flag: top.unit_price > line.unit_price OR next.quantity < line.quantity
    """,
    "peers_of_a_size": """
        rows: line.supply_days > 0
        per: [person, provider]
        others:
          peers: {of: subject, same: [provider], where: peers.size >= 1}
        let: {size: sum(line.quantity)}
        flag: count(peers) >= 1
    """,
    "two_subjects_of_one_line": """
        match:
          known: {table: pair, key: {sub: line.item_code}, take: all}
        per: [person, known]
        others:
          peers: {of: subject, same: [person]}
        flag: count(peers) >= 1
    """,
    "dearer_than_itself": """
        others:
          dearer: {same: [person], take: next, order: dearer.amount, itself: true}
        flag: dearer.quantity > 0
    """,
    "dearer_of_some": """
        rows: line.supply_days > 0
        others:
          dearer: {of: rows, same: [person], take: previous, order: dearer.amount DESC}
        flag: dearer.quantity > 0
    """,
    "spread": """
        of: claim
        per: [person]
        flag: >-
          median(claim.total_amount) > 2 AND stddev(claim.total_amount) > 1.5
          OR quantile(claim.total_amount, 0.9) = max(claim.total_amount) AND count(*) > 1
          OR distinct_list(claim.sex) = 'female, male' OR distinct_list(claim.provider_id) LIKE 'H1, H2%'
    """,
    "units": """
        flag: >-
          in_unit(line.single_dose, 'mg') > 500 OR similarity(line.item_name, line.provider_item_name) < 0.5
          OR in_unit(line.single_dose, '片') * line.quantity >= 2 OR km(0, 0, line.quantity, line.unit_price) > 300
    """,
    "interval": """
        match: {limit: {table: limit, key: {code: line.item_code}}}
        per: [person, item]
        let: {over: "excess_within(line.quantity, limit.max_quantity, limit.days)"}
        flag_rows: over > 0
        amount: excess_quantity(over)
    """,
    "refill": """
        per: [person, item]
        flag_rows: supply_left(line.supply_days) > 1
    """,
    "parts": """
        rows: line.item_code LIKE 'A%'
        per: [encounter, day]
        flag: count(DISTINCT line.item_code) >= 2
        amount: bundle_difference(1.5)
    """,
    "swapped": """
        match: {price: {table: level, key: {code: line.item_code}}}
        flag: line.quantity > 1
        amount: instead_of(price.ceiling)
    """,
}


def rule_text(name, logic):
    head = f"""\
        id: {name}
        title: {{zh: 规则, en: rule}}
        category: management
        verdict: violation
        status: active
        message: {{zh: 违规, en: violation}}
    """
    return dedent(head) + dedent(logic)


def write(folder):
    """The rules and empty knowledge tables as a folder."""
    (folder / "knowledge").mkdir(parents=True)
    for name, text in KNOWLEDGE.items():
        gaps = "" if name == "code_sets" else "gaps: allowed\n"
        yaml = (
            f"title: {{zh: 表, en: table}}\nsource: {{title: none, verified: false}}\ninvented: true\n{gaps}{dedent(text)}"
        )
        (folder / "knowledge" / f"{name}.yaml").write_text(yaml, encoding="utf-8")
        header = {
            "limit": "code,sex,max_quantity,days,window,codes",
            "level": "code,level,ceiling,age_from",
            "listed": "code,class",
            "pair": "main,sub,window",
            "code_sets": "set_id,prefix",
        }[name]
        rows = "most,A\n" if name == "code_sets" else ""
        (folder / "knowledge" / f"{name}.csv").write_text(f"{header}\n{rows}", encoding="utf-8")
    for name, logic in RULES.items():
        (folder / f"{name}.yaml").write_text(rule_text(name, logic), encoding="utf-8")
    return folder


__all__ = ["KNOWLEDGE", "RULES", "indent", "rule_text", "write"]
