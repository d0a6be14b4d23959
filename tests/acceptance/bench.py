"""The whole sync against the whole sandbox in one process, on a time that jumps instead of passing."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from unittest.mock import patch

import httpx
import simplejson

from sync import app as composition
from sync.app import App, build, run_all_once
from sync.clock import Pace, ScaledClock, wall_now
from sync.demo.sandbox_link import routing_of, systems_of
from sync.sandbox.crm import CrmMaker
from sync.sandbox.fortnox import FortnoxQuirks
from sync.sandbox.serving.server import build as build_sandbox
from sync.sandbox.world import World
from sync.settings import settings_model
from sync.store.tables import operations, runs
from sync.store.tables.runs import Tally
from tests import loaded_once
from tests.acceptance.processes import ROOT
from tests.quick_store import QuickStore

START = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
PORT = 8600
MOST_PASSES = 60
SHORTEST_WAIT = 20.0
TOKEN = "demo"


class JumpClock(ScaledClock):
    """Time that passes only when somebody waits for it, and then at once."""

    def __init__(self, moment: datetime = START) -> None:
        super().__init__(Pace(moment, wall_now(), 1.0))
        self._moment = moment
        self._passed = 0.0

    def now(self) -> datetime:
        return self._moment

    def monotonic(self) -> float:
        return self._passed

    async def sleep(self, seconds: float) -> None:
        self.advance(max(seconds, 1e-6))
        await asyncio.sleep(0)

    def set_back(self, seconds: float) -> None:
        """Let somebody set the clock of the machine back."""
        self._moment -= timedelta(seconds=seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._passed += seconds
        self._moment += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Sent:
    """One write that a system received: body without its wrapper word."""

    method: str
    system: str
    path: str
    body: dict[str, Any]


class Wire(httpx.AsyncBaseTransport):
    """The way to the sandbox, remembering every write but those for tokens."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.writes: list[Sent] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.method != "GET" and not path.startswith(("/oauth", "/services/oauth2", "/_sandbox")):
            body = simplejson.loads(await request.aread() or "{}", use_decimal=True)
            system = "fortnox" if request.url.port == PORT else "crm"
            inner = next(iter(body.values()), {}) if system == "fortnox" else body
            self.writes.append(Sent(request.method, system, path, inner))
        return await self._inner.handle_async_request(request)


