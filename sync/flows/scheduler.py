"""When a flow runs: APScheduler decides, the store remembers. Cron times are Europe/Stockholm.

The scheduler lives on the wall clock; a trigger that speaks the sync's own clock lets a faster sandbox have
its minutes too.
"""

import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from apscheduler.events import EVENT_JOB_MAX_INSTANCES
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from sync.clock import STOCKHOLM, ScaledClock, seconds
from sync.core.types import Event
from sync.store.database import Store
from sync.store.folder import StoreError
from sync.store.tables import runs, trail
from sync.store.tables.runs import Flow

SHORTEST_INTERVAL = 5
LONGEST_INTERVAL = 7 * 24 * 3600
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


class ScheduleError(Exception):
    """A schedule cannot be used; `code` is bad_cron or bad_interval."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class OwnClockTrigger(BaseTrigger):  # type: ignore[misc]
    """Asks an ordinary trigger in the sync's time and answers in wall time."""

    def __init__(self, inner: BaseTrigger, clock: ScaledClock) -> None:
        self._inner = inner
        self._clock = clock

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """Return the next wall time at which to fire."""
        pace = self._clock.pace
        before = pace.virtual(previous) if previous else None
        found = self._inner.get_next_fire_time(before, pace.virtual(now))
        return None if found is None else pace.wall(found.astimezone(UTC))


def trigger_of(interval_seconds: int | None, cron: str | None, now: datetime) -> BaseTrigger:
    """Return the trigger of a schedule; an interval is counted from `now`. Raises ScheduleError."""
    if cron is not None:
        try:
            return _cron_trigger(cron)
        except ValueError as error:
            raise ScheduleError("bad_cron", str(error)) from None
    if interval_seconds is None or not SHORTEST_INTERVAL <= interval_seconds <= LONGEST_INTERVAL:
        raise ScheduleError("bad_interval", f"{SHORTEST_INTERVAL} to {LONGEST_INTERVAL} seconds")
    return IntervalTrigger(seconds=interval_seconds, start_date=now + seconds(interval_seconds), timezone=UTC)


def _cron_trigger(cron: str) -> BaseTrigger:
    parts = cron.split()
    if len(parts) != 5:
        raise ValueError(f"five parts are needed, there are {len(parts)}")
    minute, hour, day, month, weekday = parts
    return CronTrigger(
        minute=minute, hour=hour, day=day, month=month, day_of_week=_weekdays(weekday), timezone=STOCKHOLM
    )


def _weekdays(part: str) -> str:
    """Return cron's days of the week (0 and 7 are Sunday) in the scheduler's names; it counts from Monday."""
    return ",".join(sorted({name for item in part.split(",") for name in _days_of(item)})) if part != "*" else part


def _days_of(item: str) -> list[str]:
    span, _, step = item.partition("/")
    first, _, last = ("0-6" if span == "*" else span).partition("-")
    start, end = _day_number(first), _day_number(last or ("6" if step else first))
    if end < start:
        end += 7
    if step and not (step.isdigit() and int(step)):
        raise ValueError(f"{item!r} is no step of days")
    return [_DAYS[number % 7] for number in range(start, end + 1, int(step or 1))]


def _day_number(text: str) -> int:
    number = _DAYS.index(text.lower()) if text.lower() in _DAYS else int(text) if text.isdigit() else -1
    if not 0 <= number <= 7:
        raise ValueError(f"{text!r} is no day of the week (0-7, 0 and 7 are Sunday, or mon ... sun)")
    return number


class Scheduler:
    """One job for each flow that is not paused; a run that is due while one goes on is folded into the next."""

    def __init__(self, store: Store, clock: ScaledClock, run: Callable[[Flow], Awaitable[Any]]) -> None:
        self._store = store
        self._clock = clock
        self._run = run
        self._jobs = AsyncIOScheduler(timezone=UTC)
        self._jobs.add_listener(self._note_skipped, EVENT_JOB_MAX_INSTANCES)

    def start(self) -> None:
        """Start with the stored schedules; the first runs are due at once."""
        self._jobs.start()
        for flow in runs.flows(self._store):
            self.apply(flow, at_once=True)

    def stop(self) -> None:
        """Stop; runs that go on are the caller's to end."""
        if self._jobs.running:
            self._jobs.shutdown(wait=False)

    def apply(self, flow: Flow, at_once: bool = False) -> None:
        """Follow a flow's stored schedule and pause."""
        if self._jobs.get_job(flow.name):
            self._jobs.remove_job(flow.name)
        if not flow.paused:
            first = {"next_run_time": self._clock.pace.wall(self._clock.now())} if at_once else {}
            self._jobs.add_job(
                self._run,
                OwnClockTrigger(trigger_of(flow.interval_seconds, flow.cron, self._clock.now()), self._clock),
                args=[flow],
                id=flow.name,
                name=flow.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
                **first,
            )
        self.note_next_runs()

    def _note_skipped(self, event: Any) -> None:
        """A run that was due while the one before went on is skipped, and the audit trail says so."""
        skipped = Event("run_skipped", details={"flow": event.job_id})
        with contextlib.suppress(StoreError), self._store.joined():
            trail.add_events(self._store, [skipped], self._clock.now())

    def follow_pauses(self) -> None:
        """Drop the jobs of flows that a run has paused, and store when the others run next."""
        for flow in runs.flows(self._store):
            if flow.paused and self._jobs.get_job(flow.name):
                self._jobs.remove_job(flow.name)
        self.note_next_runs()

    def follow_resumed(self) -> None:
        """Run the flows again, at once, that Kvitt has let go on by itself."""
        for flow in runs.flows(self._store):
            if self._jobs.running and not flow.paused and not self._jobs.get_job(flow.name):
                self.apply(flow, at_once=True)

    def note_next_runs(self) -> None:
        """Store when each flow runs next, as the scheduler says, in the sync's time.

        It is for the pages only: a full disk, of which the next run will tell, must not stop the schedules.
        """
        with contextlib.suppress(StoreError), self._store.joined():
            for flow in runs.flows(self._store):
                job = self._jobs.get_job(flow.name)
                wall = job.next_run_time if job else None
                runs.set_next_run(self._store, flow.name, self._clock.pace.virtual(wall) if wall else None)
