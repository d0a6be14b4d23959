"""What is planned for a deal that has its document: follow its source, and leave others' work alone."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from mappings import Problem, load
from mappings.spec import Companies
from sync.core.planning.plans import DealState
from sync.core.types import Decision
from tests.unit.making import (
    FOLDER,
    MAPPING,
    answered,
    books,
    decided,
    key,
    link,
    operation,
    order,
    planned,
    planner,
    problems,
    quiet,
    record,
    row,
    wishes,
)


def test_an_unmapped_edit_changes_nothing() -> None:
    held = answered(order())
    plan = planned(order(notes="ring"), books(documents={"1": held}), links=(link(order(), held),), version=2)
    assert quiet(plan)
    assert plan.links == []
    assert decided(plan) == ("linked", "", "nord")


def test_a_mapped_edit_updates_only_what_changed() -> None:
    held = answered(order())
    plan = planned(order(1, row("3")), books(documents={"1": held}), links=(link(order(), held),), version=2)
    made = operation(plan)
    assert (made.action, made.target_id, made.state) == ("update", "1", "planned")
    assert set(made.payload or {}) == {"InvoiceRows"}
    assert (made.draft or {})["InvoiceRows"][0]["DeliveredQuantity"] == Decimal(3)


def test_an_edit_that_comes_to_the_same_document_is_only_noted() -> None:
    first = order(custom={"REMARKS": "Pelle's"})
    now = order(custom={"REMARKS": "Pelle’s"})
    held = answered(first)
    plan = planned(now, books(documents={"1": held}), links=(link(first, held),))
    assert wishes(plan) == []
    assert [each.fingerprint for each in plan.links] == [MAPPING.document.fingerprint(now)]


@pytest.mark.parametrize(
    ("changes", "code", "error_class"),
    [
        ({"Booked": True}, "document_booked", "closed"),
        ({"Cancelled": True}, "document_cancelled", "closed"),
        ({"OurReference": "Ekonomi"}, "both_changed", "rule"),
    ],
)
def test_a_changed_deal_does_not_touch_a_document_that_others_decide_on(
    changes: dict[str, Any], code: str, error_class: str
) -> None:
    held = answered(order())
    plan = planned(order(1, row("3")), books(documents={"1": held | changes}), links=(link(order(), held),))
    made = operation(plan)
    assert (made.state, made.error_class, problems(plan)) == ("review", error_class, [code])
    assert made.problems[0]["params"] == {"number": "1", "fields": "InvoiceRows"}
    assert decided(plan)[:2] == ("review", code)


def test_an_accountants_edit_alone_is_left_alone() -> None:
    held = answered(order())
    plan = planned(order(), books(documents={"1": held | {"OurReference": "Ekonomi"}}), links=(link(order(), held),))
    assert quiet(plan)


def after_an_edit(edit: dict[str, Any], deal: dict[str, Any]) -> str:
    """Return what becomes of a changed deal's update when an accountant has made an edit."""
    held = answered(order())
    return operation(planned(deal, books(documents={"1": held | edit}), links=(link(order(), held),))).state


def test_what_fortnox_works_out_is_no_accountants_edit() -> None:
    edit = {"Sent": True, "Total": Decimal(226), "RoundOff": 1, "LastRemindDate": "2026-05-09"}
    assert after_an_edit(edit, order(1, row("3"))) == "planned"


@pytest.mark.parametrize(
    "edit",
    [
        {"VATIncluded": True}, {"DueDate": "2026-07-01"}, {"TermsOfPayment": "10"}, {"CostCenter": "LUND"},
        {"Project": "P1"}, {"Labels": [{"Id": 3}]}, {"Language": "EN"}, {"ExternalInvoiceReference2": "x"},
    ],
)  # fmt: skip
def test_a2_an_accountants_edit_of_any_field_is_a_conflict_with_a_change_of_the_deal(edit: dict[str, Any]) -> None:
    assert after_an_edit(edit, order(1, row("3"))) == "review"
    assert after_an_edit(edit, order(custom={"REFERENCE": "PO-1"})) == "review"


