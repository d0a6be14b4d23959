"""The world that `make demo` shows: two Fortnox companies, 200 customers, fourteen months of deals."""

import random
from datetime import date

from sync.sandbox.world import World
from sync.sandbox.worlds.demo_deals import DealMaker
from sync.sandbox.worlds.demo_faults import demo_faults
from sync.sandbox.worlds.demo_masters import (
    CURRENCIES,
    make_companies,
    make_customers,
    make_products,
    make_sellers,
)


def demo_world(today: date, seed: int = 1) -> World:
    """Return the demo world as of a business date; the same date and seed give the same world.

    Go-live of both companies is the first day of the month twelve months before `today`. Deals that have to
    be held carry their flaw: match, customer, characters, rows, currency, route, account, closed.
    """
    draw = random.Random(seed)  # noqa: S311 - a world must repeat itself
    go_live = today.replace(year=today.year - 1, day=1)
    customers = make_customers(draw)
    products, sellers = make_products(draw), make_sellers()
    maker = DealMaker(draw, today, products, sellers)
    deals = maker.all(customers)
    return World(
        name="demo",
        seed=seed,
        companies=make_companies(go_live),
        currencies=CURRENCIES,
        customers=customers.everyone,
        products=products,
        sellers=sellers,
        deals=deals,
        hand_invoices=tuple(maker.hand_invoices(customers, go_live)),
        faults=tuple(demo_faults(deals, go_live)),
    )
