"""Every recorded Salesforce answer of a kind that we use is read by our own client."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
import simplejson

from sync.connectors.errors import ApiError, AuthLost, Busy, NoAnswer, Refused, Throttled
from sync.connectors.salesforce.auth import SalesforceAccess
from sync.connectors.salesforce.client import Salesforce
from sync.connectors.salesforce.fields import SalesforceFields
from sync.connectors.salesforce.rest import Rest
from sync.connectors.salesforce.shapes import Shape, plain
from sync.connectors.salesforce.values import stamp
from tests.contract.test_clients_parse_recordings import RECORDINGS
from tests.virtual_time import VirtualClock, run

pytestmark = pytest.mark.shared
HOST = "https://nord.my.salesforce.com"
PASSING = {"UNABLE_TO_LOCK_ROW": Busy, "REQUEST_LIMIT_EXCEEDED": Throttled, "FORBIDDEN": AuthLost}


def _read() -> list[dict[str, Any]]:
    if not RECORDINGS.is_dir():
        return []
    text = (RECORDINGS / "salesforce.jsonl").read_text(encoding="utf-8")
    return [simplejson.loads(line, use_decimal=True) for line in text.splitlines()]


ALL = _read()


def _named(chosen: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(each, id=f"{each['id']}-{each['response']['status']}") for each in chosen]


def _is(pattern: str, method: str = "GET") -> Callable[[dict[str, Any]], bool]:
    return lambda each: each["request"]["method"] == method and re.search(pattern, each["request"]["path"]) is not None


QUERIES = [each for each in ALL if _is(r"/query/?(\w+)?$")(each)]
DESCRIBES = [each for each in ALL if _is(r"/describe$")(each)]
WRITES = [
    each
    for each in ALL
    if each["request"]["method"] in {"POST", "PATCH"} and re.search(r"/sobjects/\w+/?", each["request"]["path"])
    and "composite" not in each["request"]["path"]
]  # fmt: skip
LOGINS = [each for each in ALL if _is(r"/oauth2/token$", "POST")(each)]


@pytest.fixture(autouse=True)
def _present() -> None:
    if not ALL:
        pytest.skip("the recordings lie beside the project only where it is developed")


def _text(body: Any) -> str:
    return body if isinstance(body, str) else "" if body is None else simplejson.dumps(body, use_decimal=True)


def _with(recording: dict[str, Any], use: Callable[[Rest], Any], kind: type[ApiError] | None = None) -> Any:
    """Let our client ask, answer with the recording, and return what it made of it."""
    clock = VirtualClock()
    status, text = recording["response"]["status"], _text(recording["response"]["body"])

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "T", "instance_url": HOST})
        return httpx.Response(status, text=text)

    async def main() -> Any:
        access = SalesforceAccess(HOST, "key", "secret")
        rest = Rest("salesforce:00D", access, "66.0", clock, lambda _call: None, httpx.MockTransport(answer))
        try:
            return await use(rest)
        except ApiError as error:
            return error
        finally:
            await rest.close()

    return run(main(), clock)


def test_there_are_recordings_of_everything_we_use() -> None:
    assert min(len(QUERIES), len(DESCRIBES), len(WRITES), len(LOGINS)) > 0
    print(f"\nqueries {len(QUERIES)}, describes {len(DESCRIBES)}, writes {len(WRITES)}, logins {len(LOGINS)}")  # noqa: T201


@pytest.mark.parametrize("recording", _named(QUERIES))
def test_a_recorded_query_is_read(recording: dict[str, Any]) -> None:
    body = recording["response"]["body"]
    found = _with(recording, lambda rest: rest.query("SELECT Id FROM Account"))
    if recording["response"]["status"] == 200:
        assert found.body["totalSize"] == body["totalSize"]
        for row, sent in zip(found.body["records"], body["records"], strict=True):
            assert "attributes" not in plain(row)
            assert set(plain(row)) == set(sent) - {"attributes"}
    else:
        _check_refusal(found, recording)


@pytest.mark.parametrize("recording", _named([e for e in QUERIES if e["response"]["status"] == 200]))
def test_a_recorded_page_ends_where_it_says_it_is_done(recording: dict[str, Any]) -> None:
    """One recording says `done` and names a next page all the same (salesforce/FACTS.md 3.3)."""
    body = recording["response"]["body"]
    if body["done"]:
        rows = _with(recording, lambda rest: rest.all("SELECT Id FROM Account"))
        assert len(rows) == len(body["records"])


def test_children_with_pages_of_their_own_are_read_to_their_end() -> None:
    nested = next(each for each in QUERIES if "(SELECT Id, LastName FROM Contacts)" in str(each["request"]["query"]))
    parent = nested["response"]["body"]["records"][0]
    child = parent["Contacts"]
    assert not child["done"]
    last = {"totalSize": child["totalSize"], "done": True, "records": [{"Id": "the last"}]}
    asked: list[str] = []

    async def use(rest: Rest) -> Any:
        rest._api._http._transport = httpx.MockTransport(  # the recorded pages, then one that ends them
            lambda request: (asked.append(unquote(str(request.url.raw_path, "ascii"))), httpx.Response(200, json=last))[
                1
            ]
        )
        rest._session._token = "T"
        return await rest.with_rows([parent], "Contacts")

    (found,) = _with(nested, use)
    assert asked == [child["nextRecordsUrl"]]
    assert found["Contacts"] == [*child["records"], {"Id": "the last"}]


@pytest.mark.parametrize("recording", _named(DESCRIBES))
def test_a_recorded_description_tells_what_may_be_set(recording: dict[str, Any]) -> None:
    if recording["response"]["status"] != 200:
        _check_refusal(_with(recording, lambda rest: rest.describe("Account")), recording)
        return
    body = _with(recording, lambda rest: rest.describe("Account")).body
    body = body.get("compositeResponse", [{"body": body}])[0]["body"]
    fields = SalesforceFields()
    fields.learn("Account", body["fields"], [str(each["name"]) for each in body["fields"]] + ["Nope__c"])
    assert fields.missing["Account"] == {"Nope__c"}
    closed = [each["name"] for each in body["fields"] if not each["updateable"]]
    assert list(fields.unwritable("Account", [each["name"] for each in body["fields"]])) == closed


@pytest.mark.parametrize("recording", _named(WRITES))
def test_a_recorded_write_is_judged(recording: dict[str, Any]) -> None:
    status, body = recording["response"]["status"], recording["response"]["body"]
    shapes = {"account": Shape("Account", ("Name",))}

    async def use(rest: Rest) -> Any:
        client = Salesforce("salesforce:00D", rest, shapes, "SEK", VirtualClock())
        return await client.update("account", "001", {"Name": "x"})

    outcome = _with(recording, use)
    if status < 300 and (body is None or body.get("success") is not False):
        assert outcome.kind == "done"
        assert outcome.record_id == ("001" if body is None else body["id"])
        return
    if status == 300:
        assert (outcome.kind, outcome.code) == ("rejected", "300")
        return
    first = body[0] if isinstance(body, list) else body["errors"][0]
    code = first.get("errorCode") or first.get("statusCode")
    if code == "UNABLE_TO_LOCK_ROW":
        assert outcome.kind == "retry"
        return
    assert (outcome.kind, outcome.code, outcome.message) == ("rejected", code, first["message"])


@pytest.mark.parametrize(
    "recording",
    _named([e for e in ALL if e["response"]["status"] in {401, 403} and "token" not in e["request"]["path"]]),
)
def test_a_recorded_no_is_never_taken_for_data(recording: dict[str, Any]) -> None:
    found = _with(recording, lambda rest: rest.describe("Account"))
    assert isinstance(found, AuthLost | Throttled)
    assert "<" not in str(found)


@pytest.mark.parametrize("recording", _named(LOGINS))
def test_a_recorded_login_is_read(recording: dict[str, Any]) -> None:
    status, body = recording["response"]["status"], recording["response"]["body"]
    clock = VirtualClock()
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(status, text=_text(body))
        asked.append(f"{request.url.scheme}://{request.url.host}")
        return httpx.Response(200, json={"totalSize": 0, "done": True, "records": []})

    async def main() -> Any:
        access = SalesforceAccess(HOST, "key", "secret")
        rest = Rest("salesforce:00D", access, "66.0", clock, lambda _call: None, httpx.MockTransport(answer))
        return await rest.query("SELECT Id FROM Account")

    if status == 200:
        assert run(main(), clock).status == 200
        assert asked == [body["instance_url"]]
    else:
        with pytest.raises(AuthLost, match=re.escape(body["error_description"])):
            run(main(), clock)


def test_the_recorded_versions_are_compared_with_ours() -> None:
    versions = next(each for each in ALL if _is(r"/services/data/?$")(each))
    found = _with(versions, lambda rest: rest.check_version())
    assert isinstance(found, AuthLost)
    assert "66.0" in str(found)


def _check_refusal(found: Any, recording: dict[str, Any]) -> None:
    first = recording["response"]["body"][0]
    assert isinstance(found, PASSING.get(first["errorCode"], Refused)), found
    assert not isinstance(found, NoAnswer)
    assert first["message"][:40] in str(found)


def test_recorded_stamps_are_read() -> None:
    stamps = set(re.findall(r'"(\d{4}-\d\d-\d\dT[^"]*\+0000)"', simplejson.dumps(ALL, use_decimal=True)))
    assert stamps
    for text in stamps:
        moment = stamp(text)
        assert moment is not None
        assert moment.strftime("%Y-%m-%dT%H:%M:%S") == text[:19]
