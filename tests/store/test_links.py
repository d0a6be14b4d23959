"""Links and decisions: what belongs together, what was decided, and what must be looked at again."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from mappings.kinds import INVOICE
from sync.core import lifecycle
from sync.core.bridge.measures import fortnox_document
from sync.core.planning.plans import Planned
from sync.core.types import Decision, DecisionKey, DecisionOutcome, Link, Override, RecordKey, State
from sync.store.database import Store, naive
from sync.store.tables import facts, links, operations, overrides
from sync.store.tables.needs import NeedsPlanning
from sync.store.tables.operations import Move
from tests.store.stores import NOW, UPSALES, arrival, land, later, operation, within
from tests.store.stores import save as save_operations
from tests.unit.making import invoice

ORDER = RecordKey(UPSALES, "order", "1")
ACCOUNT = RecordKey(UPSALES, "account", "5")
LINK = Link(ORDER, "nord", "invoice", "41", "sent", reference="up:94:order:1", draft={"Total": 1})
VERSION = "m1"


def save(store: Store, *found: Link) -> None:
    within(store, lambda: links.save(store, found, NOW))


def decide(store: Store, key: RecordKey, outcome: DecisionOutcome, version: int = 1, mapping: str = VERSION) -> None:
    made = Decision(key, "invoice", outcome, version, "c0ffee", mapping, company="nord")
    within(store, lambda: links.decide(store, [made], NOW))


def needed(store: Store) -> dict[str, str]:
    return NeedsPlanning(store, UPSALES, VERSION).of("order", "invoice")


def customers_needed(store: Store) -> dict[str, str]:
    return NeedsPlanning(store, UPSALES, VERSION).of("account", "customer")


def undecided(store: Store) -> list[str]:
    return list(needed(store))


def test_a_link_comes_back_as_it_was_saved(store: Store) -> None:
    save(store, LINK)
    assert links.load(store, UPSALES, "order") == [LINK]
    assert links.of_sources(store, [ORDER]) == [LINK]


def test_a_link_that_is_saved_again_has_the_new_content(store: Store) -> None:
    save(store, LINK)
    save(store, replace(LINK, fingerprint="f2", draft={"Total": 2}))
    (found,) = links.load(store, UPSALES)
    assert (found.fingerprint, found.draft) == ("f2", {"Total": 2})


def test_what_both_sides_agree_on_is_kept_since_they_first_did(store: Store) -> None:
    """In one statement for all links and fields, however a number is written."""
    agreed = {"Freight": Decimal("1.50"), "YourReference": None, "InvoiceRows": [{"Price": Decimal("9.0")}]}
    other = replace(LINK, target_id="42", generation=2, agreed={"Freight": Decimal(3)})
    save(store, replace(LINK, agreed=agreed), other, replace(LINK, company="syd"))
    within(store, lambda: links.save(store, [replace(LINK, agreed=agreed | {"Freight": Decimal("1.5")})], later(9)))
    within(store, lambda: links.save(store, [replace(LINK, agreed={"YourReference": "Bo"}), LINK], later(9)))
    found = store._connection.execute("SELECT company, target_id, field, content, since FROM agreed ORDER BY ALL")
    assert found.fetchall() == [
        ("nord", "41", "Freight", "1.50", naive(NOW)),
        ("nord", "41", "InvoiceRows", '[{"Price": 9.0}]', naive(NOW)),
        ("nord", "41", "YourReference", '"Bo"', naive(later(9))),
        ("nord", "42", "Freight", "3", naive(NOW)),
    ]


def test_a_deal_may_have_a_document_of_each_generation(store: Store) -> None:
    save(store, LINK, replace(LINK, target_id="42", generation=2))
    assert [(one.target_id, one.generation) for one in links.of_sources(store, [ORDER])] == [("41", 1), ("42", 2)]


def test_a_new_deal_is_undecided_until_it_is_decided_on(store: Store) -> None:
    land(store, arrival("1", "order", UPSALES), arrival("2", "order", UPSALES))
    decide(store, ORDER, "open")
    assert needed(store) == {"2": "never_planned"}


def test_a_deal_is_looked_at_again_when_it_its_mapping_or_its_case_has_changed(store: Store) -> None:
    land(store, *(arrival(number, "order", UPSALES) for number in "1234"))
    for number, outcome, mapping in (("1", "linked", VERSION), ("2", "linked", "m0"), ("3", "review", VERSION)):
        decide(store, RecordKey(UPSALES, "order", number), outcome, mapping=mapping)  # type: ignore[arg-type]
    decide(store, RecordKey(UPSALES, "order", "4"), "linked")
    land(store, arrival("4", "order", UPSALES, description="changed"), at=later(1))
    assert needed(store) == {"2": "remapped", "3": "held", "4": "changed"}


def test_settling_changes_the_outcome_alone(store: Store) -> None:
    decide(store, ORDER, "open", version=3)
    within(store, lambda: links.settle(store, {DecisionKey(ORDER, "nord", "invoice"): "linked"}))
    (found,) = links.decisions(store, UPSALES, "order", ["1"])
    assert (found.outcome, found.version, found.mapping_version) == ("linked", 3, VERSION)


def test_a_deal_that_is_decided_for_another_company_leaves_nothing_of_what_was_decided_before(store: Store) -> None:
    land(store, arrival("1", "order", UPSALES))
    decide(store, ORDER, "review")
    other = Decision(ORDER, "toynote", "linked", 1, "c0ffee", VERSION, "nord")
    moved = Decision(ORDER, "invoice", "linked", 1, "c0ffee", VERSION, "syd")
    within(store, lambda: links.decide(store, [other, moved], NOW))
    assert links.decisions(store, UPSALES, "order", ["1"]) == [other, moved], "what else becomes of it stays"
    assert undecided(store) == []
    nowhere = replace(moved, company=None, outcome="review")
    within(store, lambda: links.decide(store, [nowhere], NOW))
    assert links.decisions(store, UPSALES, "order", ["1"]) == [nowhere, other]
    within(store, lambda: links.decide(store, [moved], NOW))
    assert links.decisions(store, UPSALES, "order", ["1"]) == [other, moved]


def test_a_deal_that_was_decided_on_for_one_kind_of_document_is_new_to_another(store: Store) -> None:
    land(store, arrival("1", "order", UPSALES))
    decide(store, ORDER, "linked")
    assert undecided(store) == []
    assert NeedsPlanning(store, UPSALES, VERSION).of("order", "toynote") == {"1": "never_planned"}


def test_a_customer_that_is_held_in_one_company_stays_a_question_when_anothers_is_done(store: Store) -> None:
    land(store, arrival("5", "account", UPSALES))
    decided = [
        Decision(ACCOUNT, "customer", "review", 1, "c0ffee", VERSION, company, fingerprint="f")
        for company in ("nord", "syd")
    ]
    within(store, lambda: links.decide(store, decided, NOW))
    within(store, lambda: links.settle(store, {decided[0].about: "linked"}))
    assert links.decisions(store, UPSALES, "account", ["5"]) == [replace(decided[0], outcome="linked"), decided[1]]
    assert customers_needed(store) == {"5": "held"}
    within(store, lambda: links.replan(store, decided[0].about))
    assert [one.version for one in links.decisions(store, UPSALES, "account", ["5"])] == [0, 1]
    assert customers_needed(store) == {"5": "asked"}


def test_a_customer_that_nothing_was_decided_of_is_looked_at_although_anothers_was(store: Store) -> None:
    land(store, arrival("5", "account", UPSALES))
    linked = Link(ACCOUNT, "nord", "customer", "U-5", "sent", draft={"Name": "Acme"})
    save(store, linked, replace(linked, company="syd"))
    nord = Decision(ACCOUNT, "customer", "linked", 1, "c0ffee", VERSION, "nord")
    within(store, lambda: links.decide(store, [nord], NOW))
    assert customers_needed(store) == {"5": "customer_behind"}
    within(store, lambda: links.decide(store, [replace(nord, company="syd")], NOW))
    assert customers_needed(store) == {}


def test_an_edit_of_one_companys_customer_is_looked_at_by_what_was_decided_there(store: Store) -> None:
    land(store, arrival("5", "account", UPSALES))
    decided = [Decision(ACCOUNT, "customer", "linked", 1, "c0ffee", VERSION, company) for company in ("nord", "syd")]
    within(store, lambda: links.decide(store, decided, NOW))
    edit = Override(ACCOUNT, "syd", "customer", "Phone1", "08-1", "digest", "Åsa", "why")
    within(store, lambda: overrides.add(store, [edit], later(1)))
    assert customers_needed(store) == {"5": "edited"}
    within(store, lambda: links.decide(store, decided[:1], later(2)))
    assert customers_needed(store) == {"5": "edited"}
    within(store, lambda: links.decide(store, decided[1:], later(2)))
    assert customers_needed(store) == {}


def test_what_waits_is_overtaken_by_what_was_decided_in_its_own_company(store: Store) -> None:
    land(store, arrival("5", "account", UPSALES, name="changed"))
    update = operation("5", kind="customer", action="update", target_id="U-5")
    nord, syd = save_operations(store, update, replace(update, company="syd", system="fortnox:syd"))
    decided = [
        Decision(ACCOUNT, "customer", "linked", version, "c0ffee", VERSION, company)
        for company, version in (("nord", 1), ("syd", 7))
    ]
    within(store, lambda: links.decide(store, decided, NOW))
    assert [one.number for one in operations.due(store, nord.system, NOW, [], 9)] == [nord.number]
    assert operations.due(store, syd.system, NOW, [], 9) == [], "its account is another than was decided on"


def test_a_deal_with_another_document_allowed_is_looked_at_again(store: Store) -> None:
    land(store, arrival("1", "order", UPSALES))
    decide(store, ORDER, "linked")
    assert undecided(store) == []
    within(store, lambda: links.approve(store, ORDER, "nord", 2, "asa", later(1)))
    assert needed(store) == {"1": "asked"}
    assert links.approvals(store, UPSALES, "order") == {"1": 2}


@pytest.mark.parametrize("outcome", ["linked", "not_concerned"])
@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ({"Cancelled": True}, {}, ["1"]),
        ({}, {}, []),
        ({"Cancelled": True}, {"Cancelled": True}, []),
        ({"Cancelled": True}, {"Credit": "true"}, []),
        ({"Cancelled": True}, {"ExternalInvoiceReference1": "upsales:94:order:2:invoice:g2"}, []),
    ],
)
def test_a_deal_whose_documents_count_no_more_is_looked_at_again_where_one_without_a_link_bears_its_name(
    store: Store, outcome: DecisionOutcome, first: dict[str, Any], second: dict[str, Any], found: list[str]
) -> None:
    land(store, arrival("1", "order", UPSALES))
    linked = replace(LINK, fingerprint="f1", reference="upsales:94:order:1:invoice:g1")
    save(store, linked)
    decide(store, ORDER, outcome)
    assert undecided(store) == []
    made = (
        invoice("41", "upsales:94:order:1:invoice:g1", **first),
        invoice("42", "upsales:94:order:1:invoice:g2") | second,
    )
    within(
        store, lambda: facts.put_documents(store, "nord", [(fortnox_document(INVOICE, one), 1) for one in made], NOW)
    )
    assert undecided(store) == found
    save(store, replace(linked, target_id="42", generation=2))
    assert undecided(store) == []


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ((), []),
        (("sending", "retry"), []),
        (("sending", "review"), ["1"]),
        (("sending", "review", "dismissed"), ["1"]),
        (("cancelled",), ["1"]),
        (("sending", "done"), []),
    ],
)
def test_a_deal_that_waits_is_decided_on_again_when_what_it_waits_for_has_stopped(
    store: Store, path: tuple[State, ...], found: list[str]
) -> None:
    land(store, arrival("1", "order", UPSALES))
    customer = operation("7", kind="customer")
    first, _ = save_operations(store, customer, Planned(operation("1"), waits_on=(customer.subject,)))
    decide(store, ORDER, "open")
    for state in path:
        first = lifecycle.moved(first, state)
        with store.transaction():
            operations.move(store, [Move(first)], NOW)
    assert undecided(store) == found
