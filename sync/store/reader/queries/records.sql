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

-- name: decisions
-- What was decided about the records of a family.
WITH family AS (SELECT unnest($systems::TEXT[]) AS system, unnest($kinds::TEXT[]) AS kind, unnest($ids::TEXT[]) AS record_id)
SELECT d.system, d.kind, d.record_id, d.company, d.target_kind, d.outcome, d.code, d.correlation_id, d.reason, d.decided_at
FROM decisions AS d
WHERE (d.system, d.kind, d.record_id) IN (SELECT (system, kind, record_id) FROM family)
    AND ($company::TEXT IS NULL OR d.company IN ('', $company))
ORDER BY d.decided_at, d.company, d.target_kind;
