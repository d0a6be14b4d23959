-- Every statement the sync process runs. Parameters only; `incoming` is a table handed in by the caller.

-- name: put_meta
INSERT INTO meta (name, content) VALUES ($name, $content)
ON CONFLICT (name) DO UPDATE SET content = excluded.content;

-- name: get_meta
SELECT content FROM meta WHERE name = $name;

-- name: drop_meta
DELETE FROM meta WHERE name = $name;

-- name: count_intent
INSERT INTO meta (name, content) VALUES ('intents', '1')
ON CONFLICT (name) DO UPDATE SET content = (meta.content::BIGINT + 1)::TEXT RETURNING content;

-- name: known_records
SELECT record_id, version, digest, listed, payload, detail_due, deleted_at, read_at
FROM records WHERE system = $system AND kind = $kind AND record_id IN (SELECT unnest($ids::TEXT[]));

-- name: land_new_records
INSERT INTO records (system, kind, record_id, version, payload, digest, listed, detail_due, modified_at,
    first_seen_at, changed_at, read_at)
SELECT system, kind, record_id, version, payload, digest, listed, detail_due, modified_at, $now, $now,
    CASE WHEN whole THEN $now::TIMESTAMP END FROM incoming;

-- name: land_known_records
UPDATE records SET version = i.version, payload = i.payload, digest = i.digest, listed = i.listed,
    detail_due = i.detail_due, modified_at = coalesce(i.modified_at, records.modified_at),
    changed_at = CASE WHEN i.new_version THEN $now ELSE records.changed_at END,
    deleted_at = CASE WHEN i.gone THEN $now::TIMESTAMP END,
    read_at = CASE WHEN i.whole THEN $now ELSE records.read_at END
FROM incoming AS i
WHERE records.system = i.system AND records.kind = i.kind AND records.record_id = i.record_id;

-- name: land_versions
INSERT INTO record_versions (system, kind, record_id, version, payload, digest, valid_from, run_id)
SELECT system, kind, record_id, version, payload, digest, $now, $run_id FROM incoming;

-- name: first_cursor
INSERT INTO cursors (system, stream, position, complete_at, updated_at)
VALUES ($system, $stream, $position, CASE WHEN $complete THEN $now::TIMESTAMP END, $now);

-- name: next_cursor
UPDATE cursors SET position = $position, complete_at = CASE WHEN $complete THEN $now::TIMESTAMP END, updated_at = $now
WHERE system = $system AND stream = $stream RETURNING stream;

-- name: get_cursor
SELECT position, complete_at FROM cursors WHERE system = $system AND stream = $stream;

-- name: load_records
SELECT record_id, payload, version, modified_at, deleted_at FROM records
WHERE system = $system AND kind = $kind AND ($ids IS NULL OR record_id IN (SELECT unnest($ids::TEXT[])))
ORDER BY record_id;

-- name: record_ids
-- The next ids of a kind, and whether each is held for gone: in an order that every pass follows.
SELECT record_id, deleted_at IS NOT NULL FROM records
WHERE system = $system AND kind = $kind AND record_id > $after ORDER BY record_id LIMIT $limit;

-- name: due_details
SELECT record_id FROM records WHERE system = $system AND kind = $kind AND detail_due AND deleted_at IS NULL
ORDER BY try_cast(record_id AS BIGINT) DESC NULLS LAST, record_id DESC LIMIT $limit;

-- name: ask_details
UPDATE records SET detail_due = TRUE
WHERE system = $system AND kind = $kind AND record_id IN (SELECT unnest($ids::TEXT[]));

-- name: mark_deleted
UPDATE records SET deleted_at = $now, detail_due = FALSE
WHERE system = $system AND kind = $kind AND record_id = $id AND deleted_at IS NULL;

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

-- name: waiting_in_vain
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

-- name: doubt_open_decisions
-- Deals with something planned are looked at again, and nothing planned for them is sent before that.
UPDATE decisions SET version = 0 WHERE outcome = 'open';

-- name: doubt_decision
UPDATE decisions SET version = 0 WHERE system = $system AND kind = $kind AND record_id = $id;

-- name: doubt_go_live
UPDATE decisions SET version = 0 WHERE outcome = 'open' OR code = 'O71';

-- name: forget_open_decisions
DELETE FROM decisions WHERE outcome = 'open';

-- name: operation_counts
SELECT state, count(*) FROM operations GROUP BY state;

-- name: next_due
SELECT min(CASE WHEN sent_at > $now THEN created_at ELSE coalesce(not_before, created_at) END) FROM operations
WHERE state IN ('planned', 'retry', 'unknown', 'sending')
    AND operation_no NOT IN (SELECT operation_no FROM blocked_operations);

-- name: put_links
INSERT INTO links (source_system, source_kind, source_id, company, target_kind, target_id, generation, origin, rung,
    reference, fingerprint, draft, answer_digest, mapping_version, decided_version, written_fingerprint, written,
    operation_no, correlation_id, linked_at)
