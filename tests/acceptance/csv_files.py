"""Worlds in CSV files: read, written, edited by a seed, and added up here without any of Kvitt's code."""

import csv
import random
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

Rows = list[dict[str, str]]
CENT = Decimal("0.01")
DISCOUNTS = ("0", "0.01", "0.07", "0.1", "0.15", "0.33", "0.67", "0.99", "1")


@dataclass(frozen=True)
class Figures:
    """What a world must come to, kronor rounded half up to two decimals at the end only."""

    deals: int
    customers: int
    articles: int
    gross: Decimal
    discount: Decimal
    net: Decimal
    booked: Decimal

    @property
    def crm(self) -> dict[str, object]:
        """Return the JSON's part about the CRM."""
        return {"deals": self.deals, "gross": str(self.gross), "discount": str(self.discount), "net": str(self.net)}

    @property
    def fortnox(self) -> dict[str, object]:
        """Return the JSON's part about Fortnox when everything is booked and nothing was throttled."""
        return {
            "customers": self.customers,
            "articles": self.articles,
            "documents": self.deals,
            "booked_net": str(self.booked),
            "throttled": 0,
        }


def read(path: Path) -> Rows:
    """Return a file's rows by column name, every cell as its text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Rows) -> None:
    """Write rows with the columns of the first one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), restval="")
        writer.writeheader()
        writer.writerows(rows)


def figures(folder: Path) -> Figures:
    """Add a world up from its files' text: a cell means its two-decimal number, a row is rounded half up."""
    orders = {row["order_id"]: row["customer_id"] for row in read(folder / "orders.csv")}
    gross = net = booked = Decimal(0)
    rows = read(folder / "order_details.csv")
    for row in rows:
        price, discount, quantity = (
            Decimal(row[name]).quantize(CENT) for name in ("unit_price", "discount", "quantity")
        )
        gross += quantity * price
        net += quantity * price * (1 - discount)
        booked += half_up(quantity * price * (1 - discount))
    return Figures(
        deals=len(orders),
        customers=len(set(orders.values())),
        articles=len({row["product_id"] for row in rows}),
        gross=half_up(gross),
        discount=half_up(gross - net),
        net=half_up(net),
        booked=booked,
    )


def half_up(amount: Decimal) -> Decimal:
    """Return an amount with two decimals, halves away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def keep(folder: Path, orders: int) -> None:
    """Keep the first orders of a world, with their rows."""
    kept = read(folder / "orders.csv")[:orders]
    known = {order["order_id"] for order in kept}
    rows = [row for row in read(folder / "order_details.csv") if row["order_id"] in known]
    write(folder / "orders.csv", kept)
    write(folder / "order_details.csv", rows)


class Editor:
    """Makes edits drawn from a seed: the same seed gives the same edited world."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._draw = random.Random(seed)
        self._orders = read(folder / "orders.csv")
        self._rows = read(folder / "order_details.csv")
        self._products = read(folder / "products.csv")

    def edit(self) -> int:
        """Make 25 edits, write the files, and return how many edits were made."""
        edits = [self._price] * 8 + [self._quantity] * 6 + [self._discount] * 6
        edits += [self._delete_row] * 2 + [self._delete_order] * 2 + [self._add_order]
        self._draw.shuffle(edits)
        for edit in edits:
            edit()
        write(self._folder / "orders.csv", self._orders)
        write(self._folder / "order_details.csv", self._rows)
        return len(edits)

    def _price(self) -> None:
        self._draw.choice(self._rows)["unit_price"] = f"{self._draw.randrange(1, 99999) / 100:.2f}"

    def _quantity(self) -> None:
        self._draw.choice(self._rows)["quantity"] = str(self._draw.randrange(1, 400))

    def _discount(self) -> None:
        self._draw.choice(self._rows)["discount"] = self._draw.choice(DISCOUNTS)

    def _delete_row(self) -> None:
        """Delete a row of an order that keeps another: an order without rows cannot be invoiced."""
        counts: dict[str, int] = {}
        for row in self._rows:
            counts[row["order_id"]] = counts.get(row["order_id"], 0) + 1
        self._rows.remove(self._draw.choice([row for row in self._rows if counts[row["order_id"]] > 1]))

    def _delete_order(self) -> None:
        gone = self._draw.choice(self._orders)
        self._orders.remove(gone)
        self._rows = [row for row in self._rows if row["order_id"] != gone["order_id"]]

    def _add_order(self) -> None:
        like = self._draw.choice(self._orders)
        number = str(max(int(row["order_id"]) for row in self._orders) + 1)
        self._orders.append({**like, "order_id": number})
        for product in self._draw.sample(self._products, min(3, len(self._products))):
            row = {"order_id": number, "product_id": product["product_id"], "unit_price": product["unit_price"]}
            quantity, discount = str(self._draw.randrange(1, 60)), self._draw.choice(DISCOUNTS)
            self._rows.append({**row, "quantity": quantity, "discount": discount})


def small_world(folder: Path, orders: int = 20, seed: int = 1) -> Path:
    """Write a small trading company into CSV files: odd discounts, a whole order given away, several countries."""
    draw = random.Random(seed)
    countries = ("Sweden", "Germany", "UK", "USA", "Norway")
    customers = [
        {"customer_id": f"KUND{place}", "company_name": f"Handelshuset {place} & Söner", "country": country}
        for place, country in enumerate(countries)
    ]
    products = [
        {
            "product_id": str(place),
            "product_name": f"Låda “{place}”",
            "unit_price": f"{draw.randrange(99, 99999) / 100}",
        }
        for place in range(1, 9)
    ]
    sellers = [{"employee_id": "1", "last_name": "Ek", "first_name": "Åsa"}]
    made = [
        {
            "order_id": str(1000 + place),
            "customer_id": draw.choice(customers)["customer_id"],
            "employee_id": "1",
            "order_date": f"2025-{1 + place % 12:02d}-{1 + place % 28:02d}",
        }
        for place in range(orders)
    ]
    rows = [
        {
            "order_id": order["order_id"],
            "product_id": product["product_id"],
            "unit_price": product["unit_price"],
            "quantity": str(draw.randrange(1, 40)),
            "discount": "1" if place == 3 else DISCOUNTS[(place + step) % len(DISCOUNTS)],
        }
        for place, order in enumerate(made)
        for step, product in enumerate(draw.sample(products, 1 + place % 4))
    ]
    tables = {"customers": customers, "products": products, "employees": sellers, "orders": made}
    for name, table in {**tables, "order_details": rows}.items():
        write(folder / f"{name}.csv", table)
    return folder
