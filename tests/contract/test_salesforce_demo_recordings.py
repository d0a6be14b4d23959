"""The demo world's Salesforce has the recorded keys and types: what a demo shows is what Salesforce would answer."""

import asyncio
from datetime import UTC, date, datetime

import httpx
import pytest

from sync.sandbox.salesforce.app import SalesforceApp
from sync.sandbox.salesforce.data.objects import OBJECTS
from sync.sandbox.salesforce.data.seed import seed_salesforce
from sync.sandbox.tables import Tables
from sync.sandbox.worlds.demo_world import demo_world
from tests.contract.conftest import Count
from tests.contract.salesforce_recordings import Recording, read_recordings
from tests.contract.shapes import lacks, shape
from tests.contract.test_salesforce_sandbox_recordings import described
from tests.sandbox.fortnox_bench import StandingClock

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def org() -> SalesforceApp:
    clock, tables = StandingClock(datetime(2026, 6, 2, 8, tzinfo=UTC)), Tables()
    seed_salesforce(tables, demo_world(date(2026, 6, 2)), clock)
    return SalesforceApp(tables, clock)


def answered(app: SalesforceApp, recording: Recording) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            form = {"grant_type": "client_credentials", "client_id": "demo", "client_secret": "demo"}
            token = (await client.post("/services/oauth2/token", data=form)).json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            return await client.get(recording.path, params=recording.query or None, headers=headers)

    return asyncio.run(send())


def differences(app: SalesforceApp, recording: Recording) -> list[str]:
    response = answered(app, recording)
    if response.status_code != recording.status:
        return [f"status {response.status_code}, recorded {recording.status}: {response.text[:300]}"]
    if recording.path.endswith("/describe"):
        return list(described(recording.answer, response.json()))
    return list(lacks(shape(recording.answer), shape(response.json())))


def test_i_the_demo_world_has_every_recorded_key_and_type(org: SalesforceApp, count: Count) -> None:
    reads = [one for one in read_recordings() if one.method == "GET" and one.objects() <= set(OBJECTS)]
    found = {one.name: differences(org, one) for one in reads}
    for wrong in found.values():
        count("Salesforce, demo world", not wrong)
    assert len(found) >= 8
    assert not any(found.values()), "\n".join(f"{name}: {one}" for name, wrong in found.items() for one in wrong)
