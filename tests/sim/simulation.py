"""One simulation: a world, a process, people, faults, and time; from a scenario that is plain data."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from mappings.spec import Companies
from sync.app import App, background, run_all_once
from sync.sandbox.crm import Crm, make_upsales
from sync.sandbox.fortnox.errors import FortnoxError
from sync.sandbox.sandbox import Sandbox
from sync.sandbox.server import build as build_sandbox
from sync.sandbox.tables import Tables
from sync.sandbox.upsales.app import UpsalesApp
from sync.sandbox.world import World
from sync.settings import CompanySettings, UpsalesSettings
from sync.store import inbox, operations, runs
from tests.sim import worlds
from tests.sim.boundaries import HOUR, Boundaries
from tests.sim.faults import Faults, Plan
from tests.sim.loop import START, OwnClock
from tests.sim.people import People
from tests.sim.process import MOST_LIVES, Process
from tests.sim.wire import Network
from tests.virtual_time import VirtualClock

PORT = 8600
NIGHTS = {
    "spring": datetime(2026, 3, 29, 0, 40, tzinfo=UTC),
    "autumn": datetime(2026, 10, 25, 0, 10, tzinfo=UTC),
}
MOST_PASSES = 60
SHORTEST_WAIT, LONGEST_WAIT = 20.0, 125.0
QUARANTINE = 120.0
LAST_CHANGE_EVERY = 4
CLIENT_SECRET = "canary-of-the-app-8f1d"
CRM_TOKEN = "canary-of-the-crm-51c7"


@dataclass(frozen=True)
class Scenario:
    """What happens, as data: print it, paste it, run it again.

    `steps` are names of `Simulation` and `People`; `night` is spring or autumn for a start just before clocks are
    changed; `deals` is the size of the world, 0 leaves it to the seed; `prepared` continues a prepared state; the
    network is `pace` times as fast as usual; where Kvitt `books`, documents do not stay drafts.
    """

    seed: int = 0
    steps: tuple[str, ...] = ("flows",)
    plan: Plan = ()
    deals: int = 0
    night: str = ""
    plain: bool = False
    prepared: str = ""
    pace: float = 1.0
    books: bool = False


class NeverQuietError(AssertionError):
    """The sync does not come to rest."""


@dataclass
class Simulation:
    """Runs one scenario in a folder of its own."""

    scenario: Scenario
    folder: Path
    journal: Path | None = None
    start: datetime = START
    most_lives: int = MOST_LIVES
    idle_passes: int = 2
    within_reach: int = 0
    needed_a_person: bool = False
    drained_in: float = 0.0
    allowed_to_drain: float = 0.0
    idle_writes: dict[str, int] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        scenario = self.scenario
        self.clock = VirtualClock(NIGHTS.get(scenario.night, self.start))
        self.own_clock = OwnClock(self.clock)
        self.faults = Faults(scenario.plan)
        self.boundaries = Boundaries(self.faults, self.own_clock)
        self.world = worlds.plain_world() if scenario.plain else worlds.world(scenario.seed, scenario.deals)
        self.sandbox = _sandbox(self.world, self.clock, self.journal)
        self.people = People(self.sandbox, CRM_TOKEN, self.chance("people"), scenario.books)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the answer to a question to the store."""
        return self.process.app.store._connection.execute(sql).fetchall()

    def chance(self, part: str) -> Random:
        """Return a part's own stream of chance."""
        return Random(f"{part}:{self.scenario.seed}")

    async def run(self) -> None:
        """Do the steps, let the faults stop, and wait until all is quiet; then see that nothing more is written."""
        await self.live()
        self.within_reach = len(self.boundaries.met)
        await self._rest()
        await self._look_idle()
        await self._change_once_more()

    async def live(self) -> None:
        """Do the steps, with all that goes wrong meanwhile."""
        self.network = Network(self.sandbox, self.boundaries, self.chance("network"), self.scenario.pace)
        self.network.on_edit = self.people.edit
        settings, routing = _settings(self.sandbox, self.scenario.books), _routing(self.world)
        about = (self.folder, settings, routing, self.own_clock, self.network, self.boundaries)
        self.process = Process(*about, self.chance("process"), self.most_lives)
        for step in self.scenario.steps:
            await self._step(step)

    async def flows(self) -> None:
        """Run every flow once."""
        await self.process.do(run_all_once)

    async def settle(self) -> None:
        """Let flows run until nothing is left to do."""
        await self.process.do(self._until_quiet)

    async def twice(self) -> None:
        """Ask for the same flow twice at once."""
        await self.process.do(self._flow_twice)

    async def documents_first(self) -> None:
        """Run the flows in the wrong order."""
        await self.process.do(self._backwards)

    async def restart(self) -> None:
        """Stop the process in order; the next use starts it."""
        await self.process.stop()

    async def wait(self) -> None:
        """Let more than an hour pass: tokens end."""
        await self.clock.sleep(4000.0)

    async def quarantine(self) -> None:
        """Let a quarantine pass."""
        await self.clock.sleep(QUARANTINE + 1.0)

    async def publish(self) -> None:
        """Publish, and say that the process lives."""
        await self.process.do(_publish)

    async def command(self) -> None:
        """Ask through the inbox, twice under one name, for the deals to be looked at now."""
        await self.process.do(_started)
        await self._ask("run_now", flow=f"{self.process.app.crm.system}/deals")

    async def another(self) -> None:
        """Ask, twice under one name, for another document of a deal whose document was cancelled."""
        await self.process.do(_started)
        found = self.people.cancelled_deal()
        if found is not None:
            deal, company = found
            key = {"system": self.process.app.crm.system, "kind": "order", "record_id": deal}
            await self._ask("another_document", **key, company=company)

    async def die_after_invoice(self) -> None:
        """Run, and be killed when Fortnox has made an invoice and before its answer is heard."""
        self.faults.add(len(self.boundaries.met) + 1, "crash@answer POST /3/invoices")
        await self.flows()

    async def lose_after_invoice(self) -> None:
        """The same, and the data folder goes with the process."""
        self.process.loses_folder = True
        await self.die_after_invoice()
        self.process.loses_folder = False

    async def lose_the_folder(self) -> None:
        """The data folder is lost."""
        await self.process.stop()
        shutil.rmtree(self.process.data)

    async def end(self) -> None:
        """Let go of everything."""
        self.process.abandon()
        for task in self.network.under_way:
            task.cancel()
        await asyncio.sleep(0)
        self.sandbox.close()

    # --- parts -------------------------------------------------------------------------------------------

    async def _step(self, name: str) -> None:
        own: Callable[[], Awaitable[None]] | None = getattr(self, name, None)
        with suppress(FortnoxError):
            await (own or getattr(self.people, name))()

    async def _ask(self, wish: str, **arguments: str) -> None:
        name = self.people.ask(self.process.data, wish, **arguments)
        copy = (self.process.data / inbox.FOLDER / name).read_text(encoding="utf-8")

        async def answered(app: App) -> None:
            async with background(app, start_schedules=False):
                await self._command_done(app, name)
                (app.settings.data / inbox.FOLDER / name).write_text(copy, encoding="utf-8")
                await self._command_done(app, name)

        await self.process.do(answered)

    async def _command_done(self, app: App, name: str) -> None:
        file = app.settings.data / inbox.FOLDER / name
        while file.exists() or app.store.one("count_running"):
            await self.clock.sleep(1.0)

    async def _until_quiet(self, app: App) -> None:
        for _ in range(MOST_PASSES):
            before = self.network.writes.copy()
            tallies = await run_all_once(app)
            quiet = all(tally.quiet for tally in tallies)
            self.idle_writes = dict(self.network.writes - before)
            waits = [moment for moment in (operations.next_due(app.store), app.engine.recovery.until) if moment]
            if quiet and not waits:
                return
            if any(tally.waiting for tally in tallies):
                await self.clock.sleep(LONGEST_WAIT)
            elif quiet:
                wait = (min(waits) - self.own_clock.now()).total_seconds()
                await self.clock.sleep(min(max(wait, SHORTEST_WAIT), LONGEST_WAIT))
        raise NeverQuietError(f"The sync does not come to rest in {MOST_PASSES} passes.")

    async def _flow_twice(self, app: App) -> None:
        for flow in [each for each in runs.flows(app.store) if not each.paused]:
            await asyncio.gather(app.engine.run(flow, "schedule"), app.engine.run(flow, "schedule"))

    async def _backwards(self, app: App) -> None:
        for flow in [each for each in runs.flows(app.store) if not each.paused][::-1]:
            await app.engine.run(flow, "schedule")

    async def _rest(self) -> None:
        """The faults end, a person lets paused flows go on, and everything open must be done in time (I9)."""
        self.faults.stop()
        self.network.storm_until = 0.0
        self.own_clock.skew = 0.0
        self.needed_a_person = await self.process.do(_is_paused)
        if self.needed_a_person:
            await self.restart()
        self.allowed_to_drain = await self.process.do(self._time_to_drain)
        began = self.clock.seconds
        await self.settle()
        self.drained_in = self.clock.seconds - began
        if self.network.under_way:
            await asyncio.wait(self.network.under_way)
            await self.settle()

    async def _time_to_drain(self, app: App) -> float:
        due = operations.next_due(app.store)
        last = app.store._connection.execute("SELECT max(not_before) FROM operations WHERE open_key IS NOT NULL")
        latest = (last.fetchone() or (None,))[0]
        wait = (latest.replace(tzinfo=UTC) - self.own_clock.now()).total_seconds() if latest and due else 0.0
        # A document rests by its time of sending before it is booked: a clock that was ahead lets it rest longer.
        jumps = self.faults.taken["clock_jump_forward"] + self.faults.taken["clock_jump_back"]
        rest = jumps * HOUR if self.scenario.books else 0.0
        return max(wait, 0.0) + rest + QUARANTINE * 2 + 60.0 * 5

    async def _look_idle(self) -> None:
        """The last pass, which was quiet, and more of them must write nothing anywhere (I4)."""
        before = self.network.writes - Counter(self.idle_writes)
        for _ in range(self.idle_passes):
            await self.clock.sleep(LONGEST_WAIT)
            await self.process.do(run_all_once)
        self.idle_writes = dict(self.network.writes - before)

    async def _change_once_more(self) -> None:
        """What changes after all that must be seen: no cursor is ahead of anything (I3).

        What no list shows of a document is seen two passes later, unless it was changed within a minute of Kvitt's
        own reading (records.py says why). Every so manieth seed is enough for this.
        """
        if self.idle_passes and self.scenario.seed % LAST_CHANGE_EVERY == 0:
            await self.clock.sleep(LONGEST_WAIT)
            await self._step("account")
            before = self.people.unlisted.copy()
            await self._step("hand")
            self.people.unlisted &= before
            for _ in range(2):
                await self.process.do(run_all_once)
                await self.clock.sleep(60.0)


