-- The seven rules, written from their definitions; shares no code with the generator or the engine.
-- Expects the tables claims, lines, and the sample knowledge as k_<name>. Gives the table found.
CREATE OR REPLACE TABLE live AS
SELECT *, CASE WHEN sex = 'unknown' THEN NULL ELSE sex END AS known_sex,
       coalesce(CASE WHEN upper(trim(encounter_id)) IN ('', '0', 'N/A') THEN NULL ELSE encounter_id END, claim_id) AS enc
FROM claims WHERE NOT coalesce(is_reversed, FALSE);

CREATE OR REPLACE TABLE gross AS
SELECT l.*, c.person_id, c.provider_id, c.enc, c.region, c.provider_level, c.known_sex, coalesce(c.is_newborn, FALSE) AS newborn, c.care_type
FROM lines l JOIN live c USING (claim_id);

CREATE OR REPLACE TABLE refund AS
SELECT r.claim_id, r.line_id, r.person_id, r.provider_id, r.enc, r.item_code, r.quantity, r.in_scope_amount, r.over_limit_amount,
       min_by(struct_pack(c := t.claim_id, l := t.line_id), (t.claim_id <> r.claim_id, t.claim_id)) AS target
FROM gross r LEFT JOIN gross t ON t.line_id = r.reverses_line_id AND t.quantity > 0 AND t.person_id = r.person_id
     AND t.provider_id = r.provider_id AND t.item_code = r.item_code AND (t.claim_id = r.claim_id OR t.enc = r.enc)
WHERE r.quantity < 0
GROUP BY ALL;

CREATE OR REPLACE TABLE linked AS
SELECT g.* REPLACE (g.quantity + coalesce(r.q, 0) AS quantity, g.in_scope_amount + coalesce(r.s, 0) AS in_scope_amount,
       coalesce(g.over_limit_amount, 0) + coalesce(r.o, 0) AS over_limit_amount)
FROM gross g LEFT JOIN (SELECT target.c AS tc, target.l AS tl, sum(quantity) AS q, sum(in_scope_amount) AS s,
     sum(coalesce(over_limit_amount, 0)) AS o FROM refund WHERE target.c IS NOT NULL GROUP BY ALL) r
     ON r.tc = g.claim_id AND r.tl = g.line_id
WHERE g.quantity > 0;

CREATE OR REPLACE TABLE pooled AS
WITH pool AS (SELECT person_id, provider_id, enc, item_code, -sum(quantity) AS pq, -sum(in_scope_amount) AS ps,
       -sum(coalesce(over_limit_amount, 0)) AS po FROM refund WHERE target.c IS NULL GROUP BY ALL),
walk AS (SELECT l.*, pq, ps, po, sum(quantity) OVER w AS upto FROM linked l JOIN pool USING (person_id, provider_id, enc, item_code)
       WHERE quantity > 0
       WINDOW w AS (PARTITION BY person_id, provider_id, enc, item_code ORDER BY charged_at DESC NULLS LAST, claim_id DESC, line_id DESC))
SELECT claim_id, line_id, least(upto, pq) - least(upto - quantity, pq) AS taken,
       round(ps * (least(upto, pq) / pq)::DECIMAL(18, 9), 2) - round(ps * (least(upto - quantity, pq) / pq)::DECIMAL(18, 9), 2) AS taken_s,
       round(po * (least(upto, pq) / pq)::DECIMAL(18, 9), 2) - round(po * (least(upto - quantity, pq) / pq)::DECIMAL(18, 9), 2) AS taken_o
FROM walk;

CREATE OR REPLACE TABLE net AS
SELECT l.* REPLACE (l.quantity - coalesce(taken, 0) AS quantity, l.in_scope_amount - coalesce(taken_s, 0) AS in_scope_amount,
       l.over_limit_amount - coalesce(taken_o, 0) AS over_limit_amount)
FROM linked l LEFT JOIN pooled USING (claim_id, line_id)
WHERE l.quantity - coalesce(taken, 0) > 0;

-- Whole numbers: units in ten-thousandths, money in cents.
CREATE OR REPLACE MACRO share(units, cents, quantity) AS
  (2 * (units * 10000)::HUGEINT * (cents * 100)::HUGEINT + (quantity * 10000)::HUGEINT) // (2 * (quantity * 10000)::HUGEINT);
CREATE OR REPLACE MACRO valid(first, last, day) AS
  (first IS NULL OR first = '' OR day >= first::DATE) AND (last IS NULL OR last = '' OR day <= last::DATE);

CREATE OR REPLACE TABLE encounters AS
SELECT person_id, provider_id, enc, min(admitted_at) AS admitted_at, max(discharged_at) AS discharged_at,
       max_by(care_type, (settled_at, claim_id)) AS care_type, arg_max(principal_diagnosis, (settled_at, claim_id)) AS dx,
       arg_max(discharge_way, (settled_at, claim_id)) AS way, max(claim_id) AS last_claim, sum(in_scope_amount) AS in_scope
FROM live GROUP BY ALL;

