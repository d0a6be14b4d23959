"""Upsales and Salesforce in one installation, against one Fortnox: figures are each CRM's and the sum."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from sync.core.types import Operation
from sync.store.tables import operations
from tests.acceptance.bench import Bench
from tests.acceptance.processes import ROOT
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
    bench.fault("status_500_before", "/services/data/.*", system="salesforce", method="GET", times=1000)
    bench.run()
    names = {str(one["ExternalInvoiceReference1"]).split(":")[0] for one in bench.invoices()}
    assert "upsales" in names


def agreed(bench: BothCrms, folder: Path) -> None:
    """Let both CRMs keep a deal's agreed key in its title."""
    made = Path(shutil.copytree(ROOT / "mappings", folder / "mappings"))
    for crm, title in (("upsales", "description"), ("salesforce", "Name")):
        file = made / f"{crm}.yaml"
        text = file.read_text(encoding="utf-8")
        place = f"  target: invoice\n  title: {title}\n"
        assert place in text
        file.write_text(text.replace(place, f"{place}  agreed_key: {title}\n"), encoding="utf-8")
    bench.overrides["mappings"] = made


@pytest.fixture
def same(tmp_path: Path) -> Iterator[BothCrms]:
    """Both CRMs have the deal "M7"; each has another one beside it."""
    deals = (deal("M7"), replace(deal("S7"), description="M7"), deal("U8", row(NAILS)), deal("S8", row(NAILS)))
    with BothCrms(tmp_path, world(*deals)) as made:
        agreed(made, tmp_path)
        yield made


def held_as_the_same(bench: BothCrms) -> list[Operation]:
    found = [one for crm in bench.app.crms for one in operations.open_for(bench.app.store, crm.system)]
    return [one for one in found if one.error_code == "same_deal"]


def test_the_same_deal_in_both_is_invoiced_once_and_held_in_the_other_for_a_person(same: BothCrms) -> None:
    same.settle()
    (held,) = held_as_the_same(same)
    assert (held.state, held.action, held.error_class) == ("review", "create", "rule")
    assert len(same.invoices()) == 3
    assert same.rows("SELECT deal_system, amount_sek FROM bridge WHERE cause = 'O72'") == [(held.source.system, -159)]
    assert same.rows("SELECT name FROM checks WHERE NOT ok") == []
    same.settle()
    assert len(same.invoices()) == 3


def test_a_held_one_goes_when_its_key_is_another_in_the_crm(same: BothCrms) -> None:
    same.settle()
    (held,) = held_as_the_same(same)
    kind, field = {"upsales": ("orders", "description"), "salesforce": ("Opportunity", "Name")}[
        held.source.system.partition(":")[0]
    ]
    edit = {"system": held.source.system.partition(":")[0], "kind": kind, "id": held.source.id, "fields": {field: "M9"}}
    same.control("POST", "edit", edit)
    same.clock.advance(180)
    same.settle()
    assert held_as_the_same(same) == []
    assert len(same.invoices()) == 4


def test_a_key_that_the_mapping_names_later_counts_for_deals_that_were_read_before(tmp_path: Path) -> None:
    deals = (deal("M7"), replace(deal("S7"), description="M7", state="open"))
    with BothCrms(tmp_path, world(*deals)) as bench:
        bench.settle()
        bench.stop()
        agreed(bench, tmp_path)
        bench.settle()
        assert bench.rows("SELECT agreed_key FROM deals ORDER BY system") == [("M7",), ("M7",)]


# How a deal that was won is lost after all, in each CRM.
LOST = {
    "upsales": {"kind": "orders", "fields": {"probability": 0}},
    "salesforce": {"kind": "Opportunity", "fields": {"StageName": "Closed Lost"}},
}


def test_a_held_one_is_invoiced_by_itself_when_the_other_is_won_no_more(tmp_path: Path) -> None:
    deals = (deal("M7"), replace(deal("S7"), description="M7"))
    with BothCrms(tmp_path, world(*deals)) as bench:
        agreed(bench, tmp_path)
        bench.fault("status_500_before", "/3/invoices", times=1000)
        bench.run(2)
        (held,) = held_as_the_same(bench)
        ((system, deal_id),) = bench.rows(f"SELECT system, deal_id FROM deals WHERE system <> '{held.source.system}'")
        crm = system.partition(":")[0]
        bench.control("POST", "edit", {"system": crm, "id": deal_id, **LOST[crm]})
        bench.control("DELETE", "faults")
        bench.clock.advance(180)
        bench.settle()
        assert held_as_the_same(bench) == []
        (made,) = bench.invoices()
        assert str(made["ExternalInvoiceReference1"]).startswith(held.source.system)


def test_two_deals_of_one_crm_under_one_key_are_one_invoice_and_a_question(tmp_path: Path) -> None:
    deals = (deal("M7"), replace(deal("U7"), description="M7"), deal("U8", row(NAILS)))
    with Bench(tmp_path, world(*deals)) as bench:
        agreed(bench, tmp_path)
        bench.settle()
        (held,) = held_as_the_same(bench)
        assert len(bench.invoices()) == 2
        assert bench.rows("SELECT deal_id FROM bridge WHERE cause = 'O72'") == [(held.source.id,)]
        assert bench.rows("SELECT name FROM checks WHERE NOT ok") == []
