"""The demo world's Upsales has the recorded keys and types: what a demo shows is what Upsales would answer."""

import asyncio
import re
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
import simplejson

from sync.sandbox.tables import Tables
from sync.sandbox.upsales.app import UpsalesApp
from sync.sandbox.upsales.data.seed import seed_upsales
from sync.sandbox.upsales.quirks import UpsalesQuirks
from sync.sandbox.worlds.demo_world import demo_world
from tests.contract.conftest import Count
from tests.contract.shapes import lacks, shape
from tests.contract.upsales_recordings import Recording, read_recordings, rows_of
from tests.sandbox.fortnox_bench import StandingClock

pytestmark = pytest.mark.shared

# A world of made-up sales has none of these rows.
NOT_IN_A_DEMO = ("agreements", "contacts", "productcategories")

# These keys follow a value (a number has a typed shadow) or an app that is active.
AS_THE_CASE_MAY_BE = re.compile(r"custom\[\]\.value\w+|\.integrations\.(inits|uiElements)\.")


@pytest.fixture(scope="module")
def account() -> UpsalesApp:
    clock, tables = StandingClock(datetime(2026, 6, 2, 8, tzinfo=UTC)), Tables()
    seed_upsales(tables, demo_world(date(2026, 6, 2)), clock)
    return UpsalesApp(tables, clock, quirks=UpsalesQuirks(rate_limit=100_000))


def answered(app: UpsalesApp, path: str, query: Any) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            return await client.get(path, params=query, headers={"Cookie": "token=demo"})

    return asyncio.run(send())


def own_path(app: UpsalesApp, recording: Recording) -> str:
    """Return the recorded path with an id that the demo world has."""
    found = re.fullmatch(r"(.*)/\d+/?", recording.path)
    if found is None:
        return recording.path
    return f"{found[1]}/{rows_of(answered(app, found[1], {'limit': 1}).json())[0]['id']}"


def differences(app: UpsalesApp, recording: Recording, recorded: dict[str, set[str]]) -> list[str]:
    response = answered(app, own_path(app, recording), recording.query)
    if response.status_code != 200:
        return [f"status {response.status_code}: {response.text[:200]}"]
    found = lacks(recorded, shape(simplejson.loads(response.text, use_decimal=True)))
    return [one for one in found if not AS_THE_CASE_MAY_BE.search(one)]


def test_i_the_demo_world_has_every_recorded_key_and_type(account: UpsalesApp, count: Count) -> None:
    reads = [one for one in read_recordings(pages=True) if one.method == "GET" and one.status == 200 and one.recent]
    played = [one for one in reads if one.resource not in NOT_IN_A_DEMO]
    found = {f"{one.path} {one.query}": differences(account, one, shape(one.answer)) for one in played}
    for wrong in found.values():
        count("Upsales, demo world", not wrong)
    assert len(found) >= 20
    assert not any(found.values()), "\n".join(f"{name}: {one}" for name, wrong in found.items() for one in wrong)
