-- To version 10: one decision for each company and for each kind of what a record becomes there.
DROP VIEW overtaken_operations;
ALTER TABLE decisions RENAME TO old_decisions;
CREATE TABLE decisions (
    system TEXT NOT NULL,
    kind TEXT NOT NULL,                  -- as the CRM calls it: order, opportunity, account
    record_id TEXT NOT NULL,
    company TEXT NOT NULL,               -- where it was routed; '' for nowhere
    target_kind TEXT NOT NULL,           -- what it becomes: invoice, customer
    outcome TEXT NOT NULL CHECK (outcome IN ('not_concerned', 'excluded', 'linked', 'open', 'review', 'dismissed')),
    code TEXT NOT NULL DEFAULT '',       -- O71 before go-live, skip, ...
    version INTEGER NOT NULL,            -- the record version that was decided on
    mapping_version TEXT NOT NULL,
    fingerprint TEXT NOT NULL DEFAULT '',
    correlation_id TEXT NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    reason TEXT NOT NULL DEFAULT '',     -- why it was looked at: never_planned, changed, held ...
    PRIMARY KEY (system, kind, record_id, company, target_kind)
);
INSERT INTO decisions BY NAME
SELECT d.* REPLACE (coalesce(d.company, '') AS company), 'invoice' AS target_kind FROM old_decisions AS d
ANTI JOIN links AS l ON l.source_system = d.system AND l.source_kind = d.kind AND l.source_id = d.record_id
    AND l.target_kind = 'customer';
-- What was decided of an account was decided of all of its customers, of each as far as it had followed; a person is asked
-- only of the one that is held.
INSERT INTO decisions BY NAME
SELECT d.* REPLACE (l.company AS company, l.decided_version AS version,
    CASE WHEN EXISTS (SELECT 1 FROM operations AS o WHERE o.state = 'review' AND o.action = 'update'
        AND o.source_system = l.source_system AND o.source_kind = l.source_kind AND o.source_id = l.source_id
        AND o.company = l.company AND o.target_kind = l.target_kind) THEN 'review'
        WHEN d.outcome = 'review' THEN 'linked' ELSE d.outcome END AS outcome), l.target_kind
FROM old_decisions AS d JOIN links AS l ON l.source_system = d.system AND l.source_kind = d.kind
    AND l.source_id = d.record_id AND l.target_kind = 'customer' AND l.closed_at IS NULL
QUALIFY row_number() OVER (PARTITION BY d.system, d.kind, d.record_id, l.company ORDER BY l.decided_version) = 1;
DROP TABLE old_decisions;
ALTER TABLE links DROP COLUMN decided_version;
CREATE VIEW overtaken_operations AS
SELECT o.operation_no FROM operations AS o
JOIN decisions AS d ON d.system = o.source_system AND d.kind = o.source_kind AND d.record_id = o.source_id
    AND d.company = coalesce(o.company, '') AND d.target_kind = o.target_kind
JOIN records AS r ON r.system = o.source_system AND r.kind = o.source_kind AND r.record_id = o.source_id
WHERE o.open_key IS NOT NULL AND o.action <> 'write_back' AND d.version <> r.version;
