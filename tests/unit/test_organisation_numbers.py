"""A Swedish organisation number is one number however it is written, where it is checked and where it is matched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from mappings.checks.drafts import fit
from mappings.values.organisation_numbers import organisation_digits, swedish_number
from sync.core.planning.matching import Match, index_customers, match_customer

COMPANY = ["5598000007", "559800-0007", "165598000007", "16559800-0007", " 559800 0007 ", "SE559800000701",
           "se 559800-0007 01", "559800–0007", "\u200b559800-0007"]  # fmt: skip
PERSON = ["8112289874", "811228-9874", "198112289874", "19811228-9874", "811228+9874"]
COORDINATION = ["7010632391", "701063-2391", "19701063-2391"]


@pytest.mark.parametrize(
    ("written", "ten"),
    [
        *((each, "5598000007") for each in COMPANY),
        *((each, "8112289874") for each in PERSON),
        *((each, "7010632391") for each in COORDINATION),
    ],
)
def test_b3_a_number_is_read_alike_where_it_is_checked_and_where_it_is_matched(written: str, ten: str) -> None:
    assert swedish_number(written) == ten
    _, _, problems = fit("customer", {"OrganisationNumber": written, "CountryCode": "SE"})
    assert problems == []
    there = index_customers([{"CustomerNumber": "10", "OrganisationNumber": ten, "Name": "Gamma"}])
    assert match_customer({"OrganisationNumber": written}, None, there, lambda _: False) == Match(
        "10", "organisation_number"
    )


@pytest.mark.parametrize(
    "written",
    [
        *("5598000008", "559800-008", "175598000007", "165598000008", "SE559800000801", "SE5598000007", "FI5598000007"),
        *("0000000000", "000000-0000", "8113289873", "198112289875", "168112289874", "", "okänt", "５５９８００0007"),
    ],
)
def test_b3_what_is_no_number_is_none(written: str) -> None:
    assert swedish_number(written) is None


@given(st.from_regex(r"[1-9][0-9][2-9][0-9]{6}", fullmatch=True))
def test_b3_every_number_of_a_legal_person_is_one_number_in_all_its_forms(nine: str) -> None:
    ten = nine + luhn.calc_check_digit(nine)
    forms = (ten, f"{ten[:6]}-{ten[6:]}", f"16{ten}", f"SE{ten}01")
    assert {swedish_number(form) for form in forms} == {ten}
    assert {organisation_digits(form) for form in forms} == {ten}


def test_b3_a_number_that_is_not_swedish_is_compared_by_its_digits() -> None:
    assert organisation_digits("NO 999 888 777") == organisation_digits("999888777") == "999888777"
    assert organisation_digits(None) == ""
