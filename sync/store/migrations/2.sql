-- To version 2: moves are kept, a further document can be approved, booking is an operation; records know when they
-- were read.
ALTER TABLE records ADD COLUMN read_at TIMESTAMP;
-- Every move of an operation from state to state, append only; before_state is '' when it was planned.
CREATE TABLE operation_moves (
    operation_no BIGINT NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    before_state TEXT NOT NULL,
    after_state TEXT NOT NULL,
    attempt INTEGER NOT NULL
);
CREATE TABLE approvals (
    system TEXT NOT NULL,
    kind TEXT NOT NULL,
    record_id TEXT NOT NULL,
    company TEXT NOT NULL,
    generation INTEGER NOT NULL,         -- the highest that may be made
    actor TEXT NOT NULL,
    approved_at TIMESTAMP NOT NULL,
    PRIMARY KEY (system, kind, record_id, company)
);
CREATE TABLE operations_2 (
    operation_no BIGINT PRIMARY KEY DEFAULT nextval('operation_numbers'),
    correlation_id TEXT NOT NULL,
    run_id BIGINT,
    action TEXT NOT NULL CHECK (action IN ('create', 'update', 'book', 'write_back')),
    company TEXT,                        -- the Fortnox company concerned
    system TEXT NOT NULL,                -- the system written to
    target_kind TEXT NOT NULL,
    target_id TEXT,                      -- known for update and write_back, and after a create
    source_system TEXT NOT NULL,
    source_kind TEXT NOT NULL,
    source_id TEXT NOT NULL,
    subject_title TEXT NOT NULL DEFAULT '',  -- what a person calls the source record
    amount_sek DECIMAL(24, 6),           -- net of the deal, for "stuck money"
    reference TEXT NOT NULL DEFAULT '',  -- our name on what we create
    generation INTEGER NOT NULL DEFAULT 1,
    waits_for JSON NOT NULL DEFAULT '[]',-- operation numbers that must be done first
    payload JSON,                        -- as planned; NULL when it cannot be made
    edited JSON,                         -- as changed by an operator
    sent JSON,                           -- as last sent
    answer JSON,                         -- as last answered
    draft JSON,
    fingerprint TEXT NOT NULL DEFAULT '',
    mapping_version TEXT NOT NULL DEFAULT '',
    problems JSON NOT NULL DEFAULT '[]', -- [{code, field, row, params}] all of them
    adjustments JSON NOT NULL DEFAULT '[]', -- characters replaced, texts cut: [{field, before, after}]
    state TEXT NOT NULL CHECK (state IN ('planned', 'sending', 'unknown', 'retry', 'review', 'done', 'dismissed', 'cancelled')),
    result TEXT NOT NULL DEFAULT '' CHECK (result IN ('', 'sent', 'adopted', 'already')),
    open_key TEXT UNIQUE,
    attempt INTEGER NOT NULL DEFAULT 0,
    not_before TIMESTAMP,
    error_class TEXT NOT NULL DEFAULT '' CHECK (error_class IN ('', 'temporary', 'unknown', 'login', 'data', 'closed', 'match', 'rule', 'silent')),
    error_code TEXT NOT NULL DEFAULT '',
    error_sentence TEXT NOT NULL DEFAULT '',
    sent_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK ((open_key IS NULL) = (state IN ('done', 'dismissed', 'cancelled')))
);
INSERT INTO operations_2 BY NAME SELECT * FROM operations;
DROP VIEW blocked_operations;
DROP VIEW overtaken_operations;
DROP TABLE operations;
ALTER TABLE operations_2 RENAME TO operations;
CREATE VIEW blocked_operations AS
SELECT waiting.operation_no, first.operation_no AS blocker_no, first.state AS blocker_state
FROM (SELECT operation_no, unnest(from_json(waits_for, '["BIGINT"]')) AS needed FROM operations
    WHERE open_key IS NOT NULL) AS waiting
JOIN operations AS first ON first.operation_no = waiting.needed
WHERE first.state <> 'done';
CREATE VIEW overtaken_operations AS
SELECT o.operation_no FROM operations AS o
JOIN decisions AS d ON d.system = o.source_system AND d.kind = o.source_kind AND d.record_id = o.source_id
JOIN records AS r ON r.system = o.source_system AND r.kind = o.source_kind AND r.record_id = o.source_id
WHERE o.open_key IS NOT NULL AND o.action <> 'write_back' AND d.version <> r.version;
