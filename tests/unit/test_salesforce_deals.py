"""Salesforce's opportunities as figures, as drafts, and what is asked for to make them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings import load
from mappings.spec import Companies
from mappings.values.money import ore, row_net
from sync.connectors.salesforce.connect import salesforce_shapes
from sync.connectors.salesforce.deals import salesforce_deal
from tests.unit.making import FOLDER

D = Decimal
MAPPING = load(FOLDER, "salesforce", Companies())
SHAPES = salesforce_shapes(MAPPING)


def line(quantity: str = "2", price: str = "100", discount: str | None = "10", **more: Any) -> dict[str, Any]:
    total = ore(D(quantity) * D(price) * (1 - D(discount or 0) / 100))
    return {
        "Id": "00k000000000001AAA",
        "Quantity": D(quantity),
        "UnitPrice": D(price),
        "Discount": None if discount is None else D(discount),
        "TotalPrice": total,
        "Description": None,
        "Product2Id": "01t000000000001AAA",
        "Product2": {"Name": "Bord", "ProductCode": "1001"},
        **more,
    }


def opportunity(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    rows = list(lines or (line(),))
    return {
        "Id": "006000000000001AAA",
        "Name": "Möbler",
        "AccountId": "001000000000001AAA",
        "Account": {"Name": "Åkeriet AB"},
        "Owner": {"Name": "Åsa Ek"},
        "IsWon": True,
        "IsClosed": True,
        "CloseDate": "2026-05-04",
        "Amount": sum((row["TotalPrice"] for row in rows), D(0)),
        "OpportunityLineItems": rows,
        "kvitt": {"currency": "SEK", "rate": D(1)},
        **changes,
    }


def drafted(view: dict[str, Any]) -> dict[str, Any]:
    draft, problems = MAPPING.document.draft(view, lambda kind, _key: "K1" if kind == "customer" else "1001")
    assert problems == ()
    assert draft is not None
    return dict(draft.fields)


def test_an_opportunity_is_read_with_the_figures_salesforce_states() -> None:
    deal = salesforce_deal(opportunity(line("2", "100", "10"), line("1", "50", None)))
    assert (deal.gross_sek, deal.discount_sek, deal.net_sek) == (250, 20, 230)
    assert (deal.title, deal.customer_name, deal.seller, deal.day) == (
        "Möbler", "Åkeriet AB", "Åsa Ek", date(2026, 5, 4),
    )  # fmt: skip
    assert (deal.rows[0].article, deal.rows[0].text, deal.rows[0].price) == ("1001", "Bord", 90)


@pytest.mark.parametrize(
    ("won", "closed", "state"),
    [(True, True, "won"), (False, True, "lost"), (False, False, "open"), (True, False, "open")],
)
def test_won_is_both_won_and_closed(won: bool, closed: bool, state: str) -> None:
    assert salesforce_deal(opportunity(IsWon=won, IsClosed=closed, StageName="Closed Won")).state == state


def test_foreign_amounts_are_told_in_sek() -> None:
    deal = salesforce_deal(opportunity(line("1", "100", None), kvitt={"currency": "EUR", "rate": D("0.08")}))
    assert (deal.currency, deal.net_sek, deal.rate_sek) == ("EUR", 1250, D("12.5"))


def test_an_opportunity_with_nothing_in_it_is_read() -> None:
    deal = salesforce_deal({"Id": "006"})
    assert (deal.title, deal.state, deal.day, deal.rows, deal.net_sek) == ("006", "open", None, (), 0)


def test_a_line_becomes_a_row_with_its_price_and_its_percent() -> None:
    (row,) = drafted(opportunity(line("3", "1250.50", "33.33")))["InvoiceRows"]
    assert (row["DeliveredQuantity"], row["Price"], row["Discount"], row["DiscountType"]) == (
        3, D("1250.50"), D("33.33"), "PERCENT",
    )  # fmt: skip


def test_a_line_without_a_product_is_a_row_of_text() -> None:
    (row,) = drafted(opportunity(line(Product2Id=None, Product2=None, Description="Resa")))["InvoiceRows"]
    assert "ArticleNumber" not in row
    assert row["Description"] == "Resa"


@pytest.mark.parametrize(
    ("broken", "field"),
    [({"Quantity": "två"}, "Quantity"), ({"UnitPrice": None}, "UnitPrice"), ({"Discount": "tio"}, "Discount")],
)
def test_what_is_not_a_number_is_named_with_its_row(broken: dict[str, Any], field: str) -> None:
    draft, problems = MAPPING.document.draft(opportunity(line(), line() | broken), lambda _kind, _key: "1")
    assert draft is None
    assert [(one.code, one.field, one.row) for one in problems] == [("not_a_number", field, 2)]


def test_a_deal_whose_lines_do_not_add_up_is_held() -> None:
    draft, problems = MAPPING.document.draft(opportunity(Amount=D("999")), lambda _kind, _key: "1")
    assert draft is None
    assert [one.code for one in problems] == ["rows_do_not_add_up"]


def test_a_deal_without_a_known_rate_is_held() -> None:
    view = opportunity(kvitt={"currency": "EUR", "rate": None})
    draft, problems = MAPPING.document.draft(view, lambda _kind, _key: "1")
    assert draft is None
    assert [(one.code, one.field) for one in problems] == [("missing", "CurrencyRate")]


PRICES = st.decimals(D("0.01"), D("99999.99"), places=2)
PERCENTS = st.decimals(D(0), D(100), places=2)
QUANTITIES = st.decimals(D("0.01"), D("999.99"), places=2)


@settings(deadline=None)
@given(QUANTITIES, PRICES, PERCENTS)
def test_what_salesforce_states_is_what_fortnox_makes_of_the_row(quantity: D, price: D, percent: D) -> None:
    view = opportunity(line(str(quantity), str(price), str(percent)))
    (row,) = drafted(view)["InvoiceRows"]
    made = row_net(row["DeliveredQuantity"], row["Price"], row["Discount"], row["DiscountType"])
    assert made == view["OpportunityLineItems"][0]["TotalPrice"] == salesforce_deal(view).net_sek


def test_links_are_found_by_the_mapping_s_own_rules() -> None:
    view = opportunity(line(), line(Product2Id=None), line(Product2Id="01t2"))
    assert MAPPING.document.linked("customer", view) == ("001000000000001AAA",)
    assert MAPPING.document.linked("article", view) == ("01t000000000001AAA", "01t2")


def test_the_first_number_that_is_filled_is_the_article_s() -> None:
    product = {"Name": "Bord", "ProductCode": "P1", "Fortnox_Article_Number__c": None}
    assert MAPPING.article.number(product, "nord") == "P1"
    assert MAPPING.article.number(product | {"Fortnox_Article_Number__c": "F1"}, "nord") == "F1"
    assert MAPPING.article.number({"Name": "Bord"}, "nord") is None


@pytest.mark.parametrize(
    ("country", "code", "vat"),
    [
        ("Sweden", "SE", "SEVAT"),
        ("Tyskland", "DE", "EUVAT"),
        ("no", "NO", "EXPORT"),
        ("UK", "GB", "EXPORT"),
        (None, "SE", "SEVAT"),
    ],
)
def test_a_country_is_known_by_code_and_by_name(country: str | None, code: str, vat: str) -> None:
    draft, problems = MAPPING.customer.draft({"Name": "X", "BillingCountry": country}, lambda _kind, _key: None)
    assert problems == ()
    assert draft is not None
    assert (draft.fields["CountryCode"], draft.fields["VATType"]) == (code, vat)


def test_fortnox_s_own_word_for_the_vat_type_wins() -> None:
    view = {"Name": "X", "BillingCountry": "Sweden", "VAT_Type__c": "SEREVERSEDVAT"}
    draft, _ = MAPPING.customer.draft(view, lambda _kind, _key: None)
    assert draft is not None
    assert draft.fields["VATType"] == "SEREVERSEDVAT"


def test_a_country_that_nobody_knows_is_named() -> None:
    draft, problems = MAPPING.customer.draft({"Name": "X", "BillingCountry": "Sverje"}, lambda _kind, _key: None)
    assert draft is None
    assert {(one.code, one.field) for one in problems} == {
        ("not_a_country", "CountryCode"),
        ("not_a_country", "VATType"),
    }


def test_nothing_of_the_write_back_is_read_with_the_deals() -> None:
    written = set(MAPPING.file.write_back["opportunity"])
    assert not written & set(SHAPES["opportunity"].reads)
    assert SHAPES["opportunity"].written == tuple(MAPPING.file.write_back["opportunity"])


def test_the_routing_s_fields_are_read_too() -> None:
    rules = {"rules": [{"to": "nord", "when": {"field": "Legal_Entity__c", "equals": "nord"}}], "otherwise": "hold"}
    routed = salesforce_shapes(load(FOLDER, "salesforce", Companies.model_validate(rules)))
    assert "Legal_Entity__c" in routed["opportunity"].reads
    assert "Legal_Entity__c" not in SHAPES["opportunity"].reads


def test_a_line_without_a_percent_has_no_discount() -> None:
    row = drafted(opportunity(line(discount=None)))["InvoiceRows"][0]
    assert (row["Price"], row["Discount"]) == (D(100), D(0))


def test_an_absurd_line_is_held_and_counts_as_nothing() -> None:
    absurd = opportunity(line(quantity="7310865004703", price="7310865004703", TotalPrice=D("1e14")), line())
    read = salesforce_deal(absurd)
    assert [each.net_sek for each in read.rows] == [0, 180]
    _, problems = MAPPING.document.draft(absurd, lambda _kind, _key: "1")
    assert ("row_too_large", 1) in {(each.code, each.row) for each in problems}


def test_a_rate_of_no_currency_is_no_rate() -> None:
    assert salesforce_deal(opportunity(line(), kvitt={"rate": D("1e-12"), "currency": "EUR"})).rate_sek == 1
