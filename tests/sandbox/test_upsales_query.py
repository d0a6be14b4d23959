"""Filters, order and pages of the Upsales sandbox's lists (upsales/FACTS.md 1.5)."""

from typing import Any

import pytest

from sync.sandbox.upsales.quirks import UpsalesQuirks
from tests.sandbox.upsales_account import Account


@pytest.fixture(scope="module")
def account() -> Account:
    return Account(UpsalesQuirks(rate_limit=100000))


def ids(account: Account, url: str, **query: Any) -> list[int]:
    return [one["id"] for one in account.get(url, **query)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"probability": "100"}, [1, 4, 5]),
        ({"probability": "eq:100"}, [1, 4, 5]),
        ({"probability": ["gte:1", "lte:99"]}, [2]),
        ({"id": "eq:1,3"}, [1, 3]),
        ({"id": "1,3"}, [1, 3]),
        ({"id": "ne:1,3"}, [2, 4, 5]),
        ({"id": "gt:3"}, [4, 5]),
        ({"id": "lt:3"}, [1, 2]),
        ({"stage.id": "12"}, [1, 4, 5]),
        ({"client.id": "1", "stage.id": "12"}, [1, 4]),
        ({"user.id": "ne:1"}, [2, 5]),
        ({"client.name": "Åkeriet AB"}, [1, 4]),
        ({"client.active": "1"}, [1, 2, 3, 4, 5]),
        ({"client.users.id": "ne:2"}, [2, 5]),
        ({"orderRow.product.id": "2"}, [2, 4]),
        ({"orderRow.productId": "2"}, [2, 4]),
        ({"orderRow.product.articleNo": "A+1 x"}, [2, 4]),
        ({"date": "gte:2026-05-06"}, [3, 4, 5]),
        ({"date": "2026-05-04"}, [1]),
        ({"closeDate": "null"}, [2]),
        ({"closeDate": "gt:2026-05-31"}, [4, 5]),
        ({"value": "gte:50"}, [1, 2, 3]),
        ({"valueInMasterCurrency": "eq:300"}, [4]),
        ({"confirmedSolution": "false"}, [1, 2, 3, 4, 5]),
        ({"confirmedSolution": "true"}, []),
        ({"description": "Bänk"}, [1]),
        ({"description": "bänk"}, []),
        ({"currency": "ne:SEK"}, [4]),
        ({"contact": "null"}, [1, 2, 3, 4, 5]),
    ],
)
def test_filters_find_what_they_say(account: Account, query: dict[str, Any], found: list[int]) -> None:
    assert ids(account, "/orders", sort="id", **query) == found


def test_orders_and_opportunities_are_one_table(account: Account) -> None:
    assert ids(account, "/orders", sort="id") == ids(account, "/opportunities", sort="id") == [1, 2, 3, 4, 5]


def test_a_custom_field_is_filtered_by_its_number(account: Account) -> None:
    legal = account.field("order", "LEGAL_ENTITY")
    key = account.field("account", "CUSTOMER_KEY")

    assert ids(account, "/orders", sort="id", custom=f"eq:{legal}:nord") == [1, 3, 5]
    assert ids(account, "/orders", sort="id", custom=f"{legal}:syd") == [2, 4]
    assert ids(account, "/orders", sort="id", custom=f"ne:{legal}:nord") == [2, 4]
    assert ids(account, "/orders", sort="id", **{"client.custom": f"eq:{key}:c1"}) == [1, 4]
    assert ids(account, "/accounts", custom=f"eq:{key}:c2") == [2]


def test_custom_numbers_compare_as_numbers() -> None:
    account = Account()
    total = account.field("order", "FN_TOTAL")
    for order, value in ((1, "9"), (2, "10.5"), (3, "")):
        account.put(f"/orders/{order}", custom=[{"fieldId": total, "value": value}])

    assert ids(account, "/orders", custom=f"gt:{total}:9.5") == [2]
    assert ids(account, "/orders", sort="id", custom=f"lte:{total}:9") == [1, 3]


