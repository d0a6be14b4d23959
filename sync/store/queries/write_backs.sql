-- name: changed_write_backs
-- Deals whose newest document, payments, rules or date make something else of their write-back than when it was last
-- worked out, in the order in which they were linked.
WITH paid AS (
    SELECT company, document_kind, invoice_number, max(day) AS day FROM payments WHERE booked GROUP BY ALL
), newest AS (
    SELECT *, row_number() OVER (PARTITION BY source_id ORDER BY generation DESC, linked_at DESC, target_id DESC) AS place
    FROM links WHERE source_system = $system AND source_kind = $kind AND closed_at IS NULL
        AND rung NOT IN ('successor', 'copy')
), now AS (
    SELECT n.source_id, n.target_id, n.generation, n.linked_at, md5(concat_ws('|', $rules, n.company, n.target_kind,
        n.target_id, n.written_fingerprint, d.version, d.state, d.total, d.balance, d.paid, d.day, coalesce(d.due_day::TEXT, '-'),
        coalesce(d.paid_day::TEXT, '-'), coalesce(d.first_seen_booked_at::TEXT, '-'), coalesce(p.day::TEXT, '-'),
        coalesce(d.due_day < $today AND d.balance > 0, FALSE))) AS basis
    FROM newest AS n JOIN documents AS d ON d.company = n.company AND d.kind = n.target_kind AND d.number = n.target_id
        LEFT JOIN paid AS p ON p.company = n.company AND p.document_kind = n.target_kind AND p.invoice_number = n.target_id
    WHERE n.place = 1
)
SELECT n.source_id, n.target_id, n.basis FROM now AS n
LEFT JOIN write_back_bases AS b ON b.system = $system AND b.kind = $kind AND b.record_id = n.source_id
WHERE b.basis IS DISTINCT FROM n.basis ORDER BY n.generation, n.linked_at, n.target_id;

-- name: changed_number_links
-- What the numbers that accounts are told rest on, where that is something else than when they were last worked out.
WITH now AS (
    SELECT md5(concat_ws('|', $rules, count(*), coalesce(bit_xor(hash(source_id, company, target_id, written_fingerprint)), 0)))
        AS basis
    FROM links WHERE source_system = $system AND source_kind = $kind AND closed_at IS NULL
)
SELECT n.basis FROM now AS n LEFT JOIN write_back_bases AS b ON b.system = $system AND b.kind = $kind AND b.record_id = ''
WHERE b.basis IS DISTINCT FROM n.basis;

-- name: put_write_back_bases
INSERT INTO write_back_bases BY NAME SELECT * FROM incoming
ON CONFLICT (system, kind, record_id) DO UPDATE SET basis = excluded.basis;

-- name: forget_write_back_bases
DELETE FROM write_back_bases;
