-- To version 4: a document of which only a part is credited has a state of its own.
ALTER TABLE documents RENAME TO documents_3;
CREATE TABLE documents (
    company TEXT NOT NULL,
    number TEXT NOT NULL,
    customer_number TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    day DATE NOT NULL,                   -- InvoiceDate
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
-- Version 0 lets states be made again from the records.
INSERT INTO documents BY NAME SELECT * REPLACE (0 AS version) FROM documents_3;
DROP TABLE documents_3;
