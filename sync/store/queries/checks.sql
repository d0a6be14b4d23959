-- name: unclassified
-- What no rule explains, without sign (ARCHITECTURE.md: I6): all causes but the $explaining ones.
SELECT coalesce(sum(abs(amount_sek)), 0) FROM bridge
WHERE cause NOT IN (SELECT unnest($explaining::TEXT[])) AND side <> 'draft';

-- name: bridge_closes
-- What the bridge of each company and month leaves unexplained (ARCHITECTURE.md: I6). A deal booked in another
-- month is timing: it leaves the month it was won in and arrives in the one it was booked in, at its CRM value.
SELECT coalesce(sum(abs(gap)), 0) FROM (
    SELECT sum(amount) AS gap FROM (
        SELECT company, day, net_sek AS amount FROM documents WHERE booked AND NOT cancelled
        UNION ALL SELECT coalesce(company, ''), day, -net_sek FROM deals WHERE state = 'won'
        UNION ALL SELECT company, CASE side WHEN 'crm' THEN deal_day ELSE booked_day END, -amount_sek FROM bridge
            WHERE side <> 'draft'
        UNION ALL SELECT company, deal_day, crm_sek FROM slices WHERE booked_day IS NOT NULL AND deal_row > 0
        UNION ALL SELECT company, booked_day, -crm_sek FROM slices WHERE booked_day IS NOT NULL AND deal_row > 0)
    GROUP BY company, strftime(day, '%Y-%m'));

-- name: touch_checks
UPDATE checks SET run_id = $run_id, checked_at = $now;

-- name: duplicates
-- Live documents beyond the first that carry the same reference, in whichever company, and customers and articles
-- beyond the first of one record (ARCHITECTURE.md: I1). Not those that somebody made in Fortnox beside ours and that say
-- something else; but where ours was in doubt and sent again, nobody knows who made the other one.
SELECT coalesce(sum(copies - 1), 0) FROM (
    SELECT count(*) AS copies FROM documents AS d
    WHERE reference <> '' AND NOT cancelled AND NOT credit AND state <> 'credited' AND (
        reference IN (SELECT o.reference FROM operations AS o JOIN operation_moves AS m USING (operation_no)
            WHERE o.action = 'create' AND is_document(o.target_kind) AND o.result = 'sent' AND m.after_state = 'unknown')
        OR NOT EXISTS (SELECT 1 FROM links AS l WHERE l.company = d.company AND l.target_kind = d.kind
            AND l.target_id = d.number AND l.rung = 'successor' AND l.closed_at IS NULL))
    GROUP BY reference HAVING count(*) > 1
    UNION ALL SELECT count(*) FROM links WHERE target_kind IN ('customer', 'article') AND closed_at IS NULL
    GROUP BY source_system, source_kind, source_id, company, target_kind HAVING count(*) > 1);

-- name: foreign_at_par
-- Foreign deals and documents that count and say a rate of 1, or none: their SEK are not what they are worth
-- (ARCHITECTURE.md: I6).
SELECT (SELECT count(*) FROM deals WHERE currency <> 'SEK' AND rate_sek = 1 AND state = 'won')
    + (SELECT count(*) FROM documents
        WHERE currency <> 'SEK' AND rate_sek = 1 AND NOT cancelled AND NOT credit AND state <> 'credited');

-- name: lost
-- Won deals without a link, an open operation or a recorded reason, for any of what was to become of them
-- (ARCHITECTURE.md: I2). While a connection is down, deals that could not be looked at yet wait for it and are not lost.
WITH broken AS (
    SELECT c.system, c.kind, c.record_id FROM decisions AS c
    WHERE is_document(c.target_kind) AND (c.outcome = 'not_concerned'
        OR (c.outcome = 'linked' AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.source_system = c.system
            AND l.source_kind = c.kind AND l.source_id = c.record_id AND l.target_kind = c.target_kind))
        OR (c.outcome IN ('open', 'review') AND NOT EXISTS (SELECT 1 FROM operations AS o
            WHERE o.source_system = c.system AND o.source_kind = c.kind AND o.source_id = c.record_id
                AND o.target_kind = c.target_kind AND coalesce(o.company, '') = c.company AND o.open_key IS NOT NULL)))
)
SELECT count(*) FROM deals AS d
WHERE d.state = 'won' AND ((d.system, d.kind, d.deal_id) IN (SELECT (system, kind, record_id) FROM broken)
    OR NOT EXISTS (SELECT 1 FROM connections AS n WHERE n.status <> 'ok') AND NOT EXISTS (SELECT 1 FROM decisions AS c
        WHERE c.system = d.system AND c.kind = d.kind AND c.record_id = d.deal_id));

-- name: unread
-- Records that are still to be read whole: until documents are, the booked figures are not complete.
SELECT count(*) FROM records WHERE detail_due AND deleted_at IS NULL;

-- name: throttled
-- Calls refused for their pace in the last day (ARCHITECTURE.md: I10).
SELECT count(*) FROM calls WHERE status = 429 AND happened_at > $now::TIMESTAMP - INTERVAL 1 DAY;

-- name: cursors_ahead
-- Cursors that say more was read than there has been time to: by the other system's clock, with two hours for its
-- being wrong (ARCHITECTURE.md: I3).
SELECT count(*) FROM cursors WHERE try_cast(json_extract_string(position, '$.since') AS TIMESTAMPTZ)
    > (updated_at + INTERVAL 2 HOUR) AT TIME ZONE 'UTC';

