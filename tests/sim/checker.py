"""The judge: reads the sandbox's tables and our store after everything is quiet, and says in sentences what is wrong.

The invariants are those of ARCHITECTURE.md: the promises; I6 (the bridge) is checked by what the store itself found.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sync.sandbox.fortnox.tenant import API, META, Tenant
from tests.sim.check_meaning import check_meaning
from tests.sim.check_store import check_store
from tests.sim.crms import Deal
from tests.sim.people import REFUSAL, UNSENDABLE, deal_of
from tests.sim.simulation import Simulation

Row = dict[str, Any]
LIMIT, WINDOW = 25, 5.0
LOSSES = {"lose_the_folder", "lose_after_invoice", "put_back"}


def faults_of(done: Simulation) -> list[str]:
    """Return everything that is wrong after a simulation, each as a sentence; none is what we want."""
    return [
        *_one_of_each(done),
        *_nothing_lost(done),
        *_linked_documents(done),
        *_own_masters(done),
        *_no_longer_won(done),
        *_accounts(done),
        *_left_alone(done),
        *_mirrored(done),
        *check_meaning(done),
        *_idle(done),
        *_drained(done),
        *_never_too_fast(done),
        *check_store(done),
    ]


# --- I1 ----------------------------------------------------------------------------------------------------


def _one_of_each(done: Simulation) -> Iterator[str]:
    """At most one live document for each name, one customer for each account, one article for each product."""
    for tenant in done.people.tenants:
        names = Counter(str(row["ExternalInvoiceReference1"]) for row in _live(tenant))
        customers = Counter(str(row["ExternalReference"] or row["Name"]) for row in tenant.tables.rows("customers"))
        articles = Counter(str(row["Description"]) for row in tenant.tables.rows("articles"))
        for kind, found in (("invoice", names), ("customer", customers), ("article", articles)):
            yield from (
                f"I1: {count} live records of kind {kind} in {tenant.number} carry the name {name}."
                for name, count in found.items()
                if count > 1
            )
    deals = Counter(deal_of(row) for tenant in done.people.tenants for row in _live(tenant))
    yield from (f"I1: deal {deal} has {count} live documents." for deal, count in deals.items() if count > 1)
    rows = [row for tenant in done.people.tenants for row in tenant.tables.rows("invoices")]
    made_for = Counter(deal_of(row) for row in rows if row["Credit"] != "true")
    won = {deal.key for deal in done.crm.deals() if deal.state == "won"}
    for deal, allowed in done.rows(_ALLOWED):
        if made_for[deal] > 1 + allowed or (deal in won and made_for[deal] <= allowed):
            yield f"I1: {allowed} more documents were allowed for deal {deal}; there are {made_for[deal]} in all."
    made = [name for name in done.network.writes if name.startswith(done.crm.creating)]
    yield from (f"I1: something was created in the CRM: {name}." for name in made)


# Allowed twice before it was made, it is the same document.
_ALLOWED = """SELECT arguments ->> 'record_id', count(DISTINCT answer_params ->> 'generation') FROM commands
WHERE name = 'another_document' AND accepted GROUP BY 1"""


def _live(tenant: Tenant) -> list[Row]:
    """Return the documents that count: neither cancelled nor credited, nor credits."""
    rows = {row["DocumentNumber"]: row for row in tenant.tables.rows("invoices")}
    notes = {number for number, row in rows.items() if row["Credit"] == "true"}
    spent = {number for number in notes if rows[number]["Booked"]}
    return [
        row
        for number, row in rows.items()
        if not (row["Cancelled"] or number in notes or row["CreditInvoiceReference"] in spent)
    ]


# --- I2 ----------------------------------------------------------------------------------------------------


def _nothing_lost(done: Simulation) -> Iterator[str]:
    """Every won deal has a link to its document, which says what the deal says, or waits where a person sees it."""
    links = {(row[0], row[1]): row[2] for row in done.rows(_LINKS)}
    held = {row[0]: row[1] for row in done.rows(_HELD)}
    dismissed = {row[0] for row in done.rows(_DISMISSED)}
    wanted = _references(done)
    # Who loses the data folder loses the operators' edits: what they had sent before stands, and nothing tells why.
    forgotten = done.people.typed if LOSSES & set(done.scenario.steps) else {}
    for deal in done.crm.deals():
        if deal.state != "won" or (deal.key in dismissed and done.people.dismissed.get(deal.key) == deal.said):
            continue
        company = _company(done, deal)
        if deal.key in held:
            yield from _needless(done, deal, held[deal.key], wanted)
            continue
        number = links.get((deal.key, company))
        tenant = _tenant(done, company)
        invoice = tenant.find("invoices", number) if number else None
        counting = [row["DocumentNumber"] for row in _live(tenant) if deal_of(row) == deal.key]
        if counting and number not in counting:
            yield f"I2: deal {deal.key} is linked to document {number}; {', '.join(counting)} is the one that counts."
        elif invoice is None:
            yield f"I2: the won deal {deal.key} has no document in {company}, and nothing says why."
        elif not invoice["Cancelled"]:
            references = {wanted.get(deal.key, deal.reference), *forgotten.get(deal.key, ())}
            yield from _differences(done, deal, invoice, references)


_LINKS = """SELECT source_id, company, target_id FROM links
WHERE source_kind IN ('order', 'opportunity') AND target_kind = 'invoice' AND closed_at IS NULL
ORDER BY generation, linked_at"""
_CROSSED = """SELECT l.source_id, l.target_id, o.target_id FROM links AS l JOIN operations AS o USING (operation_no)
WHERE l.closed_at IS NULL AND l.target_id <> o.target_id"""
_HELD = """SELECT source_id, error_code || ' ' || error_sentence FROM operations
WHERE open_key IS NOT NULL AND source_kind IN ('order', 'opportunity') AND action <> 'write_back'"""
# What people really dismissed; that Kvitt decided so is not enough.
_DISMISSED = """SELECT record_id FROM decisions SEMI JOIN (
    SELECT operations.source_id AS record_id FROM commands JOIN operations
    ON operations.operation_no = (commands.arguments ->> '$.operations[0].number')::BIGINT
    WHERE commands.name = 'dismiss' AND commands.accepted) AS asked USING (record_id)
