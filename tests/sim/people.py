"""What people do meanwhile: sell, change their minds, book, take payments, press buttons."""

from pathlib import Path
from random import Random
from typing import Any

import simplejson

from sync.sandbox.asgi import call
from sync.sandbox.fortnox.hand import edit_by_hand
from sync.sandbox.fortnox.tenant import Tenant
from sync.sandbox.sandbox import Sandbox
from sync.sandbox.tables import Tables
from sync.store import inbox

WON, LOST = 12, 7
Row = dict[str, Any]


class People:
    """Sellers in the CRM and an accountant in Fortnox; whom and what they touch is a matter of chance.

    `touched` are the deals whose documents an accountant (or Kvitt, where it books) laid hands on, or that were
    lost: a change of them may have to wait for a person. `edited` are the deals that a seller changed; `unlisted`
    those whose documents were changed where no list shows it, perhaps within minutes of Kvitt's own write: that
    Kvitt need not notice before it matters.
    """

    def __init__(self, sandbox: Sandbox, token: str, chance: Random, kvitt_books: bool) -> None:
        self.touched: set[str] = set()
        self.edited: set[str] = set()
        self.unlisted: set[str] = set()
        self._sandbox = sandbox
        self._token = token
        self._chance = chance
        self._kvitt_books = kvitt_books
        self._commands = 0

    @property
    def crm(self) -> Tables:
        """Return the CRM's tables."""
        return self._sandbox._tables[-1]

    @property
    def tenants(self) -> list[Tenant]:
        """Return the Fortnox companies."""
        return list(self._sandbox.fortnox.companies.values())

    # --- the CRM -----------------------------------------------------------------------------------------

    async def edit(self) -> None:
        """Change a quantity in a won deal."""
        await self._change_quantity(self._pick([one for one in self.crm.rows("order") if one["stage"]["id"] == WON]))

    async def account(self) -> None:
        """Change what an account says of itself."""
        account = self._pick(self.crm.rows("account"))
        if account is not None:
            await self._put("accounts", account["id"], {"phone": f"08-{self._chance.randint(100000, 999999)}"})

    async def win(self) -> None:
        """Win an open deal."""
        order = self._pick([one for one in self.crm.rows("order") if one["stage"]["id"] not in {WON, LOST}])
        if order is not None:
            await self._put("orders", order["id"], {"stage": {"id": WON}, "probability": 100})

    async def lose(self) -> None:
        """Lose a deal that was won."""
        order = self._pick([one for one in self.crm.rows("order") if one["stage"]["id"] == WON])
        if order is not None:
            self.touched.add(str(order["id"]))
            await self._put("orders", order["id"], {"stage": {"id": LOST}, "probability": 0})

    async def _change_quantity(self, order: Row | None) -> None:
        if order is None:
            return
        self.edited.add(str(order["id"]))
        if self._kvitt_books:
            self.touched.add(str(order["id"]))
        names = ("id", "quantity", "price", "listPrice")
        rows = [
            {**{name: one[name] for name in names}, "product": {"id": one["product"]["id"]}}
            for one in order["orderRow"]
        ]
        rows[0]["quantity"] = rows[0]["quantity"] + self._chance.randint(1, 3)
        await self._put("orders", order["id"], {"orderRow": rows})

    async def _put(self, path: str, key: int, fields: Row) -> None:
        body = simplejson.dumps(fields, use_decimal=True).encode()
        headers = [(b"content-type", b"application/json"), (b"cookie", f"token={self._token}".encode())]
        answer = await call(self._sandbox.crm.asgi, "PUT", f"/api/v2/{path}/{key}", headers, body)
        assert 200 <= answer.status < 300, answer.body

    # --- Fortnox -----------------------------------------------------------------------------------------

    async def book(self) -> None:
        """Book a draft."""
        self._on_invoice(lambda row: not row["Booked"] and not row["Cancelled"], {"action": "bookkeep"})

    async def cancel(self) -> None:
        """Cancel a draft."""
        self._on_invoice(lambda row: not row["Booked"] and not row["Cancelled"], {"action": "cancel"})

    async def hand(self) -> None:
        """Change a draft by hand, in a field that no list shows."""
        reference = f"Ekonomi {self._chance.randint(1, 999)}"
        row = self._on_invoice(
            lambda row: not row["Booked"] and not row["Cancelled"] and deal_of(row) not in self.unlisted,
            {"YourReference": reference},
        )
        if row is not None:
            self.unlisted.add(deal_of(row))

    async def pay(self) -> None:
        """Register a payment of a booked invoice, of all or of a part."""
        tenant, row = self._invoice(lambda row: row["Booked"] and row["Balance"] > 0)
        if tenant is None or row is None:
            return
        amount = row["Balance"] if self._chance.random() < 0.7 else max(1, int(row["Balance"]) // 3)
        paid = "Amount" if row["Currency"] == "SEK" else "AmountCurrency"
        fields = {"InvoiceNumber": row["DocumentNumber"], paid: amount, "ModeOfPayment": "BG"}
        edit_by_hand(tenant, "invoicepayments", "", fields)

    def _on_invoice(self, fits: Any, fields: Row) -> Row | None:
        tenant, row = self._invoice(fits)
        if tenant is not None and row is not None:
            self.touched.add(deal_of(row))
            edit_by_hand(tenant, "invoices", row["DocumentNumber"], fields)
        return row

    def _invoice(self, fits: Any) -> tuple[Tenant | None, Row | None]:
        found = [(tenant, row) for tenant in self.tenants for row in tenant.tables.rows("invoices") if fits(row)]
        return self._chance.choice(found) if found else (None, None)

    def cancelled_deal(self) -> tuple[str, str] | None:
        """Return a deal whose document was cancelled, and the company's key."""
        keys = {company.database_number: company.key for company in self._sandbox.world.companies}
        tenant, row = self._invoice(lambda row: row["Cancelled"] and deal_of(row))
        return (deal_of(row), keys[tenant.number]) if tenant is not None and row is not None else None

    # --- the browser -------------------------------------------------------------------------------------

    def ask(self, data: Path, name: str, **arguments: Any) -> str:
        """Put a wish into the inbox, as the dashboard's process does, and return its file's name."""
        self._commands += 1
        command = f"{self._commands:032x}"
        wish = {"command_id": command, "name": name, "arguments": arguments, "actor": "asa"}
        content = simplejson.dumps({**wish, "asked_at": self._sandbox.clock.now().isoformat()})
        folder = data / inbox.FOLDER
        folder.mkdir(exist_ok=True)
        (folder / f"{command}.json").write_text(content, encoding="utf-8")
        return f"{command}.json"

    def _pick(self, rows: list[Row]) -> Row | None:
        return self._chance.choice(rows) if rows else None


def deal_of(invoice: Row) -> str:
    """Return the id of the deal whose name an invoice carries, '' for none."""
    parts = str(invoice["ExternalInvoiceReference1"] or "").split(":")
    return parts[3] if len(parts) == 6 else ""
