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
