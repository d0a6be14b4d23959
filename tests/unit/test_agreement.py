"""What both sides say the same of, field by field, however it is written."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sync.core.documents.agreement import agreed_fields
from sync.core.planning.matching import index_customers
from sync.core.planning.register import Register
from tests.unit.making import (
    MAPPING,
    Concluded,
    account,
    answered,
    books,
    key,
    link,
    order,
    planned,
    record,
    row,
    wanted_of,
)

D = Decimal


def test_a_field_of_a_document_is_agreed_on_when_the_document_says_it_too() -> None:
    held = {"OurReference": "alva  ek", "YourReference": "", "CurrencyRate": 1, "InvoiceRows": [{"Price": "9"}]}
    said = {
        "OurReference": "alva  ek",
        "YourReference": None,
        "CurrencyRate": D("1.000"),
        "Remarks": "of which nothing",
    }
    assert agreed_fields("invoice", said, held) == {name: said[name] for name in said if name != "Remarks"}
    assert agreed_fields("invoice", {"OurReference": "Bo"}, held) == {}
    assert agreed_fields("invoice", {"InvoiceRows": [{"Price": D(9)}]}, held) == {"InvoiceRows": [{"Price": D(9)}]}
    assert agreed_fields("invoice", {"InvoiceRows": [{"Price": D(8)}]}, held) == {}


def test_a_field_of_a_customer_is_agreed_on_when_fortnox_says_it_too() -> None:
    said = {"Name": "Åkeriet AB", "Phone1": "08-1", "City": "Ort"}
    assert agreed_fields("customer", said, {"Name": "Åkeriet AB", "Phone1": "08-2"}) == {"Name": "Åkeriet AB"}
    assert agreed_fields("customer", said, None) == {}


def test_an_adopted_document_is_agreed_on_as_far_as_it_says_the_same() -> None:
    held: dict[str, Any] = {**answered(order()), "OurReference": "Ekonomi"}
    name = str(held["ExternalInvoiceReference1"])
    (adopted,) = planned(order(), books(by_reference={name: (held,)}, documents={"1": held})).links
    said = wanted_of(order())
    assert adopted.agreed == {one: value for one, value in said.items() if one in held and one != "OurReference"}
    listed = {one: value for one, value in held.items() if one != "InvoiceRows"}
    (unread,) = planned(order(), books(by_reference={name: (listed,)})).links
    assert unread.agreed is None


def test_an_adopted_document_that_was_made_to_say_the_same_is_agreed_on() -> None:
    held = answered(order(1, row("3")))
    adopted = replace(link(order(), held), fingerprint="", rung="adopted")
    (known,) = planned(order(1, row("3")), books(documents={"1": held}), links=(adopted,)).links
    assert known.agreed is not None
    assert [one["DeliveredQuantity"] for one in known.agreed["InvoiceRows"]] == [D(3)]


def test_a_customer_that_was_found_is_agreed_on_as_far_as_it_says_the_same() -> None:
    there = {"CustomerNumber": "31", "Name": "Åkeriet AB", "Phone1": "another", "OrganisationNumber": "5560360793"}
    register = Register(names={"31": "Åkeriet AB"}, index=index_customers([there]), there={"31": there})
    made = Concluded(MAPPING, "nord", register, Register())
    made.resolve("customer", key("account", "5").id, record("account", account(phone="08-1")))
    (found,) = made.plan.links
    assert found.agreed is not None
    assert found.agreed["Name"] == "Åkeriet AB"
    assert "Phone1" not in found.agreed
