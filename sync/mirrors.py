"""Keeping the copies of both sides up to date: what is read of the CRM and of each Fortnox company, and how whole."""

import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime

from sync.clock import Clock
from sync.connectors.base import CrmConnector
from sync.connectors.errors import NoAnswer
from sync.core.types import RecordKey
from sync.pairing import CompanyLink, Pairing
from sync.plan import DealPlanning, company_facts
from sync.pull import Puller
from sync.recovery import Recovery
from sync.registers import Registers
from sync.store import records
from sync.store.database import Store
from sync.store.records import Arrival
from sync.store.runs import Tally

COMPANY_REGISTERS = ("currencies", "financial_years")
MIRROR_STREAMS = ("customers", "articles", "invoices", "payments")


class Mirrors:
    """Reads the CRM and the companies; `progress` is told now and then, so that the pages see how far a run is."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        crm: CrmConnector,
        pairing: Pairing,
        planning: DealPlanning,
        recovery: Recovery,
        progress: Callable[[int, Tally], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._crm = crm
        self._pairing = pairing
        self._planning = planning
        self._recovery = recovery
        self._progress = progress
        self._registers = Registers(clock)
        self.crm_read = False
        self.read_since_start: set[str] = set()

    def forget_registers(self) -> None:
        """Read the short registers again in the next run: a person wants all of it anew."""
        self._registers.forget()

    async def crm(self, run_id: int, tally: Tally) -> None:
        """Read what changed in the CRM. Raises ApiError, PairingError."""
        with self._pairing.watched(self._crm.system):
            await self._pairing.check_crm()
            puller = Puller(self._store, self._crm, self._clock)
            if self._registers.due(self._crm.system):
                await puller.registers(self._crm.registers, run_id, tally)
                self._registers.read(self._crm.system)
            for stream in self._crm.changing:
                await puller.stream(stream, run_id, tally)
                self._progress(run_id, tally)
        self.crm_read = True

    async def company(self, company: CompanyLink, run_id: int, tally: Tally) -> datetime:
        """Read what changed in a company and return when that began. Raises ApiError, PairingError.

        Nothing is sent to a company before this was done since the start.
        """
        began, connector = self._clock.now(), company.connector
        with self._pairing.watched(connector.system):
            await self._pairing.check_company(company)
            puller = Puller(self._store, connector, self._clock)
            if self._registers.due(connector.system):
                await self._read_registers(company, puller, run_id, tally)
            for stream in MIRROR_STREAMS:
                await puller.stream(stream, run_id, tally)
                self._progress(run_id, tally)
        self.read_since_start.add(company.key)
        return began

    async def company_for_deals(self, company: CompanyLink, run_id: int, tally: Tally) -> datetime:
        """Read a company, and again what is about to change: nobody's edit is written over unseen."""
        began = await self.company(company, run_id, tally)
        # A register that cannot be understood is this company's fault alone, and is met before all are planned for.
        company_facts(self._store, company.key, company.go_live)
        with self._pairing.watched(company.connector.system):
            puller = Puller(self._store, company.connector, self._clock)
            # What cannot be shown now is looked at again before it is written to: it holds up nobody else.
            with contextlib.suppress(NoAnswer):
                await puller.again("invoice", self._planning.about_to_change(company.key), run_id, tally)
        return began

    async def details(self, company: CompanyLink, run_id: int, tally: Tally) -> None:
        """Read documents whole; what is new, what is to be sent and the end of a recovery do not wait for it."""
        if self._recovery.on:
            return
        with self._pairing.watched(company.connector.system):
            await Puller(self._store, company.connector, self._clock).details("invoice", run_id, tally)
        self._planning.see_adopted(company.key)

    async def documents(self, company: CompanyLink, run_id: int, tally: Tally) -> list[NoAnswer]:
        """Read a company's documents whole, the open ones all; what cannot be shown now is returned, as its faults."""
        reading = (self.details(company, run_id, tally), self._open_documents(company, run_id, tally))
        unshown = [await _unshown(each) for each in reading]
        return [fault for fault in unshown if fault is not None]

    async def _open_documents(self, company: CompanyLink, run_id: int, tally: Tally) -> None:
        """Payments may leave no trace in the list of changes: open documents are all asked for."""
        if self._recovery.on:
            return
        with self._pairing.watched(company.connector.system):
            puller = Puller(self._store, company.connector, self._clock)
            expected = [row[0] for row in self._store.rows("open_invoice_ids", {"company": company.key})]
            await puller.sweep("open_invoices", "invoice", expected, run_id, tally)
            await puller.details("invoice", run_id, tally)

    async def _read_registers(self, company: CompanyLink, puller: Puller, run_id: int, tally: Tally) -> None:
        await puller.registers(COMPANY_REGISTERS, run_id, tally)
        until = await company.connector.locked_until()
        key = RecordKey(company.connector.system, "locked_period", "1")
        with self._store.transaction():
            records.land(self._store, [Arrival(key, {"EndDate": until})], self._clock.now(), run_id)
        self._registers.read(company.connector.system)


async def _unshown(reading: Awaitable[None]) -> NoAnswer | None:
    """Read whole documents; one that cannot be shown now is told at the end of the run, and holds up nothing."""
    try:
        await reading
    except NoAnswer as error:
        return error
    return None
