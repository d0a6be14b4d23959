-- name: next_operation_numbers
SELECT nextval('operation_numbers') FROM range($count);

-- name: open_numbers
SELECT open_key, operation_no FROM operations WHERE open_key IN (SELECT unnest($open_keys::TEXT[]));

-- name: save_operations
INSERT INTO operations (operation_no, correlation_id, run_id, action, company, system, target_kind, target_id,
    source_system, source_kind, source_id, subject_title, amount_sek, reference, generation, waits_for, payload,
    edited, draft, fingerprint, mapping_version, problems, adjustments, state, open_key, error_class, error_code,
    error_sentence, created_at, updated_at)
SELECT operation_no, correlation_id, $run_id, action, company, system, target_kind, target_id,
    source_system, source_kind, source_id, subject_title, amount_sek, reference, generation, waits_for, payload,
    edited, draft, fingerprint, mapping_version, problems, adjustments, state, open_key, error_class, error_code,
    error_sentence, $now, $now
FROM incoming
ON CONFLICT (operation_no) DO UPDATE SET correlation_id = excluded.correlation_id, run_id = excluded.run_id,
    target_id = excluded.target_id, subject_title = excluded.subject_title, amount_sek = excluded.amount_sek,
    reference = excluded.reference, generation = excluded.generation, waits_for = excluded.waits_for, payload = excluded.payload,
    edited = excluded.edited, draft = excluded.draft, fingerprint = excluded.fingerprint, mapping_version = excluded.mapping_version,
    problems = excluded.problems, adjustments = excluded.adjustments, state = excluded.state,
    error_class = excluded.error_class, error_code = excluded.error_code, error_sentence = excluded.error_sentence,
    not_before = NULL, updated_at = greatest(updated_at, excluded.updated_at);

-- name: move_operations
UPDATE operations SET state = i.state, open_key = i.open_key, target_id = i.target_id, attempt = i.attempt,
    not_before = i.not_before, sent_at = i.sent_at, error_class = i.error_class, error_code = i.error_code,
    error_sentence = i.error_sentence, problems = i.problems, sent = coalesce(i.sent, operations.sent),
    answer = coalesce(i.answer, operations.answer), result = coalesce(i.result, operations.result),
    updated_at = greatest(operations.updated_at, $now)
FROM incoming AS i WHERE operations.operation_no = i.operation_no;

-- name: note_moves
-- Before the operations themselves are written: where they come from and where they go.
INSERT INTO operation_moves (operation_no, happened_at, before_state, after_state, attempt)
SELECT i.operation_no, greatest($now, o.updated_at), coalesce(o.state, ''), i.state, i.attempt
FROM incoming AS i LEFT JOIN operations AS o ON o.operation_no = i.operation_no;

-- name: insert_failures
INSERT INTO failures (operation_no, attempt, happened_at, error_class, error_code, sentence, excerpt)
SELECT operation_no, attempt, $now, error_class, error_code, sentence, excerpt FROM incoming;

-- name: anything_to_send
SELECT 1 FROM operations WHERE system = $system AND state IN ('planned', 'retry', 'unknown') LIMIT 1;

-- name: due_operations
-- An operation whose deal has changed since it was planned waits for the next plan, unless it is in doubt.
-- Not before its time (a doubt: not while it rests), and not while something it waits for is not done; customers
-- and articles come first. A booking is sent only where it was just seen to be wanted ($booking). A sent_at in the future
-- means that the clock was set back: not_before is from the same clock, and is ignored then.
SELECT * FROM operations
WHERE system = $system AND (
        state IN ('planned', 'retry') AND (not_before IS NULL OR not_before <= $now OR sent_at > $now)
        OR state = 'unknown' AND operation_no NOT IN (SELECT unnest($resting::BIGINT[])))
    AND ($booking OR action <> 'book' OR state = 'unknown')
    AND NOT EXISTS (SELECT 1 FROM flows WHERE flows.system = $system AND paused)
    AND operation_no NOT IN (SELECT operation_no FROM blocked_operations)
    AND (state = 'unknown' OR operation_no NOT IN (SELECT operation_no FROM overtaken_operations))
ORDER BY is_document(target_kind), operation_no LIMIT $limit;

-- name: open_operations
SELECT * FROM operations WHERE open_key IS NOT NULL AND source_system = $system
    AND ($kind IS NULL OR source_kind = $kind) ORDER BY operation_no;

