"""What people do meanwhile: sell, change their minds, book, take payments, press buttons."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import simplejson

from sync.sandbox.faults import Fault
from sync.sandbox.fortnox.hand import edit_by_hand
from sync.sandbox.fortnox.tenant import Tenant
from sync.sandbox.sandbox import Sandbox
from sync.store import inbox
from tests.sim.crms import PlayedCrm, Row, State

# Of the signs that Fortnox refuses (fortnox/FACTS.md 5.1).
UNSENDABLE = " 🙂"
REFUSAL = (2000999, "Fakturan kan inte skapas just nu.")
# Of what may come first: the step that asks for it, its register, number and name.
_RIVALS = {
    "POST /3/customers": ("take_the_number", "customers", "CustomerNumber", "Name"),
    "POST /3/articles": ("take_the_article", "articles", "ArticleNumber", "Description"),
}
Thing = TypeVar("Thing")
Fits = Callable[[Row], Any]


class People:
    """Sellers in the CRM and an accountant in Fortnox; whom and what they touch is a matter of chance.

    Every step returns whether it did something; what one only lays ready counts when it happens (`did_later`).

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
        self._came_first: Counter[str] = Counter()
        self._refusals: list[tuple[str, Fault]] = []
        self._commands = 0
        self._references = 0

    @property
    def tenants(self) -> list[Tenant]:
        """Return the Fortnox companies."""
        return list(self._sandbox.fortnox.companies.values())

    @property
    def did_later(self) -> Counter[str]:
        """Return how often each step that laid something ready was met: by a call refused, or come second."""
        return self._came_first + Counter(step for step, refusal in self._refusals if refusal.taken)

    # --- the CRM -----------------------------------------------------------------------------------------

    async def edit(self) -> bool:
        """Change a quantity in a won deal."""
        return await self.sell_more(self._deal("won"))

    async def account(self) -> bool:
        """Change what an account says of itself."""
        account = self.pick(self.crm.accounts())
        if account is None:
            return False
        await self.crm.call_account(account.key, f"08-{self._chance.randint(100000, 999999)}")
        return True

    async def win(self) -> bool:
        """Win an open deal."""
        deal = self._deal("open")
        if deal is None:
            return False
        await self.crm.move(deal, "won")
        return True

    async def lose(self) -> bool:
        """Lose a deal that was won."""
        deal = self._deal("won")
        if deal is None:
            return False
        self.touched.add(deal)
        await self.crm.move(deal, "lost")
        return True

    async def delete(self) -> bool:
        """Delete a deal that was won, where the CRM's answers tell of it; elsewhere it is only lost."""
        deal = self._deal("won")
        if deal is None:
            return False
        self.touched.add(deal)
        await self.crm.delete(deal)
        return all(one.key != deal for one in self.crm.deals())

    async def transfer(self) -> bool:
        """Let a won deal belong to another company, where there are several."""
        deal = self._deal("won")
        now = next((one.company for one in self.crm.deals() if one.key == deal), "")
        company = self.pick([one.key for one in self._sandbox.world.companies if one.key != now])
        if deal is None or company is None or len(self.tenants) == 1:
            return False
        self.touched.add(deal)
        await self.crm.assign(deal, company)
        return True

    async def spoil(self) -> bool:
        """Write a reference that Fortnox does not take into a won deal."""
        return await self._refer(self._deal("won"), UNSENDABLE)

    async def respell(self) -> bool:
        """Write another reference into a deal that has one, right or wrong; into any won deal where none has."""
        having = [deal.key for deal in self.crm.deals() if deal.state == "won" and deal.reference]
        return await self._refer(self.pick(having) or self._deal("won"), "")

    async def change_repaired(self) -> bool:
        """Sell more in a deal whose reference was wrong, repaired or not; in any won deal where there is none."""
        known = [deal.key for deal in self.crm.deals() if deal.state == "won" and deal.reference]
        return await self.sell_more(self.pick(known) or self._deal("won"))

    async def sell_more(self, deal: str | None) -> bool:
        """Sell more in a deal, where there is one."""
        if deal is None:
            return False
        self.sold_otherwise(deal)
        await self.crm.add_quantity(deal, self._chance.randint(1, 3))
        return True

    def sold_otherwise(self, deal: str) -> None:
        """Note that a deal's document will have to change."""
        self.edited.add(deal)
        if self._kvitt_books:
            self.touched.add(deal)

    async def _refer(self, deal: str | None, sign: str) -> bool:
        """Each reference is a new one: an operator's edit holds for the one that it was made for."""
        if deal is None:
            return False
        self.sold_otherwise(deal)
        self._references += 1
        now = self._sandbox.clock.now()
        await self.crm.refer(deal, f"Bygge {now:%d%H%M%S}-{self._references}{sign}")
        return True

    def _deal(self, state: State) -> str | None:
        return self.pick([deal.key for deal in self.crm.deals() if deal.state == state])

    # --- Fortnox -----------------------------------------------------------------------------------------

    async def book(self) -> bool:
        """Book a draft."""
        return self._on_invoice(_is_draft, {"action": "bookkeep"})[0] is not None

    async def cancel(self) -> bool:
        """Cancel a draft."""
        return self._on_invoice(_is_draft, {"action": "cancel"})[0] is not None

    async def hand(self) -> tuple[int, str] | None:
        """Change a draft by hand, in a field that no list shows; return its company and path."""
        reference = f"Ekonomi {self._chance.randint(1, 999)}"
        tenant, row = self._on_invoice(
            lambda row: _is_draft(row) and deal_of(row) not in self.unlisted, {"YourReference": reference}
        )
        if tenant is None or row is None:
            return None
        self.unlisted.add(deal_of(row))
        return tenant.number, f"/3/invoices/{row['DocumentNumber']}"

    async def credit(self) -> bool:
        """Credit a booked invoice, and book the credit; now and then that is left for later."""
        tenant, row = await self._booked(lambda row: row["Credit"] != "true" and row["CreditInvoiceReference"] == "0")
        if tenant is None or row is None:
            return False
        self.touched.add(deal_of(row))
        note = edit_by_hand(tenant, "invoices", row["DocumentNumber"], {"action": "credit"})
        if self._chance.random() < 0.7:
            edit_by_hand(tenant, "invoices", note["DocumentNumber"], {"action": "bookkeep"})
        return True

    async def pay(self) -> bool:
        """Register a payment of a booked invoice, of all or of a part."""
        tenant, row = await self._booked(lambda row: row["Balance"] > 0)
        if tenant is None or row is None:
            return False
        amount = row["Balance"] if self._chance.random() < 0.7 else max(1, int(row["Balance"]) // 3)
        paid = "Amount" if row["Currency"] == "SEK" else "AmountCurrency"
        fields = {"InvoiceNumber": row["DocumentNumber"], paid: amount, "ModeOfPayment": "BG"}
        edit_by_hand(tenant, "invoicepayments", "", fields)
        return True

    async def _booked(self, fits: Fits) -> tuple[Tenant | None, Row | None]:
        """Return a booked invoice; where none fits, the accountant books a draft first."""
        found = self._invoice(lambda row: row["Booked"] and fits(row))
        if found[0] is None and await self.book():
            found = self._invoice(lambda row: row["Booked"] and fits(row))
        return found

    def _on_invoice(self, fits: Fits, fields: Row) -> tuple[Tenant | None, Row | None]:
        tenant, row = self._invoice(fits)
        if tenant is not None and row is not None:
            self.touched.add(deal_of(row))
            edit_by_hand(tenant, "invoices", row["DocumentNumber"], fields)
        return tenant, row

    def _invoice(self, fits: Fits) -> tuple[Tenant | None, Row | None]:
        found = [(tenant, row) for tenant in self.tenants for row in tenant.tables.rows("invoices") if fits(row)]
        return self._chance.choice(found) if found else (None, None)

    def spent_deal(self) -> tuple[str, str] | None:
        """Return a deal whose document was cancelled or credited, and the company's key."""
        keys = {company.database_number: company.key for company in self._sandbox.world.companies}
        tenant, row = self._invoice(
            lambda row: (row["Cancelled"] or row["CreditInvoiceReference"] != "0") and deal_of(row)
        )
        return (deal_of(row), keys[tenant.number]) if tenant is not None and row is not None else None

    async def refuse(self) -> bool:
        """Let Fortnox refuse the next new document, for a reason that has passed when it is sent again."""
        return self._refuse("refuse", "invoices")

    async def refuse_customer(self) -> bool:
        """Let Fortnox refuse the next new customer, and so for now the deals that wait for it."""
        return self._refuse("refuse_customer", "customers")

    async def refuse_article(self) -> bool:
        """Let Fortnox refuse the next new article, and so for now the deals that name it."""
        return self._refuse("refuse_article", "articles")

    def _refuse(self, step: str, what: str) -> bool:
        refusal = {"fault": "refuse", "system": "fortnox", "method": "POST", "path": rf"/3/{what}\?"}
        self._sandbox.plan.add([{**refusal, "code": REFUSAL[0], "message": REFUSAL[1]}])
        self._refusals.append((step, self._sandbox.plan.faults[-1]))
        return False

    async def take_the_number(self) -> bool:
        """Let the accountant give the number of the next new customer to one of her own, a moment before it arrives."""
        self._rivals["POST /3/customers"] += 1
        return False

    async def take_the_article(self) -> bool:
        """The same with the number of the next new article."""
        self._rivals["POST /3/articles"] += 1
        return False

    def come_first(self, number: int, call: str, content: bytes) -> None:
        """See a call that is about to reach a company, and do what is to be done a moment before it."""
        if not self._rivals[call]:
            return
        step, plural, key, name = _RIVALS[call]
        (wanted,) = simplejson.loads(content).values()
        tenant = next(one for one in self.tenants if one.number == number)
        if tenant.find(plural, wanted[key]) is None:
            self._rivals[call] -= 1
            edit_by_hand(tenant, plural, "", {key: wanted[key], name: f"Egen {wanted[key]}"})
            self._came_first[step] += 1

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


def _is_draft(invoice: Row) -> bool:
    return not invoice["Booked"] and not invoice["Cancelled"]


def deal_of(invoice: Row) -> str:
    """Return the id of the deal whose name an invoice carries, '' for none."""
    parts = str(invoice["ExternalInvoiceReference1"] or "").split(":")
    return parts[3] if len(parts) == 6 else ""
