"""Accounts that say the same of themselves come to the same answer in any order, at once or one after the other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.planning.matching import index_customers
from sync.core.planning.register import Register
from sync.core.types import Link, Operation, Payload, State
from tests.unit.making import MAPPING, Concluded, account, customer_link, key, record

BUREAU = "faktura@bureau.example"
NUMBERS = ("5560360793", "5560125790", "5598000007")


@dataclass
class Books:
    """A company's customers, and what is known of accounts, from run to run."""

    customers: list[Payload] = field(default_factory=list)
    links: dict[str, Link] = field(default_factory=dict)
    held: dict[str, Operation] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()

    def run(self, accounts: Iterable[Payload]) -> None:
        """Decide about accounts, in one run, and do what was decided."""
        register = Register(links=self.links, open=self.held, index=index_customers(self.customers), gone=self.gone)
        made = Concluded(MAPPING, "nord", register, Register())
        for one in accounts:
            made.resolve("customer", str(one["id"]), record("account", one))
        self.links = {**self.links, **{link.source.id: link for link in made.plan.links}}
        for operation in made.operations:
            if operation.state == "review":
                self.held = {**self.held, operation.source.id: operation}
            else:
                self._make(operation)

    def _make(self, operation: Operation) -> None:
        self.customers.append(dict(operation.payload or {}))
        link = replace(customer_link(number=operation.reference), source=operation.source, draft=None)
        self.links = {**self.links, operation.source.id: link}
        self.held = {one: held for one, held in self.held.items() if one != operation.source.id}

    def answer(self) -> tuple[dict[str, str], dict[str, Any]]:
        """Return every account's customer, and why an account is held."""
        linked = {one: link.target_id for one, link in self.links.items()}
        return linked, {one: held.problems for one, held in self.held.items() if one not in linked}

    def codes(self) -> dict[str, str]:
        """Return why each account that is not linked is held."""
        return {one: problems[0]["code"] for one, problems in self.answer()[1].items()}


def an_account(number: int, name: str, organisation_number: str = "", email: str = "") -> Payload:
    custom = {"EMAIL": email} if email else {"EMAIL": ""}
    return account(number, name=name, orgNo=organisation_number, custom=custom)


def linked_to_31() -> Link:
    return replace(customer_link(number="31"), source=key("account", "5"), draft=None)


def at_once(*accounts: Payload) -> Books:
    books = Books()
    books.run(accounts)
    books.run(accounts)
    return books


def one_after_the_other(*accounts: Payload) -> Books:
    books = Books()
    for place in range(len(accounts)):
        books.run(accounts[: place + 1])
    return books


WAYS = pytest.mark.parametrize("decided", [at_once, one_after_the_other])


@WAYS
def test_b1_an_address_that_two_companies_share_leads_neither_to_the_others_customer(decided: Any) -> None:
    books = decided(an_account(5, "Alfa AB", "", BUREAU), an_account(6, "Beta AB", NUMBERS[0], BUREAU))
    assert {one: link.target_id for one, link in books.links.items()} == {"5": "U-5"}
    assert books.codes() == {"6": "shared_email"}


@WAYS
def test_b1_two_companies_with_their_own_numbers_and_one_address_are_two_customers(decided: Any) -> None:
    books = decided(an_account(5, "Alfa AB", NUMBERS[0], BUREAU), an_account(6, "Beta AB", NUMBERS[1], BUREAU))
    assert books.answer() == ({"5": "U-5", "6": "U-6"}, {})


@pytest.mark.parametrize(
    "known",
    [
        {"OrganisationNumber": NUMBERS[0]},
        {"Email": BUREAU, "Name": "Alfa"},
    ],
)
def test_b1_a_customer_of_another_account_is_a_question_on_every_rung(known: Payload) -> None:
    books = Books([{"CustomerNumber": "31", **known}], {"5": linked_to_31()})
    books.run([an_account(6, "Alfa AB", NUMBERS[0], BUREAU)])
    assert books.codes() == {"6": "customer_claimed"}
    assert books.held["6"].problems[0]["params"] == {"value": "31", "other": "account 5"}


@pytest.mark.parametrize(("number", "said"), [("U-6", ""), ("31", "31")], ids=["our own number", "the CRM's number"])
def test_b1_a_number_that_means_another_accounts_customer_is_a_question_too(number: str, said: str) -> None:
    linked = replace(customer_link(number=number), source=key("account", "5"), draft=None)
    books = Books([{"CustomerNumber": number, "Name": "Alfa"}], {"5": linked})
    books.run([account(6, name="Alfa AB", orgNo="", custom={"FORTNOX_CUSTOMER_ID": said})])
    assert books.codes() == {"6": "customer_claimed"}


def test_b1_a_customer_of_an_account_that_was_merged_into_another_goes_with_it() -> None:
    books = Books([{"CustomerNumber": "31", "OrganisationNumber": NUMBERS[0]}], gone=frozenset({"5"}))
    books.links = {"5": linked_to_31()}
    books.run([an_account(6, "Alfa AB", NUMBERS[0])])
    assert books.links["6"].target_id == "31"