-- name: sent_twice
-- Names under which a create was sent to the end more than once (ARCHITECTURE.md: I4).
SELECT count(*) FROM (SELECT 1 FROM operations WHERE action = 'create' AND result = 'sent' AND reference <> ''
    GROUP BY system, target_kind, reference HAVING count(*) > 1);

-- name: misplaced
-- Records with more than one open write of what they become, and failures of operations that are not there (ARCHITECTURE.md: I5).
SELECT (SELECT count(*) FROM (SELECT 1 FROM operations WHERE open_key IS NOT NULL AND action IN ('create', 'update')
        GROUP BY system, target_kind, source_system, source_kind, source_id HAVING count(*) > 1))
    + (SELECT count(*) FROM failures WHERE operation_no NOT IN (SELECT operation_no FROM operations));

-- name: illegal_moves
-- Moves that are not drawn or do not begin where the one before ended (ARCHITECTURE.md: I7). Their order is that in which
-- they were stored: the machine's clock may have been set back meanwhile.
SELECT count(*) FROM (
    SELECT before_state, after_state, lag(after_state) OVER earlier AS ended
    FROM operation_moves WINDOW earlier AS (PARTITION BY operation_no ORDER BY rowid))
WHERE (before_state || ' ' || after_state) NOT IN (SELECT unnest($arrows::TEXT[]))
    OR before_state <> coalesce(ended, before_state);

-- name: secrets
-- Calls of this run whose log shows a secret (ARCHITECTURE.md: I8).
SELECT count(*) FROM calls AS c WHERE c.run_id = $run_id AND EXISTS (SELECT 1 FROM (SELECT unnest($secrets::TEXT[]) AS text)
    AS secret WHERE contains(c.request || c.response || c.path || c.query, secret.text));

-- name: open_too_long
-- Operations on their way for more than an hour (ARCHITECTURE.md: I9): since they were wished, since a person let them go, or
-- since what they waited for was done. A vain attempt or probe is no progress, nor is being planned again meanwhile.
SELECT count(*) FROM operations WHERE state IN ('planned', 'retry', 'sending', 'unknown')
    AND created_at < $now::TIMESTAMP - INTERVAL 1 HOUR
    AND operation_no NOT IN (SELECT operation_no FROM operation_moves
        WHERE before_state = 'review' AND happened_at >= $now::TIMESTAMP - INTERVAL 1 HOUR)
    AND operation_no NOT IN (SELECT waiting.operation_no
        FROM (SELECT operation_no, unnest(from_json(waits_for, '["BIGINT"]')) AS needed FROM operations
            WHERE open_key IS NOT NULL) AS waiting
        JOIN operations AS first ON first.operation_no = waiting.needed
        WHERE first.state <> 'done' OR first.updated_at >= $now::TIMESTAMP - INTERVAL 1 HOUR);

-- name: put_checks
INSERT INTO checks (name, run_id, checked_at, found, ok) SELECT name, $run_id, $now, found, found = 0 FROM incoming
ON CONFLICT (name) DO UPDATE SET run_id = excluded.run_id, checked_at = excluded.checked_at, found = excluded.found,
    ok = excluded.ok;

-- name: crm_total
-- Months and currencies in which the CRM itself counts other won deals, or another sum of them, than our copy (I2).
SELECT count(*) FROM crm_totals WHERE crm_count <> own_count
    OR crm_amount IS NOT NULL AND abs(crm_amount - own_amount) > 0.005 * greatest(own_count, 1);

-- name: missing
-- Rows that must be there and are not: records of which versions are kept, deals and documents of records, payments,
-- links that were made (I3).
SELECT (SELECT count(*) FROM (SELECT DISTINCT system, kind, record_id FROM record_versions) AS v
        ANTI JOIN records AS r USING (system, kind, record_id))
    + (SELECT count(*) FROM records AS r WHERE r.deleted_at IS NULL AND concat(r.system, '/', r.kind) IN (SELECT unnest($deals::TEXT[]))
        AND NOT EXISTS (SELECT 1 FROM deals AS d WHERE d.system = r.system AND d.deal_id = r.record_id))
    + (SELECT count(*) FROM records AS r WHERE starts_with(r.system, 'fortnox:') AND r.version > 0
        AND r.kind IN (SELECT unnest($document_kinds::TEXT[])) AND NOT EXISTS (SELECT 1 FROM documents AS d
        WHERE concat('fortnox:', d.company) = r.system AND d.kind = r.kind AND d.number = r.record_id))
    + (SELECT count(*) FROM records AS r WHERE r.kind = 'payment' AND r.deleted_at IS NULL
        AND coalesce(json_extract_string(r.payload, '$.PaymentDate'), '') <> '' AND NOT EXISTS (
        SELECT 1 FROM payments AS p WHERE concat('fortnox:', p.company) = r.system AND p.number = r.record_id))
    + (SELECT count(*) FROM operations AS o WHERE o.action = 'create' AND o.state = 'done' AND o.target_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.source_system = o.source_system AND l.source_kind = o.source_kind
            AND l.source_id = o.source_id AND l.company = o.company AND l.target_kind = o.target_kind
            AND l.target_id = o.target_id))
    + (SELECT count(*) FROM events AS e WHERE e.action = 'linked' AND NOT EXISTS (SELECT 1 FROM links AS l
        WHERE l.source_system = e.system AND l.source_kind = e.kind AND l.source_id = e.record_id
            AND l.company = e.company AND l.target_id = json_extract_string(e.details, '$.id')));
