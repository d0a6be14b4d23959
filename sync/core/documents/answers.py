"""What a system answered to a write, compared with what it was sent: a difference is never silent."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from mappings.fields import USUAL
from mappings.kinds import DocumentKind, document_kind
from mappings.values.money import ZERO, decimal, row_net
from sync.core.types import Payload, SilentChange
from sync.core.values import same


def silent_changes(kind: str, sent: Payload, answer: Payload | None) -> tuple[SilentChange, ...]:
    """Return what came back otherwise than it was sent; a field that is not answered says nothing.

    Of a document also what Fortnox took from the customer's card, and amounts that its fields do not explain.
    """
    if answer is None:
        return ()
    document = document_kind(kind)
    found = list(_of_fields(kind, sent, answer))
    if document is not None:
        found += _from_the_card(document, sent, answer)
        found += () if found else _of_net(document, sent, answer)
    return tuple(found)


def edited_meanwhile(
    kind: DocumentKind, seen: Payload, sent: Payload, answer: Payload | None
) -> tuple[SilentChange, ...]:
    """Return what a document's answer to an update says otherwise than it did just before, and we did not send.

    An accountant changed it while our update was under way, or Fortnox did; what follows from what we sent is left out.
    The `sent` of such a change is what the document said before.
    """
    if answer is None:
        return ()
    ours = {*sent, *(name for cause in sent for name in kind.follows.get(cause, ()))}
    names = [name for name in kind.compared if name not in ours]
    found = list(_differing(kind.name, None, names, seen, answer))
    before, after = seen.get(kind.rows) or (), answer.get(kind.rows) or ()
    if kind.rows not in sent and len(before) != len(after):
        found.append(SilentChange(kind.rows, None, str(len(before)), str(len(after))))
    for place, was, said, now in _going_on(before, sent.get(kind.rows), after):
        found += _differing(kind.row, place, [name for name in kind.compared_of_rows if name not in said], was, now)
    return tuple(found)


def _going_on(
    before: Sequence[Payload], said: Sequence[Payload] | None, after: Sequence[Payload]
) -> Iterator[tuple[int, Payload, Payload, Payload]]:
    """Yield the rows that go on being what they were: their place, the row before, what we said of it, and the answer.

    Where rows were sent they are known by their RowId; else none was touched by us.
    """
    known = {row.get("RowId"): row for row in before}
    rows = [{"RowId": row.get("RowId")} for row in before] if said is None else said
    for place, (row, now) in enumerate(zip(rows, after, strict=False), 1):
        if "RowId" in row and row["RowId"] in known:
            yield place, known[row["RowId"]], row, now


def _of_fields(kind: str, sent: Payload, answer: Payload) -> Iterator[SilentChange]:
    for name, value in sent.items():
        if isinstance(value, list) and name in answer:
            yield from _of_rows(kind, name, value, answer[name])
    names = [name for name, value in sent.items() if name in answer and not isinstance(value, list)]
    yield from _differing(kind, None, names, sent, answer)


def _of_rows(kind: str, name: str, sent: list[Any], answered: Any) -> Iterator[SilentChange]:
    if not isinstance(answered, list) or len(answered) != len(sent):
        count = len(answered) if isinstance(answered, list) else 0
        yield SilentChange(name, None, str(len(sent)), str(count))
        return
    for number, (before, after) in enumerate(zip(sent, answered, strict=True), 1):
        if isinstance(after, Mapping):
            yield from _of_row(document_kind(kind), number, before, after)


def _of_row(kind: DocumentKind | None, number: int, sent: Payload, answered: Payload) -> Iterator[SilentChange]:
    found = list(
        _differing(kind.row if kind else "", number, [name for name in sent if name in answered], sent, answered)
    )
    given = decimal(answered.get("Discount"))
    if "Discount" not in sent and given:
        found.append(SilentChange("Discount", number, "", _text(given)))
    expected, total = _expected(kind, sent) if kind else None, decimal(answered.get("Total"))
    if not found and None not in {expected, total} and expected != total:
        found.append(SilentChange("Total", number, _text(expected), _text(total)))
    yield from found


def _from_the_card(kind: DocumentKind, sent: Payload, answer: Payload) -> Iterator[SilentChange]:
    """What a document that names its customer leaves out is filled in from the customer's card."""
    if "CustomerNumber" in sent:
        for name, usual in USUAL.items():
            if name not in sent and name in answer and not same(kind.name, name, usual, answer[name]):
                yield SilentChange(name, None, "", _text(answer[name]))


def _of_net(kind: DocumentKind, sent: Payload, answer: Payload) -> Iterator[SilentChange]:
    """Yield the sum of the rows, where Fortnox makes another of it than they say."""
    rows = [_expected(kind, row) for row in sent.get(kind.rows) or ()]
    net = decimal(answer.get("Net"))
    if not rows or None in rows or net is None or answer.get("VATIncluded") is True:
        return
    expected = sum((amount for amount in rows if amount is not None), ZERO)
    if expected != net:
        yield SilentChange("Net", None, _text(expected), _text(net))


def _expected(kind: DocumentKind, row: Payload) -> Decimal | None:
    quantity, price = decimal(row.get(kind.quantity)), decimal(row.get("Price"))
    if quantity is None or price is None:
        return None
    discount = decimal(row.get("Discount")) or ZERO
    return row_net(quantity, price, discount, str(row.get("DiscountType") or "PERCENT"))


def _differing(
    kind: str, row: int | None, names: Iterable[str], before: Payload, after: Payload
) -> Iterator[SilentChange]:
    for name in names:
        if not same(kind, name, before.get(name), after.get(name)):
            yield SilentChange(name, row, _text(before.get(name)), _text(after.get(name)))


def _text(value: Any) -> str:
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)
