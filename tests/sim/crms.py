"""The CRM of a simulation: what its tables say, and what people do in it, the same words for each.

The checker and the people know a CRM only by this; a third one adds a class here.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

import simplejson

from sync.connectors.salesforce.settings import SalesforceSettings
from sync.connectors.upsales.settings import UpsalesSettings
from sync.sandbox.crm import Crm, CrmMaker
from sync.sandbox.salesforce.app import SalesforceApp
from sync.sandbox.salesforce.data.org import Org
from sync.sandbox.salesforce.play import play as play_salesforce
from sync.sandbox.salesforce.quirks import SalesforceQuirks
from sync.sandbox.sandbox import Sandbox
from sync.sandbox.serving.asgi import call
from sync.sandbox.tables import Tables
from sync.sandbox.upsales.app import UpsalesApp
from sync.sandbox.upsales.play import play as play_upsales
from sync.setting_types import CrmSettings
from tests.sim.canaries import CLIENT_SECRET, CRM_TOKEN

Row = dict[str, Any]
State = Literal["open", "won", "lost"]
WON, LOST = 12, 7
ORE = Decimal("0.01")


@dataclass(frozen=True)
class Deal:
    """A deal as the CRM has it: rows are (product's name, quantity, net to the öre); `number`, `status` and `balance`
    were told by Kvitt.
    """

    key: str
    state: State
    customer: str
    currency: str
    company: str
    reference: str
    number: str
    status: str
    balance: Decimal
    rows: tuple[tuple[str, Decimal, Decimal], ...]

    @property
    def said(self) -> tuple[Any, ...]:
        """Return what the deal says by itself, without what Kvitt told it."""
        return self.state, self.customer, self.currency, self.reference, self.rows


@dataclass(frozen=True)
class Account:
    """An account as the CRM has it; `number` was told by Kvitt."""

    key: str
    phone: str
    number: str


@dataclass(frozen=True)
class Record:
    """A record that must be in the store: `names` are the fields that must be the same there."""

    kind: str
    key: str
    row: Row
    names: tuple[str, ...]


class PlayedCrm(ABC):
    """One played CRM of a simulation."""

    system: str
    deal_kind: str
    creating: str

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._tables: Tables = sandbox._tables[-1]

    @abstractmethod
    def settings(self, url: str) -> CrmSettings:
        """Return what Kvitt's settings say of it; it answers at `url`."""

    @abstractmethod
    def deals(self) -> list[Deal]:
        """Return all deals that can be seen, in the order in which they were made."""

    @abstractmethod
    def accounts(self) -> list[Account]:
        """Return all accounts."""

    @abstractmethod
    def records(self) -> Iterator[Record]:
        """Yield what Kvitt must have read."""

    @abstractmethod
    async def call_account(self, key: str, phone: str) -> None:
        """Give an account another phone number."""

    @abstractmethod
    async def move(self, key: str, state: State) -> None:
        """Win or lose a deal."""

    @abstractmethod
    async def add_quantity(self, key: str, more: int) -> None:
        """Sell more of a deal's first row."""

    @abstractmethod
    async def refer(self, key: str, reference: str) -> None:
        """Write the customer's order number into a deal."""

    @abstractmethod
    async def assign(self, key: str, company: str) -> None:
        """Let a deal belong to a Fortnox company."""

    @abstractmethod
    async def delete(self, key: str) -> None:
        """Delete a deal that was won."""

    @abstractmethod
    async def forget_tokens(self) -> None:
        """Take none of the tokens that were issued."""


class PlayedUpsales(PlayedCrm):
    """Upsales, with a key that can be told from every other text."""

    system, deal_kind, creating = "upsales", "order", "POST /api/"

    def settings(self, url: str) -> CrmSettings:
        info = self._sandbox.crms[0].info()
        won = str(info["won_stage_id"])
        return UpsalesSettings(account=str(info["account"]), token=CRM_TOKEN, won_stage_id=won, base_url=url)  # type: ignore[arg-type]

    def deals(self) -> list[Deal]:
        names = {row["id"]: row["name"] for row in self._tables.rows("product")}
        aliases = {row["id"]: row["alias"] for row in self._tables.rows("field:order")}
        return [self._deal(order, names, aliases) for order in self._tables.rows("order")]

    def accounts(self) -> list[Account]:
        aliases = {row["id"]: row["alias"] for row in self._tables.rows("field:account")}
        return [
            Account(
                str(row["id"]), str(row["phone"] or ""), str(_custom(row, aliases).get("FORTNOX_CUSTOMER_ID") or "")
            )
            for row in self._tables.rows("account")
        ]

    def records(self) -> Iterator[Record]:
        for kind, names in (("account", ("name", "modDate")), ("order", ("description", "modDate"))):
            yield from (Record(kind, str(row["id"]), row, names) for row in self._tables.rows(kind))

    async def call_account(self, key: str, phone: str) -> None:
        await self._put("accounts", key, {"phone": phone})

    async def move(self, key: str, state: State) -> None:
        stage, chance = (WON, 100) if state == "won" else (LOST, 0)
        await self._put("orders", key, {"stage": {"id": stage}, "probability": chance})

    async def add_quantity(self, key: str, more: int) -> None:
        names = ("id", "quantity", "price", "listPrice")
        rows = [
            {**{name: one[name] for name in names}, "product": {"id": one["product"]["id"]}}
            for one in self._order(key)["orderRow"]
        ]
        rows[0]["quantity"] = rows[0]["quantity"] + more
        await self._put("orders", key, {"orderRow": rows})

    async def refer(self, key: str, reference: str) -> None:
        await self._put_custom(key, "REFERENCE", reference)

    async def assign(self, key: str, company: str) -> None:
        await self._put_custom(key, "LEGAL_ENTITY", company)

    async def delete(self, key: str) -> None:
        """Lose it: no answer of Upsales's tells that a record was deleted, so nobody may do that to a won deal."""
        await self.move(key, "lost")

    async def forget_tokens(self) -> None:
        """Nothing: the key does not end."""

    def _order(self, key: str) -> Row:
        found = self._tables.get("order", key)
        assert found is not None
        return found

    def _deal(self, order: Row, names: dict[int, str], aliases: dict[int, str]) -> Deal:
        custom = _custom(order, aliases)
        account = self._tables.get("account", str(order["client"]["id"])) or {}
        state: State = {WON: "won", LOST: "lost"}.get(order["stage"]["id"], "open")  # type: ignore[assignment]
        return Deal(
            key=str(order["id"]),
            state=state,
            customer=account["name"],
            currency=order["currency"],
            company=str(custom.get("LEGAL_ENTITY") or ""),
            reference=str(custom.get("REFERENCE") or ""),
            number=str(custom.get("FORTNOX_ID") or ""),
            status=str(custom.get("KVITT_STATUS") or ""),
            balance=Decimal(custom.get("FN_BALANCE") or 0),
            rows=tuple(
                (names[one["product"]["id"]], Decimal(one["quantity"]), _ore(one["quantity"], one["price"]))
                for one in order["orderRow"]
            ),
        )

    async def _put_custom(self, key: str, alias: str, value: str) -> None:
        field = next(row["id"] for row in self._tables.rows("field:order") if row["alias"] == alias)
        kept = [{name: one[name] for name in ("fieldId", "value")} for one in self._order(key)["custom"]]
        others = [one for one in kept if one["fieldId"] != field]
        await self._put("orders", key, {"custom": [*others, {"fieldId": field, "value": value}]})

    async def _put(self, path: str, key: str, fields: Row) -> None:
        body = simplejson.dumps(fields, use_decimal=True).encode()
        headers = [(b"content-type", b"application/json"), (b"cookie", f"token={CRM_TOKEN}".encode())]
        answer = await call(self._sandbox.crms[0].asgi, "PUT", f"/api/v2/{path}/{key}", headers, body)
        assert 200 <= answer.status < 300, answer.body


class PlayedSalesforce(PlayedCrm):
    """A Salesforce org, whose app has a secret that can be told from every other text."""

    system, deal_kind, creating = "salesforce", "opportunity", "POST /services/data/"

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self._org = Org(self._tables, sandbox.clock, SalesforceQuirks())

    def settings(self, url: str) -> CrmSettings:
        info = self._sandbox.crms[0].info()
        return SalesforceSettings(
            organisation_id=str(info["organization_id"]),
            sandbox=info["is_sandbox"] is True,
            login_url=url,
            client_id="kvitt",
            client_secret=CLIENT_SECRET,  # type: ignore[arg-type]
        )

    def deals(self) -> list[Deal]:
        accounts = {row["Id"]: row["Name"] for row in self._org.rows("Account")}
        return [self._deal(row, accounts) for row in self._org.rows("Opportunity")]

    def accounts(self) -> list[Account]:
        return [
            Account(str(row["Id"]), str(row["Phone"] or ""), str(row["Fortnox_Customer_Number__c"] or ""))
            for row in self._org.rows("Account")
        ]

    def records(self) -> Iterator[Record]:
        read = (
            ("Account", "account", ("Name", "Phone")),
            ("Product2", "product2", ("Name",)),
            ("Opportunity", "opportunity", ("Name", "IsWon", "IsClosed", "Amount", "Your_Order_Number__c")),
        )
        for sobject, kind, names in read:
            yield from (Record(kind, str(row["Id"]), row, names) for row in self._org.rows(sobject))

    async def call_account(self, key: str, phone: str) -> None:
        await self._edit("Account", key, {"Phone": phone})

    async def move(self, key: str, state: State) -> None:
        await self._edit("Opportunity", key, {"StageName": "Closed Won" if state == "won" else "Closed Lost"})

    async def add_quantity(self, key: str, more: int) -> None:
        line = self._lines(key)[0]
        # With the price beside it: without one, Salesforce keeps the row's total (salesforce/FACTS.md 8.3).
        fields = {"Quantity": Decimal(line["Quantity"]) + more, "UnitPrice": line["UnitPrice"]}
        await self._edit("OpportunityLineItem", line["Id"], fields)

    async def refer(self, key: str, reference: str) -> None:
        await self._edit("Opportunity", key, {"Your_Order_Number__c": reference})

    async def assign(self, key: str, company: str) -> None:
        await self._edit("Opportunity", key, {"Legal_Entity__c": company})

    async def delete(self, key: str) -> None:
        await self._edit("Opportunity", key, {"action": "delete"})

    async def forget_tokens(self) -> None:
        await self._edit("Session", "", {"action": "revoke"})

    async def _edit(self, kind: str, key: str, fields: Row) -> None:
        await self._sandbox.crms[0].edit(kind, key, fields)

    def _lines(self, key: str) -> list[Row]:
        found = [row for row in self._org.rows("OpportunityLineItem") if row["OpportunityId"] == key]
        return sorted(found, key=lambda row: int(row["SortOrder"]))

    def _deal(self, row: Row, accounts: dict[str, str]) -> Deal:
        state: State = "won" if row["IsWon"] else "lost" if row["IsClosed"] else "open"
        products = {one["Id"]: one["Name"] for one in self._org.rows("Product2")}
        return Deal(
            key=str(row["Id"]),
            state=state,
            customer=accounts[row["AccountId"]],
            currency=row["CurrencyIsoCode"],
            company=str(row["Legal_Entity__c"] or ""),
            reference=str(row["Your_Order_Number__c"] or ""),
            number=str(row["Fortnox_Invoice_Number__c"] or ""),
            status=str(row["Fortnox_Status__c"] or ""),
            balance=Decimal(row["Fortnox_Balance__c"] or 0),
            rows=tuple(
                (products[line["Product2Id"]], Decimal(line["Quantity"]), Decimal(line["TotalPrice"]))
                for line in self._lines(row["Id"])
            ),
        )


def _custom(row: Row, aliases: dict[int, str]) -> Row:
    return {aliases[one["fieldId"]]: one["value"] for one in row["custom"] if one["fieldId"] in aliases}


def _ore(quantity: Any, price: Any) -> Decimal:
    return (Decimal(quantity) * Decimal(price)).quantize(ORE, ROUND_HALF_UP)


def _upsales(tables: Tables, world: Any, clock: Any, is_new: bool) -> Crm:
    made = play_upsales(tables, world, clock, is_new)
    return replace(made, asgi=UpsalesApp(tables, clock, CRM_TOKEN).asgi)


def _salesforce(tables: Tables, world: Any, clock: Any, is_new: bool) -> Crm:
    made = play_salesforce(tables, world, clock, is_new)
    app = SalesforceApp(tables, clock, client_id="kvitt", client_secret=CLIENT_SECRET)
    return replace(made, asgi=app.asgi)


MAKERS: dict[str, CrmMaker] = {"upsales": _upsales, "salesforce": _salesforce}
PLAYED: dict[str, type[PlayedCrm]] = {"upsales": PlayedUpsales, "salesforce": PlayedSalesforce}
