"""What a web page, or a wish that nobody means, can do to a running sandbox: nothing."""

import asyncio
from datetime import date
from typing import Any

import httpx
import pytest

from sync.sandbox.sandbox import Sandbox
from sync.sandbox.serving.json_body import read_json
from sync.sandbox.serving.server import build
from sync.sandbox.upsales.quirks import UpsalesQuirks
from sync.sandbox.worlds.demo_world import demo_world
from tests.sandbox.fortnox_bench import no_crm, tiny_world
from tests.sandbox.upsales_account import Account, small_world

PLACES = {
    "control": "http://127.0.0.1:8600/_sandbox/info",
    "fortnox": "http://127.0.0.1:8600/3/invoices",
    "upsales": "http://127.0.0.1:8602/api/v2/orders?token=demo",
}
DEEP = "[" * 100_000 + "]" * 100_000


def sent(sandbox: Sandbox, method: str, url: str, **more: Any) -> httpx.Response:
    async def run() -> httpx.Response:
        async with httpx.AsyncClient(transport=sandbox.transport()) as client:
            return await client.request(method, url, **more)

    return asyncio.run(run())


@pytest.fixture(scope="module")
def played() -> Sandbox:
    return build(small_world())


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://attacker.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1.attacker.example"},
        {"Origin": "http://localhost@attacker.example"},
        {"Host": "attacker.example"},
        {"Host": "127.0.0.1.attacker.example:8600"},
        {"Host": "[::1"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    ],
    ids=str,
)
def test_g3_no_foreign_web_page_reaches_a_sandbox(played: Sandbox, place: str, headers: dict[str, str]) -> None:
    answer = sent(played, "GET", PLACES[place], headers=headers)
    assert answer.status_code == 403
    assert "not web pages" in answer.json()["error"]
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "localhost:8600"},
        {"Host": "[::1]:8600", "Origin": "http://[::1]:8600"},
        {"Origin": "http://localhost:8501"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ],
    ids=str,
)
def test_g3_programs_and_pages_of_this_machine_are_answered(
    played: Sandbox, place: str, headers: dict[str, str]
) -> None:
    answer = sent(played, "GET", PLACES[place], headers=headers)
    assert answer.status_code == (401 if place == "fortnox" else 200)
    assert "access-control-allow-origin" not in answer.headers


def test_g3_a_foreign_page_cannot_clear_faults_or_edit(played: Sandbox) -> None:
    played.plan.add([{"system": "upsales", "fault": "429", "path": "/never"}])
    page = {"Origin": "https://attacker.example", "Content-Type": "text/plain"}
    assert sent(played, "DELETE", "http://127.0.0.1:8600/_sandbox/faults", headers=page).status_code == 403
    assert sent(played, "POST", "http://127.0.0.1:8600/_sandbox/book-all", headers=page).status_code == 403
    assert len(played.plan.faults) == 1
    played.plan.clear()


def test_g3_a_test_may_ask_for_upsales_own_open_door() -> None:
    open_door = Account(UpsalesQuirks(open_to_web_pages=True)).call("GET", "/self")
    assert open_door.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in Account().call("GET", "/self").headers


def fault(text: str) -> str:
    return f'[{{"system": "fortnox", "fault": "delay", {text}}}]'


def edit(text: str, system: str = "fortnox") -> str:
    return f'{{"system": "{system}", "company": "nord", "kind": "invoices", "id": "1", "fields": {{}}, {text}}}'


@pytest.mark.parametrize(
    ("route", "body"),
    [
        *((route, DEEP) for route in ("clock", "faults", "edit")),
        ("edit", '{"a":' * 90_000 + "1" + "}" * 90_000),
        ("edit", edit(f'"fields": {{"Name": {"[" * 101 + "]" * 101}}}')),
        *(("clock", f'{{"speed": {speed}}}') for speed in ("1e400", "1e-400", "NaN", "-Infinity", "true", "[1]", "0")),
        ("clock", "9" * 5_000),
        *(("faults", fault(f'"seconds": {much}')) for much in ("1e400", "1e300", "-1", "NaN", '"soon"')),
        *(("faults", fault(f'"times": {much}')) for much in ("1e999999999", "-1", "1.5", "9" * 5_000)),
        *(("faults", fault(f'"status": {status}')) for status in ("99999", "100", "0", "null")),
        ("faults", fault('"path": "("')),
        ("faults", fault('"change": [1]')),
        ("faults", fault('"system": ["fortnox"]')),
        ("faults", '[{"system": "fortnox", "fault": ["delay"]}]'),
        *(("edit", edit(f'"{name}": ["a"]')) for name in ("system", "kind", "id", "fields", "company")),
        *(("edit", edit(f'"fields": {{"action": {action}}}')) for action in ('["x"]', '{"a": 1}', "7")),
        ("edit", edit('"kind": "invoicepayments", "id": "", "fields": {"InvoiceNumber": "1", "Amount": 1e300}')),
        ("edit", edit('"fields": {"Comments": "\\ud800"}')),
        ("edit", edit('"kind": "../self"', "upsales")),
        ("edit", edit('"kind": "å b", "id": "1?x=1#y"', "upsales")),
        ("edit", b"\xff\xfe"),
        ("edit", "null"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_g3_a_wish_that_cannot_be_granted_is_a_sentence(played: Sandbox, route: str, body: str | bytes) -> None:
    answer = sent(played, "POST", f"http://127.0.0.1:8600/_sandbox/{route}", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_g3_a_body_that_cannot_be_altered_is_taken_as_it_is() -> None:
    sandbox = build(tiny_world(), crm=no_crm())
    for body in ("[1]", '{"Invoice": 1}', "nonsense", DEEP):
        sandbox.plan.add([{"system": "fortnox", "fault": "alter", "change": {"Freight": 1}}])
        assert sent(sandbox, "POST", "http://127.0.0.1:8600/3/invoices", content=body).status_code == 401
        assert sandbox.plan.faults[-1].taken == 1


@pytest.mark.parametrize(
    "text",
    [DEEP, "[" * 102 + "]" * 102, '{"a":' * 101 + "1" + "}" * 101, "NaN", "[-Infinity]", "1e309", "-1e-309",
     "9" * 401, f"0.{'9' * 401}", '"\\ud800"', '{"\\udfff": 1}'],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_g3_what_no_system_could_store_is_no_json(text: str) -> None:
    with pytest.raises(ValueError):
        read_json(text)
    assert read_json("[" * 100 + "1e308" + "]" * 100)


@pytest.mark.parametrize("place", ["http://127.0.0.1:8602/api/v2/orders?token=demo", "http://127.0.0.1:8600/3/orders"])
@pytest.mark.parametrize("body", [DEEP, '{"a": NaN}', '{"a": 1e400}', '{"a": "\\ud800"}'], ids=lambda body: body[:20])
def test_g3_the_played_systems_refuse_the_same_bodies(played: Sandbox, place: str, body: str) -> None:
    token = sent(
        played,
        "POST",
        "http://127.0.0.1:8600/oauth-v1/token",
        data={"grant_type": "client_credentials"},
        headers={"TenantId": "1"},
        auth=("demo", "demo"),
    ).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    assert sent(played, "POST", place, content=body, headers=headers).status_code == 400


def test_i_a_sandbox_starts_without_a_worlds_faults_unless_it_is_asked_for_them() -> None:
    world = demo_world(date(2026, 6, 2))
    assert build(world).plan.as_json() == []
    assert len(build(world, scripted_faults=True).plan.as_json()) == len(world.faults) == 6
