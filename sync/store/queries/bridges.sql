-- name: changed_deal_bases
-- Won deals whose steps of the bridge rest on something else than they do now: the deal, where it stands, its documents
-- and how they were sent, its company's locked period, and the first customer or article that holds it, as it stands
-- itself. A deal stands where that stands of it which is revenue ($revenue); without a decision on that, the connections
-- tell where it stands.
WITH linked AS (
    SELECT l.source_system, l.source_id, string_agg(concat_ws(':', l.company, l.target_kind, l.target_id, d.version,
        d.state, coalesce(l.operation_no, 0)), ' ' ORDER BY l.linked_at, l.company, l.target_kind, l.target_id) AS documents
    FROM links AS l JOIN documents AS d ON d.company = l.company AND d.kind = l.target_kind AND d.number = l.target_id
    WHERE l.closed_at IS NULL GROUP BY ALL
), decided AS (
    SELECT system, kind, record_id, max_by(struct_pack(outcome := outcome, code := code), decided_at) AS last
    FROM decisions WHERE target_kind IN (SELECT unnest($revenue::TEXT[])) GROUP BY ALL
), waiting AS (
    SELECT source_system, source_kind, source_id, max_by(struct_pack(state := state, error_class := error_class,
        error_code := error_code, error_sentence := error_sentence, problems := problems::TEXT,
        waits_for := waits_for), operation_no) AS last
    FROM operations WHERE open_key IS NOT NULL AND action <> 'write_back'
        AND target_kind IN (SELECT unnest($revenue::TEXT[])) GROUP BY ALL
), stopped AS (
    SELECT company, source_system, target_kind, source_id, operation_no, struct_pack(target_kind := target_kind,
        error_class := error_class, error_code := error_code, error_sentence := error_sentence,
        problems := problems::TEXT) AS said
    FROM operations WHERE open_key IS NOT NULL AND action <> 'write_back' AND target_kind IN ('customer', 'article')
        AND (state = 'review' OR error_class IN ('login', 'unknown'))
), blocked AS (
    SELECT w.source_system, w.source_kind, w.source_id, s.company, min_by(s.said, s.operation_no) AS blocker
    FROM waiting AS w JOIN stopped AS s ON s.source_system = w.source_system
        AND s.source_id = json_extract_string(w.last.problems, '$[0].params.record')
        AND s.target_kind || '_waits' = json_extract_string(w.last.problems, '$[0].code')
    GROUP BY ALL
    UNION ALL
    SELECT n.source_system, n.source_kind, n.source_id, s.company, min_by(s.said, s.operation_no)
    FROM (SELECT *, unnest(from_json(last.waits_for, '["BIGINT"]')) AS needed FROM waiting) AS n
        JOIN stopped AS s ON s.operation_no = n.needed GROUP BY ALL
), locked AS (
    SELECT c.company, try_cast(left(r.payload->>'$.EndDate', 10) AS DATE) AS until
    FROM records AS r JOIN connections AS c ON c.system = r.system WHERE r.kind = 'locked_period'
), now AS (
    SELECT d.system, d.deal_id, coalesce(d.company, '') AS company, coalesce(c.last.outcome, '') AS outcome,
        coalesce(c.last.code, '') AS code, coalesce(w.last.state, '') AS state,
        coalesce(w.last.error_class, '') AS error_class, coalesce(w.last.error_code, '') AS error_code,
        coalesce(w.last.error_sentence, '') AS error_sentence, coalesce(w.last.problems, '[]') AS problems, p.until,
        h.blocker,
        CASE WHEN c.last IS NULL THEN (SELECT string_agg(DISTINCT status, ' ' ORDER BY status) FROM connections)
            ELSE '' END AS connections,
        coalesce(l.documents, '') AS documents, d.version
    FROM deals AS d LEFT JOIN linked AS l ON l.source_system = d.system AND l.source_id = d.deal_id
        LEFT JOIN decided AS c ON c.system = d.system AND c.kind = d.kind AND c.record_id = d.deal_id
        LEFT JOIN waiting AS w ON w.source_system = d.system AND w.source_kind = d.kind AND w.source_id = d.deal_id
        LEFT JOIN blocked AS h ON h.source_system = d.system AND h.source_kind = d.kind AND h.source_id = d.deal_id
            AND h.company = d.company
        LEFT JOIN locked AS p ON p.company = d.company
    WHERE d.state = 'won'
), based AS (
    SELECT *, concat_ws('|', $rules::TEXT, version, company, outcome, code, state, error_class, error_code,
        error_sentence, problems, coalesce(blocker::TEXT, ''), coalesce(until::TEXT, ''), connections, documents) AS basis
    FROM now
)
SELECT n.system, n.deal_id, n.company, n.outcome, n.code, n.state, n.error_class, n.error_code, n.error_sentence,
    n.problems, n.blocker, n.until, n.connections, n.basis
FROM based AS n LEFT JOIN bridge_bases AS b ON b.deal_system = n.system AND b.deal_id = n.deal_id AND b.company = ''
WHERE b.basis IS DISTINCT FROM n.basis ORDER BY n.system, n.deal_id;

