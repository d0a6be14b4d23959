-- Every question the dashboard may ask. $company NULL means all companies; $since NULL means all days.
-- Parameters only, never built text. Long answers are limited and say how many rows there are in all.

-- name: companies
-- The Fortnox companies Kvitt is paired with, for the company selector.
SELECT company, title, coalesce(organisation_number, '') AS organisation_number, go_live
FROM connections WHERE company IS NOT NULL AND ($company::TEXT IS NULL OR company = $company)
ORDER BY title;

-- name: months
-- The months that have a deal or a document, newest first, for the period selector.
SELECT DISTINCT strftime(day, '%Y-%m') AS month FROM (
    SELECT day FROM deals WHERE day IS NOT NULL AND ($company::TEXT IS NULL OR company = $company)
    UNION SELECT day FROM documents WHERE $company::TEXT IS NULL OR company = $company)
ORDER BY month DESC;

-- name: connections
-- How each system answered last; a CRM serves all companies and is always among them.
SELECT system, company, title, coalesce(organisation_number, '') AS organisation_number, status,
    status_sentence, last_success_at
FROM connections WHERE $company::TEXT IS NULL OR company IS NULL OR company = $company
ORDER BY company IS NOT NULL, system;

-- name: flows
-- The flows with their schedule and their newest run.
SELECT f.flow, f.kind, f.system, coalesce(c.title, f.system) AS system_title, f.company, f.interval_seconds, f.cron, f.paused, f.paused_reason,
    f.next_run_at, f.running_since, r.run_id AS last_run_id, r.state AS last_state, r.started_at AS last_started_at,
    r.finished_at AS last_finished_at, coalesce(r.sentence, '') AS last_sentence
FROM flows AS f LEFT JOIN (
    SELECT *, row_number() OVER (PARTITION BY flow ORDER BY run_id DESC) AS newest FROM runs
) AS r ON r.flow = f.flow AND r.newest = 1
LEFT JOIN connections AS c ON c.system = f.system
WHERE $company::TEXT IS NULL OR f.company IS NULL OR f.company = $company
ORDER BY f.kind, f.flow;

-- name: won_by_crm
-- What was won in each CRM on the days asked for.
SELECT system, count(*) AS deals, sum(gross_sek)::DECIMAL(38, 6) AS gross, sum(discount_sek)::DECIMAL(38, 6) AS discount,
    sum(net_sek)::DECIMAL(38, 6) AS net
FROM deals WHERE state = 'won' AND ($company::TEXT IS NULL OR company = $company)
    AND ($since::DATE IS NULL OR day BETWEEN $since AND $till)
GROUP BY system ORDER BY system;

-- name: deal_totals
-- Pipeline and won deals of the days asked for (ARCHITECTURE.md: M1, M2; won date, else expected date). A deal without a
-- company may be any company's: it is told of beside the figures of each.
WITH found AS (
    SELECT *, $company::TEXT IS NULL OR coalesce(company = $company, FALSE) AS own FROM deals
    WHERE $since::DATE IS NULL OR day BETWEEN $since AND $till
)
SELECT count(*) FILTER (WHERE own AND state = 'open') AS open_deals,
    coalesce(sum(net_sek) FILTER (WHERE own AND state = 'open'), 0)::DECIMAL(38, 6) AS open_net,
    count(*) FILTER (WHERE own AND state = 'won') AS won_deals,
    coalesce(sum(gross_sek) FILTER (WHERE own AND state = 'won'), 0)::DECIMAL(38, 6) AS won_gross,
    coalesce(sum(discount_sek) FILTER (WHERE own AND state = 'won'), 0)::DECIMAL(38, 6) AS won_discount,
    coalesce(sum(net_sek) FILTER (WHERE own AND state = 'won'), 0)::DECIMAL(38, 6) AS won_net,
    count(*) FILTER (WHERE state = 'won' AND company IS NULL) AS unrouted_deals,
    coalesce(sum(net_sek) FILTER (WHERE state = 'won' AND company IS NULL), 0)::DECIMAL(38, 6) AS unrouted_net,
    count(*) FILTER (WHERE state = 'open' AND company IS NULL) AS unrouted_open_deals,
    coalesce(sum(net_sek) FILTER (WHERE state = 'open' AND company IS NULL), 0)::DECIMAL(38, 6) AS unrouted_open_net
FROM found;

-- name: document_totals
-- Booked (M7) and not booked (M8) documents of the days asked for; overdue is by date.
SELECT count(*) FILTER (WHERE booked AND NOT cancelled) AS booked,
    coalesce(sum(net_sek) FILTER (WHERE booked AND NOT cancelled), 0)::DECIMAL(38, 6) AS booked_net,
    count(*) FILTER (WHERE NOT booked AND NOT cancelled) AS unbooked,
    coalesce(sum(net_sek) FILTER (WHERE NOT booked AND NOT cancelled), 0)::DECIMAL(38, 6) AS unbooked_net,
    count(*) FILTER (WHERE state IN ('booked', 'sent', 'part_paid', 'part_credited') AND balance > 0 AND due_day < $today) AS overdue
FROM documents
WHERE revenue AND ($company::TEXT IS NULL OR company = $company)
    AND ($since::DATE IS NULL OR day BETWEEN $since AND $till);

