-- To version 4: what an operator edited is kept, and what a system answered otherwise than it was sent.
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
