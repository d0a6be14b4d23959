"""One cause for every krona between what was sold and what is booked; the steps add up for any ledger (I6)."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.core.bridge import LooseDocument, Standing, Step, WonDeal, bridge
from sync.core.deals.upsales import upsales_deal
from sync.core.measures import Deal, Document, fortnox_document
from tests.unit.making import WON, invoice, key, order, row

D = Decimal
STANDINGS: tuple[Standing, ...] = (
    "linked", "excluded", "unknown", "login", "rejected", "match", "article", "validation", "approval", "dismissed",
    "on_its_way", "missed",
)  # fmt: skip


def line(
    quantity: Any = 2, price: Any = 100, discount: Any = 10, kind: str = "PERCENT", net: Any = None
) -> dict[str, Any]:
    gross = D(quantity) * D(price)
    kept = gross - D(discount) if kind == "AMOUNT" else gross * (1 - D(discount) / 100)
    return {
        "DeliveredQuantity": str(quantity),
        "Price": D(price),
        "PriceExcludingVAT": D(price),
        "Discount": D(discount),
        "DiscountType": kind,
        "TotalExcludingVAT": round(kept, 2) if net is None else D(net),
    }


def document(*lines: dict[str, Any], **changes: Any) -> Document:
    rows = list(lines) or [line()]
    net = sum((each["TotalExcludingVAT"] for each in rows), D(0))
    return fortnox_document(invoice(**{"Booked": True, "Net": net, "InvoiceRows": rows, **changes}))


def deal(*rows: dict[str, Any], **changes: Any) -> Deal:
    return upsales_deal(order(1, *rows, **changes), WON)


def won(*documents: Document, sold: Deal | None = None, standing: Standing = "linked", **more: Any) -> WonDeal:
    return WonDeal(key(), "nord", sold or deal(), documents, standing, **more)


def causes(*deals: WonDeal, loose: tuple[LooseDocument, ...] = ()) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for step in bridge(deals, loose):
        found[step.cause] += step.amount_sek
    return dict(found)


def test_a_deal_that_is_booked_as_sold_needs_no_explanation() -> None:
    assert causes(won(document())) == {}


@pytest.mark.parametrize(
    ("standing", "cause"),
    [
        ("excluded", "O71"), ("unknown", "O58"), ("login", "O57"), ("rejected", "O56"), ("match", "O52"),
        ("article", "O54"), ("validation", "O53"), ("approval", "O55"), ("dismissed", "O59"), ("on_its_way", "O51"),
        ("missed", "O81"), ("linked", "O62"),
    ],
)  # fmt: skip
def test_a_deal_without_a_document_says_where_it_stands(standing: Standing, cause: str) -> None:
    assert causes(won(standing=standing)) == {cause: D(-180)}


def test_a_draft_and_a_cancelled_document_are_causes_of_their_own() -> None:
    assert causes(won(document(Booked=False))) == {"O33": D(-180)}
    assert causes(won(document(Cancelled=True))) == {"O61": D(-180)}
    assert causes(won(document(Cancelled=True), document(Booked=False))) == {"O33": D(-180)}


@pytest.mark.parametrize(
    ("invoiced", "cause", "amount"),
    [
        (line(3, 100, 10), "V1", "90"),
        (line(2, 110, 10), "V4", "18"),
        (line(2, 100, 20), "V5", "-20"),
        (line(2, 100, 0), "V5", "20"),
        (line(2, 100, 30, "AMOUNT"), "V5", "-10"),
        (line(2, 100, 10, net="180.01"), "V7", "0.01"),
        (line(2, 100, 10, net="170"), "X3", "-10"),
    ],
)
def test_one_changed_factor_is_one_cause(invoiced: dict[str, Any], cause: str, amount: str) -> None:
    assert causes(won(document(invoiced))) == {cause: D(amount)}


def test_a_rate_is_a_cause_of_its_own() -> None:
    sold = deal(currency="EUR", currencyRate=D("0.1"))
    assert causes(won(document(Currency="EUR", CurrencyRate=11), sold=sold)) == {"V6": D(180)}


def test_the_same_net_said_as_amount_or_percentage_is_no_difference() -> None:
    assert causes(won(document(line(2, 100, 20, "AMOUNT")))) == {}
    assert causes(won(document(line(2, 90, 0)))) == {}


def test_two_changed_factors_are_two_causes_that_add_up() -> None:
    assert causes(won(document(line(3, 110, 10)))) == {"V1": D(90), "V4": D(27)}


def test_rows_that_do_not_correspond_are_not_explained() -> None:
    assert causes(won(document(line(), line(1, 50, 0)))) == {"X3": D(50)}


def test_freight_added_in_fortnox_is_not_called_rounding() -> None:
    assert causes(won(document(Freight=95))) == {"X3": D(95)}


def test_a_second_booked_document_is_a_duplicate() -> None:
    assert causes(won(document(), document(DocumentNumber="2"))) == {"I31": D(180)}


def test_a_document_in_the_wrong_company_is_told_on_both_sides() -> None:
    stray = won(elsewhere=(("syd", document()),))
    assert {(step.company, step.cause, step.amount_sek) for step in bridge([stray], [])} == {
        ("nord", "O12", D(-180)), ("syd", "I16", D(180)),
    }  # fmt: skip
    both = won(document(), elsewhere=(("syd", document(DocumentNumber="8")),))
    assert causes(both) == {"I16": D(180)}


@pytest.mark.parametrize(
    ("changes", "more", "cause"),
    [
        ({}, {"customer_in_crm": True}, "I51"),
        ({}, {}, "I52"),
        ({}, {"before_go_live": True, "customer_in_crm": True}, "I71"),
        ({"Credit": "true", "InvoiceReference": "1"}, {"before_go_live": True}, "I21"),
        ({"Credit": "true"}, {}, "I23"),
        ({}, {"deal_state": "open"}, "I13"),
        ({}, {"deal_state": "lost"}, "I14"),
        ({}, {"deal_state": "deleted"}, "I15"),
        ({}, {"deal_state": "won_elsewhere"}, "I16"),
    ],
)
def test_a_document_that_no_won_deal_stands_behind(changes: dict[str, Any], more: dict[str, Any], cause: str) -> None:
    loose = LooseDocument("nord", document(**changes), **{"before_go_live": False, "customer_in_crm": False, **more})
    assert causes(loose=(loose,)) == {cause: D(180)}


def test_a_step_names_its_deal_and_document() -> None:
    (step,) = bridge([won(document(line(3, 100, 10), DocumentNumber="41"))], [])
    assert step == Step("nord", "V1", D(90), key(), "41", date(2026, 5, 4))
    (step,) = bridge([won(document(Booked=False, DocumentNumber="41"))], [])
    assert (step.deal, step.number) == (key(), "41")


# Amounts as they come: öre in documents, up to four decimals in the CRM, rates of either side.
AMOUNTS = st.decimals(D(-5000), D(5000), places=2)
FINE = st.decimals(D(-5000), D(5000), places=4)
ROWS = st.lists(st.tuples(st.decimals(D(-50), D(50), places=2), FINE, FINE), max_size=4)
LINES = st.lists(
    st.tuples(
        st.decimals(D(-50), D(50), places=2), AMOUNTS, st.decimals(D(0), D(100), places=2), st.booleans(), AMOUNTS
    ),
    max_size=4,
)
RATES = st.sampled_from(["1", "0.0889", "0.5", "7"])


@st.composite
def documents(draw: st.DrawFn) -> Document:
    lines = [line(q, p, d, "AMOUNT" if a else "PERCENT", net) for q, p, d, a, net in draw(LINES)]
    flags = draw(st.fixed_dictionaries({"Booked": st.booleans(), "Cancelled": st.booleans()}))
    made = document(**flags, CurrencyRate=draw(st.sampled_from(["1", "11.25", "0.095"])), Freight=draw(AMOUNTS))
    return replace(made, rows=document(*lines).rows if lines else (), net_sek=draw(AMOUNTS))


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[list[WonDeal], list[LooseDocument]]:
    deals = []
    for _ in range(draw(st.integers(0, 4))):
        rows = [row(str(q), str(listed), str(price)) for q, listed, price in draw(ROWS)]
        sold = upsales_deal({**order(1, *rows, currencyRate=draw(RATES)), "orderRow": rows}, WON)
        own = tuple(draw(st.lists(documents(), max_size=3)))
        stray = tuple(("syd", each) for each in draw(st.lists(documents(), max_size=1)))
        deals.append(WonDeal(key(), "nord", sold, own, draw(st.sampled_from(STANDINGS)), stray))
    booked = documents().filter(lambda each: each.booked and not each.cancelled)
    loose = [
        LooseDocument(
            "syd", each, draw(st.booleans()), draw(st.booleans()), draw(st.sampled_from(["", "lost", "open"]))
        )
        for each in draw(st.lists(booked, max_size=3))
    ]
    return deals, loose


@settings(max_examples=150, deadline=None)
@given(ledgers())
def test_the_steps_of_any_ledger_add_up_to_the_ore(ledger: tuple[list[WonDeal], list[LooseDocument]]) -> None:
    deals, loose = ledger
    sold = sum((each.deal.net_sek for each in deals), D(0))
    counted = [d for each in deals for d in (*each.documents, *(d for _, d in each.elsewhere))]
    counted = [d for d in counted if d.booked and not d.cancelled] + [each.document for each in loose]
    booked = sum((d.net_sek for d in counted), D(0))
    steps = bridge(deals, loose)
    assert sum((step.amount_sek for step in steps), D(0)) == booked - sold
    assert all(step.amount_sek != 0 for step in steps)


@settings(max_examples=150, deadline=None)
@given(ledgers())
def test_every_amount_of_the_bridge_fits_its_column(ledger: tuple[list[WonDeal], list[LooseDocument]]) -> None:
    for step in bridge(*ledger):
        assert step.amount_sek == round(step.amount_sek, 6)
