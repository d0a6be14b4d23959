"""A customer's kind of VAT, country and address, read alike from both CRMs."""

from collections.abc import Callable
from typing import Any

import pytest

from mappings import MappingSet, Problem, load
from mappings.spec import Companies
from mappings.values.countries import country_code
from tests.unit.making import FOLDER

Place = tuple[str | None, str | None, str | None, str | None]
Account = Callable[..., dict[str, Any]]
SYSTEMS: dict[str, MappingSet] = {name: load(FOLDER, name, Companies()) for name in ("upsales", "salesforce")}
HERE: Place = ("Gata 1", "111 20", "Ort", None)


def _upsales(*places: Place, vat_number: str | None = None, said: str | None = None) -> dict[str, Any]:
    parts = ("address", "zipcode", "city", "country")
    kept = {
        kind: dict(zip(parts, place, strict=True)) for kind, place in zip(("Invoice", "Mail"), places, strict=False)
    }
    return {"id": 5, "name": "X", "address": kept, "custom": {"VAT_NO": vat_number, "VAT_TYPE": said}}


def _salesforce(*places: Place, vat_number: str | None = None, said: str | None = None) -> dict[str, Any]:
    parts = ("Street", "PostalCode", "City", "Country")
    names = [[f"{kind}{part}" for part in parts] for kind in ("Billing", "Shipping")]
    kept = [dict(zip(named, place, strict=True)) for named, place in zip(names, places, strict=False)]
    record = {"Id": "001", "Name": "X", "VAT_Number__c": vat_number, "VAT_Type__c": said}
    return {key: value for part in (record, *kept) for key, value in part.items()}


ACCOUNTS: dict[str, Account] = {"upsales": _upsales, "salesforce": _salesforce}
crm = pytest.mark.parametrize("crm", ACCOUNTS)


def customer(crm: str, *places: Place, **more: Any) -> dict[str, Any]:
    draft, problems = SYSTEMS[crm].customer.draft(ACCOUNTS[crm](*places, **more), lambda _kind, _key: None)
    assert draft is not None, problems
    return dict(draft.fields)


def held(crm: str, *places: Place, **more: Any) -> set[tuple[str, str]]:
    draft, problems = SYSTEMS[crm].customer.draft(ACCOUNTS[crm](*places, **more), lambda _kind, _key: None)
    assert draft is None
    return {(one.code, one.field) for one in problems}


def at_home_in(country: str | None) -> Place:
    return (*HERE[:3], country)


@crm
@pytest.mark.parametrize(
    ("country", "vat_number", "kind"),
    [
        ("SE", None, "SEVAT"), ("SE", "SE556036079301", "SEVAT"), (None, None, "SEVAT"),
        ("DE", None, "EUVAT"), ("DE", "DE123456789", "EUREVERSEDVAT"), ("Finland", "fi 1234567-1", "EUREVERSEDVAT"),
        ("GR", "EL123456789", "EUREVERSEDVAT"), ("DK", "12345678", "EUREVERSEDVAT"), ("DE", " \u200b", "EUVAT"),
        ("NO", None, "EXPORT"), ("NO", "NO999888777MVA", "EXPORT"), ("GB", "GB123456789", "EXPORT"),
        ("AX", None, "EXPORT"),
    ],
)  # fmt: skip
def test_a4_the_kind_of_vat_follows_the_country_and_the_vat_number(
    crm: str, country: str | None, vat_number: str | None, kind: str
) -> None:
    assert customer(crm, at_home_in(country), vat_number=vat_number)["VATType"] == kind


@crm
@pytest.mark.parametrize("number", ["saknas", "-x-", "SE556036079301", "kommer senare"])
def test_a4_a_vat_number_that_cannot_be_one_leaves_the_vat_in_doubt(crm: str, number: str) -> None:
    assert held(crm, at_home_in("DE"), vat_number=number) == {("vat_number", "VATType")}
    assert customer(crm, at_home_in("DE"), vat_number=number, said="EUVAT")["VATType"] == "EUVAT"


@crm
@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("sevat", "SEVAT"), ("SE omvänd skattskyldighet", "SEREVERSEDVAT"), ("SE", "SEVAT"),
        ("se  OMVÄND skatteskyldighet ", "SEREVERSEDVAT"), ("EU-omvänd skattskyldighet", "EUREVERSEDVAT"),
        ("EU momspliktig", "EUVAT"), ("export", "EXPORT"),
    ],
)  # fmt: skip
def test_a5_what_is_said_outright_wins_in_whatever_case(crm: str, said: str, kind: str) -> None:
    for country in ("SE", "DE", "NO"):
        assert customer(crm, at_home_in(country), vat_number="DE123456789", said=said)["VATType"] == kind


