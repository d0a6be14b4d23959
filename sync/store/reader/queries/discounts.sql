-- name: discount_rows
-- Rows of won deals beside the rows they became, together where there are several, largest difference first; '' as a
-- filter takes all. A price or percentage that is not the same on all of them is not told. The rows of the page are chosen
-- first, by what slices say; all that is told of them is looked up for them alone, causes only where they are asked for.
WITH told_of_all AS (
    SELECT deal_system, deal_id, deal_row, string_agg(DISTINCT cause, ' ') AS causes FROM bridge
    WHERE $cause::TEXT <> '' AND deal_id <> '' AND side <> 'booked' GROUP BY deal_system, deal_id, deal_row
), known AS (
    SELECT s.company, s.deal_system, s.deal_id, s.deal_row, r.net_sek,
        sum(CASE WHEN s.number <> '' THEN s.document_sek - s.crm_sek END) AS difference_sek
    FROM slices AS s JOIN deals AS d ON d.system = s.deal_system AND d.deal_id = s.deal_id
        JOIN deal_rows AS r ON r.system = s.deal_system AND r.deal_id = s.deal_id AND r.row_no = s.deal_row
    WHERE s.deal_row > 0 AND ($company::TEXT IS NULL OR s.company = $company)
        AND ($since::DATE IS NULL OR s.deal_day BETWEEN $since AND $till) AND ($seller::TEXT = '' OR d.seller = $seller)
        AND ($product::TEXT = '' OR coalesce(nullif(r.article, ''), r.text) = $product)
    GROUP BY s.company, s.deal_system, s.deal_id, s.deal_row, r.net_sek
), page AS (
    SELECT k.company, k.deal_system, k.deal_id, k.deal_row, count(*) OVER () AS total FROM known AS k
        LEFT JOIN told_of_all AS one ON one.deal_system = k.deal_system AND one.deal_id = k.deal_id AND one.deal_row = k.deal_row
        LEFT JOIN told_of_all AS whole ON whole.deal_system = k.deal_system AND whole.deal_id = k.deal_id AND whole.deal_row = 0
    WHERE ($cause::TEXT = '' OR list_contains(string_split(coalesce(one.causes, whole.causes, ''), ' '), $cause))
        AND ($size::DECIMAL(24, 6) IS NULL OR abs(round(k.difference_sek, 2)) >= $size)
    ORDER BY abs(coalesce(k.difference_sek, 0)) DESC, abs(k.net_sek) DESC, k.deal_system, k.deal_id, k.deal_row
    LIMIT $limit OFFSET $skip
), told AS (
    SELECT b.deal_system, b.deal_id, b.deal_row, string_agg(DISTINCT rtrim(b.cause || '.' || b.origin, '.'), ' '
        ORDER BY rtrim(b.cause || '.' || b.origin, '.')) AS causes
    FROM bridge AS b SEMI JOIN page AS p ON p.deal_system = b.deal_system AND p.deal_id = b.deal_id
    WHERE b.side <> 'booked' GROUP BY b.deal_system, b.deal_id, b.deal_row
), whole AS (
    SELECT c.company, c.deal_system, c.deal_kind, c.deal_id, c.deal_row, c.title, c.customer_name, c.seller, c.day, c.currency,
        c.article, c.text, c.quantity, c.list_price, c.gross_sek, c.discount_sek, c.net_sek, c.discount_given, p.total,
        coalesce(string_agg(number, ', ' ORDER BY try_cast(number AS BIGINT), number) FILTER (WHERE number <> ''), '') AS number,
        CASE WHEN bool_and(number = '' OR booked_day IS NOT NULL) THEN max(booked_day) END AS booked_day,
        sum(document_quantity) AS document_quantity,
        CASE WHEN min(document_price) = max(document_price) THEN min(document_price) END AS document_price,
        CASE WHEN bool_and(document_discount_type = 'AMOUNT') THEN sum(document_discount)
            WHEN min(document_discount) = max(document_discount) THEN min(document_discount) END AS document_discount,
        max(document_discount_type) AS document_discount_type, max(document_currency) AS document_currency,
        sum(document_net_sek) AS document_net_sek, sum(difference_sek) AS difference_sek
    FROM compared_rows AS c JOIN page AS p USING (company, deal_system, deal_id, deal_row)
    GROUP BY ALL
)
SELECT company, deal_system, deal_kind, deal_id, w.deal_row, title, customer_name, seller, day, currency, article, text,
    quantity, list_price, gross_sek, discount_sek,
    CASE WHEN gross_sek <> 0 AND discount_given THEN (discount_sek / gross_sek * 100)::DECIMAL(24, 6) END AS discount_percent, net_sek,
    number, booked_day, document_quantity, document_price, document_discount, document_discount_type, document_currency,
    document_net_sek, difference_sek, coalesce(one.causes, deals.causes, '') AS causes, total
