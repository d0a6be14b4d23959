"""One simulation: a world, a process, people, faults, and time; from a scenario that is plain data."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from sync.app import App, background, run_all_once
from sync.sandbox.fortnox.errors import FortnoxError
from sync.store import inbox
from sync.store.publish import high_water
from sync.store.tables import operations, runs
from tests.sim import worlds
from tests.sim.bookkeeper import Bookkeeper
from tests.sim.boundaries import HOUR, Boundaries
from tests.sim.crms import PLAYED, PlayedCrm
from tests.sim.desk import Desk, Wish
from tests.sim.faults import Faults
from tests.sim.loop import START, OwnClock
from tests.sim.people import People
from tests.sim.process import MOST_LIVES, Process
from tests.sim.scenario import NIGHTS, Scenario
from tests.sim.surroundings import QUARANTINE, routing_of, sandbox_of, settings_of
from tests.sim.wire import Network
from tests.virtual_time import VirtualClock

MOST_PASSES = 60
SHORTEST_WAIT, LONGEST_WAIT = 20.0, 125.0
# Less than what `_time_to_drain` allows: the end of a wait is not seen too late.
LONGEST_LOOK_AWAY = 375.0
LAST_CHANGE_EVERY = 4


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
    by_hand: dict[tuple[int, str], int] = field(default_factory=dict)
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
        self.world = (
            worlds.plain_world(scenario.deals) if scenario.plain else worlds.world(scenario.seed, scenario.deals)
        )
        self.sandbox = sandbox_of(self.world, self.clock, self.journal, scenario.crm)
        self.crm: PlayedCrm = PLAYED[scenario.crm](self.sandbox)
        self.people = People(self.sandbox, self.crm, self.chance("people"), scenario.books)
        self.desk = Desk(self.people)
        self.bookkeeper = Bookkeeper(self.sandbox, self.crm, self.people)  # type: ignore[arg-type]
        self._did: Counter[str] = Counter()

    @property
    def did(self) -> Counter[str]:
        """Return how often each of the scenario's steps took effect, at once or later."""
        return self._did + self.people.did_later

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
        self.network.on_arrival = lambda tenant, request: self.people.come_first(
            tenant, f"{request.method} {request.url.path}", request.content
        )
        self.network.forget_crm_tokens = self.crm.forget_tokens
        settings, routing = settings_of(self.sandbox, self.crm, self.scenario.books), routing_of(self.sandbox)
        about = (self.folder, settings, routing, self.own_clock, self.network, self.boundaries)
        self.process = Process(*about, self.chance("process"), self.most_lives, self.scenario.page)
        for step in self.scenario.steps:
            self._did[step] += await self._step(step)

    # Steps: each returns whether it did something; what is asked of Kvitt, whether Kvitt does any of it.

    async def flows(self) -> bool:
        """Run every flow once."""
        return bool(await self.process.do(run_all_once))

    async def settle(self) -> bool:
        """Let flows run until nothing is left to do."""
        return await self.process.do(self._until_quiet)

    async def twice(self) -> bool:
        """Ask for the same flow twice at once."""
        return await self.process.do(self._flow_twice)

    async def documents_first(self) -> bool:
        """Run the flows in the wrong order."""
        return await self.process.do(self._backwards)

    async def restart(self) -> bool:
        """Stop the process in order; the next use starts it."""
        await self.process.stop()
        return True

    async def wait(self) -> bool:
        """Let more than an hour pass: tokens end."""
        await self.clock.sleep(4000.0)
        return True

    async def quarantine(self) -> bool:
        """Let a quarantine pass."""
        await self.clock.sleep(QUARANTINE + 1.0)
        return True

    async def sweep(self) -> bool:
        """Let the time pass in which two looks miss what is gone at its source."""
        for _ in range(3):
            await self.clock.sleep(1801.0)
            await self.flows()
        return True

    async def publish(self) -> bool:
        """Publish, and say that the process lives."""
        return await self.process.do(_publish)

    async def command(self) -> bool:
        """Ask through the inbox, twice under one name, for the deals to be looked at now."""
        return await self._ask(lambda app: [("run_now", {"flow": f"{app.crms[0].system}/deals"}, "asa")])

    async def another(self) -> bool:
        """Ask, twice under one name, for another document of a deal whose document counts no more, perhaps just now."""
        found = self.people.spent_deal()
        if found is None:
            await self._step("cancel")
            await self.flows()
            found = self.people.spent_deal()
        if found is None:
            return False
        deal, company = found
        about = {"kind": self.crm.deal_kind, "record_id": deal, "company": company}
        return await self._ask(lambda app: [("another_document", {"system": app.crms[0].system, **about}, "asa")])

    async def hand(self) -> bool:
        """An accountant changes a draft: from then on, Kvitt may not write to it; what it has sent will arrive."""
        found = await self.people.hand()
        if found is not None and not self.network.is_on_its_way(found[1]):
            tenant, path = found
            self.by_hand[tenant, path] = self.network.updates[tenant, path]
        return found is not None

    async def repair(self) -> bool:
        """Repair all that waits for a person at once: one edits a deal, two try the others again."""
        return await self._ask(self.desk.repair)

    async def edit_replay(self) -> bool:
        """Correct a deal that waits for a person, and so try it again; asked twice under one name."""
        return await self._ask(self.desk.edit)

    async def two_replays(self) -> bool:
        """Try everything again that waits for a person: two people at once, of whom each may be heard once."""
        return await self._ask(self.desk.replay)

    async def dismiss(self) -> bool:
        """Want nothing more of a deal that waits for a person."""
        return await self._ask(self.desk.dismiss)

    async def disagree(self) -> bool:
        """One person tries a deal again that waits, another wants nothing more of it: who comes second is told."""
        return await self._ask(self.desk.disagree)

    async def die_after_invoice(self) -> bool:
        """Run, and be killed when Fortnox has made an invoice and before its answer is heard."""
        death = (len(self.boundaries.met) + 1, "crash@answer POST /3/invoices")
        self.faults.add(*death)
        await self.flows()
        return not self.faults.is_left(*death)

    async def lose_after_invoice(self) -> bool:
        """The same, and the data folder goes with the process."""
        self.process.loses_folder = True
        died = await self.die_after_invoice()
        self.process.loses_folder = False
        return died

    async def lose_the_folder(self) -> bool:
        """The data folder is lost."""
        await self.process.stop()
        shutil.rmtree(self.process.data)
        return True

    async def copy_the_folder(self) -> bool:
        """Keep a copy of the data folder."""
        await self.process.stop()
        shutil.copytree(self.process.data, self.folder / "copy", dirs_exist_ok=True)
        return True

    async def put_back(self) -> bool:
        """The data folder becomes what it was when it was copied; its mark may stay, and tell that much is missing.

        Where there is no copy, nothing happens.
        """
        if not (self.folder / "copy").is_dir():
            return False
        await self.process.stop()
        mark = self.process.data / high_water.FILE
        newer = mark.read_bytes() if mark.is_file() else None
        shutil.rmtree(self.process.data)
        shutil.copytree(self.folder / "copy", self.process.data)
        if newer is not None and self.chance("mark").random() < 0.5:
            mark.write_bytes(newer)
        return True

    async def end(self) -> None:
        """Let go of everything."""
        self.process.abandon()
        for task in self.network.under_way:
            task.cancel()
        await asyncio.sleep(0)
        self.sandbox.close()

    # --- parts -------------------------------------------------------------------------------------------

    async def _step(self, name: str) -> bool:
        own: Callable[[], Awaitable[bool]] | None = getattr(self, name, None)
        with suppress(FortnoxError):
            return await (own or getattr(self.bookkeeper, name, None) or getattr(self.people, name))()
        return False

    async def _ask(self, wishes: Callable[[App], list[Wish]]) -> bool:
        """Put wishes into the inbox at once, wait for the answers and what they lead to, and put them there again.

        Returns whether any of them was accepted.
        """
        asked = await self.process.do(self._looked(wishes))
        names = [self.people.ask(self.process.data, *wish) for wish in asked]
        files = {name: (self.process.data / inbox.FOLDER / name).read_text(encoding="utf-8") for name in names}
        self._note_edits(asked, names)

        async def answered(app: App) -> None:
            async with background(app, start_schedules=False):
                await self._commands_done(app, names)
                for name, copy in files.items():
                    (app.settings.data / inbox.FOLDER / name).write_text(copy, encoding="utf-8")
                await self._commands_done(app, names)

        if names:
            await self.process.do(answered)
        accepted = {f"{row[0]}.json" for row in self.rows("SELECT command_id FROM commands WHERE accepted")}
        return not accepted.isdisjoint(names)

    def _looked(self, wishes: Callable[[App], list[Wish]]) -> Callable[[App], Awaitable[list[Wish]]]:
        async def look(app: App) -> list[Wish]:
            return wishes(app)

        return look

    def _note_edits(self, asked: list[Wish], names: list[str]) -> None:
        """Remember which reference an operator saw who asked for another one."""
        for (wish, arguments, _), name in zip(asked, names, strict=True):
            if wish == "edit":
                (seen,) = operations.numbered(self.process.app.store, [arguments["operation"]["number"]])
                payload = seen.payload or {}
                self.people.repaired[name.removesuffix(".json")] = str(payload.get("YourOrderNumber") or "")

    async def _commands_done(self, app: App, names: list[str]) -> None:
        files = [app.settings.data / inbox.FOLDER / name for name in names]
        while any(file.exists() for file in files) or app.store.one("count_running"):
            await self.clock.sleep(1.0)

    async def _until_quiet(self, app: App) -> bool:
        for number in range(MOST_PASSES):
            before = self.network.writes.copy()
            tallies = await run_all_once(app)
            quiet = all(tally.quiet for tally in tallies)
            self.idle_writes = dict(self.network.writes - before)
            waits = [moment for moment in (self._next_due(app), app.engine.recovery.until) if moment]
            if quiet and not waits:
                return True
            if any(tally.waiting for tally in tallies):
                await self.clock.sleep(min(LONGEST_WAIT * (1 + number // 3), LONGEST_LOOK_AWAY))
            elif quiet:
                wait = (min(waits) - self.own_clock.now()).total_seconds()
                await self.clock.sleep(min(max(wait, SHORTEST_WAIT), LONGEST_WAIT))
        raise NeverQuietError(f"The sync does not come to rest in {MOST_PASSES} passes.")

    def _next_due(self, app: App) -> datetime | None:
        return operations.next_due(app.store, self.own_clock.now())

    async def _flow_twice(self, app: App) -> bool:
        for flow in (flows := _running(app)):
            await asyncio.gather(app.engine.run(flow, "schedule"), app.engine.run(flow, "schedule"))
        return bool(flows)

    async def _backwards(self, app: App) -> bool:
        for flow in (flows := _running(app))[::-1]:
            await app.engine.run(flow, "schedule")
        return bool(flows)

    async def _rest(self) -> None:
        """The faults end, a person lets paused flows go on, and everything open must be done in time (I9)."""
        self.faults.stop()
        self.network.storm_until = 0.0
        self.network.away_until.clear()
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
        due = self._next_due(app)
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
                tallies = await self.process.do(run_all_once)
                await self.clock.sleep(60.0)
            if any(tally.waiting for tally in tallies):
                # A deal that waited for its customer may be sent only now: its document rests before it is booked.
                idle = self.idle_writes
                await self.settle()
                self.idle_writes = idle


async def _publish(app: App) -> bool:
    app.publisher.publish()
    app.publisher.beat("running")
    return True


def _running(app: App) -> list[runs.Flow]:
    return [flow for flow in runs.flows(app.store) if not flow.paused]


async def _is_paused(app: App) -> bool:
    return any(flow.paused for flow in runs.flows(app.store))
