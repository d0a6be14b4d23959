"""Turns a world's facts into rows of Fortnox companies, with times in the past where they belong there."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal

from sync.clock import STOCKHOLM, Clock, stockholm_date
from sync.sandbox.fortnox.documents.invoice_actions import bookkeep
from sync.sandbox.fortnox.documents.invoices import insert_invoice
from sync.sandbox.fortnox.fields import half_up
from sync.sandbox.fortnox.quirks import FortnoxQuirks
from sync.sandbox.fortnox.registers.articles import Prices, articles
from sync.sandbox.fortnox.registers.customers import customers
from sync.sandbox.fortnox.registers.registers import registers
from sync.sandbox.fortnox.registers.stock_registers import ACCOUNTS, MODES, PREDEFINED, SERIES, TERMS, UNITS, VAT_CODES
from sync.sandbox.fortnox.tenant import HAND, Tenant
from sync.sandbox.fortnox.wire import Json, as_text, plain
from sync.sandbox.tables import Tables
from sync.sandbox.world import Customer, HandInvoice, PlayedCompany, SoldRow, World


class PastClock:
    """A clock that stands at a set moment, so that seeded rows get the times they would have had."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """Return the set moment."""
        return self.moment

    def monotonic(self) -> float:
        """Return the set moment in seconds."""
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        """Do not wait: nothing happens in the past any more."""

    def go_to(self, day: date) -> None:
        """Stand at ten in the morning, Swedish time, of a day."""
        self.moment = datetime.combine(day, time(10), STOCKHOLM).astimezone(UTC)


def seed_fortnox(tables_by_company: Mapping[str, Tables], world: World, clock: Clock) -> None:
    """Fill each company's tables: registers, and what the world says is in Fortnox already.

    Every financial year from the world's first date to next year exists and is unlocked. Raises ValueError
    with a sentence where an invoice made by hand is for a customer that the company does not have.
    """
    for company in world.companies:
        past = PastClock(clock.now())
        tenant = Tenant(company.database_number, tables_by_company[company.key], past, FortnoxQuirks())
        tenant.actor = HAND
        first = min([*_dates(world), stockholm_date(clock.now())])
        last = max([*_dates(world), stockholm_date(clock.now())])
        past.go_to(first)
        seed_registers(tenant, range(first.year, last.year + 2))
        _seed_company(tenant, company)
        for currency in world.currencies:
            if currency.code != "SEK":
                _currency(tenant, currency.code, currency.name, currency.sek)
        _seed_products(tenant, world, company)
        for customer in world.customers:
            if company.key in customer.fortnox_numbers:
                customers.insert(tenant, customer_fields(customer, company.key))
        _seed_invoices(tenant, world, company, past)
        tenant.tables.flush()


def seed_registers(tenant: Tenant, years: range) -> None:
    """Fill the registers of a new company and its financial years, unlocked."""
    known = registers()
    for number, description in ACCOUNTS.items():
        fields = {"Number": number, "Description": description, "VATCode": VAT_CODES.get(number)}
        known["accounts"].insert(tenant, fields)
    for name, account in PREDEFINED.items():
        known["predefinedaccounts"].insert(tenant, {"Name": name, "Account": account})
    for code, description, english in UNITS:
        fields = {"Code": code, "Description": description, "CodeEnglish": english}
        known["units"].insert(tenant, fields)
    for code, description in TERMS.items():
        known["termsofpayments"].insert(tenant, {"Code": code, "Description": description})
    for code, (description, account_number) in MODES.items():
        fields = {"Code": code, "Description": description, "AccountNumber": account_number}
        known["modesofpayments"].insert(tenant, fields)
    for code, description in SERIES.items():
        known["voucherseries"].insert(tenant, {"Code": code, "Description": description})
    known["pricelists"].insert(tenant, {"Code": "A", "Description": "Standardprislista", "PreSelected": True})
    for year in years:
        dates = {"FromDate": f"{year}-01-01", "ToDate": f"{year}-12-31"}
        known["financialyears"].insert(tenant, dates)
    _currency(tenant, "SEK", "Svenska kronor", Decimal(1))
    tenant.save("lockedperiod", "1", {"EndDate": None})


def customer_fields(customer: Customer, company_key: str) -> Json:
    """Return a customer's facts in Fortnox's field names."""
    fields = {
        "CustomerNumber": customer.fortnox_numbers[company_key],
        "Name": customer.name,
        "OrganisationNumber": customer.organisation_number,
        "Email": customer.email,
        "Phone1": customer.phone or None,
        "Address1": customer.address or None,
        "ZipCode": customer.zip_code or None,
        "City": customer.city or None,
        "CountryCode": customer.country_code or None,
        "VATType": customer.vat_type,
        "Currency": customer.currency,
    }
    return {name: value for name, value in fields.items() if value}


def _dates(world: World) -> Iterator[date]:
    yield from (deal.day for deal in world.deals)
    yield from (invoice.day for invoice in world.hand_invoices)
    yield from (company.go_live for company in world.companies)


def _currency(tenant: Tenant, code: str, name: str, sek: Decimal) -> None:
    rate = plain(sek)
    fields = {"Code": code, "Description": name, "BuyRate": rate, "SellRate": rate, "Unit": 1}
    registers()["currencies"].insert(tenant, fields)


def _seed_company(tenant: Tenant, company: PlayedCompany) -> None:
    facts = {
        "CompanyName": company.name,
        "OrganizationNumber": company.organisation_number,
        "Country": "Sverige",
        "CountryCode": "SE",
    }
    tenant.save("company", "1", facts)


def _seed_products(tenant: Tenant, world: World, company: PlayedCompany) -> None:
    prices = Prices()
    for product in world.products:
        if company.key not in product.in_fortnox:
            continue
        articles.insert(tenant, {"ArticleNumber": product.article_number, "Description": product.name})
        price = {"ArticleNumber": product.article_number, "PriceList": "A", "Price": product.list_price}
        prices.set_price(tenant, price)


def _seed_invoices(tenant: Tenant, world: World, company: PlayedCompany, past: PastClock) -> None:
    mine = [invoice for invoice in world.hand_invoices if invoice.company == company.key]
    for invoice in sorted(mine, key=lambda one: one.day):
        past.go_to(invoice.day)
        row = insert_invoice(tenant, _invoice_fields(invoice, world, company))
        if invoice.booked:
            bookkeep(tenant, row)


def _invoice_fields(invoice: HandInvoice, world: World, company: PlayedCompany) -> Json:
    customer = next(one for one in world.customers if one.key == invoice.customer)
    number = customer.fortnox_numbers.get(company.key)
    if number is None:
        raise ValueError(
            f"The invoice made by hand on {invoice.day} in {company.name} is for {customer.name}, "
            f"which has no customer number there; give it one in `fortnox_numbers`."
        )
    return {
        "CustomerNumber": number,
        "InvoiceDate": invoice.day.isoformat(),
        "OutboundDate": invoice.day.isoformat(),
        "InvoiceRows": [_row_fields(row, world, company) for row in invoice.rows],
    }


def _row_fields(row: SoldRow, world: World, company: PlayedCompany) -> Json:
    product = next(one for one in world.products if one.key == row.product)
    fields: Json = {
        "Description": product.name,
        "DeliveredQuantity": as_text(row.quantity),
        "Price": plain(half_up(row.price)),
    }
    if company.key in product.in_fortnox:
        fields["ArticleNumber"] = product.article_number
    return fields
