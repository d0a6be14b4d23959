"""One run of a flow: read, plan, send, explain, tell the CRM, check the promises. Runs follow one another."""

from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sync.clock import Clock
from sync.connectors.base import Connector
from sync.connectors.crm import ConnectedCrm
from sync.connectors.errors import ApiError, AuthLost
from sync.connectors.http import ABOUT, About
from sync.core.types import Event, RecordKey, RunReason
from sync.decide.book import Booking
from sync.explain.invariants import Invariants
from sync.explain.reconcile import DealSource, Reconciler
from sync.flows.company_mirrors import CompanyMirrors
from sync.flows.crm_side import CrmSide
from sync.flows.lanes import Away, Lanes
from sync.flows.lost_logins import LostLogins
from sync.flows.pauses import Pauses
from sync.flows.recovery import Recovery
from sync.flows.turns import Turns
from sync.log import keep_fault, log
from sync.quarantine import Quarantine
from sync.read.pairing import CompanyLink, NeedsChoiceError, Pairing, PairingError, UnknownSettingError
from sync.read.registers import Registers
from sync.send.call_log import CallLog
from sync.send.execute import Executor
from sync.send.recorder import Recorder, Stop
from sync.store.database import Store
from sync.store.folder import StoreError
from sync.store.publish.high_water import HighWater
from sync.store.tables import runs, trail
from sync.store.tables.runs import Flow, Tally

# A company that was left behind while it was read is not read again when that ended so lately.
READ_LATELY = timedelta(minutes=5)
Work = Callable[[CompanyLink], Coroutine[Any, Any, Any]]


