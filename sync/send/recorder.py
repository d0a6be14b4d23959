"""Writes down intents and outcomes: operations, links, records, decisions and trail, each time in one transaction."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mappings import Problem
from mappings.kinds import DOCUMENT_KINDS
from mappings.problems import sentence
from sync.clock import Clock
from sync.connectors.base import Item
from sync.core import classes, lifecycle
from sync.core.documents.agreement import agreed_fields
from sync.core.documents.answers import silent_changes
from sync.core.documents.documents import differing_fields, digest_after, is_effective, whole_digest
from sync.core.identity import external_reference
from sync.core.planning.overrides import effective
from sync.core.types import DecisionKey, Event, Link, Operation, Outcome, Payload, RecordKey, SilentChange
from sync.core.values import same
from sync.quarantine import Quarantine
from sync.send.call_log import CallLog
from sync.store.database import Store
from sync.store.publish.high_water import HighWater, count_intent
from sync.store.tables import links, operations, overrides, records, trail
from sync.store.tables.operations import Failure, Move
from sync.store.tables.records import Arrival
from sync.store.tables.runs import Tally


@dataclass(frozen=True)
class Result:
    """An operation and what came of it.

    `found` are the records that already carry its name; `problem` is why it must not be sent, `seen` what showed it;
    `meanwhile` is what somebody else changed of its document while it was sent.
    """

    operation: Operation
    outcome: Outcome
    found: tuple[Item, ...] = ()
    problem: Problem | None = None
    seen: Item | None = None
    meanwhile: tuple[SilentChange, ...] = ()


@dataclass(frozen=True)
class Stop:
    """Why sending to a system stopped before everything was sent."""

    sentence: str
    needs_person: bool = False


@dataclass
class _Ledger:
    """What one transaction is going to write."""

    moves: list[Move] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    decisions: dict[DecisionKey, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    silent: list[tuple[int, SilentChange]] = field(default_factory=list)


@dataclass(frozen=True)
class _Known:
    """What the store knew before: the open links, and how documents that were found looked when first read whole."""

    links: Sequence[Link]
    first_seen: Mapping[tuple[str, str], Payload]


class Recorder:
    """Writes down what was intended and what came of it."""

    def __init__(
        self, store: Store, clock: Clock, quarantine: Quarantine, high_water: HighWater, calls: CallLog
    ) -> None:
        self._store = store
        self._clock = clock
        self._quarantine = quarantine
        self._high_water = high_water
        self._calls = calls

    def intend(self, wave: Sequence[Operation]) -> list[Operation]:
        """Commit that operations are about to be sent, with their payloads; returns them as `sending`.

        When it returns, the store and the high-water mark beside it are on the disk. Raises StoreError.
        """
        if not wave:
            return []
        now = self._clock.now()
        sending = [
            lifecycle.moved(item, "sending", attempt=item.attempt + 1, sent_at=now, not_before=None) for item in wave
        ]
        with self._store.transaction():
            moves = [Move(item, sent=effective(item.payload, item.edited)) for item in sending]
            operations.move(self._store, moves, now)
            number = count_intent(self._store)
        self._high_water.raise_to(number, now)
        return sending

    def release(self, doubtful: Sequence[Operation]) -> None:
        """Plan again what was in doubt and turned out not to be there."""
        if doubtful:
            moves = [Move(lifecycle.moved(item, "planned", not_before=None)) for item in doubtful]
            with self._store.transaction():
                operations.move(self._store, moves, self._clock.now())

    def record(self, results: Sequence[Result], run_id: int, tally: Tally) -> None:
        """Store the outcomes of a wave, which went to one system, in one transaction."""
        if not results:
            return
        now = self._clock.now()
        ledger = _Ledger()
        known = self._known(results)
        for result in results:
            self._enter(result, known, ledger, now, tally)
        with self._store.transaction():
            operations.move(self._store, ledger.moves, now)
            operations.note_failures(self._store, ledger.failures, now)
            records.land(self._store, ledger.arrivals, now, run_id)
            links.save(self._store, ledger.links, now)
            links.settle(self._store, ledger.decisions)
            trail.add_events(self._store, ledger.events, now, run_id)
            overrides.add_silent_changes(self._store, ledger.silent, now)
            tally.calls += self._calls.store()
        self._quarantine.begin(move.operation.number for move in ledger.moves if move.operation.state == "unknown")

    def _known(self, results: Sequence[Result]) -> _Known:
        found: dict[str, list[str]] = defaultdict(list)
        for result in results:
            if result.operation.document:
                found[result.operation.target_kind] += [item.id for item in result.found]
        system = results[0].operation.system
        first_seen = {
            (kind, number): payload
            for kind, numbers in found.items()
            for number, payload in records.first_named(self._store, system, DOCUMENT_KINDS[kind], numbers).items()
        }
        return _Known(links.of_sources(self._store, {result.operation.source for result in results}), first_seen)

    def _enter(self, result: Result, known: _Known, ledger: _Ledger, now: datetime, tally: Tally) -> None:
        operation, outcome, found = result.operation, result.outcome, _that_count(result.found)
        problem = result.problem or (_not_ours(operation, found) if found else None)
        if problem is not None:
            self._hold(operation, problem, result.seen, ledger, tally)
            return
        if found:
            item = found[0]
            outcome = Outcome("done", outcome.status, item.payload, item.id)
        after = lifecycle.after_outcome(operation, outcome, now, self._quarantine.length)
        if after.state != "done":
            self._not_done(operation, outcome, after, ledger, tally)
            return
        self._done(replace(result, outcome=outcome), bool(found), known, ledger)
        tally.adopted += 1 if found else 0
        tally.sent += 0 if found else 1

    def _done(self, ended: Result, adopted: bool, known: _Known, ledger: _Ledger) -> None:
        operation, outcome = ended.operation, ended.outcome
        target = outcome.record_id or operation.target_id or ""
        done = lifecycle.moved(
            operation,
            "done",
            target_id=target,
            not_before=None,
            error_class="",
            error_code="",
            error_sentence="",
        )
        result = "adopted" if adopted else "sent" if outcome.kind == "done" else "already"
        if operation.action == "write_back":
            # A CRM's answer to a write is thinner than the record: the next pull reads the record itself.
            ledger.moves.append(Move(done, result=result))
            ledger.links += written_links(done, known.links)
        else:
            ledger.moves.append(Move(done, answer=outcome.record, result=result))
            if outcome.record is not None:
                key = RecordKey(operation.system, operation.target_kind, target)
                ledger.arrivals.append(Arrival(key, outcome.record))
            if outcome.kind == "done" and not adopted:
                changes = silent_changes(
                    operation.target_kind, effective(operation.payload, operation.edited), outcome.record
                )
                ledger.silent += [(done.number, change) for change in (*changes, *ended.meanwhile)]
            if operation.decides:
                link = _sent_link(done, target, outcome, adopted, known)
                ledger.links.append(_unsettled(link) if ended.meanwhile else link)
                ledger.decisions[operation.decided] = "linked"
        action = "written_back" if operation.action == "write_back" else "adopted" if adopted else "done"
        details = {"action": operation.action, "kind": operation.target_kind, "id": target, "attempt": done.attempt}
        ledger.events.append(_event(action, done, details))
        if ended.meanwhile:
            fields = ", ".join(dict.fromkeys(change.field for change in ended.meanwhile))
            ledger.events.append(_event("edited_meanwhile", done, {"id": target, "fields": fields}))

    def _not_done(
        self, operation: Operation, outcome: Outcome, after: lifecycle.Next, ledger: _Ledger, tally: Tally
    ) -> None:
        # What was looked at first and then not sent has spent no attempt that could be given back.
        unspent = operation.state == "sending" and not after.counts
        moved = lifecycle.moved(
            operation,
            after.state,
            attempt=operation.attempt - 1 if unspent else operation.attempt,
            not_before=after.not_before,
            error_class=after.error_class,
            error_code=outcome.code,
            error_sentence=outcome.message,
        )
        ledger.moves.append(Move(moved))
        if after.state == "review":
            tally.held += 1
            if operation.decides:
                ledger.decisions[operation.decided] = "review"
        else:
            tally.failed += 1
        if after.counts:
            ledger.failures.append(Failure(moved, outcome, after.error_class))
            details = {"code": outcome.code, "message": outcome.message, "attempt": moved.attempt}
            ledger.events.append(_event(after.state, moved, details))

    def _hold(self, operation: Operation, problem: Problem, seen: Item | None, ledger: _Ledger, tally: Tally) -> None:
        stored = problem.as_json()
        held = lifecycle.moved(
            operation,
            "review",
            problems=(stored,),
            error_class=classes.of_problems((stored,)),
            error_code=problem.code,
            error_sentence=sentence(stored, "en"),
            not_before=None,
        )
        ledger.moves.append(Move(held))
        if seen is not None:
            ledger.arrivals.append(Arrival(RecordKey(operation.system, seen.kind, seen.id), seen.payload))
        if operation.decides:
            ledger.decisions[operation.decided] = "review"
        ledger.events.append(_event("review", held, {"code": problem.code}))
        tally.held += 1


def _sent_link(operation: Operation, target: str, outcome: Outcome, adopted: bool, known: _Known) -> Link:
    answer, company = outcome.record, operation.company or ""
    own = [link for link in known.links if link.source == operation.source and link.company == company]
    same = (operation.target_kind, target)
    before = next((link for link in own if (link.target_kind, link.target_id) == same), None)
    link = before or Link(
        operation.source,
        company,
        operation.target_kind,
        target,
        rung="adopted" if adopted else "sent",
        generation=operation.generation,
        reference=operation.reference,
    )
    draft = {**(link.draft or {}), **(operation.draft or {})}
    agreed = agreed_fields(operation.target_kind, draft, answer)
    kind = operation.document
    looked_up = adopted or outcome.kind == "already"
    if kind and looked_up and answer and differing_fields(kind, answer, draft):
        # Not answered to us but found later: what differs is an accountant's edit, and ours is what we wanted.
        answer = draft
    elif adopted:
        answer = known.first_seen.get(same, answer)
    seen = link.answer_digest
    if kind and answer:
        seen = digest_after(link, effective(operation.payload, operation.edited), answer)
    return replace(
        link,
        fingerprint=operation.fingerprint,
        draft=draft,
        agreed=agreed,
        answer_digest=seen,
        mapping_version=operation.mapping_version,
        operation_no=operation.number,
        correlation_id=operation.correlation_id,
    )


def _unsettled(link: Link) -> Link:
    """Return a link that does not know what somebody changed while we wrote: the next change goes to a person."""
    return replace(link, answer_digest=whole_digest(DOCUMENT_KINDS[link.target_kind], link.draft or {}))


def written_links(operation: Operation, known: Sequence[Link]) -> list[Link]:
    """Return the links that a write-back has told to the CRM: its reference is the document's number."""
    return [
        replace(link, written_fingerprint=operation.fingerprint, written=operation.payload)
        for link in known
        if link.source == operation.source and link.target_id == operation.reference
    ]


def _event(action: str, operation: Operation, details: Payload) -> Event:
    return Event(
        action,
        correlation_id=operation.correlation_id,
        operation_no=operation.number,
        company=operation.company,
        about=operation.source,
        details=details,
    )


def _that_count(found: tuple[Item, ...]) -> tuple[Item, ...]:
    """A person who cancels all copies but one has decided which one it is."""
    return tuple(item for item in found if is_effective(item.payload)) or found[-1:]


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
        wanted = effective(operation.payload, operation.edited).get("Description")
        if same("article", "Description", payload.get("Description"), wanted):
            return None
        return Problem("number_taken", "ArticleNumber", params=params | {"other": str(payload.get("Description"))})
    return None
