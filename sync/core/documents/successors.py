"""Documents that bear a deal's name beside its own: who delivers in parts makes the second invoice in Fortnox.

They are the deal's, though Kvitt did not make them: never a new deal, never a manual invoice without one. One that says
what Kvitt itself would have said may still be its own, made twice: it is linked as a copy, and counts as a duplicate.
"""

from collections.abc import Iterator
from dataclasses import replace

from mappings.kinds import DOCUMENT_KINDS, DocumentKind
from sync.core.documents import documents
from sync.core.documents.deal_documents import DealDocuments
from sync.core.types import Link, Payload

# What Fortnox makes of another document names that one; what is made through the API names none.
_MADE_OF = ("OrderReference", "OfferReference", "ContractReference", "InvoiceReference")


def beside(held: DealDocuments) -> Iterator[Link]:
    """Yield links to documents beside the deal's own that are not linked yet, or not as what they are now.

    One that is not read whole yet waits until it is.
    """
    for link in (*held.beside, *held.unlinked_beside):
        document, kind = held.seen(link), DOCUMENT_KINDS[link.target_kind]
        if document is None or kind.rows not in document:
            continue
        rung = "copy" if _may_be_ours(kind, document, held.linked) else "successor"
        if link.rung != rung:
            yield replace(link, rung=rung)


def is_made_of_another(document: Payload) -> bool:
    """Return whether Fortnox made a document of an order, an offer, a contract or another invoice."""
    return any(str(document.get(name) or "0") != "0" for name in _MADE_OF)


def _may_be_ours(kind: DocumentKind, document: Payload, own: tuple[Link, ...]) -> bool:
    if is_made_of_another(document):
        return False
    wanted = [link.draft[kind.rows] for link in own if link.draft and link.draft.get(kind.rows)]
    return not wanted or any(documents.matches(kind, document, {kind.rows: rows}) for rows in wanted)
