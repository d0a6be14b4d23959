"""The bridge's tables: steps, slices, and what they were made from."""

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from sync.core.bridge.bridge import Bridge, Slice, Step
from sync.core.bridge.measures import DocumentName
from sync.core.types import RecordKey
from sync.store.database import Store, arrow
from sync.store.jsontext import to_json

_MONEY = pa.decimal128(24, 6)
_TEXT = pa.string()
_DAY = pa.date32()
_NUMBER = pa.int32()

DealName = tuple[str, str]
StoredName = tuple[str, DocumentName]


def replace(
    store: Store,
    made: Bridge,
    deals: Mapping[DealName, str],
    documents: Mapping[StoredName, str],
    gone_deals: Iterable[DealName] = (),
    gone_documents: Iterable[StoredName] = (),
) -> None:
    """Store the bridge of some deals and documents, with what it was made from, in place of what was there for them."""
    ended_deals, ended_documents = list(gone_deals), list(gone_documents)
    old_deals, old_documents = [*deals, *ended_deals], [*documents, *ended_documents]
    if old_deals:
        names = _names(old_deals, [])
        store.run_with("forget_deal_steps", names)
        store.run_with("forget_deal_slices", names)
    if old_documents:
        store.run_with("forget_document_steps", _names([], old_documents))
    if ended_deals or ended_documents:
        store.run_with("forget_bases", _names(ended_deals, ended_documents))
    if deals or documents:
        bases = [*deals.values(), *documents.values()]
        table = _names(list(deals), list(documents)).append_column("basis", pa.array(bases, _TEXT))
        store.run_with("put_bases", table)
    if made.steps:
        store.run_with("put_steps", _steps(made.steps))
    if made.slices:
        store.run_with("put_slices", _slices(made.slices))


def _names(deals: Sequence[DealName], documents: Sequence[StoredName]) -> pa.Table:
    return arrow(
        {
            "deal_system": (_TEXT, [system for system, _ in deals] + [""] * len(documents)),
            "deal_id": (_TEXT, [deal for _, deal in deals] + [""] * len(documents)),
            "company": (_TEXT, [""] * len(deals) + [company for company, _ in documents]),
            "document_kind": (_TEXT, [""] * len(deals) + [name.kind for _, name in documents]),
            "number": (_TEXT, [""] * len(deals) + [name.number for _, name in documents]),
        }
    )


def _steps(steps: Sequence[Step]) -> pa.Table:
    return arrow(
        {
            "company": (_TEXT, [step.company for step in steps]),
            "cause": (_TEXT, [step.cause for step in steps]),
            "origin": (_TEXT, [step.origin for step in steps]),
            "side": (_TEXT, [step.side for step in steps]),
            "deal_system": (_TEXT, [_system(step.deal) for step in steps]),
            "deal_id": (_TEXT, [_id(step.deal) for step in steps]),
            "deal_row": (_NUMBER, [step.deal_row for step in steps]),
            "document_kind": (_TEXT, [step.document.kind for step in steps]),
            "number": (_TEXT, [step.document.number for step in steps]),
            "document_row": (_NUMBER, [step.document_row for step in steps]),
            "deal_day": (_DAY, [step.deal_day for step in steps]),
            "booked_day": (_DAY, [step.booked_day for step in steps]),
            "amount_sek": (_MONEY, [step.amount_sek for step in steps]),
            "why": (_TEXT, [to_json(dict(step.why)) for step in steps]),
        }
    )


def _slices(slices: Sequence[Slice]) -> pa.Table:
    return arrow(
        {
            "company": (_TEXT, [each.company for each in slices]),
            "deal_system": (_TEXT, [each.deal.system for each in slices]),
            "deal_id": (_TEXT, [each.deal.id for each in slices]),
            "deal_row": (_NUMBER, [each.deal_row for each in slices]),
            "deal_day": (_DAY, [each.deal_day for each in slices]),
            "document_kind": (_TEXT, [each.document.kind for each in slices]),
            "number": (_TEXT, [each.document.number for each in slices]),
            "document_row": (_NUMBER, [each.document_row for each in slices]),
            "booked_day": (_DAY, [each.booked_day for each in slices]),
            "crm_sek": (_MONEY, [each.crm_sek for each in slices]),
            "document_sek": (_MONEY, [each.document_sek for each in slices]),
        }
    )


def _system(key: RecordKey | None) -> str:
    return key.system if key else ""


def _id(key: RecordKey | None) -> str:
    return key.id if key else ""
