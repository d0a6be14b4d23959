"""Carrying operations out: claim, gate, intend, send, judge, record (engineering.md 2.3).

Operations go in small waves: one commit says what is about to be sent, then the wave is sent, then one commit
says what came of it. An outcome that is not known is not retried before the quarantine has passed and the
target has been asked by name.
"""

import asyncio
from datetime import timedelta

from sync.clock import Clock
from sync.connectors.base import Connector, Item
from sync.connectors.errors import ApiError
from sync.connectors.http import ABOUT, About
from sync.connectors.outcomes import of_error
from sync.core import documents, lifecycle
from sync.core.types import Operation, Outcome
from sync.outcome import Recorder, Result, Stop
from sync.store import links, operations
from sync.store.database import Store
from sync.store.operations import Move
from sync.store.runs import Tally

BATCH = 200
WAVE = 25
GIVE_UP_AFTER = 5


class Executor:
    """Sends the operations that wait for one Fortnox company."""

    def __init__(self, store: Store, connector: Connector, clock: Clock, recorder: Recorder) -> None:
        self._store = store
        self._connector = connector
        self._clock = clock
        self._recorder = recorder

    async def drain(self, run_id: int, tally: Tally) -> Stop | None:
        """Carry out everything that is due; returns why it stopped early, None when nothing is left."""
        in_a_row = 0
        while batch := operations.due(self._store, self._connector.system, self._clock.now(), BATCH):
            for start in range(0, len(batch), WAVE):
                results = await self._wave(batch[start : start + WAVE], run_id)
                self._recorder.record(results, run_id, tally)
                for result in results:
                    failed = result.outcome.kind in {"retry", "unknown"}
                    in_a_row = in_a_row + 1 if failed else 0
                    lost = result.outcome.kind == "login"
                    if lost or in_a_row >= GIVE_UP_AFTER:
                        return Stop(result.outcome.message, needs_person=lost)
        return None

    async def _wave(self, wave: list[Operation], run_id: int) -> list[Result]:
        looked = await asyncio.gather(*(self._look_first(operation, run_id) for operation in wave))
        settled = [result for result in looked if result is not None]
        clear = [item for item, result in zip(wave, looked, strict=True) if result is None]
        # What was in doubt and is not there is planned again: its deal may have moved on meanwhile.
        self._recorder.release([item for item in clear if item.state == "unknown"])
        sending = self._recorder.intend([item for item in clear if item.state != "unknown"])
        sent = await asyncio.gather(*(self._send(operation, run_id) for operation in sending))
        return [*settled, *sent]

    async def _look_first(self, operation: Operation, run_id: int) -> Result | None:
        """Ask before a create that is in doubt and before a change of a document; None when it may be sent."""
        token = ABOUT.set(About(run_id, operation.number, operation.correlation_id))
        try:
            if operation.action == "create":
                return await self._settle_doubt(operation) if operation.state == "unknown" else None
            return await self._look_at_document(operation) if operation.target_kind == "invoice" else None
        finally:
            ABOUT.reset(token)

    async def _settle_doubt(self, operation: Operation) -> Result | None:
        found = await self._probe(operation)
        if isinstance(found, Outcome):
            return Result(operation, found)
        return Result(operation, Outcome("done"), found) if found else None

    async def _look_at_document(self, operation: Operation) -> Result | None:
        """Never write over an accountant's edit or a booked document, however long ago the change was planned."""
        key = operation.target_id or ""
        try:
            found = await self._connector.fetch("invoice", key)
        except ApiError as error:
            return Result(operation, of_error(error, repeatable=True))
        if found is None:
            message = f"Invoice {key} is no longer in Fortnox."
            return Result(operation, Outcome("rejected", 404, code="404", message=message))
        wanted = operation.edited or operation.payload or {}
        if documents.says(found.payload, wanted):
            return Result(operation, Outcome("already", None, found.payload, key))
        known = links.of_sources(self._store, [operation.source])
        link = next((one for one in known if (one.company, one.target_id) == (operation.company, key)), None)
        problem = documents.obstacle(link, found.payload, wanted) if link else None
        return Result(operation, Outcome("done"), problem=problem, seen=found) if problem else None

    async def _send(self, operation: Operation, run_id: int) -> Result:
        token = ABOUT.set(About(run_id, operation.number, operation.correlation_id))
        try:
            outcome = await self._write(operation)
            if outcome.kind != "already":
                return Result(operation, outcome)
            found = await self._probe(operation)
            return Result(operation, found) if isinstance(found, Outcome) else Result(operation, outcome, found)
        finally:
            ABOUT.reset(token)

    async def _write(self, operation: Operation) -> Outcome:
        payload = operation.edited or operation.payload or {}
        if operation.action == "create":
            return await self._connector.create(operation.target_kind, payload)
        return await self._connector.update(operation.target_kind, operation.target_id or "", payload)

    async def _probe(self, operation: Operation) -> tuple[Item, ...] | Outcome:
        try:
            return await self._connector.find(operation.target_kind, operation.reference)
        except ApiError as error:
            return Outcome("unknown", error.status, message=str(error), excerpt=error.excerpt)


def recover(store: Store, clock: Clock, quarantine: timedelta) -> int:
    """Turn what a crash left in `sending` into `unknown`; returns how many there were."""
    now = clock.now()
    sentence = "The process stopped between sending and hearing the answer."
    moves = [
        Move(
            lifecycle.moved(
                operation,
                "unknown",
                not_before=(operation.sent_at or now) + quarantine,
                error_class="unknown",
                error_sentence=sentence,
            )
        )
        for operation in operations.interrupted(store)
    ]
    with store.transaction():
        operations.move(store, moves, now)
    return len(moves)