-- name: waiting_totals
-- What is in one of some states now, whatever the period: each source record counted once, with the net of its deal.
SELECT count(*) AS records, coalesce(sum(amount_sek), 0)::DECIMAL(38, 6) AS amount_sek FROM (
    SELECT max(amount_sek) AS amount_sek FROM operations
    WHERE list_contains($states, state) AND ($company::TEXT IS NULL OR company = $company)
    GROUP BY source_system, source_kind, source_id);

-- name: bridge_stages
-- From the pipeline to won net in the CRM, and what Fortnox booked, of the days asked for (ARCHITECTURE.md: the measures).
SELECT d.deals, d.pipeline, d.deleted, d.lost, d.open, d.not_sent, d.won_gross, d.discount, d.won_net, f.documents, f.booked
FROM (SELECT count(*) AS deals, coalesce(sum(gross_sek), 0)::DECIMAL(38, 6) AS pipeline,
        coalesce(sum(gross_sek) FILTER (WHERE state = 'deleted'), 0)::DECIMAL(38, 6) AS deleted,
        coalesce(sum(gross_sek) FILTER (WHERE state = 'lost'), 0)::DECIMAL(38, 6) AS lost,
        coalesce(sum(gross_sek) FILTER (WHERE state = 'open'), 0)::DECIMAL(38, 6) AS open,
        coalesce(sum(gross_sek) FILTER (WHERE state = 'won_elsewhere'), 0)::DECIMAL(38, 6) AS not_sent,
        coalesce(sum(gross_sek) FILTER (WHERE state = 'won'), 0)::DECIMAL(38, 6) AS won_gross,
        coalesce(sum(discount_sek) FILTER (WHERE state = 'won'), 0)::DECIMAL(38, 6) AS discount,
        coalesce(sum(net_sek) FILTER (WHERE state = 'won'), 0)::DECIMAL(38, 6) AS won_net
    FROM deals WHERE ($company::TEXT IS NULL OR company = $company)
        AND ($since::DATE IS NULL OR day BETWEEN $since AND $till)) AS d
CROSS JOIN (SELECT count(*) AS documents, coalesce(sum(net_sek), 0)::DECIMAL(38, 6) AS booked FROM documents
    WHERE booked AND NOT cancelled AND ($company::TEXT IS NULL OR company = $company)
        AND ($since::DATE IS NULL OR day BETWEEN $since AND $till)) AS f;

-- name: bridge_causes
-- The steps from CRM billable net (M3) to booked net (M7) of the days asked for, largest first.
SELECT cause, count(*) AS items, sum(amount_sek)::DECIMAL(38, 6) AS amount_sek FROM bridge_of($since, $till)
WHERE $company::TEXT IS NULL OR company = $company
GROUP BY cause ORDER BY abs(sum(amount_sek)) DESC, cause;

-- name: bridge_groups
-- The same by cause, by who made it, by CRM, by customer or by seller ($by), each with one cause or several.
SELECT name, string_agg(DISTINCT cause, ' ' ORDER BY cause) AS causes, count(*) AS items,
    sum(amount_sek)::DECIMAL(38, 6) AS amount_sek
FROM (SELECT b.cause, b.amount_sek, CASE $by::TEXT WHEN 'cause' THEN b.cause WHEN 'origin' THEN b.origin WHEN 'crm' THEN b.deal_system
            WHEN 'customer' THEN coalesce(d.customer_name, f.customer_name, '') ELSE coalesce(d.seller, '') END AS name
    FROM bridge_of($since, $till) AS b
        LEFT JOIN deals AS d ON d.system = b.deal_system AND d.deal_id = b.deal_id
        LEFT JOIN documents AS f ON f.company = b.company AND f.kind = b.document_kind AND f.number = b.number
    WHERE $company::TEXT IS NULL OR b.company = $company)
GROUP BY name ORDER BY abs(sum(amount_sek)) DESC, name LIMIT 500;

-- name: bridge_rows
-- The steps behind one bar ($by and $name as in bridge_groups), largest first.
SELECT b.company, b.cause, b.origin, b.deal_system, coalesce(d.kind, '') AS deal_kind, b.deal_id, b.deal_row, b.document_kind, b.number,
    b.document_row, b.amount_sek, b.why::TEXT AS why, coalesce(d.title, '') AS title, coalesce(d.customer_name, f.customer_name, '') AS customer_name,
    coalesce(d.seller, '') AS seller, b.deal_day, b.booked_day, coalesce(f.currency, d.currency, 'SEK') AS currency,
    count(*) OVER () AS total
FROM bridge_of($since, $till) AS b
    LEFT JOIN deals AS d ON d.system = b.deal_system AND d.deal_id = b.deal_id
    LEFT JOIN documents AS f ON f.company = b.company AND f.kind = b.document_kind AND f.number = b.number
WHERE ($company::TEXT IS NULL OR b.company = $company)
    AND $name::TEXT = CASE $by::TEXT WHEN 'cause' THEN b.cause WHEN 'origin' THEN b.origin WHEN 'crm' THEN b.deal_system
        WHEN 'customer' THEN coalesce(d.customer_name, f.customer_name, '') ELSE coalesce(d.seller, '') END
ORDER BY abs(b.amount_sek) DESC, b.deal_id, b.number, b.deal_row LIMIT $limit OFFSET $skip;

