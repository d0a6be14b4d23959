"""The demo world's companies, customers, articles and sellers."""

import random
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from stdnum import luhn

from sync.sandbox.world import Currency, Customer, PlayedCompany, Product, Seller
from sync.sandbox.worlds import demo_names as names

COMPANIES = ("nord", "syd")
CURRENCIES = (
    Currency("SEK", "Svensk krona", Decimal(1)),
    Currency("EUR", "Euro", Decimal("11.35")),
    Currency("NOK", "Norsk krona", Decimal("0.98")),
)
_ORDINARY = 172
_COUNTRY_CURRENCY = {"NO": "NOK", "FI": "EUR", "DE": "EUR"}


@dataclass(frozen=True)
class Customers:
    """The customers by what is the matter with them; `everyone` is all of them, Fortnox's own too.

    `ordinary` and `by_email` can be sold to in any company. `ambiguous` and `same_name` are doubtful in
    "nord" only. `wrong_number` have an organisation number with a wrong check digit.
    """

    ordinary: tuple[Customer, ...]
    by_email: tuple[Customer, ...]
    ambiguous: tuple[Customer, ...]
    same_name: tuple[Customer, ...]
    wrong_number: tuple[Customer, ...]
    unknown_to_crm: tuple[Customer, ...]
    shadows: tuple[Customer, ...]

    @property
    def everyone(self) -> tuple[Customer, ...]:
        """Return all customers."""
        return (
            *self.ordinary,
            *self.by_email,
            *self.ambiguous,
            *self.same_name,
            *self.wrong_number,
            *self.unknown_to_crm,
            *self.shadows,
        )


def make_companies(go_live: date) -> tuple[PlayedCompany, ...]:
    """Return the two Fortnox companies."""
    return (
        PlayedCompany("nord", "Norrbrynet Handel AB", organisation_number(99001), 101, go_live),
        PlayedCompany("syd", "Söderlyan Service AB", organisation_number(99002), 102, go_live),
    )


def organisation_number(serial: int) -> str:
    """Return a valid Swedish organisation number in a series that is not given out yet (5598, 5599)."""
    stem = f"5598{serial:05d}"
    return stem + str(luhn.calc_check_digit(stem))


def make_customers(draw: random.Random) -> Customers:
    """Return about two hundred customers with unique names and organisation numbers."""
    maker = _Maker(draw)
    swedish = [maker.swedish() for _ in range(_ORDINARY)]
    foreign = [maker.foreign(*facts) for facts in names.FOREIGN]
    ordinary = tuple(maker.known(customer, 0.38) for customer in (*swedish, *foreign))
    by_email = tuple(maker.swedish() for _ in range(4))
    ambiguous = tuple(maker.numbered(maker.swedish(), "nord") for _ in range(2))
    shadows = [replace(maker.only_in_fortnox("nord"), name=_in_full(one.name), email=one.email) for one in by_email]
    shadows += [
        replace(maker.only_in_fortnox("nord"), organisation_number=one.organisation_number) for one in ambiguous
    ]
    same_name = (replace(maker.swedish(), organisation_number="", email="") for _ in range(3))
    return Customers(
        ordinary=ordinary,
        by_email=by_email,
        ambiguous=ambiguous,
        same_name=tuple(maker.numbered(customer, "nord") for customer in same_name),
        wrong_number=tuple(_wrong(maker.swedish()) for _ in range(2)),
        unknown_to_crm=tuple(maker.unknown(COMPANIES[place % 2]) for place in range(8)),
        shadows=tuple(shadows),
    )


def _wrong(customer: Customer) -> Customer:
    number = customer.organisation_number
    return replace(customer, organisation_number=number[:-1] + str((int(number[-1]) + 1) % 10))


class _Maker:
    """Makes customers one after another, never the same name, key or number twice."""

    def __init__(self, draw: random.Random) -> None:
        self._draw, self._made = draw, 0
        trades = [(stem, trade) for stem in names.COMPANY_STEMS for trade in names.COMPANY_TRADES]
        self._names = iter(draw.sample(trades, len(trades)))
        self._last_number = dict.fromkeys(COMPANIES, 1000)

    def swedish(self) -> Customer:
        """Return a Swedish company."""
        stem, trade = next(self._names)
        town, postal_code, phone = self._draw.choice(names.TOWNS)
        self._made += 1
        return Customer(
            key=f"K{self._made:04d}",
            name=f"{stem} {trade} AB",
            country_code="SE",
            organisation_number=organisation_number(self._made * 37),
            email=f"faktura@{_ascii(stem)}-{_ascii(trade)}.example",
            phone=f"{phone}{self._draw.randrange(100):02d}",
            address=f"{self._draw.choice(names.STREETS)} {self._draw.randrange(1, 90)}",
            zip_code=postal_code,
            city=town,
        )

    def foreign(self, name: str, country: str, address: str, postal_code: str, town: str) -> Customer:
        """Return a company abroad; it has no Swedish organisation number and buys in its own currency."""
        self._made += 1
        return Customer(
            key=f"K{self._made:04d}",
            name=name,
            country_code=country,
            email=f"invoice@{_ascii(name.rsplit(' ', 1)[0])}.example",
            address=address,
            zip_code=postal_code,
            city=town,
            vat_type="EXPORT" if country == "NO" else "EUVAT",
            currency=_COUNTRY_CURRENCY[country],
        )

    def known(self, customer: Customer, share: float) -> Customer:
        """Return a customer that, with a chance, is in Fortnox already: in one company or in both."""
        if self._draw.random() >= share:
            return customer
        where = self._draw.choice((("nord",), ("syd",), COMPANIES))
        for company in where:
            customer = self.numbered(customer, company)
        return customer

    def numbered(self, customer: Customer, company: str) -> Customer:
        """Return a customer with the next free customer number in a company."""
        self._last_number[company] += 1
        number = str(self._last_number[company])
        return replace(customer, fortnox_numbers={**customer.fortnox_numbers, company: number})

    def unknown(self, company: str) -> Customer:
        """Return a company that Fortnox has and the CRM does not."""
        return replace(self.numbered(self.swedish(), company), in_crm=False)

    def only_in_fortnox(self, company: str) -> Customer:
        """Return the same, without anything to match on."""
        return replace(self.unknown(company), organisation_number="", email="")


def _in_full(name: str) -> str:
    """Return a company's name as another hand would write it."""
    return f"{name.removesuffix(' AB')} Aktiebolag"


def _ascii(name: str) -> str:
    plain = name.lower().translate(str.maketrans("åäöøæü", "aaooau"))
    return "-".join(plain.split())


def make_products(draw: random.Random) -> tuple[Product, ...]:
    """Return sixty articles; each company's Fortnox has half of them, none with a name it would refuse."""
    sold = [*names.ARTICLES, *names.REFUSED_ARTICLES]
    known = {company: set(draw.sample(range(len(names.ARTICLES)), len(sold) // 2)) for company in COMPANIES}
    return tuple(
        Product(
            key=f"P{place + 1:03d}",
            article_number=str(1001 + place),
            name=name,
            list_price=Decimal(price),
            in_fortnox=frozenset(company for company in COMPANIES if place in known[company]),
        )
        for place, (name, price) in enumerate(sold)
    )


def make_sellers() -> tuple[Seller, ...]:
    """Return the eight sellers."""
    return tuple(
        Seller(f"S{place}", name, f"{_ascii(name).replace('-', '.')}@saljare.example")
        for place, name in enumerate(names.SELLERS, 1)
    )
