"""Wishes from the browser through a live sync: carried out once, answered always, refused with a reason."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import simplejson

from sync.app import App, background, build
from sync.clock import STOCKHOLM, Pace, ScaledClock, wall_now
from sync.demo.sandbox_link import routing_of, systems_of
from sync.flows.scheduler import Scheduler, trigger_of
from sync.sandbox.serving.server import build as build_sandbox
from sync.sandbox.world import World
from sync.settings import settings_model
from sync.store import inbox
from sync.store.reader import overview as reader_overview
from sync.store.reader import runs as reader_runs
from sync.store.reader.published import Paging, Scope
from tests.acceptance.processes import ROOT
from tests.acceptance.readers import newest
from tests.acceptance.worlds import deal, world

# A Friday; summer time begins on the Sunday after it.
FRIDAY = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)
SPEED = 60.0
LONGEST = 60.0
HOUR = 3600
ACTOR = "asa"


@dataclass
class Live:
    """A sync whose schedules, inbox and publishing run in the background."""

    app: App
    scheduler: Scheduler
    data: Path

    @property
    def flow(self) -> str:
        """Return the name of the flow of deals."""
        return f"{self.app.crms[0].system}/deals"

    def ask(self, name: str, **arguments: Any) -> str:
        """Put a wish into the inbox."""
        return inbox.ask(self.data, name, arguments, ACTOR)

    async def answer(self, name: str, **arguments: Any) -> tuple[bool, str]:
        """Put a wish into the inbox and return (accepted, code) of its answer."""
        command = self.ask(name, **arguments)
        found = await self.until(f"an answer to {name}", lambda: self.answers(command))
        assert not (self.data / inbox.FOLDER / f"{command}.json").exists()
        return found[0].accepted, found[0].answer_code

    def answers(self, command: str) -> list[reader_runs.AnsweredCommand]:
        """Return the answers under a command's id."""
        self.app.publisher.publish()
        with closing(newest(self.data)) as reader:
            return reader_runs.answers(reader, Scope(), [command])

    def runs(self, reason: str) -> list[reader_runs.Run]:
        """Return the flow's runs that had a reason, newest first."""
        self.app.publisher.publish()
        with closing(newest(self.data)) as reader:
            found = reader_runs.run_history(reader, Scope(), self.flow, Paging(500))
        return [one for one in found if one.reason == reason]

    def stored(self) -> reader_overview.ShownFlow:
        """Return the flow as pages see it."""
        self.app.publisher.publish()
        with closing(newest(self.data)) as reader:
            return next(one for one in reader_overview.flows(reader, Scope()) if one.flow == self.flow)

    def scheduled(self) -> datetime | None:
        """Return when the scheduler itself will run the flow next, in the sync's time."""
        job = self.scheduler._jobs.get_job(self.flow)
        return self.app.clock.pace.virtual(job.next_run_time) if job else None

    async def until(self, what: str, look: Callable[[], Any]) -> Any:
        """Look again and again until there is something to see."""
        deadline = asyncio.get_running_loop().time() + LONGEST
        while not (found := look()):
            assert asyncio.get_running_loop().time() < deadline, f"not in time: {what}"
            await asyncio.sleep(0.05)
        return found

    async def first_runs(self) -> None:
        """Wait until the runs of the start have ended."""
        await self.until("the first runs", lambda: self.runs("schedule") and self.stored().running_since is None)


Scenario = Callable[[Live], Awaitable[None]]


@pytest.fixture
def beside(data: Path) -> Callable[[Scenario], None]:
    """Run a scenario beside a live sync of one deal; its flows run every ten hours unless told otherwise."""
    return lambda scenario: asyncio.run(beside_a_sync(data, scenario))


