"""A value is compared as the type of its field, wherever two are compared."""

from decimal import Decimal
from typing import Any

import pytest

from mappings.kinds import INVOICE
from sync.core.documents.answers import silent_changes
from sync.core.documents.documents import differing_fields, matches
from sync.core.documents.listing import row_agrees
from sync.core.types import SilentChange
from sync.core.values import amount_in, organisation_number_in, same

D = Decimal
TEXTS = [("4500 123", "4500123"), ("0012", "12"), ("1.10", "1.1"), ("1E3", "1000"), ("-0", "0"), ("1,5", "1.5")]


@pytest.mark.parametrize(("one", "other"), TEXTS)
def test_a13_a_text_that_reads_as_a_number_is_a_text(one: str, other: str) -> None:
    assert not same("invoice", "YourOrderNumber", one, other)
    assert not matches(INVOICE, {"YourOrderNumber": other}, {"YourOrderNumber": one})
    assert differing_fields(INVOICE, {"YourOrderNumber": other}, {"YourOrderNumber": one}) == ("YourOrderNumber",)
    assert not row_agrees("invoice", {"ExternalInvoiceReference2": one}, {"ExternalInvoiceReference2": other})
    change = SilentChange("YourOrderNumber", None, one, other)
    assert silent_changes("invoice", {"YourOrderNumber": one}, {"YourOrderNumber": other}) == (change,)


@pytest.mark.parametrize(("one", "other"), TEXTS)
def test_a13_texts_of_rows_and_of_fields_that_no_table_knows_are_texts_too(one: str, other: str) -> None:
    assert not matches(INVOICE, {"InvoiceRows": [{"Description": other}]}, {"InvoiceRows": [{"Description": one}]})
    assert not same("payment", "Reference", one, other)
    assert same("payment", "Amount", "100.0", 100)


@pytest.mark.parametrize(
    ("kind", "name", "one", "other", "equal"),
    [
        ("invoice", "YourReference", " Eva ", "Eva", True),
        ("invoice", "YourReference", None, "", True),
        ("invoice", "Remarks", "a\r\nb", "a\nb", True),
        ("invoice", "YourReference", "Eva", "eva", False),
        ("invoice", "TermsOfPayment", "30days", "30DAYS", True),
        ("invoice", "CurrencyRate", "9.2412", D("9.24120"), True),
        ("invoice", "Freight", None, 0, False),
        ("invoice", "VATIncluded", "false", False, True),
        ("invoice", "VATIncluded", None, False, True),
        ("invoice", "VATIncluded", True, False, False),
        ("invoice", "DueDate", "2026-05-04", "2026-05-04 00:00:00", True),
        ("invoice", "Labels", [{"Id": 2}, {"Id": 1}], [{"Id": 1}, {"Id": "2"}], True),
        ("invoice", "Labels", [{"Id": 2}], [], False),
        ("invoice", "EmailInformation", {"EmailAddressTo": ""}, {"EmailAddressTo": None}, True),
        ("invoice", "InvoiceRows", [{"DeliveredQuantity": "2.00"}], [{"DeliveredQuantity": 2}], True),
        ("invoice", "InvoiceRows", [{"ArticleNumber": "0012"}], [{"ArticleNumber": "12"}], False),
        ("invoice.row", "AccountNumber", 0, None, True),
        ("invoice.row", "AccountNumber", "3001", 3001, True),
        ("customer", "SalesAccount", 3001, "3001", True),
        ("customer", "ZipCode", "01234", "1234", False),
        ("article", "ArticleNumber", "0001", "1", False),
        ("article", "VAT", "25", 25, True),
        ("article", "SalesPrice", "API_NORIGHT", D(1), False),
    ],
)
def test_a_field_says_the_same_as_its_type_says(kind: str, name: str, one: Any, other: Any, equal: bool) -> None:
    assert same(kind, name, one, other) is equal
    assert same(kind, name, other, one) is equal


def test_what_no_table_knows_is_compared_part_by_part() -> None:
    assert same("payment", "About", {"a": [1, True]}, {"a": [1, True]})
    assert not same("payment", "About", {"a": ["x"]}, {"a": ["y"]})


@pytest.mark.parametrize(
    ("words", "amount"),
    [("1 234,50 kr", D("1234.50")), ("1234.5", D("1234.5")), ("\u221220", D(-20)), ("B 6", None), ("1,005", None)],
)
def test_an_amount_is_found_as_a_person_types_it(words: str, amount: Decimal | None) -> None:
    assert amount_in(words) == amount


@pytest.mark.parametrize(
    ("words", "number"),
    [("556036-0793", "5560360793"), ("16 556036-0793", "5560360793"), ("12345-67890", "1234567890"), ("Nord AB", "")],
)
def test_b3_an_organisation_number_is_found_as_a_person_types_it(words: str, number: str) -> None:
    assert organisation_number_in(words) == number
