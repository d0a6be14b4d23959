"""Reading: a page and its cursor are stored in one transaction; whole records follow where lists say too little."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from mappings.kinds import document_kind
from sync.clock import Clock
from sync.connectors.base import OVERLAP, Connector, Item, Page, Position
from sync.connectors.errors import NoAnswer
from sync.core.types import RecordKey
from sync.side_by_side import gather_all
from sync.store.database import Store
from sync.store.tables import records
from sync.store.tables.records import Arrival
from sync.store.tables.runs import Tally

DETAILS_AT_ONCE = 40
DETAIL_ROUNDS = 10
# More deletions on one page than these are asked about before they are followed.
MOST_UNASKED = 20
PARALLEL = 4


class Puller:
    """Reads one system's streams into the store."""

    def __init__(
        self,
        store: Store,
        connector: Connector,
        clock: Clock,
        ask_about: Callable[[str, Collection[str]], None] | None = None,
    ) -> None:
        """`ask_about` is told of a page with so many deletions (kind, ids) that they are not followed at once."""
        self._ask_about = ask_about
        self._store = store
        self._connector = connector
        self._clock = clock

    async def stream(self, stream: str, run_id: int, tally: Tally) -> None:
        """Read a stream to the end of its pass, from where it was left. Raises ApiError; what was read stays."""
        position, ended_at = records.cursor(self._store, self._connector.system, stream)
        since, finished = _asked_since(ended_at), ended_at is not None
        while True:
            page = await self._page(stream, position)
            if finished and page.complete and not page.items:
                return  # Nothing since: to read from the old position again gives no less.
            arrivals = [self._arrival(item, since if page.by_change else None) for item in self._unasked(page.items)]
            now = self._clock.now()
            with self._store.transaction():
                changed = records.land(self._store, arrivals, now, run_id)
                records.save_cursor(self._store, self._connector.system, stream, page.position, page.complete, now)
            tally.records_read += len(arrivals)
            tally.records_changed += len(changed)
            position, finished = page.position, False
            if page.complete:
                return

    def _unasked(self, items: Sequence[Item]) -> Sequence[Item]:
        """Return a page without the deletions that a person is asked about first, because they are many."""
        gone = [item for item in items if item.deleted]
        if self._ask_about is None or len(gone) <= MOST_UNASKED:
            return items
        held = records.load(self._store, self._connector.system, gone[0].kind, [item.id for item in gone])
        living = {key for key, record in held.items() if not record.deleted}
        if len(living) <= MOST_UNASKED:
            return items
        self._ask_about(gone[0].kind, living)
        return [item for item in items if item.id not in living]

    async def registers(self, streams: Iterable[str], run_id: int, tally: Tally) -> None:
        """Read short streams whole, from their beginning, and store them together."""
        arrivals: list[Arrival] = []
        for stream in streams:
            position, complete = None, False
            while not complete:
                page = await self._page(stream, position)
                arrivals += [self._arrival(item) for item in page.items]
                position, complete = page.position, page.complete
        with self._store.transaction():
            changed = records.land(self._store, arrivals, self._clock.now(), run_id)
        tally.records_read += len(arrivals)
        tally.records_changed += len(changed)

    async def sweep(self, stream: str, kind: str, expected: Iterable[str], run_id: int, tally: Tally) -> None:
        """Read a stream from its beginning and ask again for every expected record that it does not show."""
        gone = set(expected) - await self.shown(stream, run_id, tally)
        if gone:
            with self._store.transaction():
                records.ask_details(self._store, self._connector.system, kind, gone)

    async def shown(self, stream: str, run_id: int, tally: Tally) -> set[str]:
        """Read a stream from its beginning and return the ids that it shows."""
        shown: set[str] = set()
        position = None
        while True:
            page = await self._page(stream, position)
            if page.items:
                with self._store.transaction():
                    arrivals = [self._arrival(item) for item in page.items]
                    records.land(self._store, arrivals, self._clock.now(), run_id)
            tally.records_read += len(page.items)
            shown |= {item.id for item in page.items}
            position = page.position
            if page.complete:
                return shown

    async def _page(self, stream: str, position: Position | None) -> Page:
        page = await self._connector.pull(stream, position)
        if not page.complete and page.position == position:
            raise NoAnswer(f"{self._connector.system} gives the same page of {stream} again and again.")
        return page

    async def reread(self, kind: str, ids: Collection[str], run_id: int, tally: Tally) -> None:
        """Read some records whole again, although their list rows may not have changed."""
        if ids:
            with self._store.transaction():
                records.ask_details(self._store, self._connector.system, kind, ids)
            await self.details(kind, run_id, tally)

    async def details(self, kind: str, run_id: int, tally: Tally) -> None:
        """Read the whole of records whose list row changed, newest first, so many in a run: the rest follows.

        A company with a hundred thousand old invoices must not keep its new deals waiting for hours. What was answered
        is stored although another record's answer was none: that is raised afterwards.
        """
        for _ in range(DETAIL_ROUNDS):
            ids = records.due_details(self._store, self._connector.system, kind, DETAILS_AT_ONCE)
            if not ids:
                return
            turn = asyncio.Semaphore(PARALLEL)
            asked = await gather_all(self._one(kind, key, turn) for key in ids)
            found = {key: one.result() for key, one in zip(ids, asked, strict=True) if one.exception() is None}
            self._land_whole(kind, found, run_id, tally)
            for one in asked:
                one.result()

    def _land_whole(self, kind: str, found: Mapping[str, Item | None], run_id: int, tally: Tally) -> None:
        arrivals = [self._arrival(item) for item in found.values() if item is not None]
        now = self._clock.now()
        with self._store.transaction():
            changed = records.land(self._store, arrivals, now, run_id)
            for key in (key for key, item in found.items() if item is None):
                records.mark_deleted(self._store, RecordKey(self._connector.system, kind, key), now)
        tally.records_read += len(arrivals)
        tally.records_changed += len(changed)

    async def _one(self, kind: str, key: str, turn: asyncio.Semaphore) -> Item | None:
        async with turn:
            return await self._connector.fetch(kind, key)

    def _arrival(self, item: Item, touched_since: datetime | None = None) -> Arrival:
        key = RecordKey(self._connector.system, item.kind, item.id)
        # Lists of documents leave out what the mapping and the reconciliation need (fortnox/FACTS.md 3.6).
        whole = item.whole or document_kind(item.kind) is None
        return Arrival(key, item.payload, item.modified_at, whole, touched_since, item.deleted)


def _asked_since(ended_at: datetime | None) -> datetime:
    """Return from when on a pass lists what changed, by our own clock; one that goes on after a break: any time."""
    return datetime.max.replace(tzinfo=UTC) if ended_at is None else ended_at - OVERLAP
