-- To version 8: a document is named by company, kind and number, so that an order and an invoice of one number live side
-- by side. All that older stores hold are invoices. And why a record was looked at is kept with what was decided.
ALTER TABLE decisions ADD COLUMN reason TEXT DEFAULT '';
ALTER TABLE decisions ALTER COLUMN reason SET NOT NULL;
DROP VIEW compared_rows;
DROP MACRO TABLE bridge_of;
CREATE MACRO is_document(kind) AS kind NOT IN ('customer', 'article');
ALTER TABLE documents RENAME TO old_documents;
CREATE TABLE documents (
    company TEXT NOT NULL,
    kind TEXT NOT NULL,                  -- invoice ...: numbers are those of a kind
    number TEXT NOT NULL,
    revenue BOOLEAN NOT NULL,            -- what it says is revenue once it is booked: of an invoice, not of an order
    customer_number TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    day DATE NOT NULL,                   -- the one it is counted on: InvoiceDate
    due_day DATE,
    paid_day DATE,                       -- FinalPayDate
    -- As its credits leave it; overdue is by date and is not stored.
    state TEXT NOT NULL CHECK (state IN (
        'draft', 'booked', 'sent', 'part_paid', 'paid', 'cancelled', 'part_credited', 'credited')),
    booked BOOLEAN NOT NULL,
    cancelled BOOLEAN NOT NULL,
    credit BOOLEAN NOT NULL,             -- is itself a credit invoice
    credited_by TEXT NOT NULL DEFAULT '',
    credits TEXT NOT NULL DEFAULT '',    -- the invoice a credit invoice is for
    reference TEXT NOT NULL DEFAULT '',  -- the name that it bears
    voucher TEXT NOT NULL DEFAULT '',
    ocr TEXT NOT NULL DEFAULT '',
    currency TEXT NOT NULL,
    rate_sek DECIMAL(24, 12) NOT NULL,   -- SEK per unit: CurrencyRate / CurrencyUnit
    net_sek DECIMAL(24, 6) NOT NULL,     -- Net + Freight + AdministrationFee, rounded once
    freight_sek DECIMAL(24, 6) NOT NULL, -- these three and the rows' shares add up to net_sek
    fee_sek DECIMAL(24, 6) NOT NULL,
    rounding_sek DECIMAL(24, 6) NOT NULL,    -- net less its rows
    total DECIMAL(24, 6) NOT NULL,       -- incl. VAT, document currency
    balance DECIMAL(24, 6) NOT NULL,
    paid DECIMAL(24, 6) NOT NULL,        -- total less balance, for a booked document
    invoice_type TEXT NOT NULL,          -- InvoiceType
    not_completed BOOLEAN NOT NULL,      -- NotCompleted: cannot be booked yet
    first_seen_booked_at TIMESTAMP,
    version INTEGER NOT NULL,
    gap DECIMAL(24, 6) NOT NULL DEFAULT 0,   -- total less its parts: not 0 where its sums contradict each other
    PRIMARY KEY (company, kind, number)
);
INSERT INTO documents BY NAME SELECT *, 'invoice' AS kind, TRUE AS revenue FROM old_documents;
DROP TABLE old_documents;
ALTER TABLE document_rows RENAME TO old_document_rows;
CREATE TABLE document_rows (
    company TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    row_no INTEGER NOT NULL,
    article TEXT NOT NULL,
    text TEXT NOT NULL,
    quantity DECIMAL(24, 6) NOT NULL,
    price DECIMAL(24, 6) NOT NULL,       -- document currency, ex VAT
    stated_price DECIMAL(24, 6) NOT NULL,    -- as keyed in
    vat_share DECIMAL(24, 12) NOT NULL,  -- takes VAT out of stated_price; 1 where it is ex VAT
    discount DECIMAL(24, 6) NOT NULL,
    discount_type TEXT NOT NULL,
    net DECIMAL(24, 6) NOT NULL,         -- document currency, after discount, ex VAT
    net_sek DECIMAL(24, 6) NOT NULL,     -- its share of the document's
    PRIMARY KEY (company, kind, number, row_no)
);
INSERT INTO document_rows BY NAME SELECT *, 'invoice' AS kind FROM old_document_rows;
DROP TABLE old_document_rows;
ALTER TABLE payments RENAME TO old_payments;
CREATE TABLE payments (
    company TEXT NOT NULL,
    number TEXT NOT NULL,
    document_kind TEXT NOT NULL,         -- with invoice_number: what was paid
    invoice_number TEXT NOT NULL,
    day DATE NOT NULL,
    amount_sek DECIMAL(24, 6) NOT NULL,
    currency TEXT NOT NULL,
    booked BOOLEAN NOT NULL,
    source TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (company, number)
);
INSERT INTO payments BY NAME SELECT *, 'invoice' AS document_kind FROM old_payments;
DROP TABLE old_payments;
ALTER TABLE bridge RENAME TO old_bridge;
CREATE TABLE bridge (
    company TEXT NOT NULL,               -- '' when the deal is routed nowhere
    cause TEXT NOT NULL,                 -- O33, I71, V7 ...; X causes are unclassified
    origin TEXT NOT NULL,                -- who made it, a to f; '' where there is only one side
    side TEXT NOT NULL CHECK (side IN ('crm', 'booked', 'both', 'draft')),  -- draft: not booked yet, not counted
    deal_system TEXT NOT NULL,
    deal_id TEXT NOT NULL,
    deal_row INTEGER NOT NULL,           -- 0: the whole deal
    document_kind TEXT NOT NULL,         -- with number: '' where there is no document
    number TEXT NOT NULL,
    document_row INTEGER NOT NULL,       -- 0: the whole document
    deal_day DATE,
    booked_day DATE,
    amount_sek DECIMAL(24, 6) NOT NULL,
    why JSON NOT NULL                    -- what the why-sentence says
);
INSERT INTO bridge BY NAME SELECT *, CASE number WHEN '' THEN '' ELSE 'invoice' END AS document_kind FROM old_bridge;
DROP TABLE old_bridge;
ALTER TABLE slices RENAME TO old_slices;
CREATE TABLE slices (
    company TEXT NOT NULL,
    deal_system TEXT NOT NULL,
    deal_id TEXT NOT NULL,
    deal_row INTEGER NOT NULL,           -- 0: a row of the document only
    deal_day DATE,
    document_kind TEXT NOT NULL,         -- with number: '' while there is no document
    number TEXT NOT NULL,
    document_row INTEGER NOT NULL,       -- 0: a row of the deal only
    booked_day DATE,                     -- NULL while the document is a draft
    crm_sek DECIMAL(24, 6) NOT NULL,
    document_sek DECIMAL(24, 6) NOT NULL
);
INSERT INTO slices BY NAME SELECT *, CASE number WHEN '' THEN '' ELSE 'invoice' END AS document_kind FROM old_slices;
DROP TABLE old_slices;
ALTER TABLE bridge_bases RENAME TO old_bridge_bases;
CREATE TABLE bridge_bases (
    deal_system TEXT NOT NULL,           -- '' for a document
    deal_id TEXT NOT NULL,
    company TEXT NOT NULL,               -- '' for a deal
    document_kind TEXT NOT NULL,
    number TEXT NOT NULL,
    basis TEXT NOT NULL,
    PRIMARY KEY (deal_system, deal_id, company, document_kind, number)
);
INSERT INTO bridge_bases BY NAME SELECT *, CASE number WHEN '' THEN '' ELSE 'invoice' END AS document_kind FROM old_bridge_bases;
DROP TABLE old_bridge_bases;
CREATE MACRO bridge_of(since, till) AS TABLE
SELECT company, cause, origin, deal_system, deal_id, deal_row, document_kind, number, document_row, deal_day, booked_day, amount_sek, why
FROM bridge
WHERE side <> 'draft' AND (since::DATE IS NULL
    OR CASE side WHEN 'crm' THEN deal_day ELSE booked_day END BETWEEN since::DATE AND till::DATE)