-- name: recovery
-- The note that a recovery is going on: nothing is sent to any company, whatever $company is.
SELECT json_extract_string(content, '$.reason') AS reason,
    (json_extract_string(content, '$.since')::TIMESTAMPTZ AT TIME ZONE 'UTC') AS since,
    (json_extract_string(content, '$.until')::TIMESTAMPTZ AT TIME ZONE 'UTC') AS until
FROM meta WHERE name = 'recovery' AND ($company::TEXT IS NULL OR TRUE);

-- name: checks
-- The promises as last checked. They are checked for all companies together, whatever $company is.
SELECT name, checked_at, found, ok FROM checks WHERE $company::TEXT IS NULL OR TRUE ORDER BY ok, name;

-- name: crm_differences
-- Months and currencies in which the CRM itself counts other won deals, or another sum of them, than our copy: the
-- same rows as the check `crm_total` counts. A CRM serves all companies, whatever $company is.
SELECT t.month, t.currency, t.crm_count, t.crm_amount, t.own_count, t.own_amount, t.asked_at
FROM crm_totals AS t
WHERE (t.crm_count <> t.own_count OR abs(t.crm_amount - t.own_amount) > 0.005 * greatest(t.own_count, 1))
    AND ($company::TEXT IS NULL OR TRUE)
ORDER BY t.month DESC, t.currency LIMIT 500;

-- name: attention
-- Operations that are not going by themselves, most money first.
SELECT operation_no, state, action, company, source_system, source_kind, source_id, target_kind, subject_title,
    amount_sek, error_class, error_code, error_sentence, problems::TEXT AS problems, attempt, not_before, created_at,
    count(*) OVER () AS total
FROM operations
WHERE state IN ('review', 'retry', 'unknown') AND ($company::TEXT IS NULL OR company = $company)
ORDER BY array_position(['review', 'unknown', 'retry'], state), amount_sek DESC NULLS LAST, operation_no
LIMIT $limit OFFSET $skip;

-- name: record_counts
-- How many records of each kind have been read: what a first run has done so far.
SELECT r.system, r.kind, count(*) AS records FROM records AS r LEFT JOIN connections AS c ON c.system = r.system
WHERE r.deleted_at IS NULL AND ($company::TEXT IS NULL OR c.company IS NULL OR c.company = $company)
GROUP BY r.system, r.kind ORDER BY r.system, r.kind;

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

-- name: search_records
-- Deals, documents and other records by id, number, OCR, reference, correlation id, name, org number or amount. Payments,
-- which are most of the others, have no name to be read.
WITH traced AS (
    SELECT DISTINCT source_system, source_kind, source_id, system, target_kind, target_id FROM operations
    WHERE correlation_id = $words OR reference = $words OR operation_no::TEXT = $words
), decided AS (
    SELECT DISTINCT system, kind, record_id FROM decisions WHERE correlation_id = $words
), others AS (
    SELECT r.system, r.kind, r.record_id, c.company,
        CASE WHEN r.kind = 'payment' THEN '' ELSE coalesce(r.payload->>'$.Name', r.payload->>'$.name',
            r.payload->>'$.Description', r.payload->>'$.title', '') END AS title,
        CASE WHEN r.kind NOT IN ('customer', 'account') THEN '' ELSE coalesce(r.payload->>'$.OrganisationNumber',
            r.payload->>'$.orgNo', r.payload->>'$.Organization_Number__c', '') END AS organisation_number
    FROM records AS r LEFT JOIN connections AS c ON c.system = r.system
    WHERE r.kind NOT IN (SELECT kind FROM documents) AND r.kind NOT IN (SELECT kind FROM deals)
), owners AS (
    SELECT system, record_id FROM others
    WHERE $digits <> '' AND kind IN ('customer', 'account')
        AND regexp_replace(organisation_number, '[^0-9]', '', 'g')
            IN ($digits, '16' || $digits, '19' || $digits, '20' || $digits, $digits || '01')
), found AS (
    SELECT d.system, d.kind, d.deal_id AS record_id, d.title, d.customer_name, d.company, d.day, d.net_sek AS amount_sek,
        d.state,
        CASE WHEN $words = '' THEN 'listed'
            WHEN d.deal_id = $words THEN 'id'
            WHEN EXISTS (SELECT 1 FROM traced AS t WHERE t.source_system = d.system AND t.source_id = d.deal_id
                AND t.source_kind = d.kind) THEN 'trace'
            WHEN EXISTS (SELECT 1 FROM decided AS t WHERE t.system = d.system AND t.kind = d.kind
                AND t.record_id = d.deal_id) THEN 'trace'
            WHEN (d.system, d.customer_id) IN (SELECT (system, record_id) FROM owners) THEN 'organisation_number'
            WHEN round(d.net_sek, 2) = $amount OR round(d.gross_sek, 2) = $amount THEN 'amount'
            WHEN contains(lower(d.title), lower($words)) OR contains(lower(d.customer_name), lower($words)) THEN 'name'
        END AS found_by
    FROM deals AS d
    WHERE $words <> '' OR $since::DATE IS NULL OR d.day BETWEEN $since AND $till
    UNION ALL
    SELECT 'fortnox:' || d.company, d.kind, d.number, '', d.customer_name, d.company, d.day, d.net_sek,
        CASE WHEN d.state IN ('booked', 'sent', 'part_paid', 'part_credited') AND d.balance > 0 AND d.due_day < $today
            THEN 'overdue' ELSE d.state END,
        CASE WHEN $words = '' THEN 'listed'
            WHEN d.number = $words THEN 'id'
            WHEN d.ocr <> '' AND d.ocr = $words THEN 'ocr'
            WHEN d.reference <> '' AND d.reference = $words THEN 'reference'
            WHEN d.voucher <> '' AND lower(d.voucher) = lower($words) THEN 'voucher'
            WHEN EXISTS (SELECT 1 FROM traced AS t WHERE t.system = 'fortnox:' || d.company AND t.target_kind = d.kind
                AND t.target_id = d.number) THEN 'trace'
            WHEN ('fortnox:' || d.company, d.customer_number) IN (SELECT (system, record_id) FROM owners)
                THEN 'organisation_number'
            WHEN round(d.net_sek, 2) = $amount OR round(d.total, 2) = $amount THEN 'amount'
            WHEN d.customer_number = $words OR contains(lower(d.customer_name), lower($words)) THEN 'name'
        END
    FROM documents AS d
    WHERE $words <> '' OR $since::DATE IS NULL OR d.day BETWEEN $since AND $till
    UNION ALL
    SELECT o.system, o.kind, o.record_id, o.title, '', o.company, NULL, NULL, '',
        CASE WHEN o.record_id = $words THEN 'id'
            WHEN EXISTS (SELECT 1 FROM traced AS t WHERE t.source_system = o.system AND t.source_kind = o.kind
                AND t.source_id = o.record_id) THEN 'trace'
            WHEN (o.system, o.record_id) IN (SELECT (system, record_id) FROM owners) AND o.kind IN ('customer', 'account')
                THEN 'organisation_number'
            WHEN contains(lower(o.title), lower($words)) THEN 'name'
        END
    FROM others AS o WHERE $words <> ''
)
SELECT *, count(*) OVER () AS total FROM found
WHERE found_by IS NOT NULL AND ($company::TEXT IS NULL OR company = $company
    OR (company IS NULL AND kind NOT IN (SELECT kind FROM deals)))
