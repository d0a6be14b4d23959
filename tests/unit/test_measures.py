"""What finance counts, from the systems' own records: amounts in SEK ex VAT, states, dates."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.kinds import INVOICE
from sync.connectors.salesforce.deals import salesforce_deal
from sync.connectors.upsales.deals import upsales_deal
from sync.core.bridge.measures import after_credits, document_state, fortnox_document, is_credit, overdue
from sync.core.bridge.sheets import of_deal, of_payload
from tests.unit.making import WON, invoice, order, row

D = Decimal


def test_a_deal_is_gross_less_discount_for_every_row() -> None:
    deal = upsales_deal(order(1, row("2", "100", "90"), row("1", "50", "50")), WON)
    assert (deal.gross_sek, deal.discount_sek, deal.net_sek) == (D(250), D(20), D(230))
    assert [r.net_sek for r in deal.rows] == [D(180), D(50)]
    assert (deal.customer_id, deal.customer_name, deal.seller, deal.title) == ("5", "Åkeriet AB", "Alva Ek", "Bänk")


@pytest.mark.parametrize(
    ("listed", "price", "gross", "discount"),
    [("100", "120", "240", "0"), ("0", "80", "160", "0"), ("-100", "80", "160", "0"), ("-100", "-80", "-200", "-40"),
     ("100", "0", "200", "200")],
)  # fmt: skip
def test_a_price_above_the_list_has_no_discount(listed: str, price: str, gross: str, discount: str) -> None:
    deal = upsales_deal(order(1, row("2", listed, price)), WON)
    assert (deal.gross_sek, deal.discount_sek) == (D(gross), D(discount))


def test_a12_a_discount_of_more_than_everything_is_a_discount_and_no_negative_gross() -> None:
    deal = upsales_deal(order(1, row("1", "1000", "-100")), WON)
    assert (deal.gross_sek, deal.discount_sek, deal.net_sek) == (D(1000), D(1100), D(-100))
    (line,) = of_deal(deal).lines
    assert (line.price, line.discount, line.value_sek) == (D(1000), "110 %", D(-100))


@pytest.mark.parametrize(("listed", "given"), [("100", True), ("90", True), ("0", False), (None, False)])
def test_a12_a_row_without_a_list_price_gives_no_discount_rather_than_none(listed: str | None, given: bool) -> None:
    sold = row() | {"listPrice": None if listed is None else D(listed)}
    deal = upsales_deal(order(1, sold), WON)
    assert deal.rows[0].discount_given is given
    assert bool(of_deal(deal).lines[0].discount) is given


@pytest.mark.parametrize(
    ("discount", "total", "given"), [(D(0), D(200), True), (None, D(200), False), (None, D(180), True)]
)
def test_a12_salesforces_empty_discount_is_not_given(discount: D | None, total: D, given: bool) -> None:
    line = {"Quantity": D(2), "UnitPrice": D(100), "Discount": discount, "TotalPrice": total}
    assert salesforce_deal({"Id": "006", "OpportunityLineItems": [line]}).rows[0].discount_given is given


def test_a12_a_payload_that_says_no_discount_says_none_rather_than_nothing_off() -> None:
    sold = of_deal(upsales_deal(order(), WON))
    sent = [{"DeliveredQuantity": 2, "Price": 100}, {"DeliveredQuantity": 2, "Price": 100, "Discount": 0}]
    assert [line.discount for line in of_payload(INVOICE, {"InvoiceRows": sent}, sold).lines] == ["", "0 %"]


@given(
    st.decimals(-999, 999, places=4),
    st.decimals(-9999, 9999, places=4),
    st.decimals(-9999, 9999, places=4),
    st.decimals(D("0.0001"), D("20"), places=4),
)
def test_gross_less_discount_is_net_for_any_row(quantity: D, listed: D, price: D, rate: D) -> None:
    deal = upsales_deal(order(1, row(str(quantity), str(listed), str(price)), currencyRate=rate, value=None), WON)
    assert deal.gross_sek - deal.discount_sek == deal.net_sek
    assert deal.net_sek.as_tuple().exponent == -6


def test_a_rate_of_upsales_is_foreign_units_for_a_krona() -> None:
    deal = upsales_deal(order(currency="EUR", currencyRate=D("0.08")), WON)
    assert (deal.currency, deal.rate_sek, deal.net_sek) == ("EUR", D("12.5"), D(2250))


@pytest.mark.parametrize("rate", [None, "", 0, "x", -1])
def test_a_rate_that_says_nothing_is_one(rate: Any) -> None:
    assert upsales_deal(order(currencyRate=rate), WON).rate_sek == 1


@pytest.mark.parametrize(
    ("probability", "stage", "state"),
    [(100, 12, "won"), (100, 13, "won_elsewhere"), (100, None, "won_elsewhere"), (0, 12, "lost"), (50, 12, "open"),
     ("100", "12", "won"), (None, 12, "lost")],
)  # fmt: skip
def test_won_is_the_configured_stage_at_a_hundred_per_cent(probability: Any, stage: Any, state: str) -> None:
    deal = upsales_deal(order(probability=probability, stage={"id": stage} if stage else None), WON)
    assert deal.state == state


def test_a_deal_is_dated_by_its_close_then_its_expected_date() -> None:
    assert upsales_deal(order(closeDate="2026-05-04T22:00:00.000Z"), WON).day == date(2026, 5, 4)
    assert upsales_deal(order(closeDate=None, date="2026-06-01"), WON).day == date(2026, 6, 1)
    assert upsales_deal(order(closeDate="", date="snart"), WON).day is None


def test_a_bare_deal_can_be_counted() -> None:
    deal = upsales_deal({"id": 4}, WON)
    assert (deal.title, len(deal.rows), deal.net_sek, deal.currency) == ("4", 0, D(0), "SEK")


def test_a_document_is_net_with_freight_and_fee_in_kronor() -> None:
    found = fortnox_document(
        INVOICE,
        invoice(Net=D("100.005"), Freight="95", AdministrationFee=D("5.5"), Currency="EUR", CurrencyRate="11.25"),
    )
    assert found.net_sek == D("2255.68")
    assert found.currency == "EUR"


def test_a_rate_for_a_hundred_units_is_for_a_hundred_units() -> None:
    assert fortnox_document(INVOICE, invoice(CurrencyRate=D("8.5"), CurrencyUnit=100)).rate_sek == D("0.085")


def test_a_rows_net_is_without_vat() -> None:
    line = {"DeliveredQuantity": "2", "Price": D(125), "PriceExcludingVAT": D(100), "Discount": D(10),
            "DiscountType": "PERCENT", "Total": D(225), "TotalExcludingVAT": D(180)}  # fmt: skip
    (found,) = fortnox_document(INVOICE, invoice(InvoiceRows=[line])).rows
    assert (found.quantity, found.price, found.net_sek) == (D(2), D(100), D(180))
    (old,) = fortnox_document(
        INVOICE, invoice(InvoiceRows=[{"Price": D(5), "Total": D(10), "DeliveredQuantity": ""}])
    ).rows
    assert (old.quantity, old.price, old.net_sek, old.discount_type) == (D(0), D(5), D(10), "PERCENT")


def test_a_number_that_the_licence_hides_is_no_crash() -> None:
    assert fortnox_document(INVOICE, invoice(Net="API_NORIGHT")).net_sek == 0


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "draft"),
        ({"Sent": True}, "draft"),
        ({"Booked": True}, "booked"),
        ({"Booked": True, "Sent": True}, "sent"),
        ({"Booked": True, "Balance": D(100)}, "part_paid"),
        ({"Booked": True, "Balance": D(0)}, "paid"),
        ({"Booked": True, "Balance": "0"}, "paid"),
        ({"Booked": True, "Balance": D(-5)}, "paid"),
        ({"Booked": True, "CreditInvoiceReference": "9"}, "booked"),
        ({"Booked": True, "Cancelled": True}, "cancelled"),
        ({"Cancelled": True}, "cancelled"),
        (
            {"Booked": True, "Credit": "true", "CreditInvoiceReference": "1", "Balance": D(-225), "Total": D(-225)},
            "booked",
        ),
    ],
)
def test_the_state_of_a_document(changes: dict[str, Any], state: str) -> None:
    assert document_state(invoice(**changes)) == state


@pytest.mark.parametrize(
    ("own", "notes", "state"),
    [
        ({}, [], "booked"),
        ({"CreditInvoiceReference": "9"}, [], "credited"),
        ({"CreditInvoiceReference": "9", "Balance": D(0)}, [], "credited"),
        ({"CreditInvoiceReference": "9", "Booked": False}, [], "draft"),
        ({"CreditInvoiceReference": "9"}, [{"Total": D(-225), "Booked": False}], "booked"),
        ({}, [{"Total": D(-225)}], "credited"),
        ({}, [{"Total": D(-125)}, {"Total": D(-100)}], "credited"),
        ({}, [{"Total": D(-300)}], "credited"),
        ({}, [{"Total": D(-100)}], "part_credited"),
        ({}, [{"Total": D(-225), "Booked": False}], "booked"),
        ({}, [{"Total": D(-225), "Cancelled": True}], "booked"),
        ({"Balance": D(125)}, [{"Total": D(-100)}], "part_credited"),
        ({"Balance": D(0)}, [{"Total": D(-100)}], "paid"),
        ({"Balance": D(0)}, [{"Total": D(-225)}], "credited"),
        ({"Booked": False}, [{"Total": D(-225)}], "draft"),
        ({"Cancelled": True}, [{"Total": D(-225)}], "cancelled"),
        ({"Credit": "true"}, [{"Total": D(-225)}], "booked"),
    ],
)
def test_the_state_in_which_credits_leave_a_document(
    own: dict[str, Any], notes: list[dict[str, Any]], state: str
) -> None:
    document = fortnox_document(INVOICE, invoice(**{"Booked": True, **own}))
    own_credits = [fortnox_document(INVOICE, invoice(**{"Booked": True, "Credit": "true", **each})) for each in notes]
    assert after_credits(document, own_credits).state == state


def test_credit_is_the_text_true() -> None:
    assert [is_credit({"Credit": value}) for value in ("true", True, "True", "false", False, None, "")] == [
        True, True, True, False, False, False, False,
    ]  # fmt: skip
    found = fortnox_document(INVOICE, invoice(Credit="true", InvoiceReference="41", CreditInvoiceReference="7"))
    assert (found.credit, found.credits, found.credited_by) == (True, "41", "")
    found = fortnox_document(INVOICE, invoice(CreditInvoiceReference="42", InvoiceReference="9"))
    assert (found.credit, found.credits, found.credited_by) == (False, "", "42")


def test_what_is_paid_is_only_said_of_a_booked_document() -> None:
    assert fortnox_document(INVOICE, invoice(Balance=D(100))).paid == 0
    assert fortnox_document(INVOICE, invoice(Balance=D(100), Booked=True)).paid == D(125)
    assert fortnox_document(INVOICE, invoice(Balance=D(-25), Booked=True)).paid == D(250)
    assert fortnox_document(INVOICE, invoice(Balance=D(0), Booked=True, Cancelled=True)).paid == 0


@pytest.mark.parametrize(
    ("total", "balance", "currency", "state", "overpaid"),
    [
        ("3126", "-374", "SEK", "paid", "374"),
        ("3126", "-374", "EUR", "paid", "374"),
        ("3126", "0", "SEK", "paid", "0"),
        ("3126", "-0.50", "SEK", "paid", "0"),
        ("3126", "0.50", "SEK", "paid", "0"),
        ("3126", "0.51", "SEK", "part_paid", "0"),
        ("3126", "0.50", "EUR", "part_paid", "0"),
        ("3126", "-0.50", "EUR", "paid", "0.50"),
        ("0.40", "0.40", "SEK", "booked", "0"),
        ("-500", "-500", "SEK", "booked", "0"),
        ("-500", "-100", "SEK", "part_paid", "0"),
        ("-500", "25", "SEK", "paid", "25"),
        ("0", "0", "SEK", "paid", "0"),
    ],
)
def test_a10_what_is_paid_in_full_or_more_is_paid_and_what_was_too_much_is_told(
    total: str, balance: str, currency: str, state: str, overpaid: str
) -> None:
    found = fortnox_document(INVOICE, invoice(Booked=True, Total=D(total), Balance=D(balance), Currency=currency))
    assert (found.state, found.overpaid) == (state, D(overpaid))
    assert found.paid == D(total) - D(balance)


def test_a10_nothing_is_overpaid_on_what_is_not_booked_or_does_not_count() -> None:
    assert fortnox_document(INVOICE, invoice(Balance=D(-5))).overpaid == 0
    assert fortnox_document(INVOICE, invoice(Booked=True, Cancelled=True, Balance=D(-5))).overpaid == 0


@pytest.mark.parametrize(
    ("state", "balance", "due", "late"),
    [
        ("booked", 1, date(2026, 5, 3), True),
        ("sent", 1, date(2026, 5, 3), True),
        ("part_paid", 1, date(2026, 5, 3), True),
        ("booked", 1, date(2026, 5, 4), False),
        ("booked", 0, date(2026, 5, 3), False),
        ("booked", -1, date(2026, 5, 3), False),
        ("draft", 1, date(2026, 5, 3), False),
        ("part_credited", 1, date(2026, 5, 3), True),
        ("credited", 1, date(2026, 5, 3), False),
        ("booked", 1, None, False),
    ],
)
def test_overdue_is_by_date_and_from_the_day_after(state: Any, balance: int, due: date | None, late: bool) -> None:
    assert overdue(state, D(balance), due, date(2026, 5, 4)) is late


def test_a_voucher_is_its_series_and_number() -> None:
    assert fortnox_document(INVOICE, invoice(VoucherSeries="B", VoucherNumber=12)).voucher == "B12"
    assert fortnox_document(INVOICE, invoice(VoucherSeries="B", VoucherNumber=None)).voucher == ""
