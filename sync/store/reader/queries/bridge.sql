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
