"""Carrying operations out: look, intend, send, judge, record (ARCHITECTURE.md: exactly once).

Operations go in small waves: one commit says what is about to be sent, then the wave is sent, then one commit
says what came of it. An outcome that is not known is not retried before the quarantine has passed and the
target has been asked by name.
"""

from collections.abc import Collection
from dataclasses import dataclass

from mappings import Problem
from mappings.kinds import DOCUMENT_KINDS, DocumentKind
from sync.clock import Clock
from sync.connectors.base import Connector, Item
from sync.connectors.errors import ApiError, AuthLost, Throttled
from sync.connectors.http import ABOUT, About
from sync.connectors.outcomes import of_error
from sync.core.documents import documents, rows
from sync.core.documents.answers import edited_meanwhile
from sync.core.documents.booking import moved_money
from sync.core.planning.overrides import effective
from sync.core.types import Operation, Outcome, Payload, RecordKey
from sync.quarantine import Quarantine
from sync.send.recorder import Recorder, Result, Stop
from sync.side_by_side import gather_all
from sync.store.database import Store
from sync.store.tables import links, operations, records
from sync.store.tables.runs import Tally

BATCH = 200
WAVE = 25
GIVE_UP_AFTER = 5
# The looks of a wave take five seconds at the pace that Fortnox allows. What was looked at longer ago, because others
# were slow, is looked at again before it is written to.
FRESH_SECONDS = 10.0


@dataclass(frozen=True)
class _Look:
    """A document as it was just before it is written to, and when that was, in seconds."""

    at: float
    document: Payload