class Engine:
    """Runs flows, one at a time, for CRM accounts and the Fortnox companies that their deals become documents in."""

    # The title of the flow that runs, '' between two runs.
    at_work = ""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        crms: Sequence[ConnectedCrm],
        companies: Mapping[str, CompanyLink],
        quarantine: Quarantine,
        high_water: HighWater,
        invariants: Invariants,
        calls: CallLog,
    ) -> None:
        self._store = store
        self._clock = clock
        self._companies = companies
        self._quarantine = quarantine
        self._calls = calls
        self._turns = Turns()
        self._connectors: dict[str, Connector] = {one.connector.system: one.connector for one in companies.values()}
        self._connectors |= {crm.system: crm.connector for crm in crms}
        self._pauses = Pauses(store, clock)
        self._lanes = Lanes(lambda system: self._connectors[system].silent_for(), self._turns.somebody_waits)
        self.unknown_setting = ""
        self._came_in: dict[str, datetime] = {}
        self._recorder = Recorder(store, clock, quarantine, high_water, calls)
        self._pairing = Pairing(store, clock)
        self._broken_off = False
        self._trusted = store.reopened
        deals = [DealSource(crm.system, crm.deal_kind, crm.read_deal, crm.mapping.document) for crm in crms]
        self._reconciler = Reconciler(store, clock, deals, companies, invariants)
        self.recovery = Recovery(store, high_water, clock, quarantine)
        self._registers = Registers(clock)
        go_lives = {key: company.go_live for key, company in companies.items()}
        shared = (self._pairing, self.recovery, self._registers, quarantine, self._recorder, go_lives)
        self._sides = {crm.system: CrmSide(store, clock, crm, *shared, self._progress, self._refresh) for crm in crms}
        plannings = [side.planning for side in self._sides.values()]
        self._mirrors = CompanyMirrors(
            store, clock, self._pairing, plannings, self.recovery, self._registers, self._progress
        )
        self._lost_logins = LostLogins(store, clock, self._pairing, self._sides, companies)
        self._booking = Booking(store, clock, quarantine)

    def prepare(self, interval_seconds: int) -> None:
        """After a start: settle what a crash left behind and make sure every flow is known."""
        self.recovery.begin()
        crms = {system: side.connector.title for system, side in self._sides.items()}
        flows = [
            Flow(f"{crm}/deals", f"{title} → Fortnox", "deals", crm, None, interval_seconds, None)
            for crm, title in crms.items()
        ]
        told = ", ".join(crms.values())
        for key, company in self._companies.items():
            system = company.connector.system
            flows.append(Flow(company.flow, f"{key} → {told}", "documents", system, key, interval_seconds, None))
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
        async with self._turns.taken(flow.system, reason):
            self.at_work = flow.title
            try:
                return await self._run(flow, reason)
            finally:
                self.at_work = ""

    async def _run(self, flow: Flow, reason: RunReason) -> Tally:
        tally = Tally()
        if reason == "person":
            self._registers.forget()
            self._lanes.forget_rests()
        try:
            await self._settle_what_broke_off()
            run_id = self._begin(flow, reason)
        except StoreError as error:
            return self._not_stored(flow, error, tally)
        token = ABOUT.set(About(run_id))
        state, sentence = "interrupted", "The sync was stopped."
        try:
            await self._steps(flow, reason, run_id, tally)
            state, sentence = "done", ""
            self._lost_logins.worked(flow.system)
        except (ApiError, PairingError) as error:
            state, sentence = "failed", str(error)
            if isinstance(error, AuthLost | PairingError):
                self._pauses.pause(flow.name, flow.company, sentence)
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

    def hurry(self) -> None:
        """A person waits for the flow that runs now: it leaves a silent system behind, as it does for other flows."""
        self._turns.hurry()

    async def ask_lost_logins(self) -> bool:
        """Ask again where Kvitt was let in no more; returns whether a flow that was paused for it goes on."""
        return await self._lost_logins.ask_again()

    async def all_in(self) -> None:
        """Wait for what was left behind because its system was silent, and note what came of it."""
        await self._lanes.all_in()
        self._take_what_came_in([])

    async def close(self) -> None:
        """Call off what was left behind."""
        await self._lanes.call_off()

    async def _settle_what_broke_off(self) -> None:
        """What goes on in the background of a broken-off run is ended with it, before it is settled as in doubt."""
        if self._broken_off or self._store.reopened != self._trusted:
            await self._lanes.call_off()

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

    async def _steps(self, flow: Flow, reason: RunReason, run_id: int, tally: Tally) -> None:
        if flow.system not in self._connectors:
            raise PairingError(f"The settings name {flow.system} no more. Name it there again to let this flow go on.")
        faults: list[str] = []
        self._take_what_came_in(faults)
        if flow.kind == "deals":
            await self._deals(self._sides[flow.system], reason, run_id, tally, faults)
        else:
            await self._documents(self._companies[flow.company or ""], run_id, tally, faults)
        if faults:
            raise ApiError(" ".join(dict.fromkeys(faults)))

    async def _deals(self, crm: CrmSide, reason: RunReason, run_id: int, tally: Tally, faults: list[str]) -> None:
        if not await self._is_known(crm, reason, run_id, tally, faults):
            return
        if self.recovery.reread():
            self._mirrors.forget_what_was_read()
            self._came_in.clear()
        paused = self._pauses.paused()
        # A store that has lost its memory knows no deal's document before it has read every company, paused or not.
        wanted = [one for one in self._companies.values() if self.recovery.on or one.flow not in paused]
        must_read_fortnox = bool(crm.planning.needed()) or not self._mirrors.have_read(wanted)
        seen = await self._read_companies(wanted, run_id, tally, faults) if must_read_fortnox else wanted
        sent_to = [company for company in seen if company.flow not in paused]
        if self.recovery.lets_plan(all_read=len(seen) == len(self._companies)):
            await self._plan_and_send(crm, seen, sent_to, run_id, tally, faults)
        if must_read_fortnox:
            await self._with(sent_to, lambda company: self._mirrors.details(company, run_id, tally), faults)
        await self._tell_crms(run_id, tally, faults)

    async def _is_known(self, crm: CrmSide, reason: RunReason, run_id: int, tally: Tally, faults: list[str]) -> bool:
        """Read a CRM; return whether its deals can be planned.

        What is known already waits for a silent CRM as little as a person does, who asks for it to be sent.
        """
        if await self._read_crm(crm, run_id, tally, faults):
            return True
        return crm.mirror.has_read and (reason == "person" or self._lanes.is_away(crm.system))

    async def _plan_and_send(
        self,
        crm: CrmSide,
        seen: list[CompanyLink],
        sent_to: list[CompanyLink],
        run_id: int,
        tally: Tally,
        faults: list[str],
    ) -> None:
        """Plan a CRM's deals for the companies just seen, and send to those that are not paused."""
        crm.plan([company.key for company in seen], run_id, tally)
        if self.recovery.on:
            self.recovery.end(run_id, tally.adopted)
        self._progress(run_id, tally)
        await self._with(sent_to, lambda company: self._send(company, run_id, tally), faults)

    async def _documents(self, company: CompanyLink, run_id: int, tally: Tally, faults: list[str]) -> None:
        for crm in self._sides.values():
            if not crm.mirror.has_read and not self._pauses.is_paused(crm.system):
                await self._read_crm(crm, run_id, tally, faults)
        seen = await self._look_at_sources(company, run_id, tally, faults)
        await self._with([company], lambda one: self._document_steps(one, seen, run_id, tally, faults), faults)
        await self._tell_crms(run_id, tally, faults)

    async def _document_steps(
        self, company: CompanyLink, seen: Collection[RecordKey], run_id: int, tally: Tally, faults: list[str]
    ) -> Stop | None:
        """Read a company whole and book there what may be booked; returns why booking stopped early, or None."""
        began = await self._mirrors.company(company, run_id, tally)
        unshown = await self._mirrors.documents(company, run_id, tally)
        faults += map(str, unshown)
        self._progress(run_id, tally)
        if not company.books:
            self._booking.give_up(company.key)
            return None
        if self.recovery.on:
            return None
        self._refresh()
        self._booking.plan(company.key, began, seen, run_id, tally)
        return await self._send(company, run_id, tally, books=seen)

    async def _look_at_sources(
        self, company: CompanyLink, run_id: int, tally: Tally, faults: list[str]
    ) -> frozenset[RecordKey]:
        """Return the deals that may be booked: those that are still in their CRM, as they were when they were sent."""
        wanted = self._booking.sources(company.key) if company.books and not self.recovery.on else frozenset()
        by_crm = {system: [key for key in wanted if key.system == system] for system in self._sides}
        work = {system: self._sides[system].mirror.sources(own, run_id, tally) for system, own in by_crm.items() if own}
        came = await self._lanes.side_by_side(work) if work else {}
        shown = [found for system, found in came.items() if self._is_at_hand(system, found, faults)]
        return frozenset().union(*shown)

    async def _read_crm(self, crm: CrmSide, run_id: int, tally: Tally, faults: list[str]) -> bool:
        """Read what changed in a CRM; False, and a sentence among the faults, where that cannot be done now."""
        came = await self._lanes.side_by_side({crm.system: crm.mirror.read(run_id, tally)})
        return self._is_at_hand(crm.system, came[crm.system], faults)

    async def _read_companies(
        self, wanted: list[CompanyLink], run_id: int, tally: Tally, faults: list[str]
    ) -> list[CompanyLink]:
        """Read companies side by side and return those that answered; what has just come in is not read again."""
        lately = self._clock.now() - READ_LATELY
        asked = [one for one in wanted if self._came_in.pop(one.connector.system, lately) <= lately]
        ready = await self._with(asked, lambda one: self._mirrors.company_for_deals(one, run_id, tally), faults)
        return [company for company in wanted if company in ready or company not in asked]

    async def _with(self, companies: list[CompanyLink], work: Work, faults: list[str]) -> list[CompanyLink]:
        """Do a work with companies side by side and return those with which it went well; a fault stops no other."""
        came = await self._lanes.side_by_side({one.connector.system: work(one) for one in companies})
        return [one for one in companies if self._is_at_hand(one.connector.system, came[one.connector.system], faults)]

    def _is_at_hand(self, system: str, outcome: Any, faults: list[str]) -> bool:
        """Note what a work with a system came to, and return whether more can be begun with it.

        What only a person can mend pauses the system's flow; what stops the whole process, or the store, is raised.
        """
        if isinstance(outcome, Away | Stop):
            faults.append(outcome.sentence)
            if isinstance(outcome, Stop) and outcome.needs_person:
                self._pauses.pause_system(system, outcome.sentence)
        elif isinstance(outcome, ApiError | PairingError):
            faults.append(str(outcome))
            self.unknown_setting = str(outcome) if isinstance(outcome, UnknownSettingError) else ""
            if isinstance(outcome, AuthLost | PairingError):
                self._pauses.pause_system(
                    system, str(outcome), "choice" if isinstance(outcome, NeedsChoiceError) else "kvitt"
                )
        elif isinstance(outcome, BaseException):
            if isinstance(outcome, StoreError) or not isinstance(outcome, Exception):
                raise outcome
            self._broken_off = True
            faults.append(keep_fault(outcome))
        else:
            return True
        return False

    def _take_what_came_in(self, faults: list[str]) -> None:
        """Note what was left behind in an earlier run and has ended since."""
        for system, outcome in self._lanes.come_in().items():
            if self._is_at_hand(system, outcome, faults) and isinstance(outcome, datetime):
                self._came_in[system] = outcome

    async def _send(
        self, company: CompanyLink, run_id: int, tally: Tally, books: Collection[RecordKey] = ()
    ) -> Stop | None:
        about = (self._store, company.connector, self._clock, self._quarantine, self._recorder, books)
        return await Executor(*about).drain(run_id, tally)

    async def _tell_crms(self, run_id: int, tally: Tally, faults: list[str]) -> None:
        self._refresh()
        work = {crm.system: crm.tell(run_id, tally) for crm in self._sides.values() if crm.may_be_told}
        came = await self._lanes.side_by_side(work) if work else {}
        for system, outcome in came.items():
            self._is_at_hand(system, outcome, faults)

    def _refresh(self) -> None:
        if self._reconciler.refresh():
            for crm in self._sides.values():
                crm.facts_changed()

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
            if lacking := self._reconciler.not_understood:
                told = ", ".join(f"{key.kind} {key.id} ({file})" for key, file in sorted(lacking.items())[:5])
                return (
                    "failed",
                    sentence or f"{len(lacking)} records cannot be understood and are in no figure: {told}.",
                )
        except StoreError:
            raise
        except Exception as error:
            self._broken_off = True
            return "failed", sentence or keep_fault(error)
        return state, sentence
