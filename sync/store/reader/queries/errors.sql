-- name: issues
-- What waits, grouped by company, class, code, field and whether it is for the CRM; a deal's net is counted once in each
-- group, also in that of the customer or article that it waits for. What has to be solved first stands before what only
-- waits for it.
WITH held AS (
    SELECT o.company, o.error_class, coalesce(nullif(o.problems->>'$[0].code', ''), o.error_code) AS code,
        coalesce(o.problems->>'$[0].field', '') AS field, o.source_system, o.source_kind, o.source_id, o.amount_sek,
        o.target_kind, o.state, o.created_at, o.updated_at, o.action = 'write_back' AS for_crm
    FROM operations AS o
    WHERE o.state IN ('review', 'retry', 'unknown') OR (o.state = 'planned' AND o.error_class = 'login')
    UNION ALL
    SELECT o.company, 'silent', 'silent_change', s.field, o.source_system, o.source_kind, o.source_id, o.amount_sek,
        o.target_kind, 'review', s.seen_at, s.seen_at, FALSE
    FROM silent_changes AS s JOIN operations AS o ON o.operation_no = s.operation_no WHERE s.accepted_at IS NULL
), named AS (
    SELECT company, source_system, source_kind, source_id, amount_sek,
        unnest(from_json(problems, '[{"code": "VARCHAR", "params": {"record": "VARCHAR"}}]')) AS problem
    FROM operations WHERE state = 'review' AND action <> 'write_back' AND is_document(target_kind)
), each AS (
    SELECT company, error_class, code, field, for_crm, source_system, source_kind, source_id,
        bool_or(state = 'review') AS review, min(created_at) AS first_seen_at, max(updated_at) AS last_seen_at
    FROM held WHERE $company::TEXT IS NULL OR company = $company
    GROUP BY ALL
), deals_behind AS (
    SELECT company, error_class, code, field, for_crm, source_system, source_kind, source_id, amount_sek FROM held
    UNION ALL
    SELECT h.company, h.error_class, h.code, h.field, h.for_crm, n.source_system, n.source_kind, n.source_id, n.amount_sek
    FROM held AS h JOIN named AS n ON n.company = h.company AND n.source_system = h.source_system
        AND n.problem.code = h.target_kind || '_waits' AND n.problem.params.record = h.source_id
), money AS (
    SELECT company, error_class, code, field, for_crm, sum(amount_sek)::DECIMAL(38, 6) AS amount_sek FROM (
        SELECT company, error_class, code, field, for_crm, max(amount_sek) AS amount_sek FROM deals_behind
        GROUP BY company, error_class, code, field, for_crm, source_system, source_kind, source_id)
    GROUP BY ALL
)
SELECT coalesce(e.company, '') AS company, coalesce(max(c.title), e.company, '') AS company_title, e.error_class, e.code,
    e.field, count(*) AS records, count(*) FILTER (WHERE e.review) AS waiting,
    any_value(m.amount_sek) AS amount_sek, min(e.first_seen_at) AS first_seen_at,
    max(e.last_seen_at) AS last_seen_at, e.for_crm
FROM each AS e LEFT JOIN connections AS c ON c.company = e.company
    LEFT JOIN money AS m ON m.company IS NOT DISTINCT FROM e.company AND m.error_class = e.error_class
        AND m.code = e.code AND m.field = e.field AND m.for_crm = e.for_crm
GROUP BY e.company, e.error_class, e.code, e.field, e.for_crm
ORDER BY waiting = 0, e.code IN ('customer_waits', 'article_waits'), amount_sek DESC NULLS LAST, records DESC, e.company,
    e.code, e.field LIMIT 500;

