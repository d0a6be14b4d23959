"""Tells a world's facts as rows of an Upsales account."""

import random
import zlib
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sync.clock import STOCKHOLM, Clock
from sync.sandbox.tables import Tables
from sync.sandbox.upsales.coerce import plain, utc_text
from sync.sandbox.upsales.quirks import UpsalesQuirks
from sync.sandbox.upsales.data.registry import VAT_LABELS, field_id, put_fields
from sync.sandbox.upsales.data.settings_page import blank_app
from sync.sandbox.upsales.data.state import ACCOUNT_INFO, State
from sync.sandbox.upsales.data.templates import blank, blank_order_row
from sync.sandbox.world import Customer, SoldDeal, SoldRow, Product, World

Row = dict[str, Any]

WON, LOST = 12, 7
_STAGES = (
    (7, "Avslutad - Ingen order", 0, 0),
    (8, "Fallback", 5, 0),
    (9, "Prospect 1", 25, 0),
    (10, "Prospect 2", 50, 0),
    (11, "Muntlig överenskommelse", 90, 0),
    (12, "Avslutad - Order", 100, 0),
    (14, "Order (ej fortnox)", 100, 1),
)
_ALSO_LISTED = {"DKK": Decimal("1.46"), "USD": Decimal("9.36")}
"""Currencies that a CRM lists whether Fortnox has them or not."""
_OPEN = (8, 9, 10, 11)
_APPS = ((74, "Fortnox", "FORTNOX"), (284, "Fortnox Premium", "FORTNOXPREMIUM"))


def seed_upsales(tables: Tables, world: World, clock: Clock) -> None:
    """Write a world into empty tables: settings, users, accounts, products, orders and their history."""
    _Seeder(tables, world, clock).run()
    tables.flush()


def upsales_info(tables: Tables) -> Row:
    """Return what a client's settings need: account, won and lost stage, reference user (ids)."""
    info = tables.get(*ACCOUNT_INFO) or {}
    return {key: info[key] for key in ("account", "won_stage_id", "lost_stage_id", "reference_user_id")}


