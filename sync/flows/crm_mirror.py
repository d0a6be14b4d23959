"""Keeping the copy of a CRM account up to date: what changed there, what is gone, and what it counts itself."""

from collections.abc import Callable, Collection

from sync.clock import Clock
from sync.connectors.base import CrmConnector
from sync.core.types import RecordKey
from sync.decide.plan import DealPlanning
from sync.flows.recovery import Recovery
from sync.read.crm_totals import CrmTotals
from sync.read.pairing import Pairing, UnknownSettingError
from sync.read.pull import Puller
from sync.read.registers import Registers
from sync.read.sweep import Vanished
from sync.store.database import Store
from sync.store.tables import records
from sync.store.tables.records import Arrival
from sync.store.tables.runs import Tally


class CrmMirror:
    """Reads a CRM account; `progress` is told now and then, so that the pages see how far a run is."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        crm: CrmConnector,
        pairing: Pairing,
        planning: DealPlanning,
        recovery: Recovery,
        registers: Registers,
        progress: Callable[[int, Tally], None],
        refresh: Callable[[], object],
    ) -> None:
        self._store = store
        self._clock = clock
        self._crm = crm
        self._pairing = pairing
        self._recovery = recovery
        self._registers = registers
        self._progress = progress
        self._vanished = Vanished(store, clock, crm, planning.kinds)
        self._totals = CrmTotals(store, clock, crm, planning.stated_sum, refresh)
        self.has_read = False

    async def read(self, run_id: int, tally: Tally) -> None:
        """Read what changed. Raises ApiError, PairingError."""
        with self._pairing.watched(self._crm.system):
            await self._pairing.check_crm(self._crm.system)
            puller = Puller(self._store, self._crm, self._clock, self._vanished.note_absent)
            if self._registers.due(self._crm.system):
                await puller.registers(self._crm.registers, run_id, tally)
                self._registers.read(self._crm.system)
            if unknown := self._crm.unknown_setting():
                raise UnknownSettingError(unknown)
            for stream in self._crm.changing:
                await puller.stream(stream, run_id, tally)
                self._progress(run_id, tally)
            self.has_read = True
            if not self._recovery.on:
                await self._vanished.look(run_id, tally)
                await self._totals.compare()

    async def sources(self, keys: Collection[RecordKey], run_id: int, tally: Tally) -> frozenset[RecordKey]:
        """Read some records again and return those that are there. Raises ApiError, PairingError."""
        shown: set[RecordKey] = set()
        with self._pairing.watched(self._crm.system):
            for kind in sorted({key.kind for key in keys}):
                ids = sorted(key.id for key in keys if key.kind == kind)
                found = await self._crm.reread(kind, ids)
                arrivals = [
                    Arrival(RecordKey(self._crm.system, kind, one.id), one.payload, one.modified_at)
                    for one in found.values()
                ]
                with self._store.transaction():
                    changed = records.land(self._store, arrivals, self._clock.now(), run_id)
                tally.records_changed += len(changed)
                self._vanished.note_absent(kind, [each for each in ids if each not in found])
                shown |= {arrival.key for arrival in arrivals}
        return frozenset(shown)
