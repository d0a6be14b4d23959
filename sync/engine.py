"""One run of a flow: pull, match, map, plan, execute, write back, reconcile. Runs follow one another."""

import asyncio
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from mappings import MappingSet
from sync.clock import Clock
from sync.connectors.errors import ApiError, AuthLost
from sync.connectors.fortnox.client import Fortnox
from sync.connectors.http import ABOUT, About
from sync.connectors.upsales.client import Upsales
from sync.core.types import Call, Event, RecordKey, RunReason
from sync.execute import Executor, recover
from sync.log import log
from sync.outcome import Recorder, Stop
from sync.plan import DealPlanning
from sync.pull import Puller
from sync.reconcile import Reconciler
from sync.store import records, runs, trail
from sync.store.database import Store
from sync.store.records import Arrival
from sync.store.runs import Flow, Tally
from sync.write_back import WriteBack

Result = TypeVar("Result")
CRM_STREAMS = ("fields", "stages", "users", "price_lists", "currencies", "accounts", "products", "orders")
REGISTER_STREAMS = ("currencies", "financial_years")
MIRROR_STREAMS = ("customers", "articles", "invoices", "payments")


class PairingError(Exception):
    """The system at the other end is not the one that was paired."""


@dataclass(frozen=True)
class CompanyLink:
    """One connected Fortnox company."""

    key: str
    connector: Fortnox
    tenant_id: str
    go_live: date