class _Seeder:
    def __init__(self, tables: Tables, world: World, clock: Clock) -> None:
        self._tables, self._world, self._clock = tables, world, clock
        self._state = State(tables, clock, UpsalesQuirks())
        self._companies = tuple(company.key for company in world.companies)
        self._accounts: dict[str, int] = {}
        self._products: dict[str, int] = {}
        self._users: dict[str, int] = {}
        self._rates: dict[str, Decimal | int] = {}

    def run(self) -> None:
        """Write everything, the referenced before what refers to it."""
        first = min((deal.day for deal in self._world.deals), default=self._clock.now().date())
        self._began = first - timedelta(days=200)
        put_fields(self._tables, self._account_number(), self._companies)
        self._put_settings()
        self._put_users()
        for number, customer in enumerate((c for c in self._world.customers if c.in_crm), 1):
            self._put_account(number, customer)
        for number, product in enumerate(self._world.products, 1):
            self._put_product(number, product)
        for number, deal in enumerate(sorted(self._world.deals, key=lambda deal: deal.day), 1):
            self._put_deal(number, deal)

    def _account_number(self) -> int:
        return 1000 + zlib.crc32(f"{self._world.name}:{self._world.seed}".encode()) % 90000

    def _put_settings(self) -> None:
        for number, name, probability, exclude in _STAGES:
            stage = {"id": number, "name": name, "probability": probability, "exclude": exclude, "roles": []}
            self._state.save("stage", stage)
        standard = {**blank("pricelist"), "id": 1, "name": "Standard", "isDefault": True}
        self._state.save("pricelist", standard)
        self._put_currencies()
        for number, name, alias in _APPS:
            self._tables.put("app", str(number), blank_app(number, name, alias))

    def _put_currencies(self) -> None:
        """Write the list as Upsales keeps it: units per krona, six decimals (FACTS.md 1.9)."""
        known = {currency.code: currency.sek for currency in self._world.currencies}
        for code, sek in {**_ALSO_LISTED, **known}.items():
            rate = self._rates[code] = plain((1 / sek).quantize(Decimal("0.000001")))
            row = {"iso": code, "rate": rate, "masterCurrency": code == "SEK", "active": True}
            self._tables.put("currency", code, row)

    def _put_users(self) -> None:
        for number, seller in enumerate(self._world.sellers, 1):
            self._users[seller.key] = number
            self._put_user(number, seller.name, seller.email)
        reference, key_user = len(self._users) + 1, len(self._users) + 2
        self._put_user(reference, "Kvitt Referens", "referens@example.test")
        self._put_user(key_user, "Kvitt", "kvitt@api.upsales.com", ghost=1, administrator=1)
        hidden = {"id": 1000, "name": "Gmail app", "active": True, "hidden": True}
        self._tables.put("apikey", "1000", hidden)
        self._tables.put("apikey", "1001", {"id": 1001, "name": "Kvitt", "active": True})
        info = {
            "account": self._account_number(),
            "name": self._world.name,
            "won_stage_id": WON,
            "lost_stage_id": LOST,
            "reference_user_id": reference,
            "key_user_id": key_user,
            "seed": self._world.seed,
            "companies": list(self._companies),
        }
        self._tables.put(*ACCOUNT_INFO, info)

    def _put_user(self, number: int, name: str, email: str, **flags: int) -> None:
        stamp = self._moment(self._began, f"user{number}")
        row = {**blank("user"), "id": number, "name": name, "email": email, "regDate": stamp, **flags}
        self._state.save("user", row)

    def _put_account(self, number: int, customer: Customer) -> None:
        self._accounts[customer.key] = number
        stamp = self._moment(self._began + timedelta(days=number % 150), customer.key)
        custom = {
            "EMAIL": customer.email,
            "VAT_TYPE": VAT_LABELS.get(customer.vat_type, ""),
            "CUSTOMER_KEY": customer.key,
        }
        row = {
            **blank("account"),
            "id": number,
            "name": customer.name[:100],
            "phone": customer.phone or None,
            "orgNo": customer.organisation_number or None,
            "currency": customer.currency,
            "users": [{"id": 1 + number % len(self._users)}] if self._users else [],
            "regDate": stamp,
            "modDate": stamp,
            "regBy": {"id": 1} if self._users else None,
            "addresses": _addresses(customer),
            "custom": self._customs("account", custom),
        }
        self._state.save("account", row)

    def _put_product(self, number: int, product: Product) -> None:
        self._products[product.key] = number
        changes = {"id": number, "name": product.name, "articleNo": product.article_number}
        row = {**blank("product"), **changes, "listPrice": plain(product.list_price), "sortId": number}
        self._state.save("product", row)

    def _put_deal(self, number: int, deal: SoldDeal) -> None:
        stage = self._stage_of(number, deal)
        probability = self._state.need("stage", stage)["probability"]
        closed = deal.state != "open"
        registered = self._moment(deal.day - timedelta(days=5 + number % 40), f"made{deal.key}")
        legal = {"LEGAL_ENTITY": deal.company} if len(self._companies) > 1 else {}
        row = {
            **blank("order"),
            "id": number,
            "description": deal.description[:130],
            "closeDate": deal.day.isoformat() if closed else None,
            "date": deal.day.isoformat(),
            "user": {"id": self._users[deal.seller]},
            "client": {"id": self._accounts[deal.customer]},
            "stage": {"id": stage},
            "probability": probability,
            "currency": deal.currency,
            "currencyRate": self._rates[deal.currency],
            "orderRow": [self._deal_row(part, place) for place, part in enumerate(deal.rows)],
            "custom": self._customs("order", legal),
            "regBy": {"id": self._users[deal.seller]},
            "regDate": registered,
            "modDate": self._moment(deal.day, f"closed{deal.key}") if closed else registered,
        }
        self._state.save("order", row)
        if deal.state == "won":
            self._make_customer(self._accounts[deal.customer])
        if deal.flaw:
            self._tables.put("flaw", str(number), {"id": number, "flaw": deal.flaw})

    def _stage_of(self, number: int, deal: SoldDeal) -> int:
        if deal.state == "open":
            return _OPEN[number % len(_OPEN)]
        return WON if deal.state == "won" else LOST

    def _deal_row(self, part: SoldRow, place: int) -> Row:
        return {
            **blank_order_row(),
            "id": self._state.next_id("orderrow"),
            "quantity": plain(part.quantity),
            "price": plain(part.price),
            "listPrice": plain(part.list_price),
            "product": {"id": self._products[part.product]},
            "sortId": place,
        }

    def _make_customer(self, number: int) -> None:
        account = self._state.need("account", number)
        if account["journeyStep"] != "customer":
            self._state.save("account", {**account, "journeyStep": "customer"})

    def _customs(self, entity: str, values: dict[str, str]) -> list[Row]:
        found = [(field_id(self._tables, entity, alias), value) for alias, value in values.items() if value]
        return [{"fieldId": field, "value": value} for field, value in found]

    def _moment(self, day: date, salt: str) -> str:
        """Return a time in office hours of a day, the same for the same salt, and not after now."""
        draw = random.Random(f"{self._world.seed}:{salt}")  # noqa: S311 - a sandbox must repeat itself
        at = time(8 + draw.randrange(9), draw.randrange(60), draw.randrange(60))
        return utc_text(min(datetime.combine(day, at, STOCKHOLM), self._clock.now()))


def _addresses(customer: Customer) -> list[Row]:
    """Return the visiting and the postal address; a country is told even where nothing else is known."""
    return [_address("Visit", customer), _address("Mail", customer)]


def _address(kind: str, customer: Customer) -> Row:
    return {
        "type": kind,
        "address": customer.address or None,
        "zipcode": customer.zip_code or None,
        "city": customer.city or None,
        "state": None,
        "municipality": None,
        "country": customer.country_code,
        "latitude": None,
        "longitude": None,
    }
