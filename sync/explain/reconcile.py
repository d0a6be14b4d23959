"""After reading and sending: the typed facts, the bridge, and the promises checked (ARCHITECTURE.md: the promises)."""

import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from mappings.compile import EntityMapping
from mappings.kinds import DOCUMENT_KINDS, DocumentKind, revenue_kinds
from sync.clock import Clock
from sync.core.bridge.measures import Document, ReadDeal, after_credits, fortnox_document
from sync.core.types import Payload, Record, RecordKey
from sync.explain import bridging
from sync.explain.invariants import Invariants
from sync.log import kept_fault
from sync.store.database import Store
from sync.store.tables import facts, records

Understood = TypeVar("Understood")
# Tables from which facts, bridge and checks are made; of the connections only what `connections_now` says.
_RESTS_ON = ("records", "operations", "decisions", "links", "crm_totals")


@dataclass(frozen=True)
class DealSource:
    """A CRM whose deals are explained: what it calls them, how they are read, and what they become."""

    system: str
    kind: str
    read: ReadDeal
    document: EntityMapping


class Reconciler:
    """Keeps the reconciliation's tables in step with the records."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        crms: Sequence[DealSource],
        companies: Iterable[str],
        invariants: Invariants,
    ) -> None:
        self._store = store
        self._clock = clock
        self._invariants = invariants
        self._crms = {crm.system: crm for crm in crms}
        self._readers = {crm.system: crm.read for crm in crms}
        for crm in crms:
            facts.read_by_another_key(store, crm.system, crm.document.rule.agreed_key)
        self._companies = tuple(companies)
        self.not_understood: dict[RecordKey, str] = {}
        self._known_connections: tuple[int | None, object] = None, ()
        self._seen: tuple[object, ...] = ()
        self._checked: tuple[object, ...] = ()

    def refresh(self) -> bool:
        """Bring facts and bridge up to date with the records, together: no reader sees half of it.

        Returns whether there was anything to bring up to date.
        """
        now = self._clock.now()
        seen = (self._store.writes_to(_RESTS_ON), self._connections())
        if seen == self._seen:
            return False
        self.not_understood.clear()
        with self._store.transaction():
            self._put_deals()
            for company in self._companies:
                self._put_documents(company, now)
            bridging.renew(self._store, self._readers)
        self._seen = seen
        return True

    def _connections(self) -> object:
        """Return what `connections_now` says, asking the database only when that may have changed."""
        writes = self._store.writes_to(("connections",))
        if self._known_connections[0] != writes:
            self._known_connections = writes, self._store.rows("connections_now")
        return self._known_connections[1]

    def check(self, run_id: int) -> None:
        """Count what breaks a promise, at the end of a run; nothing new can be broken where nothing was written."""
        with self._store.transaction():
            if self._seen == self._checked:
                self._invariants.still_hold(run_id)
            else:
                self._invariants.check(run_id)
        self._checked = self._seen

    def _put_deals(self) -> None:
        for system, crm in self._crms.items():
            about = {"system": system, "kind": crm.kind}
            stale = [row[0] for row in self._store.rows("stale_deals", about)]
            found = records.load(self._store, system, crm.kind, stale) if stale else {}
            read = {r.key: (deal, r.version) for r in found.values() if (deal := self._understood(crm.read, r))}
            agreed = {r.key: crm.document.agreed_key(r.payload) for r in found.values() if r.key in read}
            facts.put_deals(self._store, read, agreed)
        self._store.run("route_deals", {"revenue": revenue_kinds()})
        self._store.run("mark_deleted_deals")

    def _put_documents(self, company: str, now: datetime) -> None:
        system = f"fortnox:{company}"
        for kind in DOCUMENT_KINDS.values():
            about = {"system": system, "company": company, "kind": kind.name}
            if stale := [row[0] for row in self._store.rows("stale_documents", about)]:
                facts.put_documents(self._store, company, self._read_documents(kind, company, stale), now)
        about = {"system": system, "company": company}
        self._store.run("drop_gone_payments", about)
        if stale := [row[0] for row in self._store.rows("stale_payments", about)]:
            payments = records.load(self._store, system, "payment", stale).values()
            facts.put_payments(self._store, company, [(one.payload, one.version) for one in payments])

    def _read_documents(self, kind: DocumentKind, company: str, stale: list[str]) -> list[tuple[Document, int]]:
        """Read documents and, with new credits, what they credit: each as its credits leave it, with its version."""
        read = self._documents(kind, company, stale)
        read |= self._documents(kind, company, {each.credits for each, _ in read.values()} - {"", *read})
        known = self._store.rows("credits_of", {"company": company, "kind": kind.name, "numbers": sorted(read)})
        by_original: dict[str, list[Document]] = defaultdict(list)
        for each, _ in (read | self._documents(kind, company, {row[0] for row in known} - {*read})).values():
            by_original[each.credits].append(each)
        return [(after_credits(each, by_original[number]), version) for number, (each, version) in read.items()]

    def _documents(self, kind: DocumentKind, company: str, numbers: Collection[str]) -> dict[str, tuple[Document, int]]:
        found = records.load(self._store, f"fortnox:{company}", kind.name, numbers) if numbers else {}
        understand = functools.partial(fortnox_document, kind)
        read = {r.key.id: (self._understood(understand, r), r.version) for r in found.values() if r.version}
        return {number: (document, version) for number, (document, version) in read.items() if document is not None}

    def _understood(self, read: Callable[[Payload], Understood], record: Record) -> Understood | None:
        """Read a record; one that nobody foresaw is left out of the facts, is told, and stops no other."""
        try:
            return read(record.payload)
        except Exception as error:
            self.not_understood[record.key] = kept_fault(error)
            return None
