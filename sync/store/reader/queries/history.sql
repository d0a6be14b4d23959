-- name: family_operations
-- The intended writes about a family, newest first.
WITH family AS (SELECT unnest($systems::TEXT[]) AS system, unnest($kinds::TEXT[]) AS kind, unnest($ids::TEXT[]) AS record_id)
SELECT o.operation_no, o.correlation_id, o.run_id, o.action, o.company, o.system, o.target_kind,
    coalesce(o.target_id, '') AS target_id, o.subject_title, o.amount_sek, o.reference, o.state, o.result, o.attempt,
    o.not_before, o.error_class, o.error_code, o.error_sentence, o.problems::TEXT AS problems,
    o.adjustments::TEXT AS adjustments, coalesce(o.payload::TEXT, '') AS payload, o.created_at, o.updated_at
FROM operations AS o
WHERE ((o.source_system, o.source_kind, o.source_id) IN (SELECT (system, kind, record_id) FROM family)
    OR (o.system, o.target_kind, o.target_id) IN (SELECT (system, kind, record_id) FROM family))
    AND ($company::TEXT IS NULL OR o.company IS NULL OR o.company = $company)
ORDER BY o.operation_no DESC LIMIT 200;

-- name: family_events
-- The timeline of a family: what happened to its records and its operations, newest first.
WITH family AS (SELECT unnest($systems::TEXT[]) AS system, unnest($kinds::TEXT[]) AS kind, unnest($ids::TEXT[]) AS record_id)
SELECT e.event_no, e.happened_at, e.actor, e.action, e.correlation_id, e.operation_no, e.run_id, e.system, e.kind,
    e.record_id, e.details::TEXT AS details, count(*) OVER () AS total
FROM events AS e
WHERE ((e.system, e.kind, e.record_id) IN (SELECT (system, kind, record_id) FROM family)
    OR list_contains($operations::BIGINT[], e.operation_no))
    AND ($company::TEXT IS NULL OR e.company IS NULL OR e.company = $company)
ORDER BY e.happened_at DESC, e.event_no DESC LIMIT $limit OFFSET $skip;

-- name: versions
-- The versions of one record, newest first.
SELECT v.version, v.payload::TEXT AS payload, v.valid_from, v.valid_to, v.run_id
FROM record_history AS v LEFT JOIN connections AS c ON c.system = v.system
WHERE v.system = $system AND v.kind = $kind AND v.record_id = $record_id
    AND ($company::TEXT IS NULL OR c.company IS NULL OR c.company = $company)
ORDER BY v.version DESC LIMIT $limit;

-- name: calls
-- The API calls made for some operations or under some correlation ids, newest first.
SELECT k.call_no, k.happened_at, k.operation_no, k.correlation_id, k.system, k.method, k.path, k.query, k.status,
    k.milliseconds, k.request, k.response
FROM calls AS k LEFT JOIN connections AS c ON c.system = k.system
WHERE (list_contains($operations::BIGINT[], k.operation_no)
    OR (k.correlation_id <> '' AND list_contains($correlations::TEXT[], k.correlation_id)))
    AND ($company::TEXT IS NULL OR c.company IS NULL OR c.company = $company)
ORDER BY k.happened_at DESC, k.call_no DESC LIMIT $limit;
