"""Tells a world's facts as records of a Salesforce org (ARCHITECTURE.md: the worlds)."""

import random
import zlib
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sync.clock import STOCKHOLM, Clock
from sync.sandbox.salesforce.data.custom_fields import LEGAL_ENTITY
from sync.sandbox.salesforce.data.ids import make_id
from sync.sandbox.salesforce.data.lines import expected, total_price
from sync.sandbox.salesforce.data.org import ORG_INFO, Org
from sync.sandbox.salesforce.quirks import SalesforceQuirks
from sync.sandbox.salesforce.data.rules import fiscal, staged
from sync.sandbox.salesforce.data.values import half_up, stamp
from sync.sandbox.tables import Row, Tables
from sync.sandbox.world import Customer, SoldDeal, SoldRow, Product, World

USERNAME = "kvitt@example.test"
"""The integration user: the one the app runs as, and the `sub` of its assertions."""

_STAGES = (
    ("Prospecting", 10, False, False, "Pipeline"),
    ("Qualification", 25, False, False, "Pipeline"),
    ("Proposal/Price Quote", 60, False, False, "BestCase"),
    ("Negotiation/Review", 90, False, False, "Commit"),
    ("Closed Won", 100, True, True, "Closed"),
    ("Closed Won - Renewal", 100, True, True, "Closed"),
    ("Closed Lost", 0, True, False, "Omitted"),
)
_OPEN = tuple(name for name, _, closed, _, _ in _STAGES if not closed)
_ALSO_LISTED = {"DKK": Decimal("1.46"), "USD": Decimal("9.36")}
"""Currencies that a multi-currency org lists whether Fortnox has them or not."""
_FIRST_USER = 1


def seed_salesforce(tables: Tables, world: World, clock: Clock, quirks: SalesforceQuirks | None = None) -> None:
    """Write a world into empty tables: the org, users, accounts, products with prices, opportunities."""
    _Seeder(Org(tables, clock, quirks or SalesforceQuirks()), world).run()
    tables.flush()


def salesforce_info(tables: Tables) -> Row:
    """Return what a client's settings and pairing need."""
    info = tables.get(*ORG_INFO) or {}
    return {
        "organization_id": info.get("organization_id"),
        "is_sandbox": info.get("is_sandbox"),
        "multi_currency": info.get("multi_currency"),
        "username": USERNAME,
    }


