"""A customer's kind of VAT to the öre on its invoice, from either CRM; what leaves it in doubt is sent to nobody."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync.sandbox.world import Customer
from tests.acceptance.bench import Bench
from tests.acceptance.salesforce_bench import SalesforceBench
from tests.acceptance.worlds import deal, world

KRAFT = Customer("kraft", "Kraft Werkzeug GmbH", "DE", email="post@kraft.example", vat_type="")
FACTS = world(deal("D1", customer=KRAFT), customers=(KRAFT,))
BENCHES = {"upsales": Bench, "salesforce": SalesforceBench}
crm = pytest.mark.parametrize("crm", BENCHES)


def say(bench: Bench, country: str, vat_number: str = "", vat_type: str = "") -> None:
    """Write on the account where it is, its VAT number, and what kind of VAT it has where that is said outright."""
    if isinstance(bench, SalesforceBench):
        told: dict[str, Any] = {"VAT_Number__c": vat_number or None, "VAT_Type__c": vat_type or None}
        bench.edit_account("kraft", BillingCountry=country, **told)
        return
    places = [{**place, "country": country} for place in bench.account("kraft")["addresses"]]
    bench.edit_account("kraft", addresses=places or [{"type": "Mail", "address": "Weg 1", "country": country}])
    bench.set_account_custom("kraft", VAT_NO=vat_number, VAT_TYPE=vat_type)


@crm
@pytest.mark.parametrize(
    ("country", "vat_number", "kind", "vat"),
    [
        ("DE", "DE123456789", "EUREVERSEDVAT", "0"),
        ("DE", "", "EUVAT", "39.75"),
        ("de", "", "EUVAT", "39.75"),
        ("se", "", "SEVAT", "39.75"),
        ("UK", "", "EXPORT", "0"),
    ],
)
def test_a4_the_vat_of_an_invoice_follows_the_country_and_the_vat_number(
    tmp_path: Path, crm: str, country: str, vat_number: str, kind: str, vat: str
) -> None:
    with BENCHES[crm](tmp_path, FACTS) as bench:
        say(bench, country, vat_number)
        bench.settle()
        invoice = bench.invoice_of("D1")
        assert bench.customer(invoice["CustomerNumber"])["VATType"] == kind
        assert (Decimal(invoice["Net"]), Decimal(invoice["TotalVAT"])) == (Decimal(159), Decimal(vat))


@crm
@pytest.mark.parametrize(
    ("country", "vat_number", "code"), [("XX", "", "not_a_country"), ("DE", "saknas", "vat_number")]
)
def test_a6_what_leaves_the_vat_in_doubt_is_held_before_any_call(
    tmp_path: Path, crm: str, country: str, vat_number: str, code: str
) -> None:
    with BENCHES[crm](tmp_path, FACTS) as bench:
        say(bench, country, vat_number)
        bench.run(times=2)
        assert [sent for sent in bench.writes_of() if sent.path.startswith("/3/")] == []
        assert [held for (kind, _), held in bench.held().items() if kind == "account"] == [("data", code)]
        say(bench, "DE", "DE123456789")
        bench.settle()
        assert bench.held() == {}
        assert Decimal(bench.invoice_of("D1")["TotalVAT"]) == 0
