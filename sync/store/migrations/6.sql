-- To version 6: what the CRM itself counts as won, beside what our own copy of it adds up to.
CREATE TABLE crm_totals (
    system TEXT NOT NULL,
    month TEXT NOT NULL,
    currency TEXT NOT NULL,
    crm_count INTEGER NOT NULL,
    crm_amount DECIMAL(24, 6),
    own_count INTEGER NOT NULL,
    own_amount DECIMAL(24, 6) NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    PRIMARY KEY (system, month, currency)
);