SELECT source_system, source_kind, source_id, company, target_kind, target_id, generation, origin, rung,
    reference, fingerprint, draft, answer_digest, mapping_version, decided_version, written_fingerprint, written,
    operation_no, correlation_id, $now
FROM incoming
ON CONFLICT (source_system, source_kind, source_id, company, target_kind, target_id) DO UPDATE SET
    rung = excluded.rung, fingerprint = excluded.fingerprint, draft = excluded.draft, answer_digest = excluded.answer_digest,
    mapping_version = excluded.mapping_version, decided_version = excluded.decided_version,
    written_fingerprint = excluded.written_fingerprint, written = excluded.written,
    operation_no = coalesce(excluded.operation_no, operation_no), correlation_id = excluded.correlation_id;

-- name: load_links
SELECT * FROM links WHERE source_system = $system AND ($kind IS NULL OR source_kind = $kind)
    AND ($ids IS NULL OR source_id IN (SELECT unnest($ids::TEXT[]))) AND closed_at IS NULL
ORDER BY generation, linked_at, target_id;

-- name: links_of
-- The open links of some records, newest last.
SELECT * FROM links WHERE source_system = $system AND source_kind = $kind
    AND source_id IN (SELECT unnest($ids::TEXT[])) AND closed_at IS NULL
ORDER BY generation, linked_at, target_id;

-- name: crms_beside
-- The other CRM accounts that this installation has read.
SELECT system FROM connections WHERE company IS NULL AND system <> $system AND remote_identity <> '';

-- name: gone_but_linked
-- Accounts that were deleted in the CRM, as in a merge, while a customer is linked to them.
SELECT r.record_id FROM records AS r WHERE r.system = $system AND r.deleted_at IS NOT NULL AND r.record_id IN (
    SELECT l.source_id FROM links AS l WHERE l.source_system = r.system AND l.source_kind = r.kind
        AND l.target_kind = 'customer' AND l.closed_at IS NULL);

-- name: adopted_unseen
SELECT l.* FROM links AS l JOIN records AS r ON r.system = $target AND r.kind = l.target_kind AND r.record_id = l.target_id
WHERE l.source_system = $system AND l.company = $company AND is_document(l.target_kind) AND l.answer_digest = ''
    AND l.closed_at IS NULL AND l.rung NOT IN ('successor', 'copy') AND r.version > 0 AND NOT r.detail_due;

-- name: put_decisions
INSERT INTO decisions (system, kind, record_id, company, outcome, code, version, mapping_version, fingerprint,
    correlation_id, reason, decided_at)
SELECT system, kind, record_id, company, outcome, code, version, mapping_version, fingerprint, correlation_id, reason, $now
FROM incoming
ON CONFLICT (system, kind, record_id) DO UPDATE SET company = excluded.company, outcome = excluded.outcome,
    code = excluded.code, version = excluded.version, mapping_version = excluded.mapping_version,
    fingerprint = excluded.fingerprint, correlation_id = excluded.correlation_id, reason = excluded.reason,
    decided_at = excluded.decided_at;

-- name: settle_decisions
-- What is settled in one company while another one's still waits for a person is in review.
UPDATE decisions SET outcome = CASE WHEN EXISTS (SELECT 1 FROM operations AS o WHERE o.state = 'review'
        AND o.action IN ('create', 'update') AND o.source_system = i.system AND o.source_kind = i.kind
        AND o.source_id = i.record_id) THEN 'review' ELSE i.outcome END
FROM incoming AS i
WHERE decisions.system = i.system AND decisions.kind = i.kind AND decisions.record_id = i.record_id;

-- name: load_decisions
SELECT * FROM decisions WHERE system = $system AND kind = $kind
    AND ($ids IS NULL OR record_id IN (SELECT unnest($ids::TEXT[])));

-- name: approve
INSERT INTO approvals (system, kind, record_id, company, generation, actor, approved_at)
VALUES ($system, $kind, $id, $company, $generation, $actor, $now)
ON CONFLICT (system, kind, record_id, company) DO UPDATE SET generation = excluded.generation, actor = excluded.actor,
    approved_at = excluded.approved_at;

-- name: load_approvals
SELECT record_id, max(generation) FROM approvals WHERE system = $system AND kind = $kind GROUP BY record_id;

-- name: to_plan_for_itself
-- Records that were never planned, that somebody asked to plan again (version 0), that have changed, or their mapping
-- has, and those that are held for a person.
SELECT r.record_id, CASE WHEN d.record_id IS NULL THEN 'never_planned' WHEN d.version = 0 THEN 'asked'
    WHEN d.version <> r.version THEN 'changed' WHEN d.mapping_version <> $mapping_version THEN 'remapped' ELSE 'held' END
FROM records AS r
LEFT JOIN decisions AS d ON d.system = r.system AND d.kind = r.kind AND d.record_id = r.record_id
WHERE r.system = $system AND r.kind = $kind AND (d.record_id IS NULL OR d.version <> r.version
    OR d.mapping_version <> $mapping_version OR d.outcome = 'review');

