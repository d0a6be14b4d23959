"""The sandbox as a whole: control routes, truth, faults, restart, real sockets."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from sync.sandbox.keeper import SandboxError
from sync.sandbox.sandbox import Sandbox
from sync.sandbox.serving.server import build, running, serve
from tests.sandbox.fortnox_bench import StandingClock, no_crm, row, tiny_world

Script = Callable[[httpx.AsyncClient], Awaitable[Any]]
PORT = 8600


def talk(sandbox: Sandbox, script: Script) -> Any:
    async def run() -> Any:
        transport = sandbox.transport()
        async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{PORT}") as client:
            await log_in(client)
            return await script(client)

    return asyncio.run(run())


async def log_in(client: httpx.AsyncClient, tenant: int = 1001) -> None:
    answer = await client.post(
        "/oauth-v1/token",
        data={"grant_type": "client_credentials"},
        headers={"TenantId": str(tenant)},
        auth=("demo", "demo"),
    )
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


def draft(reference: str = "upsales-42-1", **head: Any) -> dict[str, Any]:
    fields = {"CustomerNumber": "1", "ExternalInvoiceReference1": reference, "InvoiceRows": [row(1, 100)]}
    return {"Invoice": fields | head}


def world_in_memory(**more: Any) -> Sandbox:
    return build(
        tiny_world(),
        port=PORT,
        crm=no_crm(),
        clock=StandingClock(datetime(2025, 6, 2, 8, tzinfo=UTC)),
        **more,
    )


def test_a_seeded_world_has_its_customers_articles_and_old_invoices() -> None:
    async def script(client: httpx.AsyncClient) -> None:
        listed = (await client.get("/3/invoices")).json()["Invoices"]
        assert [(one["InvoiceDate"], one["Booked"]) for one in listed] == [
            ("2024-03-01", False),
            ("2024-05-02", True),
        ]
        later = await client.get("/3/invoices", params={"lastmodified": "2024-05-01"})
        assert len(later.json()["Invoices"]) == 1
        assert (await client.get("/3/articles/P1")).json()["Article"]["SalesPrice"] == 159
        assert (await client.get("/3/customers/1")).json()["Customer"]["Name"] == "Acme 'Best' AB"
        years = (await client.get("/3/financialyears")).json()["FinancialYears"]
        assert [one["FromDate"][:4] for one in years] == ["2024", "2025", "2026"]
        assert (await client.get("/3/currencies/EUR")).json()["Currency"]["SellRate"] == 11.25

    talk(world_in_memory(), script)


def test_info_says_everything_a_client_needs() -> None:
    async def script(client: httpx.AsyncClient) -> Any:
        return (await client.get("/_sandbox/info")).json()

    info = talk(world_in_memory(), script)
    assert info["world"] == "tiny"
    assert info["crms"][0] == {
        "system": "upsales",
        "account": "7",
        "won_stage_id": 12,
        "lost_stage_id": 13,
        "reference_user_id": 1,
        "base_url": "http://127.0.0.1:8602",
        "token": "demo",
        "routing": {"rules": [], "otherwise": "only"},
    }
    assert info["companies"][0] == {
        "key": "north",
        "name": "North AB",
        "organisation_number": "556677-8899",
        "database_number": 1001,
        "base_url": "http://127.0.0.1:8600",
        "client_id": "demo",
        "client_secret": "demo",
        "tenant_id": "1001",
        "go_live": "2025-01-01",
    }
    assert info["accountant"] == {"next_due": None, "last_action": None}


def test_several_companies_are_routed_by_their_key() -> None:
    async def script(client: httpx.AsyncClient) -> Any:
        return (await client.get("/_sandbox/info")).json()["crms"][0]["routing"]["rules"]

    sandbox = build(tiny_world(companies=2), port=PORT, crm=no_crm())
    rule = {"to": "south", "when": {"field": "custom.LEGAL_ENTITY", "equals": "south"}}
    assert talk(sandbox, script)[1] == rule


def test_the_truth_counts_documents_duplicates_lost_deals_and_calls() -> None:
    def deal(number: str, day: str = "2025-02-01", flaw: str = "") -> dict[str, Any]:
        return {"id": number, "company": "north", "day": day, "flaw": flaw}

    won = [deal("42"), deal("43"), deal("44", flaw="vat"), deal("45", "2024-12-31"), deal("4")]
    sandbox = build(tiny_world(), port=PORT, crm=no_crm(won))

    async def script(client: httpx.AsyncClient) -> Any:
        await client.post("/3/invoices", json=draft("upsales-42-1"))
        await client.post("/3/invoices", json=draft("upsales-42-1"))
        cancelled = (await client.post("/3/invoices", json=draft("upsales-4-1"))).json()["Invoice"]["DocumentNumber"]
        await client.put(f"/3/invoices/{cancelled}/cancel")
        for name in ("Ny AB", "ny ab "):
            await client.post("/3/customers", json={"Customer": {"Name": name}})
        await client.post("/3/articles", json={"Article": {"Description": "hammer"}})
        await client.put("/3/invoices/3/bookkeep")
        return (await client.get("/_sandbox/truth")).json()

    truth = talk(sandbox, script)
    assert truth["crm"] == {"deals": 5, "gross": "0.00", "discount": "0.00", "net": "0.00"}
    expected = {"customers": 3, "articles": 2, "documents": 4, "booked_net": "1690.00", "throttled": 0}
    assert truth["fortnox"] == expected
    assert (truth["duplicates"], truth["lost"]) == (3, 1)
    assert truth["calls"] == {"fortnox": 9, "crm": 0}
    assert truth["writes"] == {"fortnox": 8, "crm": 0}


def test_a_fully_credited_document_is_no_duplicate_and_its_credit_lowers_the_net() -> None:
    sandbox = world_in_memory()

    async def script(client: httpx.AsyncClient) -> Any:
        for _ in range(2):
            await client.post("/3/invoices", json=draft())
        await client.put("/3/invoices/3/bookkeep")
        before = (await client.get("/_sandbox/truth")).json()
        note = (await client.put("/3/invoices/3/credit")).json()["Invoice"]["CreditInvoiceReference"]
        await client.put(f"/3/invoices/{note}/bookkeep")
        return before, (await client.get("/_sandbox/truth")).json()

    before, after = talk(sandbox, script)
    assert (before["duplicates"], before["fortnox"]["booked_net"]) == (1, "1690.00")
    assert (after["duplicates"], after["fortnox"]["booked_net"]) == (0, "1590.00")
    assert after["fortnox"]["documents"] == before["fortnox"]["documents"]


def test_booking_all_and_hand_edits_go_through_the_rules_and_move_lastmodified() -> None:
    sandbox = world_in_memory()

    async def edit(client: httpx.AsyncClient, kind: str, key: str, **fields: Any) -> httpx.Response:
        wish = {"system": "fortnox", "company": "north", "kind": kind, "id": key, "fields": fields}
        return await client.post("/_sandbox/edit", json=wish)

    async def script(client: httpx.AsyncClient) -> None:
        await client.post("/3/invoices", json=draft())
        changed = await edit(client, "invoices", "3", InvoiceRows=[row(2, 100)])
        assert (changed.json()["Net"], changed.json()["@url"][-2:]) == (200, "/3")
        since = {"lastmodified": "2025-06-02 09:59"}
        assert len((await client.get("/3/invoices", params=since)).json()["Invoices"]) == 1
        assert (await client.post("/_sandbox/book-all")).json() == {"booked": 2}
        refused = await edit(client, "invoices", "3", Freight=5)
        assert (refused.status_code, "bokförd" in refused.json()["error"]) == (400, True)
        await edit(client, "invoices", "3", action="credit")
        assert (await client.get("/3/invoices/4")).json()["Invoice"]["Credit"] == "true"
        await edit(client, "invoicepayments", "", InvoiceNumber=3, Amount=10)
        assert (await client.get("/3/invoices/3")).json()["Invoice"]["Balance"] == 240
        await edit(client, "customers", "1", Name="Renamed")
        assert (await client.get("/3/customers/1")).json()["Customer"]["Name"] == "Renamed"
        await edit(client, "lockedperiod", "", EndDate="2024-12-31")
        assert (await client.get("/3/settings/lockedperiod")).json()["LockedPeriod"]["EndDate"] == "2024-12-31"
        assert (await edit(client, "nothing", "1")).status_code == 400

    talk(sandbox, script)


def test_wrong_wishes_get_a_sentence() -> None:
    async def script(client: httpx.AsyncClient) -> None:
        for path, wish in (
            ("clock", {"speed": 0}),
            ("clock", {"speed": 2}),
            ("faults", {"fault": "429"}),
            ("faults", [{"system": "fortnox", "fault": "explosion"}]),
            ("faults", [{"system": "fortnox", "fault": "429", "colour": 1}]),
            ("faults", [{"system": "fortnox", "fault": "delay", "seconds": "soon"}]),
            ("faults", [{"system": "fortnox", "fault": "429", "path": "("}]),
            ("edit", {"system": "fortnox"}),
            ("edit", {"system": "fortnox", "company": "x", "kind": "invoices", "id": 1, "fields": {}}),
            ("edit", {"system": "x", "kind": "invoices", "id": 1, "fields": {}}),
            ("edit", {"system": "upsales", "kind": "orders", "id": 1, "fields": {}}),
        ):
            answer = await client.post(f"/_sandbox/{path}", json=wish)
            assert answer.status_code == 400, path
            assert answer.json()["error"].endswith(("}.", ".", "}", "]."))
        assert (await client.get("/_sandbox/nothing")).status_code == 404

    talk(world_in_memory(), script)


def test_control_routes_answer_on_loopback_only() -> None:
    sandbox = world_in_memory()

    async def run() -> int:
        app = sandbox.apps[PORT]
        far = httpx.ASGITransport(app=app, client=("10.1.2.3", 5))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=far, base_url="http://sandbox") as client:
            return (await client.get("/_sandbox/info")).status_code

    assert asyncio.run(run()) == 403


def test_another_port_is_a_refused_connection() -> None:
    async def script(client: httpx.AsyncClient) -> None:
        assert (await client.get("http://127.0.0.1:8602/api/v2/x")).status_code == 404
        with pytest.raises(httpx.ConnectError):
            await client.get("http://127.0.0.1:8601/")

    talk(world_in_memory(), script)


FAULTS = ("status_500_before", "timeout_before", "html_200", "429", "expired_token")
EFFECTS = ("status_500_after", "timeout_after", "cut_body")


@pytest.mark.parametrize("fault", [*FAULTS, *EFFECTS, "delay"])
def test_a_fault_takes_effect_as_often_as_asked_and_is_counted(fault: str) -> None:
    sandbox = world_in_memory()

    async def post(client: httpx.AsyncClient) -> int | str:
        try:
            return (await client.post("/3/invoices", json=draft())).status_code
        except httpx.TransportError as error:
            return type(error).__name__

    async def script(client: httpx.AsyncClient) -> Any:
        wish = {"system": "fortnox", "method": "POST", "path": "/3/inv", "fault": fault, "seconds": 1.5}
        await client.post("/_sandbox/faults", json=[wish])
        assert (await client.get("/3/invoices")).status_code == 200
        results = [await post(client), await post(client)]
        counted = (await client.get("/_sandbox/faults")).json()
        assert (await client.delete("/_sandbox/faults")).json() == []
        return results, counted[0]["taken"]

    results, taken = talk(sandbox, script)
    seen = {
        "status_500_before": 500,
        "status_500_after": 500,
        "timeout_before": "ReadTimeout",
        "timeout_after": "ReadTimeout",
        "cut_body": "RemoteProtocolError",
        "html_200": 200,
        "429": 429,
        "expired_token": 401,
        "delay": 201,
    }
    assert (results, taken) == ([seen[fault], 201], 1)
    made = 1 if fault in FAULTS else 2
    assert sandbox.fortnox.companies[1001].tables.count("invoices") == 2 + made


def test_a_fault_after_the_effect_waits_for_a_request_that_succeeds() -> None:
    sandbox = world_in_memory()

    async def script(client: httpx.AsyncClient) -> Any:
        await client.post("/_sandbox/faults", json=[{"system": "fortnox", "path": "inv.*s$|inv", "fault": "cut_body"}])
        refused = await client.post("/3/invoices", json=draft(CustomerNumber="99"))
        return refused.status_code, (await client.get("/_sandbox/faults")).json()[0]["taken"]

    assert talk(sandbox, script) == (400, 0)


def test_every_answer_is_dated_by_the_sandbox_clock() -> None:
    async def script(client: httpx.AsyncClient) -> Any:
        return [(await client.get(path)).headers.get_list("date") for path in ("/3/invoices", "/_sandbox/clock")]

    assert talk(world_in_memory(), script) == [["Mon, 02 Jun 2025 08:00:00 GMT"]] * 2


def free_port() -> int:
    """Return a port that is free and whose port + 2 is free as well."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                other.bind(("127.0.0.1", port + 2))
            except OSError:
                continue
            return port


