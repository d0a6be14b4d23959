"""Repairing what failed: replay, dismiss, accept; decided here, carried out by the next run.

Nothing is sent from here: a repaired operation is planned again, by this module or by the next run, and goes through
the Executor as any other (ARCHITECTURE.md: the walk of a replay).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mappings.compile import EntityMapping
from sync.commands.handling import CommandAnswer, CommandContext
from sync.commands.shapes import Accept, Choice, Dismiss, Replay, Seen
from sync.core import lifecycle
from sync.core.planning.overrides import of_target
from sync.core.types import Event, Operation, Override
from sync.send.recorder import written_links
from sync.store.database import Store
from sync.store.tables import links, operations, overrides, records, runs, trail
from sync.store.tables.operations import Move


def replay(context: CommandContext, command: Replay, actor: str) -> CommandAnswer:
    """Try some operations again, each unless something stands in its way."""

    def one(operation: Operation, version: int) -> str:
        refused = refusal(context, operation, version, command.choice)
        return refused.code if refused is not None else replay_now(context, operation, command.choice, actor)

    return _each(context, command.operations, one)


def dismiss(context: CommandContext, command: Dismiss, actor: str) -> CommandAnswer:
    """Want nothing more of some operations; each that a person saw otherwise than it is now is left alone."""

    def one(operation: Operation, version: int) -> str:
        return dismiss_one(context, operation, version, command.reason, actor)

    return _each(context, command.operations, one)


def accept(context: CommandContext, command: Accept, actor: str) -> CommandAnswer:
    """Accept, of some operations, that a system answered otherwise than they were sent."""
    store = context.store
    found = operations.numbered(store, command.operations)
    flagged = [one for one in found if overrides.open_silent_changes(store, one.number)]
    if not flagged:
        return CommandAnswer.no("nothing_to_accept")
    with store.joined():
        for one in flagged:
            overrides.accept_silent_changes(store, one.number, actor, command.reason, context.clock.now())
            note(context, "accepted", one, actor, {"reason": command.reason})
    return CommandAnswer.yes(count=len(flagged))


def refusal(context: CommandContext, operation: Operation, version: int, choice: Choice) -> CommandAnswer | None:
    """Return why an operation is left alone: settled, under way, booked, or not what the person saw."""
    if operation.state in {"sending", "unknown"}:
        return CommandAnswer.no("in_doubt")
    moved = operations.version(context.store, operation.number) != version
    if operation.state in {"done", "planned"}:
        return CommandAnswer.no("already_replayed" if moved else "nothing_to_replay")
    if operation.state in lifecycle.FINAL:
        return CommandAnswer.no("nothing_to_replay")
    if _booked(context.store, operation):
        return CommandAnswer.no("document_booked", number=operation.target_id)
    if moved and (who := operations.last_person(context.store, operation.number)):
        return CommandAnswer.no("already_replayed", actor=who)
    if not choice and (moved or _outdated(context, operation)):
        return CommandAnswer.no("stale")
    return None


def replay_now(context: CommandContext, operation: Operation, choice: Choice, actor: str) -> str:
    """Let the next run try an operation again, whatever state it waits in; return the code of the answer."""
    now = context.clock.now()
    with context.store.joined():
        if choice == "current":
            _drop_edits(context, operation, actor)
        if operation.state == "retry":
            touch(context, operation)
        elif operation.action == "book" and operation.problems:
            # It is planned again only when its document's name is its own.
            operations.cancel(context.store, [operation], now)
        elif operation.problems or _outdated(context, operation):
            touch(context, operation)
        else:
            _plan_again(context, operation)
        note(context, "replayed", operation, actor, {"choice": choice})
    return "accepted"


def dismiss_one(context: CommandContext, operation: Operation, version: int, reason: str, actor: str) -> str:
    """Want nothing more of one operation; return the code of the answer."""
    store, now = context.store, context.clock.now()
    if operation.state != "review" or operation.action == "book":
        return "nothing_to_dismiss"
    if operations.version(store, operation.number) != version:
        return "stale"
    known = links.of_sources(store, [operation.source])
    with store.joined():
        dismissed = lifecycle.moved(operation, "dismissed", not_before=None)
        operations.move(store, [Move(dismissed)], now)
        if operation.decides:
            links.settle(store, {operation.decided: "dismissed"})
        elif operation.action == "write_back":
            # It counts as told: only a later change is told again.
            links.save(store, written_links(operation, known), now)
        note(context, "dismissed", operation, actor, {"reason": reason, "code": operation.error_code})
    return "accepted"


# --- what an edit does too --------------------------------------------------------------------------------------


def entity_of(context: CommandContext, operation: Operation) -> EntityMapping | None:
    """Return what maps to an operation's target, None where a person cannot edit it."""
    mapping = context.mappings.get(operation.source.system)
    if mapping is None:
        return None
    entities = {"customer": mapping.customer, "article": mapping.article, mapping.document.kind.name: mapping.document}
    return entities.get(operation.target_kind)


