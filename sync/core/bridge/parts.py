"""Which part of what a deal sold each of its documents is for: what is delivered in parts is invoiced in parts.

Documents take in turn. A row of theirs takes of the deal's row that it is like: pieces, or kronor where the pieces
are more than were sold and the kronor are not, as of a price that is asked for in instalments.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from mappings.values.money import ORE, ZERO, micro
from sync.core.bridge.lineage import History, Taken, paired
from sync.core.bridge.measures import Deal, DealRow, Document, DocumentName, DocumentRow
from sync.core.bridge.sheets import of_deal, of_document
from sync.core.bridge.threads import alike

# Fortnox takes quantities of two decimals: what that leaves of a row is rounding, and nobody waits for it.
_HALF_A_HUNDREDTH = ORE / 2


@dataclass(frozen=True)
class Parts:
    """What of a deal each document takes, in their order, and what is left of the deal's rows; rows count from 1."""

    taken: tuple[Mapping[int, Taken], ...]
    rest: Mapping[int, DealRow]


def divided(deal: Deal, documents: Sequence[Document], histories: Mapping[DocumentName, History]) -> Parts:
    """Share a deal out among its documents: what they take and what is left add up to the deal exactly."""
    claims = _claims(deal, documents, histories)
    taken: list[dict[int, Taken]] = [{} for _ in documents]
    rest: dict[int, DealRow] = {}
    for row, sold in enumerate(deal.rows, 1):
        own = [(index, place) for index, claim in enumerate(claims) for place, one in claim.items() if one == row]
        shares, left = _shares(sold, [documents[index].rows[place - 1] for index, place in own])
        for (index, place), share in zip(own, shares, strict=True):
            if share is not None:
                taken[index][row] = Taken(place, share)
        if left is not None:
            rest[row] = left
    return Parts(tuple(taken), rest)


def _claims(
    deal: Deal, documents: Sequence[Document], histories: Mapping[DocumentName, History]
) -> list[dict[int, int]]:
    """Return, for each document, the row of the deal that each of its rows is like.

    The first, and those whose making is known, are paired with the whole deal; another one with what is left of it, and
    only then with what has been taken already.
    """
    left = {row: sold.quantity for row, sold in enumerate(deal.rows, 1)}
    found = []
    for index, document in enumerate(documents):
        history = histories.get(document.name)
        claim = paired(deal, document, history) if history or not index else _of_what_is_left(deal, document, left)
        for place, row in claim.items():
            left[row] -= _of_one_sign(document.rows[place - 1].quantity, left[row])
        found.append(claim)
    return found


def _of_what_is_left(deal: Deal, document: Document, left: Mapping[int, Decimal]) -> dict[int, int]:
    sold, there = of_deal(deal).lines, of_document(document).lines
    found: dict[int, int] = {}
    for candidates in ([row for row, quantity in left.items() if quantity], list(left)):
        rows = [row for row in candidates if row not in found.values()]
        places = [place for place in range(1, len(there) + 1) if place not in found]
        like = alike([sold[row - 1] for row in rows], [there[place - 1] for place in places])
        found |= {places[place]: rows[row] for row, place in like.items()}
    return found


def _shares(sold: DealRow, rows: Sequence[DocumentRow]) -> tuple[list[DealRow | None], DealRow | None]:
    """Return what each of a document's rows takes of a deal's row, None for nothing, and what is left of it."""
    pieces = [_of_one_sign(row.quantity, sold.quantity) for row in rows]
    kronor = [_of_one_sign(row.net_sek, sold.net_sek) for row in rows]
    more = abs(sum(pieces, ZERO)) > abs(sold.quantity)
    fits = bool(sold.net_sek) and abs(sum(kronor, ZERO)) <= abs(sold.net_sek) + ORE * len(rows)
    if (more and fits) or not sold.quantity:
        takes, left = _in_turn(sold.net_sek, kronor, ORE)
        cut = [_share(sold, take, sold.net_sek, row.quantity) for take, row in zip(takes, rows, strict=True)]
        rest = _share(sold, left, sold.net_sek, sold.quantity)
    else:
        takes, left = _in_turn(sold.quantity, pieces, _HALF_A_HUNDREDTH)
        cut = [_share(sold, take, sold.quantity, take) for take in takes]
        rest = _share(sold, left, sold.quantity, left)
    return _adding_up(sold, cut, rest)


def _in_turn(whole: Decimal, wanted: Iterable[Decimal], slack: Decimal) -> tuple[list[Decimal], Decimal]:
    """Let each take what it wants of a whole while there is some; what is but rounding goes to the last that took."""
    takes: list[Decimal] = []
    left = whole
    for each in wanted:
        takes.append(min(each, left, key=abs))
        left -= takes[-1]
    last = max((place for place, take in enumerate(takes) if take), default=None)
    if last is not None and abs(left) <= slack * len(takes):
        takes[last] += left
        left = ZERO
    return takes, left


def _share(sold: DealRow, take: Decimal, whole: Decimal, quantity: Decimal) -> DealRow | None:
    """Return a share of a deal's row that counts as a quantity, so that quantity times price is the share's amount."""
    if not take:
        return None
    share = take / whole
    pieces = quantity or sold.quantity
    price = share * sold.quantity / pieces if pieces else share
    return replace(
        sold,
        quantity=pieces,
        list_price=sold.list_price * price,
        price=sold.price * price,
        gross_sek=micro(sold.gross_sek * share),
        discount_sek=micro(sold.discount_sek * share),
        net_sek=micro(sold.net_sek * share),
    )


def _adding_up(
    sold: DealRow, cut: Sequence[DealRow | None], rest: DealRow | None
) -> tuple[list[DealRow | None], DealRow | None]:
    """Let the last share have what rounding the others left of the row; a row that nobody takes is left as it is."""
    shares = [*cut, rest]
    last = max((place for place, share in enumerate(shares) if share is not None), default=None)
    if last is None:
        return list(cut), sold
    others = sum((share.net_sek for share in shares[:last] if share is not None), ZERO)
    final = shares[last]
    assert final is not None
    shares[last] = replace(final, net_sek=sold.net_sek - others)
    return shares[:-1], shares[-1]


def _of_one_sign(amount: Decimal, whole: Decimal) -> Decimal:
    """Return an amount that has the sign of a whole, 0 for any other."""
    return amount if amount * whole > 0 else ZERO