ORDER BY found_by IN ('amount', 'name'), kind NOT IN (SELECT kind FROM documents) AND kind NOT IN (SELECT kind FROM deals),
    day DESC NULLS LAST, system, record_id
LIMIT $limit OFFSET $skip;

-- name: record
-- The newest version of one record, unless it belongs to another company than the one asked for.
SELECT r.system, r.kind, r.record_id, c.company, coalesce(c.title, r.system) AS system_title, r.version,
    r.payload::TEXT AS payload, r.first_seen_at, r.changed_at, r.modified_at, r.deleted_at
FROM records AS r LEFT JOIN connections AS c ON c.system = r.system
WHERE r.system = $system AND r.kind = $kind AND r.record_id = $record_id
    AND ($company::TEXT IS NULL OR c.company IS NULL OR c.company = $company);

-- name: family
-- A record with all that it belongs together with, by links and by credits: the deal, its invoices, what credits them.
WITH RECURSIVE pairs AS (
    SELECT source_system AS a_system, source_kind AS a_kind, source_id AS a_id,
        'fortnox:' || company AS b_system, target_kind AS b_kind, target_id AS b_id
    FROM links WHERE $company::TEXT IS NULL OR company = $company
    UNION ALL
    SELECT 'fortnox:' || company, kind, credits, 'fortnox:' || company, kind, number
    FROM documents WHERE credits <> '' AND ($company::TEXT IS NULL OR company = $company)
), ways AS (
    SELECT * FROM pairs UNION ALL SELECT b_system, b_kind, b_id, a_system, a_kind, a_id FROM pairs
), family AS (
    SELECT $system::TEXT AS system, $kind::TEXT AS kind, $record_id::TEXT AS record_id, 0 AS ring
    UNION
    -- Four steps lead from a credit over its invoice and deal to the credits of the deal's other invoices.
    SELECT w.b_system, w.b_kind, w.b_id, f.ring + 1 FROM family AS f
        JOIN ways AS w ON w.a_system = f.system AND w.a_kind = f.kind AND w.a_id = f.record_id
    WHERE f.ring < 4
)
SELECT system, kind, record_id FROM family
GROUP BY system, kind, record_id ORDER BY min(ring), system, kind, record_id LIMIT 100;

-- name: family_links
-- The links between the records of a family, with the rung that made each.
WITH family AS (SELECT unnest($systems::TEXT[]) AS system, unnest($kinds::TEXT[]) AS kind, unnest($ids::TEXT[]) AS record_id)
SELECT l.source_system, l.source_kind, l.source_id, l.company, l.target_kind, l.target_id, l.generation, l.origin,
    l.rung, l.reference, l.linked_at, l.closed_at
FROM links AS l
WHERE (l.source_system, l.source_kind, l.source_id) IN (SELECT (system, kind, record_id) FROM family)
    AND ('fortnox:' || l.company, l.target_kind, l.target_id) IN (SELECT (system, kind, record_id) FROM family)
    AND ($company::TEXT IS NULL OR l.company = $company)
ORDER BY l.linked_at LIMIT 500;

