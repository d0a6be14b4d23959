"""A grown store beside systems that answer at once what it says already: what is left is the product's own work."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import httpx

from sync.app import App, build
from sync.clock import Pace, ScaledClock, wall_now
from sync.connectors.base import Identity, Item, MonthTotal, Page, Position
from sync.core.types import Outcome, Payload
from sync.demo.sandbox_link import routing_of, systems_of
from sync.sandbox.serving.server import build as build_sandbox
from sync.sandbox.worlds.demo_world import demo_world
from sync.settings import settings_model
from sync.store.database import Store
from sync.store.folder import FILE
from sync.store.jsontext import from_json
from sync.store.tables import facts, records
from tests.acceptance.processes import ROOT
from tests.bench.track import PORT

# What was read is no longer young, as every minute of a quiet day.
LATER = timedelta(hours=1)


class StillSystem:
    """What one system answers: what the store holds of it; `news` are items that its streams show once."""

    def __init__(self, store: Store, system: str) -> None:
        self._store = store
        self._system = system
        self.news: dict[str, list[Item]] = {}

    async def identity(self) -> Identity:
        found = self._store.dicts("get_connection", {"system": self._system})[0]
        return Identity(found["remote_identity"], found["title"], found["organisation_number"] or "")

    async def pull(self, stream: str, position: Position | None) -> Page:
        items = self._open() if stream.startswith("open_") else self.news.pop(stream, ())
        return Page(tuple(items), position or {}, True)

    async def fetch(self, kind: str, key: str) -> Item | None:
        return (await self.reread(kind, [key])).get(key)

    async def fetch_many(self, kind: str, keys: Sequence[str]) -> Mapping[str, Item]:
        return await self.reread(kind, keys)

    async def reread(self, kind: str, keys: Sequence[str]) -> Mapping[str, Item]:
        found = records.load(self._store, self._system, kind, keys)
        return {key: Item(kind, key, one.payload) for key, one in found.items()}

    async def present(self, _kind: str, keys: Sequence[str]) -> frozenset[str]:
        return frozenset(keys)

    async def update(self, kind: str, key: str, payload: Payload) -> Outcome:
        before = records.load(self._store, self._system, kind, [key])[key]
        return Outcome("done", 200, {**before.payload, **payload}, key)

    async def set_fields(self, *_about: Any) -> Outcome:
        return Outcome("done", 200)

    async def locked_until(self) -> str | None:
        found = records.load(self._store, self._system, "locked_period").get("1")
        return found.payload.get("EndDate") if found else None

    async def won_totals(self) -> Sequence[MonthTotal]:
        own = facts.own_totals(self._store, self._system, "value")
        return [MonthTotal(month, currency, count, None) for (month, currency), (count, _) in own.items()]

    async def rival(self) -> str:
        return ""

    def unknown_setting(self) -> str:
        return ""

    def notice(self) -> str:
        return ""

    def unreadable(self, _kind: str) -> tuple[str, ...]:
        return ()

    def unwritable(self, _kind: str, _names: Iterable[str]) -> tuple[str, ...]:
        return ()

    def _open(self) -> Iterable[Item]:
        about = {"company": self._system.partition(":")[2], "kind": "invoice"}
        ids = [row[0] for row in self._store.rows("open_document_ids", about)]
        listed = self._store.rows("known_records", {"system": self._system, "kind": "invoice", "ids": ids})
        return (Item("invoice", row[0], from_json(row[3]) or {}, whole=False) for row in listed)


class CountingStore(Store):
    """The store, counting the statements that it is asked by name."""

    asked: ClassVar[Counter[str]] = Counter()
    took: ClassVar[Counter[str]] = Counter()

    def _execute(self, name: str, *about: Any) -> duckdb.DuckDBPyConnection:
        began = time.perf_counter()
        try:
            return super()._execute(name, *about)
        finally:
            self.asked[name] += 1
            self.took[name] += time.perf_counter() - began


@dataclass(frozen=True)
class Cost:
    """What a piece of work cost: statements, seconds of the processor, and the longest the loop stood still."""

    statements: int
    seconds: float
    longest_block: float


class StillKvitt:
    """The product on a grown store of the played world."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._crm = _still(app.store, app.crms[0].connector)
        for company in app.companies.values():
            _still(app.store, company.connector)

    def tell(self, stream: str, item: Item) -> None:
        """Let the CRM show a record that has changed, once."""
        self._crm.news[stream] = [item]

    async def cost_of(self, work: Awaitable[Any]) -> Cost:
        """Do a piece of work and return what it cost."""
        CountingStore.asked.clear()
        CountingStore.took.clear()
        watch = _Watch()
        began = time.process_time()
        async with watch:
            await work
        return Cost(CountingStore.asked.total(), time.process_time() - began, watch.longest)


class _Watch:
    """How long the loop stood still while a block ran, at most: in seconds."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def __aenter__(self) -> "_Watch":
        self._last = time.perf_counter()
        self._task = asyncio.create_task(self._keep_watching())
        return self

    async def __aexit__(self, *_about: object) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._look()

    async def _keep_watching(self) -> None:
        while True:
            self._look()
            await asyncio.sleep(0.005)

    def _look(self) -> None:
        now = time.perf_counter()
        self.longest, self._last = max(self.longest, now - self._last), now


@contextlib.asynccontextmanager
async def still_kvitt(data: Path) -> AsyncIterator[StillKvitt]:
    """Start the product on a store that was grown from the played world, an hour after its last run."""
    sandbox = build_sandbox(demo_world(wall_now().date()), clock=ScaledClock(), port=PORT)
    async with httpx.AsyncClient(transport=sandbox.transport(), base_url=f"http://127.0.0.1:{PORT}") as client:
        info = (await client.get("/_sandbox/info")).json()
    values = {"data": data, "mappings": ROOT / "mappings", **systems_of(info)}
    clock = ScaledClock(Pace(_last_run(data) + LATER, wall_now(), 1.0))
    app = build(settings_model()(**values), clock, routing_of(info), open_store=CountingStore)
    try:
        yield StillKvitt(app)
    finally:
        await app.close()


def _last_run(data: Path) -> datetime:
    with duckdb.connect(str(data / FILE), read_only=True) as connection:
        found = connection.execute("SELECT max(finished_at) FROM runs").fetchall()[0][0]
    return datetime.replace(found, tzinfo=UTC)


def _still(store: Store, connector: Any) -> StillSystem:
    still = StillSystem(store, connector.system)
    for name in vars(StillSystem):
        if not name.startswith("_") and hasattr(connector, name):
            setattr(connector, name, getattr(still, name))
    return still
