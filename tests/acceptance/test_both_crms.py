"""Upsales and Salesforce in one installation, against one Fortnox: figures are each CRM's and the sum."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.bench import Bench
from tests.acceptance.worlds import BOLT, NAILS, deal, row, world

DEALS = (
    deal("U1"),
    deal("S1", row(percent="10")),
    deal("U2", row(NAILS, "7"), customer=BOLT),
    deal("S2", row(NAILS, "3"), row()),
    deal("U3", state="open"),
    deal("S3", company="syd"),
)


class BothCrms(Bench):
    """A sandbox of both CRMs: every other deal of the world is in Upsales, the others are in Salesforce."""

    crm = "both"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[BothCrms]:
    with BothCrms(tmp_path, world(*DEALS, companies=("nord", "syd"))) as made:
        yield made


def test_every_deal_of_both_becomes_one_invoice_and_each_crm_hears_of_its_own(bench: BothCrms) -> None:
    bench.settle()
    names = sorted(str(one["ExternalInvoiceReference1"]).split(":")[0] for one in bench.invoices())
    assert names == ["salesforce", "salesforce", "upsales", "upsales"]
    assert [str(one["ExternalInvoiceReference1"]).split(":")[0] for one in bench.invoices("syd")] == ["salesforce"]
    truth = bench.truth()
    assert (truth["duplicates"], truth["lost"]) == (0, 0)
    systems = {crm.system for crm in bench.app.crms}
    told = bench.rows("SELECT DISTINCT source_system FROM operations WHERE action = 'write_back' AND state = 'done'")
    assert {system for (system,) in told} == systems
    assert bench.rows("SELECT name FROM checks WHERE NOT ok") == []


def test_the_bridge_is_that_of_each_crm_and_of_both_together(bench: BothCrms) -> None:
    bench.settle()
    truth = bench.truth()
    won = dict(bench.rows("SELECT system, sum(net_sek) FROM deals WHERE state = 'won' GROUP BY system"))
    for crm in bench.app.crms:
        assert won[crm.system] == Decimal(truth["crms"][crm.system.partition(":")[0]]["net"])
    assert sum(won.values()) == Decimal(truth["crm"]["net"])


def test_one_customer_of_both_crms_is_one_customer_in_fortnox_and_both_know_its_number(bench: BothCrms) -> None:
    bench.settle()
    assert sorted(one["Name"] for one in bench.tenants["nord"].tables.rows("customers")) == [
        "Acme Bygg AB",
        "Bolt & Mutter AB",
    ]
    about = "company = 'nord' AND target_kind = 'customer' AND closed_at IS NULL"
    linked = bench.rows(f"SELECT source_system, target_id FROM links WHERE {about} ORDER BY ALL")
    acme = {number for _, number in linked}
    assert {system.partition(":")[0] for system, _ in linked} == {"upsales", "salesforce"}
    assert len(acme) == 2


def test_a_crm_that_is_away_holds_up_nothing_of_the_other(bench: BothCrms) -> None:
    bench.fault("503", "/services/data/.*", system="salesforce", method="GET", times=1000)
    bench.run()
    names = {str(one["ExternalInvoiceReference1"]).split(":")[0] for one in bench.invoices()}
    assert "upsales" in names
