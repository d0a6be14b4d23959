"""What is gone at its source without a word: the CRM is asked for every id that Kvitt knows, a few in each run.

A record that is not shown once may be hidden for a moment: two absences with time between them are a deletion. Many
at once are more likely a right that was taken away: then a person is asked before any is followed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from sync.clock import Clock
from sync.connectors.base import CrmConnector, Item
from sync.core.types import Event, RecordKey
from sync.read.pairing import NeedsChoiceError
from sync.read.pull import MOST_UNASKED
from sync.store.database import Store
from sync.store.tables import records, trail
from sync.store.tables.records import Arrival
from sync.store.tables.runs import Tally

EVERY = timedelta(minutes=30)
BETWEEN_TWO_LOOKS = timedelta(minutes=10)
AT_ONCE, LOOKS_A_RUN = 100, 5


@dataclass(frozen=True)
class _Place:
    """How far the ids of a kind were asked for; `absent` are those not shown, each since when.

    `asked` are those that a person was asked about: who lets the flow go on again says that they may go.
    """

    after: str = ""
    absent: dict[str, datetime] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()

    @classmethod
    def of(cls, position: Any) -> Self:
        """Read it from a cursor."""
        stored = position or {}
        absent = {key: datetime.fromisoformat(since) for key, since in stored.get("absent", {}).items()}
        return cls(stored.get("after", ""), absent, frozenset(stored.get("asked", ())))

    def as_json(self) -> dict[str, Any]:
        """Return it as a cursor keeps it."""
        absent = {key: since.isoformat() for key, since in sorted(self.absent.items())}
        return {"after": self.after, "absent": absent, "asked": sorted(self.asked)}


class Vanished:
    """Asks the CRM for the records of some kinds by their ids."""

    def __init__(self, store: Store, clock: Clock, crm: CrmConnector, kinds: Sequence[str]) -> None:
        self._store = store
        self._clock = clock
        self._crm = crm
        self._kinds = kinds
        self._rests_until: dict[str, datetime] = {}

    async def look(self, run_id: int, tally: Tally) -> None:
        """Go on asking where the last run left off. Raises ApiError, NeedsChoiceError."""
        for kind in self._kinds:
            if kind not in self._rests_until or self._clock.now() >= self._rests_until[kind]:
                await self._look_for(kind, run_id, tally)

    def note_absent(self, kind: str, ids: Collection[str]) -> None:
        """Remember records that were asked for and not shown: the next look that misses them ends their life."""
        place, ended_at = self._place(kind)
        fresh = {key: self._clock.now() for key in ids if key not in place.absent}
        if fresh:
            with self._store.transaction():
                self._save(kind, replace(place, absent={**place.absent, **fresh}), ended_at is not None)

    async def _look_for(self, kind: str, run_id: int, tally: Tally) -> None:
        place, ended_at = self._place(kind)
        now = self._clock.now()
        if ended_at is None and not place.after:
            # A new installation has just read everything.
            with self._store.transaction():
                self._save(kind, place, True)
            return
        due = [key for key, since in place.absent.items() if now - since >= BETWEEN_TWO_LOOKS]
        if due:
            place = await self._look_again(kind, place, due, ended_at is not None, run_id, tally)
        if ended_at is None or now - ended_at >= EVERY:
            await self._go_on(kind, place, run_id, tally)

    async def _go_on(self, kind: str, place: _Place, run_id: int, tally: Tally) -> None:
        for _ in range(LOOKS_A_RUN):
            known = self._known(kind, place.after)
            if not known:
                place = replace(place, after="")
            else:
                shown = await self._crm.present(kind, [key for key, _ in known])
                missed = {key: self._clock.now() for key, gone in known if not gone and key not in shown}
                absent = {key: since for key, since in place.absent.items() if key not in shown}
                place = replace(place, after=known[-1][0], absent={**missed, **absent})
                await self._bring_back(kind, [key for key, gone in known if gone and key in shown], run_id, tally)
            with self._store.transaction():
                self._save(kind, place, not known)
            if not known:
                return

    async def _look_again(
        self, kind: str, place: _Place, due: list[str], complete: bool, run_id: int, tally: Tally
    ) -> _Place:
        """What is missed a second time is gone, unless it is so much that a person must say so first."""
        shown: set[str] = set()
        for start in range(0, len(due), AT_ONCE):
            shown |= await self._crm.present(kind, due[start : start + AT_ONCE])
        gone = [key for key in due if key not in shown]
        absent = {key: since for key, since in place.absent.items() if key not in shown}
        unasked = [key for key in gone if key not in place.asked]
        if len(unasked) > MOST_UNASKED:
            with self._store.transaction():
                self._save(kind, replace(place, absent=absent, asked=frozenset(gone)), complete)
            raise NeedsChoiceError(
                f"{len(unasked)} records of kind {kind} that Kvitt knows are no longer shown by {self._crm.title}. "
                "If they were deleted there, let the flow go on: Kvitt follows. If a right was taken from Kvitt's "
                "user, give it back first, and then let the flow go on."
            )
        place = replace(place, absent={key: since for key, since in absent.items() if key not in gone})
        with self._store.transaction():
            self._bury(kind, gone, run_id, tally)
            self._save(kind, replace(place, asked=frozenset()), complete)
        return replace(place, asked=frozenset())

    def _bury(self, kind: str, gone: Sequence[str], run_id: int, tally: Tally) -> None:
        now = self._clock.now()
        keys = [RecordKey(self._crm.system, kind, key) for key in gone]
        changed = records.land(self._store, [Arrival(key, {}, deleted=True) for key in keys], now, run_id)
        trail.add_events(self._store, [Event("vanished", about=key) for key in changed], now, run_id)
        tally.records_changed += len(changed)

    async def _bring_back(self, kind: str, ids: list[str], run_id: int, tally: Tally) -> None:
        """What was held for deleted and is shown again is read anew: no list of changes would name it."""
        if not ids:
            return
        found = await self._crm.reread(kind, ids)
        with self._store.transaction():
            changed = records.land(self._store, self._arrivals(found.values()), self._clock.now(), run_id)
        tally.records_changed += len(changed)

    def _arrivals(self, items: Collection[Item]) -> list[Arrival]:
        return [Arrival(RecordKey(self._crm.system, one.kind, one.id), one.payload, one.modified_at) for one in items]

    def _known(self, kind: str, after: str) -> list[tuple[str, bool]]:
        """Return the next ids of a kind in order, each with whether it is held for gone."""
        about = {"system": self._crm.system, "kind": kind, "after": after, "limit": AT_ONCE}
        return [(row[0], row[1]) for row in self._store.rows("record_ids", about)]

    def _place(self, kind: str) -> tuple[_Place, datetime | None]:
        position, ended_at = records.cursor(self._store, self._crm.system, _stream(kind))
        return _Place.of(position), ended_at

    def _save(self, kind: str, place: _Place, complete: bool) -> None:
        now = self._clock.now()
        # Until then nothing can be due: the database is not asked for it in every run.
        again = min((since + BETWEEN_TWO_LOOKS for since in place.absent.values()), default=now + EVERY)
        self._rests_until[kind] = min(again, now + EVERY) if complete else now
        records.save_cursor(self._store, self._crm.system, _stream(kind), place.as_json(), complete, now)


def _stream(kind: str) -> str:
    return f"vanished:{kind}"
