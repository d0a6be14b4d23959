"""A Fortnox company to talk to in tests: its app, a clock that stands, and calls without a network."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import simplejson

from sync.sandbox.crm import Crm
from sync.sandbox.fortnox import FortnoxApp, FortnoxQuirks
from sync.sandbox.fortnox.registers.articles import Prices
from sync.sandbox.fortnox.seed import seed_registers
from sync.sandbox.fortnox.tenant import Tenant
from sync.sandbox.serving.asgi import AppAnswer, call
from sync.sandbox.tables import Tables
from sync.sandbox.world import Company, Currency, Customer, DealRow, HandInvoice, Product, World

START = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)


class StandingClock:
    """A clock that moves only when a test says so."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Bench:
    """One company (number 1001) with registers, two customers and two articles; paced below the limit."""

    def __init__(self, tables: Tables | None = None, **quirks: Any) -> None:
        self.clock = StandingClock()
        self.app = FortnoxApp({1001: tables or Tables()}, self.clock, FortnoxQuirks(**quirks))
        self.tenant: Tenant = self.app.companies[1001]
        self.pace = 1.0
        if self.tenant.tables.count("accounts") == 0:
            self._fill()
        self.token = self.new_token()

    def _fill(self) -> None:
        seed_registers(self.tenant, range(2024, 2027))
        self.token = self.new_token()
        self.post("customers", "Customer", CustomerNumber="1", Name="Acme AB", CountryCode="SE", City="Lund")
        self.post("customers", "Customer", CustomerNumber="2", Name="Oslo AS", VATType="EXPORT")
        self.post("articles", "Article", ArticleNumber="A1", Description="Hammer")
        self.post("articles", "Article", ArticleNumber="A2", Description="Spik", SalesAccount=3002)
        Prices().set_price(self.tenant, {"ArticleNumber": "A1", "PriceList": "A", "Price": Decimal(159)})

    def new_token(self, tenant: int = 1001) -> str:
        answer = self.raw(
            "POST",
            "/oauth-v1/token",
            b"grant_type=client_credentials",
            [(b"authorization", b"Basic ZGVtbzpkZW1v"), (b"tenantid", str(tenant).encode())],
        )
        return str(simplejson.loads(answer.body)["access_token"])

    def raw(self, method: str, path: str, body: bytes, headers: list[tuple[bytes, bytes]]) -> AppAnswer:
        return asyncio.run(call(self.app.asgi, method, path, headers, body))

    def answer(self, method: str, path: str, body: Any = None, **query: Any) -> AppAnswer:
        self.clock.advance(self.pace)
        content = b"" if body is None else simplejson.dumps(body, use_decimal=True).encode()
        headers = [
            (b"authorization", f"Bearer {self.token}".encode()),
            (b"content-type", b"application/json"),
        ]
        where = f"/3/{path}?{urlencode(query)}" if query else f"/3/{path}"
        return self.raw(method, where, content, headers)

    def get(self, path: str, **query: Any) -> Any:
        return self._good(self.answer("GET", path, None, **query))

    def post(self, path: str, wrapper: str, **fields: Any) -> Any:
        return self._good(self.answer("POST", path, {wrapper: fields}))[wrapper]

    def put(self, path: str, wrapper: str = "", **fields: Any) -> Any:
        body = {wrapper: fields} if wrapper else None
        return self._good(self.answer("PUT", path, body))

    def invoice(self, *rows: dict[str, Any], **head: Any) -> Any:
        fields = {"CustomerNumber": "1", "InvoiceRows": list(rows), **head}
        return self.post("invoices", "Invoice", **fields)

    def booked(self, *rows: dict[str, Any], **head: Any) -> Any:
        number = self.invoice(*rows, **head)["DocumentNumber"]
        return self.put(f"invoices/{number}/bookkeep")["Invoice"]

    def credited(self, number: str) -> Any:
        """Credit a booked invoice and return the credit note."""
        original = self.put(f"invoices/{number}/credit")["Invoice"]
        return self.get(f"invoices/{original['CreditInvoiceReference']}")["Invoice"]

    def refusal(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, int]:
        """Return (HTTP status, Fortnox's code) of a call that must be refused."""
        answer = self.answer(method, path, body, **query)
        assert answer.status >= 400, answer.body
        information = simplejson.loads(answer.body)["ErrorInformation"]
        return answer.status, information.get("code") or information.get("Code")

    def _good(self, answer: AppAnswer) -> Any:
        assert 200 <= answer.status < 300, answer.body
        return simplejson.loads(answer.body, use_decimal=True)


def row(quantity: Any = 1, price: Any = 100, **more: Any) -> dict[str, Any]:
    return {"Description": "Work", "DeliveredQuantity": quantity, "Price": price, **more}


def tiny_world(name: str = "tiny", companies: int = 1) -> World:
    line = DealRow("p1", Decimal(10), Decimal(159), Decimal(159))
    keys = ("north", "south")[:companies]
    return World(
        name=name,
        seed=1,
        companies=tuple(
            Company(key, f"{key.title()} AB", "556677-8899", 1001 + place, date(2025, 1, 1))
            for place, key in enumerate(keys)
        ),
        currencies=(Currency("EUR", "Euro", Decimal("11.25")),),
        customers=(Customer("c1", "Acme 'Best' AB", "SE", fortnox_numbers=dict.fromkeys(keys, "1")),),
        products=(Product("p1", "P1", "Hammer", Decimal(159), frozenset(keys)),),
        sellers=(),
        deals=(),
        hand_invoices=(
            HandInvoice("north", "c1", date(2024, 5, 2), (line,)),
            HandInvoice("north", "c1", date(2024, 3, 1), (line,), booked=False),
        ),
    )


def no_crm(won: list[dict[str, Any]] | None = None) -> Any:
    """Return a maker of a CRM that has only the given won deals."""

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        await AppAnswer(404, [], b"{}").pass_on(send)

    def make(tables: Tables, world: World, clock: Any, is_new: bool) -> Crm:
        facts = {"deals": len(won or []), "gross": Decimal(0), "discount": Decimal(0), "net": Decimal(0)}
        info = {"account": "7", "won_stage_id": 12, "lost_stage_id": 13, "reference_user_id": 1}
        credentials = {"token": "demo"}
        return Crm(
            asgi, lambda: info, lambda: facts | {"won": won or []}, "upsales", 2, "custom.LEGAL_ENTITY", credentials
        )

    return make
