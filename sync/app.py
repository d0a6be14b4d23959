"""The composition root: puts the parts of a sync process together."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from mappings import load as load_mappings
from mappings.spec import Companies
from sync.clock import ScaledClock
from sync.commands.handling import CommandContext
from sync.commands.loop import CommandLoop, keep_answering
from sync.connectors.crm import ConnectedCrm
from sync.connectors.fortnox.auth import FortnoxAccess
from sync.connectors.fortnox.client import Fortnox
from sync.connectors.http import Transport
from sync.core.types import RunReason
from sync.explain.invariants import Invariants
from sync.flows.engine import Engine
from sync.flows.publisher import Publisher, keep_beating, keep_publishing
from sync.flows.scheduler import Scheduler
from sync.log import keep_faults_in, log
from sync.quarantine import Quarantine
from sync.read.pairing import CompanyLink
from sync.send.call_log import CallLog
from sync.settings import CompanySettings, Settings, require_systems
from sync.store.database import Store
from sync.store.folder import StoreError
from sync.store.publish.high_water import HighWater
from sync.store.tables import retention, runs
from sync.store.tables.retention import KeptFor
from sync.store.tables.runs import Flow

INBOX_SECONDS = 0.5
PUBLISH_SECONDS = 0.25
BEAT_SECONDS = 2.0
LOGIN_SECONDS = 60.0
FORGET_SECONDS = 3_600.0


@dataclass
class App:
    """Everything that makes up a sync process."""

    settings: Settings
    clock: ScaledClock
    store: Store
    engine: Engine
    publisher: Publisher
    crms: tuple[ConnectedCrm, ...]
    companies: dict[str, CompanyLink]

    async def close(self, sentence: str = "") -> None:
        """Publish what is there, say that the sync has stopped, and close everything."""
        await self.engine.close()
        self.publisher.try_publish()
        with contextlib.suppress(OSError):
            self.publisher.beat("stopped", sentence)
        for crm in self.crms:
            await crm.connector.close()
        for company in self.companies.values():
            await company.connector.close()
        self.store.close()


def build(
    settings: Settings,
    clock: ScaledClock | None = None,
    routing: Mapping[str, Companies] | None = None,
    transport: Transport | None = None,
    open_store: Callable[[Path], Store] = Store,
) -> App:
    """Put a sync process together. Raises SettingsError, MappingError, StoreError.

    `routing` and `transport` are for sandboxes: their own routes by CRM, and a way in without a network; `open_store`
    lets a simulation watch the commits.
    """
    named = require_systems(settings)
    time = clock or ScaledClock()
    keep_faults_in(settings.data)
    mappings = [
        load_mappings(settings.mappings, crm.kind.name, (routing or {}).get(crm.kind.name), settings.companies)
        for crm in named
    ]
    store = open_store(settings.data)
    if store.notice:
        log.info(store.notice, action="store_opened")
    calls = CallLog(store, time)
    crms = tuple(one.connect(own, time, calls.add, transport) for one, own in zip(named, mappings, strict=True))
    companies = {
        key: CompanyLink(
            key, _fortnox(key, company, time, calls, transport), company.tenant_id, company.go_live, company.book
        )
        for key, company in settings.companies.items()
    }
    engine = Engine(
        store,
        time,
        crms,
        companies,
        Quarantine(time, timedelta(seconds=settings.quarantine_seconds)),
        HighWater(settings.data),
        Invariants(store, time, {crm.system: crm.deal_kind for crm in crms}, settings.secrets()),
        calls,
    )
    engine.prepare(settings.interval_seconds)
    publisher = Publisher(store, settings.data, time, lambda: engine.at_work)
    return App(settings, time, store, engine, publisher, crms, companies)


class FlowRuns:
    """Runs flows, by schedule and for people: of each flow one run at a time; the engine gives flows their turns."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._wanted: set[asyncio.Task[Any]] = set()
        self._running: dict[str, asyncio.Task[Any]] = {}
        self.scheduler = Scheduler(app.store, app.clock, self.run_flow)

    async def run_flow(self, flow: Flow, reason: RunReason = "schedule") -> None:
        """Run a flow that does not run already."""
        task = asyncio.current_task()
        if flow.name in self._running or task is None:
            return
        self._running[flow.name] = task
        try:
            await self._app.engine.run(flow, reason)
        finally:
            del self._running[flow.name]
            # A store that takes nothing has said so; the next run that it takes does this.
            with contextlib.suppress(StoreError):
                self.scheduler.follow_pauses()

    def run_now(self, flow: Flow) -> bool:
        """Run a flow for a person; False where it runs already, and is told to hurry."""
        if flow.name in self._running:
            self._app.engine.hurry()
            return False
        task = asyncio.create_task(self.run_flow(flow, "person"))
        self._wanted.add(task)
        task.add_done_callback(self._wanted.discard)
        return True

    @property
    def going_on(self) -> set[asyncio.Task[Any]]:
        """Return the tasks of all that runs."""
        return {*self._wanted, *self._running.values()}


