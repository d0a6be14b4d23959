"""The documents of a deal: those that are linked, and those that only their name tells of."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from mappings.kinds import DOCUMENT_KINDS, NUMBER, DocumentKind
from sync.core.documents import documents
from sync.core.identity import document_reference, generation_of
from sync.core.planning.plans import Books, DealState
from sync.core.types import Link, Payload, RecordKey


@dataclass(frozen=True)
class DealDocuments:
    """What is known of a deal's documents in all companies.

    `linked` are those that Kvitt remembers as its own; `beside` those that go with them, as the second invoice of a
    delivery in parts; `named` those that bear its name all the same and are not cancelled: what told of them is lost
    with a data folder, or an accountant has made one.
    """

    linked: tuple[Link, ...]
    beside: tuple[Link, ...]
    named: tuple[Link, ...]
    ended: Collection[tuple[str, str]]
    books: Mapping[str, Books]
    companies: Collection[str]

    @property
    def newest(self) -> Link | None:
        """Return the linked one of the highest generation."""
        return max(self.linked, key=lambda link: link.generation, default=None)

    @property
    def last(self) -> int:
        """Return the highest generation that is linked, 0 for none."""
        return self.newest.generation if self.newest else 0

    @property
    def later(self) -> tuple[Link, ...]:
        """Return those that bear a later name than all that are linked; a copy bears the same."""
        return tuple(link for link in self.named if link.generation > self.last)

    @property
    def living(self) -> tuple[Link, ...]:
        """Return those that are neither cancelled nor credited, as far as can be seen."""
        return tuple(filter(self._lives, (*self.linked, *self.beside, *self.named)))

    @property
    def living_beside(self) -> tuple[Link, ...]:
        """Return those that count beside the deal's own, linked as such or not yet."""
        return tuple(link for link in (*self.beside, *self.unlinked_beside) if self._lives(link))

    @property
    def unlinked_beside(self) -> tuple[Link, ...]:
        """Return those that bear the name of a linked one, or an earlier name; none where nothing is linked."""
        return tuple(link for link in self.named if link.generation <= self.last)

    @property
    def in_the_way(self) -> tuple[Link, ...]:
        """Return those beside which no other may be made: linked or later ones that live or cannot be seen."""
        return tuple(link for link in (*self.linked, *self.later) if self._is_hidden(link) or self._lives(link))

    def elsewhere(self, company: str) -> tuple[Link, ...]:
        """Return those that tie a deal to another company: what is in the way there, or else the newest."""
        return tuple(link for link in (*self.in_the_way, self.newest) if link and link.company != company)

    @property
    def are_all_seen(self) -> bool:
        """Return whether every company that has one is mirrored now: else nothing can be said about it."""
        return not any(self._is_hidden(link) for link in self.linked)

    def is_booked(self, link: Link) -> bool:
        """Return whether a document is in the books."""
        return (self.seen(link) or {}).get("Booked") is True

    def _is_hidden(self, link: Link) -> bool:
        unseen = link.company in self.companies and link.company not in self.books
        return unseen and (link.company, link.target_id) not in self.ended

    def _lives(self, link: Link) -> bool:
        invoice = self.seen(link)
        return invoice is not None and documents.is_effective(invoice)

    def seen(self, link: Link) -> Payload | None:
        """Return a document as it is mirrored now, None where it is not."""
        held = self.books.get(link.company)
        if held is None:
            return None
        kind = DOCUMENT_KINDS[link.target_kind]
        named = (row for row in bearing(kind, link.source, held) if str(row[NUMBER]) == link.target_id)
        return held.documents.get(link.target_id) or next(named, None)


def documents_of(
    kind: DocumentKind, state: DealState, books: Mapping[str, Books], companies: Collection[str]
) -> DealDocuments:
    """Return a deal's documents of a kind.

    `companies` are all that are connected, `books` those that are mirrored now.
    """
    links = tuple(link for link in state.links if link.target_kind == kind.name)
    known = {(link.company, link.target_id) for link in links}
    named = tuple(
        _named(kind, state.record.key, company, row)
        for company, held in books.items()
        for row in bearing(kind, state.record.key, held)
        if (company, str(row[NUMBER])) not in known and row.get("Cancelled") is not True
    )
    linked, beside = (tuple(link for link in links if link.is_beside is one) for one in (False, True))
    return DealDocuments(linked, beside, named, state.ended, books, companies)


def _named(kind: DocumentKind, deal: RecordKey, company: str, row: Payload) -> Link:
    generation, reference = named_generation(kind, row), name_of(kind, row)
    return Link(deal, company, kind.name, str(row[NUMBER]), "adopted", generation=generation, reference=reference)


def bearing(kind: DocumentKind, deal: RecordKey, books: Books) -> tuple[Payload, ...]:
    """Return a company's documents of a kind that bear a deal's name, of whichever generation."""
    return books.by_reference.get(document_reference(deal, kind.name, 1), ())


def name_of(kind: DocumentKind, document: Payload) -> str:
    """Return the name that a document bears, "" for none."""
    return str(document.get(kind.reference) or "")


def named_generation(kind: DocumentKind, document: Payload) -> int:
    """Return the generation that a document's name tells."""
    return generation_of(name_of(kind, document))
