"""The demo world's deals and the invoices made by hand."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Context, Decimal

from sync.sandbox.world import Customer, DealState, HandInvoice, Product, Seller, SoldDeal, SoldRow
from sync.sandbox.worlds.demo_faults import REFUSALS
from sync.sandbox.worlds.demo_masters import COMPANIES, CURRENCIES, Customers
from sync.sandbox.worlds.demo_names import OCCASIONS, REFUSED_ARTICLES

_ORDINARY = 584
_MONTH_WEIGHTS = (8, 9, 11, 10, 9, 8, 3, 6, 11, 12, 12, 7)
"""How much is sold in January, February ... : little in July, most in autumn."""
_STATES: tuple[DealState, ...] = ("won", "open", "lost")
_DOUBLE = Context(prec=17)
_CENT = Decimal("0.01")
_PERCENTS = (5, 5, 10, 10, 10, 12, 15, 15, 20, 20, 25, 30, 40)
_RATES = {currency.code: currency.sek for currency in CURRENCIES} | {"USD": Decimal("9.36")}


class DealMaker:
    """Draws deals of the fourteen months that end today; the same draws give the same deals."""

    def __init__(
        self, draw: random.Random, today: date, products: Sequence[Product], sellers: Sequence[Seller]
    ) -> None:
        self._draw, self._today, self._sellers = draw, today, sellers
        self._products = products[: -len(REFUSED_ARTICLES)]
        self._refused = products[-len(REFUSED_ARTICLES) :]
        days = [today - timedelta(days=back) for back in range(425)]
        self._days = [day for day in days if day.weekday() < 5]
        self._weights = [_MONTH_WEIGHTS[day.month - 1] for day in self._days]
        self._made, self._to_give_away = 0, True

    def all(self, customers: Customers) -> tuple[SoldDeal, ...]:
        """Return every deal, those with a flaw among them."""
        buyers = (*customers.ordinary, *customers.by_email)
        deals = [self._ordinary(self._draw.choice(buyers)) for _ in range(_ORDINARY)]
        return (*deals, *self._flawed(customers))

    def hand_invoices(self, customers: Customers, go_live: date) -> Iterator[HandInvoice]:
        """Yield invoices made in Fortnox: 25 before go-live, 12 after, half of these for strangers."""
        known = [one for one in customers.ordinary if one.fortnox_numbers and one.currency == "SEK"]
        for place in range(25):
            back = self._draw.randrange(5, 60)
            yield self._invoice(self._draw.choice(known), go_live - timedelta(days=back), place)
        for place in range(12):
            pool = customers.unknown_to_crm if place % 2 else known
            ahead = self._draw.randrange((self._today - go_live).days)
            yield self._invoice(self._draw.choice(pool), go_live + timedelta(days=ahead), place)

    def _flawed(self, customers: Customers) -> Iterator[SoldDeal]:
        for customer in (*customers.ambiguous, *customers.same_name):
            for _ in range(2):
                yield self._deal(customer, "won", company="nord", flaw="match")
        for customer in customers.wrong_number:
            yield self._deal(customer, "won", flaw="customer")
        for product in self._refused:
            rows = (*self._rows("SEK", 2), self._row(product, "SEK"))
            yield self._deal(self._plain_buyer(customers), "won", rows=rows, flaw="characters")
        yield self._deal(self._plain_buyer(customers), "won", rows=(), flaw="rows")
        for _ in range(2):
            yield self._deal(self._plain_buyer(customers), "won", currency="USD", flaw="currency")
        yield self._deal(self._plain_buyer(customers), "won", company="ost", flaw="route")
        for flaw in REFUSALS:
            yield self._deal(self._plain_buyer(customers), "won", flaw=flaw)

    def _plain_buyer(self, customers: Customers) -> Customer:
        return self._draw.choice([one for one in customers.ordinary if one.currency == "SEK"])

    def _ordinary(self, customer: Customer) -> SoldDeal:
        state = self._draw.choices(_STATES, (65, 13, 22))[0]
        currency = customer.currency
        if currency == "SEK" and self._draw.random() < 0.04:
            currency = self._draw.choice(("EUR", "NOK"))
        return self._deal(customer, state, currency=currency)

    def _deal(
        self,
        customer: Customer,
        state: DealState,
        *,
        company: str = "",
        currency: str = "SEK",
        rows: tuple[SoldRow, ...] | None = None,
        flaw: str = "",
    ) -> SoldDeal:
        self._made += 1
        day = self._draw.choices(self._days, self._weights)[0]
        if state == "open":
            day = self._today + timedelta(days=self._draw.randrange(1, 75))
        if flaw:
            day = self._today - timedelta(days=self._draw.randrange(10, 200))
        count = self._draw.choices(range(1, 9), (22, 22, 18, 13, 10, 7, 5, 3))[0]
        occasion = self._draw.choice(OCCASIONS)
        return SoldDeal(
            key=f"D{self._made:04d}",
            customer=customer.key,
            seller=self._draw.choice(self._sellers).key,
            company=company or self._draw.choices(COMPANIES, (3, 2))[0],
            description=f"{occasion} {customer.name}",
            day=day,
            state=state,
            rows=self._rows(currency, count) if rows is None else rows,
            currency=currency,
            flaw=flaw,
        )

    def _rows(self, currency: str, count: int) -> tuple[SoldRow, ...]:
        rows = [self._row(product, currency) for product in self._draw.sample(self._products, count)]
        if count > 2 and self._to_give_away:
            self._to_give_away = False
            rows[-1] = replace(rows[-1], price=Decimal(0))
        return tuple(rows)

    def _row(self, product: Product, currency: str) -> SoldRow:
        list_price = (product.list_price / _RATES[currency]).quantize(_CENT)
        most = 3 if product.list_price > 8000 else 25
        quantity = Decimal(self._draw.randrange(1, most))
        if "timme" in product.name:
            quantity += self._draw.choice((Decimal(0), Decimal("0.5")))
        return SoldRow(product.key, quantity, list_price, self._price(list_price))

    def _price(self, list_price: Decimal) -> Decimal:
        """Return the price after discount: two rows in five have one, some with endless decimals."""
        chance = self._draw.random()
        if chance >= 0.40:
            return list_price
        if chance < 0.05:
            return _DOUBLE.divide(list_price * 2, Decimal(3))
        return list_price * (100 - self._draw.choice(_PERCENTS)) / 100

    def _invoice(self, customer: Customer, day: date, place: int) -> HandInvoice:
        company = next(iter(customer.fortnox_numbers))
        booked = place % 5 != 4
        return HandInvoice(company, customer.key, day, self._rows("SEK", 1 + place % 3), booked)