-- name: blocked_forever
-- Open operations whose prerequisite was dismissed or cancelled; and documents that Fortnox refused for a customer that it
-- has by now, and that is active.
SELECT DISTINCT operation_no FROM blocked_operations WHERE blocker_state IN ('dismissed', 'cancelled')
UNION
SELECT o.operation_no FROM operations AS o
JOIN records AS c ON c.system = o.system AND c.kind = 'customer' AND c.deleted_at IS NULL
    AND c.record_id = json_extract_string(coalesce(o.edited, o.payload), '$.CustomerNumber')
WHERE o.state = 'review' AND o.action = 'create' AND is_document(o.target_kind) AND o.error_code = '2000204'
    AND NOT EXISTS (SELECT 1 FROM records AS i WHERE i.system = o.system AND i.kind = 'inactive_customers'
        AND json_contains(json_extract(i.payload, '$.Numbers'), to_json(c.record_id)));

-- name: refused_for_customer
-- Documents of a company that were refused because their customer is not there, or is not active.
SELECT operation_no FROM operations
WHERE system = $system AND state = 'review' AND is_document(target_kind) AND error_code = '2000204' LIMIT 1;

-- name: operations_in_state
SELECT * FROM operations WHERE state = $state ORDER BY operation_no;

-- name: sources_of_bookings
SELECT DISTINCT source_system, source_kind, source_id FROM operations
WHERE company = $company AND action = 'book' AND state IN ('planned', 'retry');

-- name: count_operations
SELECT count(*) FROM operations;

-- name: operation_counts
SELECT state, count(*) FROM operations GROUP BY state;

-- name: next_due
SELECT min(CASE WHEN sent_at > $now THEN created_at ELSE coalesce(not_before, created_at) END) FROM operations
WHERE state IN ('planned', 'retry', 'unknown', 'sending')
    AND operation_no NOT IN (SELECT operation_no FROM blocked_operations);

-- name: dismissed_operations
-- The newest create and update of each record of a kind in a company, where a person wants nothing more of it.
SELECT * FROM operations WHERE source_system = $system AND source_kind = $kind AND company = $company
    AND action IN ('create', 'update')
    QUALIFY row_number() OVER (PARTITION BY source_id, action ORDER BY operation_no DESC) = 1 AND state = 'dismissed';

-- name: operations_numbered
SELECT * FROM operations WHERE operation_no IN (SELECT unnest($numbers::BIGINT[])) ORDER BY operation_no;

-- name: operation_version
-- How often an operation has moved: what a person saw of it is old when this has risen.
SELECT count(*) FROM operation_moves WHERE operation_no = $number;

-- name: last_person
-- Who asked for something last on an operation, when that was the last that happened to it.
SELECT CASE WHEN action IN ('edited', 'replayed') THEN actor ELSE '' END FROM events
WHERE operation_no = $number ORDER BY event_no DESC LIMIT 1;

-- name: sends_of_deals
-- What was sent to the documents of some deals, in order.
SELECT source_system, source_kind, source_id, company, target_kind, target_id, correlation_id, payload,
    coalesce(sent, edited, payload) AS sent, answer
FROM operations
WHERE state = 'done' AND action IN ('create', 'update') AND is_document(target_kind) AND target_id IS NOT NULL
    AND source_id IN (SELECT unnest($ids::TEXT[]))
ORDER BY operation_no;

-- name: count_needing_person
SELECT count(*) FROM connections WHERE status = 'needs_person';

-- name: unbooked_documents
-- Drafts of a kind that Kvitt made, with every number that carries the same name and counts; not while something is open, nor
-- before one that was adopted has been read whole (its digest) and compared with its deal (its fingerprint); not where
-- the deal is not to be invoiced any more, was dismissed when it was lost or did not belong there, or has changed and
-- was not looked at since (it may have gone to a company that is out of sight); not while a person is asked about what
-- Fortnox made of it.
WITH drafts AS (
    SELECT l.* FROM links AS l
    JOIN documents AS d ON d.company = l.company AND d.kind = l.target_kind AND d.number = l.target_id
    WHERE l.company = $company AND l.target_kind = $kind AND l.reference <> ''
        AND l.closed_at IS NULL AND l.answer_digest <> '' AND l.fingerprint <> '' AND d.state = 'draft'),
