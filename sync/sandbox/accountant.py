"""The simulated accountant: books, sends, cancels, takes payments, credits - by Fortnox's own rules."""

import hashlib
import heapq
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from sync.clock import Clock, seconds, stockholm_date
from sync.sandbox.alterations import alteration
from sync.sandbox.fortnox.documents.invoice_actions import bookkeep, cancel, credit, send
from sync.sandbox.fortnox.documents.invoices import change_invoice
from sync.sandbox.fortnox.documents.payments import book_payment, create_payment
from sync.sandbox.fortnox.errors import FortnoxError
from sync.sandbox.fortnox.fields import half_up
from sync.sandbox.fortnox.tenant import ACCOUNTANT, API, META, Tenant, as_date
from sync.sandbox.fortnox.wire import Json, as_text, plain

Mode = Literal["everything", "books"]
_KIND = "accountant"
ALTERED = 0.04
DATED_LATER, DATED_EARLIER = 0.08, 0.02


@dataclass(frozen=True, order=True)
class PlannedAct:
    """One thing she will do with one document; `place` is its place in the document's plan."""

    due: datetime
    tenant: int
    number: str
    place: int
    act: str


class Accountant:
    """Does with each document that came over the API what a hash of its reference says, and then no more.

    In mode "everything" she changes one thing by hand in 4 % of the drafts, and dates 8 % in the next month and 2 % in
    the month before: sold in one month, in the books in another. 88 % are booked, of the rest half are
    cancelled and half left as drafts; of the booked 90 % are sent, 60 % paid, 8 % paid in part, 4 % credited, 1 %
    credited in part. All of it happens within 1 to 20 minutes of the document's creation. In mode "books" she books
    everything and does no more.
    What she has done is kept in each company's tables, so that a restart goes on where she was.
    """

    def __init__(self, tenants: Mapping[int, Tenant], clock: Clock, mode: Mode, seed: int) -> None:
        self._tenants = tenants
        self._clock = clock
        self._mode = mode
        self._seed = seed
        self._steps: list[PlannedAct] = []
        self._known: set[tuple[int, str]] = set()
        self.last_action: datetime | None = None
        for tenant in tenants.values():
            self._remember(tenant)
            tenant.listeners.append(self._see)

    def next_due(self) -> datetime | None:
        """Return when she acts next, or None when all documents are done with."""
        return self._steps[0].due if self._steps else None

    def step(self, now: datetime) -> None:
        """Do everything that is due."""
        while self._steps and self._steps[0].due <= now:
            self._do(heapq.heappop(self._steps))

    def book_all(self) -> int:
        """Book every live unbooked document at once and return how many were booked."""
        booked = sum(self._book(tenant, row) for tenant, row in self._unbooked())
        passed = [step for step in self._steps if step.act in ("book", "cancel")]
        self._steps = [step for step in self._steps if step.act not in ("book", "cancel")]
        heapq.heapify(self._steps)
        for step in passed:
            self._note(step)
        return booked

    def _remember(self, tenant: Tenant) -> None:
        for row in tenant.tables.rows("invoices"):
            self._see(tenant, "invoices", row)
        acted = [datetime.fromisoformat(row["at"]) for row in tenant.tables.rows(_KIND)]
        self.last_action = max([*acted, *([self.last_action] if self.last_action else [])], default=None)

    def _see(self, tenant: Tenant, kind: str, row: Json) -> None:
        """Plan for a document that is new to her and came over the API."""
        key = (tenant.number, row.get("DocumentNumber", ""))
        if kind != "invoices" or key in self._known or row[META]["origin"] != API:
            return
        self._known.add(key)
        done = (tenant.find(_KIND, key[1]) or {"done": 0})["done"]
        created = datetime.fromisoformat(f"{row[META]['created']}+00:00")
        for place, (minutes, act) in enumerate(self._plan(row)):
            if place >= done:
                heapq.heappush(self._steps, PlannedAct(created + seconds(60 * minutes), *key, place, act))

    def _plan(self, row: Json) -> Iterator[tuple[float, str]]:
        """Yield (minutes after creation, act) of a document."""
        name = str(row["ExternalInvoiceReference1"] or row["DocumentNumber"])
        at = 2 + 4 * self._chance(name, "when")
        fate = self._chance(name, "fate")
        if self._mode == "everything" and row["Credit"] != "true" and self._chance(name, "alter") < ALTERED:
            yield at - 1, "alter"
        if self._mode == "everything" and row["Credit"] != "true":
            month = self._chance(name, "month")
            if month < DATED_LATER + DATED_EARLIER:
                yield at - 0.5, "next month" if month < DATED_LATER else "month before"
        if self._mode == "books" or row["Credit"] == "true" or fate < 0.88:
            yield at, "book"
        elif fate < 0.94:
            yield at, "cancel"
            return
        else:
            return
        if self._mode == "books" or row["Credit"] == "true":
            return
        at += 1 + 3 * self._chance(name, "post")
        if self._chance(name, "send") < 0.9:
            yield at, "send"
        outcome = self._chance(name, "outcome")
        for limit, act in ((0.6, "pay"), (0.68, "pay part"), (0.72, "credit"), (0.73, "credit part")):
            if outcome < limit:
                yield at + 1 + 9 * self._chance(name, "settle"), act
                return

    def _chance(self, name: str, purpose: str) -> float:
        """Return a number from 0 up to 1 that depends on the seed, the document and the purpose only."""
        digest = hashlib.sha256(f"{self._seed}|{name}|{purpose}".encode()).digest()
        return int.from_bytes(digest[:6]) / 2**48

    def _do(self, step: PlannedAct) -> None:
        tenant = self._tenants[step.tenant]
        row = tenant.find("invoices", step.number)
        # Somebody else may have cancelled, booked or credited it: then there is nothing for her to do.
        with suppress(FortnoxError), _as_accountant(tenant):
            if row is not None:
                _ACTS[step.act](self, tenant, row)
        self._note(step)

    def _note(self, step: PlannedAct) -> None:
        self.last_action = self._clock.now()
        done = {"done": step.place + 1, "act": step.act, "at": self.last_action.isoformat()}
        self._tenants[step.tenant].tables.put(_KIND, step.number, done)

    def _unbooked(self) -> Iterator[tuple[Tenant, Json]]:
        for tenant in self._tenants.values():
            for number in tenant.ordered("invoices"):
                row = tenant.get("invoices", number)
                if not row["Booked"] and not row["Cancelled"]:
                    yield tenant, row

    def _book(self, tenant: Tenant, row: Json) -> int:
        with suppress(FortnoxError), _as_accountant(tenant):
            bookkeep(tenant, row)
            self.last_action = self._clock.now()
            return 1
        return 0

    def _alter(self, tenant: Tenant, row: Json) -> None:
        """Change one thing by hand in a draft."""
        name = str(row["ExternalInvoiceReference1"] or row["DocumentNumber"])
        if fields := alteration(row, self._chance(name, "what")):
            change_invoice(tenant, row["DocumentNumber"], fields)

    def _next_month(self, tenant: Tenant, row: Json) -> None:
        """Date a draft on the first working day of the next month, where that has come."""
        first = (as_date(row["InvoiceDate"]).replace(day=1) + timedelta(days=32)).replace(day=1)
        day = first + timedelta(days=(7 - first.weekday()) if first.weekday() > 4 else 0)
        if day <= stockholm_date(self._clock.now()):
            change_invoice(tenant, row["DocumentNumber"], {"InvoiceDate": day.isoformat()})

    def _month_before(self, tenant: Tenant, row: Json) -> None:
        """Date a draft on the last working day of the month before."""
        last = as_date(row["InvoiceDate"]).replace(day=1) - timedelta(days=1)
        day = last - timedelta(days=max(0, last.weekday() - 4))
        change_invoice(tenant, row["DocumentNumber"], {"InvoiceDate": day.isoformat()})

    def _pay(self, tenant: Tenant, row: Json, part: Decimal = Decimal(1)) -> None:
        today = stockholm_date(self._clock.now())
        name = str(row["ExternalInvoiceReference1"] or row["DocumentNumber"])
        days = -10 + int(31 * self._chance(name, "day"))
        paid_on = _business_day(as_date(row["DueDate"]) + timedelta(days=days), as_date(row["InvoiceDate"]), today)
        if not row["Booked"] or row["Balance"] == 0 or paid_on is None:
            return
        balance = Decimal(row["Balance"])
        amount = balance if part == 1 else half_up(balance * part, 0) or balance
        sent = {"InvoiceNumber": row["DocumentNumber"], "PaymentDate": paid_on.isoformat()}
        key = "Amount" if row["Currency"] == "SEK" else "AmountCurrency"
        payment = create_payment(tenant, sent | {"ModeOfPayment": "BG", key: plain(amount)})
        book_payment(tenant, payment)

    def _pay_part(self, tenant: Tenant, row: Json) -> None:
        self._pay(tenant, row, Decimal("0.4"))

    def _credit(self, tenant: Tenant, row: Json) -> None:
        bookkeep(tenant, credit(tenant, row))

    def _credit_part(self, tenant: Tenant, row: Json) -> None:
        """Credit the first row only, or half of a single one."""
        note = credit(tenant, row)
        if note["InvoiceRows"]:
            kept = {"RowId": note["InvoiceRows"][0]["RowId"]}
            if len(note["InvoiceRows"]) == 1:
                kept["DeliveredQuantity"] = as_text(Decimal(note["InvoiceRows"][0]["DeliveredQuantity"]) / 2)
            note = change_invoice(tenant, note["DocumentNumber"], {"InvoiceRows": [kept]})
        bookkeep(tenant, note)


