"""Commands from the browser: validated and authorised again here, then carried out and answered once."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import ValidationError

from sync.clock import Clock
from sync.commands import approvals as approval
from sync.commands.flow_commands import Answer, FlowArguments, FlowControl, Pause, Resume, RunNow, Schedule, Shape
from sync.commands.repair import Accept, Dismiss, Edit, Repair, Replay
from sync.core.types import Event, RecordKey
from sync.flows.scheduler import Scheduler
from sync.log import keep_fault, log
from sync.store import inbox
from sync.store.database import Store, StoreError
from sync.store.inbox import Command, Unreadable
from sync.store.tables import runs, trail
from sync.store.tables.runs import Flow


class AnotherDocument(Shape):
    """Let a deal have another document: its earlier ones are cancelled or credited in full."""

    system: str
    kind: str
    record_id: str
    company: str


_SHAPES: dict[str, type[Shape]] = {
    "another_document": AnotherDocument,
    "run_now": RunNow,
    "pause": Pause,
    "resume": Resume,
    "schedule": Schedule,
    "edit": Edit,
    "replay": Replay,
    "dismiss": Dismiss,
    "accept": Accept,
}


class Control:
    """Takes commands from the inbox and answers them."""

    def __init__(
        self,
        store: Store,
        data: Path,
        clock: Clock,
        scheduler: Scheduler,
        run_now: Callable[[Flow], bool],
        repair: Repair,
    ) -> None:
        self._store = store
        self._data = data
        self._clock = clock
        self._run_now = run_now
        self._repair = repair
        self._flows = FlowControl(store, clock, scheduler, run_now)
        self._to_run: set[str] = set()

    def handle_waiting(self) -> None:
        """Answer everything that waits; a command that was answered before has no further effect."""
        for item in inbox.take(self._data):
            if isinstance(item, Unreadable):
                log.warning("A file in the inbox is no command.", action="command_unreadable", reason=item.reason)
            elif not trail.answered(self._store, item.command_id):
                self._answer_or_say_why_not(item)
            inbox.discard(self._data, item)
        self._run_what_waits()

    def _answer_or_say_why_not(self, command: Command) -> None:
        """One command that cannot be carried out is answered so, and holds no other up. Raises StoreError."""
        try:
            self._answer(command)
        except StoreError:
            raise
        except Exception as error:
            log.error("A wish could not be carried out.", action="command_failed", reason=keep_fault(error))
            self._answer_failed(command)

    def _answer_failed(self, command: Command) -> None:
        """Say that a command failed; one that not even this can be said of is let go, and waits no longer."""
        try:
            with self._store.transaction():
                trail.add_answer(self._store, command, False, "failed", {}, self._clock.now())
        except StoreError:
            raise
        except Exception as error:
            log.error("A wish could not be answered.", action="command_failed", reason=keep_fault(error))

    def _answer(self, command: Command) -> None:
        """Carry a command out and store its answer, both or neither: nobody is told no of what was done."""
        with self._store.transaction():
            accepted, code, params = self._carry_out(command)
            now = self._clock.now()
            trail.add_answer(self._store, command, accepted, code, params, now)
            details = {"command": command.name, "arguments": dict(command.arguments), "answer": code}
            action = _ACTIONS.get(command.name, "") if accepted else "command_refused"
            if action:
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
        if isinstance(arguments, FlowArguments):
            return self._flows.carry_out(arguments, command.actor)
        assert isinstance(arguments, Edit | Replay | Dismiss | Accept)
        answer, flows = self._repair.carry_out(arguments, command.actor)
        return self._follow(answer, flows)

    def _follow(self, answer: Answer, wanted: Sequence[str]) -> Answer:
        """Let the flows that a command concerns run at once; one that is paused says so in the answer."""
        accepted, code, params = answer
        waiting = {flow.name for flow in runs.flows(self._store) if flow.paused and flow.name in wanted}
        self._to_run |= set(wanted) - waiting
        return accepted, code, {**params, **({"paused": sorted(waiting)} if waiting else {})}

    def _run_what_waits(self) -> None:
        """A flow that was running when it was asked for runs again when it has ended: it may have looked before."""
        if self._to_run:
            known = {flow.name: flow for flow in runs.flows(self._store)}
            started = {name for name in self._to_run if name not in known or self._run_now(known[name])}
            self._to_run -= started

    def _approve(self, wish: AnotherDocument, actor: str) -> Answer:
        key = RecordKey(wish.system, wish.kind, wish.record_id)
        answer = approval.allow(self._store, key, wish.company, actor, self._clock.now())
        if not answer[0]:
            return answer
        flows = [flow.name for flow in runs.flows(self._store) if (flow.kind, flow.system) == ("deals", wish.system)]
        return self._follow(answer, flows)


# Repairs write their own lines, one for each operation.
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