-- name: family_deals
-- The deals of a family, as the reconciliation reads them.
WITH family AS (SELECT unnest($systems::TEXT[]) AS system, unnest($kinds::TEXT[]) AS kind, unnest($ids::TEXT[]) AS record_id)
SELECT d.system, d.kind, d.deal_id, d.company, d.title, d.customer_id, d.customer_name,
    d.seller, d.state, d.day, d.currency, d.rate_sek, d.gross_sek, d.discount_sek, d.net_sek, d.version
FROM deals AS d
WHERE (d.system, d.kind, d.deal_id) IN (SELECT (system, kind, record_id) FROM family)
    AND ($company::TEXT IS NULL OR d.company = $company)
ORDER BY d.system, d.deal_id;

-- name: deal_rows
-- The rows of one deal in the deal's order.
SELECT r.row_no, r.article, r.text, r.quantity, r.list_price, r.price, r.gross_sek, r.discount_sek, r.net_sek
FROM deal_rows AS r JOIN deals AS d ON d.system = r.system AND d.deal_id = r.deal_id
WHERE r.system = $system AND r.deal_id = $record_id AND ($company::TEXT IS NULL OR d.company = $company)
ORDER BY r.row_no LIMIT 500;

-- name: family_documents
-- The documents of a family; overdue is by date.
WITH family AS (SELECT unnest($systems::TEXT[]) AS system, unnest($kinds::TEXT[]) AS kind, unnest($ids::TEXT[]) AS record_id)
SELECT d.company, d.kind, d.number, d.customer_number, d.customer_name, d.day, d.due_day, d.paid_day,
    CASE WHEN d.state IN ('booked', 'sent', 'part_paid', 'part_credited') AND d.balance > 0 AND d.due_day < $today
        THEN 'overdue' ELSE d.state END AS state,
    d.booked, d.cancelled, d.credit, d.credited_by, d.credits, d.reference, d.voucher, d.ocr, d.currency, d.rate_sek,
    d.net_sek, d.total, d.balance, d.paid, d.first_seen_booked_at, d.version
FROM documents AS d
WHERE ('fortnox:' || d.company, d.kind, d.number) IN (SELECT (system, kind, record_id) FROM family)
    AND ($company::TEXT IS NULL OR d.company = $company)
ORDER BY d.company, d.day, d.kind, d.number;

-- name: document_rows
-- The rows of one document.
SELECT row_no, article, text, quantity, price, discount, discount_type, net_sek FROM document_rows
WHERE company = $of_company AND kind = $kind AND number = $number AND ($company::TEXT IS NULL OR company = $company)
ORDER BY row_no LIMIT 500;

-- name: payments
-- The payments of one document.
SELECT number, day, amount_sek, currency, booked, source FROM payments
WHERE company = $of_company AND document_kind = $kind AND invoice_number = $number AND ($company::TEXT IS NULL OR company = $company)
ORDER BY day, number LIMIT 500;

-- name: record_causes
-- Why this deal and its documents differ: their steps of the bridge, and what a draft differs by so far.
WITH family AS (SELECT unnest($systems::TEXT[]) AS system, unnest($kinds::TEXT[]) AS kind, unnest($ids::TEXT[]) AS record_id)
SELECT b.cause, b.origin, b.side, b.document_kind, b.number, b.deal_id, b.deal_row, b.document_row, b.amount_sek, b.why::TEXT AS why
FROM bridge AS b
WHERE ((b.deal_system, b.deal_id) IN (SELECT (system, record_id) FROM family)
    OR ('fortnox:' || b.company, b.document_kind, b.number) IN (SELECT (system, kind, record_id) FROM family))
    AND ($company::TEXT IS NULL OR b.company = $company)
ORDER BY abs(b.amount_sek) DESC LIMIT 500;

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

-- name: decisions
-- What was decided about the records of a family.
WITH family AS (SELECT unnest($systems::TEXT[]) AS system, unnest($kinds::TEXT[]) AS kind, unnest($ids::TEXT[]) AS record_id)
SELECT d.system, d.kind, d.record_id, d.company, d.outcome, d.code, d.correlation_id, d.reason, d.decided_at
FROM decisions AS d
WHERE (d.system, d.kind, d.record_id) IN (SELECT (system, kind, record_id) FROM family)
    AND ($company::TEXT IS NULL OR d.company IS NULL OR d.company = $company)
ORDER BY d.decided_at;