async def beside_a_sync(data: Path, scenario: Scenario, facts: World | None = None) -> None:
    clock = ScaledClock(Pace(FRIDAY, wall_now(), SPEED))
    sandbox = build_sandbox(facts or world(deal("D1")), clock=clock, scripted_faults=True)
    async with httpx.AsyncClient(transport=sandbox.transport(), base_url="http://127.0.0.1:8600") as client:
        info = simplejson.loads((await client.get("/_sandbox/info")).text, use_decimal=True)
    values = {"data": data, "mappings": ROOT / "mappings", "interval_seconds": 10 * HOUR, **systems_of(info)}
    app = build(settings_model()(**values), clock, routing_of(info), sandbox.transport())
    try:
        async with background(app) as scheduler:
            live = Live(app, scheduler, data)
            await live.first_runs()
            await scenario(live)
    finally:
        await app.close()
        sandbox.close()


Beside = Callable[[Scenario], None]


def test_run_now_runs_the_flow_once_for_a_person(beside: Beside) -> None:
    async def scenario(live: Live) -> None:
        assert await live.answer("run_now", flow=live.flow) == (True, "accepted")
        (run,) = await live.until("the run", lambda: [one for one in live.runs("person") if one.state == "done"])
        assert run.sentence == ""

    beside(scenario)


def test_the_same_command_file_twice_has_one_effect_and_one_answer(beside: Beside) -> None:
    async def scenario(live: Live) -> None:
        folder = live.data / inbox.FOLDER
        command = live.ask("run_now", flow=live.flow)
        copy = live.data / "copy.json"
        shutil.copy(folder / f"{command}.json", copy)
        await live.until("the answer", lambda: live.answers(command))
        await live.until("the run", lambda: [one for one in live.runs("person") if one.state == "done"])
        shutil.copy(copy, folder / f"{command}.json")
        await live.until("the file to be taken", lambda: not (folder / f"{command}.json").exists())
        assert await live.answer("run_now", flow="no such flow") == (False, "unknown_flow"), "the inbox has gone on"
        assert len(live.answers(command)) == 1
        assert len(live.runs("person")) == 1

    beside(scenario)


def test_a_flow_is_paused_and_resumed_once_each(beside: Beside) -> None:
    async def scenario(live: Live) -> None:
        assert await live.answer("pause", flow=live.flow, reason="Bokslut") == (True, "accepted")
        paused = live.stored()
        assert (paused.paused, paused.paused_reason, paused.next_run_at) == (True, "Bokslut", None)
        assert live.scheduled() is None
        assert await live.answer("pause", flow=live.flow, reason="igen") == (False, "already_paused")
        assert await live.answer("resume", flow=live.flow) == (True, "accepted")
        resumed = live.stored()
        assert (resumed.paused, resumed.paused_reason) == (False, "")
        assert resumed.next_run_at is not None
        assert await live.answer("resume", flow=live.flow) == (False, "not_paused")

    beside(scenario)


def test_a_pause_needs_a_reason(beside: Beside) -> None:
    async def scenario(live: Live) -> None:
        assert await live.answer("pause", flow=live.flow, reason="") == (False, "bad_arguments")
        assert await live.answer("pause", flow=live.flow) == (False, "bad_arguments")
        assert not live.stored().paused

    beside(scenario)


def test_an_interval_is_followed_and_the_page_says_what_the_scheduler_says(beside: Beside) -> None:
    async def scenario(live: Live) -> None:
        asked = live.app.clock.now()
        assert await live.answer("schedule", flow=live.flow, interval_seconds=2 * HOUR) == (True, "accepted")
        stored = live.stored()
        assert (stored.interval_seconds, stored.cron) == (2 * HOUR, None)
        assert_agrees(stored.next_run_at, live.scheduled())
        assert live.scheduled() >= asked + timedelta(hours=2)  # type: ignore[operator]
        before = len(live.runs("schedule"))
        assert await live.answer("schedule", flow=live.flow, interval_seconds=60) == (True, "accepted")
        await live.until("two runs by the new interval", lambda: len(live.runs("schedule")) >= before + 2)

    beside(scenario)


def test_a_cron_is_in_swedish_time_over_the_change_to_summer_time(beside: Beside) -> None:
    async def scenario(live: Live) -> None:
        assert await live.answer("schedule", flow=live.flow, cron="30 7 * * 1-5") == (True, "accepted")
        stored = live.stored()
        assert (stored.interval_seconds, stored.cron) == (None, "30 7 * * 1-5")
        assert stored.next_run_at is not None
        monday = stored.next_run_at.replace(tzinfo=UTC)
        assert monday.replace(microsecond=0) == datetime(2026, 3, 30, 5, 30, tzinfo=UTC)
        assert monday.astimezone(STOCKHOLM).hour == 7
        assert_agrees(stored.next_run_at, live.scheduled())

    beside(scenario)


