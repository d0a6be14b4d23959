"""Carries out what a person asks of failed operations: edit, replay, dismiss, accept.

Nothing is sent from here: a repaired operation is planned again, by this module or by the next run, and goes through
the Executor as any other (ARCHITECTURE.md: the walk of a replay).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import Field

from mappings import MappingSet, Problem
from mappings.compile import EntityMapping
from mappings.edits import ROWS, Checked, Registers, check
from sync.clock import Clock
from sync.commands.flow_commands import Answer, Shape
from sync.core import lifecycle
from sync.core.identity import own_customer_number
from sync.core.planning.overrides import effective, of_target, origin
from sync.core.types import Event, Operation, Override, Record
from sync.decide.plan import company_facts
from sync.send.recorder import written_links
from sync.store.database import Store
from sync.store.tables import links, operations, overrides, records, runs, trail
from sync.store.tables.operations import Move

Choice = Literal["", "current", "edited"]
MOST = 500
_REASON = Field(min_length=1, max_length=500)


class Seen(Shape):
    """An operation as a person saw it: its number, and how often it had moved by then."""

    number: int = Field(ge=1, lt=2**63)
    version: int = Field(ge=0, lt=2**63)


class Edit(Shape):
    """Change fields of what is sent: `changes` are texts by path, "" clears a field."""

    operation: Seen
    changes: dict[str, str] = Field(min_length=1, max_length=MOST)
    reason: str = _REASON
    choice: Choice = ""


class Replay(Shape):
    """Try again; `choice` says what holds where the source has changed: the "current" source, or it as "edited"."""

    operations: list[Seen] = Field(min_length=1, max_length=MOST)
    choice: Choice = ""


class Dismiss(Shape):
    """Want nothing more of some operations, and why; they come back when their source changes."""

    operations: list[Seen] = Field(min_length=1, max_length=MOST)
    reason: str = _REASON


class Accept(Shape):
    """Accept that a system answered otherwise than it was sent."""

    operations: list[int] = Field(min_length=1, max_length=MOST)
    reason: str = _REASON


@dataclass(frozen=True)
class _Refusal:
    code: str
    params: dict[str, Any]


class Repair:
    """Carries out what a person asks of failed operations of one CRM account."""

    def __init__(self, store: Store, clock: Clock, mapping: MappingSet) -> None:
        self._store = store
        self._clock = clock
        self._entities: dict[str, EntityMapping] = {
            "customer": mapping.customer,
            "article": mapping.article,
            "invoice": mapping.invoice,
        }

    def carry_out(self, wish: Edit | Replay | Dismiss | Accept, actor: str) -> tuple[Answer, list[str]]:
        """Return the answer to a command, and the flows that should run now."""
        if isinstance(wish, Accept):
            return self._accept(wish, actor), []
        if isinstance(wish, Edit):
            found = operations.numbered(self._store, [wish.operation.number])
            if not found:
                return (False, "nothing_to_replay", {}), []
            return self._edit(wish, found[0], actor), self._flows(found)
        found = operations.numbered(self._store, [one.number for one in wish.operations])
        versions = {one.number: one.version for one in wish.operations}
        codes = [self._one_of_many(wish, one, versions[one.number], actor) for one in found]
        return _summed(codes), self._flows(found) if "accepted" in codes else []

    def _one_of_many(self, wish: Replay | Dismiss, operation: Operation, version: int, actor: str) -> str:
        if isinstance(wish, Dismiss):
            return self._dismiss_one(wish, operation, version, actor)
        refusal = self._refusal(operation, version, wish.choice)
        return refusal.code if refusal is not None else self._replay_now(operation, wish.choice, actor)

    # --- edit ---------------------------------------------------------------------------------------------

    def _edit(self, wish: Edit, operation: Operation, actor: str) -> Answer:
        refusal = self._refusal(operation, wish.operation.version, wish.choice)
        if refusal is None and operation.target_kind not in self._entities:
            refusal = _Refusal("not_editable", {})
        if refusal is not None:
            return False, refusal.code, refusal.params
        if wish.choice == "current":
            code = self._replay_now(operation, wish.choice, actor)
            return code == "accepted", code, {}
        record = records.load(self._store, operation.source.system, operation.source.kind, [operation.source.id]).get(
            operation.source.id
        )
        if record is None or operation.company is None:
            return False, "not_editable", {}
        if wish.choice == "edited" and self._rows_moved(operation, record, wish.changes):
            return False, "rows_moved", {}
        checked = self._check(operation, wish.changes)
        if checked.problems:
            return False, "edit_refused", {"problems": [problem.as_json() for problem in checked.problems]}
        self._keep(operation, record, checked, wish.reason, actor)
        waits = {"waits": [problem.as_json() for problem in checked.waits]} if checked.waits else {}
        return True, "accepted_waits" if waits else "accepted", waits

    def _rows_moved(self, operation: Operation, record: Record, changes: dict[str, str]) -> bool:
        """Return whether rows were edited that are not the source's rows any more, in that order."""
        if not any(path.startswith(ROWS) for path in changes):
            return False
        entity, source = self._entities[operation.target_kind], record.key
        decided = links.decisions(self._store, source.system, source.kind, [source.id]).get(source.id)
        seen = records.at_version(self._store, source, decided.version) if decided else None
        return seen is None or entity.row_ids(seen) != entity.row_ids(record.payload)

    def _check(self, operation: Operation, changes: dict[str, str]) -> Checked:
        payload = effective(operation.payload, operation.edited)
        stored = [_problem(one) for one in operation.problems]
        beside = links.crms_beside(self._store, operation.source.system)
        own = own_customer_number(operation.source, beside=beside) if operation.target_kind == "customer" else None
        registers = registers_of(self._store, operation.company or "", own)
        return check(operation.target_kind, payload, changes, stored, registers)

    def _keep(self, operation: Operation, record: Record, checked: Checked, reason: str, actor: str) -> None:
        """Store an edit as overrides; the operation moves, so that who saw it earlier is told."""
        entity = self._entities[operation.target_kind]
        raw, _ = entity.mapped(record.payload, lambda _kind, _key: None)
        source, now = operation.source, self._clock.now()
        made = [
            Override(
                source,
                operation.company or "",
                operation.target_kind,
                path,
                value,
                origin(entity, record.payload, raw, path),
                actor,
                reason,
                at_path(operation.payload or {}, path),
            )
            for path, value in checked.values.items()
        ]
        before = effective(operation.payload, operation.edited)
        details = {
            "reason": reason,
            "changes": [{"path": one.path, "before": at_path(before, one.path), "after": one.value} for one in made],
        }
        with self._store.joined():
            again = [one for one in self._held(operation) if one.path in checked.values]
            overrides.end(self._store, [(one, "edited_again") for one in again], now)
            overrides.add(self._store, made, now)
            self._plan_before_sending(operation)
            self._touch(operation)
            self._note("edited", operation, actor, details)

    def _held(self, operation: Operation) -> tuple[Override, ...]:
        source = operation.source
        held = overrides.active(self._store, source.system, source.kind, [source.id]).get(source.id, ())
        return of_target(held, operation.target_kind, operation.company)

    # --- replay -------------------------------------------------------------------------------------------

    def _replay_now(self, operation: Operation, choice: Choice, actor: str) -> str:
        now = self._clock.now()
        with self._store.joined():
            if choice == "current":
                self._drop_edits(operation, actor)
            if operation.state == "retry":
                operations.move(self._store, [Move(lifecycle.moved(operation, "retry", not_before=None))], now)
            elif operation.action == "book" and operation.problems:
                # It is planned again only when its document's name is its own.
                operations.cancel(self._store, [operation], now)
            elif operation.problems or self._outdated(operation):
                self._touch(operation)
            else:
                self._plan_again(operation)
            self._note("replayed", operation, actor, {"choice": choice})
        return "accepted"

    def _plan_again(self, operation: Operation) -> None:
        """What was refused for sure is planned again as it is; its deal is on its way."""
        values = {"error_class": "", "error_code": "", "error_sentence": "", "not_before": None}
        planned = lifecycle.moved(operation, "planned", **values)
        operations.move(self._store, [Move(planned)], self._clock.now())
        if operation.decides:
            links.settle(self._store, {operation.source: "open"})
            links.doubt(self._store, operation.source)

    def _drop_edits(self, operation: Operation, actor: str) -> None:
        held = self._held(operation)
        overrides.end(self._store, [(one, "dropped") for one in held], self._clock.now())
        self._plan_before_sending(operation)
        for one in held:
            self._note("edit_ended", operation, actor, {"path": one.path, "value": one.value, "why": "dropped"})

    # --- dismiss and accept -------------------------------------------------------------------------------

    def _dismiss_one(self, wish: Dismiss, operation: Operation, version: int, actor: str) -> str:
        if operation.state != "review" or operation.action == "book":
            return "nothing_to_dismiss"
        if operations.version(self._store, operation.number) != version:
            return "stale"
        known = links.of_sources(self._store, [operation.source])
        with self._store.joined():
            dismissed = lifecycle.moved(operation, "dismissed", not_before=None)
            operations.move(self._store, [Move(dismissed)], self._clock.now())
            if operation.decides:
                links.settle(self._store, {operation.source: "dismissed"})
            elif operation.action == "write_back":
                # It counts as told: only a later change is told again.
                links.save(self._store, written_links(operation, known), self._clock.now())
            self._note("dismissed", operation, actor, {"reason": wish.reason, "code": operation.error_code})
        return "accepted"

    def _accept(self, wish: Accept, actor: str) -> Answer:
        found = operations.numbered(self._store, wish.operations)
        flagged = [one for one in found if overrides.open_silent_changes(self._store, one.number)]
        if not flagged:
            return False, "nothing_to_accept", {}
        with self._store.joined():
            for one in flagged:
                overrides.accept_silent_changes(self._store, one.number, actor, wish.reason, self._clock.now())
                self._note("accepted", one, actor, {"reason": wish.reason})
        return True, "accepted", {"count": len(flagged)}

    # --- what stands in the way ---------------------------------------------------------------------------

    def _refusal(self, operation: Operation, version: int, choice: Choice) -> _Refusal | None:
        """Return why an operation is left alone: settled, under way, booked, or not what the person saw."""
        if operation.state in {"sending", "unknown"}:
            return _Refusal("in_doubt", {})
        moved = operations.version(self._store, operation.number) != version
        if operation.state in {"done", "planned"}:
            return _Refusal("already_replayed" if moved else "nothing_to_replay", {})
        if operation.state in lifecycle.FINAL:
            return _Refusal("nothing_to_replay", {})
        if self._booked(operation):
            return _Refusal("document_booked", {"number": operation.target_id})
        if moved and (who := operations.last_person(self._store, operation.number)):
            return _Refusal("already_replayed", {"actor": who})
        if not choice and (moved or self._outdated(operation)):
            return _Refusal("stale", {})
        return None

    def _booked(self, operation: Operation) -> bool:
        """A booked document is never changed: it is credited and made anew, by a person."""
        if operation.action not in {"update", "book"} or operation.target_kind != "invoice":
            return False
        held = records.load(self._store, operation.system, "invoice", [operation.target_id or ""])
        return any(one.payload.get("Booked") is True for one in held.values())

    def _outdated(self, operation: Operation) -> bool:
        """Say whether the source has changed since the operation was planned."""
        entity = self._entities.get(operation.target_kind)
        source = operation.source
        record = records.load(self._store, source.system, source.kind, [source.id]).get(source.id)
        if entity is None or record is None or not operation.decides:
            return False
        return entity.fingerprint(record.payload) != operation.fingerprint

    def _plan_before_sending(self, operation: Operation) -> None:
        """What is only tried again would go out as it was planned, before anybody plans it with its edits."""
        if operation.state == "retry":
            links.doubt(self._store, operation.source)

    def _touch(self, operation: Operation) -> None:
        again = lifecycle.moved(operation, operation.state, not_before=None)
        operations.move(self._store, [Move(again)], self._clock.now())

    def _note(self, action: str, operation: Operation, actor: str, details: dict[str, Any]) -> None:
        event = Event(
            action,
            actor=actor,
            correlation_id=operation.correlation_id,
            operation_no=operation.number,
            company=operation.company,
            about=operation.source,
            details=details,
        )
        trail.add_events(self._store, [event], self._clock.now())

    def _flows(self, found: Iterable[Operation]) -> list[str]:
        """Return the flows that carry out what some operations are about."""
        listed = list(found)
        crms = {one.source.system for one in listed}
        booking = {one.company for one in listed if one.action == "book"}
        return [
            flow.name
            for flow in runs.flows(self._store)
            if (flow.kind == "deals" and flow.system in crms) or (flow.kind == "documents" and flow.company in booking)
        ]


