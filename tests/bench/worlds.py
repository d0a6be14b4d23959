"""Worlds of the size that a goal speaks of."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sync.sandbox.world import Currency, Customer, PlayedCompany, Product, Seller, SoldDeal, SoldRow, World

COMPANY = PlayedCompany("nord", "Nord Handel AB", "5599000014", 501, date(2026, 1, 1))
FIRST_DAY = date(2026, 1, 2)
DAYS = 60
PRODUCTS = 20


def busy(deals: int, customers: int) -> World:
    """Return a world of new won deals, spread over new customers; the articles are in Fortnox already."""
    products = [_product(number) for number in range(PRODUCTS)]
    return World(
        name=f"busy-{deals}",
        seed=1,
        companies=(COMPANY,),
        currencies=(Currency("SEK", "Svensk krona", Decimal(1)),),
        customers=tuple(_customer(number) for number in range(customers)),
        products=tuple(products),
        sellers=(Seller("asa", "Åsa Ek", "asa@saljare.example"),),
        deals=tuple(_deal(number, products, f"kund-{number % customers}") for number in range(deals)),
        accountant="books",
    )


def _product(number: int) -> Product:
    price = Decimal(100 + 7 * number)
    return Product(f"vara-{number}", f"A{number}", f"Vara {number}", price, frozenset({COMPANY.key}))


def _customer(number: int) -> Customer:
    return Customer(f"kund-{number}", f"Kund {number} AB", "SE", email=f"faktura@kund{number}.example")


def _deal(number: int, products: list[Product], customer: str) -> SoldDeal:
    day = FIRST_DAY + timedelta(days=number % DAYS)
    chosen = (products[number % PRODUCTS], products[(number * 7 + 3) % PRODUCTS])
    rows = tuple(SoldRow(one.key, Decimal(1 + number % 5), one.list_price, one.list_price) for one in chosen)
    return SoldDeal(f"D{number}", customer, "asa", COMPANY.key, f"Affär {number}", day, "won", rows)


def alike(deals: int, customers: int) -> World:
    """Return a world of won deals that differ in their key and customer only."""
    world = busy(customers, customers)
    first = world.deals[0]
    wanted = (replace(first, key=f"D{place}", customer=f"kund-{place % customers}") for place in range(deals))
    return replace(world, name="alike", deals=tuple(wanted))
