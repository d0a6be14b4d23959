"""Kvitt as a process that can be killed: started on a data folder, ended at a boundary, started again."""

import asyncio
import contextlib
import shutil
from collections.abc import Awaitable, Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, TypeVar
from unittest.mock import patch

from mappings.spec import Companies
from sync import app as composition
from sync.app import App, build
from sync.connectors.fortnox import client as fortnox
from sync.connectors.upsales import client as upsales
from sync.settings import settings_model
from sync.store.database import Store
from sync.store.folder import LOCK
from sync.store.publish.high_water import HighWater
from tests import loaded_once
from tests.memory import memory_folder
from tests.sim.boundaries import Boundaries, Killed, Life, SimStore, files_are_boundaries
from tests.sim.loop import START, OwnClock
from tests.sim.wire import Network, Wire

Result = TypeVar("Result")
Work = Callable[[App], Awaitable[Result]]
ROOT = Path(__file__).parents[2]
MOST_LIVES = 60


class KilledTooOftenError(AssertionError):
    """The process was killed more often than it may be."""


class Process:
    """The sync process of one simulation.

    `lives` counts how often it was started; a process that `loses_folder` leaves nothing behind when it is killed.
    """

    def __init__(
        self,
        folder: Path,
        settings: dict[str, Any],
        routing: Companies,
        clock: OwnClock,
        network: Network,
        boundaries: Boundaries,
        chance: Random,
        most_lives: int = MOST_LIVES,
        page: int = 0,
    ) -> None:
        self.lives = 0
        self._most_lives = most_lives
        self._page = page
        self._folder = folder
        self._settings = settings
        self._routing = routing
        self._clock = clock
        self._network = network
        self._boundaries = boundaries
        self._chance = chance
        self.loses_folder = False
        self._empty = _empty_store()
        self._life: Life | None = None
        self._store: Store | None = None
        self._app: App | None = None

    @property
    def data(self) -> Path:
        """Return the data folder of this life."""
        return self._folder / f"data-{self.lives}"

    @property
    def app(self) -> App:
        """Return the app that runs."""
        assert self._app is not None
        return self._app

    async def do(self, work: Work[Result]) -> Result:
        """Do some work to its end: where the process is killed it is started again and the work done anew."""
        while self.lives <= self._most_lives:
            with contextlib.suppress(Killed):
                return await self._live(work)
        raise KilledTooOftenError(f"The process was killed {self._most_lives} times.")

    async def stop(self) -> None:
        """End the process in order."""
        await self.do(App.close)
        self._app = self._store = self._life = None

    def abandon(self) -> None:
        """Let go of the files; the simulation is over."""
        if self._store is not None:
            self._store.close()

    async def _live(self, work: Work[Result]) -> Result:
        life = self._life = self._life or Life()
        with self._surroundings(life):
            task = asyncio.ensure_future(self._work(work, life))
            await asyncio.wait({task, life.died}, return_when=asyncio.FIRST_COMPLETED)
            if life.alive:
                return task.result()
            await self._bury()
        raise Killed

    async def _work(self, work: Work[Result], life: Life) -> Result:
        if self._app is None:
            self._app = self._start(life)
        return await work(self._app)

    def _start(self, life: Life) -> App:
        if not self.lives:
            self._move_in()
        settings = settings_model()(data=self.data, mappings=ROOT / "mappings", **self._settings)
        return build(settings, self._clock, self._routing, Wire(self._network, life), self._open)

    def _open(self, data: Path) -> Store:
        assert self._life is not None
        self._store = SimStore(data, self._life, self._boundaries)
        return self._store

    def _move_in(self) -> None:
        """Take over a folder prepared under the name of `data-0`, or begin with an empty store."""
        self.lives = 1
        before = self._folder / "data-0"
        if before.is_dir():
            before.rename(self.data)
        else:
            shutil.copytree(self._empty, self.data)

    async def _bury(self) -> None:
        """Stop what the dead process left running, and give its files, as they were, to the next one."""
        others = asyncio.all_tasks() - {asyncio.current_task()} - self._network.under_way
        left = self.data
        self.lives += 1
        if left.is_dir() and not self.loses_folder:
            shutil.copytree(left, self.data, copy_function=_take_over)
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others)
        for task in others:
            if not task.cancelled():
                task.exception()
        if self._store is not None:
            self._store.close()
        shutil.rmtree(left, ignore_errors=True)
        self._app = self._store = self._life = None
        await asyncio.sleep(self._chance.uniform(1.0, 4.0) / self._network.pace)

    @contextlib.contextmanager
    def _surroundings(self, life: Life) -> Iterator[None]:
        """What the process meets outside its own modules: files, the machine's ticking, ready mappings, page sizes."""
        ticking = SimpleNamespace(monotonic=self._clock.monotonic)
        with (
            files_are_boundaries(self._folder, life, self._boundaries),
            patch("sync.flows.publisher.time", ticking),
            patch.object(composition, "load_mappings", loaded_once.mappings),
            patch.object(fortnox, "PAGE", self._page or fortnox.PAGE),
            patch.object(upsales, "PAGE", self._page or upsales.PAGE),
        ):
            yield


def _take_over(source: str, target: str) -> str:
    """Copies once published never change; all other files may."""
    if "published" in source and source.endswith(".duckdb"):
        Path(target).hardlink_to(source)
        return target
    return shutil.copyfile(source, target)


@cache
def _empty_store() -> Path:
    """Return a folder with an empty store that is known to be new: nothing was ever sent from it."""
    made = memory_folder() / "empty-store"
    store = Store(made)
    HighWater(made).raise_to(0, START)
    store.close()
    (made / LOCK).unlink()
    return made
