-- Everything Kvitt remembers. Times are UTC without zone; dates are Europe/Stockholm business dates;
-- amounts named *_sek are SEK ex VAT, six decimals; JSON holds provider payloads exactly as seen or sent.
-- Systems are named "upsales:<client id>" or "fortnox:<company key>". No foreign keys: rows change state.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    content TEXT NOT NULL
);

-- The systems Kvitt is paired with (decisions: refuse a wrong pairing).
CREATE TABLE connections (
    system TEXT PRIMARY KEY,
    company TEXT,                        -- Fortnox company key; NULL for a CRM
    title TEXT NOT NULL,                 -- company name as the system itself says it
    organisation_number TEXT,
    remote_identity TEXT NOT NULL,       -- Fortnox database number, Upsales client id; '' until it has answered
    go_live DATE,                        -- Fortnox companies: deals won earlier are never sent
    status TEXT NOT NULL CHECK (status IN ('ok', 'needs_person', 'unreachable')),
    status_sentence TEXT NOT NULL DEFAULT '',
    paired_at TIMESTAMP NOT NULL,
    last_success_at TIMESTAMP
);

-- One schedule per flow. A flow reads one system and moves what follows from it.
CREATE TABLE flows (
    flow TEXT PRIMARY KEY,               -- "upsales:94/deals", "fortnox:nord/documents"
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('deals', 'documents')),
    system TEXT NOT NULL,
    company TEXT,                        -- set for kind documents
    interval_seconds INTEGER,
    cron TEXT,
    paused BOOLEAN NOT NULL DEFAULT FALSE,
    paused_reason TEXT NOT NULL DEFAULT '',
    paused_by TEXT NOT NULL DEFAULT '',  -- a person, or 'kvitt' when a connection needs one
    next_run_at TIMESTAMP,               -- as the scheduler says
    running_since TIMESTAMP,
    last_run_id BIGINT,
    CHECK ((interval_seconds IS NULL) <> (cron IS NULL))
);

CREATE SEQUENCE run_numbers;
CREATE TABLE runs (
    run_id BIGINT PRIMARY KEY DEFAULT nextval('run_numbers'),
    flow TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('schedule', 'person', 'start', 'once')),
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'interrupted')),
    sentence TEXT NOT NULL DEFAULT '',   -- what went wrong, in plain words
    records_read INTEGER NOT NULL DEFAULT 0,
    records_changed INTEGER NOT NULL DEFAULT 0,
    planned INTEGER NOT NULL DEFAULT 0,
    sent INTEGER NOT NULL DEFAULT 0,
    adopted INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,     -- went to review in this run
    failed INTEGER NOT NULL DEFAULT 0,   -- will be tried again
    calls INTEGER NOT NULL DEFAULT 0
);

-- Where each stream has been read to. Written in the transaction of the page it covers, nowhere else.
CREATE TABLE cursors (
    system TEXT NOT NULL,
    stream TEXT NOT NULL,
    position JSON NOT NULL,
    complete_at TIMESTAMP,               -- when the pass ended; NULL while one goes on
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (system, stream)
);

-- The newest version of every remote record.
CREATE TABLE records (
    system TEXT NOT NULL,
    kind TEXT NOT NULL,                  -- upsales: account order product user stage ...; fortnox: customer article invoice payment ...
    record_id TEXT NOT NULL,
    version INTEGER NOT NULL,            -- 1, 2, 3 ...
    payload JSON NOT NULL,
    digest TEXT NOT NULL,                -- of the payload, text
    listed JSON,                         -- Fortnox invoices: the list row; payload is the whole document
    detail_due BOOLEAN NOT NULL DEFAULT FALSE,  -- the list row changed, the whole document is still to be read
    modified_at TIMESTAMP,               -- the system's own stamp, where it gives one
    first_seen_at TIMESTAMP NOT NULL,
    changed_at TIMESTAMP NOT NULL,       -- when this version was first seen
    deleted_at TIMESTAMP,
    read_at TIMESTAMP,                   -- when the whole record was read last
    PRIMARY KEY (system, kind, record_id)
);