@WAYS
def test_b2_two_accounts_of_one_name_never_become_two_customers(decided: Any) -> None:
    books = decided(an_account(5, "Alfa AB"), an_account(6, "ALFA"))
    assert [one["CustomerNumber"] for one in books.customers] == ["U-5"]
    assert books.codes() == {"6": "same_name"}


@pytest.mark.parametrize("state", ["planned", "retry", "unknown", "sending"])
def test_b2_a_customer_that_is_still_being_made_counts_as_there(state: State) -> None:
    books = Books()
    books.held = {"5": replace(_wish(an_account(5, "Alfa AB")), state=state)}
    books.run([an_account(6, "ALFA")])
    assert (books.customers, books.held["6"].error_code) == ([], "same_name")


def _wish(one: Payload) -> Operation:
    """Return the wish to make an account's customer, as an earlier run left it."""
    register = Register(index=index_customers([]))
    made = Concluded(MAPPING, "nord", register, Register())
    made.resolve("customer", str(one["id"]), record("account", one))
    (wish,) = made.operations
    return wish


@WAYS
def test_b2_two_accounts_with_one_organisation_number_never_share_a_customer_unasked(decided: Any) -> None:
    books = decided(an_account(5, "Alfa AB", NUMBERS[0]), an_account(6, "Beta AB", NUMBERS[0]))
    assert [one["CustomerNumber"] for one in books.customers] == ["U-5"]
    assert books.codes() == {"6": "customer_claimed"}


@WAYS
def test_b2_two_accounts_that_mean_one_customer_in_fortnox_are_not_both_linked_to_it(decided: Any) -> None:
    books = Books([{"CustomerNumber": "31", "OrganisationNumber": NUMBERS[0]}])
    accounts = [an_account(5, "Alfa AB", NUMBERS[0]), an_account(6, "Beta AB", NUMBERS[0])]
    if decided is at_once:
        books.run(accounts)
    else:
        books.run(accounts[:1])
        books.run(accounts)
    assert {one: link.target_id for one, link in books.links.items()} == {"5": "31"}
    assert books.codes() == {"6": "customer_claimed"}


def _groups(cuts: list[bool], accounts: list[Payload]) -> Iterator[int]:
    yield from (place for place, cut in enumerate(cuts[: len(accounts) - 1], 1) if cut)
    yield len(accounts)


ACCOUNTS = st.lists(
    st.tuples(st.sampled_from(["Alfa AB", "Alfa", "Beta AB"]), st.sampled_from(["", *NUMBERS]),
              st.sampled_from(["", BUREAU, "a@b.example"])),
    min_size=1, max_size=6,
)  # fmt: skip
THERE = st.lists(
    st.fixed_dictionaries({"Name": st.sampled_from(["Alfa", "Beta", "Gamma"]),
                           "OrganisationNumber": st.sampled_from(["", *NUMBERS]),
                           "Email": st.sampled_from(["", BUREAU])}),
    max_size=2,
)  # fmt: skip


@given(ACCOUNTS, THERE, st.lists(st.booleans(), min_size=5, max_size=5))
def test_b2_any_grouping_into_runs_gives_the_same_links_and_holds(
    said: list[tuple[str, str, str]], there: list[Payload], cuts: list[bool]
) -> None:
    accounts = [an_account(number, *one) for number, one in enumerate(said, 5)]
    shelf = [{"CustomerNumber": str(number), **row} for number, row in enumerate(there, 31)]
    whole, apart = Books(list(shelf)), Books(list(shelf))
    for _ in range(2):
        whole.run(accounts)
    for end in [*_groups(cuts, accounts), len(accounts)]:
        apart.run(accounts[:end])
    assert whole.answer() == apart.answer()
    assert whole.customers == apart.customers


@given(st.data())
def test_b2_in_any_order_and_grouping_each_family_of_accounts_has_one_customer(data: st.DataObject) -> None:
    """Families of one name, of one organisation number, of both; the first that comes has the customer."""
    family = {5: ("Alfa AB", ""), 6: ("Alfa", ""), 7: ("Beta", NUMBERS[0]), 8: ("Gamma", NUMBERS[0]),
              9: ("Delta", NUMBERS[1]), 10: ("Delta AB", NUMBERS[1])}  # fmt: skip
    order = data.draw(st.permutations(sorted(family)))
    accounts = [an_account(number, *family[number]) for number in order]
    books = Books()
    for end in [*_groups(data.draw(st.lists(st.booleans(), min_size=5, max_size=5)), accounts), len(accounts)]:
        books.run(accounts[:end])
    first = {str(next(number for number in order if number in pair)) for pair in ((5, 6), (7, 8), (9, 10))}
    assert set(books.links) == first
    assert books.codes().keys() == {str(number) for number in family} - first
    assert len(books.customers) == 3