def test_a_custom_filter_without_a_field_number_is_refused(account: Account) -> None:
    status, message = account.refusal("GET", "/orders", custom="eq:x:1")

    assert (status, message) == (400, "A custom filter is operator:fieldId:value, not x:1")


@pytest.mark.parametrize("name", ["nope", "client.nope", "orderRow.nope", "nope.custom"])
def test_an_unknown_attribute_is_refused(account: Account, name: str) -> None:
    response = account.call("GET", "/orders", **{name: "1"})
    error = response.json()["error"]

    assert response.status_code == 400
    assert (error["key"], error["errorCode"]) == ("FailedValidation", 26)
    assert error["msg"].startswith("No such attribute: ")


def test_an_unknown_sort_is_refused(account: Account) -> None:
    assert account.refusal("GET", "/orders", sort="-nope") == (400, "No such attribute: nope")


def test_text_where_a_number_belongs_is_refused(account: Account) -> None:
    status, message = account.refusal("GET", "/orders", **{"client.id": "abc"})

    assert (status, message) == (400, "Invalid value for attribute client.id: abc")


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (["id"], [1, 2, 3, 4, 5]),
        (["-id"], [5, 4, 3, 2, 1]),
        (["description"], [2, 1, 3, 4, 5]),
        (["-description"], [5, 4, 3, 1, 2]),
        (["probability", "-id"], [3, 2, 5, 4, 1]),
        (["closeDate"], [1, 3, 4, 5, 2]),
        (["-closeDate"], [5, 4, 3, 1, 2]),
        (["value", "id"], [5, 4, 2, 3, 1]),
        (["client.name", "id"], [2, 5, 3, 1, 4]),
    ],
)
def test_sorting_ignores_case_repeats_and_puts_nulls_last(account: Account, sort: list[str], order: list[int]) -> None:
    assert ids(account, "/orders", sort=sort) == order


def test_unsorted_lists_come_in_another_order_each_time(account: Account) -> None:
    orders = {tuple(ids(account, "/orders")) for _ in range(20)}

    assert len(orders) > 5
    assert all(sorted(one) == [1, 2, 3, 4, 5] for one in orders)


def test_the_shuffle_is_the_same_for_the_same_account() -> None:
    first, second = Account(), Account()

    assert [ids(first, "/orders") for _ in range(5)] == [ids(second, "/orders") for _ in range(5)]


def test_the_shuffle_can_be_switched_off() -> None:
    account = Account(UpsalesQuirks(shuffle_unsorted=False))

    assert [ids(account, "/orders") for _ in range(3)] == [[1, 2, 3, 4, 5]] * 3


@pytest.mark.parametrize(
    ("query", "limit", "offset", "rows"),
    [
        ({}, 1000, 0, 5),
        ({"limit": "2", "offset": "4"}, 2, 4, 1),
        ({"limit": "5000"}, 2000, 0, 5),
        ({"limit": "x", "offset": "-1"}, 1000, 0, 5),
        ({"limit": "0"}, 0, 0, 0),
        ({"offset": "9"}, 1000, 9, 0),
    ],
)
def test_pages_have_a_default_and_a_greatest_size(
    account: Account, query: dict[str, str], limit: int, offset: int, rows: int
) -> None:
    page = account.call("GET", "/orders", **query).json()

    assert page["metadata"] == {"total": 5, "limit": limit, "offset": offset}
    assert len(page["data"]) == rows


def test_every_list_knows_its_own_default_page(account: Account) -> None:
    assert account.call("GET", "/agreements").json()["metadata"]["limit"] == 50
    assert account.call("GET", "/customFields/order").json()["metadata"]["limit"] == 1000


def test_a_read_by_modification_time_takes_utc_and_bare_dates(account: Account) -> None:
    stamps = {one["id"]: one["modDate"] for one in account.get("/orders")}
    late = [number for number, stamp in stamps.items() if stamp >= stamps[4]]

    assert sorted(ids(account, "/orders", modDate=f"gte:{stamps[4]}")) == sorted(late)
    assert sorted(ids(account, "/orders", modDate="gte:2026-06-01")) == [4, 5]
    assert ids(account, "/orders", modDate="gt:2026-07-02") == []


