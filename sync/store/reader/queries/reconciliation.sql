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
