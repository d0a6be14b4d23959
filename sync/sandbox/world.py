"""What a sandbox world is made of, before it is told in any system's words.

A world is plain facts: companies, customers, products, sellers, deals, invoices made by hand. The seed of each
system turns the facts into rows of its own; `worlds/` makes worlds.
Amounts are Decimal in the deal's currency; dates are business dates (Europe/Stockholm).
"""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

DealState = Literal["won", "open", "lost"]


@dataclass(frozen=True)
class PlayedCompany:
    """A Fortnox company. `go_live` is the date from which its deals are meant to be sent."""

    key: str
    name: str
    organisation_number: str
    database_number: int
    go_live: date


@dataclass(frozen=True)
class Currency:
    """A currency in use. `sek` is the price of one unit in SEK, by Fortnox's register."""

    code: str
    name: str
    sek: Decimal


@dataclass(frozen=True)
class Customer:
    """A company that buys. `key` is unique and lasting (an id in the export the world came from).

    `fortnox_numbers` maps a Fortnox company's key to the customer number it already has there.
    """

    key: str
    name: str
    country_code: str
    organisation_number: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    zip_code: str = ""
    city: str = ""
    vat_type: str = "SEVAT"
    currency: str = "SEK"
    in_crm: bool = True
    fortnox_numbers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Product:
    """Something sold. `in_fortnox` names the Fortnox companies that already have the article."""

    key: str
    article_number: str
    name: str
    list_price: Decimal
    in_fortnox: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Seller:
    """A CRM user."""

    key: str
    name: str
    email: str


@dataclass(frozen=True)
class SoldRow:
    """One row of a deal; `price` is the net unit price after discount, with all its decimals."""

    product: str
    quantity: Decimal
    list_price: Decimal
    price: Decimal


@dataclass(frozen=True)
class SoldDeal:
    """A deal in the CRM.

    `flaw` is empty for a deal that must become a document, else it says in one word why the world expects
    it to be held (the sandbox's own truth leaves flawed deals out of `lost`).
    """

    key: str
    customer: str
    seller: str
    company: str
    description: str
    day: date
    state: DealState
    rows: tuple[SoldRow, ...]
    currency: str = "SEK"
    flaw: str = ""


@dataclass(frozen=True)
class HandInvoice:
    """An invoice that somebody made in Fortnox, without a deal behind it."""

    company: str
    customer: str
    day: date
    rows: tuple[SoldRow, ...]
    booked: bool = True


@dataclass(frozen=True)
class World:
    """All facts of one world.

    `accountant` says what the simulated accountant does with new documents; `faults` are misbehaviours that belong
    to the world, as `faults.FaultPlan.add` takes them.
    """

    name: str
    seed: int
    companies: tuple[PlayedCompany, ...]
    currencies: tuple[Currency, ...]
    customers: tuple[Customer, ...]
    products: tuple[Product, ...]
    sellers: tuple[Seller, ...]
    deals: tuple[SoldDeal, ...]
    hand_invoices: tuple[HandInvoice, ...] = ()
    accountant: Literal["everything", "books"] = "everything"
    faults: tuple[dict[str, Any], ...] = ()


def shared_out(world: World, crms: int) -> list[World]:
    """Return what each of some CRMs holds of a world: every record, and of the deals each in its turn one."""
    return [replace(world, deals=world.deals[place::crms]) for place in range(crms)]
