"""An independent client, simple-salesforce, works with the sandboxed org over real sockets."""

import asyncio
import datetime
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from sync.clock import ScaledClock
from sync.demo.children import free_port
from sync.sandbox.serving.server import build, running
from tests.sandbox.upsales_account import small_world

NOT_HERE = "the independent client is not installed (pip install -r requirements-dev.txt)"
requests = pytest.importorskip("requests", reason=NOT_HERE)
simple_salesforce = pytest.importorskip("simple_salesforce", reason=NOT_HERE)


class ToLoopback(requests.adapters.HTTPAdapter):  # type: ignore[misc, name-defined]
    """Sends what is meant for Salesforce's https hosts to a sandbox on this machine."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._place = f"127.0.0.1:{port}"

    def send(self, request: Any, **more: Any) -> Any:
        parts = urlsplit(request.url)
        request.url = urlunsplit(("http", self._place, parts.path, parts.query, ""))
        return super().send(request, **{**more, "proxies": {}})


@contextmanager
def served() -> Iterator[int]:
    """Serve a sandbox from a thread of its own and yield Salesforce's port."""
    started: list[int] = []
    ready, ended = threading.Event(), threading.Event()

    async def serve() -> None:
        sandbox = build(small_world(), system="salesforce", clock=ScaledClock())
        async with running(sandbox, free_port(2)) as port:
            started.append(port + 1)
            ready.set()
            await asyncio.to_thread(ended.wait)
        sandbox.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(20), "the sandbox did not start"
        yield started[0]
    finally:
        ended.set()
        thread.join(20)


@contextmanager
def signed_in() -> Iterator[Any]:
    with served() as port, requests.Session() as session:
        session.trust_env = False
        session.mount("https://", ToLoopback(port))
        yield simple_salesforce.Salesforce(
            consumer_key="demo", consumer_secret="demo", domain="kvitt.my", session=session, version="66.0"
        )


def test_an_independent_client_reads_and_writes() -> None:
    with signed_in() as client:
        found = client.query("SELECT Id, Name, Account.Name FROM Opportunity WHERE IsWon = true ORDER BY Name")
        assert [row["Name"] for row in found["records"]] == ["Bänk", "Euro", "Utan rader"]
        assert found["records"][0]["Account"]["Name"] == "Åkeriet AB"
        _writes(client)
        _describes(client)
        _refusals(client)


def _writes(client: Any) -> None:
    made = client.Account.create({"Name": "Ny AB"})
    assert made["success"] is True
    assert client.Account.update(made["id"], {"Phone": "046-1"}) == 204
    assert client.Account.get(made["id"])["Phone"] == "046-1"
    key = "Fortnox_Customer_Number__c/1001"
    assert client.Account.upsert(key, {"Name": "Kund 1001"}) == 201
    assert client.Account.upsert(key, {"Phone": "1"}) == 200
    assert client.Account.get_by_custom_id("Fortnox_Customer_Number__c", "1001")["Phone"] == "1"
    assert client.Account.delete(made["id"]) == 204
    gone = client.query_all("SELECT Id FROM Account WHERE IsDeleted = true", include_deleted=True)
    assert [row["Id"] for row in gone["records"]] == [made["id"]]
    now = datetime.datetime.now(datetime.UTC)
    listed = client.Account.deleted(now - datetime.timedelta(minutes=5), now + datetime.timedelta(minutes=5))
    assert [one["id"] for one in listed["deletedRecords"]] == [made["id"]]


def _describes(client: Any) -> None:
    assert {"Account", "Opportunity"} <= {one["name"] for one in client.describe()["sobjects"]}
    fields = {field["name"] for field in client.Opportunity.describe()["fields"]}
    assert {"Fortnox_Status__c", "StageName"} <= fields
    assert client.limits()["DailyApiRequests"]["Remaining"] > 0
    assert client.api_usage["api-usage"].total == 100_000
    assert client.restful("sobjects")["maxBatchSize"] == 200


def _refusals(client: Any) -> None:
    errors = simple_salesforce.exceptions
    with pytest.raises(errors.SalesforceMalformedRequest, match="INVALID_FIELD"):
        client.query("SELECT Nope FROM Account")
    with pytest.raises(errors.SalesforceResourceNotFound, match="NOT_FOUND"):
        client.Account.get("001Kv0000000zzzIAA"[:15])


def test_an_independent_client_follows_pages_and_signs_in_again() -> None:
    with signed_in() as client:
        for number in range(0, 2200, 200):
            records = [{"attributes": {"type": "Account"}, "Name": f"Bolag {number + one}"} for one in range(200)]
            made = client.restful("composite/sobjects", method="POST", json={"allOrNone": False, "records": records})
            assert all(one["success"] for one in made)
        found = client.query_all("SELECT Id, Name FROM Account WHERE Name LIKE 'Bolag %'")
        assert (found["totalSize"], found["done"]) == (2200, True)
        assert len({row["Id"] for row in found["records"]}) == 2200
        assert sum(1 for _ in client.query_all_iter("SELECT Id FROM Account")) == 2203
        client.headers["Authorization"] = "Bearer gone"
        assert client.query("SELECT COUNT() FROM Account")["totalSize"] == 2203


def test_a_wrong_secret_is_told_in_the_clients_own_error() -> None:
    with served() as port, requests.Session() as session:
        session.trust_env = False
        session.mount("https://", ToLoopback(port))
        with pytest.raises(simple_salesforce.exceptions.SalesforceAuthenticationFailed, match="invalid_client"):
            simple_salesforce.Salesforce(
                consumer_key="demo", consumer_secret="wrong", domain="kvitt.my", session=session
            )
