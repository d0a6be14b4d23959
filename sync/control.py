"""Commands from the browser: validated and authorised again here, then carried out and answered once."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sync import approval
from sync.clock import Clock
from sync.core.types import Event, RecordKey
from sync.log import log
from sync.scheduler import ScheduleError, Scheduler, trigger_of
from sync.store import inbox, runs, trail
from sync.store.database import Store
from sync.store.inbox import Command, Unreadable
from sync.store.runs import Flow

Answer = tuple[bool, str, dict[str, Any]]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Arguments(_Shape):
    flow: str


class AnotherDocument(_Shape):
    """Let a deal have another document: its earlier ones are cancelled or credited in full."""

    system: str
    kind: str
    record_id: str
    company: str


class RunNow(_Arguments):
    """Run a flow at once."""


class Pause(_Arguments):
    """Stop a flow's schedule, and why."""

    reason: str = Field(min_length=1, max_length=500)


class Resume(_Arguments):
    """Let a paused flow's schedule go on."""


class Schedule(_Arguments):
    """Change when a flow runs: exactly one of the two."""

    interval_seconds: int | None = None
    cron: str | None = Field(default=None, max_length=100)

    @model_validator(mode="after")
    def _one(self) -> "Schedule":
        if (self.interval_seconds is None) == (self.cron is None):
            raise ValueError("give interval_seconds or cron")
        return self


_SHAPES: dict[str, type[_Shape]] = {
    "another_document": AnotherDocument,
    "run_now": RunNow,
    "pause": Pause,
    "resume": Resume,
    "schedule": Schedule,
}


class Control:
    """Takes commands from the inbox and answers them."""

    def __init__(
        self, store: Store, data: Path, clock: Clock, scheduler: Scheduler, run_now: Callable[[Flow], bool]
    ) -> None:
        self._store = store
        self._data = data
        self._clock = clock
        self._scheduler = scheduler
        self._run_now = run_now

    def handle_waiting(self) -> None:
        """Answer everything that waits; a command that was answered before has no further effect."""
        for item in inbox.take(self._data):
            if isinstance(item, Unreadable):
                log.warning("A file in the inbox is no command.", action="command_unreadable", reason=item.reason)
            elif not trail.answered(self._store, item.command_id):
                self._answer(item)
            inbox.discard(self._data, item)

    def _answer(self, command: Command) -> None:
        accepted, code, params = self._carry_out(command)
        now = self._clock.now()
        with self._store.transaction():
            trail.add_answer(self._store, command, accepted, code, params, now)
            details = {"command": command.name, "arguments": dict(command.arguments), "answer": code}
            action = _ACTIONS.get(command.name, "command_refused") if accepted else "command_refused"
            trail.add_events(self._store, [Event(action, actor=command.actor, details=details)], now)
        log.info("Command answered.", action="command_answered", command=command.name, answer=code)

    def _carry_out(self, command: Command) -> Answer:
        shape = _SHAPES.get(command.name)
        if shape is None:
            return False, "unknown_command", {"name": command.name}
        try:
            arguments = shape.model_validate(dict(command.arguments))
        except ValidationError as error:
            fault = error.errors()[0]
            return False, "bad_arguments", {"field": ".".join(map(str, fault["loc"])), "reason": fault["msg"]}
        if isinstance(arguments, AnotherDocument):
            return self._approve(arguments, command.actor)
        assert isinstance(arguments, _Arguments)
        flow = next((flow for flow in runs.flows(self._store) if flow.name == arguments.flow), None)
        if flow is None:
            return False, "unknown_flow", {"flow": arguments.flow}
        return self._apply(flow, arguments, command.actor)

    def _apply(self, flow: Flow, arguments: _Arguments, actor: str) -> Answer:
        if isinstance(arguments, RunNow):
            started = self._run_now(flow)
            return started, "accepted" if started else "already_running", {}
        if isinstance(arguments, Pause):
            return self._pause(flow, arguments.reason, actor)
        if isinstance(arguments, Resume):
            if not flow.paused:
                return False, "not_paused", {}
            return self._store_and_follow(flow, lambda: runs.set_paused(self._store, flow.name, False, "", actor))
        assert isinstance(arguments, Schedule)
        try:
            trigger_of(arguments.interval_seconds, arguments.cron, self._clock.now())
        except ScheduleError as error:
            return False, error.code, {"reason": str(error)}
        interval, cron = arguments.interval_seconds, arguments.cron
        return self._store_and_follow(flow, lambda: runs.set_schedule(self._store, flow.name, interval, cron))

    def _approve(self, wish: AnotherDocument, actor: str) -> Answer:
        key = RecordKey(wish.system, wish.kind, wish.record_id)
        answer = approval.allow(self._store, key, wish.company, actor, self._clock.now())
        if answer[0]:
            for flow in runs.flows(self._store):
                if flow.kind == "deals" and flow.system == wish.system:
                    self._run_now(flow)
        return answer

    def _pause(self, flow: Flow, reason: str, actor: str) -> Answer:
        if flow.paused:
            return False, "already_paused", {}
        return self._store_and_follow(flow, lambda: runs.set_paused(self._store, flow.name, True, reason, actor))

    def _store_and_follow(self, flow: Flow, change: Callable[[], None]) -> Answer:
        with self._store.transaction():
            change()
        changed = next(each for each in runs.flows(self._store) if each.name == flow.name)
        self._scheduler.apply(changed)
        return True, "accepted", {}


_ACTIONS = {
    "another_document": "document_allowed",
    "run_now": "run_asked",
    "pause": "flow_paused",
    "resume": "flow_resumed",
    "schedule": "flow_scheduled",
}


async def keep_answering(control: Control, pause_seconds: float) -> None:
    """Look into the inbox again and again."""
    while True:
        try:
            control.handle_waiting()
        except Exception as error:
            log.error("A wish could not be handled.", action="command_failed", reason=repr(error))
        await asyncio.sleep(pause_seconds)