CREATE OR REPLACE TABLE found AS
SELECT 'drug_sex' AS rule_id, n.person_id, n.provider_id, n.claim_id, n.line_id, (n.in_scope_amount * 100)::BIGINT AS cents
FROM net n JOIN k_drug_sex k ON k.code = n.item_code AND valid(k.valid_from, k.valid_to, n.charged_at::DATE)
WHERE n.known_sex <> k.sex AND NOT n.newborn
UNION ALL
SELECT 'drug_max_supply', person_id, provider_id, claim_id, line_id, share(over, in_scope_amount, quantity) FROM (
  SELECT *, least(quantity, greatest(0, running - top)) AS over FROM (
    SELECT n.*, k.max_quantity::DECIMAL(16, 4) AS top,
      sum(quantity) OVER (PARTITION BY person_id, item_code, charged_at::DATE ORDER BY charged_at, n.claim_id, n.line_id) AS running
    FROM net n JOIN k_drug_supply k ON k.code = n.item_code AND valid(k.valid_from, k.valid_to, n.charged_at::DATE)
    WHERE n.charged_at IS NOT NULL)) WHERE over > 0
UNION ALL
SELECT 'drug_offlist_claimed', n.person_id, n.provider_id, n.claim_id, n.line_id, (n.in_scope_amount * 100)::BIGINT
FROM net n LEFT JOIN k_catalogue k ON k.code = n.item_code AND valid(k.valid_from, k.valid_to, n.charged_at::DATE)
WHERE n.item_type = 'drug' AND n.in_scope_amount > 0 AND n.charged_at >= DATE '2020-01-01' AND left(n.item_code, 3) IN ('XZZ', 'ZZZ')
  AND (k.code IS NULL OR k.class = 'C')
UNION ALL
SELECT 'fee_outside_stay', n.person_id, n.provider_id, n.claim_id, n.line_id, (n.in_scope_amount * 100)::BIGINT
FROM net n JOIN encounters e USING (person_id, provider_id, enc)
WHERE e.care_type = 'inpatient' AND (n.charged_at::DATE < e.admitted_at::DATE OR n.charged_at::DATE > e.discharged_at::DATE)
UNION ALL
SELECT 'svc_duplicate', person_id, provider_id, claim_id, line_id, share(hit, in_scope_amount, quantity) FROM (
  WITH clocked AS (SELECT n.*, c.clock FROM net n JOIN (SELECT claim_id, bool_or(charged_at::TIME <> TIME '00:00:00') AS clock FROM net GROUP BY ALL) c USING (claim_id)),
  sub AS (SELECT l.*, k.knowledge_id, k.main_code, k."window" AS win FROM clocked l JOIN k_charge_conflict k ON starts_with(l.item_code, k.sub_code)
          AND valid(k.valid_from, k.valid_to, l.charged_at::DATE)),
  paired AS (SELECT s.claim_id, s.line_id, s.knowledge_id, sum(m.quantity) AS mains
    FROM sub s JOIN clocked m ON m.person_id = s.person_id AND m.provider_id = s.provider_id AND starts_with(m.item_code, s.main_code)
      AND CASE WHEN s.win = 'encounter' THEN m.enc = s.enc
               WHEN s.win = 'day' OR NOT (m.clock AND s.clock) THEN m.charged_at::DATE = s.charged_at::DATE
               WHEN s.win = 'hour' THEN date_trunc('hour', m.charged_at) = date_trunc('hour', s.charged_at)
               ELSE abs(epoch_us(m.charged_at) - epoch_us(s.charged_at)) <= 6 * 3600 * 1000000::BIGINT END
    GROUP BY ALL)
  SELECT s.*, quantity - least(quantity, greatest(0, sum(quantity) OVER (
      PARTITION BY s.person_id, s.provider_id, s.knowledge_id,
        CASE s.win WHEN 'encounter' THEN s.enc WHEN 'hour' THEN strftime(charged_at, '%Y%m%d%H') ELSE strftime(charged_at, '%Y%m%d') END
      ORDER BY charged_at, s.claim_id, s.line_id) - coalesce(mains, 0))) AS hit
  FROM sub s LEFT JOIN paired USING (claim_id, line_id, knowledge_id)) WHERE hit > 0
UNION ALL
SELECT 'drug_over_price', person_id, provider_id, claim_id, line_id,
       least((in_scope_amount * 100)::BIGINT, ((2 * due + 100000000) // 200000000)::BIGINT) FROM (
  SELECT n.*, ((n.unit_price - k.ceiling::DECIMAL(16, 6)) * 1000000)::HUGEINT * (n.quantity * 10000)::HUGEINT
       - (n.over_limit_amount * 100)::HUGEINT * 100000000 AS due
  FROM net n JOIN k_price k ON k.code = n.item_code AND (coalesce(k.level, '') = '' OR k.level = n.provider_level)
    AND (k.region = '000000' OR k.region = left(n.region, 4) || '00') AND valid(k.valid_from, k.valid_to, n.charged_at::DATE)
  WHERE n.provider_level IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY n.claim_id, n.line_id ORDER BY k.region = '000000', coalesce(k.level, '') = '') = 1) WHERE due > 100000000
UNION ALL
SELECT 'ipt_split_stay', e.person_id, e.provider_id, c.claim_id, NULL, (c.in_scope_amount * 100)::BIGINT FROM (
  SELECT *, lag(discharged_at) OVER w AS before, lag(dx) OVER w AS dx_before, lag(way) OVER w AS way_before FROM encounters
  WHERE care_type = 'inpatient' WINDOW w AS (PARTITION BY person_id, provider_id ORDER BY admitted_at, discharged_at, last_claim)) e
  JOIN live c ON c.person_id = e.person_id AND c.provider_id = e.provider_id AND c.enc = e.enc
WHERE date_diff('day', before::DATE, e.admitted_at::DATE) BETWEEN 0 AND 15 AND way_before <> 'died' AND left(dx, 3) = left(dx_before, 3)
  AND NOT EXISTS (SELECT 1 FROM k_code_sets k WHERE k.set_id = 'planned readmission' AND starts_with(e.dx, k.prefix));
