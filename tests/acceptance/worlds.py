"""Small worlds of facts: a few customers, products and deals, as a test needs them."""

from datetime import date
from decimal import Decimal

from sync.sandbox.world import (
    Currency,
    Customer,
    DealState,
    HandInvoice,
    PlayedCompany,
    Product,
    Seller,
    SoldDeal,
    SoldRow,
    World,
)

GO_LIVE = date(2026, 1, 1)
DAY = date(2026, 3, 2)
COMPANIES = {
    "nord": PlayedCompany("nord", "Nord Handel AB", "5599000014", 501, GO_LIVE),
    "syd": PlayedCompany("syd", "Syd Service AB", "5599000022", 502, GO_LIVE),
}
ACME = Customer("acme", "Acme Bygg AB", "SE", organisation_number="5598000007", email="faktura@acme.example")
BOLT = Customer("bolt", "Bolt & Mutter AB", "SE", email="faktura@bolt.example")
HAMMER = Product("hammer", "A1", "Hammare", Decimal("159.00"))
NAILS = Product("nails", "A2", "Spik", Decimal("0.99"))
SAW = Product("saw", "A3", "Såg", Decimal("1250.50"))
SELLER = Seller("asa", "Åsa Ek", "asa@saljare.example")


def row(product: Product = HAMMER, quantity: str = "1", percent: str = "0") -> SoldRow:
    """Return a row at list price less a discount in percent, with all decimals."""
    kept = 1 - Decimal(percent) / 100
    return SoldRow(product.key, Decimal(quantity), product.list_price, product.list_price * kept)


def deal(
    key: str,
    *rows: SoldRow,
    customer: Customer = ACME,
    day: date = DAY,
    state: DealState = "won",
    company: str = "nord",
    currency: str = "SEK",
    flaw: str = "",
) -> SoldDeal:
    """Return a deal of one hammer, or of the given rows; its description is its key."""
    return SoldDeal(key, customer.key, "asa", company, key, day, state, rows or (row(),), currency, flaw)


def world(
    *deals: SoldDeal,
    customers: tuple[Customer, ...] = (ACME, BOLT),
    companies: tuple[str, ...] = ("nord",),
    hand_invoices: tuple[HandInvoice, ...] = (),
    name: str = "shop",
) -> World:
    """Return a world of these deals; its accountant only books."""
    return World(
        name=name,
        seed=1,
        companies=tuple(COMPANIES[key] for key in companies),
        currencies=(Currency("SEK", "Svensk krona", Decimal(1)), Currency("EUR", "Euro", Decimal("11.25"))),
        customers=customers,
        products=(HAMMER, NAILS, SAW),
        sellers=(SELLER,),
        deals=deals,
        hand_invoices=hand_invoices,
        accountant="books",
    )
