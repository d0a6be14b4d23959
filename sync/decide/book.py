"""Booking for the companies that want it: plan what may be booked now, from the mirror just read."""

from collections.abc import Collection
from datetime import datetime

from mappings.kinds import DOCUMENT_KINDS, DocumentKind
from sync.clock import Clock
from sync.core.documents.booking import Unbooked, booking
from sync.core.planning.plans import Planned
from sync.core.types import Event, Operation, RecordKey
from sync.quarantine import Quarantine
from sync.store.database import Store
from sync.store.tables import operations, trail
from sync.store.tables.runs import Tally


class Booking:
    """Plans the booking of documents that Kvitt made."""

    def __init__(self, store: Store, clock: Clock, quarantine: Quarantine) -> None:
        self._store = store
        self._clock = clock
        self._quarantine = quarantine

    def give_up(self, company: str) -> None:
        """End what waits for a company that does not want Kvitt to book, or not any more."""
        if waiting := self._unwanted(company, wanted=False):
            with self._store.transaction():
                operations.cancel(self._store, waiting, self._clock.now())

    def sources(self, company: str) -> frozenset[RecordKey]:
        """Return the deals of the drafts that may be booked next: they are looked at once more before that."""
        rested_since = self._clock.now() - self._quarantine.length
        unbooked = self._unbooked(company)
        due = {one.source for one in unbooked if booking(one, rested_since) is not None}
        return operations.sources_of_bookings(self._store, company) | due

    def plan(self, company: str, mirrored_at: datetime, seen: Collection[RecordKey], run_id: int, tally: Tally) -> None:
        """Store a booking for every draft whose name was seen to be its own; `mirrored_at` is when reading began.

        Only a deal that was just `seen` in the CRM is booked: one that is gone must not be.
        """
        rested_since = mirrored_at - self._quarantine.length
        found = self._unbooked(company)
        may = (booking(one, rested_since) for one in found if one.source in seen)
        wanted = [operation for operation in may if operation is not None]
        tally.waiting += len(found) - len(wanted)
        now = self._clock.now()
        with self._store.transaction():
            operations.cancel(self._store, self._unwanted(company, wanted=True), now)
            saved = operations.save_planned(self._store, [Planned(operation) for operation in wanted], now, run_id)
            events = [
                Event(
                    one.state,
                    correlation_id=one.correlation_id,
                    operation_no=one.number,
                    company=company,
                    about=one.source,
                    details={"action": "book", "kind": one.target_kind, "id": one.target_id, "code": one.error_code},
                )
                for one in saved
            ]
            trail.add_events(self._store, events, now, run_id)
        held = sum(1 for one in saved if one.state == "review")
        tally.held += held
        tally.planned += len(saved) - held

    def _unbooked(self, company: str) -> list[Unbooked]:
        return [one for kind in _bookable() for one in operations.unbooked(self._store, company, kind)]

    def _unwanted(self, company: str, *, wanted: bool) -> list[Operation]:
        return [one for kind in _bookable() for one in operations.unwanted_bookings(self._store, company, kind, wanted)]


def _bookable() -> tuple[DocumentKind, ...]:
    return tuple(kind for kind in DOCUMENT_KINDS.values() if kind.books)
