"""The customers and articles a deal needs: linked, matched, made, updated, or waiting for a person."""

from dataclasses import replace
from typing import Any

import pytest

from mappings import Problem
from sync.core.planning.matching import index_customers
from sync.core.planning.register import Register
from sync.core.planning.verdicts import Resolved
from sync.core.types import Decision, Operation, Payload, Record
from tests.unit.making import MAPPING, Concluded, account, article_link, customer_link, key, product, record

DRAFT = customer_link().draft or {}


def register(*customers: Payload, **more: Any) -> Register:
    names = {str(each["CustomerNumber"]): str(each.get("Name") or "") for each in customers}
    return Register(names=names, index=index_customers(customers), **more)


def masters(customers: Register | None = None, articles: Register | None = None) -> Concluded:
    return Concluded(MAPPING, "nord", customers or register(), articles or Register())


def customer(made: Concluded, **changes: Any) -> Resolved | Problem:
    return made.resolve("customer", "5", record("account", account(**changes)))


def only(made: Concluded) -> Operation:
    (operation,) = made.operations
    return operation


def codes(made: Concluded) -> list[str]:
    return [problem["code"] for problem in only(made).problems]


WAITS = Problem("customer_waits", "CustomerNumber", params={"value": "Åkeriet AB", "record": "5"})


def test_a_linked_customer_is_used_without_a_word() -> None:
    made = masters(register(links={"5": customer_link()}))
    assert customer(made) == Resolved("500")
    assert (made.operations, made.plan.links) == ([], [])


def test_a_new_customer_gets_a_number_of_our_own_and_its_source_as_reference() -> None:
    made = masters()
    found = customer(made)
    operation = only(made)
    assert found == Resolved("U-5", operation.subject)
    assert (operation.action, operation.state, operation.reference) == ("create", "planned", "U-5")
    payload = operation.payload or {}
    assert (payload["CustomerNumber"], payload["ExternalReference"]) == ("U-5", "upsales:94:account:5")
    assert payload["Name"] == "Åkeriet AB"


def test_a_customer_is_decided_on_once_in_a_run() -> None:
    made = masters()
    assert customer(made) == customer(made, name="Annat AB")
    assert len(made.operations) == 1


@pytest.mark.parametrize(
    ("held", "rung"),
    [
        ({"CustomerNumber": "31", "OrganisationNumber": "5560360793", "Name": "Other"}, "organisation_number"),
        ({"CustomerNumber": "31", "Email": "AKE@ri.example", "Name": "Åkeriet"}, "email"),
    ],
)
def test_a_customer_that_fortnox_has_is_linked_and_never_written(held: dict[str, Any], rung: str) -> None:
    made = masters(register(held))
    assert customer(made) == Resolved("31")
    (link,) = made.plan.links
    assert (link.target_id, link.rung, link.origin, link.source) == ("31", rung, "fortnox", key("account", "5"))
    assert made.operations == []


def test_our_own_customer_is_found_again_after_a_lost_answer() -> None:
    made = masters(register({"CustomerNumber": "U-5", "Name": "ÅKERIET"}))
    assert customer(made) == Resolved("U-5")
    assert [(link.rung, link.origin) for link in made.plan.links] == [("adopted", "crm")]


def test_our_number_in_somebody_elses_hands_waits_for_a_person() -> None:
    made = masters(register({"CustomerNumber": "U-5", "Name": "Någon annan"}))
    assert customer(made) == WAITS
    assert (codes(made), only(made).error_class) == (["number_taken"], "match")
    assert only(made).problems[0]["params"] == {"value": "U-5", "other": "Någon annan"}


def test_the_number_that_the_account_names_is_used() -> None:
    made = masters(register({"CustomerNumber": "77", "Name": "Vem som helst"}))
    assert customer(made, custom={"FORTNOX_CUSTOMER_ID": "77"}) == Resolved("77")
    assert [link.rung for link in made.plan.links] == ["crm_number"]


def test_a_number_that_is_not_there_waits_for_a_person() -> None:
    made = masters()
    assert customer(made, custom={"FORTNOX_CUSTOMER_ID": "78"}) == WAITS
    assert codes(made) == ["unknown_customer_number"]