def test_over_real_sockets_the_accountant_works_and_faults_drop_connections() -> None:
    async def run() -> None:
        sandbox = build(tiny_world(), speed=10_000, crm=no_crm())
        async with (
            running(sandbox, free_port()) as port,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
        ):
            assert (await client.get("/_sandbox/info")).json()["companies"][0]["base_url"].endswith(str(port))
            await log_in(client)
            made = await client.post("/3/invoices", json=draft())
            assert (made.status_code, len(made.headers.get_list("date"))) == (201, 1)
            wishes = [{"system": "fortnox", "path": "/3/me", "fault": name} for name in ("timeout_after", "cut_body")]
            await client.post("/_sandbox/faults", json=wishes)
            await log_in(client)
            for _ in wishes:
                with pytest.raises(httpx.RemoteProtocolError):
                    await client.get("/3/me")
            delay = {"system": "fortnox", "path": "/3/me", "fault": "delay", "seconds": 0.5}
            await client.post("/_sandbox/faults", json=[delay])
            assert (await client.get("/3/me")).status_code == 200
            assert [one["taken"] for one in (await client.get("/_sandbox/faults")).json()] == [1, 1, 1]
            assert (await client.get(f"http://127.0.0.1:{port + 2}/")).status_code == 404
            while (await client.get("/_sandbox/info")).json()["accountant"]["next_due"] is not None:
                pass

    asyncio.run(asyncio.wait_for(run(), 30))


def test_a_delayed_write_takes_effect_though_its_caller_has_gone() -> None:
    async def run() -> None:
        sandbox = build(tiny_world(), speed=1000, crm=no_crm())
        async with (
            running(sandbox, free_port()) as port,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=httpx.Timeout(30, read=0.05)) as hasty,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as patient,
        ):
            await log_in(patient)
            wish = {"system": "fortnox", "method": "POST", "path": "/3/inv", "fault": "delay", "seconds": 500}
            await patient.post("/_sandbox/faults", json=[wish])
            invoices = sandbox.fortnox.companies[1001].tables
            before = invoices.count("invoices")
            with pytest.raises(httpx.ReadTimeout):
                await hasty.post("/3/invoices", json=draft(), headers=patient.headers)
            await hasty.aclose()
            assert invoices.count("invoices") == before
            while invoices.count("invoices") == before:
                await patient.get("/_sandbox/clock")
            assert invoices.count("invoices") == before + 1

    asyncio.run(asyncio.wait_for(run(), 30))


def test_a_taken_port_is_named() -> None:
    async def run(port: int) -> None:
        await serve(build(tiny_world(), crm=no_crm()), port)

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=f"Port {port} on 127.0.0.1 is taken"):
            asyncio.run(run(port))
