"""Which number means which customer: a company's own field, another account's numbers, customers that are inactive."""

from dataclasses import replace

from sync.core.planning.masters import Masters, Resolved
from sync.core.planning.register import Register
from tests.unit.making import MAPPING, customer_link
from tests.unit.test_masters import WAITS, codes, customer, masters, only, register


def test_b5_a_field_of_the_companys_own_says_plainly_which_customer_is_meant() -> None:
    """Where all share a field, a number that another company has too needs something else that says the same."""
    rule = MAPPING.customer.rule.model_copy(update={"number": {"nord": "custom.FIRST", "syd": "custom.SECOND"}})
    mapping = replace(MAPPING, customer=replace(MAPPING.customer, rule=rule))
    shelf = register({"CustomerNumber": "77", "Name": "Vem som helst"}, elsewhere={"5": frozenset({"77"})})
    made = Masters(mapping, "nord", shelf, Register(), lambda _number: True)
    assert customer(made, custom={"FIRST": "77", "SECOND": "78"}) == Resolved("77")


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
