"""What the trail says of a plan that was stored."""

from sync.core.planning.plans import Plan
from sync.core.types import Event, Link, Operation


def events_of(plan: Plan, saved: list[Operation]) -> list[Event]:
    """Return the lines of the trail for a plan; `saved` are its operations with their numbers."""
    events = [
        Event(
            "review" if operation.state == "review" else "planned",
            correlation_id=operation.correlation_id,
            operation_no=operation.number,
            company=operation.company,
            about=operation.source,
            details={"action": operation.action, "kind": operation.target_kind, "code": operation.error_code},
        )
        for operation in saved
    ]
    events += [_linked(link) for link in plan.links if link.operation_no is None]
    events += [
        Event("excluded", correlation_id=decision.correlation_id, company=decision.company, about=decision.key,
              details={"code": decision.code})
        for decision in plan.decisions
        if decision.outcome == "excluded"
    ]  # fmt: skip
    events += [
        Event("edit_ended", company=edit.company, about=edit.source,
              details={"path": edit.path, "value": edit.value, "why": why, "made_by": edit.actor})
        for edit, why in plan.ended
    ]  # fmt: skip
    events += [Event("cancelled", operation_no=item.number, about=item.source) for item in plan.cancelled]
    return events


def _linked(link: Link) -> Event:
    details = {"kind": link.target_kind, "id": link.target_id, "rung": link.rung}
    return Event("linked", company=link.company, about=link.source, details=details)
