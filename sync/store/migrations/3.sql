-- To version 3: the bridge has origins, rows and reasons; deals that were deleted are kept; what an operator edited is
-- kept, and what a system answered otherwise than it was sent. What can be made again from the records is dropped.
DROP TABLE bridge;
DROP TABLE deals;
DROP TABLE deal_rows;
DROP TABLE document_rows;
ALTER TABLE documents RENAME TO documents_2;
CREATE TABLE deals (
    system TEXT NOT NULL,
    deal_id TEXT NOT NULL,
    kind TEXT NOT NULL,                  -- what the CRM calls it: order, opportunity
    company TEXT,                        -- where it is routed; NULL when nowhere
    title TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    seller TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'won', 'won_elsewhere', 'lost', 'deleted')),  -- won_elsewhere: a 100 % stage that is not sent
    day DATE,                            -- won date when won, else expected date
    currency TEXT NOT NULL,
    rate_sek DECIMAL(24, 12) NOT NULL,   -- SEK per unit of the deal's currency, by the CRM
    gross_sek DECIMAL(24, 6) NOT NULL,
    discount_sek DECIMAL(24, 6) NOT NULL,
    net_sek DECIMAL(24, 6) NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (system, deal_id)
);
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
    PRIMARY KEY (system, deal_id, row_no)
);
CREATE TABLE documents (
    company TEXT NOT NULL,
    number TEXT NOT NULL,
    customer_number TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    day DATE NOT NULL,                   -- InvoiceDate
    due_day DATE,
    paid_day DATE,                       -- FinalPayDate
    state TEXT NOT NULL CHECK (state IN ('draft', 'booked', 'sent', 'part_paid', 'paid', 'cancelled', 'credited')),  -- stored; overdue is by date
    booked BOOLEAN NOT NULL,
    cancelled BOOLEAN NOT NULL,
    credit BOOLEAN NOT NULL,             -- is itself a credit invoice
    credited_by TEXT NOT NULL DEFAULT '',
    credits TEXT NOT NULL DEFAULT '',    -- the invoice a credit invoice is for
    reference TEXT NOT NULL DEFAULT '',  -- ExternalInvoiceReference1
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
    PRIMARY KEY (company, number)
);
-- When a document was first seen booked cannot be read again; version 0 lets all else be.
INSERT INTO documents BY NAME
SELECT *, 0 AS freight_sek, 0 AS fee_sek, 0 AS rounding_sek, 'INVOICE' AS invoice_type, FALSE AS not_completed
FROM documents_2;
UPDATE documents SET version = 0;
DROP TABLE documents_2;
CREATE TABLE document_rows (
    company TEXT NOT NULL,
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
    PRIMARY KEY (company, number, row_no)
);
-- The bridge from CRM billable net (M3) to Fortnox booked net (M7), step by step (ARCHITECTURE.md: the bridge).
-- Over all rows that are no draft's, the sum of amount_sek of a company is M7 - M3.
CREATE TABLE bridge (
    company TEXT NOT NULL,               -- '' when the deal is routed nowhere
    cause TEXT NOT NULL,                 -- O33, I71, V7 ...; X causes are unclassified
    origin TEXT NOT NULL,                -- who made it, a to f; '' where there is only one side
    side TEXT NOT NULL CHECK (side IN ('crm', 'booked', 'both', 'draft')),  -- draft: not booked yet, not counted
    deal_system TEXT NOT NULL,
    deal_id TEXT NOT NULL,
    deal_row INTEGER NOT NULL,           -- 0: the whole deal
    number TEXT NOT NULL,
    document_row INTEGER NOT NULL,       -- 0: the whole document
    deal_day DATE,
    booked_day DATE,
    amount_sek DECIMAL(24, 6) NOT NULL,
    why JSON NOT NULL                    -- what the why-sentence says
);
-- Which row of a deal is which row of a document, and what each is worth there.
CREATE TABLE slices (
    company TEXT NOT NULL,
    deal_system TEXT NOT NULL,
    deal_id TEXT NOT NULL,
    deal_row INTEGER NOT NULL,           -- 0: a row of the document only
    deal_day DATE,
    number TEXT NOT NULL,                -- '' while there is no document
    document_row INTEGER NOT NULL,       -- 0: a row of the deal only
    booked_day DATE,                     -- NULL while the document is a draft
    crm_sek DECIMAL(24, 6) NOT NULL,
    document_sek DECIMAL(24, 6) NOT NULL
);
-- What the steps of each won deal, and of each document without one, were made from: they are made again when it changes.
CREATE TABLE bridge_bases (
    deal_system TEXT NOT NULL,           -- '' for a document
    deal_id TEXT NOT NULL,
    company TEXT NOT NULL,               -- '' for a deal
    number TEXT NOT NULL,
    basis TEXT NOT NULL,
    PRIMARY KEY (deal_system, deal_id, company, number)
);
-- The bridge of some days (both NULL: all days): every counted step of the days, and timing. What was won on the days
-- but booked on others leaves (O21, O22), what was booked on them but won on others arrives (I11, I12), both at the
-- value of the deal (ARCHITECTURE.md: the identity).
CREATE MACRO bridge_of(since, till) AS TABLE
SELECT company, cause, origin, deal_system, deal_id, deal_row, number, document_row, deal_day, booked_day, amount_sek, why
FROM bridge
WHERE side <> 'draft' AND (since::DATE IS NULL
    OR CASE side WHEN 'crm' THEN deal_day ELSE booked_day END BETWEEN since::DATE AND till::DATE)
