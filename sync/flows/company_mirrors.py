"""Keeping the copies of the Fortnox companies up to date: what is read of each, when, and how whole."""

import contextlib
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import date, datetime, timedelta

from mappings.kinds import DOCUMENT_KINDS, DocumentKind
from sync.clock import Clock
from sync.connectors.errors import NoAnswer
from sync.core.types import RecordKey
from sync.decide.company import company_facts
from sync.decide.plan import DealPlanning
from sync.flows.recovery import Recovery
from sync.read.pairing import CompanyLink, Pairing
from sync.read.pull import Puller
from sync.read.registers import Registers
from sync.store.database import Store
from sync.store.tables import records
from sync.store.tables.records import Arrival
from sync.store.tables.runs import Tally

COMPANY_REGISTERS = ("currencies", "financial_years")
ALL_PAYMENTS, EVERY_PAYMENT_AFTER = "vanished:payment", timedelta(hours=12)


class CompanyMirrors:
    """Reads companies; `progress` is told now and then, so that the pages see how far a run is.

    `plannings` are those of every CRM: their deals' documents are read again before they are written to.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        pairing: Pairing,
        plannings: Collection[DealPlanning],
        recovery: Recovery,
        registers: Registers,
        progress: Callable[[int, Tally], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._pairing = pairing
        self._plannings = plannings
        self._recovery = recovery
        self._registers = registers
        self._progress = progress
        self._payments_seen: dict[str, tuple[int, date]] = {}
        self._read_since_start: set[str] = set()

    def have_read(self, companies: Iterable[CompanyLink]) -> bool:
        """Return whether all of some companies were read since the start."""
        return self._read_since_start.issuperset(company.key for company in companies)

    def forget_what_was_read(self) -> None:
        """Let every company be read again before anything is planned for it."""
        self._read_since_start.clear()

    async def company(self, company: CompanyLink, run_id: int, tally: Tally) -> datetime:
        """Read what changed in a company and return when that began. Raises ApiError, PairingError.

        Nothing is sent to a company before this was done since the start.
        """
        began, connector = self._clock.now(), company.connector
        with self._pairing.watched(connector.system):
            await self._pairing.check_company(company)
            puller = Puller(self._store, connector, self._clock)
            refused = {"system": connector.system}
            if self._registers.due(connector.system) or self._store.rows("refused_for_customer", refused):
                await self._read_registers(company, puller, run_id, tally)
            for stream in self._streams():
                await puller.stream(stream, run_id, tally)
                self._progress(run_id, tally)
        self._read_since_start.add(company.key)
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
                for planning in self._plannings:
                    changing = planning.about_to_change(company.key)
                    await puller.reread(planning.kind.name, changing, run_id, tally)
        return began

    async def details(self, company: CompanyLink, run_id: int, tally: Tally) -> None:
        """Read documents whole; what is new, what is to be sent and the end of a recovery do not wait for it."""
        if self._recovery.on:
            return
        with self._pairing.watched(company.connector.system):
            for kind in self._kinds():
                await Puller(self._store, company.connector, self._clock).details(kind.name, run_id, tally)
        for planning in self._plannings:
            planning.see_adopted(company.key)

    async def documents(self, company: CompanyLink, run_id: int, tally: Tally) -> list[NoAnswer]:
        """Read a company's documents whole, the open ones all; what cannot be shown now is returned, as its faults."""
        unshown = [await _unshown(read(company, run_id, tally)) for read in (self.details, self._open_documents)]
        return [fault for fault in unshown if fault is not None]

    def _kinds(self) -> tuple[DocumentKind, ...]:
        """Return the kinds of documents that are read: what deals become, and whatever is revenue when it is booked."""
        made = [planning.kind for planning in self._plannings]
        return tuple(kind for kind in DOCUMENT_KINDS.values() if kind.books or kind in made)

    def _streams(self) -> tuple[str, ...]:
        return ("customers", "articles", *(kind.stream for kind in self._kinds()), "payments")

    async def _open_documents(self, company: CompanyLink, run_id: int, tally: Tally) -> None:
        """Payments may leave no trace in the list of changes: open documents are all asked for."""
        if self._recovery.on:
            return
        with self._pairing.watched(company.connector.system):
            puller = Puller(self._store, company.connector, self._clock)
            for kind in self._kinds():
                about = {"company": company.key, "kind": kind.name}
                expected = [row[0] for row in self._store.rows("open_document_ids", about)]
                await puller.sweep(kind.open_stream, kind.name, expected, run_id, tally)
                await puller.details(kind.name, run_id, tally)
            await self._removed_payments(company, puller, run_id, tally)

    async def _removed_payments(self, company: CompanyLink, puller: Puller, run_id: int, tally: Tally) -> None:
        """A removed payment is in no list of changes: one that no document counts is asked for, and all daily."""
        connector, now, about = company.connector, self._clock.now(), {"company": company.key}
        seen = (self._store.writes_to(("documents", "payments")), now.date())
        if self._payments_seen.get(company.key) == seen:
            return
        self._payments_seen[company.key] = seen
        _, looked_at = records.cursor(self._store, connector.system, ALL_PAYMENTS)
        doubtful = {row[0] for row in self._store.rows("invoices_paid_in_excess", about)}
        if looked_at is not None and now - looked_at >= EVERY_PAYMENT_AFTER:
            shown = await puller.shown("payments", run_id, tally)
            doubtful |= {
                invoice for number, invoice in self._store.rows("payments_known", about) if number not in shown
            }
        gone = [key for invoice in sorted(doubtful) for key in await self._gone_payments(company, invoice)]
        with self._store.transaction():
            for key in gone:
                records.mark_deleted(self._store, RecordKey(connector.system, "payment", key), now)
            if looked_at is None or now - looked_at >= EVERY_PAYMENT_AFTER:
                records.save_cursor(self._store, connector.system, ALL_PAYMENTS, {}, True, now)

    async def _gone_payments(self, company: CompanyLink, invoice: str) -> list[str]:
        """Return the payments of an invoice that Fortnox shows no more."""
        shown = {item.id for item in await company.connector.payments_of(invoice)}
        known = self._store.rows("payments_known", {"company": company.key})
        return [number for number, paid in known if paid == invoice and number not in shown]

    async def _read_registers(self, company: CompanyLink, puller: Puller, run_id: int, tally: Tally) -> None:
        await puller.registers(COMPANY_REGISTERS, run_id, tally)
        system, until = company.connector.system, await company.connector.locked_until()
        # No list row says whether a customer is active: those that are not are a list of their own.
        inactive = await puller.shown("inactive_customers", run_id, tally)
        arrivals = [
            Arrival(RecordKey(system, "locked_period", "1"), {"EndDate": until}),
            Arrival(RecordKey(system, "inactive_customers", "1"), {"Numbers": sorted(inactive)}),
        ]
        with self._store.transaction():
            records.land(self._store, arrivals, self._clock.now(), run_id)
        self._registers.read(company.connector.system)


async def _unshown(reading: Awaitable[None]) -> NoAnswer | None:
    """Read whole documents; one that cannot be shown now is told at the end of the run, and holds up nothing."""
    try:
        await reading
    except NoAnswer as error:
        return error
    return None
