"""Documents that are known by their name alone, since what told of them is lost."""

from collections.abc import Mapping

from sync.core import documents
from sync.core.identity import document_reference, generation_of
from sync.core.plans import Books
from sync.core.types import Link, Payload, RecordKey


def found_again(deal: RecordKey, books: Mapping[str, Books]) -> tuple[Link, ...]:
    """Return a link to each document that counts and bears a deal's name, in whichever company's books."""
    name = document_reference(deal, "invoice", 1)
    return tuple(
        Link(deal, company, "invoice", str(row["DocumentNumber"]), rung="adopted", generation=named_generation(row))
        for company, held in books.items()
        for row in held.by_reference.get(name, ())
        if documents.lives(row)
    )


def named_generation(invoice: Payload) -> int:
    """Return the generation that a document's name tells."""
    return generation_of(str(invoice.get("ExternalInvoiceReference1") or ""))
