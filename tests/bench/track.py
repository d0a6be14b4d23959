"""The whole product beside its sandbox in virtual time: every call takes a while, and no machine makes it longer."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import process_time
from typing import Any, TypeVar

import httpx

from sync.app import App, build, run_all_once
from sync.clock import Pace, ScaledClock
from sync.demo.sandbox_link import routing_of, systems_of
from sync.sandbox.fortnox.tenant import Tenant
from sync.sandbox.sandbox import Sandbox
from sync.sandbox.serving.server import build as build_sandbox
from sync.sandbox.world import World
from sync.settings import settings_model
from sync.store.tables import operations
from tests.acceptance.processes import ROOT
from tests.virtual_time import VirtualClock, run

Result = TypeVar("Result")
START = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
PORT = 8600
INTERVAL = 60.0
SHORTEST, LONGEST = 0.040, 0.120
LIMIT, WINDOW = 25, 5.0
MOST_PASSES = 60


class TrackClock(ScaledClock):
    """The sync's clock on the loop's virtual seconds."""

    def __init__(self, virtual: VirtualClock) -> None:
        super().__init__(Pace(virtual.start, virtual.start, 1.0))
        self._virtual = virtual

    def now(self) -> datetime:
        return self._virtual.now()

    def monotonic(self) -> float:
        return self._virtual.seconds

    async def sleep(self, seconds: float) -> None:
        await self._virtual.sleep(seconds)


@dataclass(frozen=True)
class Arrival:
    """A call as it came to the server."""

    seconds: float
    system: str
    method: str
    path: str

    @property
    def is_detail(self) -> bool:
        """Return whether it reads one invoice whole."""
        return self.method == "GET" and self.path.startswith("/3/invoices/")


class Wire(httpx.AsyncBaseTransport):
    """The way to the sandbox: a call takes 40 to 120 ms, half of them before it arrives."""

    def __init__(self, inner: httpx.AsyncBaseTransport, clock: VirtualClock, seed: int) -> None:
        self._inner = inner
        self._clock = clock
        self._chance = Random(seed)
        self.arrivals: list[Arrival] = []
        self.sandbox_seconds = 0.0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        half = self._chance.uniform(SHORTEST, LONGEST) / 2
        await asyncio.sleep(half)
        path = request.url.path
        if not path.startswith(("/oauth", "/_sandbox")):
            system = "fortnox" if request.url.port == PORT else "crm"
            self.arrivals.append(Arrival(self._clock.seconds, system, request.method, path))
        began = process_time()
        response = await self._inner.handle_async_request(request)
        self.sandbox_seconds += process_time() - began
        await asyncio.sleep(half)
        return response


@dataclass
class Track:
    """One sandbox, and the sync beside it while `running`."""

    world: World
    data: Path
    seed: int = 1
    books: bool = False
    overrides: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = VirtualClock(START)
        self.sandbox: Sandbox = build_sandbox(self.world, clock=TrackClock(self.clock), port=PORT)
        for company in self.sandbox.fortnox.companies.values():
            company.listeners.clear()
        self.wire = Wire(self.sandbox.transport(), self.clock, self.seed)

    @property
    def tenants(self) -> list[Tenant]:
        """Return the Fortnox companies."""
        return list(self.sandbox.fortnox.companies.values())

    @property
    def crm_account(self) -> str:
        """Return the CRM account's id."""
        return str(self.sandbox.crms[0].info()["account"])

    def run(self, work: Callable[[App], Awaitable[Result]]) -> Result:
        """Start the sync, do something with it, and end it."""

        async def main() -> Result:
            async with self._started() as app:
                return await work(app)

        return run(main(), self.clock)

    @asynccontextmanager
    async def _started(self) -> AsyncIterator[App]:
        info = await self._info()
        values = {"data": self.data, "mappings": ROOT / "mappings", **systems_of(info), **self.overrides}
        companies = values["companies"]
        values["companies"] = {k: one.model_copy(update={"book": self.books}) for k, one in companies.items()}
        app = build(settings_model()(**values), TrackClock(self.clock), routing_of(info), self.wire)
        try:
            yield app
        finally:
            await app.crms[0].connector.close()
            for company in app.companies.values():
                await company.connector.close()
            app.store.close()

    async def _info(self) -> Any:
        async with httpx.AsyncClient(transport=self.sandbox.transport(), base_url=f"http://127.0.0.1:{PORT}") as client:
            return (await client.get("/_sandbox/info")).json()

    def calls(self, system: str = "fortnox") -> list[Arrival]:
        """Return every call that a system has counted."""
        return [one for one in self.wire.arrivals if one.system == system]


async def passes(app: App, clock: VirtualClock) -> int:
    """Run all flows every minute until nothing is left to do; returns how many passes that took."""
    for number in range(1, MOST_PASSES + 1):
        began = clock.seconds
        quiet = all(tally.quiet for tally in await run_all_once(app))
        if quiet and not app.engine.recovery.on and operations.next_due(app.store, clock.now()) is None:
            return number
        await clock.sleep(INTERVAL - (clock.seconds - began))
    raise AssertionError(f"The sync does not come to rest in {MOST_PASSES} passes.")


def share_of_limit(calls: Sequence[Arrival], method: str) -> float:
    """Return how much of the limit was used from the first to the last call with a method: there was backlog.

    That is the least time that so many calls take at 25 in every 5 seconds, by the time they took. Those that came
    in the five seconds before have used their part.
    """
    moments = [one.seconds for one in calls if one.method == method]
    first, last = moments[0], moments[-1]
    concerned = [one.seconds for one in calls if first - WINDOW < one.seconds <= last]
    least = (math.ceil(len(concerned) / LIMIT) - 1) * WINDOW - (first - concerned[0])
    return least / (last - first)


def most_in_a_window(arrivals: Sequence[Arrival]) -> int:
    """Return the most calls that came within any five seconds."""
    most, first = 0, 0
    for place, one in enumerate(arrivals):
        while arrivals[first].seconds <= one.seconds - WINDOW:
            first += 1
        most = max(most, place - first + 1)
    return most


def pages(rows: int, size: int = 500) -> int:
    """Return how many calls a list of so many rows takes at least."""
    return max(1, math.ceil(rows / size))