def test_text_filters_may_ignore_case() -> None:
    account = Account(UpsalesQuirks(text_ignores_case=True))

    assert ids(account, "/orders", description="bÄnk") == [1]


def test_prospecting_rows_can_be_left_out(account: Account) -> None:
    external = Account()
    external.tables.put("account", "3", {**external.tables.get("account", "3"), "isExternal": 1})

    assert sorted(ids(external, "/accounts", isExternal="0")) == [1, 2]


def test_field_definitions_are_filtered_by_alias(account: Account) -> None:
    found = account.get("/customFields/order", alias="KVITT_STATUS")

    assert [one["name"] for one in found] == ["Fakturastatus"]
    assert found == [account.get(f"/customFields/order/{found[0]['id']}")]


ACCOUNT = Account(UpsalesQuirks(rate_limit=100000))


def found(url: str, **query: Any) -> list[int]:
    answer = ACCOUNT.call("GET", url, **query)
    assert answer.status_code == 200, answer.text
    return sorted(row["id"] for row in answer.json()["data"])


def named(part: str) -> list[int]:
    rows = ACCOUNT.call("GET", "/accounts").json()["data"]
    return sorted(row["id"] for row in rows if part.casefold() in row["name"].casefold())


def test_i_src_finds_every_row_that_contains_a_text() -> None:
    assert named("AB")
    assert found("/accounts", name="src:AB") == named("AB")
    assert found("/accounts", name="src:riet") == named("riet")
    assert found("/accounts", name="src:finns inte") == []


@pytest.mark.parametrize(
    ("condition", "part"),
    [
        ('{"a": "name", "c": "src", "v": "riet"}', "riet"),
        ('{"a": "name", "c": "eq", "v": ["Bageriet Oy"]}', "Bageriet Oy"),
        ('[{"a": "name", "c": "src", "v": "AB"}, {"a": "name", "c": "src", "v": "ceriet"}]', "ceriet"),
        ('{"a": "parent", "c": "eq", "v": null}', ""),
        ('{"a": "active", "c": "eq", "v": true}', ""),
        (
            '{"or": {"q": [[{"a": "name", "c": "src", "v": "Bag"}], [{"a": "name", "c": "src", "v": "ker"}], '
            '[{"a": "name", "v": "ceriet AB"}]]}}',
            "eriet",
        ),
    ],
)
@pytest.mark.parametrize("name", ["q", "q[]"])
def test_i_the_conditions_of_upsales_own_pages_are_heeded(name: str, condition: str, part: str) -> None:
    assert found("/accounts", **{name: condition}) == named(part)


def test_i_the_order_of_upsales_own_pages_is_heeded() -> None:
    def names(direction: str) -> list[str]:
        key = f'{{"a": "name", "s": "{direction}"}}'
        return [row["name"] for row in ACCOUNT.call("GET", "/accounts", **{"sort[]": key}).json()["data"]]

    assert names("A") == sorted(names("A"), key=str.casefold)
    assert names("D") == names("A")[::-1]


def test_i_named_attributes_are_answered_with_the_id_and_unknown_ones_are_no_error() -> None:
    rows = ACCOUNT.call("GET", "/accounts", **{"f[]": ["name", "users.id", "nothing"]}).json()["data"]
    assert {tuple(sorted(row)) for row in rows} == {("id", "name", "users")}


def test_i_accounts_are_found_by_their_account_manager() -> None:
    for user in {person["id"] for row in ACCOUNT.call("GET", "/accounts").json()["data"] for person in row["users"]}:
        assert found("/accounts", **{"user.id": str(user)}) == found("/accounts", **{"users.id": str(user)}) != []


@pytest.mark.parametrize("query", [{"q": "{"}, {"q": "[1]"}, {"q": '{"a": "name", "c": "like"}'}, {"sort[]": "{"}])
def test_i_a_condition_that_cannot_be_read_is_refused(query: dict[str, str]) -> None:
    assert ACCOUNT.call("GET", "/accounts", **query).json()["error"]["key"] == "FailedValidation"
