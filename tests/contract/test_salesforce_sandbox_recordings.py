"""The sandbox answers recorded requests as Salesforce did."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sync.sandbox.salesforce.data.objects import OBJECTS
from tests.contract.conftest import Count
from tests.contract.salesforce_recordings import Recording, org_of, plain, read_recordings

pytestmark = pytest.mark.shared

# An admin's or an edition's choice, not the platform's: what was recorded belongs to the recorded org.
OF_THE_ORG = frozenset({"label", "labelPlural", "recordTypeInfos", "urls", "fields", "childRelationships", "mergeable"})
# The recorded org has person accounts: an Account's name can be a person's.
PERSON_ACCOUNTS = frozenset({("Account", "Name", "compoundFieldName"), ("Account", "Name", "extraTypeInfo")})


def replayed(recording: Recording) -> httpx.Response:
    app = org_of(recording)

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            form = {"grant_type": "client_credentials", "client_id": "demo", "client_secret": "demo"}
            token = (await client.post("/services/oauth2/token", data=form)).json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            return await client.request(
                recording.method, recording.path, params=recording.query or None, json=recording.sent, headers=headers
            )

    return asyncio.run(send())


def differences(recording: Recording) -> list[str]:
    response = replayed(recording)
    if response.status_code != recording.status:
        return [f"status {response.status_code}, recorded {recording.status}: {response.text[:300]}"]
    if recording.path.endswith("/describe"):
        return list(described(recording.answer, response.json()))
    writes = recording.method != "GET" and not recording.path.endswith("/composite")
    was, now = plain(recording.answer, ids=writes), plain(response.json(), ids=writes)
    if isinstance(was, dict) and "records" in was:
        now["records"] = now["records"][: len(was["records"])]
    return [] if was == now else [f"served {now}, recorded {was}"]


def described(was: Any, now: Any) -> Iterator[str]:
    """Yield what a describe lacks of a recorded one, or has otherwise."""
    for key in sorted(was.keys() - OF_THE_ORG):
        if key not in now:
            yield f"{key} is missing"
        elif type(was[key]) is not type(now[key]) or (isinstance(was[key], str | bool) and was[key] != now[key]):
            yield f"{key} is {now[key]!r}, recorded {was[key]!r}"
    served = {field["name"]: field for field in now["fields"]}
    for field in was["fields"]:
        if field["name"] not in served:
            yield f"the field {field['name']} is missing"
            continue
        other = served[field["name"]]
        for key in sorted(field.keys() - {"label", "picklistValues"}):
            if (was["name"], field["name"], key) in PERSON_ACCOUNTS:
                continue
            if other.get(key, "missing") != field[key]:
                yield f"{field['name']}.{key} is {other.get(key, 'missing')!r}, recorded {field[key]!r}"
    yield from _related(was["childRelationships"], now["childRelationships"])


def _related(was: list[Any], now: list[Any]) -> Iterator[str]:
    served = {(one["childSObject"], one["field"]): one for one in now}
    for one in was:
        if one["childSObject"] not in OBJECTS:
            continue
        other = served.get((one["childSObject"], one["field"]))
        if other is None or other.keys() != one.keys() or other["relationshipName"] != one["relationshipName"]:
            yield f"the relationship {one['relationshipName']} is {other}, recorded {one}"


def test_the_sandbox_answers_every_recorded_request_as_salesforce_did(count: Count) -> None:
    recordings = read_recordings()
    played = [one for one in recordings if one.objects() <= set(OBJECTS)]
    found = {one.name: differences(one) for one in played}
    served = [name for name, wrong in found.items() if not wrong]
    for wrong in found.values():
        count("Salesforce, seeded rows", not wrong)
    assert len(played) >= 24
    assert len(served) == len(played), "\n".join(f"{name}: {one}" for name, wrong in found.items() for one in wrong)