-- Every version ever seen. valid_to is the next version's valid_from: see the view record_history.
CREATE TABLE record_versions (
    system TEXT NOT NULL,
    kind TEXT NOT NULL,
    record_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    payload JSON NOT NULL,
    digest TEXT NOT NULL,
    valid_from TIMESTAMP NOT NULL,
    run_id BIGINT
);
CREATE VIEW record_history AS
SELECT *, lead(valid_from) OVER (PARTITION BY system, kind, record_id ORDER BY version) AS valid_to
FROM record_versions;

-- What was decided about each source record: what becomes of it in a company, and for which version of it. A deal is decided
-- on for one company: to decide it for another, or for none, ends what was decided before. An account is decided on in each
-- company that it has a customer in.
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

-- This source record <-> that target record. Many to many: a deal may have several documents.
CREATE TABLE links (
    source_system TEXT NOT NULL,
    source_kind TEXT NOT NULL,
    source_id TEXT NOT NULL,
    company TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    generation INTEGER NOT NULL DEFAULT 1,
    origin TEXT NOT NULL CHECK (origin IN ('crm', 'fortnox', 'kvitt')),
    rung TEXT NOT NULL,                  -- how the two were matched: sent, adopted, crm_number, organisation_number, email, article_number, person, successor, copy
    reference TEXT NOT NULL DEFAULT '',  -- our name on the target
    fingerprint TEXT NOT NULL DEFAULT '',-- of the mapped source fields at the last send
    draft JSON,                          -- what we wanted at the last send, target field names
    answer_digest TEXT NOT NULL DEFAULT '', -- of the whole document as the target answered our last send
    mapping_version TEXT NOT NULL DEFAULT '',
    written_fingerprint TEXT NOT NULL DEFAULT '', -- of what was last written back to the source
    written JSON,
    operation_no BIGINT,
    correlation_id TEXT NOT NULL DEFAULT '', -- of the source change that led to the link or its last send
    linked_at TIMESTAMP NOT NULL,
    closed_at TIMESTAMP,
    PRIMARY KEY (source_system, source_kind, source_id, company, target_kind, target_id)
);

-- What both sides of a link last said the same of, field by field: whoever says otherwise later has changed it.
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

-- What is made in Fortnox is a record of a register or a document.
CREATE MACRO is_document(kind) AS kind NOT IN ('customer', 'article');

-- What a person allowed: a further document for a deal whose earlier ones count no longer.
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

-- What an operator changed in what a source record becomes: holds until the field it took the place of changes.
CREATE SEQUENCE override_numbers;
CREATE TABLE overrides (
    override_no BIGINT PRIMARY KEY DEFAULT nextval('override_numbers'),
    system TEXT NOT NULL,                -- the source record
    kind TEXT NOT NULL,
    record_id TEXT NOT NULL,
    company TEXT NOT NULL,               -- the Fortnox company concerned
    target_kind TEXT NOT NULL,           -- invoice, customer, article
    path TEXT NOT NULL,                  -- "YourReference", "InvoiceRows.2.Price"; rows count from 1
    content JSON,                        -- the value; NULL clears the field
    before_content JSON,                 -- the mapped value it took the place of
    replaced TEXT NOT NULL,              -- digest of what that value is made from
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,                  -- NULL while it holds
    ended_why TEXT NOT NULL DEFAULT ''   -- source_changed, edited_again, dropped, linked
);

-- Fields that a system answered otherwise than they were sent: the write counts, a person accepts the difference.
CREATE TABLE silent_changes (
    operation_no BIGINT NOT NULL,
    field TEXT NOT NULL,
    row_no INTEGER,                      -- NULL for a field of the document itself
    sent TEXT NOT NULL,
    answered TEXT NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    accepted_at TIMESTAMP,
    accepted_by TEXT NOT NULL DEFAULT '',
    accepted_reason TEXT NOT NULL DEFAULT ''
);

