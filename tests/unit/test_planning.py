"""What is planned for a deal without a document: every branch from not won to sent, and when nothing is."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from mappings import load
from mappings.spec import Companies
from sync.core.identity import correlation_id, document_reference
from sync.core.planning.plans import DealState
from sync.core.types import RecordKey
from tests.unit.making import (
    DAY,
    FOLDER,
    MAPPING,
    account,
    answered,
    books,
    decided,
    draft_of,
    empty_books,
    facts,
    invoice,
    key,
    link,
    operation,
    order,
    planned,
    planner,
    problems,
    product,
    quiet,
    record,
    row,
    wishes,
)

REFERENCE = document_reference(key(), "invoice", 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"probability": 50},
        {"probability": 0},
        {"stage": {"id": 99}},
        {"probability": 99, "stage": {"id": 12}},
        {"probability": None},
    ],
)
def test_a_deal_that_is_not_won_is_not_concerned(changes: dict[str, Any]) -> None:
    plan = planned(order(**changes))
    assert quiet(plan)
    assert decided(plan) == ("not_concerned", "", "nord")


def test_a_deleted_deal_is_not_concerned_and_its_open_wish_is_withdrawn() -> None:
    waiting = operation(planned(order()), 9)
    plan = planned(order(), deleted=True, waiting=(waiting,))
    assert plan.cancelled == [waiting]
    assert decided(plan)[0] == "not_concerned"


def test_a_deal_won_before_go_live_is_excluded_and_costs_nothing() -> None:
    old = order(closeDate="2025-12-31", orderRow=[], client=None)
    plan = planned(old, empty_books())
    assert quiet(plan)
    assert decided(plan) == ("excluded", "O71", "nord")


def test_the_go_live_day_itself_is_sent() -> None:
    assert decided(planned(order(closeDate="2026-01-01")))[0] == "open"


def test_go_live_is_each_companys_own() -> None:
    mapping = load(FOLDER, "upsales", Companies(otherwise="syd"))
    late = books("syd", facts=facts("syd", go_live=date(2026, 6, 1)))
    assert decided(planned(order(), books(), late, mapping=mapping)) == ("excluded", "O71", "syd")


def test_a_deal_with_a_document_is_followed_even_before_go_live() -> None:
    now = order(closeDate="2025-12-31")
    held = answered(order())
    plan = planned(now, books(documents={"1": held}), links=(link(order(), held),))
    assert decided(plan)[0] == "open"
    assert operation(plan).payload == {"InvoiceDate": "2025-12-31"}


def test_a_deal_kept_out_by_its_field_is_excluded() -> None:
    assert decided(planned(order(custom={"SKIP_SYNC": "1"}))) == ("excluded", "skip", "nord")


def test_a_deal_without_a_route_waits_for_a_person() -> None:
    plan = planned(order(), books(), books("syd"))
    assert wishes(plan) == [("create", "invoice", "review")]
    assert problems(plan) == ["no_route"]
    assert decided(plan) == ("review", "no_route", None)
    assert (operation(plan).system, operation(plan).error_class) == ("fortnox", "rule")


def test_a_deal_of_a_company_that_could_not_be_read_is_not_decided_on() -> None:
    plan = planned(order(), unread=("nord",))
    assert quiet(plan)
    assert plan.decisions == []


def test_an_old_deal_without_a_route_needs_no_person() -> None:
    plan = planned(order(closeDate="2025-12-31"), books(), books("syd"))
    assert decided(plan) == ("excluded", "O71", None)


def test_a_route_that_was_found_withdraws_the_question() -> None:
    asked = operation(planned(order(), books(), books("syd")), 4)
    mapping = load(FOLDER, "upsales", Companies(otherwise="nord"))
    plan = planned(order(), books(), books("syd"), waiting=(asked,), mapping=mapping)
    assert plan.cancelled == [asked]
    assert wishes(plan) == [("create", "invoice", "planned")]


def test_a_won_deal_becomes_one_named_draft() -> None:
    made = operation(planned(order(), version=3))
    assert made.payload == {**draft_of(order()), "ExternalInvoiceReference1": REFERENCE}
    assert (made.reference, made.company, made.system) == (REFERENCE, "nord", "fortnox:nord")
    assert (made.title, made.amount_sek) == ("Bänk – Åkeriet AB", Decimal(180))
    assert made.correlation_id == correlation_id(key(), 3)
    assert (made.fingerprint, made.mapping_version) == (MAPPING.document.fingerprint(order()), MAPPING.version)


def test_the_same_deal_planned_twice_is_one_wish() -> None:
    first = operation(planned(order()), 9)
    assert quiet(planned(order(), waiting=(first,)))


def test_an_edit_while_it_waits_replans_the_same_operation() -> None:
    first = operation(planned(order()), 9)
    for state in ("planned", "retry"):
        again = planned(order(1, row("3")), waiting=(replace(first, state=state),))
        assert [one.operation.number for one in again.operations] == [9]
        assert operation(again).payload != first.payload


def test_what_waits_in_vain_is_wished_again() -> None:
    """Its article turned out to be there: making it was given up, and nothing was ever done about that."""
    first = operation(planned(order()), 9)
    again = planned(order(), waiting=(first,), blocked=frozenset({9}))
    assert [(one.operation.number, one.waits_on) for one in again.operations] == [(9, ())]
    assert quiet(planned(order(), waiting=(replace(first, state="unknown"),), blocked=frozenset({9})))


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_what_is_under_way_is_left_alone(state: Any) -> None:
    first = replace(operation(planned(order()), 9), state=state)
    assert quiet(planned(order(1, row("3")), waiting=(first,)))
    assert quiet(planned(order(probability=0), waiting=(first,)))


def test_a_deal_that_is_lost_again_before_it_was_sent_is_withdrawn() -> None:
    first = operation(planned(order()), 9)
    assert planned(order(probability=0), waiting=(first,)).cancelled == [first]


def test_our_own_document_found_in_fortnox_is_adopted() -> None:
    """A database that went back in time finds its own invoices again."""
    held = answered(order())
    waiting = operation(planned(order()), 9)
    plan = planned(order(), books(by_reference={REFERENCE: (held,)}, documents={"1": held}), waiting=(waiting,))
    (adopted,) = plan.links
    assert (adopted.target_id, adopted.rung, adopted.reference) == ("1", "adopted", REFERENCE)
    known = replace(link(order(), held), rung="adopted", correlation_id=correlation_id(key(), 1))
    assert replace(adopted, agreed=None) == known
    assert plan.cancelled == [waiting]
    assert wishes(plan) == []
    assert decided(plan)[0] == "linked"


def test_an_adopted_document_is_then_left_in_peace() -> None:
    held = answered(order())
    shelf = books(by_reference={REFERENCE: (held,)}, documents={"1": held})
    adopted = planned(order(), shelf).links[0]
    again = planned(order(), shelf, links=(adopted,))
    assert quiet(again)
    assert again.links == []


def test_a_deal_that_another_crm_sends_is_held_unless_it_has_its_own_document_already() -> None:
    twin = RecordKey("salesforce:00D", "opportunity", "006A")
    plan = planned(order(), empty_books(), twin=twin)
    assert (problems(plan), decided(plan)[0]) == (["same_deal"], "review")
    assert operation(plan).problems[0]["params"] == {"system": "salesforce:00D", "record": "006A", "key": ""}
    held = answered(order())
    shelf = books(by_reference={REFERENCE: (held,)}, documents={"1": held})
    assert [link.rung for link in planned(order(), shelf, twin=twin).links] == ["adopted"]


def test_several_documents_under_one_name_wait_for_a_person() -> None:
    two = (answered(order(), "1"), answered(order(), "2"))
    plan = planned(order(), books(by_reference={REFERENCE: two}))
    assert problems(plan) == ["several_documents"]
    assert operation(plan).problems[0]["params"] == {"numbers": "1, 2"}
    assert decided(plan)[0] == "review"


def test_when_all_but_one_are_cancelled_the_one_that_is_left_is_adopted() -> None:
    """What the sentence asks for (“cancel all but one”) has to help."""
    three = (answered(order(), "1", Cancelled=True), answered(order(), "2"), answered(order(), "3", Cancelled=True))
    shelf = books(by_reference={REFERENCE: three}, documents={each["DocumentNumber"]: each for each in three})
    plan = planned(order(), shelf)
    assert [each.target_id for each in plan.links] == ["2"]


def test_a_cancelled_document_is_not_made_again_by_itself() -> None:
    held = answered(order(), Cancelled=True)
    plan = planned(order(), books(by_reference={REFERENCE: (held,)}, documents={"1": held}))
    assert [each.target_id for each in plan.links] == ["1"]
    assert wishes(plan) == []


def test_all_problems_are_told_at_once() -> None:
    bad = order(1, row() | {"quantity": "x"}, client=None, closeDate="snart")
    plan = planned(bad)
    assert sorted(problems(plan)) == ["no_customer", "not_a_date", "not_a_number"]
    assert decided(plan)[0] == "review"


@pytest.mark.parametrize(
    ("changes", "register", "code", "error_class"),
    [
        ({"currency": "EUR", "currencyRate": Decimal("0.09")}, {}, "currency", "data"),
        ({"currency": "EUR"}, {}, "no_rate", "data"),
        ({"currency": "EUR", "currencyRate": None}, {}, "missing", "data"),
        ({}, {"years": ((date(2025, 1, 1), date(2025, 12, 31)),)}, "no_financial_year", "closed"),
        ({}, {"locked_until": DAY}, "period_locked", "closed"),
    ],
)
def test_what_the_companys_registers_refuse_is_told_before_any_call(
    changes: dict[str, Any], register: dict[str, Any], code: str, error_class: str
) -> None:
    made = operation(planned(order(**changes), books(facts=facts(**register))))
    assert ([p["code"] for p in made.problems], made.error_class, made.state) == ([code], error_class, "review")


def test_registers_that_allow_it_are_no_obstacle() -> None:
    shelf = books(facts=facts(currencies=frozenset({"SEK", "EUR"}), locked_until=DAY - timedelta(days=1)))
    assert operation(planned(order(currency="EUR", currencyRate=Decimal("0.09")), shelf)).state == "planned"
    assert operation(planned(order(), books(facts=facts(years=())))).state == "planned"


def test_a_held_deal_is_asked_about_once() -> None:
    shelf = books(facts=facts(locked_until=DAY))
    held = operation(planned(order(), shelf), 9)
    assert quiet(planned(order(), shelf, waiting=(held,)))


def test_a_held_deal_goes_on_when_its_reason_is_gone() -> None:
    held = operation(planned(order(), books(facts=facts(locked_until=DAY))), 9)
    plan = planned(order(), books(), waiting=(held,))
    assert (operation(plan).number, operation(plan).state) == (9, "planned")
    assert decided(plan)[0] == "open"


def test_a_held_deal_tells_its_new_reason() -> None:
    held = operation(planned(order(), books(facts=facts(locked_until=DAY))), 9)
    plan = planned(order(orderRow=[]), books(), waiting=(held,))
    assert (operation(plan).number, problems(plan)) == (9, ["no_rows"])


def test_what_fortnox_refused_is_not_asked_for_again_until_something_changes() -> None:
    refused = replace(operation(planned(order()), 9), state="review", error_class="data", error_code="2000108")
    assert quiet(planned(order(), waiting=(refused,)))
    assert [one.operation.number for one in planned(order(1, row("3")), waiting=(refused,)).operations] == [9]
    other = replace(MAPPING, version="another")
    assert [one.operation.number for one in planned(order(), waiting=(refused,), mapping=other).operations] == [9]


def test_h9_a_deal_whose_document_was_refused_is_in_review_and_not_on_its_way() -> None:
    refused = replace(operation(planned(order()), 9), state="review", error_class="data", error_code="2000108")
    assert decided(planned(order(), waiting=(refused,)))[0] == "review"
    assert decided(planned(order(1, row("3")), waiting=(refused,)))[0] == "open"
    assert decided(planned(order(), waiting=(replace(refused, state="retry"),)))[0] == "open"


def test_a_refused_deal_that_can_no_longer_be_made_stays_in_review() -> None:
    refused = replace(operation(planned(order()), 9), state="review", error_code="2000108")
    plan = planned(order(orderRow=[]), waiting=(refused,))
    assert (operation(plan).number, operation(plan).state, problems(plan)) == (9, "review", ["no_rows"])


def test_deals_of_one_new_customer_wait_for_one_customer() -> None:
    made = planner(empty_books(articles={"1001": "Bord"}))
    for number in (1, 2, 3):
        made.consider(DealState(record("order", order(number))))
    plan = made.finish()
    assert wishes(plan)[0] == ("create", "customer", "planned")
    assert [one.operation.target_kind for one in plan.operations] == ["customer", "invoice", "invoice", "invoice"]
    subject = plan.operations[0].operation.subject
    assert {one.waits_on for one in plan.operations[1:]} == {(subject,)}
    assert all((one.operation.payload or {})["CustomerNumber"] == "U-5" for one in plan.operations[1:])


def test_a_held_customer_holds_its_deals_with_a_reason() -> None:
    shelf = empty_books(customers=({"CustomerNumber": "3", "Name": "Åkeriet"},), articles={"1001": "Bord"})
    plan = planned(order(), shelf)
    assert wishes(plan) == [("create", "customer", "review"), ("create", "invoice", "review")]
    assert problems(plan) == ["same_name", "customer_waits"]
    assert decided(plan) == ("review", "customer_waits", "nord")


def test_a_held_article_holds_only_the_deals_that_sell_it() -> None:
    shelf = empty_books()
    products = {
        "7": record("product", product(name="a<b")),
        "8": record("product", product(8, name="Stol", articleNo="2")),
    }
    made = planner(shelf, products=products)
    made.consider(DealState(record("order", order(1, row(product=7)))))
    made.consider(DealState(record("order", order(2, row(product=8)))))
    states = {
        one.operation.source.id: one.operation.state
        for one in made.finish().operations
        if one.operation.target_kind == "invoice"
    }
    assert states == {"1": "review", "2": "planned"}


def test_a_change_of_a_linked_account_alone_updates_its_customer() -> None:
    made = planner(accounts={"5": record("account", account(phone="08-1"), 2)})
    made.consider_customer("5", ["nord"])
    plan = made.finish()
    assert wishes(plan) == [("update", "customer", "planned")]
    assert plan.operations[0].operation.payload == {"Phone1": "08-1"}
    assert [(d.key, d.outcome, d.version) for d in plan.decisions] == [(key("account", "5"), "linked", 2)]


def test_an_account_that_is_gone_is_passed_over() -> None:
    made = planner(accounts={})
    made.consider_customer("5", ["nord"])
    made.consider_customer("5", ["syd"])
    plan = made.finish()
    assert (plan.operations, plan.decisions) == ([], [])


def test_an_account_is_brought_up_to_date_where_its_company_is_mirrored_now() -> None:
    made = planner(accounts={"5": record("account", account(phone="08-1"), 2)})
    made.consider_customer("5", ["syd", "nord"])
    plan = made.finish()
    assert wishes(plan) == [("update", "customer", "planned")]
    assert [decision.company for decision in plan.decisions] == ["nord"]


def test_a_document_that_is_not_mirrored_yet_is_updated_by_its_link() -> None:
    held = answered(order())
    plan = planned(order(1, row("3")), books(), links=(link(order(), held),))
    assert wishes(plan) == [("update", "invoice", "planned")]


def test_links_of_other_kinds_are_no_documents() -> None:
    other = replace(link(order(), invoice()), target_kind="order")
    assert wishes(planned(order(), links=(other,))) == [("create", "invoice", "planned")]
