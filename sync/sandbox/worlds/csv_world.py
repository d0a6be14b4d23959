"""A world read from CSV files with Northwind's columns (ARCHITECTURE.md: the worlds)."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from sync.sandbox.world import Currency, Customer, PlayedCompany, Product, Seller, SoldDeal, SoldRow, World
from sync.sandbox.worlds.countries import country_code, vat_type
from sync.sandbox.worlds.csv_table import CsvLine, read_lines
from sync.sandbox.worlds.errors import WorldError

COLUMNS: dict[str, tuple[str, ...]] = {
    "customers.csv": ("customer_id", "company_name", "country"),
    "products.csv": ("product_id", "product_name", "unit_price"),
    "employees.csv": ("employee_id", "last_name", "first_name"),
    "orders.csv": ("order_id", "customer_id", "employee_id", "order_date"),
    "order_details.csv": ("order_id", "product_id", "unit_price", "quantity", "discount"),
}
"""The files of a world and the columns each must have; further columns do no harm."""

COMPANY = "main"

T = TypeVar("T")
Say = Callable[[str], None]


@dataclass(frozen=True)
class _Order:
    key: str
    customer: str
    seller: str
    day: date


def _silent(_sentence: str) -> None:
    """Say nothing."""


def read_csv_world(folder: Path, say: Say = _silent) -> World:
    """Return the world that a folder of CSV files tells; `say` is told how an unusual file is read.

    All in SEK at rate 1, one Fortnox company "main" that goes live on the first order's day, and an
    accountant who only books. Every order is a deal won on its date. A row's price is list price x
    (1 - discount) with all its decimals. Raises `WorldError` that names file, line and column.
    """
    missing = [name for name in COLUMNS if not (folder / name).is_file()]
    if missing:
        raise WorldError([f"{name} is missing in {folder}; put it there." for name in missing])
    customers = _by_key(folder, "customers.csv", "customer_id", _customer, say)
    products = _by_key(folder, "products.csv", "product_id", _product, say)
    sellers = _by_key(folder, "employees.csv", "employee_id", _seller, say)
    orders = _orders(folder, customers, sellers, say)
    rows = _rows(folder, orders, products, say)
    go_live = min(order.day for order in orders.values())
    return World(
        name=folder.resolve().name,
        seed=1,
        companies=(PlayedCompany(COMPANY, "Kvitt Exempel AB", "5599000006", 1, go_live),),
        currencies=(Currency("SEK", "Svensk krona", Decimal(1)),),
        customers=tuple(customers.values()),
        products=tuple(products.values()),
        sellers=tuple(sellers.values()),
        deals=tuple(_deal(order, rows[order.key]) for order in orders.values()),
        accountant="books",
    )


def _by_key(folder: Path, file: str, key: str, make: Callable[[CsvLine], T], say: Say) -> dict[str, T]:
    lines, problems = read_lines(folder / file, COLUMNS[file], say)
    found: dict[str, T] = {}
    seen: dict[str, int] = {}
    for line in lines:
        identity = _unique(line, key, seen)
        found[identity] = make(line)
    problems.raise_any()
    return found


def _unique(line: CsvLine, column: str, seen: dict[str, int]) -> str:
    identity = line.needed(column)
    if identity in seen:
        says = f"{identity} is already on line {seen[identity]}; give each row its own."
        line.problems.add(line.number, column, says)
    seen.setdefault(identity, line.number)
    return identity


def _customer(line: CsvLine) -> Customer:
    country = line.needed("country")
    code = country_code(country)
    if country and not code:
        says = f"{country} is no country's English name; write its two-letter ISO code."
        line.problems.add(line.number, "country", says)
    return Customer(
        key=line.text("customer_id"),
        name=line.needed("company_name"),
        country_code=code,
        phone=line.text("phone"),
        address=line.text("address"),
        zip_code=line.text("postal_code"),
        city=line.text("city"),
        vat_type=vat_type(code),
    )


def _product(line: CsvLine) -> Product:
    key = line.text("product_id")
    return Product(key, key, line.needed("product_name"), _price(line))


def _price(line: CsvLine) -> Decimal:
    price = line.hundredths("unit_price")
    if price < 0:
        line.problems.add(line.number, "unit_price", f"{price} is below 0; a price is 0 or more.")
    return price


def _seller(line: CsvLine) -> Seller:
    key = line.text("employee_id")
    name = f"{line.text('first_name')} {line.needed('last_name')}".strip()
    return Seller(key, name, f"saljare{key}@example.test")


def _orders(folder: Path, customers: dict[str, Customer], sellers: dict[str, Seller], say: Say) -> dict[str, _Order]:
    def make(line: CsvLine) -> _Order:
        _known(line, "customer_id", customers, "customers.csv")
        _known(line, "employee_id", sellers, "employees.csv")
        return _Order(line.text("order_id"), line.text("customer_id"), line.text("employee_id"), line.day("order_date"))

    return _by_key(folder, "orders.csv", "order_id", make, say)


def _rows(folder: Path, orders: dict[str, _Order], products: dict[str, Product], say: Say) -> dict[str, list[SoldRow]]:
    lines, problems = read_lines(folder / "order_details.csv", COLUMNS["order_details.csv"], say)
    rows: dict[str, list[SoldRow]] = {key: [] for key in orders}
    for line in lines:
        _known(line, "order_id", orders, "orders.csv")
        _known(line, "product_id", products, "products.csv")
        rows.setdefault(line.text("order_id"), []).append(_deal_row(line))
    problems.raise_any()
    return rows


def _deal_row(line: CsvLine) -> SoldRow:
    quantity, discount = line.hundredths("quantity"), line.hundredths("discount")
    if quantity == 0:
        line.problems.add(line.number, "quantity", f"{quantity} is not above 0; remove the row or correct it.")
    if quantity < 0:
        says = f"{quantity} is a return, and a world holds sales; take it off what was sold in that order."
        line.problems.add(line.number, "quantity", says)
    if not 0 <= discount <= 1:
        says = f"{discount} is not between 0 and 1; write 15 % as 0.15."
        line.problems.add(line.number, "discount", says)
    price = _price(line)
    return SoldRow(line.text("product_id"), quantity, price, price * (1 - discount))


def _known(line: CsvLine, column: str, known: Collection[str], file: str) -> None:
    key = line.needed(column)
    if key and key not in known:
        line.problems.add(line.number, column, f"{key} is not in {file}; add it there or correct it.")


def _deal(order: _Order, rows: list[SoldRow]) -> SoldDeal:
    """Return the won deal of an order; one without rows cannot become an invoice."""
    return SoldDeal(
        key=order.key,
        customer=order.customer,
        seller=order.seller,
        company=COMPANY,
        description=f"Order {order.key}",
        day=order.day,
        state="won",
        rows=tuple(rows),
        flaw="" if rows else "rows",
    )