@pytest.mark.parametrize(
    ("days", "first"),
    [("1-5", "2026-03-30"), ("0", "2026-03-29"), ("7", "2026-03-29"), ("sat-sun", "2026-03-28"), ("2,4", "2026-03-31"),
     ("mon", "2026-03-30"), ("5-7", "2026-03-28"), ("*", "2026-03-28"), ("*/3", "2026-03-28"), ("3/2", "2026-04-01")],
)  # fmt: skip
def test_days_of_the_week_are_cron_s_own(days: str, first: str) -> None:
    trigger = trigger_of(None, f"30 7 * * {days}", FRIDAY)
    assert trigger.get_next_fire_time(None, FRIDAY).date().isoformat() == first


def assert_agrees(stored: datetime | None, scheduled: datetime | None) -> None:
    assert stored is not None
    assert scheduled is not None
    assert abs(stored.replace(tzinfo=UTC) - scheduled) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("schedule", {"cron": "99 * * * *"}, "bad_cron"),
        ("schedule", {"cron": "every morning"}, "bad_cron"),
        ("schedule", {"interval_seconds": 1}, "bad_interval"),
        ("schedule", {"interval_seconds": 10**9}, "bad_interval"),
        ("schedule", {"interval_seconds": 60, "cron": "0 7 * * *"}, "bad_arguments"),
        ("schedule", {}, "bad_arguments"),
        ("run_now", {"flow": "no such flow"}, "unknown_flow"),
        ("run_now", {"flow": "x", "more": "y"}, "bad_arguments"),
        ("drop_tables", {}, "unknown_command"),
        ("replay", {"operations": [{"number": 10**30, "version": 1}]}, "bad_arguments"),
    ],
)
def test_a_wish_that_cannot_be_granted_is_refused_with_a_code_and_changes_nothing(
    beside: Beside, name: str, arguments: dict[str, Any], code: str
) -> None:
    async def scenario(live: Live) -> None:
        before = live.stored()
        assert await live.answer(name, **{"flow": live.flow, **arguments}) == (False, code)
        after = live.stored()
        assert (after.interval_seconds, after.cron, after.paused) == (before.interval_seconds, before.cron, False)
        assert_agrees(after.next_run_at, live.scheduled())

    beside(scenario)


def test_a_wish_that_nobody_foresaw_is_answered_and_holds_no_other_up(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ArithmeticError("nobody foresaw this")

    async def scenario(live: Live) -> None:
        with monkeypatch.context() as patched:
            patched.setattr("sync.commands.approvals.allow", fails)
            wish = {"system": "upsales:94", "kind": "order", "record_id": "1", "company": "nord"}
            assert await live.answer("another_document", **wish) == (False, "failed")
        assert await live.answer("pause", flow=live.flow, reason="Bokslut") == (True, "accepted")

    beside(scenario)


def test_garbage_in_the_inbox_is_cleared_away_and_the_next_wish_is_answered(beside: Beside) -> None:
    async def scenario(live: Live) -> None:
        folder = live.data / inbox.FOLDER
        folder.mkdir(exist_ok=True)
        (folder / "notes.txt").write_text("hello")
        for number, content in enumerate((b"{", b"[]", b"\xff\xfe", b"[" * 60_000, b'{"a": 1}', b" " * 70_000)):
            (folder / f"{number:032x}.json").write_bytes(content)
        (folder / f"{99:032x}.json").symlink_to(live.data / "sync.duckdb")
        await live.until("the garbage to be taken away", lambda: not list(folder.iterdir()))
        (folder / "a folder").mkdir()
        assert await live.answer("pause", flow=live.flow, reason="Bokslut") == (True, "accepted")
        assert await live.answer("resume", flow=live.flow) == (True, "accepted")
        assert (live.data / "sync.duckdb").exists()

    beside(scenario)