def test_a_number_that_another_account_has_waits_for_a_person() -> None:
    other = replace(customer_link(number="77"), source=key("account", "6"))
    made = masters(register({"CustomerNumber": "77", "Name": "X"}, links={"6": other}))
    assert customer(made, custom={"FORTNOX_CUSTOMER_ID": "77"}) == WAITS
    assert only(made).problems[0]["params"] == {"value": "77", "other": "account 6"}


def test_what_another_company_calls_the_customer_says_nothing_here() -> None:
    """Our own write-back filled the field in another company; here the account is new."""
    made = masters(register(elsewhere={"5": frozenset({"77"})}))
    assert isinstance(customer(made, custom={"FORTNOX_CUSTOMER_ID": "77"}), Resolved)


@pytest.mark.parametrize(
    ("held", "code"),
    [
        (({"CustomerNumber": "1", "Name": "Åkeriet"},), "same_name"),
        (
            (
                {"CustomerNumber": "1", "OrganisationNumber": "556036-0793", "Name": "A"},
                {"CustomerNumber": "2", "OrganisationNumber": "556036-0793", "Name": "B"},
            ),
            "ambiguous_customer",
        ),
    ],
)
def test_doubt_about_a_customer_goes_to_a_person(held: tuple[Payload, ...], code: str) -> None:
    made = masters(register(*held))
    assert customer(made) == WAITS
    assert (codes(made), only(made).state, only(made).error_class) == ([code], "review", "match")


def test_two_accounts_with_one_organisation_number_do_not_become_two_customers() -> None:
    made = masters()
    first = made.resolve("customer", "5", record("account", account()))
    second = made.resolve("customer", "6", record("account", account(6, name="Åkeriet Två AB")))
    assert isinstance(first, Resolved)
    assert isinstance(second, Problem)
    assert second.code == "customer_waits"


def test_an_account_that_cannot_be_mapped_tells_all_its_problems() -> None:
    made = masters()
    found = customer(made, name="", orgNo="556036-0794", custom={"EMAIL": "<"})
    assert isinstance(found, Problem)
    assert codes(made) == ["missing", "characters", "organisation_number"]


def test_a_missing_or_deleted_account_is_told() -> None:
    assert masters().resolve("customer", "5", None) == Problem("no_customer")
    gone = record("account", account(), deleted=True)
    assert masters().resolve("customer", "5", gone) == Problem("no_customer")
    assert masters().resolve("article", "7", None) == Problem("article_waits", params={"value": "7"})


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_a_customer_that_is_under_way_is_waited_for(state: Any) -> None:
    first = masters()
    customer(first)
    under_way = replace(only(first), state=state, number=4)
    made = masters(register(open={"5": under_way}))
    assert customer(made) == Resolved("U-5", under_way.subject)
    assert made.operations == []


def test_a_customer_that_waits_to_be_sent_is_not_planned_twice() -> None:
    first = masters()
    customer(first)
    made = masters(register(open={"5": replace(only(first), number=4)}))
    assert customer(made) == Resolved("U-5", only(first).subject)
    assert made.operations == []


def test_a_customer_that_waits_follows_its_account() -> None:
    first = masters()
    customer(first)
    made = masters(register(open={"5": replace(only(first), number=4)}))
    customer(made, phone="08-1")
    assert (only(made).number, (only(made).payload or {})["Phone1"]) == (4, "08-1")


def test_what_fortnox_refused_is_not_asked_for_again_until_the_account_changes() -> None:
    first = masters()
    customer(first)
    refused = replace(only(first), state="review", number=4, error_code="2000359")
    made = masters(register(open={"5": refused}))
    assert customer(made) == WAITS
    assert made.operations == []
    made = masters(register(open={"5": refused}))
    assert isinstance(customer(made, phone="08-1"), Resolved)
    assert (only(made).number, only(made).state) == (4, "planned")


def test_a_number_that_belonged_to_a_deleted_customer_is_followed_by_its_next_generation() -> None:
    first = masters()
    customer(first)
    spent = replace(only(first), state="review", number=4, error_code="number_deleted", problems=({"code": "x"},))
    made = masters(register(open={"5": spent}))
    assert customer(made) == Resolved("U-5-g2", only(made).subject)
    assert (only(made).number, only(made).generation, only(made).reference) == (4, 2, "U-5-g2")
    assert (only(made).payload or {})["CustomerNumber"] == "U-5-g2"
    waiting = masters(register(open={"5": only(made)}))
    assert customer(waiting) == Resolved("U-5-g2", only(made).subject)
    assert waiting.operations == [], "it keeps its generation while it waits"


