-- name: run_history
-- The runs of one flow (or all), newest first.
SELECT r.run_id, r.flow, coalesce(f.kind, '') AS kind, coalesce(c.title, r.flow) AS system_title, r.reason, r.started_at, r.finished_at, r.state, r.sentence,
    r.records_read, r.records_changed, r.planned, r.sent, r.adopted, r.held, r.failed, r.calls,
    count(*) OVER () AS total
FROM runs AS r LEFT JOIN flows AS f ON f.flow = r.flow LEFT JOIN connections AS c ON c.system = f.system
WHERE ($flow::TEXT IS NULL OR r.flow = $flow)
    AND ($company::TEXT IS NULL OR f.company IS NULL OR f.company = $company)
ORDER BY r.run_id DESC LIMIT $limit OFFSET $skip;

-- name: commands
-- Commands that were answered, newest first; only those of $ids when given.
SELECT command_id, name, arguments::TEXT AS arguments, actor, asked_at, answered_at, accepted, answer_code,
    answer_params::TEXT AS answer_params
FROM commands
WHERE ($ids::TEXT[] IS NULL OR list_contains($ids, command_id))
    AND ($company::TEXT IS NULL OR (arguments->>'$.flow') NOT LIKE 'fortnox:%'
        OR starts_with(arguments->>'$.flow', 'fortnox:' || $company || '/'))
ORDER BY answered_at DESC LIMIT $limit;
