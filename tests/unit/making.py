"""Small deals, accounts, products, invoices and books: every test says only what it is about."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from mappings import MappingSet, Problem, load
from mappings.kinds import INVOICE
from mappings.spec import Companies
from mappings.values.money import decimal
from sync.connectors.upsales import deals as upsales
from sync.core.documents.documents import whole_digest
from sync.core.identity import document_reference
from sync.core.planning.conclusions import Conclusions
from sync.core.planning.deals import DealPlanner
from sync.core.planning.masters import Masters
from sync.core.planning.matching import index_customers
from sync.core.planning.plans import Books, DealState, Plan
from sync.core.planning.register import Register
from sync.core.planning.verdicts import Resolved
from sync.core.types import CompanyFacts, Decision, Link, Operation, Payload, Record, RecordKey

FOLDER = Path(__file__).parents[2] / "mappings"
SYSTEM = "upsales:94"
WON = "12"
DAY = date(2026, 5, 4)
MAPPING = load(FOLDER, "upsales", Companies())


def key(kind: str = "order", number: str = "1") -> RecordKey:
    return RecordKey(SYSTEM, kind, number)


def row(quantity: str = "2", listed: str = "100", price: str = "90", product: int = 7, **more: Any) -> dict[str, Any]:
    return {
        "quantity": Decimal(quantity),
        "listPrice": Decimal(listed),
        "price": Decimal(price),
        "product": {"id": product, "name": "Bord", "articleNo": "1001"},
        **more,
    }


def order(number: int = 1, *rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a won order as the Upsales connector reads it; `changes` replace whole fields."""
    found = list(rows) or [row()]
    total = sum((r["quantity"] * r["price"] for r in found if not _texts(r)), Decimal(0))
    return {
        "id": number,
        "description": "Bänk",
        "client": {"id": 5, "name": "Åkeriet AB"},
        "user": {"id": 3, "name": "Alva Ek"},
        "stage": {"id": int(WON), "name": "Vunnen"},
        "probability": 100,
        "date": DAY.isoformat(),
        "closeDate": DAY.isoformat(),
        "currency": "SEK",
        "currencyRate": 1,
        "value": total,
        "custom": {},
        "orderRow": found,
        **changes,
    }


def _texts(given: dict[str, Any]) -> bool:
    """Return whether a row has a text where a number belongs."""
    return isinstance(given["quantity"], str) or isinstance(given["price"], str)


def account(number: int = 5, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": "Åkeriet AB",
        "orgNo": "556036-0793",
        "phone": "08-465 004 01",
        "custom": {"EMAIL": "ake@ri.example"},
        "address": {"Mail": {"address": "Gata 1", "zipcode": "111 20", "city": "Ort", "country": "SE"}},
        **changes,
    }


def product(number: int = 7, **changes: Any) -> dict[str, Any]:
    return {"id": number, "name": "Bord", "articleNo": "1001", **changes}


def record(kind: str, payload: Payload, version: int = 1, deleted: bool = False) -> Record:
    return Record(key(kind, str(payload["id"])), payload, version, None, deleted)


def draft_of(payload: Payload, mapping: MappingSet = MAPPING) -> Payload:
    """Return the invoice that an order becomes, customer 500 and article 1001."""
    draft, problems = mapping.document.draft(payload, lambda kind, _key: "500" if kind == "customer" else "1001")
    assert draft is not None, problems
    return draft.fields


def wanted_of(payload: Payload) -> Payload:
    """Return what is remembered of a draft: every mapped field, None where the order says nothing."""
    return {**dict.fromkeys(MAPPING.document.rule.fields), **draft_of(payload)}


def invoice(number: str = "1", reference: str = "", **changes: Any) -> dict[str, Any]:
    """Return a whole Fortnox invoice as it is answered: a draft for 180 kr unless changed.

    Its VAT is what makes its sums add up, unless that is changed too.
    """
    made = {
        "DocumentNumber": number,
        "CustomerNumber": "500",
        "CustomerName": "Åkeriet AB",
        "InvoiceDate": DAY.isoformat(),
        "DueDate": "2026-06-03",
        "FinalPayDate": None,
        "Currency": "SEK",
        "CurrencyRate": 1,
        "CurrencyUnit": 1,
        "Booked": False,
        "Cancelled": False,
        "Sent": False,
        "Credit": "false",
        "CreditInvoiceReference": "0",
        "InvoiceReference": "0",
        "ExternalInvoiceReference1": reference,
        "Net": Decimal(180),
        "Freight": 0,
        "AdministrationFee": 0,
        "RoundOff": 0,
        "Total": Decimal(225),
        "Balance": Decimal(225),
        "InvoiceRows": [
            {
                "ArticleNumber": "1001",
                "Description": "Bord",
                "DeliveredQuantity": "2.00",
                "Price": Decimal(100),
                "Discount": Decimal(10),
                "DiscountType": "PERCENT",
                "Total": Decimal(180),
                "TotalExcludingVAT": Decimal(180),
                "PriceExcludingVAT": Decimal(100),
            }
        ],
        **changes,
    }
    charges = sum((decimal(made[name]) or 0 for name in ("Net", "Freight", "AdministrationFee", "RoundOff")), Decimal())
    return {"TotalVAT": made["Total"] - charges, **made}


def answered(payload: Payload, number: str = "1", **changes: Any) -> dict[str, Any]:
    """Return an invoice as Fortnox answers our draft of an order."""
    name = document_reference(key("order", str(payload["id"])), "invoice", 1)
    return {**invoice(number, name), **draft_of(payload), **changes}


