-- To version 11: what both sides of a link last said the same of, as far as it is known: what was sent, or found the same.
CREATE TABLE agreed (
    source_system TEXT NOT NULL,         -- with the next five: the link
    source_kind TEXT NOT NULL,
    source_id TEXT NOT NULL,
    company TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    field TEXT NOT NULL,                 -- in the target's words; all rows are one
    content JSON NOT NULL,               -- the value; null for none
    since TIMESTAMP NOT NULL,            -- when both were first seen to say so
    PRIMARY KEY (source_system, source_kind, source_id, company, target_kind, target_id, field)
);
INSERT INTO agreed
SELECT l.source_system, l.source_kind, l.source_id, l.company, l.target_kind, l.target_id, l.field,
    json_extract(l.draft, concat('$."', l.field, '"')), coalesce(o.updated_at, l.linked_at)
FROM (SELECT *, unnest(json_keys(draft)) AS field FROM links WHERE draft IS NOT NULL AND closed_at IS NULL) AS l
LEFT JOIN operations AS o ON o.operation_no = l.operation_no
-- A document that was adopted is not known to say what its deal does before it was read whole and found the same.
WHERE NOT is_document(l.target_kind) OR (l.fingerprint <> '' AND l.answer_digest <> '');
