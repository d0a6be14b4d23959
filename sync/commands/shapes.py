"""What each command says: its arguments as frozen data, checked before anything is done with them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Choice = Literal["", "current", "edited"]
MOST = 500
_REASON = Field(min_length=1, max_length=500)


class CommandShape(BaseModel):
    """The base of all commands' arguments: nothing beside what is named is taken, and nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# --- flows ----------------------------------------------------------------------------------------------------


class FlowShape(CommandShape):
    """The base of the commands about one flow, which is named as runs and schedules name it."""

    flow: str


class RunNow(FlowShape):
    """Run a flow at once."""


class Pause(FlowShape):
    """Stop a flow's schedule, and why."""

    reason: str = _REASON


class Resume(FlowShape):
    """Let a paused flow's schedule go on."""


class Schedule(FlowShape):
    """Change when a flow runs: exactly one of the two."""

    interval_seconds: int | None = None
    cron: str | None = Field(default=None, max_length=100)

    @model_validator(mode="after")
    def _one(self) -> "Schedule":
        if (self.interval_seconds is None) == (self.cron is None):
            raise ValueError("give interval_seconds or cron")
        return self


# --- deals ----------------------------------------------------------------------------------------------------


class AnotherDocument(CommandShape):
    """Let a deal have another document: its earlier ones are cancelled or credited in full."""

    system: str
    kind: str
    record_id: str
    company: str


# --- operations that failed -----------------------------------------------------------------------------------


class Seen(CommandShape):
    """An operation as a person saw it: its number, and how often it had moved by then."""

    number: int = Field(ge=1, lt=2**63)
    version: int = Field(ge=0, lt=2**63)


class EditOperation(CommandShape):
    """Change fields of what is sent: `changes` are texts by path, "" clears a field."""

    operation: Seen
    changes: dict[str, str] = Field(min_length=1, max_length=MOST)
    reason: str = _REASON
    choice: Choice = ""


class Replay(CommandShape):
    """Try again; `choice` says what holds where the source has changed: the "current" source, or it as "edited"."""

    operations: list[Seen] = Field(min_length=1, max_length=MOST)
    choice: Choice = ""


class Dismiss(CommandShape):
    """Want nothing more of some operations, and why; they come back when their source changes."""

    operations: list[Seen] = Field(min_length=1, max_length=MOST)
    reason: str = _REASON


class Accept(CommandShape):
    """Accept that a system answered otherwise than it was sent, by the numbers of the operations."""

    operations: list[Annotated[int, Field(ge=1, lt=2**63)]] = Field(min_length=1, max_length=MOST)
    reason: str = _REASON