-- name: to_plan_for_an_edit
-- Records that a person has edited, or let go of an edit of, since they were planned.
SELECT d.record_id, 'edited' FROM decisions AS d
WHERE d.system = $system AND d.kind = $kind AND d.record_id IN (SELECT e.record_id FROM overrides AS e
    WHERE e.system = d.system AND e.kind = d.kind AND e.record_id = d.record_id
        AND greatest(e.made_at, e.ended_at) >= d.decided_at);

-- name: to_plan_for_an_adoption
-- Deals that are linked to an adopted document which was not yet found to say what they do.
SELECT d.record_id, 'adopted_unread' FROM decisions AS d
WHERE d.system = $system AND d.kind = $kind AND d.outcome NOT IN ('dismissed', 'excluded', 'not_concerned')
    AND d.record_id IN (SELECT l.source_id FROM links AS l WHERE l.source_system = $system AND l.source_kind = $kind
        AND is_document(l.target_kind) AND l.fingerprint = '' AND l.closed_at IS NULL
        AND l.rung NOT IN ('successor', 'copy'));

-- name: to_plan_for_a_further_document
-- Deals of which a further document bears the name and is not linked.
SELECT l.source_id, 'further_document' FROM documents AS n
JOIN links AS l ON l.source_system = $system AND l.source_kind = $kind AND l.target_kind = n.kind
    AND l.closed_at IS NULL AND l.source_id = split_part(n.reference, ':', -3)
    AND l.generation >= try_cast(split_part(n.reference, ':g', -1) AS INTEGER)
ANTI JOIN links AS k ON k.source_system = l.source_system AND k.source_kind = l.source_kind
    AND k.source_id = l.source_id AND k.company = n.company AND k.target_kind = n.kind AND k.target_id = n.number
WHERE starts_with(n.reference, concat($system, ':', $kind, ':')) AND NOT n.credit AND NOT n.cancelled;

-- name: to_plan_for_a_changed_document
-- Deals of which a document that is linked beside their own has changed since they were planned.
SELECT l.source_id, 'further_document' FROM links AS l
JOIN records AS n ON n.system = concat('fortnox:', l.company) AND n.kind = l.target_kind AND n.record_id = l.target_id
JOIN decisions AS d ON d.system = l.source_system AND d.kind = l.source_kind AND d.record_id = l.source_id
WHERE l.source_system = $system AND l.source_kind = $kind AND l.rung IN ('successor', 'copy') AND l.closed_at IS NULL
    AND n.changed_at >= d.decided_at;

-- name: to_plan_for_a_customer
-- Accounts that a linked customer has not followed, because its company could not be read.
SELECT l.source_id, 'customer_behind' FROM links AS l
JOIN records AS r ON r.system = l.source_system AND r.kind = l.source_kind AND r.record_id = l.source_id
WHERE l.source_system = $system AND l.source_kind = $kind AND l.target_kind = 'customer' AND l.closed_at IS NULL
    AND l.draft IS NOT NULL AND l.decided_version <> r.version;

-- name: to_plan_for_a_successor
-- Deals of which no linked document is in effect, and one of a later generation is.
SELECT l.source_id, 'successor_seen' FROM documents AS n
JOIN links AS l ON l.source_system = $system AND l.source_kind = $kind AND l.target_kind = n.kind
    AND l.closed_at IS NULL AND l.source_id = split_part(n.reference, ':', -3) AND l.rung NOT IN ('successor', 'copy')
JOIN documents AS f ON f.company = l.company AND f.kind = l.target_kind AND f.number = l.target_id
JOIN decisions AS d ON d.system = l.source_system AND d.kind = l.source_kind AND d.record_id = l.source_id
WHERE starts_with(n.reference, concat($system, ':', $kind, ':')) AND NOT suffix(n.reference, ':g1')
    AND NOT n.credit AND n.state NOT IN ('cancelled', 'credited')
    AND (d.outcome = 'linked' OR d.outcome = 'not_concerned' AND n.credited_by = '')
GROUP BY l.source_id HAVING bool_and(f.state IN ('cancelled', 'credited'))
    AND max(try_cast(split_part(n.reference, ':g', -1) AS INTEGER)) > max(l.generation);

-- name: to_plan_for_what_it_waits_for
-- Records of which an operation waits for one that has stopped.
SELECT o.source_id, 'blocked' FROM blocked_operations AS b JOIN operations AS o ON o.operation_no = b.operation_no
WHERE o.source_system = $system AND o.source_kind = $kind
    AND b.blocker_state IN ('review', 'dismissed', 'cancelled');

-- name: active_overrides
-- Edits that hold, of all records of a kind or of some.
SELECT * FROM overrides WHERE system = $system AND kind = $kind AND ended_at IS NULL
    AND ($ids IS NULL OR record_id IN (SELECT unnest($ids::TEXT[]))) ORDER BY override_no;

-- name: add_overrides
INSERT INTO overrides (system, kind, record_id, company, target_kind, path, content, before_content, replaced, actor,
    reason, made_at)
