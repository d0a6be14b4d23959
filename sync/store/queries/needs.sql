-- name: to_plan_for_itself
-- Records that were never planned, that somebody asked to plan again (version 0), that have changed, or their mapping
-- has, and those that are held for a person: in any of the companies that they were decided on for.
SELECT r.record_id, CASE WHEN count(d.record_id) = 0 THEN 'never_planned' WHEN bool_or(d.version = 0) THEN 'asked'
    WHEN bool_or(d.version <> r.version) THEN 'changed'
    WHEN bool_or(d.mapping_version <> $mapping_version) THEN 'remapped' ELSE 'held' END
FROM records AS r
LEFT JOIN decisions AS d ON d.system = r.system AND d.kind = r.kind AND d.record_id = r.record_id
    AND d.target_kind = $target_kind
WHERE r.system = $system AND r.kind = $kind AND (d.record_id IS NULL OR d.version <> r.version
    OR d.mapping_version <> $mapping_version OR d.outcome = 'review')
GROUP BY r.record_id;

-- name: to_plan_for_an_edit
-- Records that a person has edited, or let go of an edit of, since they were planned. An edit goes with a deal to whichever
-- company it goes; a customer's is of its own company.
SELECT DISTINCT d.record_id, 'edited' FROM decisions AS d JOIN overrides AS e ON e.system = d.system AND e.kind = d.kind
    AND e.record_id = d.record_id AND e.target_kind = d.target_kind
    AND (is_document(d.target_kind) OR e.company = d.company)
WHERE d.system = $system AND d.kind = $kind AND d.target_kind = $target_kind
    AND greatest(e.made_at, e.ended_at) >= d.decided_at;

-- name: to_plan_for_an_adoption
-- Deals that are linked to an adopted document which was not yet found to say what they do.
SELECT d.record_id, 'adopted_unread' FROM decisions AS d
WHERE d.system = $system AND d.kind = $kind AND d.target_kind = $target_kind
    AND d.outcome NOT IN ('dismissed', 'excluded', 'not_concerned')
    AND d.record_id IN (SELECT l.source_id FROM links AS l WHERE l.source_system = $system AND l.source_kind = $kind
        AND l.target_kind = $target_kind AND is_document(l.target_kind) AND l.fingerprint = '' AND l.closed_at IS NULL
        AND l.rung NOT IN ('successor', 'copy'));

-- name: to_plan_for_a_further_document
-- Deals of which a further document bears the name and is not linked.
SELECT l.source_id, 'further_document' FROM documents AS n
JOIN links AS l ON l.source_system = $system AND l.source_kind = $kind AND l.target_kind = n.kind
    AND l.closed_at IS NULL AND l.source_id = split_part(n.reference, ':', -3)
    AND l.generation >= try_cast(split_part(n.reference, ':g', -1) AS INTEGER)
ANTI JOIN links AS k ON k.source_system = l.source_system AND k.source_kind = l.source_kind
    AND k.source_id = l.source_id AND k.company = n.company AND k.target_kind = n.kind AND k.target_id = n.number
WHERE n.kind = $target_kind AND starts_with(n.reference, concat($system, ':', $kind, ':')) AND NOT n.credit
    AND NOT n.cancelled;

-- name: to_plan_for_a_changed_document
-- Deals of which a document that is linked beside their own has changed since they were planned.
SELECT l.source_id, 'further_document' FROM links AS l
JOIN records AS n ON n.system = concat('fortnox:', l.company) AND n.kind = l.target_kind AND n.record_id = l.target_id
JOIN decisions AS d ON d.system = l.source_system AND d.kind = l.source_kind AND d.record_id = l.source_id
    AND d.target_kind = l.target_kind
WHERE l.source_system = $system AND l.source_kind = $kind AND l.target_kind = $target_kind
    AND l.rung IN ('successor', 'copy') AND l.closed_at IS NULL AND n.changed_at >= d.decided_at;

-- name: to_plan_for_a_customer
-- Accounts of which nothing was decided for a linked customer, because its company could not be read.
SELECT l.source_id, 'customer_behind' FROM links AS l
JOIN records AS r ON r.system = l.source_system AND r.kind = l.source_kind AND r.record_id = l.source_id
ANTI JOIN decisions AS d ON d.system = l.source_system AND d.kind = l.source_kind AND d.record_id = l.source_id
    AND d.company = l.company AND d.target_kind = l.target_kind
WHERE l.source_system = $system AND l.source_kind = $kind AND l.target_kind = $target_kind
    AND NOT is_document(l.target_kind) AND l.closed_at IS NULL AND l.draft IS NOT NULL;

-- name: to_plan_for_a_successor
-- Deals of which no linked document is in effect, and one of a later generation is.
SELECT l.source_id, 'successor_seen' FROM documents AS n
JOIN links AS l ON l.source_system = $system AND l.source_kind = $kind AND l.target_kind = n.kind
    AND l.closed_at IS NULL AND l.source_id = split_part(n.reference, ':', -3) AND l.rung NOT IN ('successor', 'copy')
JOIN documents AS f ON f.company = l.company AND f.kind = l.target_kind AND f.number = l.target_id
JOIN decisions AS d ON d.system = l.source_system AND d.kind = l.source_kind AND d.record_id = l.source_id
    AND d.target_kind = l.target_kind
WHERE n.kind = $target_kind AND starts_with(n.reference, concat($system, ':', $kind, ':'))
    AND NOT suffix(n.reference, ':g1') AND NOT n.credit AND n.state NOT IN ('cancelled', 'credited')
    AND (d.outcome = 'linked' OR d.outcome = 'not_concerned' AND n.credited_by = '')
GROUP BY l.source_id HAVING bool_and(f.state IN ('cancelled', 'credited'))
    AND max(try_cast(split_part(n.reference, ':g', -1) AS INTEGER)) > max(l.generation);

-- name: to_plan_for_what_it_waits_for
-- Records of which an operation waits for one that has stopped.
SELECT o.source_id, 'blocked' FROM blocked_operations AS b JOIN operations AS o ON o.operation_no = b.operation_no
WHERE o.source_system = $system AND o.source_kind = $kind AND o.target_kind = $target_kind
    AND b.blocker_state IN ('review', 'dismissed', 'cancelled');
