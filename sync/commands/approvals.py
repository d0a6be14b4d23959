"""Lets a deal have another document, when none of its earlier ones counts any more (ARCHITECTURE.md: a generation)."""

from datetime import datetime
from typing import Any

from sync.core.documents import documents
from sync.core.types import RecordKey
from sync.store.database import Store
from sync.store.tables import links, operations, records


def allow(store: Store, deal: RecordKey, company: str, actor: str, now: datetime) -> tuple[bool, str, dict[str, Any]]:
    """Raise the generation of a deal's document by one, or say why not: (accepted, code, parameters).

    `company` is where the earlier one is; if the deal has moved, the new one is made where the deal now belongs.

    The document itself is planned, and checked again, in the next run of the deals.
    """
    held = [link for link in links.of_sources(store, [deal]) if link.target_kind == "invoice"]
    if not held:
        return False, "no_document", {}
    decided = links.decisions(store, deal.system, deal.kind, [deal.id]).get(deal.id)
    if decided is not None and (decided.outcome == "not_concerned" or decided.code == "no_longer_won"):
        return False, "not_won", {}
    if decided is not None and decided.code in {"taken_out", "skip"}:
        return False, "taken_out", {}
    on_its_way = {one.state for one in operations.open_for(store, deal.system, deal.kind) if one.source == deal}
    if on_its_way & {"sending", "unknown"}:
        return False, "in_doubt", {}
    for link in held:
        known = store.rows("credits_of", {"company": link.company, "numbers": [link.target_id]})
        found = records.load(store, f"fortnox:{link.company}", "invoice", [link.target_id, *(row[0] for row in known)])
        own = found.pop(link.target_id, None)
        credited_by = [one.payload for one in found.values()]
        if own is None or not (own.deleted or documents.spent(own.payload, credited_by)):
            return False, "document_counts", {"number": link.target_id}
    generation = max(link.generation for link in held) + 1
    with store.joined():
        links.approve(store, deal, company, generation, actor, now)
    return True, "accepted", {"generation": generation}