SELECT system, kind, record_id, company, target_kind, path, content, before_content, replaced, actor, reason, $now
FROM incoming;

-- name: end_overrides
UPDATE overrides SET ended_at = $now, ended_why = i.why FROM incoming AS i
WHERE overrides.override_no = i.override_no AND overrides.ended_at IS NULL;

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

-- name: add_silent_changes
INSERT INTO silent_changes (operation_no, field, row_no, sent, answered, seen_at)
SELECT operation_no, field, row_no, sent, answered, $now FROM incoming;

-- name: open_silent_changes
SELECT count(*) FROM silent_changes WHERE operation_no = $number AND accepted_at IS NULL;

-- name: accept_silent_changes
UPDATE silent_changes SET accepted_at = $now, accepted_by = $actor, accepted_reason = $reason
WHERE operation_no = $number AND accepted_at IS NULL;

-- name: insert_events
INSERT INTO events (happened_at, actor, action, correlation_id, operation_no, run_id, company, system, kind, record_id,
    details)
SELECT $now, actor, action, correlation_id, operation_no, $run_id, company, system, kind, record_id, details
FROM incoming;

-- name: insert_calls
INSERT INTO calls (happened_at, run_id, operation_no, correlation_id, system, method, path, query, status,
    milliseconds, request, response)
SELECT happened_at, run_id, operation_no, correlation_id, system, method, path, query, status, milliseconds, request,
    response FROM incoming;

-- name: command_answered
SELECT 1 FROM commands WHERE command_id = $id;

-- name: insert_command
INSERT INTO commands (command_id, name, arguments, actor, asked_at, answered_at, accepted, answer_code, answer_params)
VALUES ($id, $name, $arguments, $actor, $asked_at, $now, $accepted, $code, $params);

-- name: ensure_flow
INSERT INTO flows (flow, title, kind, system, company, interval_seconds, cron)
VALUES ($flow, $title, $kind, $system, $company, $interval, $cron)
ON CONFLICT (flow) DO UPDATE SET title = excluded.title;

-- name: load_flows
SELECT * FROM flows ORDER BY flow;

-- name: set_schedule
UPDATE flows SET interval_seconds = $interval, cron = $cron WHERE flow = $flow;

-- name: set_paused
UPDATE flows SET paused = $paused, paused_reason = $reason, paused_by = $actor WHERE flow = $flow;

-- name: resume_own_pauses
UPDATE flows SET paused = FALSE, paused_reason = '', paused_by = '' WHERE paused_by = 'kvitt';

-- name: set_next_run
UPDATE flows SET next_run_at = $next WHERE flow = $flow;

-- name: flow_running
UPDATE flows SET running_since = $since, last_run_id = $run_id WHERE flow = $flow;

-- name: no_flow_running
UPDATE flows SET running_since = NULL;

-- name: begin_run
INSERT INTO runs (flow, reason, started_at, state) VALUES ($flow, $reason, $now, 'running') RETURNING run_id;

-- name: progress_run
UPDATE runs SET records_read = $records_read, records_changed = $records_changed, planned = $planned, sent = $sent,
    adopted = $adopted, held = $held, failed = $failed, calls = $calls WHERE run_id = $run_id;

-- name: finish_run
UPDATE runs SET finished_at = $now, state = $state, sentence = $sentence, records_read = $records_read,
    records_changed = $records_changed, planned = $planned, sent = $sent, adopted = $adopted, held = $held,
    failed = $failed, calls = $calls WHERE run_id = $run_id;

-- name: count_running
SELECT count(*) FROM runs WHERE state = 'running';

-- name: interrupt_runs
UPDATE runs SET state = 'interrupted', finished_at = $now WHERE state = 'running';

-- name: put_connection
INSERT INTO connections (system, company, title, organisation_number, remote_identity, go_live, status,
    status_sentence, paired_at, last_success_at)
VALUES ($system, $company, $title, $organisation_number, $remote_identity, $go_live, 'ok', '', $now, $now)
ON CONFLICT (system) DO UPDATE SET title = excluded.title, organisation_number = excluded.organisation_number,
    remote_identity = excluded.remote_identity, go_live = excluded.go_live, status = 'ok', status_sentence = '',
    last_success_at = excluded.last_success_at;

-- name: name_connection
INSERT INTO connections (system, company, title, remote_identity, go_live, status, status_sentence, paired_at)
VALUES ($system, $company, coalesce($company, $system), '', $go_live, 'unreachable', 'Has not answered yet.', $now)
ON CONFLICT (system) DO NOTHING;

-- name: get_connection
SELECT * FROM connections WHERE system = $system;

-- name: companies_of
SELECT company FROM connections WHERE remote_identity = $identity AND company IS NOT NULL;

-- name: connection_status
UPDATE connections SET status = $status, status_sentence = $sentence,
    last_success_at = coalesce($last_success_at, last_success_at)
WHERE system = $system;

