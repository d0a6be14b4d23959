-- name: put_deals
INSERT INTO deals BY NAME SELECT * FROM incoming
ON CONFLICT (system, deal_id) DO UPDATE SET title = excluded.title, customer_id = excluded.customer_id,
    customer_name = excluded.customer_name, seller = excluded.seller, state = excluded.state, day = excluded.day,
    currency = excluded.currency, rate_sek = excluded.rate_sek, gross_sek = excluded.gross_sek,
    discount_sek = excluded.discount_sek, net_sek = excluded.net_sek, version = excluded.version, agreed_key = excluded.agreed_key;

-- name: drop_deal_rows
DELETE FROM deal_rows WHERE (system, deal_id) IN (SELECT (system, deal_id) FROM incoming);

-- name: put_deal_rows
INSERT INTO deal_rows BY NAME SELECT * FROM incoming;

-- name: route_deals
-- Where what is revenue ($revenue) was decided on for last; before that, anything else that becomes of a deal.
UPDATE deals SET company = nullif(d.company, '') FROM (
    SELECT system, kind, record_id,
        max_by(company, (target_kind IN (SELECT unnest($revenue::TEXT[])), decided_at)) AS company
    FROM decisions WHERE is_document(target_kind) GROUP BY ALL) AS d
WHERE d.system = deals.system AND d.kind = deals.kind AND d.record_id = deals.deal_id
    AND nullif(d.company, '') IS DISTINCT FROM deals.company;

-- name: put_documents
INSERT INTO documents BY NAME
SELECT *, CASE WHEN booked THEN $now::TIMESTAMP END AS first_seen_booked_at FROM incoming
ON CONFLICT (company, kind, number) DO UPDATE SET customer_number = excluded.customer_number,
    customer_name = excluded.customer_name, day = excluded.day, due_day = excluded.due_day,
    paid_day = excluded.paid_day, state = excluded.state, booked = excluded.booked, cancelled = excluded.cancelled,
    credit = excluded.credit, credited_by = excluded.credited_by, credits = excluded.credits,
    reference = excluded.reference, voucher = excluded.voucher, ocr = excluded.ocr, currency = excluded.currency,
    rate_sek = excluded.rate_sek, net_sek = excluded.net_sek, freight_sek = excluded.freight_sek,
    fee_sek = excluded.fee_sek, rounding_sek = excluded.rounding_sek, total = excluded.total, balance = excluded.balance,
    paid = excluded.paid, gap = excluded.gap, invoice_type = excluded.invoice_type, not_completed = excluded.not_completed, first_seen_booked_at = coalesce(first_seen_booked_at, excluded.first_seen_booked_at),
    version = excluded.version;

-- name: drop_document_rows
DELETE FROM document_rows WHERE (company, kind, number) IN (SELECT (company, kind, number) FROM incoming);

-- name: put_document_rows
INSERT INTO document_rows BY NAME SELECT * FROM incoming;

-- name: put_payments
INSERT INTO payments BY NAME SELECT * FROM incoming
ON CONFLICT (company, number) DO UPDATE SET invoice_number = excluded.invoice_number, day = excluded.day,
    amount_sek = excluded.amount_sek, currency = excluded.currency, booked = excluded.booked, source = excluded.source,
    version = excluded.version;

-- name: stale_payments
SELECT r.record_id FROM records AS r LEFT JOIN payments AS p ON p.company = $company AND p.number = r.record_id
WHERE r.system = $system AND r.kind = 'payment' AND r.deleted_at IS NULL AND p.version IS DISTINCT FROM r.version;

-- name: stale_deals
SELECT r.record_id FROM records AS r LEFT JOIN deals AS d ON d.system = r.system AND d.deal_id = r.record_id
WHERE r.system = $system AND r.kind = $kind AND r.deleted_at IS NULL
    AND (d.version IS DISTINCT FROM r.version OR d.state = 'deleted');

-- name: forget_deals
UPDATE deals SET version = 0 WHERE system = $system;

