-- name: known_records
SELECT record_id, version, digest, listed, detail_due, deleted_at, read_at
FROM records WHERE system = $system AND kind = $kind AND record_id IN (SELECT unnest($ids::TEXT[]));

-- name: payloads
SELECT record_id, payload FROM records
WHERE system = $system AND kind = $kind AND record_id IN (SELECT unnest($ids::TEXT[]));

-- name: land_new_records
INSERT INTO records (system, kind, record_id, version, payload, digest, listed, detail_due, modified_at,
    first_seen_at, changed_at, read_at)
SELECT system, kind, record_id, version, payload, digest, listed, detail_due, modified_at, $now, $now,
    CASE WHEN whole THEN $now::TIMESTAMP END FROM incoming;

-- name: land_known_records
UPDATE records SET version = i.version, payload = i.payload, digest = i.digest, listed = i.listed,
    detail_due = i.detail_due, modified_at = coalesce(i.modified_at, records.modified_at),
    changed_at = CASE WHEN i.new_version THEN $now ELSE records.changed_at END,
    deleted_at = CASE WHEN i.gone THEN $now::TIMESTAMP END,
    read_at = CASE WHEN i.whole THEN $now ELSE records.read_at END
FROM incoming AS i
WHERE records.system = i.system AND records.kind = i.kind AND records.record_id = i.record_id;

-- name: land_list_rows
-- What is held of the record itself is not written again: it would be all of its neighbours' too.
UPDATE records SET listed = i.listed, detail_due = i.detail_due,
    modified_at = coalesce(i.modified_at, records.modified_at), deleted_at = NULL
FROM incoming AS i
WHERE records.system = i.system AND records.kind = i.kind AND records.record_id = i.record_id;

-- name: land_versions
INSERT INTO record_versions (system, kind, record_id, version, payload, digest, valid_from, run_id)
SELECT system, kind, record_id, version, payload, digest, $now, $run_id FROM incoming;

-- name: first_cursor
INSERT INTO cursors (system, stream, position, complete_at, updated_at)
VALUES ($system, $stream, $position, CASE WHEN $complete THEN $now::TIMESTAMP END, $now);

-- name: next_cursor
UPDATE cursors SET position = $position, complete_at = CASE WHEN $complete THEN $now::TIMESTAMP END, updated_at = $now
WHERE system = $system AND stream = $stream RETURNING stream;

-- name: get_cursor
SELECT position, complete_at FROM cursors WHERE system = $system AND stream = $stream;

-- name: load_records
SELECT record_id, payload, version, modified_at, deleted_at FROM records
WHERE system = $system AND kind = $kind AND ($ids IS NULL OR record_id IN (SELECT unnest($ids::TEXT[])))
ORDER BY record_id;

-- name: record_ids
-- The next ids of a kind, and whether each is held for gone: in an order that every pass follows.
SELECT record_id, deleted_at IS NOT NULL FROM records
WHERE system = $system AND kind = $kind AND record_id > $after ORDER BY record_id LIMIT $limit;

-- name: due_details
SELECT record_id FROM records WHERE system = $system AND kind = $kind AND detail_due AND deleted_at IS NULL
ORDER BY try_cast(record_id AS BIGINT) DESC NULLS LAST, record_id DESC LIMIT $limit;

-- name: ask_details
UPDATE records SET detail_due = TRUE
WHERE system = $system AND kind = $kind AND record_id IN (SELECT unnest($ids::TEXT[]));

-- name: mark_deleted
UPDATE records SET deleted_at = $now, detail_due = FALSE
WHERE system = $system AND kind = $kind AND record_id = $id AND deleted_at IS NULL;

-- name: versions_of
-- Every version of some records, without what it held.
SELECT v.system, v.kind, v.record_id, v.version FROM record_versions AS v
WHERE v.kind IN (SELECT unnest($kinds::TEXT[])) AND v.record_id IN (SELECT unnest($ids::TEXT[]));

-- name: record_version
SELECT payload FROM record_versions
WHERE system = $system AND kind = $kind AND record_id = $id AND version = $version;

-- name: first_under_its_name
-- How documents looked when they were first read whole under the name that they bear.
SELECT v.record_id, min_by(v.payload, v.version) FROM record_versions AS v
JOIN records AS r ON r.system = v.system AND r.kind = v.kind AND r.record_id = v.record_id
WHERE v.system = $system AND v.kind = $kind AND v.record_id IN (SELECT unnest($ids::TEXT[]))
    AND json_extract_string(v.payload, $path) = json_extract_string(r.payload, $path)
GROUP BY v.record_id;

-- name: load_versions
SELECT v.system, v.kind, v.record_id, v.version, v.payload FROM record_versions AS v JOIN incoming AS i
    ON v.system = i.system AND v.kind = i.kind AND v.record_id = i.record_id AND v.version = i.version;

-- name: names_in_register
SELECT record_id, coalesce(json_extract_string(payload, '$.Name'), json_extract_string(payload, '$.Description'), '')
FROM records WHERE system = $system AND kind = $kind AND deleted_at IS NULL;
