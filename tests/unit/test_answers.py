"""What Fortnox answers otherwise than it was sent, and what somebody else changed at the same moment."""

from decimal import Decimal
from typing import Any

import pytest

from mappings.kinds import INVOICE
from sync.core.documents.answers import edited_meanwhile, silent_changes
from sync.core.types import SilentChange
from tests.unit.making import draft_of, invoice, order

D = Decimal
ROW: dict[str, Any] = {"ArticleNumber": "1001", "DeliveredQuantity": D(2), "Price": D("79.50"), "Discount": 0}
SENT = {"CustomerNumber": "500", "VATIncluded": False, "InvoiceRows": [ROW]}
THERE = {"CustomerNumber": "500", "VATIncluded": False, "Net": D(159), "InvoiceRows": [{**ROW, "Total": D(159)}]}


def told(answer: dict[str, Any], sent: dict[str, Any] = SENT) -> list[SilentChange]:
    return list(silent_changes("invoice", sent, {**THERE, **answer}))


def test_what_comes_back_otherwise_than_it_was_sent_is_told_field_by_field() -> None:
    rows = [{"Price": D(100), "DeliveredQuantity": D(2), "Description": "Bord", "AccountNumber": 3001}]
    sent = {"Freight": 0, "Remarks": None, "VATIncluded": False, "InvoiceRows": rows, "New": 1, "OurReference": "A "}
    same = {"Freight": "0.00", "Remarks": "", "VATIncluded": "false", "OurReference": "A"}
    same["InvoiceRows"] = [{"Price": "100.0", "DeliveredQuantity": "2", "Description": "Bord"}]
    assert silent_changes("invoice", sent, same) == ()
    assert silent_changes("invoice", sent, None) == ()
    other = {**same, "Freight": 49, "InvoiceRows": [{**same["InvoiceRows"][0], "DeliveredQuantity": "0"}]}
    assert set(silent_changes("invoice", sent, other)) == {
        SilentChange("Freight", None, "0", "49"),
        SilentChange("DeliveredQuantity", 1, "2", "0"),
    }
    count = (SilentChange("InvoiceRows", None, "1", "0"),)
    assert silent_changes("invoice", sent, {"InvoiceRows": []}) == count
    assert silent_changes("invoice", sent, {"InvoiceRows": None}) == count
    thanks = SilentChange("Remarks", None, "", "Tack")
    assert silent_changes("invoice", {"Remarks": None}, {"Remarks": "Tack"}) == (thanks,)
    assert silent_changes("invoice", draft_of(order()), invoice(**draft_of(order()))) == ()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("Language", "EN", "EN"), ("PriceList", "B", "B"), ("TermsOfPayment", "10", "10"), ("Freight", D(49), "49"),
     ("AdministrationFee", 25, "25"), ("Currency", "EUR", "EUR")],
)  # fmt: skip
def test_a3_what_fortnox_took_from_the_customers_card_is_told(name: str, value: Any, said: str) -> None:
    assert told({name: value}) == [SilentChange(name, None, "", said)]
    assert told({name: value}, {"YourReference": "Eva"}) == [], "an update takes nothing from the card"


def test_a3_what_an_invoice_has_by_itself_is_not_told() -> None:
    assert told({"Language": "SV", "PriceList": "A", "TermsOfPayment": "30", "Currency": "SEK", "Freight": 0}) == []


def test_a3_a_discount_of_the_customers_card_is_told() -> None:
    bare = {name: value for name, value in ROW.items() if name != "Discount"}
    found = told({"InvoiceRows": [{**ROW, "Discount": 5, "Total": D("151.05")}]}, {**SENT, "InvoiceRows": [bare]})
    assert found == [SilentChange("Discount", 1, "", "5")]


def test_a3_prices_that_are_taken_to_hold_vat_are_told() -> None:
    assert told({"VATIncluded": True, "Net": D("127.20")}) == [SilentChange("VATIncluded", None, "False", "True")]


def test_a3_an_amount_that_no_field_explains_is_told() -> None:
    assert told({"Net": D("127.20")}) == [SilentChange("Net", None, "159.00", "127.20")]
    rows = [{**ROW, "Total": D("158.90")}]
    assert told({"Net": D("158.90"), "InvoiceRows": rows}) == [SilentChange("Total", 1, "159.00", "158.90")]


SEEN = {"YourReference": "", "Comments": "", "DueDate": "2026-06-03", "InvoiceRows": [{**ROW, "RowId": 7, "VAT": 25}]}


def meanwhile(sent: dict[str, Any], **answer: Any) -> list[SilentChange]:
    return list(edited_meanwhile(INVOICE, SEEN, sent, {**SEEN, **sent, **answer}))


def test_f1_what_nobody_sent_and_is_another_after_an_update_is_told() -> None:
    assert meanwhile({"YourReference": "Eva"}) == []
    assert meanwhile({"YourReference": "Eva"}, Comments="ring") == [SilentChange("Comments", None, "", "ring")]
    rows = [{**SEEN["InvoiceRows"][0], "VAT": 12, "RowId": 9}]
    assert meanwhile({"YourReference": "Eva"}, InvoiceRows=rows) == [SilentChange("VAT", 1, "25", "12")]
    added = [*rows, {"Description": "Frakt"}]
    assert SilentChange("InvoiceRows", None, "1", "2") in meanwhile({"YourReference": "Eva"}, InvoiceRows=added)


def test_f1_a_row_that_goes_on_is_compared_in_what_we_do_not_send() -> None:
    sent = {"InvoiceRows": [{"DeliveredQuantity": D(1), "ArticleNumber": "2"}, {"RowId": 7, "Price": D(90)}]}
    new, own = {"ArticleNumber": "2", "VAT": 6, "RowId": 8}, {**ROW, "Price": D(90), "VAT": 25, "RowId": 9}
    assert meanwhile(sent, InvoiceRows=[new, own]) == []
    assert meanwhile(sent, InvoiceRows=[new, {**own, "VAT": 0}]) == [SilentChange("VAT", 2, "25", "0")]


def test_f1_what_follows_from_what_we_sent_is_nobodys_edit() -> None:
    assert meanwhile({"InvoiceDate": "2026-05-10"}, DueDate="2026-06-09") == []
    assert meanwhile({"CustomerNumber": "7"}, Address1="Gatan 1", Comments="card") == []


def test_a_row_that_is_no_row_and_one_without_a_quantity_tell_nothing() -> None:
    assert told({"InvoiceRows": [None]}) == []
    text = {"Description": "Leverans v. 19"}
    assert told({"InvoiceRows": [text]}, {**SENT, "InvoiceRows": [text]}) == []
