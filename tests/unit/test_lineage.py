"""Who made a row differ: each hop from deal to invoice has its letter, and the hops add up to the whole."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.kinds import INVOICE
from sync.core.bridge.lineage import ComparedRow, History, Taken, _cut, compared
from sync.core.bridge.measures import Deal, Document
from sync.core.bridge.sheets import of_deal, of_payload
from sync.core.bridge.threads import answered, by_likeness, threads
from tests.unit.making import row
from tests.unit.test_bridge import deal, document, line

D = Decimal
SENT = {
    "Currency": "SEK",
    "CurrencyRate": D(1),
    "CurrencyUnit": D(1),
    "InvoiceRows": [{"ArticleNumber": "1001", "DeliveredQuantity": D(2), "Price": D(100), "Discount": D(10)}],
}


def sent(**changes: Any) -> dict[str, Any]:
    """Return a payload whose only row is changed."""
    return {**SENT, "InvoiceRows": [{**SENT["InvoiceRows"][0], **changes}]}


def found(
    now: Deal, there: Document, sold: Deal | None = None, mapped: Any = None, out: Any = None, made: Any = None
) -> dict[str, Decimal]:
    """Return cause and origin with their sums; what is not said is as it was before."""
    payload = mapped or SENT
    history = History(INVOICE, sold or now, payload, out or payload, made or document())
    return sums(compared(now, there, history))


def sums(rows: list[ComparedRow]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = defaultdict(Decimal)
    for each in rows:
        for change in each.changes:
            total[f"{change.cause}.{change.origin}"] += change.amount_sek
    return dict(total)


def test_what_went_as_it_was_sold_has_no_cause() -> None:
    assert found(deal(), document()) == {}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"now": deal(row("3")), "sold": deal()}, {"V1.a": D(-90)}),
        ({"mapped": sent(Price=D(110)), "made": document(line(2, 110, 10)), "there": document(line(2, 110, 10))},
         {"V4.b": D(18)}),
        ({"out": sent(Discount=D(20)), "made": document(line(2, 100, 20)), "there": document(line(2, 100, 20))},
         {"V5.c": D(-20)}),
        ({"made": document(line(2, 100, 18)), "there": document(line(2, 100, 18))}, {"V5.d": D(-16)}),
        ({"there": document(line(1, 100, 10))}, {"V1.e": D(-90)}),
        ({"now": deal(row("3")), "sold": deal(), "there": document(line(3, 100, 10))}, {"V1.a": D(-90), "V1.e": D(90)}),
    ],
)  # fmt: skip
def test_each_hop_has_its_letter(parts: dict[str, Any], expected: dict[str, Decimal]) -> None:
    assert found(**{"now": deal(), "there": document(), **parts}) == expected


def test_without_a_history_all_is_of_unknown_making() -> None:
    assert sums(compared(deal(), document(line(3, 110, 10)), None)) == {"V1.f": D(90), "V4.f": D(27)}


def test_without_the_answer_the_last_hop_is_of_unknown_making() -> None:
    history = History(INVOICE, deal(), SENT, sent(Discount=D(20)))
    assert sums(compared(deal(), document(line(1, 100, 20)), history)) == {"V5.c": D(-20), "V1.f": D(-80)}


def test_rounding_is_stated_where_fortnox_rounds() -> None:
    sold = deal(row("3", "0.333", "0.333"))
    rounded = document(line(3, "0.33", 0))
    history = History(INVOICE, sold, sent(DeliveredQuantity=D(3), Price=D("0.33"), Discount=D(0)), SENT, rounded)
    history = History(INVOICE, history.sold, history.mapped, history.mapped, rounded)
    assert sums(compared(sold, rounded, history)) == {"V7.d": D("-0.009")}


@pytest.mark.parametrize(
    ("there", "origin"),
    [
        (document(line(), line(1, 5, 0)), "e"),
        (document(line()), ""),
    ],
)
def test_a_row_that_only_the_document_has_says_where_it_came_in(there: Document, origin: str) -> None:
    rows = compared(deal(), there, History(INVOICE, deal(), SENT, SENT, document()))
    assert [each.origin for each in rows if not each.deal_row] == ([origin] if origin else [])


def test_a_row_taken_out_of_the_deal_since_is_the_deals() -> None:
    both = deal(row(), row("1", "50", "50", product=8))
    two = {**SENT, "InvoiceRows": [*SENT["InvoiceRows"], {"DeliveredQuantity": D(1), "Price": D(50)}]}
    made = document(line(), line(1, 50, 0))
    (kept, gone) = compared(deal(), made, History(INVOICE, both, two, two, made))
    assert (kept.deal_row, kept.changes) == (1, ())
    assert (gone.deal_row, gone.document_row, gone.origin) == (0, 2, "a")


def test_what_a_payload_leaves_out_is_as_it_was() -> None:
    before = of_deal(deal())
    sheet = of_payload(
        INVOICE, {"InvoiceRows": [{"ArticleNumber": "1001"}, {"Price": D(7), "DeliveredQuantity": D(1)}]}, before
    )
    assert (sheet.currency, sheet.rate_sek) == ("SEK", D(1))
    assert [(each.quantity, each.price) for each in sheet.lines] == [(D(2), D(100)), (D(1), D(7))]


def test_an_answer_with_more_rows_is_paired_by_likeness() -> None:
    asked = of_deal(deal(row(product=1), row("1", "50", "50", product=2))).lines
    assert answered(asked, asked) == {0: 0, 1: 1}
    assert answered(asked, [asked[1], asked[0], asked[1]]) == {1: 0, 0: 1}


def test_of_two_rows_of_one_article_the_one_that_went_is_told() -> None:
    two = of_deal(deal(row("1"), row("5"))).lines
    assert by_likeness(two, [two[1]]) == {1: 0}


def test_a_row_that_comes_and_goes_has_a_way_of_its_own() -> None:
    one, other = of_deal(deal(row(), row("1", "50", "50"))).lines
    assert threads([[one], [one, other], [other]], [by_likeness, by_likeness]) == [(0, 0, None), (None, 1, 0)]


ROWS = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 900), st.sampled_from([0, 5, 12])), min_size=1, max_size=3)


def sold(rows: list[tuple[int, int, int]]) -> Deal:
    return deal(*(row(str(q), str(p), str(D(p) * (100 - d) / 100)) for q, p, d in rows))


def invoiced(rows: list[tuple[int, int, int]]) -> Document:
    return document(*(line(q, p, d) for q, p, d in rows))


def payload(rows: list[tuple[int, int, int]]) -> dict[str, Any]:
    made = [{"DeliveredQuantity": D(q), "Price": D(p), "Discount": D(d)} for q, p, d in rows]
    return {**SENT, "InvoiceRows": made}


@settings(max_examples=200, deadline=None)
@given(st.tuples(ROWS, ROWS, ROWS, ROWS, ROWS, ROWS))
def test_the_hops_of_every_row_add_up_to_its_whole_difference(states: tuple[list[tuple[int, int, int]], ...]) -> None:
    now, before, mapped, out, made, there = states
    deal_now, last = sold(now), invoiced(there)
    history = History(INVOICE, sold(before), payload(mapped), payload(out), invoiced(made))
    for each in compared(deal_now, last, history):
        value = last.rows[each.document_row - 1].net_sek if each.document_row else D(0)
        was = deal_now.rows[each.deal_row - 1].net_sek if each.deal_row else value
        assert sum((change.amount_sek for change in each.changes), D(0)) == value - was


def test_of_a_part_a_row_that_one_sheet_lacks_or_that_fits_whole_is_left_as_it_is() -> None:
    sold = of_deal(deal())
    taken = {1: Taken(1, deal().rows[0])}
    for thread in ((0, None, 0), (0, 0, 0)):
        assert _cut((sold, sold, sold), [thread], taken)[1] == sold