@pytest.mark.parametrize(
    "edit",
    [
        {"VAT": 12}, {"AccountNumber": 3002}, {"CostCenter": "LUND"}, {"Project": "P1"}, {"Unit": "h"},
        {"HouseWork": True}, {"HouseWorkType": "CLEANING"},
    ],
)  # fmt: skip
def test_a2_an_accountants_edit_of_a_row_is_a_conflict_with_what_reaches_rows(edit: dict[str, Any]) -> None:
    rows = [{**answered(order())["InvoiceRows"][0], **edit}]
    assert after_an_edit({"InvoiceRows": rows}, order(1, row("3"))) == "review"
    assert after_an_edit({"InvoiceRows": rows}, order(currency="EUR", currencyRate=Decimal("0.09"))) == "review"
    assert after_an_edit({"InvoiceRows": rows}, order(custom={"REFERENCE": "PO-1"})) == "planned"


def test_a2_a_row_that_an_accountant_added_or_removed_is_a_conflict_with_what_reaches_rows() -> None:
    (own,) = answered(order())["InvoiceRows"]
    for rows in ([own, {"Description": "Frakt", "DeliveredQuantity": "1", "Price": 50}], []):
        assert after_an_edit({"InvoiceRows": rows}, order(1, row("3"))) == "review"


def test_a2_what_an_older_store_remembers_of_an_answer_holds_until_the_next_send() -> None:
    held = answered(order())
    own = link(order(), held)
    sent = {name: value for name, value in (own.draft or {}).items() if name != "VATIncluded"}
    older = replace(own, draft=sent, answer_digest="069b16b2fa0439dd5a997a410f925b81")
    for edit, state in (({}, "planned"), ({"TermsOfPayment": "10"}, "planned"), ({"Remarks": "x"}, "review")):
        plan = planned(order(1, row("3")), books(documents={"1": held | edit}), links=(older,))
        assert operation(plan).state == state


def test_a_changed_deal_that_cannot_be_mapped_any_more_is_held() -> None:
    held = answered(order())
    plan = planned(order(orderRow=[]), books(documents={"1": held}), links=(link(order(), held),))
    assert (problems(plan), operation(plan).action, operation(plan).target_id) == (["no_rows"], "update", "1")


def test_a_new_mapping_alone_never_updates_what_was_sent() -> None:
    """A document follows its source (ARCHITECTURE.md: by what changed)."""
    held = answered(order())
    before = Decision(
        key(), "invoice", "linked", 1, "c", MAPPING.version, "nord", "", MAPPING.document.fingerprint(order())
    )
    other = replace(MAPPING, version="another")
    stale = link(order(), held, fingerprint="by the old mapping")
    same = planned(order(), books(documents={"1": held}), links=(stale,), decision=before, mapping=other)
    assert quiet(same)
    edited = order(1, row("3"))
    assert wishes(
        planned(edited, books(documents={"1": held}), links=(stale,), decision=before, mapping=other, version=2)
    ) == [("update", "invoice", "planned")]


def test_an_unmapped_edit_under_the_new_mapping_is_quiet_too() -> None:
    held = answered(order())
    settled = Decision(
        key(), "invoice", "linked", 2, "c", MAPPING.version, "nord", "", MAPPING.document.fingerprint(order())
    )
    stale = link(order(), held, fingerprint="by the old mapping")
    assert quiet(planned(order(notes="x"), books(documents={"1": held}), links=(stale,), decision=settled, version=3))


def test_an_edit_that_was_taken_back_withdraws_its_update() -> None:
    held = answered(order())
    waiting = operation(planned(order(1, row("3")), books(documents={"1": held}), links=(link(order(), held),)), 9)
    plan = planned(order(), books(documents={"1": held}), links=(link(order(), held),), waiting=(waiting,))
    assert plan.cancelled == [waiting]