-- name: waiting
-- What waits, one by one: for a person first, then by money. A silent change is one line for each operation.
WITH held AS (
    SELECT operation_no, state, error_class, coalesce(nullif(problems->>'$[0].code', ''), error_code) AS code,
        coalesce(problems->>'$[0].field', '') AS field, updated_at AS seen_at
    FROM operations WHERE state IN ('review', 'retry', 'unknown') OR (state = 'planned' AND error_class = 'login')
    UNION ALL
    SELECT operation_no, 'done', 'silent', 'silent_change', min(field), min(seen_at) FROM silent_changes
    WHERE accepted_at IS NULL AND ($field::TEXT IS NULL OR field = $field) GROUP BY operation_no
)
SELECT o.operation_no, (SELECT count(*) FROM operation_moves AS m WHERE m.operation_no = o.operation_no) AS version,
    o.state, o.action, o.company, o.source_system, o.source_kind, o.source_id, o.target_kind,
    coalesce(o.target_id, '') AS target_id, o.subject_title, o.amount_sek, h.error_class, h.code, h.field,
    o.error_sentence, o.problems::TEXT AS problems, o.attempt, o.not_before, o.created_at, o.updated_at,
    count(*) OVER () AS total
FROM held AS h JOIN operations AS o ON o.operation_no = h.operation_no
WHERE ($company::TEXT IS NULL OR o.company = $company) AND ($class::TEXT IS NULL OR h.error_class = $class)
    AND ($code::TEXT IS NULL OR h.code = $code) AND ($field::TEXT IS NULL OR h.field = $field)
ORDER BY array_position(['review', 'done', 'unknown', 'retry', 'planned'], o.state), o.amount_sek DESC NULLS LAST,
    o.operation_no LIMIT $limit OFFSET $skip;

-- name: whole_operation
-- One operation with everything that a form needs.
SELECT o.operation_no, (SELECT count(*) FROM operation_moves AS m WHERE m.operation_no = o.operation_no) AS version,
    o.state, o.result, o.action, o.company, coalesce(c.title, o.company, '') AS company_title, o.source_system,
    o.source_kind, o.source_id, o.target_kind, coalesce(o.target_id, '') AS target_id, o.subject_title, o.amount_sek,
    o.error_class, o.error_code, o.error_sentence, o.problems::TEXT AS problems,
    coalesce(o.payload::TEXT, '') AS payload, coalesce(o.edited::TEXT, '') AS edited, o.attempt, o.fingerprint,
    coalesce(d.booked, FALSE) AS booked, o.created_at, o.updated_at
FROM operations AS o LEFT JOIN connections AS c ON c.company = o.company
    LEFT JOIN documents AS d ON d.company = o.company AND d.kind = o.target_kind AND d.number = o.target_id
WHERE o.operation_no = $number AND ($company::TEXT IS NULL OR o.company = $company);

-- name: resolved
-- Operations that failed once and have ended since, with who had a part in it.
WITH troubled AS (
    SELECT DISTINCT operation_no FROM operation_moves WHERE after_state IN ('review', 'retry', 'unknown')
), people AS (
    SELECT operation_no, arg_max(actor, event_no) AS actor, arg_max(coalesce(details->>'$.reason', ''), event_no) AS reason
    FROM events WHERE action IN ('edited', 'replayed', 'dismissed', 'accepted') GROUP BY operation_no
)
SELECT o.operation_no, o.state, o.result, o.action, o.company, o.source_system, o.source_kind, o.source_id,
    o.target_kind, coalesce(o.target_id, '') AS target_id, o.subject_title, o.amount_sek, coalesce(p.actor, '') AS who,
    coalesce(p.reason, '') AS reason, o.updated_at, count(*) OVER () AS total
FROM operations AS o LEFT JOIN people AS p ON p.operation_no = o.operation_no
WHERE o.open_key IS NULL AND ($company::TEXT IS NULL OR o.company = $company)
    AND (o.operation_no IN (SELECT operation_no FROM troubled) OR p.actor IS NOT NULL)
ORDER BY o.updated_at DESC, o.operation_no DESC LIMIT $limit OFFSET $skip;

