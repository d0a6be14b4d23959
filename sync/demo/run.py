"""The demo from start to end: sandbox, sync, and either a dashboard or a JSON object."""

import asyncio
import contextlib
import signal
import webbrowser
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sync.app import App, background, build, run_all_once
from sync.clock import ScaledClock
from sync.demo import children, quiet
from sync.demo.sandbox_link import SandboxLink, routing_of, systems_of
from sync.flows.publisher import Pulse
from sync.log import log
from sync.sandbox.crms import DEFAULT_CRM, FURTHEST
from sync.settings import load
from sync.store.folder import refuse_owned

SANDBOX_PORT = 8600
CATCH_UP_SPEED = 60.0
CATCH_UP = timedelta(minutes=16)
CATCH_UP_PAUSE_SECONDS = 180.0


@dataclass(frozen=True)
class DemoWish:
    """What a demo is asked to be."""

    data: Path
    world: Path | None = None
    crm: str = DEFAULT_CRM
    sandbox_url: str | None = None
    speed: float | None = None
    book_all: bool = False
    headless: bool = False
    until_quiet: bool = False
    port: int | None = None
    dashboard_port: int | None = None
    open_browser: bool = False


def run_demo(wish: DemoWish) -> dict[str, Any] | None:
    """Run a demo; a headless one that ends by itself returns its result."""
    refuse_owned(wish.data)
    speed = wish.speed or CATCH_UP_SPEED
    with contextlib.ExitStack() as stack:
        url = wish.sandbox_url
        if url is None:
            port = wish.port or (children.free_port(FURTHEST) if wish.headless else SANDBOX_PORT)
            for each in range(port, port + FURTHEST + 1):
                children.refuse_taken(each, "--port")
            url = stack.enter_context(children.sandbox(port, wish.data, wish.world, wish.crm, speed))
        if not wish.headless:
            settings = load()
            shown = stack.enter_context(children.dashboard(wish.dashboard_port or settings.dashboard_port, wish.data))
            log.info(f"The dashboard is at {shown} – stop everything with Ctrl+C.", action="dashboard_ready")
            if wish.open_browser:
                webbrowser.open(shown)
        return asyncio.run(_until_told_to_end(_run(wish, url)))


async def _until_told_to_end(demo: Coroutine[Any, Any, dict[str, Any] | None]) -> dict[str, Any] | None:
    """Run to the end, or until the process is told to end: in order, and not in the midst of a step."""
    task = asyncio.ensure_future(demo)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def _run(wish: DemoWish, url: str) -> dict[str, Any] | None:
    link = SandboxLink(url)
    try:
        async with _app(wish, link) as app:
            if wish.headless and wish.until_quiet:
                before = await link.truth()
                await quiet.until_quiet(app, link, wish.book_all)
                return quiet.result(app, before, await link.truth())
            await _live(wish, link, app)
    finally:
        await link.close()
    return None


@contextlib.asynccontextmanager
async def _app(wish: DemoWish, link: SandboxLink) -> AsyncIterator[App]:
    """Build the sync against what the sandbox says of itself, on the sandbox's clock."""
    info = await link.info()
    clock = ScaledClock()
    await link.follow_clock(clock)
    app = build(load({"data": wish.data, **systems_of(info)}), clock, routing_of(info))
    following = asyncio.create_task(link.keep_following(clock))
    try:
        yield app
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await app.close()


async def _catch_up(app: App) -> None:
    """Run passes until most of the accountant's work on the first documents is done and read back."""
    until = app.clock.now() + CATCH_UP
    while True:
        await run_all_once(app, "start")
        left = (until - app.clock.now()).total_seconds()
        if left <= 0:
            return
        await app.clock.sleep(min(left, CATCH_UP_PAUSE_SECONDS))


async def _live(wish: DemoWish, link: SandboxLink, app: App) -> None:
    """Catch up fast with nobody waiting, then go on at everyday speed for as long as it is wanted."""
    with Pulse(app.publisher):
        async with background(app, start_schedules=False) as scheduler:
            await _catch_up(app)
            if wish.book_all:
                await link.book_all()
            if wish.speed is None and wish.sandbox_url is None:
                await link.set_speed(1.0)
                await link.follow_clock(app.clock)
            log.info("Caught up; the schedules run.", action="caught_up")
            scheduler.start()
            await asyncio.Event().wait()