WHERE outcome = 'dismissed' AND kind IN ('order', 'opportunity')"""
_EDITS = """SELECT operations.source_id, commands.command_id, commands.arguments ->> '$.changes.YourOrderNumber'
FROM commands JOIN operations ON operations.operation_no = (commands.arguments ->> '$.operation.number')::BIGINT
WHERE commands.name = 'edit' AND commands.accepted ORDER BY commands.asked_at"""


def _linked_documents(done: Simulation) -> Iterator[str]:
    """What a deal is linked to is there, bears the deal's name, is no credit, and is what the last send was about."""
    for key, number, sent in done.rows(_CROSSED):
        yield f"I2: the link of {key} to {number} tells of a send that was about {sent}."
    for (key, company), number in ((row[:2], row[2]) for row in done.rows(_LINKS)):
        invoice = _tenant(done, company).find("invoices", number)
        if invoice is None or deal_of(invoice) != key or invoice["Credit"] == "true":
            yield f"I2: deal {key} is linked to document {number} of {company}, which is not one of its own."


def _own_masters(done: Simulation) -> Iterator[str]:
    """No customer and no article that people made in Fortnox is taken for one of Kvitt's own."""
    for company, kind, number in done.rows(_OWN_MASTERS):
        record = _tenant(done, company).find(f"{kind}s", number)
        if record is not None and record[META]["origin"] != API:
            yield f"I2: {kind} {number} of {company} is linked as one that Kvitt made; somebody else made it."


_OWN_MASTERS = """SELECT company, target_kind, target_id FROM links
WHERE target_kind IN ('customer', 'article') AND origin = 'crm' AND closed_at IS NULL"""


def _no_longer_won(done: Simulation) -> Iterator[str]:
    """A document counts for a won deal, or a person is asked, or has answered, what shall become of it."""
    asked = {row[0] for row in (*done.rows(_HELD), *done.rows(_DISMISSED))}
    states = {deal.key: deal.state for deal in done.crm.deals()}
    # No CRM lists a deal that was deleted to who has never seen it: a lost store never hears of it.
    forgotten = "won" if LOSSES & set(done.scenario.steps) else "deleted"
    for tenant in done.people.tenants:
        for row in _live(tenant):
            deal = deal_of(row)
            credited = row["CreditInvoiceReference"] != "0"
            if deal and not credited and deal not in asked and states.get(deal, forgotten) != "won":
                yield f"I2: invoice {row['DocumentNumber']} counts, its deal {deal} is not won, and nobody is asked."