def _just(action: Callable[[Tenant, Json], Json]) -> Callable[[Accountant, Tenant, Json], None]:
    def act(accountant: Accountant, tenant: Tenant, row: Json) -> None:
        action(tenant, row)

    return act


_ACTS: dict[str, Callable[[Accountant, Tenant, Json], None]] = {
    "alter": Accountant._alter,
    "next month": Accountant._next_month,
    "month before": Accountant._month_before,
    "book": _just(bookkeep),
    "cancel": _just(cancel),
    "send": _just(send("externalprint")),
    "pay": Accountant._pay,
    "pay part": Accountant._pay_part,
    "credit": Accountant._credit,
    "credit part": Accountant._credit_part,
}


@contextmanager
def _as_accountant(tenant: Tenant) -> Iterator[None]:
    before, tenant.actor = tenant.actor, ACCOUNTANT
    try:
        yield
    finally:
        tenant.actor = before


def _business_day(wanted: date, first: date, last: date) -> date | None:
    """Return a weekday from `first` to `last` near the wanted day, or None where there is none."""
    day = min(max(wanted, first), last)
    for candidate in (day, day - timedelta(days=1), day - timedelta(days=2), day + timedelta(days=1)):
        if first <= candidate <= last and candidate.weekday() < 5:
            return candidate
    return None
