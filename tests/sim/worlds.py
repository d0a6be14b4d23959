"""Small worlds of chance: a few deals with all that makes amounts hard."""

from dataclasses import replace
from random import Random

from sync.sandbox.world import Customer, Product, SoldDeal, SoldRow, World
from tests.acceptance import worlds
from tests.acceptance.worlds import ACME, BOLT, HAMMER, NAILS, SAW

GERMAN = Customer("kraft", "Kraft Werkzeug GmbH", "DE", email="post@kraft.example", vat_type="EUVAT", currency="EUR")
CUSTOMERS = (ACME, BOLT, GERMAN)
PRODUCTS = (HAMMER, NAILS, SAW)
QUANTITIES = ("1", "2", "3", "7", "12", "33", "50", "2.5", "0.75")
PERCENTS = ("0", "0", "10", "12.5", "15", "33.33", "5")


def row(chance: Random) -> SoldRow:
    """Return a row of any product at any discount."""
    product: Product = chance.choice(PRODUCTS)
    return worlds.row(product, chance.choice(QUANTITIES), chance.choice(PERCENTS))


def deal(key: str, chance: Random, companies: tuple[str, ...]) -> SoldDeal:
    """Return a won deal of one to three rows; now and then in a foreign currency."""
    rows = tuple(row(chance) for _ in range(chance.randint(1, 3)))
    customer = chance.choice((ACME, ACME, BOLT, GERMAN))
    state = "won" if chance.random() < 0.85 else "open"
    currency = "EUR" if customer is GERMAN else "SEK"
    return worlds.deal(key, *rows, customer=customer, company=chance.choice(companies), currency=currency, state=state)  # type: ignore[arg-type]


def world(seed: int, deals: int = 0) -> World:
    """Return the world of a seed: one to three deals (or as many as asked for), one or two companies.

    Where it is left to the seed, there is mostly an open deal to win.
    """
    chance = Random(f"world:{seed}")
    companies = ("nord", "syd") if chance.random() < 0.3 else ("nord",)
    count = chance.randint(1, 3)
    made = [deal(f"D{number}", chance, companies) for number in range(1, (deals or count) + 1)]
    if not deals and all(one.state == "won" for one in made) and chance.random() < 0.7:
        made.append(replace(deal("open", chance, companies), state="open"))
    used = {one.customer for one in made}
    customers = tuple(one for one in CUSTOMERS if one.key in used)
    return worlds.world(*made, customers=customers, companies=companies, name=f"sim-{seed}")


def plain_world(deals: int = 0) -> World:
    """Return the world of the boundary loops: two won deals of two customers, discounts and a fraction, one open.

    With `deals` only so many of them, the first ones.
    """
    made = (
        worlds.deal("D1", worlds.row(SAW, "2", "12.5"), worlds.row(NAILS, "0.75")),
        worlds.deal("D2", worlds.row(NAILS, "50", "33.33"), customer=BOLT),
        worlds.deal("D3", worlds.row(NAILS, "3", "5"), state="open"),
    )
    return worlds.world(*made[: deals or len(made)], name="plain")
