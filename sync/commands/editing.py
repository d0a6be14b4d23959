"""Editing what is sent: checked as a person would be told at the page, kept as overrides, sent by the next run."""

from datetime import date
from typing import Any

from mappings import Problem
from mappings.edits import Checked, CompanyRegisters, check, rows_of
from sync.commands import repair
from sync.commands.handling import CommandAnswer, CommandContext
from sync.commands.shapes import EditOperation
from sync.core.identity import own_customer_number
from sync.core.planning.overrides import effective, origin
from sync.core.types import Operation, Override, Record
from sync.decide.company import company_facts
from sync.store.database import Store
from sync.store.tables import links, operations, overrides, records


def edit(context: CommandContext, command: EditOperation, actor: str) -> CommandAnswer:
    """Change fields of what an operation sends, unless a rule forbids it or something stands in its way."""
    found = operations.numbered(context.store, [command.operation.number])
    if not found:
        return CommandAnswer.no("nothing_to_replay")
    answer = _edited(context, command, found[0], actor)
    return CommandAnswer(answer.accepted, answer.code, answer.params, repair.flows_of(context.store, found))


def registers_of(store: Store, company: str, own_number: str | None = None) -> CompanyRegisters:
    """Return what a company's registers allow, from the mirror; `own_number` is one that we may give out."""
    facts = company_facts(store, company, date.min)
    system = f"fortnox:{company}"
    numbers = {kind: _numbers(store, system, kind) for kind in ("customer", "article")}
    own = {own_number} if own_number else set()
    return CompanyRegisters(
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


def _edited(context: CommandContext, command: EditOperation, operation: Operation, actor: str) -> CommandAnswer:
    refused = repair.refusal(context, operation, command.operation.version, command.choice)
    if refused is not None:
        return refused
    if repair.entity_of(context, operation) is None:
        return CommandAnswer.no("not_editable")
    if command.choice == "current":
        code = repair.replay_now(context, operation, command.choice, actor)
        return CommandAnswer(code == "accepted", code)
    source = operation.source
    record = records.load(context.store, source.system, source.kind, [source.id]).get(source.id)
    if record is None or operation.company is None:
        return CommandAnswer.no("not_editable")
    if command.choice == "edited" and _rows_moved(context, operation, record, command.changes):
        return CommandAnswer.no("rows_moved")
    return _checked_and_kept(context, command, operation, record, actor)


def _checked_and_kept(
    context: CommandContext, command: EditOperation, operation: Operation, record: Record, actor: str
) -> CommandAnswer:
    checked = _check(context.store, operation, command.changes)
    if checked.problems:
        return CommandAnswer.no("edit_refused", problems=[problem.as_json() for problem in checked.problems])
    _keep(context, operation, record, checked, command.reason, actor)
    if checked.waits:
        return CommandAnswer(True, "accepted_waits", {"waits": [problem.as_json() for problem in checked.waits]})
    return CommandAnswer.yes()


def _rows_moved(context: CommandContext, operation: Operation, record: Record, changes: dict[str, str]) -> bool:
    """Return whether rows were edited that are not the source's rows any more, in that order."""
    entity, source = repair.entity_of(context, operation), record.key
    if entity is None or not any(path.startswith(f"{rows_of(operation.target_kind)}.") for path in changes):
        return False
    made = links.decisions(context.store, source.system, source.kind, [source.id])
    decided = next((one for one in made if one.about == operation.decided), None)
    seen = records.at_version(context.store, source, decided.version) if decided else None
    return seen is None or entity.row_ids(seen) != entity.row_ids(record.payload)


def _check(store: Store, operation: Operation, changes: dict[str, str]) -> Checked:
    payload = effective(operation.payload, operation.edited)
    stored = [_problem(one) for one in operation.problems]
    beside = links.crms_beside(store, operation.source.system)
    own = own_customer_number(operation.source, beside=beside) if operation.target_kind == "customer" else None
    return check(operation.target_kind, payload, changes, stored, registers_of(store, operation.company or "", own))


def _keep(
    context: CommandContext, operation: Operation, record: Record, checked: Checked, reason: str, actor: str
) -> None:
    """Store an edit as overrides; the operation moves, so that who saw it earlier is told."""
    store, now = context.store, context.clock.now()
    made = _overrides(context, operation, record, checked, reason, actor)
    before = effective(operation.payload, operation.edited)
    details = {
        "reason": reason,
        "changes": [{"path": one.path, "before": at_path(before, one.path), "after": one.value} for one in made],
    }
    with store.joined():
        again = [one for one in repair.edits_of(store, operation) if one.path in checked.values]
        overrides.end(store, [(one, "edited_again") for one in again], now)
        overrides.add(store, made, now)
        repair.plan_before_sending(store, operation)
        repair.touch(context, operation)
        repair.note(context, "edited", operation, actor, details)


def _overrides(
    context: CommandContext, operation: Operation, record: Record, checked: Checked, reason: str, actor: str
) -> list[Override]:
    entity = repair.entity_of(context, operation)
    assert entity is not None
    raw, _ = entity.mapped(record.payload, lambda _kind, _key: None)
    return [
        Override(
            operation.source,
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


def _numbers(store: Store, system: str, kind: str) -> frozenset[str]:
    return frozenset(row[0] for row in store.rows("names_in_register", {"system": system, "kind": kind}))


def _problem(stored: Any) -> Problem:
    return Problem(stored["code"], stored.get("field") or "", stored.get("row"), stored.get("params") or {})