FROM whole AS w
    LEFT JOIN told AS one USING (deal_system, deal_id, deal_row)
    LEFT JOIN (SELECT deal_system, deal_id, causes FROM told WHERE deal_row = 0) AS deals USING (deal_system, deal_id)
ORDER BY abs(coalesce(difference_sek, 0)) DESC, abs(net_sek) DESC, deal_system, deal_id, w.deal_row;

-- name: discount_totals
-- Rows of won deals on both sides, in all and by seller ('' first: the sum). Fortnox's figures are of rows that have a
-- document; `agree` counts rows that are equal there but for the öre of rounding, `waiting_sek` is sold but not invoiced.
WITH whole AS (
    SELECT seller, gross_sek, discount_sek, net_sek, sum(document_gross_sek) AS document_gross_sek,
        sum(document_net_sek) AS document_net_sek, sum(difference_sek) AS difference_sek,
        net_sek - coalesce(sum(coalesce(document_net_sek, 0) - difference_sek), 0) AS waiting_sek
    FROM compared_rows
    WHERE ($company::TEXT IS NULL OR company = $company) AND ($since::DATE IS NULL OR day BETWEEN $since AND $till)
    GROUP BY company, deal_system, deal_kind, deal_id, deal_row, seller, gross_sek, discount_sek, net_sek
)
SELECT coalesce(seller, '') AS seller, grouping(seller) = 1 AS everyone, count(*) AS rows, count(document_net_sek) AS compared,
    count(*) FILTER (WHERE abs(round(difference_sek, 2)) <= 0.01) AS agree,
    coalesce(sum(gross_sek), 0)::DECIMAL(38, 6) AS gross_sek, coalesce(sum(discount_sek), 0)::DECIMAL(38, 6) AS discount_sek,
    coalesce(sum(net_sek), 0)::DECIMAL(38, 6) AS net_sek,
    coalesce(sum(waiting_sek), 0)::DECIMAL(38, 6) AS waiting_sek,
    coalesce(sum(document_gross_sek - document_net_sek), 0)::DECIMAL(38, 6) AS document_discount_sek,
    coalesce(sum(document_net_sek), 0)::DECIMAL(38, 6) AS document_net_sek,
    coalesce(sum(difference_sek), 0)::DECIMAL(38, 6) AS difference_sek
FROM whole
GROUP BY GROUPING SETS ((), (seller)) ORDER BY everyone DESC, abs(sum(difference_sek)) DESC NULLS LAST, seller LIMIT 500;

-- name: discount_choices
-- What the rows can be filtered by: sellers, products and causes that occur.
WITH sold AS (
    SELECT system, deal_id, seller FROM deals WHERE state = 'won' AND ($company::TEXT IS NULL OR company = $company)
        AND ($since::DATE IS NULL OR day BETWEEN $since AND $till)
)
SELECT kind, name FROM (
    SELECT DISTINCT 'seller' AS kind, seller AS name FROM sold
    UNION ALL SELECT DISTINCT 'product', coalesce(nullif(r.article, ''), r.text)
        FROM deal_rows AS r JOIN sold AS s ON s.system = r.system AND s.deal_id = r.deal_id
    UNION ALL SELECT DISTINCT 'cause', b.cause
        FROM bridge AS b JOIN sold AS s ON s.system = b.deal_system AND s.deal_id = b.deal_id WHERE b.side <> 'booked')
WHERE name <> '' ORDER BY kind, name LIMIT 500;