-- One intended write: queue and ledger. open_key is set while the operation is open: one per subject.
CREATE SEQUENCE operation_numbers;
CREATE TABLE operations (
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
    payload JSON,                        -- as mapped; incomplete while a problem stands in its way
    edited JSON,                         -- with an operator's edits; NULL when there are none
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

-- Every move of an operation from state to state, append only; before_state is '' when it was planned.
CREATE TABLE operation_moves (
    operation_no BIGINT NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    before_state TEXT NOT NULL,
    after_state TEXT NOT NULL,
    attempt INTEGER NOT NULL
);

-- Open operations that wait for one that is not done, and that one's state.
CREATE VIEW blocked_operations AS
SELECT waiting.operation_no, first.operation_no AS blocker_no, first.state AS blocker_state
FROM (SELECT operation_no, unnest(from_json(waits_for, '["BIGINT"]')) AS needed FROM operations
    WHERE open_key IS NOT NULL) AS waiting
JOIN operations AS first ON first.operation_no = waiting.needed
WHERE first.state <> 'done';

-- Operations whose source record has changed since what becomes of it in their company was decided on.
CREATE VIEW overtaken_operations AS
SELECT o.operation_no FROM operations AS o
JOIN decisions AS d ON d.system = o.source_system AND d.kind = o.source_kind AND d.record_id = o.source_id
    AND d.company = coalesce(o.company, '') AND d.target_kind = o.target_kind
JOIN records AS r ON r.system = o.source_system AND r.kind = o.source_kind AND r.record_id = o.source_id
WHERE o.open_key IS NOT NULL AND o.action <> 'write_back' AND d.version <> r.version;

-- Every attempt that did not end well.
CREATE TABLE failures (
    operation_no BIGINT NOT NULL,
    attempt INTEGER NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    error_class TEXT NOT NULL,
    error_code TEXT NOT NULL,
    sentence TEXT NOT NULL,
    excerpt TEXT NOT NULL DEFAULT ''
);

-- The audit trail, append only: the timeline of a record is its events.
CREATE SEQUENCE event_numbers;
CREATE TABLE events (
    event_no BIGINT PRIMARY KEY DEFAULT nextval('event_numbers'),
    happened_at TIMESTAMP NOT NULL,
    actor TEXT NOT NULL,                 -- 'kvitt' or a person
    action TEXT NOT NULL,                -- record_changed, planned, sending, done, review, adopted, written_back, flow_paused, ...
    correlation_id TEXT NOT NULL DEFAULT '',
    operation_no BIGINT,
    run_id BIGINT,
    company TEXT,
    system TEXT NOT NULL DEFAULT '',     -- the record the event is about
    kind TEXT NOT NULL DEFAULT '',
    record_id TEXT NOT NULL DEFAULT '',
    details JSON NOT NULL DEFAULT '{}'
);

-- Every API call, without secrets; bodies cut.
CREATE SEQUENCE call_numbers;
CREATE TABLE calls (
    call_no BIGINT PRIMARY KEY DEFAULT nextval('call_numbers'),
    happened_at TIMESTAMP NOT NULL,
    run_id BIGINT,
    operation_no BIGINT,
    correlation_id TEXT NOT NULL DEFAULT '',
    system TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    query TEXT NOT NULL DEFAULT '',
    status INTEGER,                      -- NULL: no answer
    milliseconds INTEGER NOT NULL,
    request TEXT NOT NULL DEFAULT '',
    response TEXT NOT NULL DEFAULT ''
);

-- Commands from the browser and their answers.
CREATE TABLE commands (
    command_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,                  -- run_now, pause, resume, schedule, edit, replay, ...
    arguments JSON NOT NULL,
    actor TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    answered_at TIMESTAMP NOT NULL,
    accepted BOOLEAN NOT NULL,
    answer_code TEXT NOT NULL,
    answer_params JSON NOT NULL DEFAULT '{}'
);

-- The CRM side of the reconciliation: one row per deal and one per deal row, newest version.
CREATE TABLE deals (
    system TEXT NOT NULL,
    deal_id TEXT NOT NULL,
    kind TEXT NOT NULL,                  -- what the CRM calls it: order, opportunity
    company TEXT,                        -- where it is routed; NULL when nowhere
    title TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    seller TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'won', 'won_elsewhere', 'lost', 'deleted')),  -- won_elsewhere: a 100 % stage that is not sent
    day DATE,                            -- won date when won, else expected date
    currency TEXT NOT NULL,
    rate_sek DECIMAL(24, 12) NOT NULL,   -- SEK per unit of the deal's currency, by the CRM
    gross_sek DECIMAL(24, 6) NOT NULL,
    discount_sek DECIMAL(24, 6) NOT NULL,
    net_sek DECIMAL(24, 6) NOT NULL,
    version INTEGER NOT NULL,
    agreed_key TEXT NOT NULL DEFAULT '', -- what every CRM that has the deal calls it, by the mapping; '' for nothing
    PRIMARY KEY (system, deal_id)
);
CREATE TABLE deal_rows (
    system TEXT NOT NULL,
    deal_id TEXT NOT NULL,
    row_no INTEGER NOT NULL,             -- 1, 2, 3 in the deal's order
    article TEXT NOT NULL,               -- the CRM's article number, '' when none
    text TEXT NOT NULL,
    quantity DECIMAL(24, 6) NOT NULL,
    list_price DECIMAL(24, 6) NOT NULL,  -- deal currency
    price DECIMAL(24, 6) NOT NULL,       -- net unit price, deal currency
    gross_sek DECIMAL(24, 6) NOT NULL,
    discount_sek DECIMAL(24, 6) NOT NULL,
    net_sek DECIMAL(24, 6) NOT NULL,
    row_id TEXT NOT NULL,                -- the CRM's own id of the row, '' when none
    discount_given BOOLEAN NOT NULL DEFAULT TRUE,    -- the CRM says something of a discount, if only 0 %
    PRIMARY KEY (system, deal_id, row_no)
);

