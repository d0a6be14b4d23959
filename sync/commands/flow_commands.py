"""Commands about flows: run now, pause, resume, schedule; and letting a deal have another document."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sync.clock import Clock
from sync.flows.scheduler import ScheduleError, Scheduler, trigger_of
from sync.store.database import Store
from sync.store.tables import runs
from sync.store.tables.runs import Flow

Answer = tuple[bool, str, dict[str, Any]]


class Shape(BaseModel):
    """What every command's arguments are: nothing beside what is named."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FlowArguments(Shape):
    """The flow a command is about."""

    flow: str


class RunNow(FlowArguments):
    """Run a flow at once."""


class Pause(FlowArguments):
    """Stop a flow's schedule, and why."""

    reason: str = Field(min_length=1, max_length=500)


class Resume(FlowArguments):
    """Let a paused flow's schedule go on."""


class Schedule(FlowArguments):
    """Change when a flow runs: exactly one of the two."""

    interval_seconds: int | None = None
    cron: str | None = Field(default=None, max_length=100)

    @model_validator(mode="after")
    def _one(self) -> "Schedule":
        if (self.interval_seconds is None) == (self.cron is None):
            raise ValueError("give interval_seconds or cron")
        return self


class FlowControl:
    """Carries out what is asked of flows."""

    def __init__(self, store: Store, clock: Clock, scheduler: Scheduler, run_now: Callable[[Flow], bool]) -> None:
        self._store = store
        self._clock = clock
        self._scheduler = scheduler
        self._run_now = run_now

    def carry_out(self, wish: FlowArguments, actor: str) -> Answer:
        """Do what a command about a flow says, or say why not."""
        flow = next((flow for flow in runs.flows(self._store) if flow.name == wish.flow), None)
        if flow is None:
            return False, "unknown_flow", {"flow": wish.flow}
        if isinstance(wish, RunNow):
            started = self._run_now(flow)
            return started, "accepted" if started else "already_running", {}
        if isinstance(wish, Pause):
            return self._pause(flow, wish.reason, actor)
        if isinstance(wish, Resume):
            if not flow.paused:
                return False, "not_paused", {}
            return self._store_and_follow(flow, lambda: runs.set_paused(self._store, flow.name, False, "", actor))
        assert isinstance(wish, Schedule)
        return self._schedule(flow, wish)

    def _schedule(self, flow: Flow, wish: Schedule) -> Answer:
        try:
            trigger_of(wish.interval_seconds, wish.cron, self._clock.now())
        except ScheduleError as error:
            return False, error.code, {"reason": str(error)}
        interval, cron = wish.interval_seconds, wish.cron
        return self._store_and_follow(flow, lambda: runs.set_schedule(self._store, flow.name, interval, cron))

    def _pause(self, flow: Flow, reason: str, actor: str) -> Answer:
        if flow.paused:
            return False, "already_paused", {}
        return self._store_and_follow(flow, lambda: runs.set_paused(self._store, flow.name, True, reason, actor))

    def _store_and_follow(self, flow: Flow, change: Callable[[], None]) -> Answer:
        with self._store.joined():
            change()
        changed = next(each for each in runs.flows(self._store) if each.name == flow.name)
        self._scheduler.apply(changed)
        return True, "accepted", {}