UNION ALL
SELECT company, CASE WHEN booked_day > till::DATE THEN 'O21' ELSE 'O22' END, '', deal_system, deal_id, 0, number, 0,
    deal_day, booked_day, -sum(crm_sek)::DECIMAL(24, 6), '{}'::JSON
FROM slices
WHERE since::DATE IS NOT NULL AND deal_row > 0 AND deal_day BETWEEN since::DATE AND till::DATE
    AND booked_day NOT BETWEEN since::DATE AND till::DATE
GROUP BY ALL
UNION ALL
SELECT company, CASE WHEN deal_day > till::DATE THEN 'I12' ELSE 'I11' END, '', deal_system, deal_id, 0, number, 0,
    deal_day, booked_day, sum(crm_sek)::DECIMAL(24, 6), '{}'::JSON
FROM slices
WHERE since::DATE IS NOT NULL AND deal_row > 0 AND booked_day BETWEEN since::DATE AND till::DATE
    AND (deal_day IS NULL OR deal_day NOT BETWEEN since::DATE AND till::DATE)
GROUP BY ALL;
-- Every row of a won deal beside the row it became; a document's figures are NULL while there is no such row.
CREATE VIEW compared_rows AS
WITH told AS (
    SELECT deal_system, deal_id, deal_row, string_agg(DISTINCT rtrim(cause || '.' || origin, '.'), ' '
        ORDER BY rtrim(cause || '.' || origin, '.')) AS causes
    FROM bridge WHERE deal_id <> '' AND side <> 'booked' GROUP BY ALL
)
SELECT s.company, s.deal_system, d.kind AS deal_kind, s.deal_id, s.deal_row, d.title, d.customer_name, d.seller, s.deal_day AS day,
    d.currency, r.article, r.text, r.quantity, r.list_price, r.gross_sek, r.discount_sek, r.net_sek, s.number, s.booked_day,
    i.quantity AS document_quantity, i.price AS document_price, i.discount AS document_discount,
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

-- What an operator changed in what a source record becomes: holds until the field it took the place of changes.
CREATE SEQUENCE override_numbers;
CREATE TABLE overrides (
    override_no BIGINT PRIMARY KEY DEFAULT nextval('override_numbers'),
    system TEXT NOT NULL,                -- the source record
    kind TEXT NOT NULL,
    record_id TEXT NOT NULL,
    company TEXT NOT NULL,               -- the Fortnox company concerned
    target_kind TEXT NOT NULL,           -- invoice, customer, article
    path TEXT NOT NULL,                  -- "YourReference", "InvoiceRows.2.Price"; rows count from 1
    content JSON,                        -- the value; NULL clears the field
    before_content JSON,                 -- the mapped value it took the place of
    replaced TEXT NOT NULL,              -- digest of what that value is made from
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,                  -- NULL while it holds
    ended_why TEXT NOT NULL DEFAULT ''   -- source_changed, edited_again, dropped, linked
);

-- Fields that a system answered otherwise than they were sent: the write counts, a person accepts the difference.
CREATE TABLE silent_changes (
    operation_no BIGINT NOT NULL,
    field TEXT NOT NULL,
    row_no INTEGER,                      -- NULL for a field of the document itself
    sent TEXT NOT NULL,
    answered TEXT NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    accepted_at TIMESTAMP,
    accepted_by TEXT NOT NULL DEFAULT '',
    accepted_reason TEXT NOT NULL DEFAULT ''
);