def edits_of(store: Store, operation: Operation) -> tuple[Override, ...]:
    """Return the edits that hold for what an operation writes."""
    source = operation.source
    held = overrides.active(store, source.system, source.kind, [source.id]).get(source.id, ())
    return of_target(held, operation.target_kind, operation.company)


def plan_before_sending(store: Store, operation: Operation) -> None:
    """What is only tried again would go out as it was planned, before anybody plans it with its edits."""
    if operation.state == "retry":
        links.replan(store, operation.decided)


def touch(context: CommandContext, operation: Operation) -> None:
    """Let an operation move without changing state: it is due at once, and who saw it earlier is told."""
    again = lifecycle.moved(operation, operation.state, not_before=None)
    operations.move(context.store, [Move(again)], context.clock.now())


def note(context: CommandContext, action: str, operation: Operation, actor: str, details: dict[str, Any]) -> None:
    """Write into the audit trail what a person did to an operation."""
    event = Event(
        action,
        actor=actor,
        correlation_id=operation.correlation_id,
        operation_no=operation.number,
        company=operation.company,
        about=operation.source,
        details=details,
    )
    trail.add_events(context.store, [event], context.clock.now())


def flows_of(store: Store, found: Iterable[Operation]) -> tuple[str, ...]:
    """Return the names of the flows that carry out what some operations are about."""
    listed = list(found)
    crms = {one.source.system for one in listed}
    booking = {one.company for one in listed if one.action == "book"}
    return tuple(
        flow.name
        for flow in runs.flows(store)
        if (flow.kind == "deals" and flow.system in crms) or (flow.kind == "documents" and flow.company in booking)
    )


# --- parts ------------------------------------------------------------------------------------------------------


def _each(context: CommandContext, seen: Sequence[Seen], change: Callable[[Operation, int], str]) -> CommandAnswer:
    """Change each of some operations as it was seen, and return one answer for all of them."""
    found = operations.numbered(context.store, [one.number for one in seen])
    versions = {one.number: one.version for one in seen}
    codes = [change(one, versions[one.number]) for one in found]
    flows = flows_of(context.store, found) if "accepted" in codes else ()
    return _summed(codes, flows)


def _summed(codes: list[str], flows: tuple[str, ...]) -> CommandAnswer:
    """Return one answer for many: accepted when any was; how many of each where they differ."""
    if not codes:
        return CommandAnswer.no("nothing_to_replay")
    counts = {code: codes.count(code) for code in dict.fromkeys(codes)}
    if len(counts) == 1:
        return CommandAnswer(codes[0] == "accepted", codes[0], {"count": len(codes)}, flows)
    done = counts.pop("accepted", 0)
    return CommandAnswer(done > 0, "partly", {"count": done, "left": counts}, flows)


def _plan_again(context: CommandContext, operation: Operation) -> None:
    """What was refused for sure is planned again as it is; its deal is on its way."""
    values = {"error_class": "", "error_code": "", "error_sentence": "", "not_before": None}
    planned = lifecycle.moved(operation, "planned", **values)
    operations.move(context.store, [Move(planned)], context.clock.now())
    if operation.decides:
        links.settle(context.store, {operation.decided: "open"})
        links.replan(context.store, operation.decided)


def _drop_edits(context: CommandContext, operation: Operation, actor: str) -> None:
    held = edits_of(context.store, operation)
    overrides.end(context.store, [(one, "dropped") for one in held], context.clock.now())
    plan_before_sending(context.store, operation)
    for one in held:
        note(context, "edit_ended", operation, actor, {"path": one.path, "value": one.value, "why": "dropped"})


def _booked(store: Store, operation: Operation) -> bool:
    """A booked document is never changed: it is credited and made anew, by a person."""
    if operation.action not in {"update", "book"} or operation.document is None:
        return False
    held = records.load(store, operation.system, operation.target_kind, [operation.target_id or ""])
    return any(one.payload.get("Booked") is True for one in held.values())


def _outdated(context: CommandContext, operation: Operation) -> bool:
    """Say whether the source has changed since the operation was planned."""
    entity = entity_of(context, operation)
    source = operation.source
    record = records.load(context.store, source.system, source.kind, [source.id]).get(source.id)
    if entity is None or record is None or not operation.decides:
        return False
    return entity.fingerprint(record.payload) != operation.fingerprint
