"""After reading and sending: the typed facts, the bridge, and the promises checked (engineering.md 2.4)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from sync.clock import Clock
from sync.core.bridge import LooseDocument, Standing, WonDeal, bridge
from sync.core.measures import ReadDeal, fortnox_document
from sync.core.types import RecordKey
from sync.invariants import Invariants
from sync.store import facts, records
from sync.store.database import Store
from sync.store.facts import StoredDocument
from sync.store.jsontext import from_json

# Tables from which facts, bridge and checks are made; of the connections only what `connections_now` says.
_RESTS_ON = ("records", "operations", "decisions", "links")
_ARTICLE = frozenset({"article_waits"})
Documents = Mapping[tuple[str, str], StoredDocument]
_MATCH = frozenset({"customer_waits", "no_customer"})


class Reconciler:
    """Keeps the reconciliation's tables in step with the records."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        crm: str,
        deal_kind: str,
        read_deal: ReadDeal,
        companies: Iterable[str],
        invariants: Invariants,
    ) -> None:
        self._store = store
        self._clock = clock
        self._invariants = invariants
        self._crm = crm
        self._deal = deal_kind
        self._read_deal = read_deal
        self._companies = tuple(companies)
        self._seen: tuple[object, ...] = ()
        self._checked: tuple[object, ...] = ()
        self._unclassified = Decimal(0)

    def refresh(self) -> bool:
        """Bring facts and bridge up to date with the records, together: no reader sees half of it.

        Returns whether there was anything to bring up to date.
        """
        now = self._clock.now()
        seen = (self._store.writes_to(_RESTS_ON), self._store.rows("connections_now"))
        if seen == self._seen:
            return False
        with self._store.transaction():
            self._put_deals()
            for company in self._companies:
                self._put_documents(company, now)
            documents = facts.documents(self._store)
            steps = bridge(self._won_deals(documents), self._loose_documents(documents))
            facts.put_bridge(self._store, steps)
        self._unclassified = sum((abs(step.amount_sek) for step in steps if step.cause.startswith("X")), Decimal(0))
        self._seen = seen
        return True

    def check(self, run_id: int) -> None:
        """Count what breaks a promise, at the end of a run; nothing new can be broken where nothing was written."""
        with self._store.transaction():
            if self._seen == self._checked:
                self._invariants.still_hold(run_id)
            else:
                self._invariants.check(self._unclassified, run_id)
        self._checked = self._seen

    def _put_deals(self) -> None:
        stale = [row[0] for row in self._store.rows("stale_deals", {"system": self._crm})]
        found = records.load(self._store, self._crm, self._deal, stale) if stale else {}
        read = {r.key: (self._read_deal(r.payload), r.version) for r in found.values()}
        facts.put_deals(self._store, read)
        self._store.run("route_deals")
        self._store.run("drop_deleted_deals")

    def _put_documents(self, company: str, now: datetime) -> None:
        system = f"fortnox:{company}"
        stale = [row[0] for row in self._store.rows("stale_documents", {"system": system, "company": company})]
        found = records.load(self._store, system, "invoice", stale) if stale else {}
        read = [(fortnox_document(record.payload), record.version) for record in found.values()]
        facts.put_documents(self._store, company, read, now)
        payments = records.load(self._store, system, "payment")
        facts.put_payments(self._store, company, [record.payload for record in payments.values()])

    def _won_deals(self, documents: Documents) -> list[WonDeal]:
        linked: dict[RecordKey, list[tuple[str, str]]] = {}
        for system, deal, company, number in self._store.rows("invoice_links"):
            linked.setdefault(RecordKey(system, self._deal, deal), []).append((company, number))
        standings, undecided = self._standings(), self._undecided_standing()
        found = []
        for key, (company, deal) in facts.won_deals(self._store, self._deal).items():
            pairs = [pair for pair in linked.get(key, ()) if pair in documents]
            own = tuple(documents[pair].document for pair in pairs if pair[0] == company)
            elsewhere = tuple((pair[0], documents[pair].document) for pair in pairs if pair[0] != company)
            found.append(WonDeal(key, company, deal, own, standings.get(key, undecided), elsewhere))
        return found

    def _loose_documents(self, documents: Documents) -> list[LooseDocument]:
        """Booked documents that no won deal stands behind."""
        states = {RecordKey(row[0], self._deal, row[1]): row[2] for row in self._store.rows("deal_states")}
        behind: dict[tuple[str, str], RecordKey] = {}
        for system, deal, company, number in self._store.rows("invoice_links"):
            behind[company, number] = RecordKey(system, self._deal, deal)
        customers = {(row[0], row[1]) for row in self._store.rows("linked_customers")}
        go_lives: dict[str, date] = dict(self._store.rows("go_lives"))
        found = []
        for (company, number), stored in documents.items():
            document = stored.document
            deal = behind.get((company, number))
            state = states.get(deal, "deleted") if deal is not None else ""
            if not document.booked or document.cancelled or state == "won":
                continue
            start = go_lives.get(company)
            before = start is not None and document.day < start
            known = (company, document.customer_number) in customers
            found.append(LooseDocument(company, document, before, known, state))
        return found

    def _undecided_standing(self) -> Standing:
        """A deal that was never decided on waits for a connection, or was missed."""
        statuses = {row[0] for row in self._store.rows("connection_statuses")}
        if "needs_person" in statuses:
            return "login"
        return "on_its_way" if "unreachable" in statuses else "missed"

    def _standings(self) -> dict[RecordKey, Standing]:
        return {
            RecordKey(row[0], self._deal, row[1]): _standing(row[2], row[3], row[4], row[5], from_json(row[6]))
            for row in self._store.rows("deal_standings")
        }


def _standing(outcome: str, state: str, error_class: str, code: str, problems: list[dict[str, object]]) -> Standing:
    """Return where a deal stands when it has no booked document, by its decision and open operation."""
    if outcome in {"excluded", "dismissed", "linked"}:
        return outcome  # type: ignore[return-value]
    if state == "":
        return "missed"
    if error_class in {"unknown", "login"}:
        return error_class  # type: ignore[return-value]
    if state != "review":
        return "on_its_way"
    if code == "no_route":
        return "approval"
    if code in _ARTICLE:
        return "article"
    if error_class == "match" or code in _MATCH:
        return "match"
    return "validation" if problems else "rejected"
