"""A small world in which each class of error happens once, and its bench (ARCHITECTURE.md: the error classes)."""

from dataclasses import replace
from pathlib import Path

from sync.sandbox.world import Customer, Product
from tests.acceptance.bench import Bench
from tests.acceptance.worlds import ACME, BOLT, HAMMER, NAILS, SAW, deal, row, world

PARTY = Product("party", "A9", "Kampanj 🎉", HAMMER.list_price)
WRONG = Customer("wrong", "Fel Nummer AB", "SE", organisation_number="5598000008")
TWIN = Customer("twin", BOLT.name, "SE", in_crm=False, fortnox_numbers={"nord": "700"})
SIGN = "Bygge 🙂"
DEALS = (
    deal("D1", row(SAW, "2")),
    deal("D2", row(HAMMER, "3")),
    deal("D3", row(NAILS, "7")),
    deal("D4", row(SAW)),
    deal("D5", row(HAMMER), customer=BOLT),
    deal("D6", row(HAMMER), customer=WRONG),
    deal("D7", row(PARTY)),
    deal("D8", row(NAILS, "5"), company="ost"),
    deal("D9", row(SAW, "4")),
    replace(deal("D10"), rows=()),
)
# What is wrong with which record of the CRM: (kind, key) -> (class, code).
HELD = {
    ("order", "D1"): ("data", "characters"),
    ("order", "D2"): ("data", "2001304"),
    ("order", "D3"): ("closed", "2000401"),
    ("order", "D5"): ("match", "customer_waits"),
    ("account", "bolt"): ("match", "same_name"),
    ("order", "D6"): ("match", "customer_waits"),
    ("account", "wrong"): ("data", "organisation_number"),
    ("order", "D7"): ("match", "article_waits"),
    ("product", "party"): ("data", "characters"),
    ("order", "D8"): ("rule", "no_route"),
    ("order", "D10"): ("data", "no_rows"),
}


def troubled(folder: Path) -> Bench:
    """Return a bench that has run: D4's answer was lost, D9's freight was changed, the rest is held as above."""
    facts = world(*DEALS, customers=(ACME, BOLT, WRONG, TWIN), companies=("nord", "syd"))
    bench = Bench(folder, replace(facts, products=(*facts.products, PARTY)))
    bench.set_custom("D1", REFERENCE=SIGN)
    refusals = {"D2": (2001304, "Kunde inte hitta konto."), "D3": (2000401, "Företaget har låst perioden.")}
    for key, (code, message) in refusals.items():
        _fault(bench, key, fault="refuse", code=code, message=message)
    _fault(bench, "D4", fault="timeout_after")
    _fault(bench, "D9", fault="alter", change={"Freight": 49})
    bench.settle()
    return bench


def record_id(bench: Bench, kind: str, key: str) -> str:
    """Return the CRM's id of a deal, an account or a product of this world."""
    if kind == "order":
        return str(bench.deal_id(key))
    if kind == "account":
        return str(bench.account_id(key))
    return str([one.key for one in bench.world.products].index(key) + 1)


def _fault(bench: Bench, key: str, **wish: object) -> None:
    about = {"system": "fortnox", "method": "POST", "path": "/3/invoices"}
    bench.control("POST", "faults", [{**about, "contains": f":order:{bench.deal_id(key)}:invoice:", **wish}])