-- name: put_deals
INSERT INTO deals BY NAME SELECT * FROM incoming
ON CONFLICT (system, deal_id) DO UPDATE SET title = excluded.title, customer_id = excluded.customer_id,
    customer_name = excluded.customer_name, seller = excluded.seller, state = excluded.state, day = excluded.day,
    currency = excluded.currency, rate_sek = excluded.rate_sek, gross_sek = excluded.gross_sek,
    discount_sek = excluded.discount_sek, net_sek = excluded.net_sek, version = excluded.version, agreed_key = excluded.agreed_key;

-- name: drop_deal_rows
DELETE FROM deal_rows WHERE (system, deal_id) IN (SELECT (system, deal_id) FROM incoming);

-- name: put_deal_rows
INSERT INTO deal_rows BY NAME SELECT * FROM incoming;

-- name: route_deals
UPDATE deals SET company = d.company FROM decisions AS d
WHERE d.system = deals.system AND d.kind = deals.kind AND d.record_id = deals.deal_id
    AND d.company IS DISTINCT FROM deals.company;

-- name: put_documents
INSERT INTO documents BY NAME
SELECT *, CASE WHEN booked THEN $now::TIMESTAMP END AS first_seen_booked_at FROM incoming
ON CONFLICT (company, kind, number) DO UPDATE SET customer_number = excluded.customer_number,
    customer_name = excluded.customer_name, day = excluded.day, due_day = excluded.due_day,
    paid_day = excluded.paid_day, state = excluded.state, booked = excluded.booked, cancelled = excluded.cancelled,
    credit = excluded.credit, credited_by = excluded.credited_by, credits = excluded.credits,
    reference = excluded.reference, voucher = excluded.voucher, ocr = excluded.ocr, currency = excluded.currency,
    rate_sek = excluded.rate_sek, net_sek = excluded.net_sek, freight_sek = excluded.freight_sek,
    fee_sek = excluded.fee_sek, rounding_sek = excluded.rounding_sek, total = excluded.total, balance = excluded.balance,
    paid = excluded.paid, gap = excluded.gap, invoice_type = excluded.invoice_type, not_completed = excluded.not_completed, first_seen_booked_at = coalesce(first_seen_booked_at, excluded.first_seen_booked_at),
    version = excluded.version;

-- name: drop_document_rows
DELETE FROM document_rows WHERE (company, kind, number) IN (SELECT (company, kind, number) FROM incoming);

-- name: put_document_rows
INSERT INTO document_rows BY NAME SELECT * FROM incoming;

-- name: put_payments
INSERT INTO payments BY NAME SELECT * FROM incoming
ON CONFLICT (company, number) DO UPDATE SET invoice_number = excluded.invoice_number, day = excluded.day,
    amount_sek = excluded.amount_sek, currency = excluded.currency, booked = excluded.booked, source = excluded.source,
    version = excluded.version;

-- name: stale_payments
SELECT r.record_id FROM records AS r LEFT JOIN payments AS p ON p.company = $company AND p.number = r.record_id
WHERE r.system = $system AND r.kind = 'payment' AND r.deleted_at IS NULL AND p.version IS DISTINCT FROM r.version;

-- name: stale_deals
SELECT r.record_id FROM records AS r LEFT JOIN deals AS d ON d.system = r.system AND d.deal_id = r.record_id
WHERE r.system = $system AND r.kind = $kind AND r.deleted_at IS NULL
    AND (d.version IS DISTINCT FROM r.version OR d.state = 'deleted');

-- name: forget_deals
UPDATE deals SET version = 0 WHERE system = $system;

-- name: same_deals
-- Won deals of other CRMs that are called by some keys, and are or are to be sent; one that is held as the same is not.
SELECT d.agreed_key, d.system, d.kind, d.deal_id FROM deals AS d
WHERE d.system <> $system AND d.state = 'won' AND d.agreed_key IN (SELECT unnest($keys::TEXT[]))
    AND (EXISTS (SELECT 1 FROM links AS l WHERE l.source_system = d.system AND l.source_kind = d.kind
            AND l.source_id = d.deal_id AND is_document(l.target_kind) AND l.closed_at IS NULL)
        OR EXISTS (SELECT 1 FROM operations AS o WHERE o.open_key IS NOT NULL AND o.action = 'create'
            AND o.source_system = d.system AND o.source_kind = d.kind AND o.source_id = d.deal_id
            AND is_document(o.target_kind) AND o.error_code <> 'same_deal'))
ORDER BY d.agreed_key, d.system, d.deal_id;

-- name: stale_documents
SELECT r.record_id FROM records AS r
LEFT JOIN documents AS d ON d.company = $company AND d.kind = r.kind AND d.number = r.record_id
WHERE r.system = $system AND r.kind = $kind AND r.version > 0 AND d.version IS DISTINCT FROM r.version;

-- name: credits_of
SELECT number FROM documents WHERE company = $company AND kind = $kind AND credits IN (SELECT unnest($numbers::TEXT[]));