def test_a_number_that_belonged_to_a_deleted_article_waits_for_a_person() -> None:
    first = masters()
    article(first)
    spent = replace(only(first), state="review", number=4, error_code="number_deleted", problems=({"code": "x"},))
    made = masters(articles=Register(open={"7": spent}))
    assert article(made) == Problem("article_waits", "ArticleNumber", params={"value": "Bord", "record": "7"})
    assert made.operations == []


def test_an_edit_of_an_account_that_comes_to_the_same_customer_is_only_noted() -> None:
    made = masters(register(links={"5": customer_link()}))
    mail = account()["address"]["Mail"]
    assert customer(made, address={"Mail": mail, "Invoice": mail}) == Resolved("500")
    assert made.operations == []
    assert [link.fingerprint != customer_link().fingerprint for link in made.plan.links] == [True]


def test_an_update_that_waits_with_the_same_values_stays_as_it_is() -> None:
    first = masters(register(links={"5": customer_link()}))
    customer(first, phone="08-1")
    waiting = replace(only(first), number=4)
    made = masters(register(links={"5": customer_link()}, updates={"5": waiting}))
    customer(made, phone="08-1")
    assert made.operations == []


def test_other_accounts_customers_do_not_stand_in_the_way_of_the_number_an_account_names() -> None:
    other = replace(customer_link(number="7"), source=key("account", "6"))
    shelf = register({"CustomerNumber": "7", "Name": "B"}, {"CustomerNumber": "8", "Name": "C"}, links={"6": other})
    assert customer(masters(shelf), custom={"FORTNOX_CUSTOMER_ID": "8"}) == Resolved("8")


def test_a_held_customer_is_asked_about_once_and_goes_on_when_its_reason_is_gone() -> None:
    shelf = register({"CustomerNumber": "1", "Name": "Åkeriet"})
    first = masters(shelf)
    customer(first)
    held = replace(only(first), number=4)
    again = masters(replace(shelf, open={"5": held}))
    assert customer(again) == WAITS
    assert again.operations == []
    solved = masters(register(open={"5": held}))
    assert isinstance(customer(solved), Resolved)
    assert (only(solved).number, only(solved).state) == (4, "planned")


def test_a_held_customer_that_a_person_made_in_fortnox_is_linked_and_its_question_withdrawn() -> None:
    shelf = register({"CustomerNumber": "1", "Name": "Åkeriet"})
    first = masters(shelf)
    customer(first)
    held = replace(only(first), number=4)
    now = register({"CustomerNumber": "1", "Name": "Åkeriet", "OrganisationNumber": "5560360793"}, open={"5": held})
    made = masters(now)
    assert customer(made) == Resolved("1")
    assert made.plan.cancelled == [held]


def test_a_changed_account_updates_its_customer_with_what_changed() -> None:
    made = masters(register(links={"5": customer_link()}))
    assert customer(made, phone="08-1", name="Åkeriet i Ort AB") == Resolved("500")
    operation = only(made)
    assert (operation.action, operation.target_id) == ("update", "500")
    assert operation.payload == {"Name": "Åkeriet i Ort AB", "Phone1": "08-1"}


def test_what_an_account_no_longer_says_is_cleared() -> None:
    made = masters(register(links={"5": customer_link()}))
    customer(made, phone="")
    assert only(made).payload == {"Phone1": None}


def test_an_account_that_became_impossible_is_held_without_holding_its_deals() -> None:
    made = masters(register(links={"5": customer_link()}))
    changed = record("account", account(name="<"))
    assert made.resolve("customer", "5", changed) == Resolved("500")
    assert (only(made).action, only(made).state, codes(made)) == ("update", "review", ["characters"])
    decision = made.decide(changed)
    assert decision is not None
    assert decision.outcome == "review"


def test_a_customer_that_was_linked_without_being_sent_is_never_updated() -> None:
    """Without a draft there is nothing to compare with: what finance keeps there is theirs."""
    made = masters(register(links={"5": replace(customer_link(), draft=None, fingerprint="")}))
    customer(made, phone="08-1")
    assert made.operations == []


