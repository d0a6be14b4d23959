"""Which deals stand twice: in one CRM, or in two, under one agreed key."""

from collections.abc import Mapping

from mappings.compile import EntityMapping
from sync.core.bridge.measures import ReadDeal
from sync.core.types import Record, RecordKey
from sync.store.database import Store
from sync.store.tables import facts


def twins(store: Store, mapping: EntityMapping, read: ReadDeal, deals: Mapping[str, Record]) -> dict[str, RecordKey]:
    """Return the deals that another one has under the same agreed key, by id.

    The other one is sent or to be sent from whichever CRM it is in, or comes before it among `deals`.
    """
    agreed = {key: mapping.agreed_key(one.payload) for key, one in deals.items() if _is_won(read, one)}
    keys = set(agreed.values()) - {""}
    same = facts.same_deals(store, keys) if keys else {}
    first, found = dict[str, RecordKey](), dict[str, RecordKey]()
    for key, called in agreed.items():
        own = deals[key].key
        others = [one for one in same.get(called, ()) if one != own]
        if others or called in first:
            found[key] = (others or [first[called]])[0]
        elif called:
            first[called] = own
    return found


def _is_won(read: ReadDeal, record: Record) -> bool:
    """Say whether a deal is won; of one that nobody can read, planning tells the fault."""
    try:
        return read(record.payload).state == "won"
    except Exception:
        return False
