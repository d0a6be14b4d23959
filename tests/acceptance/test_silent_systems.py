"""A system that answers nothing holds up nobody else: deals of other companies, and what a person asks for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import simplejson

from sync.app import App, background, build
from sync.connectors.errors import NoAnswer
from sync.core.types import Operation
from sync.demo.sandbox_link import routing_of, systems_of
from sync.flows.lanes import Lanes
from sync.sandbox.serving.server import build as build_sandbox
from sync.sandbox.upsales.data.seed import WON
from sync.settings import settings_model
from sync.store import inbox
from sync.store.tables import operations, runs
from tests.acceptance.bench import PORT, START
from tests.acceptance.processes import ROOT
from tests.acceptance.worlds import deal, world
from tests.sim.loop import OwnClock
from tests.virtual_time import VirtualClock, run

TWO = {"nord": 501, "syd": 502}
EVERY = 60.0
TIMEOUT = 60.0
LONGEST = 1200.0
DEAL_MAY_WAIT, PERSON_MAY_WAIT = 10.0, 3.0
# After a start the first call waits for a place of its own for ten seconds: then it waits for an answer.
BUSY = 15.0


class Silent(httpx.AsyncBaseTransport):
    """The way to the sandbox, on which some systems never answer: the caller waits for its own time-out."""

    def __init__(self, inner: httpx.AsyncBaseTransport, tenant_of: Callable[[str], str]) -> None:
        self._inner = inner
        self._tenant_of = tenant_of
        self.silent = ""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        await asyncio.sleep(0.05)
        if self.silent and self.silent == self._meant(request):
            await asyncio.sleep(TIMEOUT)
            raise httpx.ReadTimeout("The answer did not come in time.", request=request)
        return await self._inner.handle_async_request(request)

    def _meant(self, request: httpx.Request) -> str:
        if request.url.port != PORT:
            return "crm"
        return self._tenant_of(request.headers.get("Authorization", ""))


class Life:
    """A sync and the played systems on virtual time; its flows run every minute, its inbox is looked into."""

    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock(START)
        deals = (deal("N1"), deal("S1", company="syd"), deal("S2", company="syd", state="open"))
        self.sandbox = build_sandbox(world(*deals, companies=tuple(TWO)), clock=self.clock, port=PORT)
        for tenant in self.sandbox.fortnox.companies.values():
            tenant.listeners.clear()
        self.wire = Silent(self.sandbox.transport(), self._company_of)
        self.data = folder / "data"

    def _company_of(self, authorization: str) -> str:
        grant = self.sandbox.fortnox.auth.check(authorization) if authorization.startswith("Bearer") else None
        tenants = self.sandbox.fortnox.companies
        return next((key for key, number in TWO.items() if grant and grant.tenant is tenants[number]), "")

    @asynccontextmanager
    async def going(self, scheduled: bool = True) -> AsyncIterator[App]:
        """Let the sync live while the block runs, with its flows or without."""
        info = await self.ask("GET", "/_sandbox/info")
        settings = settings_model()(data=self.data, mappings=ROOT / "mappings", **systems_of(info))
        app = build(settings, OwnClock(self.clock), routing_of(info), self.wire)
        async with background(app, start_schedules=False):
            flows = runs.flows(app.store) if scheduled else []
            schedules = [asyncio.create_task(self._every_minute(app, flow)) for flow in flows]
            try:
                yield app
            finally:
                for one in schedules:
                    one.cancel()
                await asyncio.gather(*schedules, return_exceptions=True)
        await app.close()

    async def _every_minute(self, app: App, flow: runs.Flow) -> None:
        while True:
            await app.engine.run(flow, "schedule")
            await asyncio.sleep(EVERY - self.clock.seconds % EVERY)

    async def ask(self, method: str, path: str, wish: Any = None) -> Any:
        """Use one of the sandbox's own routes."""
        async with httpx.AsyncClient(transport=self.sandbox.transport(), base_url=f"http://127.0.0.1:{PORT}") as client:
            answer = await client.request(method, path, content=simplejson.dumps(wish, use_decimal=True))
        assert answer.is_success, answer.text
        return simplejson.loads(answer.text, use_decimal=True)

    async def edit(self, number: int, **fields: Any) -> None:
        """Change a deal as a person in the CRM would."""
        await self.ask(
            "POST", "/_sandbox/edit", {"system": "upsales", "kind": "orders", "id": number, "fields": fields}
        )

    def invoices(self, company: str) -> list[dict[str, Any]]:
        """Return a company's invoices, as kept."""
        return self.sandbox.fortnox.companies[TWO[company]].tables.rows("invoices")

    async def until(self, what: Callable[[], bool]) -> float:
        """Wait until something is so and return for how long, in virtual seconds."""
        began = self.clock.seconds
        while not what():
            assert self.clock.seconds - began < LONGEST, "it never comes"
            await asyncio.sleep(0.1)
        return self.clock.seconds - began


