"""Line items of the sandboxed org: prices, discounts, sums, price books, orders (salesforce/FACTS.md 8.2 to 8.5)."""

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.salesforce_org import Bench

PRICES = ("Quantity", "UnitPrice", "Discount", "TotalPrice", "Subtotal")


def prices(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in PRICES)


def entry(bench: Bench, currency: str = "SEK") -> str:
    statement = f"SELECT Id FROM PricebookEntry WHERE CurrencyIsoCode = '{currency}' ORDER BY Id LIMIT 1"
    return str(bench.column(statement)[0])


def add(bench: Bench, deal: str = "Bänk", **fields: Any) -> dict[str, Any]:
    body = {"OpportunityId": bench.deal(deal)["Id"], "PricebookEntryId": entry(bench), "Quantity": 1, **fields}
    status, made = bench.call("POST", "sobjects/OpportunityLineItem", body)
    assert status == 201, made
    return bench.read("OpportunityLineItem", made["id"])


def test_a_seeded_line_has_list_price_discount_and_total() -> None:
    row = Bench().line()
    assert prices(row) == (2, 100, 10, 180, 200)
    assert (row["ListPrice"], row["SortOrder"], row["ProductCode"]) == (100, 1, row["ProductCode"])


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"UnitPrice": 120}, (2, 120, 10, 216, 240)),
        ({"Discount": 25}, (2, 100, 25, 150, 200)),
        ({"Discount": None}, (2, 100, None, 200, 200)),
        ({"Quantity": 4}, (4, 50, 10, 180, 200)),
        ({"Quantity": 4, "UnitPrice": 100}, (4, 100, 10, 360, 400)),
        ({"Quantity": 3, "Discount": 50, "UnitPrice": 9}, (3, 9, 50, Decimal("13.5"), 27)),
        ({"TotalPrice": 90}, (2, 50, 10, 90, 100)),
        ({"Quantity": 2}, (2, 100, 10, 180, 200)),
        ({"Description": "x"}, (2, 100, 10, 180, 200)),
    ],
)
def test_what_is_sent_decides_what_follows(sent: dict[str, Any], expected: tuple[Any, ...]) -> None:
    bench = Bench()
    bench.change("OpportunityLineItem", bench.line()["Id"], **sent)
    assert prices(bench.line()) == expected


def test_a_total_is_rounded_half_up_to_two_decimals() -> None:
    row = add(Bench(), Quantity=1, UnitPrice="0.05", Discount=50)
    assert prices(row) == (1, Decimal("0.05"), 50, Decimal("0.03"), Decimal("0.05"))


@pytest.mark.parametrize("sent", [{"UnitPrice": 1, "TotalPrice": 2}, {"Quantity": 3, "Discount": 5}])
def test_prices_that_contradict_are_refused(sent: dict[str, Any]) -> None:
    bench = Bench()
    found = bench.refusal("PATCH", f"sobjects/OpportunityLineItem/{bench.line()['Id']}", sent)
    assert found[:2] == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert prices(bench.line()) == (2, 100, 10, 180, 200)


def test_a_line_without_price_gets_the_entrys_and_a_total_sets_it() -> None:
    bench = Bench()
    assert prices(add(bench, Quantity=3)) == (3, 100, None, 300, 300)
    assert prices(add(bench, Quantity=4, TotalPrice=100)) == (4, 25, None, 100, 100)
    assert bench.deal()["Amount"] == 580


def test_the_amount_is_the_sum_and_stamps_the_deal_only_where_it_moves() -> None:
    bench = Bench()
    before = bench.deal()["SystemModstamp"]
    bench.clock.go_on(60)
    line = bench.line()["Id"]
    bench.change("OpportunityLineItem", line, Description="no money")
    assert bench.deal()["SystemModstamp"] == before
    assert bench.line()["SystemModstamp"] == "2026-07-01T10:01:00.000+0000"
    bench.change("OpportunityLineItem", line, UnitPrice=1)
    deal = bench.deal()
    assert (deal["Amount"], deal["ExpectedRevenue"]) == (Decimal("1.8"), Decimal("1.8"))
    assert deal["SystemModstamp"] == "2026-07-01T10:01:00.000+0000"


def test_an_amount_sent_to_a_deal_with_lines_is_ignored_without_a_word() -> None:
    bench = Bench()
    bench.change("Opportunity", bench.deal()["Id"], Amount=999, NextStep="call")
    assert (bench.deal()["Amount"], bench.deal()["NextStep"]) == (180, "call")
    bench.change("Opportunity", bench.deal("Utan rader")["Id"], Amount=999)
    assert bench.deal("Utan rader")["Amount"] == 999


@pytest.mark.parametrize("sent", [{"Pricebook2Id": None}, {"CurrencyIsoCode": "EUR"}])
def test_a_deal_with_lines_keeps_its_price_book_and_currency(sent: dict[str, Any]) -> None:
    bench = Bench()
    found = bench.refusal("PATCH", f"sobjects/Opportunity/{bench.deal()['Id']}", sent)
    assert found[:2] == (400, "FIELD_INTEGRITY_EXCEPTION")