-- name: reconciliation_months
-- Won in the CRM against booked in Fortnox, per month and company. `causes` are the steps of the bridge, in the month
-- of the deal where nothing is booked and else in the document's. `moved` is the CRM value of what is booked in another
-- month: what arrives with documents less what left with deals.
WITH parts AS (
    SELECT day, company, 1 AS deals, gross_sek AS gross, discount_sek AS discount, net_sek AS net, 0 AS documents,
        0::DECIMAL(38, 6) AS booked, 0::DECIMAL(38, 6) AS causes, 0::DECIMAL(38, 6) AS moved
    FROM deals WHERE state = 'won'
    UNION ALL SELECT day, company, 0, 0, 0, 0, 1, net_sek, 0, 0 FROM documents WHERE booked AND NOT cancelled
    UNION ALL SELECT CASE side WHEN 'crm' THEN deal_day ELSE booked_day END, company, 0, 0, 0, 0, 0, 0, amount_sek, 0
        FROM bridge WHERE side <> 'draft'
    UNION ALL SELECT deal_day, company, 0, 0, 0, 0, 0, 0, 0, -crm_sek FROM slices
        WHERE booked_day IS NOT NULL AND deal_row > 0
    UNION ALL SELECT booked_day, company, 0, 0, 0, 0, 0, 0, 0, crm_sek FROM slices
        WHERE booked_day IS NOT NULL AND deal_row > 0
)
SELECT strftime(day, '%Y-%m') AS month, coalesce(company, '') AS company, sum(deals)::BIGINT AS deals,
    sum(gross)::DECIMAL(38, 6) AS gross, sum(discount)::DECIMAL(38, 6) AS discount, sum(net)::DECIMAL(38, 6) AS net,
    sum(documents)::BIGINT AS documents, sum(booked)::DECIMAL(38, 6) AS booked,
    (sum(booked) - sum(net))::DECIMAL(38, 6) AS difference, sum(causes)::DECIMAL(38, 6) AS causes,
    sum(moved)::DECIMAL(38, 6) AS moved,
    (sum(booked) - sum(net) - sum(causes) - sum(moved))::DECIMAL(38, 6) AS unexplained
FROM parts
WHERE day IS NOT NULL AND ($company::TEXT IS NULL OR company = $company)
    AND ($since::DATE IS NULL OR day BETWEEN $since AND $till)
GROUP BY ALL ORDER BY month DESC, company LIMIT 500;

-- name: won_deals
-- The deals behind a month's won figure, each with its documents and what credits them, what of all this is booked, and
-- its causes. The month comes first: all that is looked up is of its deals.
WITH wanted AS (
    SELECT * FROM deals WHERE state = 'won' AND day BETWEEN $since AND $till
        AND ($company::TEXT IS NULL OR coalesce(company, '') = $company)
), linked AS (
    SELECT l.source_system, l.source_id, l.company, l.target_kind, l.target_id FROM links AS l
        SEMI JOIN wanted AS w ON w.system = l.source_system AND w.deal_id = l.source_id
), papers AS (
    SELECT l.source_system, l.source_id, i.* FROM linked AS l
        JOIN documents AS i ON i.company = l.company AND i.kind = l.target_kind AND i.number = l.target_id
    UNION ALL
    SELECT l.source_system, l.source_id, i.* FROM linked AS l
        JOIN documents AS i ON i.credits <> '' AND i.company = l.company AND i.kind = l.target_kind AND i.credits = l.target_id
)
SELECT d.system, d.kind, d.deal_id, d.title, d.customer_name, d.seller,
    coalesce(d.company, '') AS company, d.day, d.gross_sek, d.discount_sek, d.net_sek, coalesce(f.numbers, '') AS documents,
    coalesce(f.booked, 0)::DECIMAL(38, 6) AS booked,
    coalesce(f.days, '') AS booked_days, coalesce(b.causes, '') AS causes, count(*) OVER () AS total
FROM wanted AS d
LEFT JOIN (
    SELECT source_system, source_id, string_agg(DISTINCT number, ', ' ORDER BY number) AS numbers,
        sum(net_sek) FILTER (WHERE booked AND NOT cancelled) AS booked,
        string_agg(DISTINCT day::TEXT, ', ' ORDER BY day::TEXT) FILTER (WHERE booked AND NOT cancelled) AS days
    FROM papers GROUP BY source_system, source_id
) AS f ON f.source_system = d.system AND f.source_id = d.deal_id
LEFT JOIN (
    SELECT deal_system, deal_id, string_agg(DISTINCT cause, ' ' ORDER BY cause) AS causes FROM (
        SELECT b.deal_system, b.deal_id, b.cause FROM bridge AS b
            SEMI JOIN wanted AS w ON w.system = b.deal_system AND w.deal_id = b.deal_id
            WHERE b.deal_id <> '' AND b.side <> 'draft'
        UNION ALL SELECT p.source_system, p.source_id, b.cause FROM papers AS p
            JOIN bridge AS b ON b.deal_id = '' AND b.company = p.company AND b.document_kind = p.kind AND b.number = p.number AND p.credits <> '')
    GROUP BY deal_system, deal_id
) AS b ON b.deal_system = d.system AND b.deal_id = d.deal_id
ORDER BY abs(coalesce(f.booked, 0) - d.net_sek) DESC, d.day, d.deal_id LIMIT $limit OFFSET $skip;

-- name: booked_documents
-- The documents behind a month's booked figure, each with its deals (a credit, with those of what it credits) and its
-- causes. The month comes first, as for deals.
WITH wanted AS (
    SELECT *, coalesce(nullif(credits, ''), number) AS linked FROM documents
    WHERE booked AND NOT cancelled AND day BETWEEN $since AND $till AND ($company::TEXT IS NULL OR company = $company)
)
SELECT d.company, d.kind, d.number, d.customer_name, d.day,
    CASE WHEN d.state IN ('booked', 'sent', 'part_paid', 'part_credited') AND d.balance > 0 AND d.due_day < $today
        THEN 'overdue' ELSE d.state END AS state,
    d.voucher, d.net_sek, d.total, d.currency, coalesce(l.deals, '') AS deals, coalesce(b.causes, '') AS causes,
    count(*) OVER () AS total_rows
