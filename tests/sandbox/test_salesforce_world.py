"""A whole sandbox whose CRM is Salesforce: worlds, truth, edits by hand, faults, restart."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from sync.sandbox.keeper import SandboxError
from sync.sandbox.salesforce.data.org import Org
from sync.sandbox.salesforce.data.seed import seed_salesforce
from sync.sandbox.salesforce.data.truth import salesforce_truth
from sync.sandbox.salesforce.quirks import SalesforceQuirks
from sync.sandbox.sandbox import Sandbox
from sync.sandbox.serving.server import build
from sync.sandbox.tables import Tables
from sync.sandbox.upsales.data.seed import seed_upsales
from sync.sandbox.upsales.data.truth import upsales_truth
from sync.sandbox.worlds.csv_world import read_csv_world
from sync.sandbox.worlds.demo_world import demo_world
from tests.sandbox.salesforce_org import BASE, CLIENT, Bench
from tests.sandbox.upsales_account import StandingClock, small_world

Script = Callable[[httpx.AsyncClient], Awaitable[Any]]
SHARED = Path(os.environ.get("KVITT_SHARED", Path(__file__).parents[2] / "../shared"))
NORTHWIND = SHARED / "data" / "northwind"
CONTROL = "http://127.0.0.1:8600/_sandbox"


def salesforce(data: Path | None = None, **more: Any) -> Sandbox:
    return build(small_world(), data, port=8600, system="salesforce", clock=StandingClock(), **more)


def talk(sandbox: Sandbox, script: Script) -> Any:
    async def run() -> Any:
        base = "http://127.0.0.1:8601"
        async with httpx.AsyncClient(transport=sandbox.transport(), base_url=base) as client:
            await sign_in(client)
            return await script(client)

    return asyncio.run(run())


async def sign_in(client: httpx.AsyncClient) -> None:
    token = (await client.post("/services/oauth2/token", data=CLIENT)).json()
    client.headers["Authorization"] = f"Bearer {token['access_token']}"


async def query(client: httpx.AsyncClient, statement: str) -> list[Any]:
    answer = (await client.get(f"{BASE}/query", params={"q": statement})).json()
    return list(answer["records"])


async def edit(client: httpx.AsyncClient, kind: str, identity: str, status: int = 200, **fields: Any) -> Any:
    wish = {"system": "salesforce", "kind": kind, "id": identity, "fields": fields}
    answer = await client.post(f"{CONTROL}/edit", json=wish)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_the_info_has_all_that_a_client_needs() -> None:
    async def script(client: httpx.AsyncClient) -> None:
        info = (await client.get(f"{CONTROL}/info")).json()
        crm = info["crms"][0]
        [organization] = await query(client, "SELECT Id, IsSandbox FROM Organization")
        assert (crm["system"], crm["base_url"]) == ("salesforce", "http://127.0.0.1:8601")
        assert (crm["organization_id"], crm["is_sandbox"]) == (organization["Id"], True)
        assert (crm["client_id"], crm["client_secret"], crm["multi_currency"]) == ("demo", "demo", True)
        assert info["crms"][0]["routing"]["rules"][0] == {
            "to": "nord",
            "when": {"field": "Legal_Entity__c", "equals": "nord"},
        }

    talk(salesforce(), script)


def test_the_truth_counts_won_deals_lines_and_kronor() -> None:
    sandbox = salesforce()
    truth = sandbox.truth()
    assert truth["crm"] == {"deals": 3, "gross": "575.00", "discount": "95.00", "net": "480.00"}
    assert truth["lost"] == 2

    async def script(client: httpx.AsyncClient) -> None:
        [line] = await query(client, "SELECT Id FROM OpportunityLineItem WHERE Opportunity.Name = 'Bänk'")
        await client.patch(f"{BASE}/sobjects/OpportunityLineItem/{line['Id']}", json={"Discount": 50})
        [deal] = await query(client, "SELECT Id FROM Opportunity WHERE Name = 'Euro'")
        await edit(client, "Opportunity", deal["Id"], action="delete")

    talk(sandbox, script)
    truth = sandbox.truth()
    assert truth["crm"] == {"deals": 2, "gross": "200.00", "discount": "100.00", "net": "100.00"}
    assert (truth["writes"]["crm"], truth["calls"]["crm"]) == (1, 4)


def test_a_hand_edit_is_a_persons_and_follows_the_rules() -> None:
    async def script(client: httpx.AsyncClient) -> None:
        [deal] = await query(client, "SELECT Id, OwnerId, LastModifiedById FROM Opportunity WHERE Name = 'Alster'")
        edited = await edit(client, "Opportunity", deal["Id"], StageName="Closed Won")
        assert (edited["IsWon"], edited["LastModifiedById"]) == (True, "005Kv0000000001IAA")
        refused = await edit(client, "Opportunity", deal["Id"], 400, IsWon=False)
        assert "INVALID_FIELD_FOR_INSERT_UPDATE" in refused["error"]
        made = await edit(client, "Account", "", Name="Ny AB")
        assert (await edit(client, "Account", made["Id"]))["Name"] == "Ny AB"
        assert await edit(client, "Account", made["Id"], action="delete") == {}
        assert "ENTITY_IS_DELETED" in (await edit(client, "Account", made["Id"], 400, Phone="1"))["error"]
        assert (await edit(client, "Account", made["Id"], action="undelete"))["IsDeleted"] is False
        assert "recycle bin" in (await edit(client, "Account", made["Id"], 400, action="undelete"))["error"]
        assert "no action" in (await edit(client, "Account", made["Id"], 400, action="burn"))["error"]
        assert "no object 'Nope'" in (await edit(client, "Nope", "1", 400))["error"]

    talk(salesforce(), script)


def test_an_undeleted_deal_has_its_lines_again() -> None:
    async def script(client: httpx.AsyncClient) -> None:
        [deal] = await query(client, "SELECT Id FROM Opportunity WHERE Name = 'Bänk'")
        lines = f"SELECT Id FROM OpportunityLineItem WHERE OpportunityId = '{deal['Id']}'"
        await edit(client, "Opportunity", deal["Id"], action="delete")
        assert await query(client, lines) == []
        await edit(client, "Opportunity", deal["Id"], action="undelete")
        assert len(await query(client, lines)) == 1

    talk(salesforce(), script)


def test_an_admin_ends_sessions_takes_fields_away_and_sets_rules() -> None:
    async def script(client: httpx.AsyncClient) -> None:
        [deal] = await query(client, "SELECT Id FROM Opportunity WHERE Name = 'Bänk'")
        path = f"{BASE}/sobjects/Opportunity/{deal['Id']}"
        await edit(client, "FieldPermission", "Opportunity.Fortnox_Status__c", editable=False)
        locked = await client.patch(path, json={"Fortnox_Status__c": "draft"})
        await edit(client, "FieldPermission", "Opportunity.Fortnox_Status__c", readable=False)
        hidden = await client.patch(path, json={"Fortnox_Status__c": "draft"})
        await edit(client, "FieldPermission", "Opportunity.Fortnox_Status__c")
        assert [one.json()[0]["errorCode"] for one in (locked, hidden)] == [
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "INVALID_FIELD",
        ]
        rule = {"object": "Opportunity", "field": "Fortnox_Status__c", "equals": "draft", "message": "Inte så här."}
        await edit(client, "ValidationRule", "no drafts", **rule)
        refused = await client.patch(path, json={"Fortnox_Status__c": "draft"})
        says = {"message": "Inte så här.", "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "fields": []}
        assert (refused.status_code, refused.json()) == (400, [says])
        await edit(client, "ValidationRule", "no drafts")
        assert (await client.patch(path, json={"Fortnox_Status__c": "draft"})).status_code == 204
        await edit(client, "Session", "all", action="revoke")
        assert (await client.get(f"{BASE}/limits")).status_code == 401

    talk(salesforce(), script)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("expired_token", 401, "INVALID_SESSION_ID"),
        ("request_limit", 403, "REQUEST_LIMIT_EXCEEDED"),
        ("lock_row", 400, "UNABLE_TO_LOCK_ROW"),
        ("unavailable", 503, "SERVER_UNAVAILABLE"),
        ("duplicates_detected", 400, "DUPLICATES_DETECTED"),
    ],
)
def test_a_fault_misbehaves_as_salesforce_does(fault: str, status: int, code: str) -> None:
    async def script(client: httpx.AsyncClient) -> None:
        wish = {"system": "salesforce", "fault": fault, "path": "/limits"}
        assert (await client.post(f"{CONTROL}/faults", json=[wish])).status_code == 200
        answer = await client.get(f"{BASE}/limits")
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)
        assert (await client.get(f"{BASE}/limits")).status_code == 200
        wrong = await client.post(f"{CONTROL}/faults", json=[{"system": "fortnox", "fault": "lock_row"}])
        assert wrong.status_code == 400

    talk(salesforce(), script)


def test_a_restarted_sandbox_has_the_same_org_and_the_same_session(tmp_path: Path) -> None:
    sandbox = salesforce(tmp_path)

    async def change(client: httpx.AsyncClient) -> str:
        [deal] = await query(client, "SELECT Id FROM Opportunity WHERE Name = 'Bänk'")
        await client.patch(f"{BASE}/sobjects/Opportunity/{deal['Id']}", json={"Kvitt_Key__c": "K1"})
        return str(client.headers["Authorization"])

    session = talk(sandbox, change)
    sandbox.close()
    again = salesforce(tmp_path)

    async def read(client: httpx.AsyncClient) -> None:
        client.headers["Authorization"] = session
        assert len(await query(client, "SELECT Id FROM Opportunity WHERE Kvitt_Key__c = 'k1'")) == 1
        made = await client.post(f"{BASE}/sobjects/Account", json={"Name": "Ny"})
        assert made.status_code == 201

    talk(again, read)
    again.close()
    with pytest.raises(SandboxError, match="holds a sandbox world with salesforce, not upsales"):
        build(small_world(), tmp_path)


def test_northwind_gives_the_agreed_figures() -> None:
    if not NORTHWIND.exists():
        pytest.skip("the Northwind files are not beside this checkout (set KVITT_SHARED to their folder)")
    sandbox = build(read_csv_world(NORTHWIND), system="salesforce", clock=StandingClock())
    truth = sandbox.truth()["crm"]
    assert truth == {"deals": 830, "gross": "1354458.59", "discount": "88665.30", "net": "1265793.29"}

    async def script(client: httpx.AsyncClient) -> None:
        [row] = await query(client, "SELECT COUNT(Id) n, SUM(Amount) net FROM Opportunity WHERE IsWon = true")
        assert (row["n"], row["net"]) == (830, 1265793.29)
        [account] = await query(client, "SELECT Name, BillingCountry FROM Account WHERE AccountNumber = 'VINET'")
        assert account["BillingCountry"] == "FR"
        answer = await client.get(f"{BASE}/query", params={"q": "SELECT CurrencyIsoCode FROM Opportunity"})
        assert answer.json()[0]["errorCode"] == "INVALID_FIELD"

    talk(sandbox, script)


def test_the_demo_deals_are_the_same_in_both_crms() -> None:
    world, clock = demo_world(date(2026, 7, 1)), StandingClock()
    ours, theirs = Tables(), Tables()
    seed_salesforce(ours, world, clock)
    seed_upsales(theirs, world, clock)
    org = Org(ours, clock, SalesforceQuirks())
    here, there = salesforce_truth(ours), upsales_truth(theirs)
    assert here["deals"] == there["deals"] > 300
    assert abs(here["net"] - there["net"]) < Decimal("0.01") * len(org.rows("OpportunityLineItem"))
    assert sorted(one["flaw"] for one in here["won"]) == sorted(one["flaw"] for one in there["won"])
    assert {row["IsoCode"] for row in org.rows("CurrencyType")} >= {"SEK", "EUR", "NOK", "USD"}
    assert not any(row["Amount"] for row in org.rows("Opportunity") if not row["HasOpportunityLineItem"])


def test_currencies_and_their_rates_exist_only_where_the_org_has_several() -> None:
    several, single = Bench(dated_rates=True), Bench(multi_currency=False)
    rates = several.records("SELECT IsoCode, ConversionRate, IsCorporate FROM CurrencyType WHERE IsoCode = 'EUR'")
    assert rates == [{"IsoCode": "EUR", "ConversionRate": Decimal("0.08"), "IsCorporate": False}]
    dated = several.records("SELECT NextStartDate, ConversionRate FROM DatedConversionRate WHERE IsoCode = 'EUR'")
    assert dated == [{"NextStartDate": "9999-12-31", "ConversionRate": Decimal("0.08")}]
    assert several.one("SELECT CurrencyIsoCode FROM Opportunity WHERE Name = 'Euro'") == {"CurrencyIsoCode": "EUR"}
    assert single.refused("SELECT Id FROM CurrencyType")[1] == "INVALID_TYPE"
    assert single.refused("SELECT CurrencyIsoCode FROM Opportunity")[1] == "INVALID_FIELD"
    assert Bench().refused("SELECT Id FROM DatedConversionRate")[1] == "INVALID_TYPE"
