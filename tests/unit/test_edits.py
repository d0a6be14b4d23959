"""An operator's edit: texts become values, and every rule is asked at once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from mappings import Problem
from mappings.edits import (
    CompanyRegisters,
    applied,
    check,
    editable,
    incomplete,
    net_of,
    net_sek_of,
    standing,
    value_of,
)
from tests.unit.making import draft_of, order, row

BOOKS = CompanyRegisters(
    frozenset({"SEK", "EUR"}),
    ((date(2026, 1, 1), date(2026, 12, 31)),),
    date(2026, 4, 30),
    frozenset({"500"}),
    frozenset({"1001"}),
)


def draft(**changes: Any) -> dict[str, Any]:
    return {**draft_of(order()), **changes}


def refused(kind: str = "invoice", payload: Any = None, problems: Any = (), **changes: str) -> list[Any]:
    paths = {name.replace("rows_", "InvoiceRows.").replace("_", "."): text for name, text in changes.items()}
    found = check(kind, draft() if payload is None else payload, paths, problems, BOOKS)
    return [(one.code, one.field, one.row) for one in found.problems]


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("InvoiceDate", " 2026-05-05 ", "2026-05-05"),
        ("YourReference", "Åsa", "Åsa"),
        ("YourReference", "", None),
        ("Freight", "1 234,50", Decimal("1234.50")),
        ("CurrencyRate", "11,354321", Decimal("11.354321")),
        ("InvoiceRows.1.Price", "\u2212100", Decimal(-100)),
        ("InvoiceRows.1.DiscountType", "AMOUNT", "AMOUNT"),
    ],
)
def test_a_text_becomes_what_it_says(path: str, text: str, value: Any) -> None:
    assert value_of("invoice", path, text, draft()) == value


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("InvoiceDate", "5 maj", "not_a_date"),
        ("InvoiceDate", "", "missing"),
        ("InvoiceRows.1.Price", "", "missing"),
        ("InvoiceRows.1.Price", "tio", "not_a_number"),
        ("InvoiceRows.1.Price", "1,005", "too_many_decimals"),
        ("InvoiceRows.1.Discount", "-5", "not_allowed"),
        ("InvoiceRows.1.DiscountType", "KR", "not_allowed"),
        ("CurrencyRate", "0", "not_a_number"),
        ("InvoiceRows.2.Price", "1", "not_editable"),
        ("InvoiceRows.x.Price", "1", "not_editable"),
        ("InvoiceRows", "1", "not_editable"),
        ("ExternalInvoiceReference1", "x", "not_editable"),
        ("Booked", "true", "not_editable"),
    ],
)
def test_a_text_that_breaks_a_rule_is_a_problem(path: str, text: str, code: str) -> None:
    found = value_of("invoice", path, text, draft())
    assert isinstance(found, Problem)
    assert found.code == code


@pytest.mark.parametrize("written", ["NO", "no", "Norge", "Norway"])
def test_a6_a_person_writes_a_country_as_the_crm_may(written: str) -> None:
    assert value_of("customer", "CountryCode", written, {"Name": "X"}) == "NO"
    assert value_of("customer", "CountryCode", "Norje", {"Name": "X"}).code == "not_allowed"


def test_a5_a_person_writes_a_kind_of_vat_in_whatever_case() -> None:
    assert value_of("customer", "VATType", "euvat", {"Name": "X"}) == "EUVAT"
    assert value_of("customer", "VATType", "Sverige", {"Name": "X"}).code == "not_allowed"


@pytest.mark.parametrize("code", ["not_a_country", "vat_number", "not_in_table"])
def test_a6_an_edit_of_the_field_answers_a_country_or_vat_that_could_not_be_read(code: str) -> None:
    asked = Problem(code, "VATType", params={"value": "?"})
    assert standing([asked], {"VATType": "EUVAT"}) == []
    assert standing([asked], {"City": "Ort"}) == [asked]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = refused(
        YourOrderNumber="x" * 76,
        Remarks="<b>",
        InvoiceDate="2026-04-01",
        Currency="USD",
        CustomerNumber="501",
        rows_1_ArticleNumber="9",
        rows_1_Discount="101",
    )
    assert set(found) == {
        ("too_long", "YourOrderNumber", None),
        ("characters", "Remarks", None),
        ("period_locked", "InvoiceDate", None),
        ("currency", "Currency", None),
        ("no_rate", "CurrencyRate", None),
        ("not_in_fortnox", "CustomerNumber", None),
        ("not_in_fortnox", "ArticleNumber", 1),
        ("discount_over_100", "Discount", 1),
    }


def test_nothing_is_known_of_a_register_that_was_not_read() -> None:
    changes = {"CustomerNumber": "501", "InvoiceRows.1.ArticleNumber": "9", "YourReference": ""}
    assert check("invoice", draft(), changes, (), CompanyRegisters(years=BOOKS.years)).problems == ()


def test_a_wrong_organisation_number_of_a_customer_is_refused_and_a_right_one_is_not() -> None:
    payload = {"Name": "X", "OrganisationNumber": "5560360794"}
    assert refused("customer", payload, OrganisationNumber="5560360794") == [
        ("organisation_number", "OrganisationNumber", None)
    ]
    assert refused("customer", payload, OrganisationNumber="5560360793") == []


def test_a_problem_of_a_field_stands_until_that_field_is_edited() -> None:
    payload = {name: value for name, value in draft().items() if name != "InvoiceDate"}
    stored = [Problem("not_a_date", "InvoiceDate")]
    assert refused(payload=payload, problems=stored, YourReference="Å") == [("not_a_date", "InvoiceDate", None)]
    assert refused(payload=payload, problems=stored, InvoiceDate="2026-05-05") == []


def test_what_others_must_solve_does_not_forbid_an_edit() -> None:
    stored = [Problem("article_waits", "ArticleNumber"), Problem("characters", "Remarks")]
    found = check("invoice", draft(), {"Remarks": "Bra"}, stored, BOOKS)
    assert found.problems == ()
    assert [one.code for one in found.waits] == ["article_waits"]


@pytest.mark.parametrize(
    ("problem", "path", "answered"),
    [
        (Problem("customer_waits", "CustomerNumber"), "CustomerNumber", True),
        (Problem("same_name", "Name"), "CustomerNumber", True),
        (Problem("same_name", "Name"), "Name", False),
        (Problem("no_rows", "InvoiceRows"), "InvoiceRows.1.Price", False),
        (Problem("not_a_number", "price", 2), "InvoiceRows.2.Price", True),
        (Problem("not_a_number", "quantity", 2), "InvoiceRows.2.Price", False),
        (Problem("not_a_number", "quantity", 2), "InvoiceRows.2.DeliveredQuantity", True),
        (Problem("not_a_number", "price", 2), "InvoiceRows.1.Price", False),
        (Problem("beyond_two_decimals", "InvoiceRows", 1), "InvoiceRows.1.DeliveredQuantity", True),
        (Problem("missing", "Description", 1), "InvoiceRows.1.Description", True),
        (Problem("missing", "Description", 1), "InvoiceRows.1.Price", False),
    ],
)
def test_an_edit_answers_the_problem_of_its_own_field(problem: Problem, path: str, answered: bool) -> None:
    assert (standing([problem], [path]) == []) is answered


def test_a_draft_that_lacks_what_it_needs_may_not_be_sent() -> None:
    assert incomplete("invoice", {"InvoiceRows": [{"Price": 1}]}) == [
        Problem("missing", "InvoiceDate", None, {"source": "InvoiceDate"}),
        Problem("missing", "DeliveredQuantity", 1, {"source": "DeliveredQuantity"}),
    ]
    assert incomplete("invoice", {}, {"InvoiceDate"}) == []


def test_edits_are_put_in_place_and_the_draft_itself_is_left_alone() -> None:
    before = draft(InvoiceRows=[{"Price": 1}, {"Price": 2}])
    after = applied(before, {"InvoiceRows.2.Price": 3, "InvoiceRows.9.Price": 4, "OurReference": None, "Remarks": None})
    assert (after["InvoiceRows"], before["InvoiceRows"]) == ([{"Price": 1}, {"Price": 3}], [{"Price": 1}, {"Price": 2}])
    assert "OurReference" not in after


def test_what_a_form_offers_is_what_may_be_edited() -> None:
    offered = editable("invoice", draft(ExternalInvoiceReference1="x"), ["Remarks"])
    assert "Remarks" in offered
    assert "InvoiceRows.1.Price" in offered
    assert not {"ExternalInvoiceReference1", "InvoiceRows"} & set(offered)
    assert all(not isinstance(value_of("invoice", path, "1", draft()), Problem) or path for path in offered)
    assert editable("article", {"ArticleNumber": "1", "Description": "x"}) == ["Description"]


def test_a_documents_net_is_reckoned_as_fortnox_does() -> None:
    rows = [
        {"DeliveredQuantity": Decimal(2), "Price": Decimal(100), "Discount": Decimal(10), "DiscountType": "PERCENT"},
        {"DeliveredQuantity": "3", "Price": Decimal("9.99")},
        {"DeliveredQuantity": None, "Price": 5},
    ]
    fields = {"InvoiceRows": rows, "Freight": 10, "AdministrationFee": 5}
    assert net_of("invoice", fields) == Decimal("224.97")
    assert net_sek_of("invoice", {**fields, "CurrencyRate": Decimal("11.5"), "CurrencyUnit": 1}) == Decimal("2587.16")
    assert net_sek_of("invoice", {}) == 0


def test_rows_are_named_from_one() -> None:
    payload = draft_of(order(1, row(), row(price="80")))
    assert check("invoice", payload, {"InvoiceRows.2.Price": "70"}, (), BOOKS).fields["InvoiceRows"][1]["Price"] == 70


def test_a_problem_is_said_once() -> None:
    payload = draft(InvoiceRows=[{"DeliveredQuantity": Decimal(1)}])
    assert refused(payload=payload, rows_1_Price="") == [("missing", "Price", 1)]