def registers_of(store: Store, company: str, own_number: str | None = None) -> Registers:
    """Return what a company's registers allow, from the mirror; `own_number` is one that we may give out."""
    facts = company_facts(store, company, date.min)
    system = f"fortnox:{company}"
    numbers = {kind: _numbers(store, system, kind) for kind in ("customer", "article")}
    own = {own_number} if own_number else set()
    return Registers(
        facts.currencies, facts.years, facts.locked_until, frozenset(numbers["customer"] | own), numbers["article"]
    )


def at_path(payload: Any, path: str) -> Any:
    """Return a draft's value at "YourReference" or "InvoiceRows.2.Price", None where there is none."""
    steps = path.split(".")
    if len(steps) != 3:
        return payload.get(path)
    rows = payload.get(steps[0]) or []
    number = int(steps[1])
    return rows[number - 1].get(steps[2]) if 1 <= number <= len(rows) else None


def _numbers(store: Store, system: str, kind: str) -> frozenset[str]:
    return frozenset(row[0] for row in store.rows("names_in_register", {"system": system, "kind": kind}))


def _problem(stored: Any) -> Problem:
    return Problem(stored["code"], stored.get("field") or "", stored.get("row"), stored.get("params") or {})


def _summed(codes: list[str]) -> Answer:
    """Return one answer for many: accepted when any was; how many of each where they differ."""
    if not codes:
        return False, "nothing_to_replay", {}
    counts = {code: codes.count(code) for code in dict.fromkeys(codes)}
    if len(counts) == 1:
        return codes[0] == "accepted", codes[0], {"count": len(codes)}
    done = counts.pop("accepted", 0)
    return done > 0, "partly", {"count": done, "left": counts}
