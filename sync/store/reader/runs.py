"""What the page of runs asks: the history of runs, and the answers to commands from the browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sync.store.reader.published import Paging, Reader, Scope


@dataclass(frozen=True)
class Run:
    """One pass of a flow with its counts; times are UTC on the sync's clock."""

    run_id: int
    flow: str
    kind: str
    system_title: str
    reason: str
    started_at: datetime
    finished_at: datetime | None
    state: str
    sentence: str
    records_read: int
    records_changed: int
    planned: int
    sent: int
    adopted: int
    held: int
    failed: int
    calls: int
    total: int


@dataclass(frozen=True)
class AnsweredCommand:
    """A command and what the sync answered; `arguments` and `answer_params` are JSON text."""

    command_id: str
    name: str
    arguments: str
    actor: str
    asked_at: datetime
    answered_at: datetime
    accepted: bool
    answer_code: str
    answer_params: str


def run_history(reader: Reader, scope: Scope, flow: str | None, paging: Paging) -> list[Run]:
    """Return runs, newest first, of one flow or of all."""
    return reader.rows(Run, "run_history", {"company": scope.company, "flow": flow, **paging.parameters()})


def answers(reader: Reader, scope: Scope, ids: Sequence[str] | None, limit: int = 20) -> list[AnsweredCommand]:
    """Return answered commands, newest first; only those with the given ids when given."""
    chosen = list(ids) if ids is not None else None
    return reader.rows(AnsweredCommand, "commands", {"company": scope.company, "ids": chosen, "limit": limit})