FROM wanted AS d
LEFT JOIN (
    SELECT company, target_kind, target_id, string_agg(DISTINCT source_id, ', ' ORDER BY source_id) AS deals FROM links AS l
    SEMI JOIN wanted AS w ON w.company = l.company AND w.kind = l.target_kind AND w.linked = l.target_id
    GROUP BY company, target_kind, target_id
) AS l ON l.company = d.company AND l.target_kind = d.kind AND l.target_id = d.linked
LEFT JOIN (
    SELECT company, document_kind, number, string_agg(DISTINCT cause, ' ' ORDER BY cause) AS causes FROM bridge AS b
    SEMI JOIN wanted AS w ON w.company = b.company AND w.kind = b.document_kind AND w.number = b.number
    WHERE b.number <> '' AND b.side <> 'draft' GROUP BY company, document_kind, number
) AS b ON b.company = d.company AND b.document_kind = d.kind AND b.number = d.number
ORDER BY abs(d.net_sek) DESC, d.number LIMIT $limit OFFSET $skip;

-- name: report_totals
-- The figures of `python -m sync report`, all periods.
SELECT coalesce((SELECT sum(gross_sek) FROM deals
        WHERE state = 'won' AND ($company::TEXT IS NULL OR company = $company)), 0)::DECIMAL(24, 6) AS gross_sek,
    coalesce((SELECT sum(discount_sek) FROM deals
        WHERE state = 'won' AND ($company::TEXT IS NULL OR company = $company)), 0)::DECIMAL(24, 6) AS discount_sek,
    coalesce((SELECT sum(net_sek) FROM deals
        WHERE state = 'won' AND ($company::TEXT IS NULL OR company = $company)), 0)::DECIMAL(24, 6) AS net_sek,
    (SELECT count(*) FROM documents
        WHERE revenue AND NOT cancelled AND NOT credit AND ($company::TEXT IS NULL OR company = $company)) AS documents,
    coalesce((SELECT sum(net_sek) FROM documents
        WHERE booked AND NOT cancelled AND ($company::TEXT IS NULL OR company = $company)), 0)::DECIMAL(24, 6)
        AS booked_sek,
    (SELECT count(*) FROM operations WHERE state = 'done' AND ($company::TEXT IS NULL OR company = $company)) AS done,
    (SELECT count(*) FROM operations WHERE state = 'review' AND ($company::TEXT IS NULL OR company = $company)) AS review;

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

-- name: discount_rows
-- Rows of won deals beside the rows they became, together where there are several, largest difference first; '' as a
-- filter takes all. A price or percentage that is not the same on all of them is not told. The rows of the page are chosen
-- first, by what slices say; all that is told of them is looked up for them alone, causes only where they are asked for.
WITH told_of_all AS (
    SELECT deal_system, deal_id, deal_row, string_agg(DISTINCT cause, ' ') AS causes FROM bridge
    WHERE $cause::TEXT <> '' AND deal_id <> '' AND side <> 'booked' GROUP BY deal_system, deal_id, deal_row
), known AS (
    SELECT s.company, s.deal_system, s.deal_id, s.deal_row, r.net_sek,
        sum(CASE WHEN s.number <> '' THEN s.document_sek - s.crm_sek END) AS difference_sek
    FROM slices AS s JOIN deals AS d ON d.system = s.deal_system AND d.deal_id = s.deal_id
        JOIN deal_rows AS r ON r.system = s.deal_system AND r.deal_id = s.deal_id AND r.row_no = s.deal_row
    WHERE s.deal_row > 0 AND ($company::TEXT IS NULL OR s.company = $company)
        AND ($since::DATE IS NULL OR s.deal_day BETWEEN $since AND $till) AND ($seller::TEXT = '' OR d.seller = $seller)
        AND ($product::TEXT = '' OR coalesce(nullif(r.article, ''), r.text) = $product)
    GROUP BY s.company, s.deal_system, s.deal_id, s.deal_row, r.net_sek
), page AS (
    SELECT k.company, k.deal_system, k.deal_id, k.deal_row, count(*) OVER () AS total FROM known AS k
        LEFT JOIN told_of_all AS one ON one.deal_system = k.deal_system AND one.deal_id = k.deal_id AND one.deal_row = k.deal_row
        LEFT JOIN told_of_all AS whole ON whole.deal_system = k.deal_system AND whole.deal_id = k.deal_id AND whole.deal_row = 0
    WHERE ($cause::TEXT = '' OR list_contains(string_split(coalesce(one.causes, whole.causes, ''), ' '), $cause))
        AND ($size::DECIMAL(24, 6) IS NULL OR abs(round(k.difference_sek, 2)) >= $size)
    ORDER BY abs(coalesce(k.difference_sek, 0)) DESC, abs(k.net_sek) DESC, k.deal_system, k.deal_id, k.deal_row
    LIMIT $limit OFFSET $skip
), told AS (
    SELECT b.deal_system, b.deal_id, b.deal_row, string_agg(DISTINCT rtrim(b.cause || '.' || b.origin, '.'), ' '
        ORDER BY rtrim(b.cause || '.' || b.origin, '.')) AS causes
    FROM bridge AS b SEMI JOIN page AS p ON p.deal_system = b.deal_system AND p.deal_id = b.deal_id
    WHERE b.side <> 'booked' GROUP BY b.deal_system, b.deal_id, b.deal_row
), whole AS (
    SELECT c.company, c.deal_system, c.deal_kind, c.deal_id, c.deal_row, c.title, c.customer_name, c.seller, c.day, c.currency,
        c.article, c.text, c.quantity, c.list_price, c.gross_sek, c.discount_sek, c.net_sek, c.discount_given, p.total,
        coalesce(string_agg(number, ', ' ORDER BY try_cast(number AS BIGINT), number) FILTER (WHERE number <> ''), '') AS number,
        CASE WHEN bool_and(number = '' OR booked_day IS NOT NULL) THEN max(booked_day) END AS booked_day,
        sum(document_quantity) AS document_quantity,
        CASE WHEN min(document_price) = max(document_price) THEN min(document_price) END AS document_price,
        CASE WHEN bool_and(document_discount_type = 'AMOUNT') THEN sum(document_discount)
            WHEN min(document_discount) = max(document_discount) THEN min(document_discount) END AS document_discount,
        max(document_discount_type) AS document_discount_type, max(document_currency) AS document_currency,
        sum(document_net_sek) AS document_net_sek, sum(difference_sek) AS difference_sek
    FROM compared_rows AS c JOIN page AS p USING (company, deal_system, deal_id, deal_row)
    GROUP BY ALL
)
SELECT company, deal_system, deal_kind, deal_id, w.deal_row, title, customer_name, seller, day, currency, article, text,
    quantity, list_price, gross_sek, discount_sek,
    CASE WHEN gross_sek <> 0 AND discount_given THEN (discount_sek / gross_sek * 100)::DECIMAL(24, 6) END AS discount_percent, net_sek,
    number, booked_day, document_quantity, document_price, document_discount, document_discount_type, document_currency,
    document_net_sek, difference_sek, coalesce(one.causes, deals.causes, '') AS causes, total
