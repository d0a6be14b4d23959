"""Carrying operations out: claim, gate, intend, send, judge, record (engineering.md 2.3).

An operation is committed as `sending` before its bytes leave. An outcome that is not known is not retried
before the quarantine has passed and the target has been asked by name.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from sync.clock import Clock
from sync.connectors.base import Connector, Item
from sync.connectors.errors import ApiError
from sync.connectors.http import ABOUT, About
from sync.core.types import Operation, Outcome
from sync.outcome import Recorder
from sync.store import operations
from sync.store.database import Store
from sync.store.runs import Tally

PARALLEL = 4
BATCH = 200
GIVE_UP_AFTER = 5


@dataclass
class _Round:
    """What one drain has seen so far; `stop` says that the system needs a rest or a person."""

    tally: Tally
    run_id: int
    failures_in_a_row: int = 0
    stop: str = ""


class Executor:
    """Sends the operations that wait for one Fortnox company."""

    def __init__(self, store: Store, connector: Connector, clock: Clock, quarantine: timedelta) -> None:
        self._store = store
        self._connector = connector
        self._clock = clock
        self._quarantine = quarantine
        self._recorder = Recorder(store, clock, quarantine)

    async def drain(self, run_id: int, tally: Tally) -> str:
        """Carry out everything that is due; returns why it stopped early, '' when nothing is left."""
        current = _Round(tally, run_id)
        turn = asyncio.Semaphore(PARALLEL)
        while not current.stop:
            batch = operations.due(self._store, self._connector.system, self._clock.now(), BATCH)
            if not batch:
                break
            await asyncio.gather(*(self._carry_out(operation, current, turn) for operation in batch))
        return current.stop

    async def _carry_out(self, operation: Operation, current: _Round, turn: asyncio.Semaphore) -> None:
        async with turn:
            if current.stop:
                return
            token = ABOUT.set(About(current.run_id, operation.number, operation.correlation_id))
            try:
                await self._settle(operation, current)
            finally:
                ABOUT.reset(token)

    async def _settle(self, operation: Operation, current: _Round) -> None:
        if operation.state == "unknown" and operation.action == "create":
            found = await self._probe(operation, current)
            if found is None:
                return
            if found:
                self._recorder.adopt(operation, found, current.run_id, current.tally)
                return
        sending = self._recorder.intend(operation)
        outcome = await self._send(sending)
        if outcome.kind == "already":
            holders = await self._probe(sending, current)
            outcome = Outcome("unknown", outcome.status, message=outcome.message) if holders is None else outcome
            if holders:
                self._recorder.adopt(sending, holders, current.run_id, current.tally)
                return
        self._judge(sending, outcome, current)

    async def _send(self, operation: Operation) -> Outcome:
        payload = operation.edited or operation.payload or {}
        if operation.action == "create":
            return await self._connector.create(operation.target_kind, payload)
        return await self._connector.update(operation.target_kind, operation.target_id or "", payload)

    async def _probe(self, operation: Operation, current: _Round) -> tuple[Item, ...] | None:
        """Ask the target for what carries our name; None when it cannot be asked now."""
        try:
            return await self._connector.find(operation.target_kind, operation.reference)
        except ApiError as error:
            current.stop = str(error)
            return None

    def _judge(self, operation: Operation, outcome: Outcome, current: _Round) -> None:
        after = self._recorder.record(operation, outcome, current.run_id, current.tally)
        if after.error_class == "login":
            current.stop = outcome.message
        elif outcome.kind in {"retry", "unknown"}:
            current.failures_in_a_row += 1
            if current.failures_in_a_row >= GIVE_UP_AFTER:
                current.stop = outcome.message
        else:
            current.failures_in_a_row = 0


def recover(store: Store, clock: Clock, quarantine: timedelta) -> int:
    """Turn what a crash left in `sending` into `unknown`; returns how many there were."""
    left = operations.interrupted(store)
    now = clock.now()
    with store.transaction():
        for operation in left:
            until = (operation.sent_at or now) + quarantine
            operations.move(
                store,
                operation,
                "unknown",
                now,
                not_before=until,
                error_class="unknown",
                error_sentence="The process stopped between sending and hearing the answer.",
            )
    return len(left)
