"""A small Upsales account for tests: a world of three customers, a clock that stands, a client."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import simplejson

from sync.sandbox.tables import Tables
from sync.sandbox.upsales.app import UpsalesApp
from sync.sandbox.upsales.data.seed import seed_upsales
from sync.sandbox.upsales.quirks import UpsalesQuirks
from sync.sandbox.world import Currency, Customer, PlayedCompany, Product, Seller, SoldDeal, SoldRow, World

Row = dict[str, Any]

NOW = datetime(2026, 7, 1, 10, 0, 0, tzinfo=UTC)


class StandingClock:
    """A clock that moves only when told to."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._now.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.go_on(seconds)

    def go_on(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


def row(product: str, quantity: str, list_price: str, price: str) -> SoldRow:
    return SoldRow(product, Decimal(quantity), Decimal(list_price), Decimal(price))


def small_world() -> World:
    day = date(2026, 5, 4)
    deals = (
        SoldDeal("d1", "c1", "s1", "nord", "Bänk", day, "won", (row("p1", "2", "100", "90"),)),
        SoldDeal("d2", "c2", "s2", "syd", "Alster", date(2026, 5, 5), "open", (row("p2", "1", "50", "50"),)),
        SoldDeal("d3", "c3", "s1", "nord", "cykel", date(2026, 5, 6), "lost", (row("p1", "1", "100", "100"),)),
        SoldDeal("d4", "c1", "s1", "syd", "Euro", date(2026, 6, 1), "won", (row("p2", "3", "10", "8"),), "EUR"),
        SoldDeal("d5", "c2", "s2", "nord", "Utan rader", date(2026, 6, 2), "won", (), flaw="rows"),
    )
    return World(
        name="liten",
        seed=1,
        companies=(
            PlayedCompany("nord", "Nord AB", "5599000006", 1, day),
            PlayedCompany("syd", "Syd AB", "5599000014", 2, day),
        ),
        currencies=(
            Currency("SEK", "Svensk krona", Decimal(1)),
            Currency("EUR", "Euro", Decimal("12.5")),
        ),
        customers=(
            Customer(
                "c1",
                "Åkeriet AB",
                "SE",
                "5599000022",
                "ake@ri.example",
                "08-465 004 01",
                "Gata 1",
                "11120",
                "Ort",
            ),
            Customer("c2", "Bageriet Oy", "FI", vat_type="EUVAT", currency="EUR"),
            Customer("c3", "ceriet AB", "SE"),
            Customer("c4", "Bara i Fortnox AB", "SE", in_crm=False),
        ),
        products=(
            Product("p1", "1001", "Bord", Decimal("100.00")),
            Product("p2", "A+1 x", "Stol", Decimal("50.50")),
        ),
        sellers=(Seller("s1", "Alva Ek", "alva@example.test"), Seller("s2", "Bo Alm", "bo@example.test")),
        deals=deals,
    )


class Account:
    """A seeded account and a client with its key; `url`s are below /api/v2."""

    def __init__(self, quirks: UpsalesQuirks | None = None) -> None:
        self.clock, self.tables = StandingClock(), Tables()
        seed_upsales(self.tables, small_world(), self.clock)
        self.app = UpsalesApp(self.tables, self.clock, "nyckel", quirks)

    def call(
        self, method: str, url: str, body: Any = None, *, cookie: str | None = "nyckel", **query: Any
    ) -> httpx.Response:
        content = body if isinstance(body, bytes) or body is None else simplejson.dumps(body, use_decimal=True)
        headers = {"Cookie": f"token={cookie}"} if cookie is not None else {}

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app.asgi)
            async with httpx.AsyncClient(transport=transport, base_url="http://upsales") as client:
                path = f"/api/v2{url}"
                return await client.request(method, path, content=content, headers=headers, params=query or None)

        return asyncio.run(send())

    def get(self, url: str, **query: Any) -> Any:
        response = self.call("GET", url, **query)
        assert response.status_code == 200, response.text
        return simplejson.loads(response.text, use_decimal=True)["data"]

    def write(self, method: str, url: str, body: Any, **query: Any) -> Row:
        response = self.call(method, url, body, **query)
        assert response.status_code == 200, response.text
        found: Row = simplejson.loads(response.text, use_decimal=True)["data"]
        return found

    def post(self, url: str, **body: Any) -> Row:
        return self.write("POST", url, body)

    def put(self, url: str, **body: Any) -> Row:
        return self.write("PUT", url, body)

    def refusal(self, method: str, url: str, body: Any = None, **query: Any) -> tuple[int, str]:
        response = self.call(method, url, body, **query)
        return response.status_code, response.json()["error"]["msg"]

    def field(self, entity: str, alias: str) -> int:
        return next(one["id"] for one in self.get(f"/customFields/{entity}") if one["alias"] == alias)

    def new_order(self, **changes: Any) -> Row:
        body = {
            "client": {"id": 1},
            "user": {"id": 1},
            "stage": {"id": 9},
            "date": "2026-06-30",
            "probability": 25,
            "orderRow": [{"product": {"id": 1}, "quantity": 1, "price": 80, "listPrice": 100}],
        }
        return self.post("/orders", **{**body, **changes})
