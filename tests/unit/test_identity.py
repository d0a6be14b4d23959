"""The same wish has the same name, for ever; equal payloads have equal digests."""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.documents.listing import row_agrees
from sync.core.identity import (
    correlation_id,
    digest,
    document_reference,
    external_reference,
    first_name,
    generation_of,
    own_article_number,
    own_customer_number,
)
from sync.core.types import RecordKey
from tests.unit.making import key

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False, places=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def test_names_are_written_down_here_because_they_may_never_change() -> None:
    order, account, product = key("order", "8123"), key("account", "17"), key("product", "9")
    assert document_reference(order, "invoice", 1) == "upsales:94:order:8123:invoice:g1"
    assert document_reference(order, "invoice", 2) == "upsales:94:order:8123:invoice:g2"
    assert own_customer_number(account) == "U-17"
    assert own_article_number(product, None) == "UP-9"
    assert external_reference(account) == "upsales:94:account:17"
    assert correlation_id(order, 1) == "51b6682bf313"


def test_b6_two_crm_accounts_of_one_installation_never_want_one_number() -> None:
    systems = ["upsales:94", "upsales:95", "salesforce:00DKv0000000001EAA", "sugar:94", "umbrella:94"]
    for installed in (systems, systems[:2], systems[1:4]):
        accounts = {own_customer_number(RecordKey(one, "account", "5"), beside=installed) for one in installed}
        products = {own_article_number(RecordKey(one, "product", "5"), None, installed) for one in installed}
        assert len(accounts | products) == 2 * len(installed)
        assert all(re.fullmatch(r"[0-9A-Za-z\-+/._]{1,50}", number) for number in accounts | products)


def test_b6_a_crm_account_alone_with_its_letter_keeps_its_short_numbers() -> None:
    for beside in ((), ("upsales:94",), ("salesforce:00D",)):
        assert own_customer_number(key("account", "5"), beside=beside) == "U-5"
        assert own_article_number(key("product", "7"), None, beside) == "UP-7"


def test_a_reference_fits_its_field_with_the_longest_ids() -> None:
    salesforce = RecordKey("salesforce:00D000000000062EAA", "opportunity", "006000000000001AAA")
    assert len(document_reference(salesforce, "invoice", 999)) <= 80


@pytest.mark.parametrize("number", ["1001", "A-1", "a_b.c/d", "x+y", "1–2", "9" * 50])
def test_an_article_keeps_the_crms_number_where_fortnox_takes_it(number: str) -> None:
    assert own_article_number(key("product", "9"), number) == number


@pytest.mark.parametrize("number", ["", None, "A 1", "å1", "9" * 51, "a'b"])
def test_an_article_gets_a_number_of_our_own_where_fortnox_would_refuse_it(number: str | None) -> None:
    assert own_article_number(key("product", "9"), number) == "UP-9"


def test_b4_an_article_number_is_trimmed() -> None:
    assert own_article_number(key("product", "9"), " A1\n") == "A1"


@given(st.integers(1, 1000), st.integers(1, 1000))
def test_a_correlation_id_belongs_to_one_version_of_one_record(one: int, other: int) -> None:
    assert (correlation_id(key(), one) == correlation_id(key(), other)) is (one == other)
    assert correlation_id(key("order", "1"), one) != correlation_id(key("account", "1"), one)


@given(VALUES)
def test_a_digest_follows_the_content_alone(value: Any) -> None:
    assert digest(value) == digest(_again(value))


@given(st.dictionaries(st.text(max_size=4), VALUES, min_size=1, max_size=4), st.data())
def test_a_changed_field_changes_the_digest(payload: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(payload)))
    assert digest({**payload, name: ["another", payload[name]]}) != digest(payload)


@pytest.mark.parametrize(
    ("listed", "whole", "agrees"),
    [
        ({"Number": "1", "Rate": "9.2412"}, {"Number": "1", "Rate": Decimal("9.2412"), "Rows": []}, True),
        ({"Date": ""}, {"Date": None}, True),
        ({"Date": ""}, {}, True),
        ({"@url": "here"}, {}, True),
        ({"Total": Decimal("100.00")}, {"Total": 100}, True),
        ({"Total": 101}, {"Total": 100}, False),
        ({"Booked": True}, {"Booked": False}, False),
        ({"Name": "A"}, {"Name": "a"}, False),
        ({"Name": "A"}, {}, False),
    ],
)
def test_a_list_row_agrees_when_the_whole_record_says_the_same(listed: Any, whole: Any, agrees: bool) -> None:
    assert row_agrees("payment", listed, whole) is agrees


def _again(value: Any) -> Any:
    """Return an equal value, made anew: keys turned round, numbers in another form."""
    if isinstance(value, dict):
        return {name: _again(value[name]) for name in reversed(value)}
    if isinstance(value, list):
        return [_again(item) for item in value]
    if isinstance(value, Decimal):
        return value * 1
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def test_a_later_generation_has_a_name_of_its_own_and_the_first_name_in_common() -> None:
    first, second = (document_reference(key(), "invoice", generation) for generation in (1, 2))
    assert first != second
    assert first_name(first) == first_name(second) == first
    assert [generation_of(first), generation_of(second)] == [1, 2]


@pytest.mark.parametrize("text", ["", "PO-1", "order:gx", "a:g"])
def test_a_name_that_is_not_ours_is_its_own_first_name(text: str) -> None:
    assert (first_name(text), generation_of(text)) == (text, 1)


def test_customer_numbers_of_later_generations_are_legal_and_differ() -> None:
    numbers = [own_customer_number(key("account", "5"), generation) for generation in (1, 2, 3)]
    assert numbers == ["U-5", "U-5-g2", "U-5-g3"]
