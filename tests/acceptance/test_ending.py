"""The schedules end in order: what is under way is called off, and no user meets a traceback of that."""

import asyncio
from pathlib import Path

import pytest

from sync.clock import ScaledClock
from sync.flows.scheduler import Scheduler
from sync.log import configure
from sync.store.database import Store
from sync.store.tables import runs

FLOW = runs.Flow("upsales:94/deals", "Affärer", "deals", "upsales:94", None, 60, None)


def test_a_run_that_goes_on_is_called_off_without_a_word(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ended: list[str] = []

    async def called_off() -> None:
        begun = asyncio.Event()

        async def run(flow: runs.Flow) -> None:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(flow.name)

        scheduler = Scheduler(store, ScaledClock(), run)
        scheduler.start()
        await begun.wait()
        scheduler.stop()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)

    store = Store(tmp_path / "data")
    runs.ensure_flow(store, FLOW)
    configure()
    asyncio.run(called_off())
    store.close()
    assert ended == [FLOW.name]
    assert caplog.records == []
