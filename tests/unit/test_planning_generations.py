"""Documents of later generations: made when allowed and nothing of the earlier ones counts, adopted when they exist."""

from dataclasses import replace

import pytest

from sync.core.identity import document_reference
from sync.core.planning.plans import Plan
from sync.core.types import Operation, Payload
from tests.unit.making import (
    answered,
    books,
    decided,
    empty_books,
    invoice,
    key,
    link,
    operation,
    order,
    planned,
    problems,
    row,
    wishes,
)

FIRST = document_reference(key(), "invoice", 1)
SECOND = document_reference(key(), "invoice", 2)
GONE = invoice("1", FIRST, Cancelled=True)
CANCELLED = books(documents={"1": GONE}, by_reference={FIRST: (GONE,)})
LINKED = (link(order(), answered(order())),)


def test_a_person_may_allow_another_document_where_the_earlier_one_is_cancelled() -> None:
    plan = planned(order(), CANCELLED, links=LINKED, approved=2)
    assert wishes(plan) == [("create", "invoice", "planned")]
    made = operation(plan)
    assert (made.reference, made.generation) == (SECOND, 2)
    assert (made.payload or {})["ExternalInvoiceReference1"] == SECOND


def test_what_is_allowed_is_not_made_while_the_earlier_document_counts() -> None:
    counting = answered(order())
    plan = planned(order(), books(documents={"1": counting}), links=LINKED, approved=2)
    assert wishes(plan) == []
    assert decided(plan)[0] == "linked"


def test_what_is_there_already_is_adopted_with_its_generation() -> None:
    second = invoice("2", SECOND)
    held = books(documents={"1": GONE, "2": second}, by_reference={FIRST: (GONE, second)})
    plan = planned(order(), held, links=LINKED, approved=2)
    assert wishes(plan) == []
    assert [(one.target_id, one.generation, one.reference) for one in plan.links] == [("2", 2, SECOND)]


def test_what_a_store_that_was_put_back_forgot_is_adopted_though_nobody_allows_it_any_more() -> None:
    second = invoice("2", SECOND)
    held = books(documents={"1": GONE}, by_reference={FIRST: (GONE, second)})
    plan = planned(order(), held, links=LINKED)
    assert wishes(plan) == []
    assert [(one.target_id, one.generation, one.reference) for one in plan.links] == [("2", 2, SECOND)]


def test_what_a_store_that_was_put_back_forgot_of_a_lost_deal_a_person_is_asked_about() -> None:
    held = books(documents={"1": GONE}, by_reference={FIRST: (GONE, invoice("2", SECOND))})
    plan = planned(order(probability=0), held, links=LINKED)
    assert (problems(plan), operation(plan).target_id) == (["no_longer_won"], "2")


def test_a_store_that_forgot_all_adopts_the_newest_generation() -> None:
    held = books(by_reference={FIRST: (GONE, invoice("2", SECOND))})
    plan = planned(order(), held)
    assert [(one.target_id, one.generation) for one in plan.links] == [("2", 2)]


def test_a_changed_deal_updates_its_newest_document() -> None:
    newest = replace(link(order(), answered(order(), "2")), target_id="2", generation=2, reference=SECOND)
    held = books(documents={"1": GONE, "2": answered(order(), "2")})
    plan = planned(order(1, row("3")), held, links=(newest, *LINKED), approved=2)
    assert [(operation(plan).action, operation(plan).target_id)] == [("update", "2")]


def test_one_product_in_two_rows_is_told_once_when_it_is_held() -> None:
    plan = planned(order(1, row(), row("5")), empty_books(), products={})
    assert [one.operation.problems for one in plan.operations if one.operation.target_kind == "invoice"] == [
        ({"code": "article_waits", "field": "", "row": None, "params": {"value": "7"}},)
    ]


def adopted(invoice_now: Payload, *waiting: Operation) -> Plan:
    """Return the plan for a deal whose document was adopted and seen to say otherwise."""
    unsure = replace(link(order(), invoice_now), fingerprint="", rung="adopted")
    return planned(order(), books(documents={"1": invoice_now}), links=(unsure,), waiting=waiting)


@pytest.mark.parametrize(("booked", "code"), [(False, "adopted_otherwise"), (True, "booked_otherwise")])
def test_an_adopted_document_that_says_otherwise_than_its_deal_waits_for_a_person(booked: bool, code: str) -> None:
    plan = adopted(answered(order(1, row("3")), Booked=booked))
    assert wishes(plan) == [("update", "invoice", "review")]
    assert problems(plan) == [code]
    assert operation(plan).problems[0]["params"]["fields"] == "InvoiceRows"


def test_a_booked_document_stays_in_question_until_a_person_answers() -> None:
    booked = answered(order(1, row("3")), Booked=True)
    asked = replace(operation(adopted(booked)), number=7)
    assert wishes(adopted(booked, asked)) == []
    assert decided(adopted(booked, asked))[:2] == ("review", "booked_otherwise")


def test_once_both_say_the_same_the_question_is_settled() -> None:
    same = answered(order())
    assert_settled(adopted(same), same)


def test_f2_who_books_a_draft_while_it_is_in_question_has_not_answered() -> None:
    asked = replace(operation(adopted(answered(order(1, row("3"))))), number=7)
    plan = adopted(answered(order(1, row("3")), Booked=True), asked)
    assert (problems(plan), operation(plan).number) == (["booked_otherwise"], 7)
    assert decided(plan)[:2] == ("review", "booked_otherwise")


def assert_settled(plan: Plan, invoice_now: Payload) -> None:
    assert wishes(plan) == []
    assert decided(plan)[0] == "linked"
    assert [one.fingerprint for one in plan.links] == [link(order(), invoice_now).fingerprint]


def test_a_cancelled_document_is_in_no_question() -> None:
    gone = answered(order(1, row("3")), Cancelled=True)
    assert_settled(adopted(gone), gone)


def test_an_adopted_document_whose_deal_cannot_be_mapped_tells_why() -> None:
    unsure = replace(link(order(), answered(order())), fingerprint="", rung="adopted")
    plan = planned(order(orderRow=[]), books(documents={"1": answered(order())}), links=(unsure,))
    assert problems(plan) == ["no_rows"]


def test_adopting_a_whole_document_that_says_otherwise_leaves_open_what_was_sent() -> None:
    for invoice_now, known in ((answered(order(1, row("3"))), False), (answered(order()), True)):
        bearing = {**invoice_now, "ExternalInvoiceReference1": FIRST}
        plan = planned(order(), books(documents={"1": bearing}, by_reference={FIRST: (bearing,)}))
        assert [bool(one.fingerprint) for one in plan.links] == [known]