def held(app: App) -> list[Operation]:
    return [one for one in operations.open_for(app.store, app.crms[0].system) if one.state == "review"]


async def settled(life: Life, app: App) -> None:
    await life.until(
        lambda: len(life.invoices("nord")) == len(life.invoices("syd")) == 1 and not app.engine.recovery.on
    )
    await asyncio.sleep(2 * EVERY - life.clock.seconds % EVERY)


async def wins_s2(life: Life, silent: str, silent_for: float) -> float:
    """Return how long a deal of the other company waits for its document while a system is silent."""
    async with life.going() as app:
        await settled(life, app)
        life.wire.silent = silent
        await asyncio.sleep(silent_for)
        await life.edit(3, stage={"id": WON}, probability=100)
        return await life.until(lambda: len(life.invoices("syd")) == 2)


async def replays_s1(life: Life, silent: str, silent_for: float) -> float:
    """Return how long a person waits for a replay while a system that it does not need is silent."""
    async with life.going() as app:
        await settled(life, app)
        refusal = {"system": "fortnox", "fault": "refuse", "method": "PUT", "path": "/3/invoices/"}
        await life.ask("POST", "/_sandbox/faults", [refusal | {"code": 2000999, "message": "Det går inte just nu."}])
        await life.edit(2, closeDate="2026-03-04")
        await life.until(lambda: bool(held(app)))
        life.wire.silent = silent
        await asyncio.sleep(silent_for)
        (one,) = held(app)
        seen = {"number": one.number, "version": operations.version(app.store, one.number)}
        inbox.ask(app.settings.data, "replay", {"operations": [seen]}, "asa")
        return await life.until(lambda: life.invoices("syd")[0]["InvoiceDate"] == "2026-03-04")


@pytest.mark.parametrize("silent_for", [0.5, 59.0, 400.0])
def test_e3_a_silent_company_delays_another_companys_deal_by_ten_seconds_at_most(
    tmp_path: Path, silent_for: float
) -> None:
    usual, slow = Life(tmp_path / "usual"), Life(tmp_path / "slow")
    undisturbed = run(wins_s2(usual, "", silent_for), usual.clock)
    assert run(wins_s2(slow, "nord", silent_for), slow.clock) <= undisturbed + DEAL_MAY_WAIT


@pytest.mark.parametrize(
    ("silent", "silent_for"), [("nord", 0.5), ("nord", 61.0), ("nord", 600.0), ("crm", 0.5), ("crm", 90.0)]
)
def test_e3_a_person_never_waits_behind_a_silent_system(tmp_path: Path, silent: str, silent_for: float) -> None:
    life = Life(tmp_path)
    assert run(replays_s1(life, silent, silent_for), life.clock) <= PERSON_MAY_WAIT


async def ends_a_run(life: Life, hurried: bool) -> float:
    """Return how long a run goes on that waits for a silent CRM while nothing else does; a person may wait for it."""
    async with life.going(scheduled=False) as app:
        life.wire.silent = "crm"
        (flow,) = [one for one in runs.flows(app.store) if one.kind == "deals"]
        began, run_of_it = life.clock.seconds, asyncio.create_task(app.engine.run(flow, "schedule"))
        await asyncio.sleep(BUSY)
        if hurried:
            app.engine.hurry()
        await run_of_it
        return life.clock.seconds - began


@pytest.mark.parametrize("hurried", [True, False])
def test_e3_a_run_that_a_person_waits_for_leaves_a_silent_system_behind(tmp_path: Path, hurried: bool) -> None:
    life = Life(tmp_path)
    assert (run(ends_a_run(life, hurried), life.clock) <= BUSY + PERSON_MAY_WAIT) is hurried


def test_e3_a_system_that_is_silent_again_and_again_rests_longer_each_time() -> None:
    clock = VirtualClock(START)

    async def in_vain() -> None:
        await asyncio.sleep(TIMEOUT)
        raise NoAnswer("The answer did not come in time.")

    async def rests() -> list[int]:
        lanes, found = Lanes(lambda _system: TIMEOUT, lambda _system: True), []
        for _ in range(6):
            await lanes.side_by_side({"nord": in_vain()})
            await lanes.all_in()
            lanes.come_in()
            began = clock.seconds
            while lanes.is_away("nord"):
                await asyncio.sleep(1)
            found.append(round(clock.seconds - began))
        return found

    assert run(rests(), clock) == [15, 30, 60, 120, 240, 300]