bearers AS (
    SELECT reference, list(record_id ORDER BY try_cast(record_id AS BIGINT), record_id) AS numbers FROM (
        SELECT record_id, json_extract_string(payload, $path) AS reference FROM records
        WHERE kind = $kind AND starts_with(system, 'fortnox:') AND deleted_at IS NULL
            AND coalesce(json_extract_string(payload, '$.Cancelled'), 'false') <> 'true'
            AND coalesce(json_extract_string(payload, '$.Credit'), 'false') <> 'true')
    WHERE reference IN (SELECT reference FROM drafts) GROUP BY reference),
sent AS (
    SELECT source_system, source_kind, source_id, max(sent_at) AS sent_at, arg_max(subject_title, operation_no) AS title,
        arg_max(amount_sek, operation_no) AS amount_sek
    FROM operations WHERE company = $company AND target_kind = $kind AND action IN ('create', 'update')
    GROUP BY source_system, source_kind, source_id)
SELECT d.source_system, d.source_kind, d.source_id, d.company, d.target_kind AS kind, d.target_id AS number, d.reference, d.generation,
    d.correlation_id, d.mapping_version, coalesce(s.title, '') AS title, s.amount_sek, b.numbers AS bearers, s.sent_at,
    r.payload AS document, w.answer
FROM drafts AS d JOIN bearers AS b USING (reference) LEFT JOIN sent AS s USING (source_system, source_kind, source_id)
JOIN records AS r ON r.system = 'fortnox:' || d.company AND r.kind = $kind AND r.record_id = d.target_id
LEFT JOIN operations AS w ON w.operation_no = d.operation_no
WHERE NOT EXISTS (SELECT 1 FROM operations AS o WHERE o.open_key IS NOT NULL AND o.action <> 'write_back'
    AND o.source_system = d.source_system AND o.source_kind = d.source_kind AND o.source_id = d.source_id)
    AND NOT EXISTS (SELECT 1 FROM decisions AS c WHERE c.system = d.source_system AND c.kind = d.source_kind
        AND c.record_id = d.source_id AND c.target_kind = $kind AND (c.outcome IN ('excluded', 'not_concerned')
            OR c.outcome = 'dismissed' AND c.code IN ('no_longer_won', 'taken_out', 'no_route', 'moved_company')))
    AND NOT EXISTS (SELECT 1 FROM decisions AS c JOIN records AS r USING (system, kind, record_id)
        WHERE c.system = d.source_system AND c.kind = d.source_kind AND c.record_id = d.source_id
        AND c.target_kind = $kind AND c.version <> r.version)
    AND NOT EXISTS (SELECT 1 FROM silent_changes AS q JOIN operations AS p ON p.operation_no = q.operation_no
        WHERE q.accepted_at IS NULL AND NOT list_contains($told_only, q.field)
            AND p.company = d.company AND p.target_kind = $kind AND p.target_id = d.target_id)
ORDER BY try_cast(d.target_id AS BIGINT);

-- name: unwanted_bookings
-- Bookings of a kind that wait although the company does not want Kvitt to book, their document is no longer a draft (somebody
-- else has booked or cancelled it), another one has come to bear its name since they were planned, or the deal has
-- changed and was not looked at since.
WITH waiting AS (
    SELECT o.* FROM operations AS o
    WHERE o.company = $company AND o.target_kind = $kind AND o.action = 'book' AND o.state IN ('planned', 'retry', 'review')),
alone AS (
    SELECT json_extract_string(payload, $path) AS reference FROM records
    WHERE kind = $kind AND starts_with(system, 'fortnox:') AND deleted_at IS NULL
        AND json_extract_string(payload, $path) IN (SELECT reference FROM waiting)
        AND coalesce(json_extract_string(payload, '$.Cancelled'), 'false') <> 'true'
        AND coalesce(json_extract_string(payload, '$.Credit'), 'false') <> 'true'
    GROUP BY reference HAVING count(*) = 1)
SELECT w.* FROM waiting AS w JOIN documents AS d ON d.company = w.company AND d.kind = $kind AND d.number = w.target_id
WHERE NOT $wanted OR d.state <> 'draft'
    OR w.state <> 'review' AND (w.reference NOT IN (SELECT reference FROM alone)
        OR w.operation_no IN (SELECT operation_no FROM overtaken_operations));