def test_a_removed_line_is_gone_from_queryall_too() -> None:
    bench = Bench()
    line = bench.line()["Id"]
    assert bench.call("DELETE", f"sobjects/OpportunityLineItem/{line}")[0] == 204
    assert bench.column(f"SELECT Id FROM OpportunityLineItem WHERE Id = '{line}'") == []
    assert bench.records(f"SELECT Id FROM OpportunityLineItem WHERE Id = '{line}'", deleted=True) == []
    deal = bench.deal()
    assert (deal["HasOpportunityLineItem"], deal["Amount"]) == (False, 180)


def test_the_first_line_brings_the_price_book() -> None:
    bench = Bench()
    assert bench.deal("Utan rader")["Pricebook2Id"] is None
    row = add(bench, "Utan rader", UnitPrice=5)
    deal = bench.deal("Utan rader")
    assert (deal["Pricebook2Id"] is not None, deal["Amount"], deal["HasOpportunityLineItem"]) == (True, 5, True)
    assert row["Name"].startswith("Utan rader ")


def test_a_product_stands_for_its_entry_and_another_currency_is_refused() -> None:
    bench = Bench()
    product = bench.column("SELECT Product2Id FROM PricebookEntry ORDER BY Id LIMIT 1")[0]
    assert add(bench, PricebookEntryId=None, Product2Id=product, UnitPrice=7)["PricebookEntryId"] == entry(bench)
    body = {"OpportunityId": bench.deal()["Id"], "Quantity": 1, "PricebookEntryId": entry(bench, "EUR")}
    assert bench.refusal("POST", "sobjects/OpportunityLineItem", body)[1] == "FIELD_INTEGRITY_EXCEPTION"
    body = {"OpportunityId": bench.deal()["Id"], "Quantity": 1}
    assert bench.refusal("POST", "sobjects/OpportunityLineItem", body)[1] == "FIELD_INTEGRITY_EXCEPTION"


def test_a_price_outside_the_standard_book_needs_one_inside() -> None:
    bench = Bench()
    _, book = bench.call("POST", "sobjects/Pricebook2", {"Name": "Återförsäljare", "IsActive": True})
    _, product = bench.call("POST", "sobjects/Product2", {"Name": "Ny", "ProductCode": "N1"})
    body = {"Pricebook2Id": book["id"], "Product2Id": product["id"], "UnitPrice": 10}
    assert bench.refusal("POST", "sobjects/PricebookEntry", body)[1] == "STANDARD_PRICE_NOT_DEFINED"
    [standard] = bench.column("SELECT Id FROM Pricebook2 WHERE IsStandard = true")
    assert bench.call("POST", "sobjects/PricebookEntry", body | {"Pricebook2Id": standard})[0] == 201
    status, made = bench.call("POST", "sobjects/PricebookEntry", body)
    assert (status, bench.read("PricebookEntry", made["id"])["ProductCode"]) == (201, "N1")
    assert bench.refusal("POST", "sobjects/PricebookEntry", body)[1] == "DUPLICATE_VALUE"
    bench.change("PricebookEntry", made["id"], UnitPrice=11)
    wrong = {"OpportunityId": bench.deal()["Id"], "Quantity": 1, "PricebookEntryId": made["id"]}
    assert bench.refusal("POST", "sobjects/OpportunityLineItem", wrong)[1] == "FIELD_INTEGRITY_EXCEPTION"


def test_an_order_is_a_draft_until_its_status_alone_is_changed() -> None:
    bench = Bench()
    body = {"AccountId": bench.account(), "EffectiveDate": "2026-07-01", "Status": "Activated"}
    assert bench.refusal("POST", "sobjects/Order", body)[1] == "FAILED_ACTIVATION"
    _, made = bench.call("POST", "sobjects/Order", body | {"Status": "Draft"})
    item = {"OrderId": made["id"], "PricebookEntryId": entry(bench), "Quantity": 2, "UnitPrice": "12.5"}
    status, line = bench.call("POST", "sobjects/OrderItem", item)
    assert (status, bench.read("OrderItem", line["id"])["TotalPrice"]) == (201, 25)
    bench.change("OrderItem", line["id"], Quantity=3)
    order = bench.read("Order", made["id"])
    assert (order["TotalAmount"], order["StatusCode"], order["OrderNumber"]) == (Decimal("37.5"), "Draft", "00000001")
    both = {"Status": "Activated", "Description": "x"}
    assert bench.refusal("PATCH", f"sobjects/Order/{made['id']}", both)[1] == "FAILED_ACTIVATION"
    bench.change("Order", made["id"], Status="Activated")
    order = bench.read("Order", made["id"])
    assert (order["StatusCode"], order["ActivatedDate"]) == ("Activated", "2026-07-01T10:00:00.000+0000")
    other = {"AccountId": bench.account("Bageriet Oy")}
    assert bench.refusal("PATCH", f"sobjects/Order/{made['id']}", other)[1] == "FIELD_INTEGRITY_EXCEPTION"
    assert bench.refusal("DELETE", f"sobjects/Account/{bench.account()}")[1] == "DELETE_FAILED"