def test_a_customer_that_was_out_of_sight_follows_what_its_account_says_now() -> None:
    """Whatever is mapped otherwise meanwhile: what was decided of its own company's customer is old."""
    decided = Decision(key("account", "5"), "customer", "linked", 0, "c", "an older mapping", "nord")
    behind = replace(customer_link(), mapping_version="an older mapping")
    made = masters(register(links={"5": behind}, decided={"5": decided}))
    customer(made, phone="08-1")
    assert only(made).payload == {"Phone1": "08-1"}


def test_an_update_that_was_dismissed_is_not_planned_again() -> None:
    first = masters(register(links={"5": customer_link()}))
    customer(first, phone="08-1")
    gone = {("update", "5"): replace(only(first), number=3, state="dismissed")}
    made = masters(register(links={"5": customer_link()}, dismissed=gone))
    customer(made, phone="08-1")
    assert made.operations == []
    changed = masters(register(links={"5": customer_link()}, dismissed=gone))
    customer(changed, phone="08-2")
    assert only(changed).payload == {"Phone1": "08-2"}


def test_a_new_mapping_alone_updates_no_customer() -> None:
    decided = Decision(key("account", "5"), "customer", "linked", 1, "c", "an older mapping", "nord")
    stale = replace(customer_link(), fingerprint="by the old mapping")
    made = masters(register(links={"5": stale}, decided={"5": decided}))
    customer(made, phone="08-1")
    assert made.operations == []


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_an_update_that_is_under_way_is_not_changed(state: Any) -> None:
    first = masters(register(links={"5": customer_link()}))
    customer(first, phone="08-1")
    under_way = replace(only(first), state=state, number=4)
    made = masters(register(links={"5": customer_link()}, updates={"5": under_way}))
    customer(made, phone="08-2")
    assert made.operations == []


def test_an_update_that_waits_gets_the_newest_values() -> None:
    first = masters(register(links={"5": customer_link()}))
    customer(first, phone="08-1")
    waiting = replace(only(first), number=4)
    made = masters(register(links={"5": customer_link()}, updates={"5": waiting}))
    customer(made, phone="08-2")
    assert (only(made).number, only(made).payload) == (4, {"Phone1": "08-2"})


def test_an_edit_of_an_account_that_was_taken_back_withdraws_its_update() -> None:
    """Else the value that was taken back would be sent, and stay."""
    first = masters(register(links={"5": customer_link()}))
    customer(first, phone="08-1")
    waiting = replace(only(first), number=4)
    made = masters(register(links={"5": customer_link()}, updates={"5": waiting}))
    assert customer(made) == Resolved("500")
    assert made.plan.cancelled == [waiting]


def article(made: Concluded, **changes: Any) -> Resolved | Problem:
    return made.resolve("article", "7", record("product", product(**changes)))


def test_an_article_that_fortnox_has_is_used_as_it_is() -> None:
    made = masters(articles=Register(names={"1001": "Finance calls it so"}))
    assert article(made) == Resolved("1001")
    assert [(link.rung, link.origin) for link in made.plan.links] == [("article_number", "fortnox")]
    assert made.operations == []


def test_a_new_article_keeps_the_crms_number() -> None:
    made = masters()
    assert article(made) == Resolved("1001", only(made).subject)
    assert only(made).payload == {"Description": "Bord", "ArticleNumber": "1001"}


def test_articles_are_fortnoxs_own_and_never_updated() -> None:
    made = masters(articles=Register(links={"7": article_link()}))
    assert article(made, name="Nytt namn") == Resolved("1001")
    assert made.operations == []


def test_an_article_without_a_name_waits_for_a_person() -> None:
    made = masters()
    assert article(made, name="") == Problem("article_waits", "ArticleNumber", params={"value": "", "record": "7"})
    assert codes(made) == ["missing"]


def test_a_deleted_account_does_not_change_its_customer() -> None:
    made = masters(register(links={"5": customer_link()}))
    gone: Record = record("account", account(phone="08-1"), 2, deleted=True)
    assert made.resolve("customer", "5", gone) == Resolved("500")
    assert made.operations == []