@contextlib.asynccontextmanager
async def background(app: App, start_schedules: bool = True) -> AsyncIterator[Scheduler]:
    """Run schedules, inbox, publishing and heartbeat while the block runs."""
    flows = FlowRuns(app)
    scheduler = flows.scheduler
    mappings = {crm.system: crm.mapping for crm in app.crms}
    context = CommandContext(app.store, app.clock, mappings, flows.run_now, scheduler.apply)
    parts: list[Coroutine[Any, Any, None]] = [
        keep_answering(CommandLoop(app.settings.data, context), INBOX_SECONDS),
        keep_publishing(app.publisher, PUBLISH_SECONDS),
        keep_beating(app.publisher, BEAT_SECONDS),
        _keep_asking_lost_logins(app, scheduler),
        _keep_forgetting(app),
    ]
    tasks = [asyncio.create_task(part) for part in parts]
    for task in tasks:
        task.add_done_callback(_report)
    if start_schedules:
        scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.stop()
        ending = {*tasks, *flows.going_on}
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)


async def _keep_asking_lost_logins(app: App, scheduler: Scheduler) -> None:
    """Let the flows of a system go on by themselves when it lets Kvitt in again."""
    while True:
        await asyncio.sleep(LOGIN_SECONDS)
        # A store that takes nothing has said so; a flow that it could not let go on is tried again.
        with contextlib.suppress(StoreError):
            if await app.engine.ask_lost_logins():
                scheduler.follow_resumed()


async def _keep_forgetting(app: App) -> None:
    """Forget what is kept for some days only, a little at a time."""
    settings = app.settings
    kept_for = KeptFor(timedelta(days=settings.keep_reads_days), timedelta(days=settings.keep_quiet_runs_days))
    while True:
        forgotten = 0
        # A store that takes nothing has said so; an hour later it is tried again.
        with contextlib.suppress(StoreError):
            forgotten = retention.forget(app.store, kept_for, app.clock.now())
        await asyncio.sleep(PUBLISH_SECONDS if forgotten else FORGET_SECONDS)


async def run_all_once(app: App, reason: RunReason = "once") -> list[runs.Tally]:
    """Run every flow that is not paused, once, deals first."""
    ordered = sorted(runs.flows(app.store), key=lambda flow: (flow.kind != "deals", flow.name))
    tallies = [await app.engine.run(flow, reason) for flow in ordered if not flow.paused]
    await app.engine.all_in()
    return tallies


def _fortnox(
    key: str, settings: CompanySettings, clock: ScaledClock, calls: CallLog, transport: Transport | None
) -> Fortnox:
    access = FortnoxAccess(
        settings.auth_url, settings.client_id, settings.client_secret.get_secret_value(), settings.tenant_id
    )
    return Fortnox(f"fortnox:{key}", settings.base_url, access, clock, calls.add, transport)


def _report(task: asyncio.Task[Any]) -> None:
    """A background part never ends by itself: if one does, the log says so."""
    if not task.cancelled() and task.exception() is not None:
        log.error("A background part stopped.", action="background_failed", reason=repr(task.exception()))
