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

-- name: connections_now
-- What facts, bridge and checks rest on of the connections.
SELECT system, status, go_live FROM connections ORDER BY system;
