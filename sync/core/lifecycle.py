"""The life of an operation: which states may follow which, and what an outcome leads to."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sync.core import classes
from sync.core.types import ErrorClass, Operation, Outcome, State

ARROWS: dict[State, frozenset[State]] = {
    "planned": frozenset({"planned", "sending", "retry", "review", "cancelled", "done"}),
    "sending": frozenset({"done", "unknown", "retry", "review", "planned"}),
    "unknown": frozenset({"done", "retry", "review", "planned", "unknown"}),
    "retry": frozenset({"sending", "retry", "done", "review", "planned", "cancelled"}),
    "review": frozenset({"planned", "review", "dismissed", "cancelled", "done"}),
    "done": frozenset(),
    "dismissed": frozenset(),
    "cancelled": frozenset(),
}
FINAL: frozenset[State] = frozenset({"done", "dismissed", "cancelled"})
MOST_ATTEMPTS = 8
FIRST_WAIT_SECONDS = 15
LONGEST_WAIT_SECONDS = 3600


class IllegalMoveError(Exception):
    """An operation was moved along an arrow that is not drawn: a fault in Kvitt, never in the data."""


@dataclass(frozen=True)
class Next:
    """Where an operation goes after an outcome; `counts` tells whether an attempt was spent."""

    state: State
    error_class: ErrorClass = ""
    not_before: datetime | None = None
    counts: bool = True


def check(before: State, after: State) -> None:
    """Raise `IllegalMoveError` unless `after` may follow `before`."""
    if after not in ARROWS[before]:
        raise IllegalMoveError(f"an operation cannot go from {before} to {after}")


def moved(operation: Operation, state: State, **values: Any) -> Operation:
    """Return the operation in another state; `values` are fields that change with it. Raises IllegalMoveError."""
    check(operation.state, state)
    return replace(operation, state=state, **values)


def after_outcome(operation: Operation, outcome: Outcome, now: datetime, quarantine: timedelta) -> Next:
    """Return what an outcome leads to (ARCHITECTURE.md: the operation)."""
    error_class = classes.of_outcome(outcome)
    if outcome.kind in {"done", "already"}:
        return Next("done")
    if outcome.kind == "throttled":
        return Next("planned", "temporary", now + timedelta(seconds=outcome.wait_seconds), counts=False)
    if outcome.kind == "login":
        return Next("planned", "login", counts=False)
    if outcome.kind == "unknown":
        until = (operation.sent_at or now) + quarantine
        return Next("unknown", error_class, max(until, now + timedelta(seconds=FIRST_WAIT_SECONDS)))
    if outcome.kind == "retry":
        if operation.attempt >= MOST_ATTEMPTS:
            return Next("review", error_class)
        return Next("retry", error_class, now + wait(operation.number, operation.attempt))
    return Next("review", error_class)


def wait(number: int, attempt: int) -> timedelta:
    """Return the pause before the next attempt: doubling, with a jitter that depends only on its arguments."""
    seconds = min(FIRST_WAIT_SECONDS * 2 ** max(0, attempt - 1), LONGEST_WAIT_SECONDS)
    jitter = (number * 7919 + attempt * 104729) % 1000 / 1000
    return timedelta(seconds=seconds * (1 + jitter / 4))
