"""Commands from the browser: validated and authorised again here, then handed to their handler and answered once."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from sync.commands.handling import CommandAnswer, CommandContext
from sync.commands.roles import Role, local_role, may
from sync.commands.table import COMMANDS
from sync.core.types import Event
from sync.log import keep_fault, log
from sync.store import inbox
from sync.store.folder import StoreError
from sync.store.inbox import Command, Unreadable
from sync.store.tables import runs, trail


class CommandLoop:
    """Takes commands from the inbox in the folder `data` and answers them.

    `role_of` tells the role of whom the operating system names as the owner of a command's file.
    """

    def __init__(self, data: Path, context: CommandContext, role_of: Callable[[str], Role] = local_role) -> None:
        self._data = data
        self._context = context
        self._role_of = role_of
        self._to_run: set[str] = set()

    def handle_waiting(self) -> None:
        """Answer everything that waits; a command that was answered before has no further effect."""
        for item in inbox.take(self._data):
            if isinstance(item, Unreadable):
                log.warning("A file in the inbox is no command.", action="command_unreadable", reason=item.reason)
            elif not trail.answered(self._context.store, item.command_id):
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
            log.error("A command could not be carried out.", action="command_failed", reason=keep_fault(error))
            self._answer_failed(command)

    def _answer_failed(self, command: Command) -> None:
        """Say that a command failed; one that not even this can be said of is let go, and waits no longer."""
        store = self._context.store
        try:
            with store.transaction():
                trail.add_answer(store, command, False, "failed", {}, self._context.clock.now())
        except StoreError:
            raise
        except Exception as error:
            log.error("A command could not be answered.", action="command_failed", reason=keep_fault(error))

    def _answer(self, command: Command) -> None:
        """Carry a command out and store its answer, both or neither: nobody is told no of what was done."""
        store = self._context.store
        with store.transaction():
            answer = self._carry_out(command)
            now = self._context.clock.now()
            trail.add_answer(store, command, answer.accepted, answer.code, answer.params, now)
            details = {"command": command.name, "arguments": dict(command.arguments), "answer": answer.code}
            event = COMMANDS[command.name].event if answer.accepted else "command_refused"
            if event:
                trail.add_events(store, [Event(event, actor=command.actor, details=details)], now)
        log.info("Command answered.", action="command_answered", command=command.name, answer=answer.code)

    def _carry_out(self, command: Command) -> CommandAnswer:
        kind = COMMANDS.get(command.name)
        if kind is None:
            return CommandAnswer.no("unknown_command", name=command.name)
        try:
            arguments = kind.shape.model_validate(dict(command.arguments))
        except ValidationError as error:
            fault = error.errors()[0]
            field = ".".join(map(str, fault["loc"]))
            return CommandAnswer.no("bad_arguments", field=field, reason=fault["msg"])
        if not may(self._role_of(command.actor), kind.role):
            return CommandAnswer.no("not_permitted", role=kind.role)
        answer = kind.handler(self._context, arguments, command.actor)
        return self._woken(answer) if kind.wakes else answer

    def _woken(self, answer: CommandAnswer) -> CommandAnswer:
        """Note the flows that an answer names, to be run at once; one that is paused is said in the answer."""
        paused = {flow.name for flow in runs.flows(self._context.store) if flow.paused and flow.name in answer.flows}
        self._to_run |= set(answer.flows) - paused
        if not paused:
            return answer
        return CommandAnswer(answer.accepted, answer.code, {**answer.params, "paused": sorted(paused)}, answer.flows)

    def _run_what_waits(self) -> None:
        """A flow that was running when it was asked for runs again when it has ended: it may have looked before."""
        if self._to_run:
            known = {flow.name: flow for flow in runs.flows(self._context.store)}
            started = {name for name in self._to_run if name not in known or self._context.run_now(known[name])}
            self._to_run -= started


async def keep_answering(commands: CommandLoop, pause_seconds: float) -> None:
    """Look into the inbox again and again."""
    while True:
        try:
            commands.handle_waiting()
        except Exception as error:
            log.error("A command could not be handled.", action="command_failed", reason=repr(error))
        await asyncio.sleep(pause_seconds)