class Engine:
    """Runs flows, one at a time, for one CRM account and its Fortnox companies."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        mapping: MappingSet,
        crm: Upsales,
        crm_account: str,
        won_stage: str,
        companies: Mapping[str, CompanyLink],
        quarantine: timedelta,
        calls: list[Call],
    ) -> None:
        self._store = store
        self._clock = clock
        self._crm = crm
        self._crm_account = crm_account
        self._companies = companies
        self._quarantine = quarantine
        self._calls = calls
        self._turn = asyncio.Lock()
        self._paired: set[str] = set()
        self._mirrored: set[str] = set()
        self._app_checked = False
        go_lives = {key: company.go_live for key, company in companies.items()}
        self._planning = DealPlanning(store, clock, mapping, crm.system, won_stage, go_lives)
        self._reconciler = Reconciler(store, clock, crm.system, won_stage, companies)
        self._recorder = Recorder(store, clock, quarantine)
        self._write_back = WriteBack(store, clock, mapping, crm, self._recorder)

    def prepare(self, interval_seconds: int) -> None:
        """After a start: settle what a crash left behind and make sure every flow is known."""
        interrupted = recover(self._store, self._clock, self._quarantine)
        with self._store.transaction():
            left = runs.mark_interrupted(self._store, self._clock.now())
            self._known_systems()
            crm = self._crm.system
            runs.resume_own_pauses(self._store)
            runs.ensure_flow(
                self._store, Flow(f"{crm}/deals", "Upsales → Fortnox", "deals", crm, None, interval_seconds, None)
            )
            for key in self._companies:
                name, system = f"fortnox:{key}/documents", f"fortnox:{key}"
                runs.ensure_flow(
                    self._store, Flow(name, f"{key} → Upsales", "documents", system, key, interval_seconds, None)
                )
        if interrupted or left:
            log.info("Resumed after an interruption.", action="recovered", operations=interrupted, runs=left)

    def _known_systems(self) -> None:
        """Every system that the settings name is listed before it has ever answered."""
        named: list[tuple[str, CompanyLink | None, str]] = [(self._crm.system, None, self._crm_account)]
        named += [(company.connector.system, company, company.tenant_id) for company in self._companies.values()]
        for system, company, identity in named:
            values = {
                "system": system,
                "company": company.key if company else None,
                "identity": identity,
                "go_live": company.go_live if company else None,
            }
            runs.name_connection(self._store, values, self._clock.now())

    async def run(self, flow: Flow, reason: RunReason) -> Tally:
        """Run a flow now; a fault of another system ends the run with a sentence, never with a lost record."""
        async with self._turn:
            tally = Tally()
            with self._store.transaction():
                run_id = runs.begin(self._store, flow.name, reason, self._clock.now())
            token = ABOUT.set(About(run_id))
            state, sentence = "failed", "The run was interrupted."
            try:
                await self._steps(flow, run_id, tally)
                state, sentence = "done", ""
            except (ApiError, PairingError) as error:
                sentence = str(error)
                if isinstance(error, AuthLost | PairingError):
                    self._pause(flow, sentence)
                log.warning(sentence, action="run_failed", flow=flow.name, run_id=run_id)
            finally:
                ABOUT.reset(token)
                self._finish(flow, run_id, state, sentence, tally)
            return tally

    def _pause(self, flow: Flow, sentence: str) -> None:
        """A connection that only a person can mend pauses the flow; its records are not failed one by one."""
        with self._store.transaction():
            runs.set_paused(self._store, flow.name, True, sentence, "kvitt")
            event = Event("flow_paused", company=flow.company, details={"flow": flow.name, "reason": sentence})
            trail.add_events(self._store, [event], self._clock.now())

    async def _steps(self, flow: Flow, run_id: int, tally: Tally) -> None:
        if flow.kind == "deals":
            await self._deals(run_id, tally)
        else:
            await self._documents(self._companies[flow.company or ""], run_id, tally)

    async def _deals(self, run_id: int, tally: Tally) -> None:
        await self._pull_crm(run_id, tally)
        companies = self._companies.values()
        if self._planning.changed() or not self._mirrored.issuperset(self._companies):
            await self._all(self._mirror(company, run_id, tally) for company in companies)
            await self._all(self._read_before_change(company, run_id, tally) for company in companies)
        self._planning.plan(run_id, tally)
        self._progress(run_id, tally)
        stops = await self._all(self._send(company, run_id, tally) for company in companies)
        await self._tell_crm(run_id, tally)
        _raise_first(stops)

    async def _documents(self, company: CompanyLink, run_id: int, tally: Tally) -> None:
        if not self._crm_read():
            await self._pull_crm(run_id, tally)
        await self._mirror(company, run_id, tally)
        await self._sweep_open(company, run_id, tally)
        self._progress(run_id, tally)
        await self._tell_crm(run_id, tally)

    async def _pull_crm(self, run_id: int, tally: Tally) -> None:
        with self._watched(self._crm.system):
            await self._pair(self._crm, None, self._crm_account)
            await self._refuse_official_app()
            puller = Puller(self._store, self._crm, self._clock)
            for stream in CRM_STREAMS:
                await puller.stream(stream, run_id, tally)
                self._progress(run_id, tally)

    async def _mirror(self, company: CompanyLink, run_id: int, tally: Tally) -> None:
        """Read what changed in Fortnox; nothing is sent to a company before this was done since the start."""
        connector = company.connector
        with self._watched(connector.system):
            await self._pair(connector, company, company.tenant_id)
            puller = Puller(self._store, connector, self._clock)
            if company.key not in self._mirrored:
                await self._registers(company, puller, run_id, tally)
            for stream in MIRROR_STREAMS:
                await puller.stream(stream, run_id, tally)
                self._progress(run_id, tally)
            await puller.details("invoice", run_id, tally)
        self._mirrored.add(company.key)

    async def _read_before_change(self, company: CompanyLink, run_id: int, tally: Tally) -> None:
        """A document that is about to follow its deal is read just before: nobody's edit is written over unseen."""
        with self._watched(company.connector.system):
            puller = Puller(self._store, company.connector, self._clock)
            await puller.again("invoice", self._planning.about_to_change(company.key), run_id, tally)

    async def _registers(self, company: CompanyLink, puller: Puller, run_id: int, tally: Tally) -> None:
        for stream in REGISTER_STREAMS:
            await puller.stream(stream, run_id, tally)
        until = await company.connector.locked_until()
        key = RecordKey(company.connector.system, "locked_period", "1")
        with self._store.transaction():
            records.land(self._store, [Arrival(key, {"EndDate": until})], self._clock.now(), run_id)

    async def _sweep_open(self, company: CompanyLink, run_id: int, tally: Tally) -> None:
        """Payments may leave no trace in the change list (Fortnox sheet 11.18): open documents are swept."""
        puller = Puller(self._store, company.connector, self._clock)
        expected = [row[0] for row in self._store.rows("open_invoice_ids", {"company": company.key})]
        await puller.sweep("open_invoices", "invoice", expected, run_id, tally)
        await puller.details("invoice", run_id, tally)

    async def _send(self, company: CompanyLink, run_id: int, tally: Tally) -> Stop | None:
        return await Executor(self._store, company.connector, self._clock, self._recorder).drain(run_id, tally)

    async def _tell_crm(self, run_id: int, tally: Tally) -> None:
        self._reconciler.refresh(run_id)
        self._write_back.plan(run_id, tally)
        stop = await self._write_back.drain(run_id, tally)
        _raise_first((stop,))

    async def _all(self, work: Iterable[Coroutine[Any, Any, Result]]) -> list[Result]:
        """Run the companies' parts side by side; the first fault is raised when all have ended."""
        results = await asyncio.gather(*work, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return [result for result in results if not isinstance(result, BaseException)]

    @contextmanager
    def _watched(self, system: str) -> Iterator[None]:
        """Remember how a system answered, for every page to say."""
        try:
            yield
        except AuthLost as error:
            self._status(system, "needs_person", str(error))
            raise
        except ApiError as error:
            self._status(system, "unreachable", str(error))
            raise
        except PairingError as error:
            self._status(system, "needs_person", str(error))
            raise
        self._status(system, "ok", "")

    async def _pair(self, connector: Fortnox | Upsales, company: CompanyLink | None, expected: str) -> None:
        """Refuse a wrong pairing (decisions.md 25): what answers must be what was named and what was there before."""
        system = connector.system
        if system in self._paired:
            return
        found = await connector.identity()
        stored = runs.connection(self._store, system)
        if found.remote_id != expected or (stored is not None and stored["remote_identity"] != found.remote_id):
            was = stored["remote_identity"] if stored else expected
            raise PairingError(
                f"{system} answers as {found.remote_id} ({found.title}) but is paired with {was}. "
                "Correct the settings, or use another data folder."
            )
        values = {
            "system": system,
            "company": company.key if company else None,
            "title": found.title if company else " ".join(("Upsales", found.title)).strip(),
            "organisation_number": found.organisation_number,
            "remote_identity": found.remote_id,
            "go_live": company.go_live if company else None,
        }
        with self._store.transaction():
            runs.put_connection(self._store, values, self._clock.now())
        self._paired.add(system)

    def _status(self, system: str, status: str, sentence: str) -> None:
        with self._store.transaction():
            runs.set_connection_status(self._store, system, status, sentence, self._clock.now())

    async def _refuse_official_app(self) -> None:
        if self._app_checked:
            return
        name = await self._crm.official_app()
        if name:
            raise PairingError(
                f"“{name}” is active in Upsales and would send the same deals. Deactivate it there first."
            )
        self._app_checked = True

    def _crm_read(self) -> bool:
        return self._crm.system in self._paired

    def _progress(self, run_id: int, tally: Tally) -> None:
        tally.calls += len(self._calls)
        with self._store.transaction():
            trail.add_calls(self._store, self._calls)
            runs.progress(self._store, run_id, tally)
        self._calls.clear()

    def _finish(self, flow: Flow, run_id: int, state: str, sentence: str, tally: Tally) -> None:
        self._reconciler.refresh(run_id)
        self._progress(run_id, tally)
        now = self._clock.now()
        with self._store.transaction():
            runs.finish(self._store, run_id, flow.name, state, sentence, tally, now)
            event = Event("run_finished", company=flow.company, details={"flow": flow.name, "state": state})
            trail.add_events(self._store, [event], now, run_id)


def _raise_first(stops: Iterable[Stop | None]) -> None:
    for stop in stops:
        if stop is not None:
            raise AuthLost(stop.sentence) if stop.needs_person else ApiError(stop.sentence)
