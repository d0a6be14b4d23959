"""Explains why billable net (M3) is not booked net (M7): one cause for every krona (ARCHITECTURE.md: the bridge).

Every won deal and every booked document is cut into slices: with both sides, with the CRM's only, with Fortnox's
only. A slice with one side has the first cause that fits; a slice with both has a chain of changes, each
with its factor and its origin. So the steps add up to M7 - M3 whatever the rules say. X causes are unclassified.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from mappings.values.money import ORE, ZERO
from sync.core.bridge.causes import side
from sync.core.bridge.lineage import History, Taken, TracedChange, compared
from sync.core.bridge.measures import NO_DOCUMENT, Deal, DealRow, Document, DocumentName
from sync.core.bridge.parts import Parts, divided
from sync.core.types import RecordKey

Standing = Literal["linked", "excluded", "unknown", "login", "rejected", "match", "article", "validation",
                   "approval", "dismissed", "duplicate", "on_its_way", "missed", "closed"]  # fmt: skip
# crm: only sold; booked: only booked; both: sold and booked, at different values; draft: as both, but not booked yet.
StepSide = Literal["crm", "booked", "both", "draft"]

_NO_DOCUMENT: Mapping[Standing, str] = {
    "closed": "O34",
    "linked": "O62",
    "excluded": "O71",
    "unknown": "O58",
    "login": "O57",
    "rejected": "O56",
    "match": "O52",
    "article": "O54",
    "validation": "O53",
    "approval": "O55",
    "dismissed": "O59",
    "duplicate": "O72",
    "on_its_way": "O51",
    "missed": "O81",
}
# INTRESTINVOICE is how Fortnox spells it.
_INVOICE_TYPES = {
    "INTRESTINVOICE": "I61",
    "AGREEMENTINVOICE": "I62",
    "CASHINVOICE": "I63",
    "SUMMARYINVOICE": "I64",
}
# What a step says where a document contradicts itself.
_GAP = "gap"
_DEAL_STATES = {"deleted": "I15", "lost": "I14", "open": "I13"}


@dataclass(frozen=True)
class Step:
    """One amount of the bridge, SEK: positive where Fortnox booked more than the CRM sold.

    `origin` says who made it (a CRM edit, b mapping, c operator, d Fortnox itself, e edit in Fortnox, f document
    not made by the sync, or its making not kept). `deal_day` and `booked_day` decide its period; rows count from 1,
    0 is the whole.
    """

    company: str
    cause: str
    side: StepSide
    amount_sek: Decimal
    origin: str = ""
    deal: RecordKey | None = None
    deal_row: int = 0
    document: DocumentName = NO_DOCUMENT
    document_row: int = 0
    deal_day: date | None = None
    booked_day: date | None = None
    why: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Slice:
    """What a deal's row and a document's row have in common, SEK; row 0 and no document where a side has nothing.

    `booked_day` is None while the document is a draft.
    """

    company: str
    deal: RecordKey
    deal_row: int
    deal_day: date | None
    document: DocumentName
    document_row: int
    booked_day: date | None
    crm_sek: Decimal
    document_sek: Decimal


@dataclass(frozen=True)
class Bridge:
    """Steps and slices of some deals and documents."""

    steps: list[Step] = field(default_factory=list)
    slices: list[Slice] = field(default_factory=list)


@dataclass(frozen=True)
class WonDeal:
    """A won deal with what became of it: its documents (by link) and where it stands without one.

    `elsewhere` are its documents in companies it does not belong to, with the company; `histories` say how its
    documents were made, by name; `locked_until` is the last locked day of its company; `why` names what holds it.
    """

    key: RecordKey
    company: str
    deal: Deal
    documents: tuple[Document, ...]
    standing: Standing
    elsewhere: tuple[tuple[str, Document], ...] = ()
    histories: Mapping[DocumentName, History] = field(default_factory=dict)
    locked_until: date | None = None
    why: Mapping[str, str] = field(default_factory=dict)
    in_question: bool = False


@dataclass(frozen=True)
class LooseDocument:
    """A booked document that no won deal is linked to.

    `deal_state` is the state of the deal behind it, if any; `original` the document it credits, where that is known;
    `replaced` tells that the original's deal has a newer live document.
    """

    company: str
    document: Document
    before_go_live: bool
    customer_in_crm: bool
    deal_state: str = ""
    original: Document | None = None
    replaced: bool = False


def bridge(deals: Iterable[WonDeal], loose: Iterable[LooseDocument]) -> Bridge:
    """Return all steps from M3 to M7, zero amounts left out, and the slices they are about."""
    made = Bridge()
    for won in deals:
        _deal(won, made)
    for each in loose:
        if each.document.gap:
            made.steps.append(_contradictory(each.company, each.document))
        else:
            made.steps.extend(_whole(each.company, _loose_cause(each), each.document))
    made.steps[:] = [step for step in made.steps if step.amount_sek]
    return made


def live_first(documents: Iterable[Document]) -> list[Document]:
    """Return documents in the order in which they take what was sold: booked, drafts, fully credited."""
    return sorted(
        (each for each in documents if not each.cancelled),
        key=lambda each: (each.state == "credited", not each.booked, each.day, each.number),
    )


def replaced(documents: Iterable[Document]) -> bool:
    """Return whether a deal's fully credited document has a live one after it."""
    states = {each.state == "credited" for each in documents if not each.cancelled}
    return states == {True, False}


