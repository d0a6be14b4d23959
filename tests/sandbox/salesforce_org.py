"""A small Salesforce org for tests: the small world, a clock that stands, a client that is signed in."""

import asyncio
from decimal import Decimal
from typing import Any

import httpx
import simplejson

from sync.sandbox.salesforce.app import SalesforceApp
from sync.sandbox.salesforce.data.seed import seed_salesforce
from sync.sandbox.salesforce.quirks import SalesforceQuirks
from sync.sandbox.tables import Tables
from sync.sandbox.world import World
from tests.sandbox.upsales_account import StandingClock, small_world

Row = dict[str, Any]

BASE = "/services/data/v66.0"
HOST = "nord.my.salesforce.example"
CLIENT = {"grant_type": "client_credentials", "client_id": "demo", "client_secret": "demo"}


class Bench:
    """An org of the small world; calls go to it without a network and return (status, JSON)."""

    def __init__(self, world: World | None = None, **quirks: Any) -> None:
        self.clock = StandingClock()
        self.tables = Tables()
        self.quirks = SalesforceQuirks(**quirks)
        seed_salesforce(self.tables, world or small_world(), self.clock, self.quirks)
        self.app = SalesforceApp(self.tables, self.clock, self.quirks)
        self.org = self.app.org
        self.headers: dict[str, str] = {}
        self.sign_in()

    def sign_in(self) -> None:
        token = self.raw("POST", "/services/oauth2/token", data=CLIENT).json()["access_token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def raw(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send one request; `base` is another host."""
        base = more.pop("base", f"http://{HOST}")
        headers = {**self.headers, **more.pop("headers", {})}

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app.asgi)
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                return await client.request(method, path, headers=headers, **more)

        return asyncio.run(send())

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """Call the data API; a body is sent as JSON, answers are read with Decimal."""
        if body is not None:
            headers = {"Content-Type": "application/json", **more.pop("headers", {})}
            more |= {"content": simplejson.dumps(body, use_decimal=True), "headers": headers}
        response = self.raw(method, f"{BASE}/{path}", **more)
        return response.status_code, simplejson.loads(response.text, use_decimal=True) if response.text else None

    def query(self, statement: str, *, deleted: bool = False, **headers: str) -> Any:
        """Return the answer of a statement that must succeed."""
        name = "queryAll" if deleted else "query"
        status, answer = self.call("GET", name, params={"q": statement}, headers=headers)
        assert status == 200, answer
        return answer

    def records(self, statement: str, *, deleted: bool = False) -> list[Row]:
        """Return a statement's records without their attributes."""
        rows = self.query(statement, deleted=deleted)["records"]
        return [{name: value for name, value in row.items() if name != "attributes"} for row in rows]

    def column(self, statement: str) -> list[Any]:
        """Return the only field of a statement's records."""
        return [next(iter(row.values())) for row in self.records(statement)]

    def one(self, statement: str) -> Row:
        """Return the only record of a statement."""
        [row] = self.records(statement)
        return row

    def refused(self, statement: str) -> tuple[int, str, str]:
        """Return status, code and message of a statement that is refused."""
        status, [error] = self.call("GET", "query", params={"q": statement})
        return status, error["errorCode"], error["message"]

    def account(self, name: str = "Åkeriet AB") -> str:
        return str(self.one(f"SELECT Id FROM Account WHERE Name = '{name}'")["Id"])

    def deal(self, name: str = "Bänk") -> Row:
        """Return an opportunity with all its fields."""
        identity = self.one(f"SELECT Id FROM Opportunity WHERE Name = '{name}'")["Id"]
        return self.read("Opportunity", identity)

    def line(self, deal: str = "Bänk") -> Row:
        identity = self.one(f"SELECT Id FROM OpportunityLineItem WHERE Opportunity.Name = '{deal}'")["Id"]
        return self.read("OpportunityLineItem", identity)

    def read(self, sobject: str, identity: str) -> Row:
        status, row = self.call("GET", f"sobjects/{sobject}/{identity}")
        assert status == 200, row
        return dict(row)

    def change(self, sobject: str, identity: str, **fields: Any) -> None:
        status, answer = self.call("PATCH", f"sobjects/{sobject}/{identity}", fields)
        assert (status, answer) == (204, None)

    def refusal(self, method: str, path: str, body: Any = None) -> tuple[int, str, str, Any]:
        """Return status, code, message and fields of a call that is refused."""
        status, answer = self.call(method, path, body)
        [error] = answer
        return status, error["errorCode"], error["message"], error.get("fields")


def amount(text: str) -> Decimal:
    return Decimal(text)