-- name: changed_document_bases
-- Booked documents without a won deal whose step of the bridge rests on something else than it does now.
WITH behind AS (
    SELECT l.company, l.target_kind, l.target_id, any_value(coalesce(d.state, 'deleted')) AS deal_state,
        bool_or(coalesce(d.state, '') = 'won') AS won
    FROM links AS l LEFT JOIN deals AS d ON d.system = l.source_system AND d.deal_id = l.source_id
    WHERE is_document(l.target_kind) AND l.closed_at IS NULL GROUP BY ALL
), customers AS (
    SELECT DISTINCT company, target_id FROM links WHERE target_kind = 'customer' AND closed_at IS NULL
), superseded AS (
    -- Credited documents of which the deal has another one that counts.
    SELECT DISTINCT one.company, one.target_kind, one.target_id AS number
    FROM links AS one
        JOIN documents AS credit ON credit.company = one.company AND credit.kind = one.target_kind
            AND credit.credits = one.target_id AND credit.credits <> ''
        JOIN links AS other ON other.source_system = one.source_system AND other.source_id = one.source_id
            AND other.target_kind = one.target_kind AND other.closed_at IS NULL
        JOIN documents AS newer ON newer.company = other.company AND newer.kind = other.target_kind
            AND newer.number = other.target_id AND NOT newer.cancelled AND newer.state <> 'credited'
), now AS (
    SELECT d.company, d.kind, d.number, d.version, coalesce(d.day < c.go_live, FALSE) AS before_go_live,
        k.target_id IS NOT NULL AS customer_in_crm,
        coalesce(b.deal_state, '') AS deal_state, coalesce(o.version, 0) AS original_version,
        coalesce(o.state = 'credited', FALSE) AND s.number IS NOT NULL AS replaced
    FROM documents AS d
        LEFT JOIN behind AS b ON b.company = d.company AND b.target_kind = d.kind AND b.target_id = d.number
        LEFT JOIN documents AS o ON d.credits <> '' AND o.company = d.company AND o.kind = d.kind AND o.number = d.credits
        LEFT JOIN superseded AS s ON d.credits <> '' AND s.company = d.company AND s.target_kind = d.kind
            AND s.number = d.credits
        LEFT JOIN customers AS k ON k.company = d.company AND k.target_id = d.customer_number
        LEFT JOIN connections AS c ON c.company = d.company
    WHERE d.booked AND NOT d.cancelled AND NOT coalesce(b.won, FALSE)
), based AS (
    SELECT *, concat_ws('|', $rules::TEXT, version, before_go_live, customer_in_crm, deal_state, original_version,
        replaced) AS basis
    FROM now
)
SELECT n.company, n.kind, n.number, n.before_go_live, n.customer_in_crm, n.deal_state, n.replaced, n.basis
FROM based AS n LEFT JOIN bridge_bases AS b ON b.company = n.company AND b.document_kind = n.kind AND b.number = n.number
    AND b.deal_id = ''
WHERE b.basis IS DISTINCT FROM n.basis ORDER BY n.company, n.kind, n.number;

-- name: gone_deal_bases
SELECT deal_system, deal_id FROM bridge_bases AS b WHERE deal_id <> '' AND NOT EXISTS (
    SELECT 1 FROM deals AS d WHERE d.system = b.deal_system AND d.deal_id = b.deal_id AND d.state = 'won');

-- name: gone_document_bases
SELECT company, document_kind, number FROM bridge_bases AS b WHERE number <> '' AND (NOT EXISTS (
    SELECT 1 FROM documents AS d WHERE d.company = b.company AND d.kind = b.document_kind AND d.number = b.number
        AND d.booked AND NOT d.cancelled)
    OR EXISTS (SELECT 1 FROM links AS l JOIN deals AS d ON d.system = l.source_system AND d.deal_id = l.source_id
        WHERE l.target_kind = b.document_kind AND l.closed_at IS NULL AND l.company = b.company AND l.target_id = b.number
            AND d.state = 'won'));

-- name: forget_deal_steps
DELETE FROM bridge WHERE (deal_system, deal_id) IN (SELECT (deal_system, deal_id) FROM incoming);

-- name: forget_deal_slices
DELETE FROM slices WHERE (deal_system, deal_id) IN (SELECT (deal_system, deal_id) FROM incoming);

-- name: forget_document_steps
DELETE FROM bridge WHERE deal_id = ''
    AND (company, document_kind, number) IN (SELECT (company, document_kind, number) FROM incoming);

-- name: forget_bases
DELETE FROM bridge_bases WHERE (deal_system, deal_id, company, document_kind, number)
    IN (SELECT (deal_system, deal_id, company, document_kind, number) FROM incoming);

-- name: put_bases
-- Upon what was there: to look for it first would cost each of many parts a scan of them all.
INSERT INTO bridge_bases BY NAME SELECT * FROM incoming
ON CONFLICT (deal_system, deal_id, company, document_kind, number) DO UPDATE SET basis = excluded.basis;

-- name: put_steps
INSERT INTO bridge BY NAME SELECT * FROM incoming;

-- name: put_slices
INSERT INTO slices BY NAME SELECT * FROM incoming;

-- name: bridge_totals
SELECT cause, sum(amount_sek) FROM bridge WHERE side <> 'draft' GROUP BY cause ORDER BY cause;
