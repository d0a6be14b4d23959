"""What people do meanwhile: sell, change their minds, book, take payments, press buttons."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import simplejson

from sync.sandbox.fortnox.hand import edit_by_hand
from sync.sandbox.fortnox.tenant import Tenant
from sync.sandbox.sandbox import Sandbox
from sync.store import inbox
from tests.sim.crms import PlayedCrm, Row, State

# Of the signs that Fortnox refuses (Fortnox sheet 5.1).
UNSENDABLE = " 🙂"
REFUSAL = (2000999, "Fakturan kan inte skapas just nu.")
# Of what may come first: its register, number and name.
_RIVALS = {
    "POST /3/customers": ("customers", "CustomerNumber", "Name"),
    "POST /3/articles": ("articles", "ArticleNumber", "Description"),
}
Thing = TypeVar("Thing")


class People:
    """Sellers in the CRM and an accountant in Fortnox; whom and what they touch is a matter of chance.

    `touched` are the deals whose documents an accountant (or Kvitt, where it books) laid hands on, or that were
    lost: a change of them may have to wait for a person. `edited` are the deals that a seller changed; `unlisted`
    those whose documents were changed where no list shows it, perhaps within minutes of Kvitt's own write: that
    Kvitt need not notice before it matters. `repaired` tells, for each wish to edit, which reference of its deal the
    operator saw; `typed`, what operators put in place of a deal's reference; `dismissed`, what a deal said of which
    they wanted nothing more.
    """

    def __init__(self, sandbox: Sandbox, crm: PlayedCrm, chance: Random, kvitt_books: bool) -> None:
        self.touched: set[str] = set()
        self.edited: set[str] = set()
        self.unlisted: set[str] = set()
        self.repaired: dict[str, str] = {}
        self.typed: dict[str, set[str]] = {}
        self.dismissed: dict[str, tuple[Any, ...]] = {}
        self.crm = crm
        self._sandbox = sandbox
        self._chance = chance
        self._kvitt_books = kvitt_books
        self._rivals: Counter[str] = Counter()
        self._commands = 0
        self._references = 0

    @property
    def tenants(self) -> list[Tenant]:
        """Return the Fortnox companies."""
        return list(self._sandbox.fortnox.companies.values())

    # --- the CRM -----------------------------------------------------------------------------------------

    async def edit(self) -> None:
        """Change a quantity in a won deal."""
        await self.sell_more(self._deal("won"))

    async def account(self) -> None:
        """Change what an account says of itself."""
        account = self.pick(self.crm.accounts())
        if account is not None:
            await self.crm.call_account(account.key, f"08-{self._chance.randint(100000, 999999)}")

    async def win(self) -> None:
        """Win an open deal."""
        deal = self._deal("open")
        if deal is not None:
            await self.crm.move(deal, "won")

    async def lose(self) -> None:
        """Lose a deal that was won."""
        deal = self._deal("won")
        if deal is not None:
            self.touched.add(deal)
            await self.crm.move(deal, "lost")

    async def delete(self) -> None:
        """Delete a deal that was won, where the CRM's answers tell of it."""
        deal = self._deal("won")
        if deal is not None:
            self.touched.add(deal)
            await self.crm.delete(deal)

    async def transfer(self) -> None:
        """Let a won deal belong to another company, where there are several."""
        deal = self._deal("won")
        now = next((one.company for one in self.crm.deals() if one.key == deal), "")
        company = self.pick([one.key for one in self._sandbox.world.companies if one.key != now])
        if deal is not None and company is not None and len(self.tenants) > 1:
            self.touched.add(deal)
            await self.crm.assign(deal, company)

    async def spoil(self) -> None:
        """Write a reference that Fortnox does not take into a won deal."""
        await self._refer(self._deal("won"), UNSENDABLE)

    async def respell(self) -> None:
        """Write another reference into a deal that has one, for the first time or in place of a wrong one."""
        having = [deal.key for deal in self.crm.deals() if deal.state == "won" and deal.reference]
        await self._refer(self.pick(having), "")

    async def change_repaired(self) -> None:
        """Sell more in a deal whose reference was wrong, repaired or not; in any won deal where there is none."""
        known = [deal.key for deal in self.crm.deals() if deal.state == "won" and deal.reference]
        await self.sell_more(self.pick(known) or self._deal("won"))

    async def sell_more(self, deal: str | None) -> None:
        """Sell more in a deal."""
        if deal is not None:
            self.sold_otherwise(deal)
            await self.crm.add_quantity(deal, self._chance.randint(1, 3))

    def sold_otherwise(self, deal: str) -> None:
        """Note that a deal's document will have to change."""
        self.edited.add(deal)
        if self._kvitt_books:
            self.touched.add(deal)

    async def _refer(self, deal: str | None, sign: str) -> None:
        """Each reference is a new one: an operator's edit holds for the one that it was made for."""
        if deal is not None:
            self.sold_otherwise(deal)
            self._references += 1
            now = self._sandbox.clock.now()
            await self.crm.refer(deal, f"Bygge {now:%d%H%M%S}-{self._references}{sign}")

    def _deal(self, state: State) -> str | None:
        return self.pick([deal.key for deal in self.crm.deals() if deal.state == state])

    # --- Fortnox -----------------------------------------------------------------------------------------

    async def book(self) -> None:
        """Book a draft."""
        self._on_invoice(lambda row: not row["Booked"] and not row["Cancelled"], {"action": "bookkeep"})

    async def cancel(self) -> None:
        """Cancel a draft."""
        self._on_invoice(lambda row: not row["Booked"] and not row["Cancelled"], {"action": "cancel"})

    async def hand(self) -> tuple[int, str] | None:
        """Change a draft by hand, in a field that no list shows; return its company and path."""
        reference = f"Ekonomi {self._chance.randint(1, 999)}"
        tenant, row = self._on_invoice(
            lambda row: not row["Booked"] and not row["Cancelled"] and deal_of(row) not in self.unlisted,
            {"YourReference": reference},
        )
        if tenant is None or row is None:
            return None
        self.unlisted.add(deal_of(row))
        return tenant.number, f"/3/invoices/{row['DocumentNumber']}"

    async def credit(self) -> None:
        """Credit a booked invoice, and book the credit; now and then that is left for later."""
        tenant, row = self._invoice(
            lambda row: row["Booked"] and row["Credit"] != "true" and row["CreditInvoiceReference"] == "0"
        )
        if tenant is None or row is None:
            return
        self.touched.add(deal_of(row))
        note = edit_by_hand(tenant, "invoices", row["DocumentNumber"], {"action": "credit"})
        if self._chance.random() < 0.7:
            edit_by_hand(tenant, "invoices", note["DocumentNumber"], {"action": "bookkeep"})

    async def pay(self) -> None:
        """Register a payment of a booked invoice, of all or of a part."""
        tenant, row = self._invoice(lambda row: row["Booked"] and row["Balance"] > 0)
        if tenant is None or row is None:
            return
        amount = row["Balance"] if self._chance.random() < 0.7 else max(1, int(row["Balance"]) // 3)
        paid = "Amount" if row["Currency"] == "SEK" else "AmountCurrency"
        fields = {"InvoiceNumber": row["DocumentNumber"], paid: amount, "ModeOfPayment": "BG"}
        edit_by_hand(tenant, "invoicepayments", "", fields)

    def _on_invoice(self, fits: Any, fields: Row) -> tuple[Tenant | None, Row | None]:
        tenant, row = self._invoice(fits)
        if tenant is not None and row is not None:
            self.touched.add(deal_of(row))
            edit_by_hand(tenant, "invoices", row["DocumentNumber"], fields)
        return tenant, row

    def _invoice(self, fits: Any) -> tuple[Tenant | None, Row | None]:
        found = [(tenant, row) for tenant in self.tenants for row in tenant.tables.rows("invoices") if fits(row)]
        return self._chance.choice(found) if found else (None, None)

    def spent_deal(self) -> tuple[str, str] | None:
        """Return a deal whose document was cancelled or credited, and the company's key."""
        keys = {company.database_number: company.key for company in self._sandbox.world.companies}
        tenant, row = self._invoice(
            lambda row: (row["Cancelled"] or row["CreditInvoiceReference"] != "0") and deal_of(row)
        )
        return (deal_of(row), keys[tenant.number]) if tenant is not None and row is not None else None

    async def refuse(self) -> None:
        """Let Fortnox refuse the next new document, for a reason that has passed when it is sent again."""
        self._refuse("invoices")

    async def refuse_customer(self) -> None:
        """Let Fortnox refuse the next new customer, and so for now the deals that wait for it."""
        self._refuse("customers")

    async def refuse_article(self) -> None:
        """Let Fortnox refuse the next new article, and so for now the deals that name it."""
        self._refuse("articles")

    def _refuse(self, what: str) -> None:
        refusal = {"fault": "refuse", "system": "fortnox", "method": "POST", "path": rf"/3/{what}\?"}
        self._sandbox.plan.add([{**refusal, "code": REFUSAL[0], "message": REFUSAL[1]}])

    async def take_the_number(self) -> None:
        """Let the accountant give the number of the next new customer to one of her own, a moment before it arrives."""
        self._rivals["POST /3/customers"] += 1

    async def take_the_article(self) -> None:
        """The same with the number of the next new article."""
        self._rivals["POST /3/articles"] += 1

    def come_first(self, number: int, call: str, content: bytes) -> None:
        """See a call that is about to reach a company, and do what is to be done a moment before it."""
        if not self._rivals[call]:
            return
        plural, key, name = _RIVALS[call]
        (wanted,) = simplejson.loads(content).values()
        tenant = next(one for one in self.tenants if one.number == number)
        if tenant.find(plural, wanted[key]) is None:
            self._rivals[call] -= 1
            edit_by_hand(tenant, plural, "", {key: wanted[key], name: f"Egen {wanted[key]}"})

    # --- the browser -------------------------------------------------------------------------------------

    def ask(self, data: Path, name: str, arguments: Mapping[str, Any], actor: str = "asa") -> str:
        """Put a wish into the inbox, as the dashboard's process does, and return its file's name."""
        self._commands += 1
        command = f"{self._commands:032x}"
        wish = {"command_id": command, "name": name, "arguments": dict(arguments), "actor": actor}
        # Never two at the very same time: which is answered first must not depend on the order of a folder.
        asked_at = self._sandbox.clock.now() + timedelta(microseconds=self._commands)
        content = simplejson.dumps({**wish, "asked_at": asked_at.isoformat()})
        folder = data / inbox.FOLDER
        folder.mkdir(exist_ok=True)
        (folder / f"{command}.json").write_text(content, encoding="utf-8")
        return f"{command}.json"

    def pick(self, things: Sequence[Thing]) -> Thing | None:
        """Return one of some things, None where there are none."""
        return self._chance.choice(things) if things else None


def deal_of(invoice: Row) -> str:
    """Return the id of the deal whose name an invoice carries, '' for none."""
    parts = str(invoice["ExternalInvoiceReference1"] or "").split(":")
    return parts[3] if len(parts) == 6 else ""
