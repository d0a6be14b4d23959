"""A document is booked only after its name has been seen to be its own (ARCHITECTURE.md: book late)."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from mappings import Problem
from mappings.fields import MONEY, TOLD_ONLY
from sync.core import classes
from sync.core.types import Operation, Payload, RecordKey
from sync.core.values import same

# Silent changes of these keep nothing from being booked.
MOVES_NO_MONEY = tuple(sorted(TOLD_ONLY))


@dataclass(frozen=True)
class Unbooked:
    """A document that Kvitt made and nobody has booked.

    `bearers` are the numbers of all documents that carry its name and count; `sent_at` is when Kvitt last wrote
    to it, None when it was adopted. `document` is it as last read and `answer` what Fortnox answered to our
    last write, None where we made none.
    """

    source: RecordKey
    company: str
    kind: str
    number: str
    reference: str
    generation: int
    correlation_id: str
    mapping_version: str
    title: str
    amount_sek: Decimal | None
    bearers: tuple[str, ...]
    sent_at: datetime | None
    document: Payload
    answer: Payload | None


def booking(unbooked: Unbooked, rested_since: datetime) -> Operation | None:
    """Return the operation that books a document, held where its name is not its own or its money is not what was sent.

    None while it must rest.

    `rested_since` is the quarantine before the mirror was last read: what was sent earlier cannot have a copy
    that the mirror does not show.
    """
    if unbooked.sent_at is not None and unbooked.sent_at > rested_since:
        return None
    operation = Operation(
        action="book",
        company=unbooked.company,
        system=f"fortnox:{unbooked.company}",
        target_kind=unbooked.kind,
        target_id=unbooked.number,
        source=unbooked.source,
        correlation_id=unbooked.correlation_id,
        mapping_version=unbooked.mapping_version,
        title=unbooked.title,
        amount_sek=unbooked.amount_sek,
        reference=unbooked.reference,
        generation=unbooked.generation,
    )
    if unbooked.bearers != (unbooked.number,):
        return _held(operation, Problem("several_documents", params={"numbers": ", ".join(unbooked.bearers)}))
    if fields := moved_money(unbooked.kind, unbooked.answer or {}, unbooked.document):
        return _held(operation, Problem("money_otherwise", params={"number": unbooked.number, "fields": fields}))
    return operation


def moved_money(kind: str, then: Payload, now: Payload) -> str:
    """Return the names of a document's amounts that are no longer what they were, '' for none."""
    return ", ".join(name for name in MONEY if name in then and not same(kind, name, now.get(name), then[name]))


def _held(operation: Operation, problem: Problem) -> Operation:
    stored = (problem.as_json(),)
    return replace(
        operation,
        state="review",
        problems=stored,
        error_class=classes.of_problems(stored),
        error_code=problem.code,
    )
