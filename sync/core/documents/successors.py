"""Documents that bear a deal's name beside its own: who delivers in parts makes the second invoice in Fortnox.

They are the deal's, though Kvitt did not make them: never a new deal, never a manual invoice without one. One that says
what Kvitt itself would have said may still be its own, made twice: it is linked as a copy, and counts as a duplicate.
"""

from collections.abc import Iterator
from dataclasses import replace

from mappings.fields import ROWS
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
        invoice = held.seen(link)
        if invoice is None or ROWS not in invoice:
            continue
        rung = "copy" if _may_be_ours(invoice, held.linked) else "successor"
        if link.rung != rung:
            yield replace(link, rung=rung)


def is_made_of_another(invoice: Payload) -> bool:
    """Return whether Fortnox made an invoice of an order, an offer, a contract or another invoice."""
    return any(str(invoice.get(name) or "0") != "0" for name in _MADE_OF)


def _may_be_ours(invoice: Payload, own: tuple[Link, ...]) -> bool:
    if is_made_of_another(invoice):
        return False
    wanted = [link.draft[ROWS] for link in own if link.draft and link.draft.get(ROWS)]
    return not wanted or any(documents.says(invoice, {ROWS: rows}) for rows in wanted)