@crm
@pytest.mark.parametrize("said", ["Sverige", "SEVATT", "25 %", "otherwise", "DE"])
def test_a5_a_kind_of_vat_that_nobody_knows_is_held_and_never_export(crm: str, said: str) -> None:
    assert held(crm, at_home_in("SE"), said=said) == {("not_in_table", "VATType")}


@crm
@pytest.mark.parametrize(
    ("written", "code", "kind"),
    [
        ("se", "SE", "SEVAT"), ("de", "DE", "EUVAT"), ("UK", "GB", "EXPORT"), ("Sverige", "SE", "SEVAT"),
        ("Tyskland", "DE", "EUVAT"), ("the Netherlands", "NL", "EUVAT"), ("Norge ", "NO", "EXPORT"),
        ("EL", "GR", "EUVAT"),
    ],
)  # fmt: skip
def test_a6_a_country_is_read_alike_however_it_is_written(crm: str, written: str, code: str, kind: str) -> None:
    made = customer(crm, at_home_in(written))
    assert (made["CountryCode"], made["VATType"]) == (code, kind)


@crm
@pytest.mark.parametrize("written", ["XX", "Sverje", "EU", "okänt", "S"])
def test_a6_what_is_no_country_is_held_before_any_call(crm: str, written: str) -> None:
    expected = {("not_a_country", "CountryCode"), ("not_a_country", "VATType")}
    assert held(crm, at_home_in(written)) == expected
    assert held(crm, at_home_in(written), said="SEVAT") == {("not_a_country", "CountryCode")}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Korea, Republic of", "KR"), ("Russian Federation", "RU"), ("Côte d'Ivoire", "CI"), ("SWE", "SE"),
        ("Saint Lucia", "LC"), ("St. Lucia", "LC"), ("U.S.A.", "US"), ("Österrike", "AT"), ("osterrike", "AT"),
        ("Förenade kungariket", "GB"), ("S\u200bE", "SE"), ("", None), ("EU", None), ("sverigee", None),
    ],
)  # fmt: skip
def test_a6_names_and_codes_of_countries_as_crms_hold_them(written: str, code: str | None) -> None:
    assert country_code(written) == code


def test_a6_a_country_that_is_none_is_told_by_where_it_stands_in_the_crm() -> None:
    mail = ("Gata 1", "111 20", "Ort", "Sverje")
    _, problems = SYSTEMS["upsales"].customer.draft(_upsales((None, None, None, "SE"), mail), lambda _kind, _key: None)
    assert (
        Problem("not_a_country", "CountryCode", None, {"value": "Sverje", "source": "address.Mail.country"}) in problems
    )


@crm
def test_a7_all_of_an_address_is_of_one_address(crm: str) -> None:
    """Its country, too: it decides the VAT."""
    copenhagen, gothenburg = (None, "DK-2100", "København", "DK"), ("Hamngatan 5", "411 06", "Göteborg", "SE")
    made = customer(crm, copenhagen, gothenburg)
    names = ("Address1", "ZipCode", "City", "CountryCode", "VATType")
    assert tuple(made[name] for name in names) == (*gothenburg, "SEVAT")


@crm
def test_a7_the_first_address_that_is_complete_enough_is_taken(crm: str) -> None:
    first, second = ("Box 1", None, "Oslo", "NO"), ("Gata 1", "111 20", "Ort", "SE")
    assert (made := customer(crm, first, second))["City"] == "Oslo"
    assert "ZipCode" not in made, "what the address lacks is not another's"
    assert made["VATType"] == "EXPORT"


@crm
def test_a7_where_none_is_complete_the_first_that_says_something_is_taken_whole(crm: str) -> None:
    made = customer(crm, (None, None, None, None), (None, None, "Bergen", "NO"))
    assert (made["City"], made["CountryCode"], made["VATType"]) == ("Bergen", "NO", "EXPORT")
    assert "Address1" not in made


@crm
def test_a7_an_address_without_a_country_is_held_where_another_lies_abroad(crm: str) -> None:
    assert held(crm, at_home_in(None), ("Weg 2", "10115", "Berlin", "DE")) == {("missing", "CountryCode")}
    assert customer(crm, at_home_in(None), ("Gata 2", "111 20", "Ort", "Sverige"))["CountryCode"] == "SE"


@crm
def test_a7_an_edit_of_any_address_makes_the_account_one_that_changed(crm: str) -> None:
    mapping, before = SYSTEMS[crm].customer, ACCOUNTS[crm](at_home_in("SE"), at_home_in("NO"))
    after = ACCOUNTS[crm](at_home_in("SE"), at_home_in("DK"))
    assert mapping.fingerprint(before) != mapping.fingerprint(after)
    assert not any(path.startswith("kvitt.") for path in mapping.reads), "what Kvitt works out is asked of nobody"