def _sandbox(world: World, clock: VirtualClock, journal: Path | None) -> Sandbox:
    built = build_sandbox(world, data=journal, clock=clock, port=PORT, crm=_crm)
    built.fortnox.auth._clients = {"kvitt": CLIENT_SECRET}
    # The sandbox's own accountant sleeps: people of the scenario do her work.
    built.accountant._steps.clear()
    for tenant in built.fortnox.companies.values():
        tenant.listeners.clear()
    return built


def _crm(tables: Tables, world: World, clock: Any, is_new: bool) -> Crm:
    """Return Upsales with a key that may be told from every other text."""
    made = make_upsales(tables, world, clock, is_new)
    return replace(made, asgi=UpsalesApp(tables, clock, CRM_TOKEN).asgi)


def _settings(sandbox: Sandbox, books: bool) -> dict[str, Any]:
    info = sandbox.crm.info()
    fortnox = f"http://127.0.0.1:{PORT}"
    return {
        "upsales": UpsalesSettings(
            account=str(info["account"]),
            token=CRM_TOKEN,
            won_stage_id=str(info["won_stage_id"]),
            base_url=f"http://127.0.0.1:{PORT + 2}",
        ),
        "companies": {
            company.key: CompanySettings(
                client_id="kvitt",
                client_secret=CLIENT_SECRET,
                tenant_id=str(company.database_number),
                go_live=company.go_live,
                book=books,
                base_url=fortnox,
                auth_url=fortnox,
            )
            for company in sandbox.world.companies
        },
        "quarantine_seconds": int(QUARANTINE),
    }


def _routing(world: World) -> Companies:
    rules = [{"to": one.key, "when": {"field": "custom.LEGAL_ENTITY", "equals": one.key}} for one in world.companies]
    return Companies.model_validate({"rules": rules if len(rules) > 1 else [], "otherwise": "only"})


async def _started(_app: App) -> None:
    """The process runs: nothing else is asked of it."""


async def _publish(app: App) -> None:
    app.publisher.publish()
    app.publisher.beat("running")


async def _is_paused(app: App) -> bool:
    return any(flow.paused for flow in runs.flows(app.store))