-- name: mark_deleted_deals
-- A deal that is gone keeps its last figures: the pipeline says what was removed (P30).
UPDATE deals SET state = 'deleted' WHERE state <> 'deleted' AND EXISTS (SELECT 1 FROM records AS r
    WHERE r.system = deals.system AND r.kind = deals.kind AND r.record_id = deals.deal_id AND r.deleted_at IS NOT NULL);

-- name: won_deals
SELECT * FROM deals WHERE state = 'won' AND ($ids IS NULL OR deal_id IN (SELECT unnest($ids::TEXT[])))
ORDER BY system, deal_id;

-- name: won_deal_rows
SELECT r.* FROM deal_rows AS r JOIN deals AS d USING (system, deal_id) WHERE d.state = 'won'
    AND ($ids IS NULL OR deal_id IN (SELECT unnest($ids::TEXT[])))
ORDER BY system, deal_id, row_no;

-- name: load_documents
SELECT * FROM documents WHERE $numbers IS NULL OR number IN (SELECT unnest($numbers::TEXT[]))
ORDER BY company, kind, number;

-- name: load_document_rows
SELECT * FROM document_rows WHERE $numbers IS NULL OR number IN (SELECT unnest($numbers::TEXT[]))
ORDER BY company, kind, number, row_no;

