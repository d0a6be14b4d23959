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