UNION ALL
SELECT company, CASE WHEN booked_day > till::DATE THEN 'O21' ELSE 'O22' END, '', deal_system, deal_id, 0, document_kind, number, 0,
    deal_day, booked_day, -sum(crm_sek)::DECIMAL(24, 6), '{}'::JSON
FROM slices
WHERE since::DATE IS NOT NULL AND deal_row > 0 AND deal_day BETWEEN since::DATE AND till::DATE
    AND booked_day NOT BETWEEN since::DATE AND till::DATE
GROUP BY ALL
UNION ALL
SELECT company, CASE WHEN deal_day > till::DATE THEN 'I12' ELSE 'I11' END, '', deal_system, deal_id, 0, document_kind, number, 0,
    deal_day, booked_day, sum(crm_sek)::DECIMAL(24, 6), '{}'::JSON
FROM slices
WHERE since::DATE IS NOT NULL AND deal_row > 0 AND booked_day BETWEEN since::DATE AND till::DATE
    AND (deal_day IS NULL OR deal_day NOT BETWEEN since::DATE AND till::DATE)
GROUP BY ALL;
CREATE VIEW compared_rows AS
WITH told AS (
    SELECT deal_system, deal_id, deal_row, string_agg(DISTINCT rtrim(cause || '.' || origin, '.'), ' '
        ORDER BY rtrim(cause || '.' || origin, '.')) AS causes
    FROM bridge WHERE deal_id <> '' AND side <> 'booked' GROUP BY ALL
)
SELECT s.company, s.deal_system, d.kind AS deal_kind, s.deal_id, s.deal_row, d.title, d.customer_name, d.seller, s.deal_day AS day,
    d.currency, r.article, r.text, r.quantity, r.list_price, r.gross_sek, r.discount_sek, r.net_sek, r.discount_given,
    s.document_kind, s.number, s.booked_day, i.quantity AS document_quantity, i.price AS document_price, i.discount AS document_discount,
    i.discount_type AS document_discount_type, coalesce(f.currency, '') AS document_currency,
    (i.quantity * i.price * f.rate_sek)::DECIMAL(38, 6) AS document_gross_sek, i.net_sek AS document_net_sek,
    CASE WHEN s.number <> '' THEN s.document_sek - s.crm_sek END AS difference_sek,
    coalesce(one.causes, whole.causes, '') AS causes
FROM slices AS s JOIN deals AS d ON d.system = s.deal_system AND d.deal_id = s.deal_id
    JOIN deal_rows AS r ON r.system = s.deal_system AND r.deal_id = s.deal_id AND r.row_no = s.deal_row
    LEFT JOIN documents AS f ON f.company = s.company AND f.kind = s.document_kind AND f.number = s.number
    LEFT JOIN document_rows AS i ON i.company = s.company AND i.kind = s.document_kind AND i.number = s.number
        AND i.row_no = s.document_row
    LEFT JOIN told AS one ON one.deal_system = s.deal_system AND one.deal_id = s.deal_id AND one.deal_row = s.deal_row
    LEFT JOIN told AS whole ON whole.deal_system = s.deal_system AND whole.deal_id = s.deal_id AND whole.deal_row = 0
WHERE s.deal_row > 0;