-- The Fortnox side: one row per document and one per row of one, newest version.
CREATE TABLE documents (
    company TEXT NOT NULL,
    kind TEXT NOT NULL,                  -- invoice ...: numbers are those of a kind
    number TEXT NOT NULL,
    revenue BOOLEAN NOT NULL,            -- what it says is revenue once it is booked: of an invoice, not of an order
    customer_number TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    day DATE NOT NULL,                   -- the one it is counted on: InvoiceDate
    due_day DATE,
    paid_day DATE,                       -- FinalPayDate
    -- As its credits leave it; overdue is by date and is not stored.
    state TEXT NOT NULL CHECK (state IN (
        'draft', 'booked', 'sent', 'part_paid', 'paid', 'cancelled', 'part_credited', 'credited')),
    booked BOOLEAN NOT NULL,
    cancelled BOOLEAN NOT NULL,
    credit BOOLEAN NOT NULL,             -- is itself a credit invoice
    credited_by TEXT NOT NULL DEFAULT '',
    credits TEXT NOT NULL DEFAULT '',    -- the invoice a credit invoice is for
    reference TEXT NOT NULL DEFAULT '',  -- the name that it bears
    voucher TEXT NOT NULL DEFAULT '',
    ocr TEXT NOT NULL DEFAULT '',
    currency TEXT NOT NULL,
    rate_sek DECIMAL(24, 12) NOT NULL,   -- SEK per unit: CurrencyRate / CurrencyUnit
    net_sek DECIMAL(24, 6) NOT NULL,     -- Net + Freight + AdministrationFee, rounded once
    freight_sek DECIMAL(24, 6) NOT NULL, -- these three and the rows' shares add up to net_sek
    fee_sek DECIMAL(24, 6) NOT NULL,
    rounding_sek DECIMAL(24, 6) NOT NULL,    -- net less its rows
    total DECIMAL(24, 6) NOT NULL,       -- incl. VAT, document currency
    balance DECIMAL(24, 6) NOT NULL,
    paid DECIMAL(24, 6) NOT NULL,        -- total less balance, for a booked document
    invoice_type TEXT NOT NULL,          -- InvoiceType
    not_completed BOOLEAN NOT NULL,      -- NotCompleted: cannot be booked yet
    first_seen_booked_at TIMESTAMP,
    version INTEGER NOT NULL,
    gap DECIMAL(24, 6) NOT NULL DEFAULT 0,   -- total less its parts: not 0 where its sums contradict each other
    PRIMARY KEY (company, kind, number)
);
CREATE TABLE document_rows (
    company TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    row_no INTEGER NOT NULL,
    article TEXT NOT NULL,
    text TEXT NOT NULL,
    quantity DECIMAL(24, 6) NOT NULL,
    price DECIMAL(24, 6) NOT NULL,       -- document currency, ex VAT
    stated_price DECIMAL(24, 6) NOT NULL,    -- as keyed in
    vat_share DECIMAL(24, 12) NOT NULL,  -- takes VAT out of stated_price; 1 where it is ex VAT
    discount DECIMAL(24, 6) NOT NULL,
    discount_type TEXT NOT NULL,
    net DECIMAL(24, 6) NOT NULL,         -- document currency, after discount, ex VAT
    net_sek DECIMAL(24, 6) NOT NULL,     -- its share of the document's
    PRIMARY KEY (company, kind, number, row_no)
);
CREATE TABLE payments (
    company TEXT NOT NULL,
    number TEXT NOT NULL,
    document_kind TEXT NOT NULL,         -- with invoice_number: what was paid
    invoice_number TEXT NOT NULL,
    day DATE NOT NULL,
    amount_sek DECIMAL(24, 6) NOT NULL,
    currency TEXT NOT NULL,
    booked BOOLEAN NOT NULL,
    source TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (company, number)
);

