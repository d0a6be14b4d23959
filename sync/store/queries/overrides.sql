-- name: active_overrides
-- Edits that hold, of all records of a kind or of some.
SELECT * FROM overrides WHERE system = $system AND kind = $kind AND ended_at IS NULL
    AND ($ids IS NULL OR record_id IN (SELECT unnest($ids::TEXT[]))) ORDER BY override_no;

-- name: add_overrides
INSERT INTO overrides (system, kind, record_id, company, target_kind, path, content, before_content, replaced, actor,
    reason, made_at)
SELECT system, kind, record_id, company, target_kind, path, content, before_content, replaced, actor, reason, $now
FROM incoming;

-- name: end_overrides
UPDATE overrides SET ended_at = $now, ended_why = i.why FROM incoming AS i
WHERE overrides.override_no = i.override_no AND overrides.ended_at IS NULL;

-- name: add_silent_changes
INSERT INTO silent_changes (operation_no, field, row_no, sent, answered, seen_at)
SELECT operation_no, field, row_no, sent, answered, $now FROM incoming;

-- name: open_silent_changes
SELECT count(*) FROM silent_changes WHERE operation_no = $number AND accepted_at IS NULL;

-- name: accept_silent_changes
UPDATE silent_changes SET accepted_at = $now, accepted_by = $actor, accepted_reason = $reason
WHERE operation_no = $number AND accepted_at IS NULL;
