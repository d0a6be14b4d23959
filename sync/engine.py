"""One run of a flow: pull, match, map, plan, execute, write back, reconcile. Runs follow one another."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime

from mappings import MappingSet
from sync.book import Booking
from sync.call_log import CallLog
from sync.clock import Clock, stockholm_date
from sync.connectors.base import CrmConnector
from sync.connectors.errors import ApiError, AuthLost, NoAnswer
from sync.connectors.http import ABOUT, About
from sync.core.measures import ReadDeal
from sync.core.types import Event, RecordKey, RunReason
from sync.execute import Executor
from sync.invariants import Invariants
from sync.log import keep_fault, log
from sync.outcome import Recorder, Stop
from sync.pairing import CompanyLink, Pairing, PairingError
from sync.plan import DealPlanning, company_facts
from sync.pull import Puller
from sync.quarantine import Quarantine
from sync.reconcile import Reconciler
from sync.recovery import Recovery
from sync.registers import Registers
from sync.store import records, runs, trail
from sync.store.database import Store, StoreError
from sync.store.high_water import HighWater
from sync.store.records import Arrival
from sync.store.runs import Flow, Tally
from sync.write_back import WriteBack

COMPANY_REGISTERS = ("currencies", "financial_years")
MIRROR_STREAMS = ("customers", "articles", "invoices", "payments")
Reading = Callable[[CompanyLink, int, Tally], Awaitable[None]]


class Engine:
    """Runs flows, one at a time, for one CRM account and its Fortnox companies."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        mapping: MappingSet,
        crm: CrmConnector,
        crm_account: str,
        read_deal: ReadDeal,
        companies: Mapping[str, CompanyLink],
        quarantine: Quarantine,
        high_water: HighWater,
        invariants: Invariants,
        calls: CallLog,
    ) -> None:
        self._store = store
        self._clock = clock
        self._crm = crm
        self._companies = companies
        self._quarantine = quarantine
        self._calls = calls
        self._turn = asyncio.Lock()
        self._pairing = Pairing(store, clock, crm, crm_account)
        self._crm_read = False
        self._broken_off = False
        self._trusted = store.reopened
        self._untold = True
        self._told_under: tuple[date, str] | None = None
        self._mirrored: set[str] = set()
        self._registers = Registers(clock)
        go_lives = {key: company.go_live for key, company in companies.items()}
        self._planning = DealPlanning(store, clock, mapping, crm.system, read_deal, go_lives)
        self._reconciler = Reconciler(
            store, clock, crm.system, mapping.invoice.rule.source, read_deal, companies, invariants
        )
        self._recorder = Recorder(store, clock, quarantine, high_water, calls)
        self.recovery = Recovery(store, high_water, clock, quarantine)
        self._booking = Booking(store, clock, quarantine)
        self._write_back = WriteBack(store, clock, mapping, crm, quarantine, self._recorder)

    def prepare(self, interval_seconds: int) -> None:
        """After a start: settle what a crash left behind and make sure every flow is known."""
        self.recovery.begin()
        crm = self._crm.system
        flows = [Flow(f"{crm}/deals", f"{self._crm.title} → Fortnox", "deals", crm, None, interval_seconds, None)]
        for key, company in self._companies.items():
            system = company.connector.system
            flows.append(
                Flow(company.flow, f"{key} → {self._crm.title}", "documents", system, key, interval_seconds, None)
            )
        with self._store.transaction():
            left = runs.mark_interrupted(self._store, self._clock.now())
            self._pairing.name_systems(self._companies.values())
            runs.resume_own_pauses(self._store)
            for flow in flows:
                runs.ensure_flow(self._store, flow)
        if left:
            log.info("Resumed after an interruption.", action="resumed", runs=left)

    async def run(self, flow: Flow, reason: RunReason) -> Tally:
        """Run a flow now; a fault ends the run with a sentence, never with a lost record."""
        async with self._turn:
            tally = Tally()
            if reason == "person":
                self._registers.forget()
            try:
                run_id = self._begin(flow, reason)
            except StoreError as error:
                return self._not_stored(flow, error, tally)
            token = ABOUT.set(About(run_id))
            state, sentence = "interrupted", "The sync was stopped."
            try:
                await self._steps(flow, run_id, tally)
                state, sentence = "done", ""
            except (ApiError, PairingError) as error:
                state, sentence = "failed", str(error)
                if isinstance(error, AuthLost | PairingError):
                    self._pause(flow.name, flow.company, sentence)
            except Exception as error:
                state, sentence = "failed", str(error) if isinstance(error, StoreError) else keep_fault(error)
                self._broken_off = True
            finally:
                ABOUT.reset(token)
                tally.broken = state != "done"
                try:
                    self._finish(flow, run_id, state, sentence, tally)
                except StoreError as error:
                    self._not_stored(flow, error, tally)
            if sentence:
                log.warning(sentence, action="run_failed", flow=flow.name, run_id=run_id)
            return tally

    def _begin(self, flow: Flow, reason: RunReason) -> int:
        """Note that a run begins; first, what a run that was broken off has left is settled as after a crash."""
        broken_off = self._broken_off or self._store.reopened != self._trusted
        if broken_off:
            self.recovery.begin()
        with self._store.transaction():
            if broken_off:
                runs.mark_interrupted(self._store, self._clock.now())
            run_id = runs.begin(self._store, flow.name, reason, self._clock.now())
        self._broken_off, self._trusted = False, self._store.reopened
        return run_id

    def _not_stored(self, flow: Flow, error: StoreError, tally: Tally) -> Tally:
        """The store takes nothing, as on a full disk: nothing was sent that it does not know; a later run goes on."""
        self._broken_off = tally.broken = True
        log.error(str(error), action="store_failed", flow=flow.name)
        return tally

    async def _steps(self, flow: Flow, run_id: int, tally: Tally) -> None:
        if flow.system not in {self._crm.system, *(one.connector.system for one in self._companies.values())}:
            raise PairingError(f"The settings name {flow.system} no more. Name it there again to let this flow go on.")
        if flow.kind == "deals":
            await self._deals(run_id, tally)
        else:
            await self._documents(self._companies[flow.company or ""], run_id, tally)

    async def _deals(self, run_id: int, tally: Tally) -> None:
        await self._pull_crm(run_id, tally)
        if self.recovery.reread():
            self._mirrored.clear()
        paused = {flow.name for flow in runs.flows(self._store) if flow.paused}
        # A store that has lost its memory knows no deal's document before it has read every company, paused or not.
        read = [one for one in self._companies.values() if self.recovery.on or one.flow not in paused]
        faults: list[str] = []
        mirrored = self._planning.changed() or not self._mirrored.issuperset(company.key for company in read)
        if mirrored:
            read = await self._each(read, self._read_company, run_id, tally, faults)
        companies = [company for company in read if company.flow not in paused]
        if not (self.recovery.waiting or (self.recovery.on and len(read) < len(self._companies))):
            self._planning.plan([company.key for company in read], run_id, tally)
            if self.recovery.on:
                self.recovery.end(run_id, tally.adopted)
            self._progress(run_id, tally)
            await self._send_all(companies, run_id, tally, faults)
        if mirrored:
            await self._each(companies, self._read_details, run_id, tally, faults)
        await self._tell_crm(run_id, tally)
        if faults:
            raise ApiError(" ".join(faults))

    async def _send_all(self, companies: list[CompanyLink], run_id: int, tally: Tally, faults: list[str]) -> None:
        """Send to the companies side by side; one's fault stops only that one."""
        sends = (self._send(company, run_id, tally) for company in companies)
        stops = await asyncio.gather(*sends, return_exceptions=True)
        for company, stop in zip(companies, stops, strict=True):
            if isinstance(stop, BaseException):
                faults.append(self._kept(stop))
            elif stop is not None:
                faults.append(stop.sentence)
                if stop.needs_person:
                    self._pause(company.flow, company.key, stop.sentence)

    async def _each(
        self, companies: list[CompanyLink], read: Reading, run_id: int, tally: Tally, faults: list[str]
    ) -> list[CompanyLink]:
        """Read from the companies side by side and return those that answered; one's fault stops only that one."""
        results = await asyncio.gather(*(read(company, run_id, tally) for company in companies), return_exceptions=True)
        ready = []
        for company, result in zip(companies, results, strict=True):
            if result is None:
                ready.append(company)
            elif isinstance(result, ApiError | PairingError):
                faults.append(str(result))
                if isinstance(result, AuthLost | PairingError):
                    self._pause(company.flow, company.key, str(result))
            else:
                faults.append(self._kept(result))
        return ready

    def _kept(self, error: BaseException) -> str:
        """Keep a fault of our own and return its sentence; what stops the whole process, or the store, is raised."""
        if isinstance(error, StoreError) or not isinstance(error, Exception):
            raise error
        self._broken_off = True
        return keep_fault(error)

    async def _read_company(self, company: CompanyLink, run_id: int, tally: Tally) -> None:
        """Mirror a company, and read again what is about to change: nobody's edit is written over unseen."""
        await self._mirror(company, run_id, tally)
        # A register that cannot be understood is this company's fault alone, and is met before all are planned for.
        company_facts(self._store, company.key, company.go_live)
        with self._pairing.watched(company.connector.system):
            puller = Puller(self._store, company.connector, self._clock)
            # What cannot be shown now is looked at again before it is written to: it holds up nobody else.
            with contextlib.suppress(NoAnswer):
                await puller.again("invoice", self._planning.about_to_change(company.key), run_id, tally)

    async def _documents(self, company: CompanyLink, run_id: int, tally: Tally) -> None:
        if not self._crm_read:
            await self._pull_crm(run_id, tally)
        began = self._clock.now()
        await self._mirror(company, run_id, tally)
        unshown = [await self._unshown(read(company, run_id, tally)) for read in (self._read_details, self._sweep_open)]
        self._progress(run_id, tally)
        if company.books and not self.recovery.on:
            await self._book(company, began, run_id, tally)
        elif not company.books:
            self._booking.give_up(company.key)
        await self._tell_crm(run_id, tally)
        for fault in filter(None, unshown):
            raise fault

    async def _unshown(self, reading: Awaitable[None]) -> NoAnswer | None:
        """Read whole documents; one that cannot be shown now is told at the end of the run, and holds up nothing."""
        try:
            await reading
        except NoAnswer as error:
            return error
        return None

    async def _book(self, company: CompanyLink, mirrored_at: datetime, run_id: int, tally: Tally) -> None:
        self._refresh()
        self._booking.plan(company.key, mirrored_at, run_id, tally)
        stop = await self._send(company, run_id, tally, books=True)
        if stop is not None:
            raise AuthLost(stop.sentence) if stop.needs_person else ApiError(stop.sentence)

    async def _pull_crm(self, run_id: int, tally: Tally) -> None:
        with self._pairing.watched(self._crm.system):
            await self._pairing.check_crm()
            puller = Puller(self._store, self._crm, self._clock)
            if self._registers.due(self._crm.system):
                await puller.registers(self._crm.registers, run_id, tally)
                self._registers.read(self._crm.system)
            for stream in self._crm.changing:
                await puller.stream(stream, run_id, tally)
                self._progress(run_id, tally)
        self._crm_read = True

    async def _mirror(self, company: CompanyLink, run_id: int, tally: Tally) -> None:
        """Read what changed in Fortnox; nothing is sent to a company before this was done since the start."""
        connector = company.connector
        with self._pairing.watched(connector.system):
            await self._pairing.check_company(company)
            puller = Puller(self._store, connector, self._clock)
            if self._registers.due(connector.system):
                await self._read_registers(company, puller, run_id, tally)
            for stream in MIRROR_STREAMS:
                await puller.stream(stream, run_id, tally)
                self._progress(run_id, tally)
        self._mirrored.add(company.key)

    async def _read_details(self, company: CompanyLink, run_id: int, tally: Tally) -> None:
        """Read documents whole; what is new, what is to be sent and the end of a recovery do not wait for it."""
        if self.recovery.on:
            return
        with self._pairing.watched(company.connector.system):
            await Puller(self._store, company.connector, self._clock).details("invoice", run_id, tally)
        self._planning.see_adopted(company.key)

    async def _read_registers(self, company: CompanyLink, puller: Puller, run_id: int, tally: Tally) -> None:
        await puller.registers(COMPANY_REGISTERS, run_id, tally)
        until = await company.connector.locked_until()
        key = RecordKey(company.connector.system, "locked_period", "1")
        with self._store.transaction():
            records.land(self._store, [Arrival(key, {"EndDate": until})], self._clock.now(), run_id)
        self._registers.read(company.connector.system)

    async def _sweep_open(self, company: CompanyLink, run_id: int, tally: Tally) -> None:
        """Payments may leave no trace in the change list (Fortnox sheet 11.18): open documents are swept."""
        if self.recovery.on:
            return
        with self._pairing.watched(company.connector.system):
            puller = Puller(self._store, company.connector, self._clock)
            expected = [row[0] for row in self._store.rows("open_invoice_ids", {"company": company.key})]
            await puller.sweep("open_invoices", "invoice", expected, run_id, tally)
            await puller.details("invoice", run_id, tally)

    async def _send(self, company: CompanyLink, run_id: int, tally: Tally, books: bool = False) -> Stop | None:
        about = (self._store, company.connector, self._clock, self._quarantine, self._recorder, books)
        return await Executor(*about).drain(run_id, tally)

    async def _tell_crm(self, run_id: int, tally: Tally) -> None:
        self._refresh()
        if self.recovery.on:
            return
        # What is overdue is by date, and what may be written is by what the CRM has open.
        under = (stockholm_date(self._clock.now()), self._crm.notice())
        if self._untold or under != self._told_under:
            self._write_back.plan(run_id, tally)
            self._untold, self._told_under = False, under
        stop = await self._write_back.drain(run_id, tally)
        if stop is not None:
            raise AuthLost(stop.sentence) if stop.needs_person else ApiError(stop.sentence)

    def _refresh(self) -> None:
        self._untold |= self._reconciler.refresh()

    def _pause(self, flow: str, company: str | None, sentence: str) -> None:
        """A connection that only a person can mend pauses its flow; records are not failed one by one."""
        with self._store.transaction():
            runs.set_paused(self._store, flow, True, sentence, "kvitt")
            event = Event("flow_paused", company=company, details={"flow": flow, "reason": sentence})
            trail.add_events(self._store, [event], self._clock.now())

    def _progress(self, run_id: int, tally: Tally) -> None:
        """Let the pages see how far the run has come, now and then."""
        if self._calls.due:
            with self._store.transaction():
                tally.calls += self._calls.store()
                runs.progress(self._store, run_id, tally)

    def _finish(self, flow: Flow, run_id: int, state: str, sentence: str, tally: Tally) -> None:
        if state != "interrupted":
            state, sentence = self._reconcile(run_id, state, sentence, tally)
            tally.broken = state != "done"
        now = self._clock.now()
        with self._store.transaction():
            tally.calls += self._calls.store()
            runs.finish(self._store, run_id, flow.name, state, sentence, tally, now)
            event = Event("run_finished", company=flow.company, details={"flow": flow.name, "state": state})
            trail.add_events(self._store, [event], now, run_id)

    def _reconcile(self, run_id: int, state: str, sentence: str, tally: Tally) -> tuple[str, str]:
        """Bring the reconciliation up to date and check it; a fault there is the run's own. Raises StoreError."""
        try:
            self._refresh()
            with self._store.transaction():
                # What the checks say of a run's calls is about all of them.
                tally.calls += self._calls.store()
            self._reconciler.check(run_id)
        except StoreError:
            raise
        except Exception as error:
            self._broken_off = True
            return "failed", sentence or keep_fault(error)
        return state, sentence
