"""Documents beside a deal's own: linked as what they are, never made again, never written over."""

from typing import Any

import pytest

from sync.core.identity import document_reference
from sync.core.planning.plans import Books
from sync.core.types import Link, Payload
from tests.unit.making import answered, books, decided, key, link, order, planned, problems, quiet, row

REFERENCE = document_reference(key(), "invoice", 1)


def part(number: str, quantity: str, **changes: Any) -> dict[str, Any]:
    """Return a document that asks for some pieces under the deal's name."""
    said = answered(order(), number, **changes)
    return {**said, "InvoiceRows": [{**said["InvoiceRows"][0], "DeliveredQuantity": quantity}]}


def shelf(*found: Payload) -> Books:
    return books(by_reference={REFERENCE: found}, documents={each["DocumentNumber"]: each for each in found})


def linked(*found: Payload, links: tuple[Link, ...] = ()) -> list[tuple[str, str]]:
    own = link(order(), answered(order()))
    plan = planned(order(), shelf(*found), links=(own, *links))
    assert quiet(plan)
    assert decided(plan)[0] == "linked"
    return [(one.target_id, one.rung) for one in plan.links]


def test_f3_a_part_made_by_hand_is_linked_as_a_successor_once() -> None:
    first, second = part("1", "1"), part("2", "1")
    assert linked(first, second) == [("2", "successor")]
    known = link(order(), second, rung="successor")
    assert linked(first, second, links=(known,)) == []


@pytest.mark.parametrize("name", ["OrderReference", "OfferReference", "ContractReference", "InvoiceReference"])
def test_f3_what_says_the_same_is_a_copy_unless_fortnox_made_it_of_another(name: str) -> None:
    assert linked(answered(order()), answered(order(), "2")) == [("2", "copy")]
    assert linked(answered(order()), answered(order(), "2", **{name: "7"})) == [("2", "successor")]


def test_f3_what_is_not_read_whole_yet_or_cancelled_waits() -> None:
    listed = {name: value for name, value in part("2", "1").items() if name != "InvoiceRows"}
    assert linked(answered(order()), listed) == []
    assert linked(answered(order()), part("2", "1", Cancelled=True)) == []


def test_f3_a_changed_deal_changes_none_of_several_documents() -> None:
    first, second = answered(order()), part("2", "1")
    own, beside = link(order(), first), link(order(), second, rung="successor")
    dearer = order(1, row(price="95"))
    for known in ((own,), (own, beside)):
        plan = planned(dearer, shelf(first, second), links=known)
        assert problems(plan) == ["further_documents"]
        assert plan.operations[0].operation.problems[0]["params"] == {"number": "1", "numbers": "2"}
    gone = part("2", "1", Cancelled=True)
    assert problems(planned(dearer, shelf(first, gone), links=(own, beside))) == []


def test_f3_no_further_document_is_made_beside_one_that_counts() -> None:
    first, second = answered(order(), Cancelled=True), part("2", "1")
    own, beside = link(order(), first), link(order(), second, rung="successor")
    assert quiet(planned(order(), shelf(first, second), links=(own, beside), approved=2))


def test_f3_of_two_under_one_name_that_nobody_remembers_ours_is_the_one_made_of_no_other() -> None:
    plan = planned(order(), shelf(answered(order()), part("2", "1", OrderReference="7")))
    assert [(one.target_id, one.rung) for one in plan.links] == [("1", "adopted")]
    assert problems(planned(order(), shelf(answered(order()), part("2", "1")))) == ["several_documents"]