FROM whole AS w
    LEFT JOIN told AS one USING (deal_system, deal_id, deal_row)
    LEFT JOIN (SELECT deal_system, deal_id, causes FROM told WHERE deal_row = 0) AS deals USING (deal_system, deal_id)
ORDER BY abs(coalesce(difference_sek, 0)) DESC, abs(net_sek) DESC, deal_system, deal_id, w.deal_row;

-- name: discount_totals
-- Rows of won deals on both sides, in all and by seller ('' first: the sum). Fortnox's figures are of rows that have a
-- document; `agree` counts rows that are equal there but for the öre of rounding, `waiting_sek` is sold but not invoiced.
WITH whole AS (
    SELECT seller, gross_sek, discount_sek, net_sek, sum(document_gross_sek) AS document_gross_sek,
        sum(document_net_sek) AS document_net_sek, sum(difference_sek) AS difference_sek,
        net_sek - coalesce(sum(coalesce(document_net_sek, 0) - difference_sek), 0) AS waiting_sek
    FROM compared_rows
    WHERE ($company::TEXT IS NULL OR company = $company) AND ($since::DATE IS NULL OR day BETWEEN $since AND $till)
    GROUP BY company, deal_system, deal_kind, deal_id, deal_row, seller, gross_sek, discount_sek, net_sek
)
SELECT coalesce(seller, '') AS seller, grouping(seller) = 1 AS everyone, count(*) AS rows, count(document_net_sek) AS compared,
    count(*) FILTER (WHERE abs(round(difference_sek, 2)) <= 0.01) AS agree,
    coalesce(sum(gross_sek), 0)::DECIMAL(38, 6) AS gross_sek, coalesce(sum(discount_sek), 0)::DECIMAL(38, 6) AS discount_sek,
    coalesce(sum(net_sek), 0)::DECIMAL(38, 6) AS net_sek,
    coalesce(sum(waiting_sek), 0)::DECIMAL(38, 6) AS waiting_sek,
    coalesce(sum(document_gross_sek - document_net_sek), 0)::DECIMAL(38, 6) AS document_discount_sek,
    coalesce(sum(document_net_sek), 0)::DECIMAL(38, 6) AS document_net_sek,
    coalesce(sum(difference_sek), 0)::DECIMAL(38, 6) AS difference_sek
FROM whole
GROUP BY GROUPING SETS ((), (seller)) ORDER BY everyone DESC, abs(sum(difference_sek)) DESC NULLS LAST, seller LIMIT 500;

-- name: discount_choices
-- What the rows can be filtered by: sellers, products and causes that occur.
WITH sold AS (
    SELECT system, deal_id, seller FROM deals WHERE state = 'won' AND ($company::TEXT IS NULL OR company = $company)
        AND ($since::DATE IS NULL OR day BETWEEN $since AND $till)
)
SELECT kind, name FROM (
    SELECT DISTINCT 'seller' AS kind, seller AS name FROM sold
    UNION ALL SELECT DISTINCT 'product', coalesce(nullif(r.article, ''), r.text)
        FROM deal_rows AS r JOIN sold AS s ON s.system = r.system AND s.deal_id = r.deal_id
    UNION ALL SELECT DISTINCT 'cause', b.cause
        FROM bridge AS b JOIN sold AS s ON s.system = b.deal_system AND s.deal_id = b.deal_id WHERE b.side <> 'booked')
WHERE name <> '' ORDER BY kind, name LIMIT 500;