def test_a_deal_that_moved_to_another_company_waits_for_a_person() -> None:
    held = answered(order())
    mapping = load(FOLDER, "upsales", Companies(otherwise="syd"))
    plan = planned(order(), books(), books("syd"), links=(link(order(), held),), mapping=mapping)
    assert problems(plan) == ["moved_company"]
    assert operation(plan).problems[0]["params"] == {"company": "syd", "earlier": "nord"}


@pytest.mark.parametrize("changes", [{}, {"Booked": True}])
def test_a_deal_that_is_no_longer_won_asks_what_to_do_with_its_document(changes: dict[str, Any]) -> None:
    held = answered(order(), **changes)
    plan = planned(order(probability=0), books(documents={"1": held}), links=(link(order(), held),))
    made = operation(plan)
    assert (problems(plan), made.target_id, made.company) == (["no_longer_won"], "1", "nord")
    assert made.problems[0]["params"] == {"number": "1"}


@pytest.mark.parametrize(
    "changes", [{"Cancelled": True}, {"CreditInvoiceReference": "7"}, {"CreditInvoiceReference": 7}]
)
def test_a_deal_that_is_lost_and_whose_document_is_gone_concerns_nobody(changes: dict[str, Any]) -> None:
    held = answered(order(), **changes)
    plan = planned(order(probability=0), books(documents={"1": held}), links=(link(order(), held),))
    assert quiet(plan)
    assert decided(plan)[0] == "not_concerned"


def test_the_question_about_a_lost_deal_names_the_document_that_lives() -> None:
    """With documents in two companies the question goes to the one that still counts."""
    living, dead = answered(order(), "1"), answered(order(), "8", Cancelled=True)
    links = (link(order(), living), link(order(), dead, company="syd"))
    shelf = (books(documents={"1": living}), books("syd", documents={"8": dead}))
    made = operation(planned(order(probability=0), *shelf, links=links))
    assert (made.target_id, made.company, made.system) == ("1", "nord", "fortnox:nord")


@pytest.mark.parametrize("changes", [{"probability": 0}, {"custom": {"SKIP_SYNC": "1"}}])
def test_a_deal_not_to_be_invoiced_is_not_decided_on_while_its_document_cannot_be_read(changes: dict[str, Any]) -> None:
    """Deciding without the mirror would forget the document for ever."""
    held = answered(order())
    mapping = load(FOLDER, "upsales", Companies(otherwise="syd"))
    made = planner(books(), books("syd"), unread=("nord",), mapping=mapping)
    made.consider(DealState(record("order", order(**changes)), (link(order(), held),)))
    plan = made.finish()
    assert (plan.operations, plan.decisions) == ([], [])


@pytest.mark.parametrize(("changes", "outcome"), [({}, "review"), ({"Booked": True}, "excluded")])
def test_a_deal_that_is_taken_out_asks_about_its_draft(changes: dict[str, Any], outcome: str) -> None:
    held = answered(order(), **changes)
    plan = planned(order(custom={"SKIP_SYNC": "1"}), books(documents={"1": held}), links=(link(order(), held),))
    assert decided(plan)[0] == outcome


def test_a_deal_that_is_won_again_is_linked_as_before() -> None:
    held = answered(order())
    shelf = books(documents={"1": held})
    asked = operation(planned(order(probability=0), shelf, links=(link(order(), held),)), 9)
    plan = planned(order(), shelf, links=(link(order(), held),), waiting=(asked,))
    assert plan.cancelled == [asked]
    assert decided(plan)[0] == "linked"


def test_a_deal_whose_document_is_being_sent_is_not_held_for_a_fault() -> None:
    sending = replace(operation(planned(order()), 1), state="sending")
    made = planner()
    made.hold_unread(DealState(record("order", order()), (), (sending,), None), Problem("fault"))
    assert made.finish().operations == []
