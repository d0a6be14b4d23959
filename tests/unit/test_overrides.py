"""Edits that last: applied while their source stays the same, ended when it changes."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sync.core.planning.overrides import edited, effective, of_target, origin, payloads
from sync.core.planning.stability import Question, stays_dismissed
from sync.core.types import Decision, Override
from tests.unit.making import (
    MAPPING,
    account,
    answered,
    books,
    decided,
    draft_of,
    empty_books,
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


def links(kind: str, _key: str) -> str:
    return "500" if kind == "customer" else "1001"


def override(payload: Any, path: str, value: Any, kind: str = "invoice", company: str = "nord") -> Override:
    """Return an edit of what a CRM record becomes, made while it was as given."""
    entity = {"invoice": MAPPING.document, "customer": MAPPING.customer, "article": MAPPING.article}[kind]
    raw, _ = entity.mapped(payload, lambda _kind, _key: None)
    source = key({"invoice": "order", "customer": "account", "article": "product"}[kind], str(payload["id"]))
    return Override(source, company, kind, path, value, origin(entity, payload, raw, path), "Åsa", "rättat")


def became(payload: Any, *edits: Override) -> Any:
    return edited(MAPPING.document, payload, links, edits)


def test_an_edit_of_a_document_goes_with_its_deal_but_a_customers_number_is_one_companys() -> None:
    deal, client = order(), account()
    reference = override(deal, "YourOrderNumber", "PO-9")
    number = override(deal, "CustomerNumber", "17")
    name = override(client, "Name", "Acme", "customer")
    made = [reference, number, name]
    assert of_target(made, "invoice", "nord") == (reference, number)
    assert of_target(made, "invoice", "syd") == (reference,)
    assert (of_target(made, "customer", "nord"), of_target(made, "customer", "syd")) == ((name,), ())


def test_an_edit_takes_the_place_of_what_was_mapped_and_leaves_that_known() -> None:
    deal = order()
    made = became(deal, override(deal, "OurReference", "Bo"), override(deal, "InvoiceRows.1.Price", Decimal(80)))
    assert (made.fields["OurReference"], made.mapped["OurReference"]) == ("Bo", "Alva Ek")
    assert made.fields["InvoiceRows"][0]["Price"] == 80
    assert made.draft is not None
    assert made.ended == ()


def test_an_edit_ends_when_its_own_source_changes_and_not_with_another() -> None:
    edit = override(order(), "OurReference", "Bo")
    other = became(order(currency="EUR"), edit)
    assert (other.fields["OurReference"], other.ended) == ("Bo", ())
    own = became(order(user={"id": 4, "name": "Ny"}), edit)
    assert (own.fields["OurReference"], own.ended) == ("Ny", (edit,))


def test_an_edit_of_a_row_follows_its_article() -> None:
    deal = order(1, row(), row(product=8, listed="50", price="50"))
    edit = override(deal, "InvoiceRows.2.Price", Decimal(40))
    assert became(order(1, row(), row(product=9, listed="50", price="50")), edit).ended == (edit,)
    assert became(order(1, row()), edit).ended == (edit,)
    assert became(order(1, row(quantity="9"), row(product=8, listed="50", price="50")), edit).ended == ()
    linked = override(deal, "InvoiceRows.2.ArticleNumber", "1001")
    assert became(deal, linked).fields["InvoiceRows"][1]["ArticleNumber"] == "1001"


def test_an_edit_answers_what_could_not_be_mapped() -> None:
    deal = order(closeDate="31/12", date="31/12")
    assert became(deal).draft is None
    made = became(deal, override(deal, "InvoiceDate", "2026-05-05"))
    assert made.draft is not None
    assert made.fields["InvoiceDate"] == "2026-05-05"
    assert became(order(closeDate="2026-12-31"), override(deal, "InvoiceDate", "2026-05-05")).ended


def test_a_row_without_a_price_is_not_sent_at_nought() -> None:
    broken = row()
    broken["price"] = "tio"
    deal = order(1, broken, value=None)
    assert [one.code for one in became(deal).problems] == ["not_a_number"]
    half = became(deal, override(deal, "InvoiceRows.1.DeliveredQuantity", Decimal(3)))
    assert [one.code for one in half.problems] == ["not_a_number", "missing"]
    whole = became(deal, override(deal, "InvoiceRows.1.Price", Decimal(90)))
    assert whole.draft is not None
    assert (whole.fields["InvoiceRows"][0]["Price"], whole.fields["InvoiceRows"][0]["DeliveredQuantity"]) == (90, 2)


def test_an_edit_that_fortnox_refuses_is_a_problem_too() -> None:
    deal = order()
    made = became(deal, override(deal, "OurReference", "<b>"))
    assert [one.code for one in made.problems] == ["characters"]


def test_a_payload_is_kept_as_mapped_beside_the_edited_one() -> None:
    assert payloads({"A": 1}, {"A": 1, "B": 2}, every=False) == ({"A": 1}, None)
    assert payloads({"A": 3}, {"A": 1, "B": 2}, every=False) == ({"A": 1}, {"A": 3})
    assert payloads({"A": 3}, {"A": 1, "B": 2}, every=True) == ({"A": 1, "B": 2}, {"A": 3})
    assert payloads({"A": 1, "C": 2}, {"A": 1}, every=True) == ({"A": 1}, {"A": 1, "C": 2})
    assert (effective({"A": 1}, None), effective({"A": 1}, {"A": 2}), effective(None, None)) == ({"A": 1}, {"A": 2}, {})


def plan(deal: Any, *edits: Override, **more: Any) -> Any:
    made = planner(*([more.pop("held")] if "held" in more else []))
    from sync.core.planning.plans import DealState

    made.consider(DealState(record("order", deal), overrides=edits, **more))
    return made.finish()


def test_a_planned_create_says_both_what_was_mapped_and_what_is_sent() -> None:
    deal = order()
    done = operation(plan(deal, override(deal, "OurReference", "Bo")))
    assert done.payload is not None
    assert done.edited is not None
    assert done.draft is not None
    assert (done.payload["OurReference"], done.edited["OurReference"]) == ("Alva Ek", "Bo")
    assert done.draft["OurReference"] == "Bo"
    assert done.payload["ExternalInvoiceReference1"] == done.edited["ExternalInvoiceReference1"] != ""


def test_a_customers_number_for_another_company_is_not_used() -> None:
    deal = order()
    assert operation(plan(deal, override(deal, "CustomerNumber", "17", company="syd"))).edited is None


def test_an_edit_makes_a_refused_operation_worth_asking_again() -> None:
    deal = order()
    refused = replace(operation(planned(deal), 7), state="review", error_code="2001304")
    assert quiet(plan(deal, open=(refused,)))
    again = operation(plan(deal, override(deal, "OurReference", "Bo"), open=(refused,)))
    assert (again.state, again.number) == ("planned", 7)


def test_a_held_deal_shows_what_it_would_become() -> None:
    done = operation(plan(order(contact={"name": "<b>"})))
    assert done.state == "review"
    assert done.payload is not None
    assert done.payload["YourReference"] == "<b>"


def test_a_held_deal_is_shown_anew_when_another_field_changes() -> None:
    held = replace(operation(plan(order(contact={"name": "<b>"})), 7), state="review")
    assert quiet(plan(order(contact={"name": "<b>"}), open=(held,)))
    assert wishes(plan(order(contact={"name": "<b>"}, currency="EUR", currencyRate=Decimal("0.1")), open=(held,)))


def test_a_customer_that_a_person_names_on_the_deal_is_waited_for_no_more() -> None:
    deal = order()
    doubtful = empty_books(customers=({"CustomerNumber": "9", "Name": "Åkeriet AB"},))
    assert "customer_waits" in problems(plan(deal, held=replace(doubtful, articles=books().articles)))
    named = override(deal, "CustomerNumber", "9")
    held = replace(doubtful, articles=books().articles)
    assert "customer_waits" not in problems(plan(deal, named, held=held))


def test_an_update_says_what_changed_with_the_edit_that_lasts() -> None:
    before, after = order(), order(1, row(quantity="3"), user={"id": 3, "name": "Alva Ek"})
    edits = (override(before, "OurReference", "Bo"), override(before, "InvoiceRows.1.Discount", Decimal(5)))
    sent = {**draft_of(before), "OurReference": "Bo"}
    there = {**answered(before), "OurReference": "Bo"}
    known = replace(link(before, there), draft={**(link(before, there).draft or {}), **sent})
    done = operation(plan(after, *edits, links=(known,), held=books(documents={"1": there})))
    assert done.edited is not None
    assert set(done.edited) == {"InvoiceRows"}
    assert done.edited["InvoiceRows"][0]["Discount"] == 5
    assert done.payload is not None
    assert done.payload["InvoiceRows"][0]["Discount"] == 10


def test_a_dismissed_deal_stays_so_until_what_is_mapped_changes() -> None:
    deal = order()
    (first,) = planned(deal).decisions
    before = replace(first, outcome="dismissed", code="characters")
    assert decided(planned(deal, decision=before)) == ("dismissed", "characters", "nord")
    assert decided(planned(order(notes="x"), decision=before, version=2))[0] == "dismissed"
    assert decided(planned(order(user={"name": "Ny"}), decision=before, version=2))[0] == "open"
    assert decided(planned(order(probability=0, stage={"id": 1}), decision=before, version=2))[0] == "not_concerned"


def test_what_is_dismissed_for_being_won_no_longer_comes_back_when_it_is_won_again() -> None:
    now = Decision(key(), "invoice", "dismissed", 2, "", "m", fingerprint="f")
    before = replace(now, version=1, code="no_longer_won")
    assert not stays_dismissed(before, now, "")
    assert stays_dismissed(replace(before, code=""), now, "")
    assert not stays_dismissed(replace(before, code=""), now, "no_longer_won")
    assert not stays_dismissed(None, now, "")
    assert not stays_dismissed(replace(before, outcome="open"), now, "")


@pytest.mark.parametrize(("then", "now", "stays"), [
    ("taken_out", "taken_out", True), ("taken_out", "", False), ("no_longer_won", "taken_out", False),
    ("moved_company", "moved_company", True), ("moved_company", "", False), ("no_route", "", False),
    ("characters", "moved_company", False), ("characters", "", True),
])  # fmt: skip
def test_what_is_dismissed_for_where_a_deal_stands_comes_back_when_it_stands_elsewhere(
    then: str, now: Question, stays: bool
) -> None:
    decision = Decision(key(), "invoice", "dismissed", 2, "", "m", fingerprint="f")
    assert stays_dismissed(replace(decision, version=1, code=then), decision, now) is stays


def test_a_customer_is_the_one_that_a_person_chose() -> None:
    view = account()
    twins = ({"CustomerNumber": "9", "Name": "Åkeriet AB"}, {"CustomerNumber": "8", "Name": "Annan"})
    held = empty_books(customers=twins, articles={"1001": "Bord"})

    def chosen(number: str, edit_of: Any = view) -> Any:
        edits = {"5": (override(edit_of, "CustomerNumber", number, "customer"),)}
        return planned(order(), replace(held, customers=replace(held.customers, overrides=edits)))

    linked = chosen("8")
    assert [(one.target_id, one.rung) for one in linked.links if one.target_kind == "customer"] == [("8", "person")]
    assert [why for _, why in linked.ended] == ["linked"]
    assert ("create", "customer", "planned") in wishes(chosen("U-5"))
    assert "not_in_fortnox" in problems(chosen("77"))
    assert [why for _, why in chosen("8", account(name="Annat AB")).ended] == ["source_changed"]


@pytest.mark.parametrize(("then", "now", "stays"), [
    ("no_route", "no_route", True), ("no_route", "", False), ("characters", "", True), ("characters", "no_route", True),
])  # fmt: skip
def test_what_is_dismissed_comes_back_when_only_the_mapping_says_otherwise_where_it_stands(
    then: str, now: Question, stays: bool
) -> None:
    decision = Decision(key(), "invoice", "dismissed", 2, "", "m", fingerprint="f")
    before = replace(decision, code=then, mapping_version="another", fingerprint="another")
    assert stays_dismissed(before, decision, now) is stays


def test_a_create_that_was_dismissed_is_not_planned_again_until_its_record_changes() -> None:
    fresh = empty_books(articles={"1001": "Bord"})
    done = planned(order(), fresh)
    (create,) = [one.operation for one in done.operations if one.operation.target_kind == "customer"]
    gone = {("create", "5"): replace(create, number=3, state="dismissed")}
    again = replace(fresh, customers=replace(fresh.customers, dismissed=gone))
    assert wishes(planned(order(), again)) == [("create", "invoice", "review")]
    changed = {"5": record("account", account(phone="08-1"), version=2)}
    assert ("create", "customer", "planned") in wishes(planned(order(), again, accounts=changed))


def test_a_held_customer_that_was_dismissed_is_not_held_again() -> None:
    fresh = empty_books(articles={"1001": "Bord"})
    wrong = {"5": record("account", account(orgNo="556036-0794"))}
    done = planned(order(), fresh, accounts=wrong)
    (held,) = [one.operation for one in done.operations if one.operation.target_kind == "customer"]
    gone = {("create", "5"): replace(held, number=3, state="dismissed")}
    again = replace(fresh, customers=replace(fresh.customers, dismissed=gone))
    assert wishes(planned(order(), again, accounts=wrong)) == [("create", "invoice", "review")]
