"""Sums, VAT, rounding, OCR (fortnox/FACTS.md 5.1, 7.4, 8)."""

from decimal import Decimal

import pytest

from sync.sandbox.fortnox.documents.invoice_terms import ocr
from tests.sandbox.fortnox_bench import Bench, row


def test_the_documentations_invoice_203_comes_out_to_the_ore() -> None:
    invoice = Bench().invoice(row(10, 159, ArticleNumber="A1"), Freight=95)
    expected = {"Gross": 1590, "Net": 1590, "FreightVAT": Decimal("23.75"), "TotalVAT": Decimal("421.25")}
    expected |= {"RoundOff": Decimal("-0.25"), "Total": 2106, "TotalToPay": 2106, "Balance": 2106}
    assert {name: invoice[name] for name in expected} == expected


def test_a_total_of_406_25_becomes_406() -> None:
    invoice = Bench().invoice(row(1, 325))
    assert (invoice["Total"], invoice["RoundOff"], invoice["TotalVAT"]) == (
        406,
        Decimal("-0.25"),
        Decimal("81.25"),
    )


def test_half_a_krona_is_rounded_up() -> None:
    invoice = Bench().invoice(row(1, Decimal("0.40")))
    assert (invoice["Total"], invoice["RoundOff"]) == (1, Decimal("0.50"))


def test_the_total_is_the_sum_of_its_parts() -> None:
    invoice = Bench().invoice(
        row(Decimal("3.5"), Decimal("99.99"), Discount=15, VAT=25),
        row(7, Decimal("12.34"), VAT=12),
        row(1, Decimal("0.05"), VAT=6),
        Freight=Decimal("49.50"),
        AdministrationFee=29,
    )
    parts = ("Net", "Freight", "AdministrationFee", "TotalVAT", "RoundOff")
    assert invoice["Total"] == sum(Decimal(invoice[name]) for name in parts)


def test_vat_is_rounded_per_rate_and_not_per_row() -> None:
    # Three rows of 0.05 at 25 %: 0.0125 each, but 0.0375 together.
    invoice = Bench().invoice(row(1, Decimal("0.05")), row(1, Decimal("0.05")), row(1, Decimal("0.05")))
    assert invoice["TotalVAT"] == Decimal("0.04")


def test_a_percent_discount_lowers_net_but_not_gross() -> None:
    invoice = Bench().invoice(row(2, Decimal("14.40"), Discount=15))
    assert (invoice["Gross"], invoice["Net"]) == (Decimal("28.80"), Decimal("24.48"))
    assert invoice["InvoiceRows"][0]["Total"] == Decimal("24.48")


def test_an_amount_discount_is_the_rows() -> None:
    invoice = Bench().invoice(row(2, 100, Discount=50, DiscountType="AMOUNT"))
    assert invoice["Net"] == 150
    per_unit = Bench(amount_discount_per="unit").invoice(row(2, 100, Discount=50, DiscountType="AMOUNT"))
    assert per_unit["Net"] == 100


def test_prices_that_include_vat_are_split() -> None:
    invoice = Bench().invoice(row(1, 125), VATIncluded=True)
    line = invoice["InvoiceRows"][0]
    assert (invoice["Net"], invoice["TotalVAT"], invoice["Total"]) == (100, 25, 125)
    assert (line["Price"], line["PriceExcludingVAT"], line["Total"], line["TotalExcludingVAT"]) == (
        125,
        100,
        125,
        100,
    )


def test_an_export_customer_pays_no_vat_whatever_the_row_says() -> None:
    invoice = Bench().invoice(row(1, 100, VAT=25), CustomerNumber="2", Freight=10)
    assert (invoice["TotalVAT"], invoice["FreightVAT"], invoice["Total"]) == (0, 0, 110)
    assert invoice["InvoiceRows"][0]["AccountNumber"] == 3105


def test_a_foreign_invoice_keeps_its_cents_and_takes_the_registers_rate() -> None:
    bench = Bench()
    bench.post("currencies", "Currency", Code="EUR", Description="Euro", SellRate=Decimal("11.2525"))
    invoice = bench.invoice(row(1, Decimal("10.10")), Currency="EUR", CustomerNumber="2")
    assert (invoice["Total"], invoice["RoundOff"], invoice["CurrencyRate"]) == (
        Decimal("10.10"),
        0,
        Decimal("11.2525"),
    )
    explicit = bench.invoice(row(1, 1), Currency="EUR", CurrencyRate=10, CustomerNumber="2")
    assert explicit["CurrencyRate"] == 10


def test_a_company_may_not_round_to_whole_kronor() -> None:
    assert Bench(round_to_krona=False).invoice(row(1, 325))["Total"] == Decimal("406.25")


@pytest.mark.parametrize(("given", "kept"), [("1.123", "1.12"), ("1.125", "1.13"), ("10.00", "10"), ("0", "0")])
def test_quantities_are_rounded_half_up_and_kept_as_text(given: str, kept: str) -> None:
    assert Bench().invoice(row(given))["InvoiceRows"][0]["DeliveredQuantity"] == kept


def test_an_omitted_quantity_is_zero_and_so_is_the_row() -> None:
    invoice = Bench().invoice({"ArticleNumber": "A1"})
    assert invoice["InvoiceRows"][0]["DeliveredQuantity"] == "0"
    assert invoice["Total"] == 0


def test_an_article_fills_in_what_a_row_leaves_out() -> None:
    line = Bench().invoice({"ArticleNumber": "A1", "DeliveredQuantity": 2})["InvoiceRows"][0]
    expected = {"Description": "Hammer", "AccountNumber": 3001, "VAT": 25, "Price": 159, "Total": 318}
    assert {name: line[name] for name in expected} == expected


@pytest.mark.parametrize(("number", "expected"), [("1", "133"), ("18", "1842"), ("203", "20354"), ("37", "3749")])
def test_the_ocr_has_a_length_digit_and_a_check_digit(number: str, expected: str) -> None:
    assert ocr(number) == expected
