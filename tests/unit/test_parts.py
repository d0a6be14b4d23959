"""What is delivered in parts is invoiced in parts: the deal is compared with the sum of its documents."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from mappings.kinds import INVOICE
from sync.core.bridge.bridge import bridge
from sync.core.bridge.lineage import History
from sync.core.bridge.measures import Document
from sync.core.bridge.parts import _adding_up
from tests.unit.making import row
from tests.unit.test_bridge import causes, deal, document, line, won

D = Decimal


def in_parts(*parts: Any, **changes: Any) -> list[Document]:
    """Return documents numbered from 1, each of one row or several, of the deal's article unless they say another."""
    rows = [part if isinstance(part, list) else [part] for part in parts]
    named = [[{"ArticleNumber": "1001"} | one for one in each] for each in rows]
    return [document(*each, **{"DocumentNumber": str(n), **changes}) for n, each in enumerate(named, 1)]


TEN = deal(row("10", "100", "90"))


def test_f3_parts_that_add_up_to_what_was_sold_make_no_difference() -> None:
    assert causes(won(*in_parts(line(6), line(4)), sold=TEN)) == {}
    assert causes(won(*in_parts(line(6), line(3), line(1)), sold=TEN)) == {}
    two = deal(row("1", "100", "90"), row("2", "50", "50", product=8))
    assert causes(won(*in_parts(line(1), line(2, 50, 0)), sold=two)) == {}
    alike = deal(row("5", "100", "90"), row("5", "100", "90"))
    assert causes(won(*in_parts(line(5), line(5)), sold=alike)) == {}


def test_f3_a_price_that_is_asked_for_in_instalments_makes_no_difference() -> None:
    sold = deal(row("1", "100000", "100000"))
    assert causes(won(*in_parts(line(1, 50000, 0), line(1, 50000, 0)), sold=sold)) == {}
    assert causes(won(*in_parts(line(1, 30000, 0), line(1, 50000, 0)), sold=sold)) == {"O41": D(-20000)}


def test_f3_what_no_document_has_yet_is_what_remains_to_be_invoiced() -> None:
    made = bridge([won(*in_parts(line(6), line(3)), sold=TEN)], ())
    (step,) = made.steps
    assert (step.cause, step.side, step.amount_sek, step.why) == ("O41", "crm", D(-90), {"documents": "1, 2"})
    assert [(each.document.number, each.crm_sek, each.document_sek) for each in made.slices] == [
        ("1", D(540), D(540)),
        ("2", D(270), D(270)),
        ("", D(90), D(0)),
    ]


def test_f3_a_part_that_is_not_booked_is_not_booked_and_the_others_are() -> None:
    first, second = in_parts(line(6), line(4))
    made = bridge([won(first, replace(second, booked=False), sold=TEN)], ())
    assert [(one.cause, one.document.number, one.amount_sek) for one in made.steps] == [("O33", "2", D(-360))]


def test_f3_a_part_has_its_own_differences_and_no_others() -> None:
    assert causes(won(*in_parts(line(6), line(4, 110)), sold=TEN)) == {"V4": D(36)}
    assert causes(won(*in_parts(line(6), line(5)), sold=TEN)) == {"V1": D(90)}
    assert causes(won(*in_parts(line(6), [line(4), line(1, 70, 0) | {"ArticleNumber": "9"}]), sold=TEN)) == {
        "I41": D(70)
    }


def test_f3_a_copy_of_all_that_was_sold_is_still_a_duplicate() -> None:
    assert causes(won(*in_parts(line(10), line(10)), sold=TEN)) == {"I31": D(900)}
    assert causes(won(*in_parts(line(6), line(4), line(4)), sold=TEN)) == {"I31": D(360)}


def test_f3_the_deal_was_sent_whole_and_delivered_in_parts() -> None:
    """What an accountant took off the first invoice to ask for it on a second is no edit of it."""
    sent = {"InvoiceRows": [{"ArticleNumber": "1001", "DeliveredQuantity": "10", "Price": D(100), "Discount": D(10)}]}
    (answer,) = in_parts(line(10))
    history = History(INVOICE, TEN, sent, sent, answer)
    parts = in_parts(line(6), line(4))
    assert causes(won(*parts, sold=TEN, histories={parts[0].name: history})) == {}
    assert causes(won(parts[0], sold=TEN, histories={parts[0].name: history})) == {"V1": D(-360)}
    dearer = in_parts(line(6, 120), line(4))
    steps = bridge([won(*dearer, sold=TEN, histories={parts[0].name: history})], ()).steps
    assert [(one.cause, one.origin, one.amount_sek) for one in steps] == [("V4", "e", D(108))]


def test_f3_a_credited_part_leaves_its_share_to_the_one_that_took_its_place() -> None:
    first, second = in_parts(line(10), line(10))
    credited = replace(first, state="credited")
    assert causes(won(credited, second, sold=TEN)) == {"I24": D(900)}


def test_f3_a_row_that_nobody_takes_is_left_as_it_is() -> None:
    sold = deal().rows[0]
    assert _adding_up(sold, [None, None], None) == ([None, None], sold)
