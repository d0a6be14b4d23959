"""The demo world's Fortnox has the recorded keys and types: what a demo shows is what Fortnox would answer."""

import asyncio
import re
from datetime import UTC, date, datetime

import httpx
import pytest
import simplejson

from sync.sandbox.fortnox import FortnoxApp, FortnoxQuirks
from sync.sandbox.fortnox.seed import seed_fortnox
from sync.sandbox.tables import Tables
from sync.sandbox.worlds.demo_world import demo_world
from tests.contract.conftest import Count
from tests.contract.shapes import Shape, lacks, shape
from tests.contract.test_fortnox_sandbox_recordings import ALL, RECORDINGS, Recording
from tests.sandbox.fortnox_bench import StandingClock

pytestmark = pytest.mark.shared

# A world of made-up sales has neither orders nor projects in Fortnox.
NOT_IN_A_DEMO = ("orders", "projects")
# A number in 2023, a text since 2024.
CHANGED_LATER = ".Invoice.ContractReference "


@pytest.fixture(scope="module")
def company() -> FortnoxApp:
    world, clock = demo_world(date(2026, 6, 2)), StandingClock(datetime(2026, 6, 2, 8, tzinfo=UTC))
    by_key = {one.key: Tables() for one in world.companies}
    seed_fortnox(by_key, world, clock)
    return FortnoxApp(
        {one.database_number: by_key[one.key] for one in world.companies}, clock, FortnoxQuirks(window_requests=1_000)
    )


def answered(app: FortnoxApp, path: str, query: dict[str, str]) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            form, tenant = {"grant_type": "client_credentials"}, {"TenantId": str(next(iter(app.companies)))}
            token = await client.post("/oauth-v1/token", data=form, headers=tenant, auth=("demo", "demo"))
            headers = {"Authorization": f"Bearer {token.json()['access_token']}"}
            return await client.get(path, params=query, headers=headers)

    return asyncio.run(send())


def own_path(app: FortnoxApp, recording: Recording) -> str:
    """Return the recorded path with a key that the demo world has."""
    found = re.fullmatch(r"(/3/\w+/)[^/]+/?", recording.path)
    if found is None:
        return recording.path
    listed = answered(app, found[1], {"limit": "1"}).json()
    [row] = next(rows for name, rows in listed.items() if name != "MetaInformation")[:1]
    return re.sub(r"^https?://[^/]+", "", row["@url"])


def differences(app: FortnoxApp, recording: Recording, recorded: Shape) -> list[str]:
    response = answered(app, own_path(app, recording), recording.query)
    if response.status_code != 200:
        return [f"status {response.status_code}: {response.text[:200]}"]
    found = lacks(recorded, shape(simplejson.loads(response.text, use_decimal=True)))
    return [one for one in found if not one.startswith(CHANGED_LATER)]


def test_i_the_demo_world_has_every_recorded_key_and_type(company: FortnoxApp, count: Count) -> None:
    if not ALL:
        pytest.skip(f"the recordings are not part of the project and are not at {RECORDINGS}")
    reads = [one for one in ALL if one.method == "GET" and one.status == 200 and one.day >= "2022"]
    played = [one for one in reads if one.resource not in NOT_IN_A_DEMO]
    found = {one.name: differences(company, one, shape(one.body)) for one in played}
    for wrong in found.values():
        count("Fortnox, demo world", not wrong)
    assert len(found) >= 15
    assert not any(found.values()), "\n".join(f"{name}: {one}" for name, wrong in found.items() for one in wrong)
