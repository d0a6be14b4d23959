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