-- What the CRM itself counts as won, by month of the deals' own day, beside what our copy of it adds up to.
CREATE TABLE crm_totals (
    system TEXT NOT NULL,
    month TEXT NOT NULL,                 -- "2026-03"
    currency TEXT NOT NULL,
    crm_count INTEGER NOT NULL,
    crm_amount DECIMAL(24, 6),           -- the deals' own sums in that currency; NULL where the CRM does not tell
    own_count INTEGER NOT NULL,
    own_amount DECIMAL(24, 6) NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    PRIMARY KEY (system, month, currency)
);

-- The bridge from CRM billable net (M3) to Fortnox booked net (M7), step by step (ARCHITECTURE.md: the bridge).
-- Over all rows that are no draft's, the sum of amount_sek of a company is M7 - M3.
CREATE TABLE bridge (
    company TEXT NOT NULL,               -- '' when the deal is routed nowhere
    cause TEXT NOT NULL,                 -- O33, I71, V7 ...; X causes are unclassified
    origin TEXT NOT NULL,                -- who made it, a to f; '' where there is only one side
    side TEXT NOT NULL CHECK (side IN ('crm', 'booked', 'both', 'draft')),  -- draft: not booked yet, not counted
    deal_system TEXT NOT NULL,
    deal_id TEXT NOT NULL,
    deal_row INTEGER NOT NULL,           -- 0: the whole deal
    document_kind TEXT NOT NULL,         -- with number: '' where there is no document
    number TEXT NOT NULL,
    document_row INTEGER NOT NULL,       -- 0: the whole document
    deal_day DATE,
    booked_day DATE,
    amount_sek DECIMAL(24, 6) NOT NULL,
    why JSON NOT NULL                    -- what the why-sentence says
);
-- Which row of a deal is which row of a document, and what each is worth there.
CREATE TABLE slices (
    company TEXT NOT NULL,
    deal_system TEXT NOT NULL,
    deal_id TEXT NOT NULL,
    deal_row INTEGER NOT NULL,           -- 0: a row of the document only
    deal_day DATE,
    document_kind TEXT NOT NULL,         -- with number: '' while there is no document
    number TEXT NOT NULL,
    document_row INTEGER NOT NULL,       -- 0: a row of the deal only
    booked_day DATE,                     -- NULL while the document is a draft
    crm_sek DECIMAL(24, 6) NOT NULL,
    document_sek DECIMAL(24, 6) NOT NULL
);
-- The bridge of some days (both NULL: all days): every counted step of the days, and timing. What was won on the days
-- but booked on others leaves (O21, O22), what was booked on them but won on others arrives (I11, I12), both at the
-- value of the deal (ARCHITECTURE.md: the identity).
CREATE MACRO bridge_of(since, till) AS TABLE
SELECT company, cause, origin, deal_system, deal_id, deal_row, document_kind, number, document_row, deal_day, booked_day, amount_sek, why
FROM bridge
WHERE side <> 'draft' AND (since::DATE IS NULL
    OR CASE side WHEN 'crm' THEN deal_day ELSE booked_day END BETWEEN since::DATE AND till::DATE)
