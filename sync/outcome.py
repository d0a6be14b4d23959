"""What an outcome leaves behind: operation, link, mirrored record, decision, audit line, in one transaction."""

from dataclasses import replace
from datetime import timedelta

from mappings import Problem
from mappings.problems import sentence
from sync.clock import Clock
from sync.connectors.base import Item
from sync.core import lifecycle
from sync.core.documents import projection_digest, same
from sync.core.identity import external_reference
from sync.core.types import Event, Link, Operation, Outcome, Payload, RecordKey
from sync.store import links, operations, records, trail
from sync.store.database import Store
from sync.store.records import Arrival
from sync.store.runs import Tally


class Recorder:
    """Writes down what was intended and what came of it."""

    def __init__(self, store: Store, clock: Clock, quarantine: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._quarantine = quarantine

    def intend(self, operation: Operation) -> Operation:
        """Commit that the operation is about to be sent, with its payload; returns it as `sending`."""
        now = self._clock.now()
        with self._store.transaction():
            sending = operations.move(
                self._store, operation, "sending", now, attempt=operation.attempt + 1, sent_at=now, not_before=None
            )
            operations.note_sent(self._store, sending, sending.edited or sending.payload or {})
        return sending

    def record(self, operation: Operation, outcome: Outcome, run_id: int, tally: Tally) -> lifecycle.Next:
        """Store an outcome and return what it led to."""
        now = self._clock.now()
        after = lifecycle.after_outcome(operation, outcome, now, self._quarantine)
        with self._store.transaction():
            if after.state == "done":
                self._done(operation, outcome, "sent" if outcome.kind == "done" else "already", run_id)
            else:
                self._not_done(operation, outcome, after, run_id)
        if after.state == "done":
            tally.sent += 1
        elif after.state == "review":
            tally.held += 1
        else:
            tally.failed += 1
        return after

    def adopt(self, operation: Operation, found: tuple[Item, ...], run_id: int, tally: Tally) -> None:
        """Take over what already carries our name, or hold it when it is not surely ours."""
        problem = _not_ours(operation, found)
        now = self._clock.now()
        with self._store.transaction():
            if problem is None:
                item = found[0]
                self._done(operation, Outcome("done", None, item.payload, item.id), "adopted", run_id)
                tally.adopted += 1
                return
            text = sentence(problem.as_json(), "en")
            operations.move(
                self._store,
                operation,
                "review",
                now,
                error_class="match",
                error_code=problem.code,
                error_sentence=text,
            )
            links.settle(self._store, operation.source, "review", now)
            self._event("review", operation, run_id, {"code": problem.code})
            tally.held += 1

    def _done(self, operation: Operation, outcome: Outcome, result: str, run_id: int) -> None:
        now = self._clock.now()
        target = outcome.record_id or operation.target_id or ""
        done = operations.move(
            self._store,
            operation,
            "done",
            now,
            target_id=target,
            not_before=None,
            error_class="",
            error_code="",
            error_sentence="",
        )
        operations.note_answer(self._store, done, outcome.record, result)
        if outcome.record is not None:
            key = RecordKey(operation.system, operation.target_kind, target)
            records.land(self._store, [Arrival(key, outcome.record)], now, run_id)
        if operation.action == "write_back":
            self._link_written(done)
        else:
            links.save(self._store, self._link(done, target, outcome.record, result), now)
            links.settle(self._store, operation.source, "linked", now)
        action = "written_back" if operation.action == "write_back" else "adopted" if result == "adopted" else "done"
        details = {"action": operation.action, "kind": operation.target_kind, "id": target, "attempt": done.attempt}
        self._event(action, done, run_id, details)

    def _link(self, operation: Operation, target: str, answer: Payload | None, result: str) -> Link:
        company = operation.company or ""
        before = links.of_source(self._store, operation.source, company, operation.target_kind)
        draft = {**(before.draft or {} if before else {}), **(operation.draft or {})}
        link = before or Link(
            operation.source,
            company,
            operation.target_kind,
            target,
            rung="adopted" if result == "adopted" else "sent",
            generation=operation.generation,
            reference=operation.reference,
        )
        return replace(
            link,
            fingerprint=operation.fingerprint,
            draft=draft,
            answer_digest=projection_digest(answer, draft) if answer else link.answer_digest,
            mapping_version=operation.mapping_version,
            operation_no=operation.number,
        )

    def _link_written(self, operation: Operation) -> None:
        kind = "customer" if operation.source.kind == "account" else "invoice"
        link = links.of_target(self._store, operation.source, operation.company or "", kind, operation.reference)
        if link is not None:
            written = replace(link, written_fingerprint=operation.fingerprint, written=operation.payload)
            links.save(self._store, written, self._clock.now())

    def _not_done(self, operation: Operation, outcome: Outcome, after: lifecycle.Next, run_id: int) -> None:
        now = self._clock.now()
        moved = operations.move(
            self._store,
            operation,
            after.state,
            now,
            attempt=operation.attempt if after.counts else operation.attempt - 1,
            not_before=after.not_before,
            error_class=after.error_class,
            error_code=outcome.code,
            error_sentence=outcome.message,
        )
        if after.counts:
            operations.note_failure(self._store, moved, outcome, after.error_class, now)
        if after.state == "review" and operation.action != "write_back":
            links.settle(self._store, operation.source, "review", now)
        if after.counts:
            details = {"code": outcome.code, "message": outcome.message, "attempt": moved.attempt}
            self._event(after.state, moved, run_id, details)

    def _event(self, action: str, operation: Operation, run_id: int, details: Payload) -> None:
        event = Event(
            action,
            correlation_id=operation.correlation_id,
            operation_no=operation.number,
            company=operation.company,
            about=operation.source,
            details=details,
        )
        trail.add_events(self._store, [event], self._clock.now(), run_id)


def _not_ours(operation: Operation, found: tuple[Item, ...]) -> Problem | None:
    """Return why what was found may not be adopted: several of them, or somebody else's under our number."""
    if len(found) > 1:
        return Problem("several_documents", params={"numbers": ", ".join(item.id for item in found)})
    payload = found[0].payload
    params = {"value": operation.reference}
    if operation.target_kind == "customer":
        if payload.get("ExternalReference") == external_reference(operation.source):
            return None
        return Problem("number_taken", "CustomerNumber", params=params | {"other": str(payload.get("Name"))})
    if operation.target_kind == "article":
        wanted = (operation.edited or operation.payload or {}).get("Description")
        if same(payload.get("Description"), wanted):
            return None
        return Problem("number_taken", "ArticleNumber", params=params | {"other": str(payload.get("Description"))})
    return None