class _Seeder:
    def __init__(self, org: Org, world: World) -> None:
        self._org, self._world = org, world
        self._companies = tuple(company.key for company in world.companies)
        currencies = {deal.currency for deal in world.deals} | {one.code for one in world.currencies}
        self._several = currencies != {"SEK"} and bool(currencies)
        self._accounts: dict[str, str] = {}
        self._products: dict[str, str] = {}
        self._entries: dict[tuple[str, str], Row] = {}
        self._users: dict[str, str] = {}

    def run(self) -> None:
        """Write everything, the referenced before what refers to it."""
        first = min((deal.day for deal in self._world.deals), default=self._org.clock.now().date())
        self._began = first - timedelta(days=200)
        self._put_info()
        self._put_users()
        self._put_settings()
        for number, customer in enumerate((one for one in self._world.customers if one.in_crm), 1):
            self._put_account(number, customer)
        for product in self._world.products:
            self._put_product(product)
        for number, deal in enumerate(sorted(self._world.deals, key=lambda deal: deal.day), 1):
            self._put_deal(number, deal)

    def _put_info(self) -> None:
        number = zlib.crc32(f"{self._world.name}:{self._world.seed}".encode())
        organization = make_id("00D", 1_000_000_000 + number)
        info = {
            "organization_id": organization,
            "is_sandbox": True,
            "multi_currency": self._several,
            "currency": "SEK",
            "companies": list(self._companies),
            "integration_user": make_id("005", 1 + len(self._world.sellers)),
        }
        self._org.tables.put(*ORG_INFO, info)
        self._org.refresh()

    def _put_users(self) -> None:
        for seller in self._world.sellers:
            first, _, last = seller.name.rpartition(" ")
            self._users[seller.key] = self._put_user(first, last, seller.email, seller.email)
        made = self._put_user("", "Kvitt", USERNAME, USERNAME)
        assert made == self._org.user()

    def _put_user(self, first: str, last: str, username: str, email: str) -> str:
        fields = {
            "Username": username,
            "FirstName": first or None,
            "LastName": last,
            "Name": f"{first} {last}".strip(),
            "Email": email,
            "IsActive": True,
            "UserType": "Standard",
        }
        at = self._moment(self._began, f"user{username}")
        return str(self._org.add("User", fields, make_id("005", _FIRST_USER), at=at)["Id"])

    def _put_settings(self) -> None:
        organization = {
            "Id": self._org.info()["organization_id"],
            "Name": self._world.name,
            "Country": "SE",
            "DefaultLocaleSidKey": "sv_SE",
            "TimeZoneSidKey": "Europe/Stockholm",
            "LanguageLocaleKey": "en_US",
            "FiscalYearStartMonth": 1,
            "OrganizationType": "Developer Edition",
            "InstanceName": "SWE1S",
            "IsSandbox": True,
        }
        self._add("Organization", organization)
        for place, (name, chance, closed, won, forecast) in enumerate(_STAGES, 1):
            stage = {"MasterLabel": name, "ApiName": name, "IsActive": True, "SortOrder": place}
            stage |= {"IsClosed": closed, "IsWon": won, "DefaultProbability": Decimal(chance)}
            self._add("OpportunityStage", stage | {"ForecastCategory": forecast, "ForecastCategoryName": forecast})
        book = {"Name": "Standard Price Book", "IsActive": True, "IsStandard": True}
        self._book = str(self._add("Pricebook2", book)["Id"])
        if self._several:
            self._put_currencies()

    def _put_currencies(self) -> None:
        """Write the rates as Salesforce keeps them: units per unit of the corporate currency."""
        known = {currency.code: currency.sek for currency in self._world.currencies}
        for code, sek in {**_ALSO_LISTED, **known}.items():
            rate = half_up(1 / sek, 6)
            listed = {"IsoCode": code, "ConversionRate": rate, "DecimalPlaces": 2, "IsActive": True}
            self._add("CurrencyType", listed | {"IsCorporate": code == "SEK"})
            dated = {"IsoCode": code, "StartDate": self._began.isoformat(), "NextStartDate": "9999-12-31"}
            self._add("DatedConversionRate", dated | {"ConversionRate": rate})

    def _put_account(self, number: int, customer: Customer) -> None:
        fields = {
            "Name": customer.name[:255],
            "AccountNumber": customer.key[:40],
            "Type": "Customer",
            "Phone": customer.phone or None,
            "BillingStreet": customer.address or None,
            "BillingCity": customer.city or None,
            "BillingPostalCode": customer.zip_code or None,
            "BillingCountry": customer.country_code or None,
            "Organization_Number__c": customer.organisation_number or None,
            "VAT_Type__c": customer.vat_type,
            "Invoice_Email__c": customer.email or None,
            "CurrencyIsoCode": customer.currency if self._several else "SEK",
            "OwnerId": self._owner(number),
        }
        at = self._moment(self._began + timedelta(days=number % 150), customer.key)
        self._accounts[customer.key] = str(self._org.add("Account", fields, self._owner(number), at=at)["Id"])

    def _put_product(self, product: Product) -> None:
        fields = {"Name": product.name, "ProductCode": product.article_number, "IsActive": True}
        made = self._add("Product2", fields)
        self._products[product.key] = str(made["Id"])
        self._entry(product.key, "SEK", product.list_price)

    def _entry(self, product: str, currency: str, price: Decimal) -> Row:
        """Return the standard price of a product in a currency; the first price met is its price."""
        found = self._entries.get((product, currency))
        if found is None:
            record = self._org.find("Product2", self._products[product]) or {}
            fields = {
                "Name": record["Name"],
                "ProductCode": record["ProductCode"],
                "Pricebook2Id": self._book,
                "Product2Id": record["Id"],
                "UnitPrice": half_up(price),
                "IsActive": True,
                "CurrencyIsoCode": currency,
            }
            found = self._entries[product, currency] = self._add("PricebookEntry", fields)
        return found

    def _put_deal(self, number: int, deal: SoldDeal) -> None:
        made = self._moment(deal.day - timedelta(days=5 + number % 40), f"made{deal.key}")
        at = self._moment(deal.day, f"closed{deal.key}") if deal.state != "open" else made
        lines = [self._line(part, place, deal.currency) for place, part in enumerate(deal.rows, 1)]
        seller = self._users[deal.seller]
        fields: Row = {
            "Name": deal.description[:120],
            "AccountId": self._accounts[deal.customer],
            "StageName": self._stage(number, deal),
            "CloseDate": deal.day.isoformat(),
            "OwnerId": seller,
            "CurrencyIsoCode": deal.currency,
            "HasOpportunityLineItem": bool(lines),
            "Amount": sum((line["TotalPrice"] for line in lines), Decimal(0)) if lines else None,
            "Pricebook2Id": self._book if lines else None,
            LEGAL_ENTITY: deal.company if len(self._companies) > 1 else None,
        }
        fields |= staged(self._org, fields["StageName"])
        record = self._org.add("Opportunity", fields | expected(fields) | fiscal(fields["CloseDate"]), seller, at=at)
        self._org.put("Opportunity", record | {"CreatedDate": made})
        for line in lines:
            name = f"{record['Name']} {line.pop('product')}"[:376]
            self._org.add("OpportunityLineItem", line | {"OpportunityId": record["Id"], "Name": name}, seller, at=at)
        if deal.flaw:
            self._org.tables.put("flaw", record["Id"], {"id": record["Id"], "flaw": deal.flaw})

    def _line(self, part: SoldRow, place: int, currency: str) -> Row:
        """Return a line: a discount of up to two decimals is one, any other price is the sales price itself."""
        entry = self._entry(part.product, currency, part.list_price)
        discount = _discount(part)
        price = half_up(part.price) if discount is None else part.list_price
        line = {
            "PricebookEntryId": entry["Id"],
            "Product2Id": entry["Product2Id"],
            "ProductCode": entry["ProductCode"],
            "product": entry["Name"],
            "ListPrice": entry["UnitPrice"],
            "UnitPrice": price,
            "Quantity": part.quantity,
            "Discount": discount or None,
            "SortOrder": place,
            "CurrencyIsoCode": currency,
        }
        return line | {"TotalPrice": total_price(line), "Subtotal": half_up(price * part.quantity)}

    def _stage(self, number: int, deal: SoldDeal) -> str:
        if deal.state == "open":
            return _OPEN[number % len(_OPEN)]
        return "Closed Won" if deal.state == "won" else "Closed Lost"

    def _owner(self, number: int) -> str:
        users = list(self._users.values())
        return users[number % len(users)] if users else self._org.user()

    def _add(self, sobject: str, fields: Row) -> Row:
        at = self._moment(self._began, f"{sobject}{fields}")
        return self._org.add(sobject, fields, make_id("005", _FIRST_USER), at=at)

    def _moment(self, day: date, salt: str) -> str:
        """Return a time in office hours of a day, the same for the same salt, and not after now."""
        draw = random.Random(f"{self._world.seed}:{salt}")  # noqa: S311 - a sandbox must repeat itself
        at = time(8 + draw.randrange(9), draw.randrange(60), draw.randrange(60))
        return stamp(min(datetime.combine(day, at, STOCKHOLM), self._org.clock.now()))


def _discount(part: SoldRow) -> Decimal | None:
    """Return a row's discount in percent, None where the field's two decimals cannot say it."""
    if not part.list_price:
        return None
    percent = (1 - part.price / part.list_price) * 100
    rounded = half_up(percent)
    exact = part.list_price * (1 - rounded / 100) == part.price
    return rounded if exact and 0 <= rounded <= 100 else None