-- name: open_totals
-- How many records wait and their net, each deal once; how many ended well in a week without a person's part.
SELECT (SELECT count(DISTINCT (source_system, source_kind, source_id)) FROM operations
        WHERE state IN ('review', 'retry', 'unknown') AND ($company::TEXT IS NULL OR company = $company)) AS records,
    coalesce((SELECT sum(amount_sek) FROM (SELECT max(amount_sek) AS amount_sek FROM operations
        WHERE state IN ('review', 'retry', 'unknown') AND ($company::TEXT IS NULL OR company = $company)
        GROUP BY source_system, source_kind, source_id)), 0)::DECIMAL(38, 6) AS amount_sek,
    (SELECT count(DISTINCT o.operation_no) FROM operations AS o
        JOIN operation_moves AS m ON m.operation_no = o.operation_no AND m.after_state IN ('review', 'retry', 'unknown')
        WHERE o.state = 'done' AND o.updated_at > $now::TIMESTAMP - INTERVAL 7 DAY
            AND ($company::TEXT IS NULL OR o.company = $company)
            AND o.operation_no NOT IN (SELECT operation_no FROM events WHERE operation_no IS NOT NULL
                AND action IN ('edited', 'replayed'))) AS solved;

-- name: edits
-- People's edits of what some records become, holding or ended.
WITH family AS (SELECT unnest($systems::TEXT[]) AS system, unnest($kinds::TEXT[]) AS kind, unnest($ids::TEXT[]) AS record_id)
SELECT e.company, e.target_kind, e.path, coalesce(e.content::TEXT, '') AS content,
    coalesce(e.before_content::TEXT, '') AS before_content, e.actor, e.reason, e.made_at, e.ended_at, e.ended_why
FROM overrides AS e WHERE (e.system, e.kind, e.record_id) IN (SELECT (system, kind, record_id) FROM family)
    AND ($company::TEXT IS NULL OR e.company = $company)
ORDER BY e.override_no DESC LIMIT 500;

-- name: silent_changes
-- What some operations were answered otherwise than they were sent.
SELECT s.operation_no, s.field, s.row_no, s.sent, s.answered, s.seen_at, s.accepted_at, s.accepted_by, s.accepted_reason
FROM silent_changes AS s JOIN operations AS o ON o.operation_no = s.operation_no
WHERE list_contains($numbers::BIGINT[], s.operation_no) AND ($company::TEXT IS NULL OR o.company = $company)
ORDER BY s.operation_no DESC, s.row_no NULLS FIRST, s.field LIMIT 500;

-- name: register_numbers
-- What a company's registers hold, as last read.
WITH own AS (
    SELECT kind, record_id, payload FROM records WHERE system = 'fortnox:' || $of_company AND deleted_at IS NULL
        AND ($company::TEXT IS NULL OR $of_company = $company)
        AND kind IN ('currency', 'financial_year', 'locked_period', 'customer', 'article')
)
SELECT coalesce(list(record_id ORDER BY record_id) FILTER (WHERE kind = 'currency'), []) AS currencies,
    coalesce(list((payload->>'$.FromDate')::DATE ORDER BY record_id) FILTER (WHERE kind = 'financial_year'), []) AS starts,
    coalesce(list((payload->>'$.ToDate')::DATE ORDER BY record_id) FILTER (WHERE kind = 'financial_year'), []) AS ends,
    max(nullif(payload->>'$.EndDate', '')[:10]::DATE) FILTER (WHERE kind = 'locked_period') AS locked_until,
    coalesce(list(record_id ORDER BY record_id) FILTER (WHERE kind = 'customer'), []) AS customers,
    coalesce(list(record_id ORDER BY record_id) FILTER (WHERE kind = 'article'), []) AS articles
FROM own;

-- name: candidates
-- Some of a company's customers, with what tells them apart.
SELECT record_id AS number, coalesce(payload->>'$.Name', '') AS name,
    coalesce(payload->>'$.OrganisationNumber', '') AS organisation_number, coalesce(payload->>'$.City', '') AS city
FROM records WHERE system = 'fortnox:' || $of_company AND kind = 'customer' AND deleted_at IS NULL
    AND list_contains($numbers::TEXT[], record_id) AND ($company::TEXT IS NULL OR $of_company = $company)
ORDER BY record_id LIMIT 50;