class Bench:
    """A sandbox of `crm` and a sync beside it; everything happens when the test says so.

    A CRM that is not in the sandbox's list is played by `play`.
    The accountant sleeps unless `accountant` is set: drafts stay drafts until a test books them.
    """

    crm = "upsales"
    deal_kind = "order"
    play: CrmMaker | None = None

    def __init__(
        self,
        folder: Path,
        world: World,
        *,
        accountant: bool = False,
        quirks: FortnoxQuirks = FortnoxQuirks(),  # noqa: B008 - frozen
        start: datetime = START,
    ) -> None:
        self.world = world
        self.data = folder / "data"
        self.clock = JumpClock(start)
        self.sandbox = build_sandbox(world, clock=self.clock, port=PORT, quirks=quirks, system=self.crm, crm=self.play)
        self.tenants = {key: self.sandbox.fortnox.companies[number] for key, number in self._numbers().items()}
        if not accountant:
            for tenant in self.tenants.values():
                tenant.listeners.clear()
        self.wire = Wire(self.sandbox.transport())
        self.hurried = True  # a recovery's wait is over when the sync has started
        self.overrides: dict[str, Any] = {}
        self._booking: set[str] = set()
        self._loop = asyncio.Runner()
        self._app: App | None = None
        self._customs: dict[int, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        self._loop.close()
        self.sandbox.close()

    # --- the sync ----------------------------------------------------------------------------------------

    @property
    def app(self) -> App:
        """Return the sync, started where it is not running."""
        if self._app is None:
            info = self.control("GET", "info")
            values = {"data": self.data, "mappings": ROOT / "mappings", **systems_of(info), **self.overrides}
            for key in self._booking:
                values["companies"][key] = values["companies"][key].model_copy(update={"book": True})
            with patch.object(composition, "load_mappings", loaded_once.mappings):
                self._app = build(settings_model()(**values), self.clock, routing_of(info), self.wire, QuickStore)
            if self.hurried and self._app.engine.recovery.waiting:
                self.clock.advance(self._app.settings.quarantine_seconds)
        return self._app

    def booking(self, company: str) -> None:
        """Let the sync book a company's documents; to be said before it starts."""
        self._booking.add(company)

    def books_no_more(self, company: str) -> None:
        """Let the sync book a company's documents no longer; to be said while it is stopped."""
        self._booking.discard(company)

    def set_paused(self, flow: str, paused: bool) -> None:
        """Let a person pause a flow, or let it go on."""
        with self.app.store.transaction():
            runs.set_paused(self.app.store, flow, paused, "semester", "asa")

    def stop(self) -> None:
        """End the sync in order; the next use starts another."""
        if self._app is not None:
            self._loop.run(self._app.close())
            self._app = None

    def run(self, times: int = 1) -> list[Tally]:
        """Run all flows and return what the last pass counted."""
        tallies: list[Tally] = []
        for _ in range(times):
            tallies = self._loop.run(run_all_once(self.app))
        return tallies

    def run_flow(self, kind: str) -> Tally:
        """Run the first flow of a kind (deals or documents) and return what it counted."""
        flow = next(one for one in runs.flows(self.app.store) if one.kind == kind)
        return self._loop.run(self.app.engine.run(flow, "schedule"))

    def settle(self) -> None:
        """Run until nothing is left to do, waiting (virtually) for what must wait."""
        for _ in range(MOST_PASSES):
            tallies = self.run()
            quiet = all(tally.quiet for tally in tallies)
            if any(tally.waiting for tally in tallies):
                self.clock.advance(SHORTEST_WAIT)
            if self.app.engine.recovery.waiting:
                self.clock.advance(self.app.settings.quarantine_seconds)
                continue
            due = operations.next_due(self.app.store, self.clock.now())
            if due is None and quiet:
                return
            if quiet and due is not None:
                # What waits for another operation is due at once and yet cannot go: time must pass for that one.
                self.clock.advance(max((due - self.clock.now()).total_seconds(), SHORTEST_WAIT))
        raise AssertionError(f"The sync does not come to rest in {MOST_PASSES} passes.")

    def writes_of(self, *steps: Any) -> list[Sent]:
        """Return the writes since the last look."""
        sent, self.wire.writes = self.wire.writes, []
        return sent

    def held(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Return what waits for a person: (kind, id) of the CRM's record -> (error class, code)."""
        waiting = operations.open_for(self.app.store, self.app.crms[0].system)
        return {
            (one.source.kind, one.source.id): (one.error_class, one.error_code)
            for one in waiting
            if one.state == "review"
        }

    def counts(self) -> Mapping[str, int]:
        """Return how many operations are in each state."""
        return operations.counts(self.app.store)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the answer to a question to a published copy of the store."""
        import duckdb

        from sync.store.publish.copies import newest

        self.app.publisher.publish()
        published = newest(self.data)
        assert published is not None
        with duckdb.connect(str(published.path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    # --- the CRM -----------------------------------------------------------------------------------------

    def deal_id(self, key: str) -> int | str:
        """Return a deal's id in the CRM: they are numbered by day."""
        ordered = [deal.key for deal in sorted(self.world.deals, key=lambda deal: deal.day)]
        return ordered.index(key) + 1

    def account_id(self, key: str) -> int | str:
        """Return a customer's id in the CRM."""
        return [one.key for one in self.world.customers if one.in_crm].index(key) + 1

    def deal(self, key: str) -> dict[str, Any]:
        """Return a deal as the CRM shows it, with `fields`: its custom fields by alias."""
        return self._crm_record("orders", "order", self.deal_id(key))

    def account(self, key: str) -> dict[str, Any]:
        """Return an account as the CRM shows it, with `fields`: its custom fields by alias."""
        return self._crm_record("accounts", "account", self.account_id(key))

    def edit_deal(self, key: str, **fields: Any) -> None:
        """Change a deal as a person in the CRM would."""
        self._edit({"system": "upsales", "kind": "orders", "id": self.deal_id(key), "fields": fields})

    def edit_account(self, key: str, **fields: Any) -> None:
        """Change an account as a person in the CRM would."""
        self._edit({"system": "upsales", "kind": "accounts", "id": self.account_id(key), "fields": fields})

    def set_custom(self, key: str, **values: str) -> None:
        """Set a deal's custom fields by alias, leaving the others."""
        self.edit_deal(key, custom=self._with_customs("order", self.deal(key), values))

    def set_account_custom(self, key: str, **values: str) -> None:
        """Set an account's custom fields by alias, leaving the others."""
        self.edit_account(key, custom=self._with_customs("account", self.account(key), values))

    def row_edit(self, key: str, place: int, **changes: Any) -> None:
        """Change one row of a deal."""
        names = ("id", "quantity", "price", "listPrice")
        rows = [
            {**{name: one[name] for name in names}, "product": {"id": one["product"]["id"]}}
            for one in self.deal(key)["orderRow"]
        ]
        rows[place] |= changes
        self.edit_deal(key, orderRow=rows)

    # --- Fortnox -----------------------------------------------------------------------------------------

    def invoices(self, company: str = "nord") -> list[dict[str, Any]]:
        """Return a company's invoices, as kept."""
        return self.tenants[company].tables.rows("invoices")

    def invoice_of(self, key: str, company: str = "nord") -> dict[str, Any]:
        """Return the one invoice that carries a deal's name."""
        wanted = f":{self.deal_kind}:{self.deal_id(key)}:invoice:"
        found = [one for one in self.invoices(company) if wanted in str(one["ExternalInvoiceReference1"])]
        own = [one for one in found if one["Credit"] != "true"]
        assert len(own) == 1, [one["DocumentNumber"] for one in own]
        return own[0]

    def customer(self, number: str, company: str = "nord") -> dict[str, Any]:
        """Return a customer, as kept."""
        return self.tenants[company].get("customers", number)

    def edit_invoice(self, key: str, company: str = "nord", **fields: Any) -> None:
        """Change a deal's invoice in Fortnox by hand."""
        number = self.invoice_of(key, company)["DocumentNumber"]
        self._edit({"system": "fortnox", "company": company, "kind": "invoices", "id": number, "fields": fields})

    def press(self, key: str, *buttons: str, company: str = "nord") -> None:
        """Press buttons on a deal's invoice in Fortnox: bookkeep, cancel, credit, externalprint."""
        for button in buttons:
            self.edit_invoice(key, company, action=button)

    def press_number(self, number: str, *buttons: str, company: str = "nord") -> None:
        """Press buttons on any invoice in Fortnox."""
        for button in buttons:
            fields = {"action": button}
            self._edit({"system": "fortnox", "company": company, "kind": "invoices", "id": number, "fields": fields})

    def pay(self, key: str, amount: int | None = None, company: str = "nord") -> None:
        """Register a payment in Fortnox, of all that is left or of an amount."""
        invoice = self.invoice_of(key, company)
        paid = invoice["Balance"] if amount is None else amount
        fields = {"InvoiceNumber": invoice["DocumentNumber"], "Amount": paid, "ModeOfPayment": "BG"}
        self._edit({"system": "fortnox", "company": company, "kind": "invoicepayments", "id": "", "fields": fields})

    # --- the sandbox -------------------------------------------------------------------------------------

    def fault(self, fault: str, path: str, *, system: str = "fortnox", method: str = "POST", times: int = 1) -> None:
        """Let the next matching requests go wrong."""
        wish = {"system": system, "fault": fault, "method": method, "path": path, "times": times}
        self.control("POST", "faults", [wish])

    def alter(self, path: str, **change: Any) -> None:
        """Let Fortnox take the next POST to a path with other fields than were sent."""
        wish = {"system": "fortnox", "fault": "alter", "method": "POST", "path": path, "change": change}
        self.control("POST", "faults", [wish])

    def faults_taken(self) -> list[int]:
        """Return how often each fault took effect."""
        return [one["taken"] for one in self.control("GET", "faults")]

    def truth(self) -> dict[str, Any]:
        """Return the sandbox's own account."""
        return self.sandbox.truth()

    def control(self, method: str, name: str, wish: Any = None) -> Any:
        """Ask a control route."""
        return self._ask(PORT, method, f"/_sandbox/{name}", wish)

    def _edit(self, wish: dict[str, Any]) -> None:
        self.clock.advance(60)
        self.control("POST", "edit", wish)
        self.clock.advance(1)

    def _crm_record(self, path: str, entity: str, number: int | str) -> dict[str, Any]:
        record: dict[str, Any] = self._ask(PORT + 2, "GET", f"/api/v2/{path}/{number}")["data"]
        names = self._aliases(entity)
        return {**record, "fields": {names[one["fieldId"]]: one["value"] for one in record["custom"]}}

    def _with_customs(self, entity: str, record: dict[str, Any], values: Mapping[str, str]) -> list[dict[str, Any]]:
        aliases = self._aliases(entity)
        ids = {alias: number for number, alias in aliases.items()}
        kept = [{"fieldId": one["fieldId"], "value": one["value"]} for one in record["custom"]]
        kept = [one for one in kept if aliases[one["fieldId"]] not in values]
        return kept + [{"fieldId": ids[alias], "value": value} for alias, value in values.items()]

    def _aliases(self, entity: str) -> dict[int, str]:
        found: Sequence[dict[str, Any]] = self._ask(PORT + 2, "GET", f"/api/v2/customFields/{entity}")["data"]
        return {one["id"]: one["alias"] for one in found}

    def _numbers(self) -> dict[str, int]:
        return {company.key: company.database_number for company in self.world.companies}

    def _ask(self, port: int, method: str, path: str, wish: Any = None) -> Any:
        async def call() -> httpx.Response:
            transport = self.sandbox.transport()
            async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{port}") as client:
                content = None if wish is None else simplejson.dumps(wish, use_decimal=True)
                return await client.request(method, path, content=content, headers={"Cookie": f"token={TOKEN}"})

        answer = self._loop.run(call())
        assert answer.is_success, answer.text
        return simplejson.loads(answer.text, use_decimal=True)