def _accounts(done: Simulation) -> Iterator[str]:
    """Every account knows its customer's number, and the customer has the account's telephone, or that waits."""
    held = {row[0] for row in done.rows(_HELD_ACCOUNTS)}
    # Whose word is newer, the account's or the customer's, nobody knows after such a loss: neither is written over.
    lost = bool(LOSSES & set(done.scenario.steps))
    numbers: dict[str, set[str]] = defaultdict(set)
    phones = {account.key: account.phone for account in done.crm.accounts()}
    for key, company, number in done.rows(_CUSTOMERS):
        numbers[key].add(number)
        customer = _tenant(done, company).find("customers", number)
        if customer is not None and not lost and key not in held and (customer["Phone1"] or "") != phones[key]:
            yield f"I2: customer {number} of {company} has the telephone {customer['Phone1']!r}, not {phones[key]!r}."
    for account in done.crm.accounts():
        if numbers[account.key] and account.number not in numbers[account.key]:
            yield f"I2: account {account.key} was told {account.number!r}, its numbers are {numbers[account.key]}."


def _left_alone(done: Simulation) -> Iterator[str]:
    """Nothing was written to a draft after an accountant changed it."""
    for (tenant, path), before in done.by_hand.items():
        if done.network.updates[tenant, path] != before:
            yield f"I2: {path} of {tenant} was changed by hand, and Kvitt wrote over it."


_HELD_ACCOUNTS = "SELECT source_id FROM operations WHERE open_key IS NOT NULL AND source_kind = 'account'"
_STOPPED = """SELECT subject_title FROM operations
WHERE target_kind IN ('customer', 'article') AND action = 'create' AND state IN ('review', 'dismissed')"""
_CUSTOMERS = """SELECT source_id, company, target_id FROM links
WHERE source_kind = 'account' AND target_kind = 'customer' AND closed_at IS NULL ORDER BY linked_at"""


def _references(done: Simulation) -> dict[str, str]:
    """Return, by deal, what an operator put in place of a reference, as long as it is the one that they saw."""
    present = {deal.key: deal.reference for deal in done.crm.deals()}
    edits = done.rows(_EDITS)
    return {deal: text for deal, wish, text in edits if present.get(deal) == done.people.repaired.get(wish)}


def _needless(done: Simulation, deal: Deal, said: str, wanted: dict[str, str]) -> Iterator[str]:
    """A deal waits for a person only where somebody touched it, or Fortnox cannot take, or refused, what it says."""
    unsendable = UNSENDABLE in deal.reference and deal.key not in wanted
    # What a store that was put back had sent meanwhile, it takes for an accountant's edit.
    older = ("both_changed",) if "put_back" in done.scenario.steps else ()
    doubtful = said.startswith(("adopted_otherwise", "booked_otherwise", *older)) and deal.key in done.people.edited
    refused = said.startswith(str(REFUSAL[0]))
    waits = said.startswith(("customer_waits", "article_waits")) and _stopped(done, deal)
    if not (deal.key in done.people.touched or unsendable or doubtful or refused or waits):
        yield f"I2: deal {deal.key} waits for a person ({said}) although nobody but Kvitt touched it."


def _stopped(done: Simulation, deal: Deal) -> bool:
    """Return whether the customer, or an article, of a deal waits for a person or is wanted no more."""
    names = {deal.customer, *(description for description, *_ in deal.rows)}
    return any(title in names for (title,) in done.rows(_STOPPED))


def _differences(done: Simulation, deal: Deal, invoice: Row, references: set[str]) -> Iterator[str]:
    """Return what a document says otherwise than its deal: customer, currency, reference, rows, sum to the öre."""
    who = f"I2: invoice {invoice['DocumentNumber']} of deal {deal.key}"
    if invoice["CustomerName"] != deal.customer:
        yield f"{who} is for {invoice['CustomerName']}, the deal is for {deal.customer}."
    if invoice["Currency"] != deal.currency:
        yield f"{who} is in {invoice['Currency']}, the deal in {deal.currency}."
    if (invoice["YourOrderNumber"] or "") not in references:
        yield f"{who} names the order {invoice['YourOrderNumber']!r}, it should be one of {sorted(references)}."
    found = [
        (one["Description"], Decimal(one["DeliveredQuantity"]), Decimal(one["Total"])) for one in invoice["InvoiceRows"]
    ]
    if found != list(deal.rows):
        yield f"{who} has the rows {found}, the deal {list(deal.rows)}."
    total = sum((row[2] for row in deal.rows), Decimal(0))
    if Decimal(invoice["Net"]) != total:
        yield f"{who} comes to {invoice['Net']}, the deal to {total}."
    if done.scenario.books and not invoice["Booked"]:
        yield f"{who} is not booked."
    if deal.number != invoice["DocumentNumber"] or (deal.status != "draft") != bool(invoice["Booked"]):
        yield f"{who} is not told to the deal: {deal}."
    if deal.balance != (invoice["Balance"] if invoice["Booked"] else 0):
        yield f"{who} leaves {invoice['Balance']} to pay, the deal was told {deal.balance}."


