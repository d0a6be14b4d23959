"""Fortnox's own rules on a draft, before any call: what has an equal is replaced and recorded, the rest is told."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.checks.drafts import fit, refused_by_books
from mappings.kinds import INVOICE
from mappings.types import Adjustment
from sync.sandbox.fortnox.fields import check_characters


def fitted(kind: str, **fields: Any) -> tuple[dict[str, Any], list[str], list[str]]:
    made, adjustments, problems = fit(kind, fields)
    return made, [f"{a.field}: {a.before} > {a.after}" for a in adjustments], [problem.code for problem in problems]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Pelle's", "Pelle’s"), ('18" skärm', "18’’ skärm"), ("“citat”", "’’citat’’"), ("a—b‑c−d", "a–b-c-d"),
        ("[1] {2}", "(1) (2)"), ("a\u00a0b\tc", "a b c"), ("mer…", "mer..."), ("a | b • c", "a / b - c"),
        ("rad\r\nrad", "rad \nrad"), ("A\u030akeri", "Åkeri"),
    ],
)  # fmt: skip
def test_signs_with_an_equal_are_replaced_and_recorded(before: str, after: str) -> None:
    made, adjustments, problems = fitted("customer", Name=before)
    assert (made["Name"], problems) == (after, [])
    assert adjustments == [f"Name: {before} > {after}"]


@pytest.mark.parametrize("text", ["Åkeriet & Söner AB", "1–2: 50 % (½) €", "a/b+c=d @home; ´x` ^#¤§", "Łódź Çelik Ẃ"])
def test_letters_and_listed_signs_pass_untouched(text: str) -> None:
    assert fitted("customer", Name=text) == ({"Name": text}, [], [])


def test_what_has_no_equal_is_told_once_with_every_sign() -> None:
    _, _, problems = fit("customer", {"Name": "a<b>a<c 😀"})
    assert [(p.code, p.field, p.params["characters"]) for p in problems] == [("characters", "Name", "< > 😀")]


@pytest.mark.parametrize("text", ["漢字", "Кирилл", "Ωmega", "a\x00b", "~"])
def test_letters_of_other_scripts_are_told_before_fortnox_refuses_them(text: str) -> None:
    assert fitted("customer", Name=text)[2] == ["characters"]


@given(st.text(max_size=60))
def test_a_text_without_a_problem_is_one_that_the_sandbox_takes(text: str) -> None:
    made, _, problems = fit("customer", {"Name": text})
    if not problems:
        check_characters("Name", made["Name"])


@pytest.mark.parametrize(
    ("kind", "field", "limit"),
    [("customer", "ZipCode", 10), ("customer", "CountryCode", 2), ("article", "ArticleNumber", 50),
     ("invoice", "YourOrderNumber", 75), ("invoice", "ExternalInvoiceReference1", 80), ("invoice", "Currency", 3)],
)  # fmt: skip
def test_a_key_that_is_too_long_is_told_and_never_cut(kind: str, field: str, limit: int) -> None:
    assert fitted(kind, CurrencyRate=2, **{field: "x" * limit})[2] == []
    made, adjustments, problems = fitted(kind, CurrencyRate=2, **{field: "x" * (limit + 1)})
    assert (made[field], adjustments, problems) == ("x" * (limit + 1), [], ["too_long"])


@pytest.mark.parametrize(
    ("kind", "field", "limit"),
    [("article", "Description", 200), ("invoice", "Remarks", 1024), ("invoice", "YourReference", 50)],
)
def test_a_free_text_that_is_too_long_is_cut_and_recorded(kind: str, field: str, limit: int) -> None:
    made, adjustments, problems = fit(kind, {field: "y" * (limit + 7)})
    assert made[field] == "y" * (limit - 1) + "–"
    assert problems == []
    assert adjustments == (Adjustment(field, "y" * (limit + 7), made[field]),)


def test_rows_are_checked_one_by_one_and_named_by_number() -> None:
    rows = [{"Description": "ok"}, {"Description": "a'b"}, {"Description": "<", "ArticleNumber": "z" * 51}]
    made, adjustments, problems = fit("invoice", {"InvoiceRows": rows})
    assert [row["Description"] for row in made["InvoiceRows"]] == ["ok", "a’b", "<"]
    assert [a.field for a in adjustments] == ["Description 2"]
    assert [(p.code, p.field, p.row) for p in problems] == [
        ("characters", "Description", 3),
        ("too_long", "ArticleNumber", 3),
    ]


def test_a_discount_over_a_hundred_per_cent_is_told() -> None:
    rows = [
        {"DiscountType": "PERCENT", "Discount": Decimal(100)},
        {"DiscountType": "PERCENT", "Discount": Decimal(101)},
    ]
    rows.append({"DiscountType": "AMOUNT", "Discount": Decimal(5000)})
    _, _, problems = fit("invoice", {"InvoiceRows": rows})
    assert [(p.code, p.row, p.params["value"]) for p in problems] == [("discount_over_100", 2, "101")]


@pytest.mark.parametrize("number", ["5560360793", "556036-0793", "8112289874", "811228-9874", "19811228-9874"])
def test_a_swedish_number_with_its_check_digit_is_taken_as_given(number: str) -> None:
    assert fitted("customer", OrganisationNumber=number) == ({"OrganisationNumber": number}, [], [])


@pytest.mark.parametrize("number", ["5560360794", "556036", "not a number", "811228-9875"])
def test_a_swedish_number_that_cannot_be_is_told(number: str) -> None:
    assert fitted("customer", OrganisationNumber=number)[2] == ["organisation_number"]


def test_a_foreign_number_is_the_countrys_own_affair() -> None:
    assert fitted("customer", OrganisationNumber="NO 999 888 777", CountryCode="NO")[2] == []
    assert fitted("customer", OrganisationNumber="", CountryCode="SE")[2] == []


def test_numbers_and_flags_pass_through() -> None:
    fields = {"Freight": Decimal(0), "VATIncluded": False, "InvoiceRows": []}
    assert fitted("invoice", **fields)[0] == fields


def test_a_row_that_cannot_be_a_sale_is_refused() -> None:
    row = {"DeliveredQuantity": Decimal("99999999999999"), "Price": Decimal("99999999999999")}
    _, _, problems = fit("invoice", {"InvoiceRows": [row]})
    assert [(problem.code, problem.row) for problem in problems] == [("row_too_large", 1)]


def test_a_document_without_a_date_fits_no_year() -> None:
    assert [one.code for one in refused_by_books(INVOICE, {"Currency": "SEK"}, {"SEK"}, (), None)] == ["missing"]
