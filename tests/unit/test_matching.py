"""Adopt before create: the ladder from the CRM's own number to a name, and doubt goes to a person."""

from typing import Any

import pytest

from mappings import Problem
from sync.core.planning.matching import (
    Match,
    customer_keys,
    email_key,
    index_customers,
    match_customer,
    name_key,
    organisation_digits,
)

ACME = {"CustomerNumber": "10", "OrganisationNumber": "556036-0793", "Email": "info@acme.se", "Name": "Acme AB"}
BETA = {"CustomerNumber": "11", "OrganisationNumber": "", "Email": "beta@example.se", "Name": "Beta Aktiebolag"}
TWIN = {"CustomerNumber": 12, "OrganisationNumber": "5560360793", "Email": "INFO@acme.se ", "Name": "Acme Sverige"}


def match(draft: dict[str, Any], number: str | None = None, *held: dict[str, Any], elsewhere: str = "") -> Any:
    return match_customer(draft, number, index_customers(held or (ACME, BETA)), lambda one: one in elsewhere.split())


def test_the_number_that_the_crm_knows_comes_first() -> None:
    assert match({"OrganisationNumber": "5560360793"}, "11") == Match("11", "crm_number")


def test_a_number_that_fortnox_does_not_have_is_told() -> None:
    assert match({}, "99") == Problem("unknown_customer_number", "CustomerNumber", params={"value": "99"})


def test_a_number_whose_customer_has_another_organisation_number_is_a_question_for_a_person() -> None:
    found = match({"OrganisationNumber": "5599000006"}, "10")
    assert found == Problem("number_taken", "CustomerNumber", params={"value": "10", "other": "Acme AB"})


@pytest.mark.parametrize("said", [
    {"OrganisationNumber": "5560360793"}, {"Email": "info@acme.se"}, {"Name": "Acme"},
])  # fmt: skip
def test_a_number_that_another_company_uses_too_needs_something_else_that_says_the_same(said: dict[str, Any]) -> None:
    assert match(said, "10", elsewhere="10") == Match("10", "crm_number")
    assert match({"Name": "Gamma", **said}, "11", elsewhere="10 11") != Match("11", "crm_number")


def test_a_number_that_only_another_company_uses_says_nothing_here() -> None:
    assert match({"Name": "Gamma"}, "99", elsewhere="99") is None
    assert match({"Email": "beta@example.se"}, "99", elsewhere="99") == Match("11", "email")


def test_a_number_that_another_company_uses_too_and_nothing_speaks_for_is_a_question_for_a_person() -> None:
    found = match({"Name": "Gamma", "OrganisationNumber": "5599000006"}, "11", elsewhere="11")
    assert found == Problem("number_taken", "CustomerNumber", params={"value": "11", "other": "Beta Aktiebolag"})
    assert match({"Name": "Gamma", "OrganisationNumber": "5599000006"}, "10", elsewhere="10") is None, "a stranger's"


@pytest.mark.parametrize("written", ["5560360793", "556036-0793", "16556036-0793", "165560360793", " 556036 0793 "])
def test_an_organisation_number_matches_however_it_is_written(written: str) -> None:
    assert match({"OrganisationNumber": written, "Email": "beta@example.se"}) == Match("10", "organisation_number")


def test_an_e_mail_address_comes_third_and_ignores_case() -> None:
    assert match({"Email": " Beta@Example.SE"}) == Match("11", "email")
    assert match({"Email": "info@acme.se", "OrganisationNumber": "5599000006"}) is None, "a sister company's"


def test_b1_an_e_mail_address_links_no_customer_of_another_name() -> None:
    asked = Problem("shared_email", "Email", params={"numbers": "11"})
    assert match({"Email": "beta@example.se", "Name": "Gamma"}) == asked
    assert match({"Email": "beta@example.se", "Name": "Gamma", "OrganisationNumber": "5599000006"}) == asked
    assert match({"Email": "beta@example.se", "Name": "Gamma"}, "11", elsewhere="11") != Match("11", "crm_number")
    assert match({"Email": "beta@example.se", "Name": "BETA"}) == Match("11", "email")


def test_two_customers_on_a_rung_are_a_choice_for_a_person() -> None:
    assert match({"OrganisationNumber": "5560360793"}, None, ACME, TWIN) == Problem(
        "ambiguous_customer", params={"rung": "organisation_number", "numbers": "10, 12"}
    )
    assert match({"Email": "info@acme.se"}, None, ACME, TWIN) == Problem(
        "ambiguous_customer", params={"rung": "email", "numbers": "10, 12"}
    )


@pytest.mark.parametrize("name", ["Acme AB", "ACME", "acme aktiebolag (publ)", "Acme, AB"])
def test_an_equal_name_alone_never_links(name: str) -> None:
    found = match({"Name": name, "OrganisationNumber": "5599000006"})
    assert found == Problem("same_name", "Name", params={"numbers": "10"})


def test_a_customer_with_nothing_in_common_is_new() -> None:
    assert match({"Name": "Gamma", "OrganisationNumber": "5599000006", "Email": "g@g.se"}) is None
    assert match({}) is None
    assert match({"Name": "", "Email": None, "OrganisationNumber": ""}, "") is None


def test_customers_without_a_value_never_match_on_nothing() -> None:
    assert match({"Name": "AB"}, None, {"CustomerNumber": "1", "Name": "(publ)"}) is None


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        ("19811228-9874", "8112289874"),
        ("202100-5489", "2021005489"),
        ("NO 999", "999"),
        (None, ""),
        (5560360793, "5560360793"),
    ],
)  # fmt: skip
def test_an_organisation_number_is_its_ten_digits(value: object, digits: str) -> None:
    assert organisation_digits(value) == digits


def test_keys_are_plain() -> None:
    assert email_key(None) == ""
    assert name_key("Åkeri_&_Söner AB") == "åkeri söner"
    assert name_key("Abrahamssons AB") == "abrahamssons"


def test_a_customer_that_is_counted_in_again_is_one_and_known_by_what_is_said_last() -> None:
    index = index_customers([ACME])
    number, moved = str(ACME["CustomerNumber"]), {**ACME, "Email": "ny@acme.example"}
    index.add(number, customer_keys(ACME))
    assert index.bearing("name", customer_keys(ACME)) == [number]
    index.add(number, customer_keys(moved))
    assert index.bearing("email", customer_keys(moved)) == [number]
    assert index.bearing("email", customer_keys(ACME)) == []