UNION ALL
SELECT company, CASE WHEN booked_day > till::DATE THEN 'O21' ELSE 'O22' END, '', deal_system, deal_id, 0, document_kind, number, 0,
    deal_day, booked_day, -sum(crm_sek)::DECIMAL(24, 6), '{}'::JSON
FROM slices
WHERE since::DATE IS NOT NULL AND deal_row > 0 AND deal_day BETWEEN since::DATE AND till::DATE
    AND booked_day NOT BETWEEN since::DATE AND till::DATE
GROUP BY ALL
UNION ALL
SELECT company, CASE WHEN deal_day > till::DATE THEN 'I12' ELSE 'I11' END, '', deal_system, deal_id, 0, document_kind, number, 0,
    deal_day, booked_day, sum(crm_sek)::DECIMAL(24, 6), '{}'::JSON
FROM slices
WHERE since::DATE IS NOT NULL AND deal_row > 0 AND booked_day BETWEEN since::DATE AND till::DATE
    AND (deal_day IS NULL OR deal_day NOT BETWEEN since::DATE AND till::DATE)
GROUP BY ALL;

-- Every row of a won deal beside the row it became; a document's figures are NULL while there is no such row.
CREATE VIEW compared_rows AS
SELECT s.company, s.deal_system, d.kind AS deal_kind, s.deal_id, s.deal_row, d.title, d.customer_name, d.seller, s.deal_day AS day,
    d.currency, r.article, r.text, r.quantity, r.list_price, r.gross_sek, r.discount_sek, r.net_sek, r.discount_given,
    s.document_kind, s.number, s.booked_day, i.quantity AS document_quantity, i.price AS document_price, i.discount AS document_discount,
    i.discount_type AS document_discount_type, coalesce(f.currency, '') AS document_currency,
    (i.quantity * i.price * f.rate_sek)::DECIMAL(38, 6) AS document_gross_sek, i.net_sek AS document_net_sek,
    CASE WHEN s.number <> '' THEN s.document_sek - s.crm_sek END AS difference_sek
FROM slices AS s JOIN deals AS d ON d.system = s.deal_system AND d.deal_id = s.deal_id
    JOIN deal_rows AS r ON r.system = s.deal_system AND r.deal_id = s.deal_id AND r.row_no = s.deal_row
    LEFT JOIN documents AS f ON f.company = s.company AND f.kind = s.document_kind AND f.number = s.number
    LEFT JOIN document_rows AS i ON i.company = s.company AND i.kind = s.document_kind AND i.number = s.number
        AND i.row_no = s.document_row
WHERE s.deal_row > 0;

-- What the steps of each won deal, and of each document without one, were made from: they are made again when it changes.
CREATE TABLE bridge_bases (
    deal_system TEXT NOT NULL,           -- '' for a document
    deal_id TEXT NOT NULL,
    company TEXT NOT NULL,               -- '' for a deal
    document_kind TEXT NOT NULL,
    number TEXT NOT NULL,
    basis TEXT NOT NULL,
    PRIMARY KEY (deal_system, deal_id, company, document_kind, number)
);

-- What each deal's write-back was last worked out from: it is worked out again when it changes.
CREATE TABLE write_back_bases (
    system TEXT NOT NULL,
    kind TEXT NOT NULL,
    record_id TEXT NOT NULL,
    basis TEXT NOT NULL,
    PRIMARY KEY (system, kind, record_id)
);

-- The promises, checked at the end of every run.
CREATE TABLE checks (
    name TEXT PRIMARY KEY,               -- duplicates, lost, bridge_closes, unclassified, unread, open_too_long, throttled
    run_id BIGINT NOT NULL,
    checked_at TIMESTAMP NOT NULL,
    found DECIMAL(24, 6) NOT NULL,       -- what was counted; 0 is kept promise
    ok BOOLEAN NOT NULL
);
