"""Lists that contradict themselves, or shift while they are read: what is there is never taken for missing."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from sync.connectors.base import Page
from sync.connectors.errors import NoAnswer
from sync.connectors.fortnox.auth import FortnoxAccess
from sync.connectors.fortnox.client import Fortnox
from sync.connectors.upsales.client import Upsales
from tests.virtual_time import VirtualClock, run

HOST = "https://x.test"
Connector = Fortnox | Upsales


def fortnox(clock: VirtualClock, wire: httpx.MockTransport) -> Fortnox:
    access = FortnoxAccess(HOST, "id", "secret", "501")
    return Fortnox("fortnox:nord", HOST, access, clock, lambda _call: None, wire)


def upsales(clock: VirtualClock, wire: httpx.MockTransport) -> Upsales:
    return Upsales("upsales:94", HOST, "token", clock, lambda _call: None, wire)


def asked(make: Callable[..., Connector], work: Callable[[Any], Awaitable[Any]], *bodies: Any) -> Any:
    """Return what comes of some work with a connector that is answered with `bodies`, in turn."""
    replies, clock = list(bodies), VirtualClock()

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "T", "expires_in": 3600, "token_type": "bearer"})
        return httpx.Response(200, json=replies.pop(0), headers={"Date": "Mon, 04 May 2026 09:00:00 GMT"})

    async def main() -> Any:
        connector = make(clock, httpx.MockTransport(answer))
        try:
            return await work(connector)
        finally:
            await connector.close()

    return run(main(), clock)


def page(*numbers: int, total: int, pages: int, at: int = 1) -> dict[str, Any]:
    counted = {"@TotalResources": total, "@TotalPages": pages, "@CurrentPage": at}
    return {"MetaInformation": counted, "Customers": [{"CustomerNumber": str(number)} for number in numbers]}


@pytest.mark.parametrize(
    "body",
    [
        page(total=1, pages=1),
        {"Customers": [{"CustomerNumber": "1"}]},
        {"MetaInformation": {"@TotalPages": 1}, "Customers": [{"CustomerNumber": "1"}]},
        {"MetaInformation": {"@TotalResources": "1", "@TotalPages": "1"}, "Customers": [{"CustomerNumber": "1"}]},
        {**page(total=1, pages=1), "Customers": [{"Name": "Acme"}]},
        {**page(total=1, pages=1), "Customers": ["Acme"]},
    ],
)
def test_a_fortnox_list_that_does_not_show_what_it_counts_says_nothing(body: dict[str, Any]) -> None:
    with pytest.raises(NoAnswer):
        asked(fortnox, lambda client: client.pull("customers", None), body)


def test_an_empty_fortnox_list_is_empty() -> None:
    found = asked(fortnox, lambda client: client.pull("customers", None), page(total=0, pages=0))
    assert (found.items, found.complete) == ((), True)


async def _whole(client: Connector) -> list[str]:
    position, found = None, []
    while True:
        got: Page = await client.pull("customers", position)
        found += [item.id for item in got.items]
        position = got.position
        if got.complete:
            return found


@pytest.mark.parametrize("second", [page(4, total=3, pages=2, at=2), page(total=0, pages=0)])
def test_a_pass_begins_again_when_a_record_was_deleted_between_two_pages(second: dict[str, Any]) -> None:
    """The record after the first page has moved onto it, where it was not when that was read."""
    again = [page(2, 3, total=3, pages=2), page(4, total=3, pages=2, at=2)]
    assert asked(fortnox, _whole, page(1, 2, total=4, pages=2), second, *again)[-3:] == ["2", "3", "4"]


def test_a_record_that_is_added_between_two_pages_costs_nothing() -> None:
    found = asked(fortnox, _whole, page(1, 2, total=3, pages=2), page(3, 4, total=4, pages=2, at=2))
    assert found == ["1", "2", "3", "4"]


def test_a_whole_record_without_its_number_says_nothing() -> None:
    with pytest.raises(NoAnswer, match="Customer lacks its CustomerNumber"):
        asked(fortnox, lambda client: client.fetch("customer", "1"), {"Customer": {"Name": "Acme"}})


def orders(*ids: Any, total: Any) -> dict[str, Any]:
    return {"error": None, "metadata": {"total": total}, "data": [{"id": one} for one in ids]}


@pytest.mark.parametrize("body", [{"data": [{"id": 1}]}, orders(1, total=None), orders(total=None)])
def test_an_upsales_list_that_does_not_count_its_records_says_nothing(body: dict[str, Any]) -> None:
    with pytest.raises(NoAnswer):
        asked(upsales, lambda client: client.pull("orders", None), body)


def test_an_upsales_register_that_shows_nothing_says_nothing() -> None:
    with pytest.raises(NoAnswer, match="list of stages does not show"):
        asked(upsales, lambda client: client.pull("stages", None), orders(total=2))


def test_an_upsales_record_without_an_id_says_nothing() -> None:
    with pytest.raises(NoAnswer, match="lacks its id"):
        asked(upsales, lambda client: client.pull("orders", None), orders(None, total=1))


@pytest.mark.parametrize(("position", "after"), [(None, {}), ({"since": "2026-05-01T00:00:00+00:00"}, ...)])
def test_what_an_upsales_list_counts_and_does_not_show_is_asked_for_again(position: Any, after: Any) -> None:
    """Now it may be wrong, or never show it to this key: the deals that it does show must not wait for it."""
    found = asked(upsales, lambda client: client.pull("orders", position), orders(total=2))
    assert (found.items, found.complete) == ((), True)
    assert found.position == (position if after is ... else after)


def test_records_asked_for_by_id_and_not_shown_are_not_gone() -> None:
    """So a deal was not told of its document, for ever: it was taken for deleted."""
    with pytest.raises(NoAnswer, match="list of order does not show"):
        asked(upsales, lambda client: client.fetch_many("order", ["1", "2"]), orders(1, total=2))
    found = asked(upsales, lambda client: client.fetch_many("order", ["1", "2"]), orders(1, total=1))
    assert list(found) == ["1"]