-- name: same_deals
-- Won deals that are called by some keys, and are or are to be sent; one that is held as the same is not.
SELECT d.agreed_key, d.system, d.kind, d.deal_id FROM deals AS d
WHERE d.state = 'won' AND d.agreed_key IN (SELECT unnest($keys::TEXT[]))
    AND (EXISTS (SELECT 1 FROM links AS l WHERE l.source_system = d.system AND l.source_kind = d.kind
            AND l.source_id = d.deal_id AND is_document(l.target_kind) AND l.closed_at IS NULL)
        OR EXISTS (SELECT 1 FROM operations AS o WHERE o.open_key IS NOT NULL AND o.action = 'create'
            AND o.source_system = d.system AND o.source_kind = d.kind AND o.source_id = d.deal_id
            AND is_document(o.target_kind) AND o.error_code <> 'same_deal'))
ORDER BY d.agreed_key, d.system, d.deal_id;

-- name: stale_documents
SELECT r.record_id FROM records AS r
LEFT JOIN documents AS d ON d.company = $company AND d.kind = r.kind AND d.number = r.record_id
WHERE r.system = $system AND r.kind = $kind AND r.version > 0 AND d.version IS DISTINCT FROM r.version;

-- name: credits_of
SELECT number FROM documents WHERE company = $company AND kind = $kind AND credits IN (SELECT unnest($numbers::TEXT[]));

-- name: mark_deleted_deals
-- A deal that is gone keeps its last figures: the pipeline says what was removed (P30).
UPDATE deals SET state = 'deleted' WHERE state <> 'deleted' AND EXISTS (SELECT 1 FROM records AS r
    WHERE r.system = deals.system AND r.kind = deals.kind AND r.record_id = deals.deal_id AND r.deleted_at IS NOT NULL);

-- name: won_deals
SELECT * FROM deals WHERE state = 'won' AND ($ids IS NULL OR deal_id IN (SELECT unnest($ids::TEXT[])))
ORDER BY system, deal_id;

-- name: won_deal_rows
SELECT r.* FROM deal_rows AS r JOIN deals AS d USING (system, deal_id) WHERE d.state = 'won'
    AND ($ids IS NULL OR deal_id IN (SELECT unnest($ids::TEXT[])))
ORDER BY system, deal_id, row_no;

-- name: load_documents
SELECT * FROM documents WHERE $numbers IS NULL OR number IN (SELECT unnest($numbers::TEXT[]))
ORDER BY company, kind, number;

-- name: load_document_rows
SELECT * FROM document_rows WHERE $numbers IS NULL OR number IN (SELECT unnest($numbers::TEXT[]))
ORDER BY company, kind, number, row_no;

-- name: last_payments
SELECT company, document_kind, invoice_number, max(day) FROM payments
WHERE booked AND invoice_number IN (SELECT unnest($numbers::TEXT[])) GROUP BY ALL;

-- name: drop_gone_payments
DELETE FROM payments WHERE company = $company AND number NOT IN (SELECT record_id FROM records
    WHERE system = $system AND kind = 'payment' AND deleted_at IS NULL);

-- name: payments_known
SELECT number, invoice_number FROM payments WHERE company = $company ORDER BY number;

-- name: invoices_paid_in_excess
-- Documents on which Fortnox counts less as paid than their payments add up to: a payment was removed.
SELECT d.number FROM documents AS d JOIN payments AS p ON p.company = d.company
    AND p.document_kind = d.kind AND p.invoice_number = d.number
WHERE d.company = $company AND d.currency = 'SEK' AND NOT d.credit AND p.booked
GROUP BY d.number, d.paid HAVING sum(p.amount_sek) > d.paid + 0.005 ORDER BY d.number LIMIT 50;

-- name: put_crm_totals
INSERT INTO crm_totals BY NAME SELECT * FROM incoming;

-- name: forget_crm_totals
DELETE FROM crm_totals WHERE system = $system;

-- name: own_totals
-- What our own copy of the CRM's won deals adds up to, by the sum that each deal states.
SELECT coalesce(strftime(d.day, '%Y-%m'), ''), d.currency, count(*),
    coalesce(sum(try_cast(json_extract_string(r.payload, $path) AS DECIMAL(24, 6))), 0)
FROM deals AS d JOIN records AS r ON r.system = d.system AND r.kind = d.kind AND r.record_id = d.deal_id
WHERE d.system = $system AND d.state = 'won' AND r.deleted_at IS NULL GROUP BY ALL ORDER BY ALL;

-- name: open_document_ids
-- Booked documents of a kind with something left to pay, by the mirror.
SELECT number FROM documents WHERE company = $company AND kind = $kind AND booked AND NOT cancelled AND balance <> 0;
