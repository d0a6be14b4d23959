"""Which number means which customer: a company's own field, another account's numbers, customers that are inactive."""

from dataclasses import replace

import pytest

from sync.core.planning.overrides import CHOSEN_CUSTOMER, origin
from sync.core.planning.register import Register
from sync.core.planning.verdicts import Resolved
from sync.core.types import Override
from tests.unit.making import MAPPING, Concluded, account, customer_link, key
from tests.unit.test_masters import WAITS, codes, customer, masters, only, register


def test_b5_a_field_of_the_companys_own_says_plainly_which_customer_is_meant() -> None:
    """Where all share a field, a number that another company has too needs something else that says the same."""
    rule = MAPPING.customer.rule.model_copy(update={"number": {"nord": "custom.FIRST", "syd": "custom.SECOND"}})
    mapping = replace(MAPPING, customer=replace(MAPPING.customer, rule=rule))
    shelf = register({"CustomerNumber": "77", "Name": "Vem som helst"}, elsewhere={"5": frozenset({"77"})})
    made = Concluded(mapping, "nord", shelf, Register(), lambda _number: True)
    assert customer(made, custom={"FIRST": "77", "SECOND": "78"}) == Resolved("77")


@pytest.mark.parametrize("written", [" 77 ", "77\u200b", "\t77\n"])
def test_b4_a_customer_number_is_trimmed_and_matched(written: str) -> None:
    made = masters(register({"CustomerNumber": "77", "Name": "Vem som helst"}))
    assert customer(made, custom={"FORTNOX_CUSTOMER_ID": written}) == Resolved("77")


def test_b6_beside_another_account_of_the_same_crm_new_numbers_say_whose_they_are() -> None:
    there = {"CustomerNumber": "U-5", "Name": "Den andra installationens"}
    made = masters(register(there, beside=frozenset({"upsales:95"})), Register(beside=frozenset({"upsales:95"})))
    assert customer(made) == Resolved("upsales.94-5", only(made).subject)
    linked = masters(register(there, links={"5": customer_link(number="U-5")}, beside=frozenset({"upsales:95"})))
    assert customer(linked) == Resolved("U-5"), "a number that was given stays"


def test_b7_an_inactive_customer_is_passed_over_for_one_that_is_active_and_never_chosen() -> None:
    number = {"OrganisationNumber": "5560360793"}
    shelf = register({"CustomerNumber": "1", **number}, {"CustomerNumber": "2", **number}, inactive=frozenset({"1"}))
    assert customer(masters(shelf)) == Resolved("2")
    made = masters(replace(shelf, inactive=frozenset({"1", "2"})))
    assert customer(made) == WAITS
    assert codes(made) == ["ambiguous_customer"]
    made = masters(replace(shelf, inactive=frozenset({"1"})))
    assert customer(made, custom={"FORTNOX_CUSTOMER_ID": "1"}) == WAITS
    assert codes(made) == ["inactive_customer"]


def test_b7_an_inactive_customer_that_a_person_chose_is_said_to_be_inactive() -> None:
    entity, view = MAPPING.customer, account()
    raw, _ = entity.mapped(view, lambda _kind, _key: None)
    replaced = origin(entity, view, raw, CHOSEN_CUSTOMER)
    chosen = Override(key("account", "5"), "nord", "customer", CHOSEN_CUSTOMER, "8", replaced, "Åsa", "rättat")
    there = {"CustomerNumber": "8", "Name": "Annan"}
    shelf = register(there, overrides={"5": (chosen,)}, inactive=frozenset({"8"}))
    made = masters(shelf)
    assert customer(made) == WAITS
    assert codes(made) == ["inactive_customer"]
    assert customer(masters(replace(shelf, inactive=frozenset()))) == Resolved("8")
