"""What drafts need: said of each customer and article once, made for a document that is sent, decided on by company."""

from dataclasses import replace

from sync.core.planning.plans import DealState, Plan
from sync.core.types import DecisionKey, Operation, Override
from tests.unit.making import (
    MAPPING,
    account,
    books,
    customer_link,
    empty_books,
    key,
    operation,
    order,
    planned,
    planner,
    record,
    wishes,
)
from tests.unit.test_masters import customer, masters, only, register


def test_each_customer_of_an_account_has_a_decision_of_its_own() -> None:
    """One that is held, one that is brought up to date, one that is being written to and is decided on after that."""
    wished = Operation("update", "ost", "fortnox:ost", "customer", key("account", "5"), "c", number=9, state="unknown")
    held = replace(wished, company="syd", system="fortnox:syd", number=8, state="review", error_code="2000999")
    changed = record("account", account(phone="08-1"), 2)
    held = replace(held, fingerprint=MAPPING.customer.fingerprint(changed.payload))
    shelf = [books("nord")]
    for company, update in (("syd", held), ("ost", wished)):
        linked = books(company)
        shelf.append(replace(linked, customers=replace(linked.customers, updates={"5": update})))
    made = planner(*shelf, accounts={"5": changed})
    made.consider_customer("5", ["nord", "syd", "ost"])
    found = {one.about: (one.outcome, one.version) for one in made.finish().decisions}
    assert found == {
        DecisionKey(changed.key, "nord", "customer"): ("linked", 2),
        DecisionKey(changed.key, "syd", "customer"): ("review", 2),
    }


def test_a_customer_that_a_held_deal_names_is_made_for_the_first_that_is_sent() -> None:
    """What a draft needs is a value until its document is sent; of what is said of it nothing is told twice."""
    shelf = empty_books(articles={"1001": "Bord"})
    ended = Override(key("account", "5"), "nord", "customer", "Phone1", "1", "another digest", "Åsa", "why", number=3)
    made = planner(replace(shelf, customers=replace(shelf.customers, overrides={"5": (ended,)})))
    made.consider(DealState(record("order", order(1, orderRow=[]))))
    assert wishes(made.plan) == [("create", "invoice", "review")]
    made.consider(DealState(record("order", order(2))))
    made.consider(DealState(record("order", order(3))))
    plan = made.finish()
    assert wishes(plan) == [("create", "customer", "planned"), ("create", "invoice", "review"),
                            ("create", "invoice", "planned"), ("create", "invoice", "planned")]  # fmt: skip
    assert plan.ended == [(ended, "source_changed")]
    assert [link.target_kind for link in plan.links] == ["article"]


def test_what_is_taken_back_out_of_a_plan_is_concluded_again_by_the_next() -> None:
    made = planner(empty_books(articles={"1001": "Bord"}))
    mark = made.plan.mark()
    made.consider(DealState(record("order", order(1))))
    made.plan.back_to(mark)
    assert (made.plan, made.finish()) == (Plan(), Plan())
    made.consider(DealState(record("order", order(2))))
    plan = made.finish()
    assert wishes(plan) == [("create", "customer", "planned"), ("create", "invoice", "planned")]
    assert [link.target_kind for link in plan.links] == ["article"]


def test_a_deal_that_waits_as_it_is_makes_nothing_that_its_draft_needs() -> None:
    """It was planned with what it needs; what became of that is told by what it waits for."""
    waiting = operation(planned(order()), 9)
    plan = planned(
        order(),
        empty_books(articles={"1001": "Bord"}),
        waiting=(replace(waiting, payload={**(waiting.payload or {}), "CustomerNumber": "U-5"}),),
    )
    assert wishes(plan) == []


def test_a_question_that_waits_for_a_person_is_not_asked_again_and_again() -> None:
    first = masters(register(links={"5": customer_link()}))
    customer(first, name="<b>")
    asked = replace(only(first), number=3)
    made = masters(register(links={"5": customer_link()}, updates={"5": asked}))
    changed = record("account", account(name="<b>"))
    decision = made.decide(changed)
    assert decision is not None
    assert (made.operations, decision.outcome) == ([], "review")
    again = masters(register(links={"5": customer_link()}, updates={"5": asked}, decided={"5": decision}))
    assert again.decide(changed, decision) is None


def test_a_question_that_has_answered_itself_is_given_up_and_holds_nothing() -> None:
    first = masters(register(links={"5": customer_link()}))
    customer(first, name="<b>")
    asked = replace(only(first), number=3)
    made = masters(register(links={"5": customer_link()}, updates={"5": asked}))
    decision = made.decide(record("account", account()))
    assert decision is not None
    assert (made.plan.cancelled, decision.outcome) == ([asked], "linked")