class Executor:
    """Sends the operations that wait for one Fortnox company; bookings only of the deals that it `books`."""

    def __init__(
        self,
        store: Store,
        connector: Connector,
        clock: Clock,
        quarantine: Quarantine,
        recorder: Recorder,
        books: Collection[RecordKey] = (),
    ) -> None:
        self._store = store
        self._connector = connector
        self._clock = clock
        self._quarantine = quarantine
        self._recorder = recorder
        self._books = books
        self._released: set[int] = set()
        self._looks: dict[int, _Look] = {}

    async def drain(self, run_id: int, tally: Tally) -> Stop | None:
        """Carry out everything that is due; returns why it stopped early, None when nothing is left."""
        in_a_row = 0
        while batch := self._due():
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

    def _due(self) -> list[Operation]:
        resting = self._quarantine.resting()
        system, now = self._connector.system, self._clock.now()
        found = operations.due(self._store, system, now, resting, BATCH, bool(self._books))
        return [one for one in found if one.number not in self._released and self._may_book(one)]

    def _may_book(self, operation: Operation) -> bool:
        return operation.action != "book" or operation.state == "unknown" or operation.source in self._books

    def _still_due(self, looked_at: list[Operation]) -> list[Operation]:
        """Return what may still be sent, as it is now: a person may have changed it, or paused all, since it was read.

        An accountant may have changed a document since it was looked at, too: the next wave looks again.
        """
        due = {operation.number: operation for operation in self._due()}
        oldest = self._clock.monotonic() - FRESH_SECONDS
        stale = {number for number, look in self._looks.items() if look.at < oldest}
        fresh = [item.number for item in looked_at if item.number not in stale]
        return [due[number] for number in fresh if number in due]

    async def _wave(self, wave: list[Operation], run_id: int) -> list[Result]:
        """Carry a few operations out side by side: look, let go of settled doubts, say what is sent, send it."""
        settled, clear = await self._looked_at(wave, run_id)
        due = self._still_due(clear)
        self._plan_again([operation for operation in due if operation.state == "unknown"])
        sending = self._recorder.intend([operation for operation in due if operation.state != "unknown"])
        sent = await gather_all(self._send(operation, run_id) for operation in sending)
        return [*settled, *(send.result() for send in sent)]

    async def _looked_at(self, wave: list[Operation], run_id: int) -> tuple[list[Result], list[Operation]]:
        """Return what a look has settled, and what may be sent as far as it shows."""
        looks = await gather_all(self._look_first(operation, run_id) for operation in wave)
        looked = [look.result() for look in looks]
        settled = [result for result in looked if result is not None]
        return settled, [item for item, result in zip(wave, looked, strict=True) if result is None]

    def _plan_again(self, doubtful: list[Operation]) -> None:
        """Plan again what was in doubt and is not there: its deal may have moved on meanwhile.

        A booking is not sent in this drain: another document may have come to bear the name meanwhile, and that is
        seen before the next bookings are sent.
        """
        self._recorder.release(doubtful)
        self._released |= {item.number for item in doubtful if item.action == "book"}

    async def _look_first(self, operation: Operation, run_id: int) -> Result | None:
        """Ask before what is in doubt and before a change of a document; None when it may be sent."""
        token = ABOUT.set(About(run_id, operation.number, operation.correlation_id))
        try:
            if operation.action == "create":
                return await self._settle_doubt(operation) if operation.state == "unknown" else None
            if operation.action == "book":
                return await self._look_before_booking(operation)
            return await self._look_at_document(operation) if operation.document else None
        finally:
            ABOUT.reset(token)

    async def _settle_doubt(self, operation: Operation) -> Result | None:
        found = await self._probe(operation)
        if isinstance(found, Outcome):
            return Result(operation, found)
        return Result(operation, Outcome("done"), found) if found else None

    async def _look_whether_booked(self, operation: Operation) -> Result | None:
        return self._ended_by(operation, await self._look(operation))

    def _ended_by(self, operation: Operation, found: Item | Outcome) -> Result | None:
        """Return what a booking comes to where its document cannot be shown, or is booked already."""
        if isinstance(found, Outcome):
            return Result(operation, found)
        booked = found.payload.get("Booked") is True
        return Result(operation, Outcome("already", None, found.payload, found.id)) if booked else None

    async def _look_before_booking(self, operation: Operation) -> Result | None:
        """Book nothing that others have booked, nor other money than the booking was planned for."""
        found = await self._look(operation)
        if result := self._ended_by(operation, found):
            return result
        assert isinstance(found, Item)
        planned = records.load(self._store, operation.system, found.kind, [found.id]).get(found.id)
        fields = moved_money(found.kind, planned.payload, found.payload) if planned else ""
        if not fields or operation.state == "unknown":
            return None
        problem = Problem("money_otherwise", params={"number": found.id, "fields": fields})
        return Result(operation, Outcome("done"), problem=problem, seen=found)

    async def _look_at_document(self, operation: Operation) -> Result | None:
        """Never write over an accountant's edit or a booked document, however long ago the change was planned."""
        key = operation.target_id or ""
        found = await self._look(operation)
        if isinstance(found, Outcome):
            return Result(operation, found)
        self._looks[operation.number] = _Look(self._clock.monotonic(), found.payload)
        wanted = effective(operation.payload, operation.edited)
        if documents.matches(DOCUMENT_KINDS[operation.target_kind], found.payload, wanted):
            return Result(operation, Outcome("already", None, found.payload, key))
        known = links.of_sources(self._store, [operation.source])
        about = (operation.company, operation.target_kind, key)
        link = next((one for one in known if (one.company, one.target_kind, one.target_id) == about), None)
        begun = wanted if operation.attempt else None
        problem = documents.obstacle(link, found.payload, wanted, begun) if link else None
        return Result(operation, Outcome("done"), problem=problem, seen=found) if problem else None

    async def _look(self, operation: Operation) -> Item | Outcome:
        """Return the document an operation is about, or why it cannot be shown."""
        key = operation.target_id or ""
        try:
            found = await self._connector.fetch(operation.target_kind, key)
        except ApiError as error:
            return of_error(error) if isinstance(error, AuthLost | Throttled) else Outcome("retry", message=str(error))
        kind = DOCUMENT_KINDS[operation.target_kind].single
        return found or Outcome("rejected", 404, code="404", message=f"{kind} {key} is no longer in Fortnox.")

    async def _send(self, operation: Operation, run_id: int) -> Result:
        token = ABOUT.set(About(run_id, operation.number, operation.correlation_id))
        try:
            if operation.action == "update" and (kind := operation.document):
                return await self._change(kind, operation)
            outcome = await self._write(operation)
            if outcome.kind == "already":
                return await self._taken(operation, outcome)
            if operation.action == "book" and outcome.kind == "rejected":
                return await self._look_whether_booked(operation) or Result(operation, outcome)
            return Result(operation, outcome)
        finally:
            ABOUT.reset(token)

    async def _change(self, kind: DocumentKind, operation: Operation) -> Result:
        """Change a document as it was just seen; who edits it at the same moment is not written over unheard.

        A refusal may come of that: the rows that we know are then no longer there.
        """
        key, seen = operation.target_id or "", self._looks.pop(operation.number).document
        wanted = effective(operation.payload, operation.edited)
        sent = rows.identified(kind, wanted, seen)
        outcome = await self._connector.update(kind.name, key, sent)
        if outcome.kind == "rejected":
            return await self._look_again(operation, seen) or Result(operation, outcome)
        meanwhile = edited_meanwhile(kind, seen, sent, outcome.record)
        if outcome.record is not None and (rest := rows.superseded(kind, sent, outcome.record)):
            outcome = await self._connector.update(kind.name, key, rest)
        return Result(operation, outcome, meanwhile=meanwhile)

    async def _look_again(self, operation: Operation, seen: Payload) -> Result | None:
        """Return what a refusal came of where somebody has edited or saved the document meanwhile, else None."""
        found = await self._look_at_document(operation)
        if found is None and self._looks[operation.number].document != seen:
            return Result(operation, Outcome("retry", message="The document was saved by somebody else meanwhile."))
        return found

    async def _taken(self, operation: Operation, outcome: Outcome) -> Result:
        """The number was used before: by us, by somebody else, or by a record that was deleted since."""
        found = await self._probe(operation)
        if isinstance(found, Outcome):
            return Result(operation, found)
        if found:
            return Result(operation, outcome, found)
        return Result(operation, outcome, problem=Problem("number_deleted", params={"value": operation.reference}))

    async def _write(self, operation: Operation) -> Outcome:
        payload = effective(operation.payload, operation.edited)
        if operation.action == "create":
            return await self._connector.create(operation.target_kind, payload)
        if operation.action == "book":
            return await self._connector.act("book", operation.target_kind, operation.target_id or "")
        return await self._connector.update(operation.target_kind, operation.target_id or "", payload)

    async def _probe(self, operation: Operation) -> tuple[Item, ...] | Outcome:
        try:
            return await self._connector.find(operation.target_kind, operation.reference)
        except ApiError as error:
            return Outcome("unknown", error.status, message=str(error), excerpt=error.excerpt)
