-- name: replan_open
-- Deals with something planned are looked at again, and nothing planned for them is sent before that.
UPDATE decisions SET version = 0 WHERE outcome = 'open';

-- name: replan
UPDATE decisions SET version = 0 WHERE system = $system AND kind = $kind AND record_id = $id AND company = $company
    AND target_kind = $target_kind;

-- name: replan_documents
UPDATE decisions SET version = 0 WHERE system = $system AND kind = $kind AND record_id = $id AND is_document(target_kind);

-- name: replan_after_go_live
UPDATE decisions SET version = 0 WHERE outcome = 'open' OR code = 'O71';

-- name: forget_open_decisions
DELETE FROM decisions WHERE outcome = 'open';

-- name: put_links
INSERT INTO links (source_system, source_kind, source_id, company, target_kind, target_id, generation, origin, rung,
    reference, fingerprint, draft, answer_digest, mapping_version, written_fingerprint, written,
    operation_no, correlation_id, linked_at)
SELECT source_system, source_kind, source_id, company, target_kind, target_id, generation, origin, rung,
    reference, fingerprint, draft, answer_digest, mapping_version, written_fingerprint, written,
    operation_no, correlation_id, $now
FROM incoming
ON CONFLICT (source_system, source_kind, source_id, company, target_kind, target_id) DO UPDATE SET
    rung = excluded.rung, fingerprint = excluded.fingerprint, draft = excluded.draft, answer_digest = excluded.answer_digest,
    mapping_version = excluded.mapping_version, written_fingerprint = excluded.written_fingerprint, written = excluded.written,
    operation_no = coalesce(excluded.operation_no, operation_no), correlation_id = excluded.correlation_id;

-- name: put_agreed
-- However a number is written: since when both say so stays.
INSERT INTO agreed (source_system, source_kind, source_id, company, target_kind, target_id, field, content, since)
SELECT source_system, source_kind, source_id, company, target_kind, target_id, field, content, $now FROM incoming
ON CONFLICT (source_system, source_kind, source_id, company, target_kind, target_id, field) DO UPDATE SET
    content = excluded.content, since = excluded.since
WHERE json(agreed.content) <> json(excluded.content);

-- name: load_links
SELECT * FROM links WHERE source_system = $system AND ($kind IS NULL OR source_kind = $kind)
    AND ($ids IS NULL OR source_id IN (SELECT unnest($ids::TEXT[]))) AND closed_at IS NULL
ORDER BY generation, linked_at, target_id;

-- name: links_of
-- The open links of some records, newest last.
SELECT * FROM links WHERE source_system = $system AND source_kind = $kind
    AND source_id IN (SELECT unnest($ids::TEXT[])) AND closed_at IS NULL
ORDER BY generation, linked_at, target_id;

-- name: crms_beside
-- The other CRM accounts that this installation has read.
SELECT system FROM connections WHERE company IS NULL AND system <> $system AND remote_identity <> '';

-- name: gone_but_linked
-- Accounts that were deleted in the CRM, as in a merge, while a customer is linked to them.
SELECT r.record_id FROM records AS r WHERE r.system = $system AND r.deleted_at IS NOT NULL AND r.record_id IN (
    SELECT l.source_id FROM links AS l WHERE l.source_system = r.system AND l.source_kind = r.kind
        AND l.target_kind = 'customer' AND l.closed_at IS NULL);

-- name: adopted_unseen
SELECT l.* FROM links AS l JOIN records AS r ON r.system = $target AND r.kind = l.target_kind AND r.record_id = l.target_id
WHERE l.source_system = $system AND l.company = $company AND is_document(l.target_kind) AND l.answer_digest = ''
    AND l.closed_at IS NULL AND l.rung NOT IN ('successor', 'copy') AND r.version > 0 AND NOT r.detail_due;

-- name: end_decisions_elsewhere
-- What becomes of a deal is decided for one company: nothing is left of what was decided for another, or for none.
DELETE FROM decisions USING incoming AS i WHERE decisions.system = i.system AND decisions.kind = i.kind
    AND decisions.record_id = i.record_id AND decisions.target_kind = i.target_kind AND decisions.company <> i.company
    AND is_document(decisions.target_kind);

-- name: put_decisions
INSERT INTO decisions (system, kind, record_id, company, target_kind, outcome, code, version, mapping_version, fingerprint,
    correlation_id, reason, decided_at)
SELECT system, kind, record_id, company, target_kind, outcome, code, version, mapping_version, fingerprint, correlation_id,
    reason, $now
FROM incoming
ON CONFLICT (system, kind, record_id, company, target_kind) DO UPDATE SET outcome = excluded.outcome, code = excluded.code, version = excluded.version, mapping_version = excluded.mapping_version,
    fingerprint = excluded.fingerprint, correlation_id = excluded.correlation_id, reason = excluded.reason,
    decided_at = excluded.decided_at;

-- name: settle_decisions
UPDATE decisions SET outcome = i.outcome FROM incoming AS i
WHERE decisions.system = i.system AND decisions.kind = i.kind AND decisions.record_id = i.record_id
    AND decisions.company = i.company AND decisions.target_kind = i.target_kind;

-- name: load_decisions
SELECT * FROM decisions WHERE system = $system AND kind = $kind AND record_id IN (SELECT unnest($ids::TEXT[]))
ORDER BY record_id, company, target_kind;

-- name: approve
INSERT INTO approvals (system, kind, record_id, company, generation, actor, approved_at)
VALUES ($system, $kind, $id, $company, $generation, $actor, $now)
ON CONFLICT (system, kind, record_id, company) DO UPDATE SET generation = excluded.generation, actor = excluded.actor,
    approved_at = excluded.approved_at;

-- name: load_approvals
SELECT record_id, max(generation) FROM approvals WHERE system = $system AND kind = $kind GROUP BY record_id;

-- name: documents_of_deals
-- The documents of some deals, oldest link first.
SELECT l.source_system, l.source_id, l.company, l.target_kind, l.target_id FROM links AS l
JOIN documents AS d ON d.company = l.company AND d.kind = l.target_kind AND d.number = l.target_id
WHERE l.closed_at IS NULL AND l.source_id IN (SELECT unnest($ids::TEXT[]))
ORDER BY l.linked_at, l.company, try_cast(l.target_id AS BIGINT);

-- name: references
-- Mirrored documents of a kind that carry one of the given names, in any generation.
SELECT record_id, payload, version FROM records WHERE system = $system AND kind = $kind AND deleted_at IS NULL
    AND regexp_replace(json_extract_string(payload, $path), ':g[0-9]+$', ':g1')
        IN (SELECT unnest($names::TEXT[]));