def _deal(won: WonDeal, made: Bridge) -> None:
    documents = live_first(won.documents)
    strayed = [(company, document) for company, document in won.elsewhere if _counts(document)]
    for company, document in strayed:
        made.steps.extend(_whole(company, "I16", document, won))
    if won.in_question:
        _apart(won, made)
        return
    broken = [each for each in documents if each.gap and _counts(each)]
    made.steps.extend(_contradictory(won.company, document, won) for document in broken)
    documents = [each for each in documents if each not in broken]
    first = documents[0] if documents else None
    if broken and (first is None or not first.booked):
        made.slices.extend(_unpaired(won))
        made.steps.append(replace(_without(won, "X1", broken[0]), why={"documents": broken[0].number, "code": _GAP}))
        return
    takers = [each for each in documents if each.state != "credited"] or documents
    parts = divided(won.deal, takers, won.histories) if len(takers) > 1 else None
    if parts is not None and any(parts.taken[1:]):
        used = _in_parts(won, takers, parts, bool(strayed), made)
    else:
        used = _as_a_whole(won, takers[:1], bool(strayed), made)
    for further in (each for each in documents if each not in used and _counts(each)):
        cause = "I24" if replaced(won.documents) and further.state == "credited" else "I31"
        made.steps.extend(_whole(won.company, cause, further, won))


def _as_a_whole(won: WonDeal, first: Sequence[Document], is_strayed: bool, made: Bridge) -> Sequence[Document]:
    """Compare a deal with the one document that stands for it, if any; return that."""
    document = first[0] if first else None
    if document is not None:
        _pair(won, document, made)
    else:
        made.slices.extend(_unpaired(won))
    if document is None or not document.booked:
        made.steps.append(_without(won, "O12" if is_strayed else _without_booking(won, document), document))
    return first


def _in_parts(
    won: WonDeal, documents: Sequence[Document], parts: Parts, is_strayed: bool, made: Bridge
) -> Sequence[Document]:
    """Compare a deal with the documents that have each a part of it; return them. What none has is not invoiced yet."""
    used = [(document, taken) for document, taken in zip(documents, parts.taken, strict=True) if taken]
    for document, taken in used:
        _pair(won, document, made, taken)
        if not document.booked:
            cause = "O12" if is_strayed else _without_booking(won, document)
            made.steps.append(_without(won, cause, document, [one.sold for one in taken.values()]))
    for place, row in parts.rest.items():
        made.slices.append(Slice(won.company, won.key, place, won.deal.day, NO_DOCUMENT, 0, None, row.net_sek, ZERO))
    numbers = ", ".join(document.number for document, _ in used)
    left = _without(won, "O41", used[-1][0], parts.rest.values())
    made.steps.append(replace(left, why={"documents": numbers}))
    return [document for document, _ in used]


def _apart(won: WonDeal, made: Bridge) -> None:
    """Neither explains the other until a person says so: the deal waits, and its documents are a person's own."""
    made.slices.extend(_unpaired(won))
    made.steps.append(_without(won, "O55", None))
    for document in filter(_counts, won.documents):
        made.steps.extend(_whole(won.company, "I51", document, won))


def _contradictory(company: str, document: Document, won: WonDeal | None = None) -> Step:
    """Return the whole of a booked document whose sums do not add up as one unclassified step: no part is certain."""
    deal, day = (won.key, won.deal.day) if won else (None, None)
    why = {"code": _GAP, "before": f"{document.gap.normalize():f}"}
    return Step(company, "X2", side("X2"), document.net_sek, "", deal, 0, document.name, 0, day, document.day, why)


