-- To version 9: what a deal is called in every CRM that has it, of which version a payment is, and what write-backs were
-- worked out from.
ALTER TABLE deals ADD COLUMN agreed_key TEXT DEFAULT '';
ALTER TABLE deals ALTER COLUMN agreed_key SET NOT NULL;
ALTER TABLE payments ADD COLUMN version INTEGER DEFAULT 0;
ALTER TABLE payments ALTER COLUMN version SET NOT NULL;
CREATE TABLE write_back_bases (
    system TEXT NOT NULL,
    kind TEXT NOT NULL,
    record_id TEXT NOT NULL,
    basis TEXT NOT NULL,
    PRIMARY KEY (system, kind, record_id)
);
DROP VIEW compared_rows;
CREATE VIEW compared_rows AS
SELECT s.company, s.deal_system, d.kind AS deal_kind, s.deal_id, s.deal_row, d.title, d.customer_name, d.seller, s.deal_day AS day,
    d.currency, r.article, r.text, r.quantity, r.list_price, r.gross_sek, r.discount_sek, r.net_sek, r.discount_given,
    s.document_kind, s.number, s.booked_day, i.quantity AS document_quantity, i.price AS document_price, i.discount AS document_discount,
    i.discount_type AS document_discount_type, coalesce(f.currency, '') AS document_currency,
    (i.quantity * i.price * f.rate_sek)::DECIMAL(38, 6) AS document_gross_sek, i.net_sek AS document_net_sek,
    CASE WHEN s.number <> '' THEN s.document_sek - s.crm_sek END AS difference_sek
FROM slices AS s JOIN deals AS d ON d.system = s.deal_system AND d.deal_id = s.deal_id
    JOIN deal_rows AS r ON r.system = s.deal_system AND r.deal_id = s.deal_id AND r.row_no = s.deal_row
    LEFT JOIN documents AS f ON f.company = s.company AND f.kind = s.document_kind AND f.number = s.number
    LEFT JOIN document_rows AS i ON i.company = s.company AND i.kind = s.document_kind AND i.number = s.number
        AND i.row_no = s.document_row
WHERE s.deal_row > 0;
