-- To version 7: whether a document's own sums add up, whether a row of a deal says anything of a discount, and figures
-- of documents and deals by today's rules.
ALTER TABLE documents ADD COLUMN gap DECIMAL(24, 6) DEFAULT 0;
ALTER TABLE documents ALTER COLUMN gap SET NOT NULL;
DROP VIEW compared_rows;
-- Made anew: in one transaction DuckDB lets no column that was just added to a table with rows be NOT NULL, if it is a BOOLEAN.
ALTER TABLE deal_rows RENAME TO old_deal_rows;
CREATE TABLE deal_rows (
    system TEXT NOT NULL,
    deal_id TEXT NOT NULL,
    row_no INTEGER NOT NULL,             -- 1, 2, 3 in the deal's order
    article TEXT NOT NULL,               -- the CRM's article number, '' when none
    text TEXT NOT NULL,
    quantity DECIMAL(24, 6) NOT NULL,
    list_price DECIMAL(24, 6) NOT NULL,  -- deal currency
    price DECIMAL(24, 6) NOT NULL,       -- net unit price, deal currency
    gross_sek DECIMAL(24, 6) NOT NULL,
    discount_sek DECIMAL(24, 6) NOT NULL,
    net_sek DECIMAL(24, 6) NOT NULL,
    row_id TEXT NOT NULL,                -- the CRM's own id of the row, '' when none
    discount_given BOOLEAN NOT NULL DEFAULT TRUE,    -- the CRM says something of a discount, if only 0 %
    PRIMARY KEY (system, deal_id, row_no)
);
INSERT INTO deal_rows BY NAME SELECT *, TRUE AS discount_given FROM old_deal_rows;
DROP TABLE old_deal_rows;
CREATE VIEW compared_rows AS
WITH told AS (
    SELECT deal_system, deal_id, deal_row, string_agg(DISTINCT rtrim(cause || '.' || origin, '.'), ' '
        ORDER BY rtrim(cause || '.' || origin, '.')) AS causes
    FROM bridge WHERE deal_id <> '' AND side <> 'booked' GROUP BY ALL
)
SELECT s.company, s.deal_system, d.kind AS deal_kind, s.deal_id, s.deal_row, d.title, d.customer_name, d.seller, s.deal_day AS day,
    d.currency, r.article, r.text, r.quantity, r.list_price, r.gross_sek, r.discount_sek, r.net_sek, r.discount_given,
    s.number, s.booked_day, i.quantity AS document_quantity, i.price AS document_price, i.discount AS document_discount,
    i.discount_type AS document_discount_type, coalesce(f.currency, '') AS document_currency,
    (i.quantity * i.price * f.rate_sek)::DECIMAL(38, 6) AS document_gross_sek, i.net_sek AS document_net_sek,
    CASE WHEN s.number <> '' THEN s.document_sek - s.crm_sek END AS difference_sek,
    coalesce(one.causes, whole.causes, '') AS causes
FROM slices AS s JOIN deals AS d ON d.system = s.deal_system AND d.deal_id = s.deal_id
    JOIN deal_rows AS r ON r.system = s.deal_system AND r.deal_id = s.deal_id AND r.row_no = s.deal_row
    LEFT JOIN documents AS f ON f.company = s.company AND f.number = s.number
    LEFT JOIN document_rows AS i ON i.company = s.company AND i.number = s.number AND i.row_no = s.document_row
    LEFT JOIN told AS one ON one.deal_system = s.deal_system AND one.deal_id = s.deal_id AND one.deal_row = s.deal_row
    LEFT JOIN told AS whole ON whole.deal_system = s.deal_system AND whole.deal_id = s.deal_id AND whole.deal_row = 0
WHERE s.deal_row > 0;
-- Version 0 lets them be made again from the records.
UPDATE documents SET version = 0;
UPDATE deals SET version = 0;
-- A deal that is not won has a company too.
UPDATE decisions SET version = 0 WHERE outcome = 'not_concerned';