def _pair(won: WonDeal, document: Document, made: Bridge, taken: Mapping[int, Taken] | None = None) -> None:
    """Compare a deal, or what is `taken` of it, with its document, row by row; a draft's differences count later."""
    booked_day = document.day if document.booked else None
    for thread in compared(won.deal, document, won.histories.get(document.name), taken):
        sold, invoiced = thread.deal_row, thread.document_row
        crm = (taken[sold].sold if taken else won.deal.rows[sold - 1]).net_sek if sold else ZERO
        there = document.rows[invoiced - 1].net_sek if invoiced else ZERO
        made.slices.append(
            Slice(won.company, won.key, sold, won.deal.day, document.name, invoiced, booked_day, crm, there)
        )
        extra = Step(
            won.company, "I41", side("I41"), there, thread.origin, won.key, sold, document.name, invoiced,
            won.deal.day, booked_day, thread.why,
        )  # fmt: skip
        if sold:
            made.steps.extend(_changed(extra, each, document.booked) for each in thread.changes)
        elif document.booked:
            made.steps.append(extra)
    if document.booked:
        made.steps.extend(_charges(won.company, document, won))


def _changed(row: Step, change: TracedChange, is_booked: bool) -> Step:
    where: StepSide = side(change.cause) if is_booked else "draft"
    return replace(
        row, cause=change.cause, side=where, amount_sek=change.amount_sek, origin=change.origin, why=change.why
    )


def _unpaired(won: WonDeal) -> Iterable[Slice]:
    for place, row in enumerate(won.deal.rows, 1):
        yield Slice(won.company, won.key, place, won.deal.day, NO_DOCUMENT, 0, None, row.net_sek, ZERO)


def _without(won: WonDeal, cause: str, draft: Document | None, rows: Iterable[DealRow] | None = None) -> Step:
    """Return the step of a deal, or of some `rows`, not booked: at CRM value, in its own period, with its draft."""
    about = [draft] if draft is not None else [each for each in won.documents if each.cancelled]
    numbers = [document.number for document in about]
    why = {"documents": ", ".join(numbers), **won.why}
    worth = sum((row.net_sek for row in (won.deal.rows if rows is None else rows)), ZERO)
    return Step(
        won.company, cause, side(cause), -worth, "", won.key, 0, about[-1].name if about else NO_DOCUMENT, 0,
        won.deal.day, None, why,
    )  # fmt: skip


def _without_booking(won: WonDeal, document: Document | None) -> str:
    if document is not None:
        locked = won.locked_until is not None and document.day <= won.locked_until
        return "O34" if locked or won.standing == "closed" else "O32" if document.not_completed else "O33"
    if any(document.cancelled for document in won.documents):
        return "O61"
    return _NO_DOCUMENT[won.standing]


def _counts(document: Document) -> bool:
    return document.booked and not document.cancelled


def _whole(company: str, cause: str, document: Document, won: WonDeal | None = None) -> list[Step]:
    """Return the steps of a whole booked document: its charges and rounding are causes of their own."""
    charges = list(_charges(company, document, won))
    rest = document.net_sek - sum((step.amount_sek for step in charges), ZERO)
    deal, day = (won.key, won.deal.day) if won else (None, None)
    why = {"customer": document.customer_name, "original": document.credits}
    step = Step(company, cause, side(cause), rest, "", deal, 0, document.name, 0, day, document.day, why)
    return [step, *charges]


def _charges(company: str, document: Document, won: WonDeal | None = None) -> Iterable[Step]:
    """Yield freight, fee and the document's own rounding."""
    within = ORE / 2 * (len(document.rows) + 1) * max(Decimal(1), document.rate_sek)
    rounding = "I83" if abs(document.rounding_sek) <= within else "X2"
    charges = (("I81", document.freight_sek), ("I82", document.fee_sek), (rounding, document.rounding_sek))
    deal, day = (won.key, won.deal.day) if won else (None, None)
    for cause, amount in charges:
        yield Step(company, cause, side(cause), amount, "", deal, 0, document.name, 0, day, document.day)


def _loose_cause(loose: LooseDocument) -> str:
    document = loose.document
    if document.credit:
        if not document.credits:
            return "I23"
        if loose.replaced:
            return "I24"
        original = loose.original
        part = original is not None and abs(document.total) < abs(original.total)
        return "I22" if part else "I21"
    if loose.deal_state:
        return "I16" if loose.deal_state == "won_elsewhere" else _DEAL_STATES.get(loose.deal_state, "I15")
    if document.invoice_type in _INVOICE_TYPES:
        return _INVOICE_TYPES[document.invoice_type]
    if loose.before_go_live:
        return "I71"
    return "I51" if loose.customer_in_crm else "I52"
