-- To version 5: what was decided on of an account is remembered for its customer in each company.
ALTER TABLE links ADD COLUMN decided_version INTEGER DEFAULT 0;
ALTER TABLE links ALTER COLUMN decided_version SET NOT NULL;
-- As far as it is known: a customer that differs from its account as it was decided on may have been out of sight.
UPDATE links SET decided_version = d.version FROM decisions AS d
WHERE d.system = links.source_system AND d.kind = links.source_kind AND d.record_id = links.source_id
    AND links.target_kind = 'customer'
    AND (links.fingerprint = d.fingerprint OR links.mapping_version <> d.mapping_version OR d.outcome <> 'linked');