def _company(done: Simulation, deal: Deal) -> str:
    keys = [company.key for company in done.world.companies]
    return keys[0] if len(keys) == 1 else deal.company


def _tenant(done: Simulation, company: str) -> Tenant:
    number = next(one.database_number for one in done.world.companies if one.key == company)
    return done.sandbox.fortnox.companies[number]


# --- I3 ----------------------------------------------------------------------------------------------------


def _mirrored(done: Simulation) -> Iterator[str]:
    """Every record of both systems is in the store, with its newest content."""
    stored = {(row[0], row[1], row[2]): row[3] for row in done.rows(_RECORDS)}
    for company in done.world.companies:
        tables = _tenant(done, company.key).tables
        for kind, plural, key, names in _FORTNOX:
            for row in tables.rows(plural):
                seen = stored.get((f"fortnox:{company.key}", kind, str(row[key])))
                hidden = kind == "invoice" and deal_of(row) in done.people.unlisted
                shown = names[:-1] if hidden else names
                yield from _stale(f"{kind} {row[key]} of {company.key}", row, seen, shown)
    crm = done.process.app.crms[0].system
    for one in done.crm.records():
        yield from _stale(f"{one.kind} {one.key}", one.row, stored.get((crm, one.kind, one.key)), one.names)


_RECORDS = "SELECT system, kind, record_id, payload FROM records WHERE deleted_at IS NULL"
_FORTNOX = (
    ("customer", "customers", "CustomerNumber", ("Name", "Email")),
    ("article", "articles", "ArticleNumber", ("Description",)),
    ("invoice", "invoices", "DocumentNumber", ("Total", "Net", "Balance", "Booked", "Cancelled", "YourReference")),
)


def _stale(what: str, row: Row, seen: str | None, names: tuple[str, ...]) -> Iterator[str]:
    if seen is None:
        yield f"I3: {what} was never read."
        return
    from sync.store.jsontext import from_json

    payload = from_json(seen)
    for name in names:
        if not _same(row.get(name), payload.get(name)):
            yield f"I3: {what} is stored with {name} {payload.get(name)!r}, it is {row.get(name)!r}."


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Decimal | int) and not isinstance(one, bool):
        return Decimal(str(other)) == one
    return (one or None) == (other or None)


# --- I4, I9, I10 -------------------------------------------------------------------------------------------


def _idle(done: Simulation) -> Iterator[str]:
    changes = (
        {"edit", "account", "lose", "hand", "vanish"} & set(done.scenario.steps)
        or done.people.edited
        or done.idle_passes
    )
    if not changes and not done.scenario.prepared:
        echoes = [name for name in done.network.writes if name.startswith("PUT /3/")]
        yield from (f"I4: nobody changed anything, and {name} was sent." for name in echoes)
    yield from (f"I4: with nothing to do, {count} × {name} was sent." for name, count in done.idle_writes.items())


def _drained(done: Simulation) -> Iterator[str]:
    refused = done.faults.taken["expired_token"] + done.faults.taken["token_invalidated"]
    if done.needed_a_person and not refused:
        yield "I9: a flow was paused until a person comes, although every fault passed by itself."
    if done.drained_in > done.allowed_to_drain:
        yield f"I9: what was open took {done.drained_in:.0f} s to be done, {done.allowed_to_drain:.0f} s are enough."


def _never_too_fast(done: Simulation) -> Iterator[str]:
    """Never more than 25 calls to a company in any five seconds, by Fortnox's own count; no two logins at once."""
    windows: dict[int, deque[float]] = {}
    for arrival in done.network.arrivals:
        window = windows.setdefault(arrival.tenant, deque())
        window.append(arrival.seconds)
        while window[0] <= arrival.seconds - WINDOW:
            window.popleft()
        if len(window) > LIMIT:
            yield f"I10: {len(window)} calls reached {arrival.tenant} in the five seconds before {arrival.seconds:.2f}."
            return
    if done.sandbox.fortnox.throttled:
        yield f"I10: Fortnox itself answered 429 {done.sandbox.fortnox.throttled} times."
    if done.network.logins_at_once > 1:
        yield f"I10: {done.network.logins_at_once} logins to one company were under way at once."
