"""What a planner looks at and what it gives: frozen views in, a plan to store out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

from mappings.compile import EntityMapping
from sync.core.planning.register import Register
from sync.core.types import CompanyFacts, Decision, Link, Operation, Override, Payload, Record, RecordKey


@dataclass(frozen=True)
class Books:
    """What one Fortnox company holds, as last mirrored, and what is already on its way there.

    Documents are those of the kind that deals become: `documents` the linked ones, by number; `by_reference` those that
    carry a deal's name, by the name of the first, those of later generations among them. `first_seen` tells by number
    how those that have no link yet looked when they were first read whole: what differs since is somebody's edit.
    """

    facts: CompanyFacts
    customers: Register
    articles: Register
    by_reference: Mapping[str, tuple[Payload, ...]]
    documents: Mapping[str, Payload]
    first_seen: Mapping[str, Payload] = field(default_factory=dict)


@dataclass(frozen=True)
class DealState:
    """A deal and everything already known about it.

    `approved` is the highest generation of document that may be made: 1 until a person allows another. `overrides`
    are an operator's edits of its documents, in whichever company. `ended` are (company, number) of linked documents
    that count no more, as they were read last, of companies that are not mirrored now. `blocked` are the numbers of
    operations that wait for one that will never be done; `reason` is why the deal is looked at. `twin` is the same deal
    in another CRM, where it is or is to be sent from there.
    """

    record: Record
    links: tuple[Link, ...] = ()
    open: tuple[Operation, ...] = ()
    decision: Decision | None = None
    approved: int = 1
    overrides: tuple[Override, ...] = ()
    ended: frozenset[tuple[str, str]] = frozenset()
    blocked: frozenset[int] = frozenset()
    reason: str = ""
    twin: RecordKey | None = None


@dataclass(frozen=True)
class Target:
    """The document that a deal's operation is about: `number` is None for one that is not there yet.

    `company` is None where no rule says which; `reference` is the document's name.
    """

    company: str | None
    number: str | None = None
    reference: str = ""
    generation: int = 1

    @classmethod
    def of(cls, link: Link) -> Self:
        """Return the document of a link."""
        return cls(link.company, link.target_id, link.reference, link.generation)


@dataclass(frozen=True)
class Subject:
    """What an operation is about: a record, what it becomes (`entity`), what a person calls it and what it is worth.

    `present` is the open operation of the same, for a customer or an article.
    """

    entity: EntityMapping
    record: Record
    title: str
    amount_sek: Decimal | None = None
    present: Operation | None = None


@dataclass(frozen=True)
class Planned:
    """An operation to store; `waits_on` are subjects of operations that must be done first."""

    operation: Operation
    waits_on: tuple[str, ...] = ()


@dataclass
class Plan:
    """What a planner found: to be stored in one transaction. `ended` are edits that hold no longer, and why.

    `concluded` names what it holds of the customers and articles that several deals need.
    """

    operations: list[Planned] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    cancelled: list[Operation] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    ended: list[tuple[Override, str]] = field(default_factory=list)
    concluded: dict[tuple[str, ...], None] = field(default_factory=dict)

    def is_first(self, name: tuple[str, ...]) -> bool:
        """Return whether something is concluded for the first time, and remember it."""
        is_first = name not in self.concluded
        self.concluded[name] = None
        return is_first

    def mark(self) -> tuple[int, ...]:
        """Return how much is in the plan, to be able to go `back_to` it."""
        return len(self.concluded), *map(len, self._parts())

    def back_to(self, mark: tuple[int, ...]) -> None:
        """Take everything out again that came in after a mark."""
        for name in [*self.concluded][mark[0] :]:
            del self.concluded[name]
        for part, length in zip(self._parts(), mark[1:], strict=True):
            del part[length:]

    def _parts(self) -> tuple[list[Any], ...]:
        return self.operations, self.links, self.cancelled, self.decisions, self.ended
