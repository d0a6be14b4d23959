"""What people do that an amount or a text means more than it looks: VAT by article, rows that move, references like
numbers, customers' cards, deals that are deleted without a word.

These steps are asked for by name in scenarios; chance does not choose them.
"""

from dataclasses import dataclass
from typing import Any

from sync.sandbox.fortnox.hand import edit_by_hand
from sync.sandbox.fortnox.tenant import Tenant
from sync.sandbox.sandbox import Sandbox
from tests.acceptance.worlds import HAMMER, SAW
from tests.sim.crms import PlayedUpsales, Row
from tests.sim.people import People, deal_of

LOW_VAT, ITS_ACCOUNT = 12, 3002


@dataclass(frozen=True)
class HandEdit:
    """What an accountant set on a row of a document: it is hers until she changes it, or cancels the document."""

    tenant: int
    number: str
    description: str
    field: str
    value: Any


class Bookkeeper:
    """An accountant and sellers whose changes carry meaning; `vanished` are drafts whose deals were deleted."""

    def __init__(self, sandbox: Sandbox, crm: PlayedUpsales, people: People) -> None:
        self._sandbox = sandbox
        self._crm = crm
        self._people = people
        self.edits: list[HandEdit] = []
        self.vanished: set[tuple[int, str]] = set()

    async def retax(self) -> bool:
        """Keep the saw as an article of lower VAT, before Kvitt has seen it."""
        for tenant in self._people.tenants:
            fields = {"ArticleNumber": SAW.article_number, "Description": SAW.name, "SalesAccount": ITS_ACCOUNT}
            edit_by_hand(tenant, "articles", "", fields)
        return True

    async def put_first(self) -> bool:
        """Put another product's row before the first of the first deal."""
        product = self._product(HAMMER.article_number)
        price = {"price": product["listPrice"], "listPrice": product["listPrice"]}
        fresh = {"quantity": 1, "product": {"id": product["id"]}, **price}
        return await self._sell("1", lambda rows: [fresh, *rows])

    async def swap_first(self) -> bool:
        """Sell another product in the first row of the first deal, for the same."""
        other = {"id": self._product(HAMMER.article_number)["id"]}
        return await self._sell("1", lambda rows: [{**rows[0], "product": other}, *rows[1:]])

    async def row_hand(self) -> bool:
        """Set VAT and account of the first row of the first deal's draft by hand."""
        tenant, invoice = self._draft("1")
        first, *others = invoice["InvoiceRows"]
        hers = {"VAT": LOW_VAT, "AccountNumber": ITS_ACCOUNT}
        rows = [{"RowId": first["RowId"], **hers}, *({"RowId": row["RowId"]} for row in others)]
        edit_by_hand(tenant, "invoices", invoice["DocumentNumber"], {"InvoiceRows": rows})
        about = (tenant.number, invoice["DocumentNumber"], first["Description"])
        self.edits += [HandEdit(*about, field, value) for field, value in hers.items()]
        self._people.touched.add("1")
        return True

    async def zeros(self) -> bool:
        """Give the first deal a reference that begins with zeros."""
        return await self._refer("0012")

    async def no_zeros(self) -> bool:
        """Take the zeros away: another reference, the same number."""
        return await self._refer("12")

    async def card(self) -> bool:
        """Let every customer's card say that prices are shown with VAT."""
        for tenant in self._people.tenants:
            for row in tenant.tables.rows("customers"):
                edit_by_hand(tenant, "customers", row["CustomerNumber"], {"ShowPriceVATIncluded": True})
        return True

    async def vanish(self) -> bool:
        """Delete the first deal at its source, of which no list tells."""
        self.vanished |= {
            (tenant.number, row["DocumentNumber"])
            for tenant in self._people.tenants
            for row in tenant.tables.rows("invoices")
            if deal_of(row) == "1" and not row["Booked"]
        }
        self._crm._tables.delete("order", "1")
        self._people.touched.add("1")
        return True

    async def _refer(self, reference: str) -> bool:
        self._people.sold_otherwise("1")
        await self._crm.refer("1", reference)
        return True

    async def _sell(self, key: str, change: Any) -> bool:
        names = ("id", "quantity", "price", "listPrice")
        order = self._crm._order(key)
        rows = [{**{n: row[n] for n in names}, "product": {"id": row["product"]["id"]}} for row in order["orderRow"]]
        self._people.sold_otherwise(key)
        await self._crm._put("orders", key, {"orderRow": change(rows)})
        return True

    def _product(self, number: str) -> Row:
        products = self._crm._tables.rows("product")
        return next(row for row in products if row["articleNo"] == number)

    def _draft(self, deal: str) -> tuple[Tenant, Row]:
        return next(
            (tenant, row)
            for tenant in self._people.tenants
            for row in tenant.tables.rows("invoices")
            if deal_of(row) == deal and not row["Booked"]
        )