def link(payload: Payload, invoice_now: Payload, company: str = "nord", **changes: Any) -> Link:
    """Return the link of an order to an invoice as it was last sent and answered."""
    fields = wanted_of(payload)
    return replace(
        Link(
            source=key("order", str(payload["id"])),
            company=company,
            target_kind="invoice",
            target_id=str(invoice_now["DocumentNumber"]),
            rung="sent",
            reference=str(invoice_now["ExternalInvoiceReference1"]),
            fingerprint=MAPPING.document.fingerprint(payload),
            draft=fields,
            answer_digest=whole_digest(INVOICE, invoice_now),
            mapping_version=MAPPING.version,
        ),
        **changes,
    )


def facts(company: str = "nord", **changes: Any) -> CompanyFacts:
    return replace(CompanyFacts(company, date(2026, 1, 1), years=((date(2026, 1, 1), date(2026, 12, 31)),)), **changes)


def customer_link(company: str = "nord", number: str = "500") -> Link:
    payload = account()
    draft, _ = MAPPING.customer.draft(payload, lambda _kind, _key: None)
    assert draft is not None
    return Link(
        key("account", "5"),
        company,
        "customer",
        number,
        "sent",
        fingerprint=MAPPING.customer.fingerprint(payload),
        draft={**dict.fromkeys(MAPPING.customer.rule.fields), **draft.fields},
    )


def article_link(company: str = "nord", number: str = "1001") -> Link:
    return Link(key("product", "7"), company, "article", number, "article_number")


def books(company: str = "nord", **changes: Any) -> Books:
    """Return a company's books in which the deal's customer and article are linked already."""
    return replace(
        Books(
            facts=facts(company),
            customers=Register(links={"5": customer_link(company)}, index=index_customers(())),
            articles=Register(links={"7": article_link(company)}),
            by_reference={},
            documents={},
        ),
        **changes,
    )


def empty_books(company: str = "nord", customers: tuple[Payload, ...] = (), articles: Any = None) -> Books:
    """Return books without links: `customers` are Fortnox's, `articles` its numbers with descriptions."""
    names = {str(each["CustomerNumber"]): str(each.get("Name") or "") for each in customers}
    return books(
        company,
        customers=Register(names=names, index=index_customers(customers)),
        articles=Register(names=articles or {}),
    )


def planner(
    *held: Books,
    mapping: MappingSet = MAPPING,
    accounts: Mapping[str, Record] | None = None,
    products: Mapping[str, Record] | None = None,
    unread: Collection[str] = (),
) -> DealPlanner:
    """Return a planner; companies that are `unread` are connected but were not mirrored in this run."""
    shelf = {each.facts.key: each for each in held or (books(),)}
    return DealPlanner(
        mapping,
        upsales.reader(WON),
        {key: each.facts.go_live for key, each in shelf.items()},
        {key: each for key, each in shelf.items() if key not in unread},
        {"5": record("account", account())} if accounts is None else accounts,
        {"7": record("product", product())} if products is None else products,
    )


def planned(
    payload: Payload,
    *held: Books,
    links: tuple[Link, ...] = (),
    waiting: tuple[Operation, ...] = (),
    decision: Decision | None = None,
    version: int = 1,
    deleted: bool = False,
    approved: int = 1,
    blocked: frozenset[int] = frozenset(),
    twin: RecordKey | None = None,
    **more: Any,
) -> Plan:
    """Return the plan for one deal."""
    made, deal = planner(*held, **more), record("order", payload, version, deleted)
    made.consider(DealState(deal, links, waiting, decision, approved, blocked=blocked, twin=twin))
    return made.finish()


class Concluded:
    """What a company's masters say of records, written into a plan as for documents that are sent."""

    def __init__(self, mapping: MappingSet, company: str, customers: Register, articles: Register,
                 is_elsewhere: Callable[[str], bool | None] = lambda _number: False) -> None:  # fmt: skip
        self.masters = Masters(mapping, company, customers, articles, is_elsewhere)
        self.plan = Plan()
        self._conclusions = Conclusions(mapping, self.plan)

    def resolve(self, kind: str, name: str, found: Record | None) -> Resolved | Problem:
        need = self.masters.resolve(kind, name, found)
        self._conclusions.conclude_need(need, is_sent=True)
        return need.found

    def decide(self, found: Record, before: Decision | None = None) -> Decision | None:
        """Return what is decided of an account's customer, None where that was decided before."""
        need = self.masters.resolve("customer", found.key.id, found)
        self._conclusions.decide_customer(need, before)
        return self.plan.decisions[-1] if self.plan.decisions else None

    @property
    def operations(self) -> list[Operation]:
        return [one.operation for one in self.plan.operations]


def wishes(plan: Plan) -> list[tuple[str, str, str]]:
    return [(one.operation.action, one.operation.target_kind, one.operation.state) for one in plan.operations]


def decided(plan: Plan) -> tuple[str, str, str | None]:
    (decision,) = plan.decisions
    return decision.outcome, decision.code, decision.company


def problems(plan: Plan) -> list[str]:
    return [problem["code"] for one in plan.operations for problem in one.operation.problems]


def operation(plan: Plan, number: int | None = None) -> Operation:
    (one,) = plan.operations
    return one.operation if number is None else replace(one.operation, number=number)


def quiet(plan: Plan) -> bool:
    return not plan.operations and not plan.cancelled
