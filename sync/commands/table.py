"""The table of commands: one row is all that Kvitt has to know about one. A new command is a row with its handler.

What a person reads of it stands in the dashboard's words, under `words`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sync.commands import approvals, editing, flow_commands, repair, shapes
from sync.commands.handling import CommandAnswer, CommandContext
from sync.commands.roles import Role

S = TypeVar("S", bound=shapes.CommandShape)


@dataclass(frozen=True)
class CommandKind(Generic[S]):
    """One command: its name as the browser writes it, its arguments, who may ask for it, and what carries it out.

    `wakes`: the flows that its answer names run at once, or (run_now) its own does. `event` is the line that an
    accepted one leaves in the audit trail, "" where its handler writes a line for each operation.
    """

    name: str
    shape: type[S]
    handler: Callable[[CommandContext, S, str], CommandAnswer]
    role: Role
    wakes: bool
    event: str = ""

    @property
    def words(self) -> str:
        """Return the key under which the dashboard has what the command is called, in both languages."""
        return f"command.{self.name}"


_ROWS: tuple[CommandKind[Any], ...] = (
    CommandKind("run_now", shapes.RunNow, flow_commands.run_now, "operator", wakes=True, event="run_asked"),
    CommandKind("pause", shapes.Pause, flow_commands.pause, "operator", wakes=False, event="flow_paused"),
    CommandKind("resume", shapes.Resume, flow_commands.resume, "operator", wakes=False, event="flow_resumed"),
    CommandKind("schedule", shapes.Schedule, flow_commands.schedule, "admin", wakes=False, event="flow_scheduled"),
    CommandKind("edit", shapes.EditOperation, editing.edit, "operator", wakes=True),
    CommandKind("replay", shapes.Replay, repair.replay, "operator", wakes=True),
    CommandKind("dismiss", shapes.Dismiss, repair.dismiss, "operator", wakes=True),
    CommandKind("accept", shapes.Accept, repair.accept, "controller", wakes=False),
    CommandKind(
        "another_document", shapes.AnotherDocument, approvals.another_document, "controller",
        wakes=True, event="document_allowed",
    ),
)  # fmt: skip
COMMANDS: dict[str, CommandKind[Any]] = {kind.name: kind for kind in _ROWS}