-- name: changed_deal_bases
-- Won deals whose steps of the bridge rest on something else than they do now: the deal, where it stands, its documents
-- and how they were sent, its company's locked period, and the first customer or article that holds it, as it stands
-- itself. Without a decision, the connections tell where it stands.
WITH linked AS (
    SELECT l.source_system, l.source_id, string_agg(concat_ws(':', l.company, l.target_kind, l.target_id, d.version,
        d.state, coalesce(l.operation_no, 0)), ' ' ORDER BY l.linked_at, l.company, l.target_kind, l.target_id) AS documents
    FROM links AS l JOIN documents AS d ON d.company = l.company AND d.kind = l.target_kind AND d.number = l.target_id
    WHERE l.closed_at IS NULL GROUP BY ALL
), waiting AS (
    SELECT source_system, source_kind, source_id, max_by(struct_pack(state := state, error_class := error_class,
        error_code := error_code, error_sentence := error_sentence, problems := problems::TEXT,
        waits_for := waits_for), operation_no) AS last
    FROM operations WHERE open_key IS NOT NULL AND action <> 'write_back' GROUP BY ALL
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
    SELECT d.system, d.deal_id, coalesce(d.company, '') AS company, coalesce(c.outcome, '') AS outcome,
        coalesce(c.code, '') AS code, coalesce(w.last.state, '') AS state,
        coalesce(w.last.error_class, '') AS error_class, coalesce(w.last.error_code, '') AS error_code,
        coalesce(w.last.error_sentence, '') AS error_sentence, coalesce(w.last.problems, '[]') AS problems, p.until,
        h.blocker,
        CASE WHEN c.outcome IS NULL THEN (SELECT string_agg(DISTINCT status, ' ' ORDER BY status) FROM connections)
            ELSE '' END AS connections,
        coalesce(l.documents, '') AS documents, d.version
    FROM deals AS d LEFT JOIN linked AS l ON l.source_system = d.system AND l.source_id = d.deal_id
        LEFT JOIN decisions AS c ON c.system = d.system AND c.kind = d.kind AND c.record_id = d.deal_id
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
), now AS (
    SELECT d.company, d.kind, d.number, d.version, coalesce(d.day < c.go_live, FALSE) AS before_go_live,
        EXISTS (SELECT 1 FROM links AS k WHERE k.target_kind = 'customer' AND k.closed_at IS NULL
            AND k.company = d.company AND k.target_id = d.customer_number) AS customer_in_crm,
        coalesce(b.deal_state, '') AS deal_state, coalesce(o.version, 0) AS original_version,
        coalesce(o.state = 'credited', FALSE) AND EXISTS (
            SELECT 1 FROM links AS one JOIN links AS other ON other.source_system = one.source_system
                AND other.source_id = one.source_id AND other.target_kind = one.target_kind AND other.closed_at IS NULL
            JOIN documents AS newer ON newer.company = other.company AND newer.kind = other.target_kind
                AND newer.number = other.target_id
            WHERE one.target_kind = d.kind AND one.company = d.company AND one.target_id = d.credits
                AND NOT newer.cancelled AND newer.state <> 'credited') AS replaced
    FROM documents AS d
        LEFT JOIN behind AS b ON b.company = d.company AND b.target_kind = d.kind AND b.target_id = d.number
        LEFT JOIN documents AS o ON d.credits <> '' AND o.company = d.company AND o.kind = d.kind AND o.number = d.credits
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

-- name: documents_of_deals
-- The documents of some deals, oldest link first.
SELECT l.source_system, l.source_id, l.company, l.target_kind, l.target_id FROM links AS l
JOIN documents AS d ON d.company = l.company AND d.kind = l.target_kind AND d.number = l.target_id
WHERE l.closed_at IS NULL AND l.source_id IN (SELECT unnest($ids::TEXT[]))
ORDER BY l.linked_at, l.company, try_cast(l.target_id AS BIGINT);

-- name: sends_of_deals
-- What was sent to the documents of some deals, in order.
SELECT source_system, source_kind, source_id, company, target_kind, target_id, correlation_id, payload,
    coalesce(sent, edited, payload) AS sent, answer
FROM operations
WHERE state = 'done' AND action IN ('create', 'update') AND is_document(target_kind) AND target_id IS NOT NULL
    AND source_id IN (SELECT unnest($ids::TEXT[]))
ORDER BY operation_no;

-- name: versions_of
-- Every version of some records, without what it held.
SELECT v.system, v.kind, v.record_id, v.version FROM record_versions AS v
WHERE v.kind IN (SELECT unnest($kinds::TEXT[])) AND v.record_id IN (SELECT unnest($ids::TEXT[]));

-- name: record_version
SELECT payload FROM record_versions
WHERE system = $system AND kind = $kind AND record_id = $id AND version = $version;

-- name: first_under_its_name
-- How documents looked when they were first read whole under the name that they bear.
SELECT v.record_id, min_by(v.payload, v.version) FROM record_versions AS v
JOIN records AS r ON r.system = v.system AND r.kind = v.kind AND r.record_id = v.record_id
WHERE v.system = $system AND v.kind = $kind AND v.record_id IN (SELECT unnest($ids::TEXT[]))
    AND json_extract_string(v.payload, $path) = json_extract_string(r.payload, $path)
GROUP BY v.record_id;

-- name: load_versions
SELECT v.system, v.kind, v.record_id, v.version, v.payload FROM record_versions AS v JOIN incoming AS i
    ON v.system = i.system AND v.kind = i.kind AND v.record_id = i.record_id AND v.version = i.version;

-- name: bridge_totals
SELECT cause, sum(amount_sek) FROM bridge WHERE side <> 'draft' GROUP BY cause ORDER BY cause;

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

-- name: connections_now
-- What facts, bridge and checks rest on of the connections.
SELECT system, status, go_live FROM connections ORDER BY system;

-- name: forget_reads
DELETE FROM calls WHERE call_no IN (SELECT call_no FROM calls WHERE method = 'GET' AND happened_at < $before
    ORDER BY call_no LIMIT $limit) RETURNING call_no;

-- name: forget_quiet_runs
-- Runs in which nothing happened; not a flow's last one.
DELETE FROM runs WHERE run_id IN (SELECT run_id FROM runs WHERE state = 'done' AND finished_at < $before
        AND sentence = '' AND records_changed = 0 AND planned = 0 AND sent = 0 AND adopted = 0 AND held = 0 AND failed = 0
        AND run_id NOT IN (SELECT max(run_id) FROM runs GROUP BY flow)
    ORDER BY run_id LIMIT $limit) RETURNING run_id;

-- name: forget_ends_of_runs
DELETE FROM events WHERE action = 'run_finished' AND run_id IN (SELECT unnest($runs::BIGINT[]));

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
-- Won deals without a link, an open operation or a recorded reason (ARCHITECTURE.md: I2). While a connection is down,
-- deals that could not be looked at yet wait for it and are not lost.
SELECT count(*) FROM deals AS d
LEFT JOIN decisions AS c ON c.system = d.system AND c.kind = d.kind AND c.record_id = d.deal_id
WHERE d.state = 'won' AND (
    (c.outcome IS NULL AND NOT EXISTS (SELECT 1 FROM connections AS n WHERE n.status <> 'ok'))
    OR c.outcome = 'not_concerned'
    OR (c.outcome = 'linked' AND NOT EXISTS (SELECT 1 FROM links AS l WHERE l.source_system = d.system
        AND l.source_kind = d.kind AND l.source_id = d.deal_id AND is_document(l.target_kind)))
    OR (c.outcome IN ('open', 'review') AND NOT EXISTS (SELECT 1 FROM operations AS o WHERE o.source_system = d.system
        AND o.source_kind = d.kind AND o.source_id = d.deal_id AND o.open_key IS NOT NULL)));

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

-- name: last_payments
SELECT company, document_kind, invoice_number, max(day) FROM payments
WHERE booked AND invoice_number IN (SELECT unnest($numbers::TEXT[])) GROUP BY ALL;

-- name: changed_write_backs
-- Deals whose newest document, payments, rules or date make something else of their write-back than when it was last
-- worked out, in the order in which they were linked.
WITH paid AS (
    SELECT company, document_kind, invoice_number, max(day) AS day FROM payments WHERE booked GROUP BY ALL
), newest AS (
    SELECT *, row_number() OVER (PARTITION BY source_id ORDER BY generation DESC, linked_at DESC, target_id DESC) AS place
    FROM links WHERE source_system = $system AND source_kind = $kind AND closed_at IS NULL
        AND rung NOT IN ('successor', 'copy')
), now AS (
    SELECT n.source_id, n.target_id, n.generation, n.linked_at, md5(concat_ws('|', $rules, n.company, n.target_kind,
        n.target_id, n.written_fingerprint, d.version, d.state, d.total, d.balance, d.paid, d.day, coalesce(d.due_day::TEXT, '-'),
        coalesce(d.paid_day::TEXT, '-'), coalesce(d.first_seen_booked_at::TEXT, '-'), coalesce(p.day::TEXT, '-'),
        coalesce(d.due_day < $today AND d.balance > 0, FALSE))) AS basis
    FROM newest AS n JOIN documents AS d ON d.company = n.company AND d.kind = n.target_kind AND d.number = n.target_id
        LEFT JOIN paid AS p ON p.company = n.company AND p.document_kind = n.target_kind AND p.invoice_number = n.target_id
    WHERE n.place = 1
)
SELECT n.source_id, n.target_id, n.basis FROM now AS n
LEFT JOIN write_back_bases AS b ON b.system = $system AND b.kind = $kind AND b.record_id = n.source_id
WHERE b.basis IS DISTINCT FROM n.basis ORDER BY n.generation, n.linked_at, n.target_id;

-- name: changed_number_links
-- What the numbers that accounts are told rest on, where that is something else than when they were last worked out.
WITH now AS (
    SELECT md5(concat_ws('|', $rules, count(*), coalesce(bit_xor(hash(source_id, company, target_id, written_fingerprint)), 0)))
        AS basis
    FROM links WHERE source_system = $system AND source_kind = $kind AND closed_at IS NULL
)
SELECT n.basis FROM now AS n LEFT JOIN write_back_bases AS b ON b.system = $system AND b.kind = $kind AND b.record_id = ''
WHERE b.basis IS DISTINCT FROM n.basis;

-- name: put_write_back_bases
INSERT INTO write_back_bases BY NAME SELECT * FROM incoming
ON CONFLICT (system, kind, record_id) DO UPDATE SET basis = excluded.basis;

-- name: forget_write_back_bases
DELETE FROM write_back_bases;

-- name: drop_gone_payments
DELETE FROM payments WHERE company = $company AND number NOT IN (SELECT record_id FROM records
    WHERE system = $system AND kind = 'payment' AND deleted_at IS NULL);

-- name: payments_known
SELECT number, invoice_number FROM payments WHERE company = $company ORDER BY number;

-- name: invoices_paid_in_excess
-- Documents on which Fortnox counts less as paid than their payments add up to: a payment was removed.
SELECT d.number FROM documents AS d JOIN payments AS p ON p.company = d.company
    AND p.document_kind = d.kind AND p.invoice_number = d.number
WHERE d.company = $company AND d.currency = 'SEK' AND NOT d.credit AND p.booked
GROUP BY d.number, d.paid HAVING sum(p.amount_sek) > d.paid + 0.005 ORDER BY d.number LIMIT 50;

-- name: put_crm_totals
INSERT INTO crm_totals BY NAME SELECT * FROM incoming;

-- name: forget_crm_totals
DELETE FROM crm_totals WHERE system = $system;

-- name: own_totals
-- What our own copy of the CRM's won deals adds up to, by the sum that each deal states.
SELECT coalesce(strftime(d.day, '%Y-%m'), ''), d.currency, count(*),
    coalesce(sum(try_cast(json_extract_string(r.payload, $path) AS DECIMAL(24, 6))), 0)
FROM deals AS d JOIN records AS r ON r.system = d.system AND r.kind = d.kind AND r.record_id = d.deal_id
WHERE d.system = $system AND d.state = 'won' AND r.deleted_at IS NULL GROUP BY ALL ORDER BY ALL;

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

-- name: references
-- Mirrored documents of a kind that carry one of the given names, in any generation.
SELECT record_id, payload, version FROM records WHERE system = $system AND kind = $kind AND deleted_at IS NULL
    AND regexp_replace(json_extract_string(payload, $path), ':g[0-9]+$', ':g1')
        IN (SELECT unnest($names::TEXT[]));

-- name: names_in_register
SELECT record_id, coalesce(json_extract_string(payload, '$.Name'), json_extract_string(payload, '$.Description'), '')
FROM records WHERE system = $system AND kind = $kind AND deleted_at IS NULL;

-- name: open_document_ids
-- Booked documents of a kind with something left to pay, by the mirror.
SELECT number FROM documents WHERE company = $company AND kind = $kind AND booked AND NOT cancelled AND balance <> 0;

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
        AND c.record_id = d.source_id AND (c.outcome IN ('excluded', 'not_concerned')
            OR c.outcome = 'dismissed' AND c.code IN ('no_longer_won', 'taken_out', 'no_route', 'moved_company')))
    AND NOT EXISTS (SELECT 1 FROM decisions AS c JOIN records AS r USING (system, kind, record_id)
        WHERE c.system = d.source_system AND c.kind = d.source_kind AND c.record_id = d.source_id
        AND c.version <> r.version)
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
