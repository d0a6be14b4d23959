"""When nothing of a document counts any more: only then may another be made."""

from decimal import Decimal

import pytest

from sync.core.documents.documents import is_void
from sync.core.types import Payload
from tests.unit.making import invoice

BOOKED = {"Booked": True}


def credit(total: str, **changes: object) -> Payload:
    return invoice("9", Credit="true", InvoiceReference="1", Total=Decimal(total), **{**BOOKED, **changes})


def test_a_cancelled_document_is_spent() -> None:
    assert is_void(invoice(Cancelled=True), [])


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        ([], False),
        ([credit("-225")], True),
        ([credit("-125"), credit("-100")], True),
        ([credit("-224.99")], False),
        ([credit("-225", Booked=False)], False),
        ([credit("-225", Cancelled=True)], False),
        ([credit("-225"), credit("-225", Cancelled=True)], True),
    ],
)
def test_a_booked_document_is_spent_when_booked_credits_take_all_of_it(taken: list[Payload], said: bool) -> None:
    assert is_void(invoice(**BOOKED), taken) is said
