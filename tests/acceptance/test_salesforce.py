"""Salesforce and Fortnox in step: deals to drafts, edits, reopened and deleted deals, and the calls Salesforce gets."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import simplejson

from mappings import load
from sync.connectors.salesforce.connect import salesforce_shapes
from sync.demo.sandbox_link import systems_of
from sync.store.reader import records as reader_records
from sync.store.reader.published import Paging, Scope
from tests.acceptance.bench import START
from tests.acceptance.processes import ROOT
from tests.acceptance.readers import ask_everything, newest
from tests.acceptance.salesforce_bench import SalesforceBench
from tests.acceptance.worlds import ACME, BOLT, HAMMER, NAILS, SAW, deal, row, world

FACTS = world(deal("D1", row(SAW, "3", "33.33"), row(NAILS, "100")), deal("D2", customer=BOLT))
OPEN, WON = {"StageName": "Prospecting"}, {"StageName": "Closed Won"}


@contextmanager
def in_step(folder: Path) -> Iterator[SalesforceBench]:
    """Two opportunities that have become drafts; nothing is left to do."""
    with SalesforceBench(folder, FACTS) as bench:
        bench.settle()
        assert len(bench.invoices()) == 2
        assert bench.held() == {}
        bench.writes_of()
        yield bench


def test_won_opportunities_become_drafts_with_price_and_discount_as_they_were_sold(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        invoice = bench.invoice_of("D1")
        saw, nails = invoice["InvoiceRows"]
        assert (saw["ArticleNumber"], saw["Description"]) == ("A3", "Såg")
        assert (Decimal(saw["DeliveredQuantity"]), Decimal(saw["Price"])) == (3, Decimal("1250.50"))
        assert (saw["DiscountType"], Decimal(saw["Discount"])) == ("PERCENT", Decimal("33.33"))
        assert (Decimal(nails["Price"]), Decimal(nails["Discount"])) == (Decimal("0.99"), 0)
        assert Decimal(invoice["Net"]) == bench.amount("D1", "Amount")
        assert (invoice["Booked"], invoice["InvoiceDate"], invoice["OurReference"]) == (False, "2026-03-02", "Åsa Ek")
        customer = bench.customer(invoice["CustomerNumber"])
        assert (customer["Name"], customer["OrganisationNumber"]) == ("Acme Bygg AB", "5598000007")
        assert (customer["Email"], customer["CountryCode"], customer["VATType"]) == (
            "faktura@acme.example", "SE", "SEVAT",
        )  # fmt: skip
        truth = bench.truth()
        assert (truth["duplicates"], truth["lost"]) == (0, 0)
        assert bench.rows("SELECT sum(amount_sek) FROM bridge WHERE cause LIKE 'X%'") == [(None,)]


def test_won_is_what_salesforce_calls_won_whatever_the_stage_is_named(tmp_path: Path) -> None:
    facts = world(deal("D1"), deal("D2", state="lost"), deal("D3", state="open"))
    with SalesforceBench(tmp_path, facts) as bench:
        bench.edit_deal("D1", StageName="Closed Won - Renewal")
        bench.settle()
        assert len(bench.invoices()) == 1
        assert bench.rows("SELECT deal_id, state FROM deals ORDER BY title") == [
            (bench.deal_id("D1"), "won"),
            (bench.deal_id("D2"), "lost"),
            (bench.deal_id("D3"), "open"),
        ]


def test_our_own_write_back_causes_no_new_send(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.run(times=3)
        assert bench.writes_of() == []


def test_an_edit_of_unmapped_fields_causes_no_write(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.edit_deal("D1", Description="Ring Eva på fredag", NextStep="Ring", Name="Stora affären")
        bench.edit_account("acme", Website="https://acme.example", Description="Bra kund")
        bench.run(times=3)
        assert bench.writes_of() == []


def test_an_edit_of_a_mapped_field_is_one_put_with_that_field_only(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        number = bench.invoice_of("D1")["DocumentNumber"]
        bench.edit_deal("D1", Your_Order_Number__c="PO-4711")
        bench.edit_account("acme", Phone="046-123 45")
        bench.run(times=3)
        sent = {one.path: (one.system, one.method, one.body) for one in bench.writes_of()}
        customer = bench.invoice_of("D1")["CustomerNumber"]
        assert sent == {
            f"/3/invoices/{number}": ("fortnox", "PUT", {"YourOrderNumber": "PO-4711"}),
            f"/3/customers/{customer}": ("fortnox", "PUT", {"Phone1": "046-123 45"}),
        }


def test_an_edited_line_is_one_put_with_the_rows(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.row_edit("D1", 0, Discount=20)
        bench.run(times=3)
        (sent,) = bench.writes_of()
        assert (sent.system, sent.method, set(sent.body)) == ("fortnox", "PUT", {"InvoiceRows"})
        assert Decimal(bench.invoice_of("D1")["Net"]) == bench.amount("D1", "Amount") == Decimal("3001.20") + 99


def test_a_line_whose_edit_leaves_its_opportunity_untouched_is_seen(tmp_path: Path) -> None:
    """An edit that leaves the amount alone does not touch the opportunity (salesforce/FACTS.md 8.2)."""
    with in_step(tmp_path) as bench:
        bench.clock.advance(3600)
        bench.run()
        touched = bench.deal("D2")["SystemModstamp"]
        bench.row_edit("D2", 0, Quantity=2, UnitPrice=Decimal("79.50"))
        assert bench.deal("D2")["SystemModstamp"] == touched, "the opportunity itself does not tell"
        bench.run(times=3)
        (sent,) = bench.writes_of()
        (changed,) = sent.body["InvoiceRows"]
        assert (changed["DeliveredQuantity"], changed["Price"]) == (2, Decimal("79.50"))


def test_an_opportunity_reopened_before_it_was_sent_is_withdrawn(tmp_path: Path) -> None:
    with SalesforceBench(tmp_path, world(deal("D1"))) as bench:
        bench.fault("status_500_before", "/3/customers", times=1)
        bench.run(times=2)
        assert bench.invoices() == []
        assert bench.counts().get("planned", 0) > 0, "the invoice waits for its customer"
        bench.edit_deal("D1", **OPEN)
        bench.settle()
        assert bench.invoices() == []
        withdrawn = "SELECT count(*) FROM operations WHERE target_kind = 'invoice' AND state = 'cancelled'"
        assert bench.rows(withdrawn) == [(1,)]
        bench.edit_deal("D1", **WON)
        bench.settle()
        assert len(bench.invoices()) == 1


def test_a_sent_opportunity_that_is_reopened_goes_to_a_person(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.edit_deal("D1", **OPEN)
        bench.run(times=3)
        assert bench.held() == {("opportunity", bench.deal_id("D1")): ("rule", "no_longer_won")}
        assert bench.writes_of() == []
        bench.edit_deal("D1", **WON)
        bench.run(times=3)
        assert bench.held() == {}
        assert bench.writes_of() == []


def test_a_deleted_opportunity_is_noticed_and_its_return_too(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.edit_deal("D1", action="delete")
        bench.run(times=3)
        assert bench.held() == {("opportunity", bench.deal_id("D1")): ("rule", "no_longer_won")}
        assert bench.writes_of() == []
        states = "SELECT title, state FROM deals ORDER BY title"
        assert bench.rows(states) == [("D1", "deleted"), ("D2", "won")]
        bench.edit_deal("D1", action="undelete")
        bench.run(times=3)
        assert bench.held() == {}
        assert bench.writes_of() == []
        assert bench.rows(states) == [("D1", "won"), ("D2", "won")]


def test_an_opportunity_deleted_before_it_was_ever_sent_is_not_sent(tmp_path: Path) -> None:
    with SalesforceBench(tmp_path, FACTS) as bench:
        bench.edit_deal("D1", action="delete")
        bench.settle()
        assert len(bench.invoices()) == 1
        assert bench.truth()["lost"] == 0


def test_an_opportunity_without_lines_or_customer_is_held(tmp_path: Path) -> None:
    with SalesforceBench(tmp_path, FACTS) as bench:
        for line in bench.lines("D1"):
            bench.edit_crm("OpportunityLineItem", line["Id"], action="delete")
        bench.edit_deal("D2", AccountId=None)
        bench.settle()
        assert bench.invoices() == []
        assert bench.held() == {
            ("opportunity", bench.deal_id("D1")): ("data", "no_rows"),
            ("opportunity", bench.deal_id("D2")): ("data", "no_customer"),
        }


def test_a_deal_that_is_marked_to_be_left_out_is_left_out(tmp_path: Path) -> None:
    with SalesforceBench(tmp_path, FACTS) as bench:
        bench.edit_deal("D1", Kvitt_Skip__c=True)
        bench.settle()
        assert len(bench.invoices()) == 1
        assert bench.held() == {}


def test_only_mapped_fields_are_selected(tmp_path: Path) -> None:
    shapes = salesforce_shapes(load(ROOT / "mappings", "salesforce"))
    with in_step(tmp_path) as bench:
        bench.edit_deal("D1", NextStep="Ring")
        bench.run()
        asked = bench.queries()
        whole = [
            soql for soql in asked if "SystemModstamp, Id" in soql and "FROM OpportunityLineItem WHERE" not in soql
        ]
        assert {soql.split(" FROM ")[-1].split()[0] for soql in whole} == {"Account", "Product2", "Opportunity"}
        for soql in whole:
            shape = next(one for one in shapes.values() if f" FROM {one.sobject}" in soql)
            outer, _, inner = soql.removeprefix("SELECT ").partition("(SELECT ")
            names = {name.strip() for name in (outer if inner else outer.split(" FROM ")[0]).split(",") if name.strip()}
            assert names <= {*shape.reads, "Id", "IsDeleted", "SystemModstamp"}, soql
            assert not [name for name in names if name.startswith("Fortnox_") and "Number" not in name]
            if inner:
                assert set(inner.split(" FROM ")[0].split(", ")) <= {*shape.row_reads, "Id"}
        assert all("FIELDS(" not in soql and "*" not in soql for soql in asked)


def test_a_second_run_reads_only_what_changed(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.clock.advance(3600)
        bench.run(times=2)
        bench.edit_deal("D1", NextStep="Ring")
        bench.run()
        answers = bench.rows(
            "SELECT query, response FROM calls WHERE path LIKE '%/queryAll' ORDER BY call_no DESC LIMIT 4"
        )
        assert all("WHERE SystemModstamp >= " in query for query, _ in answers)
        read = {
            query.split(" FROM ")[-1].split()[0]: simplejson.loads(text[: text.index(",")] + "}")
            for query, text in answers
        }
        assert read == {
            "Account": {"totalSize": 0},
            "Product2": {"totalSize": 0},
            "Opportunity": {"totalSize": 1},
            "OpportunityLineItem": {"totalSize": 0},
        }


def test_records_arrive_page_by_page_with_all_their_lines(tmp_path: Path) -> None:
    many = world(*(deal(f"D{n}", *(row(HAMMER, str(m + 1)) for m in range(260 if n == 1 else 1))) for n in range(1, 4)))
    with SalesforceBench(tmp_path, many) as bench:
        bench.settle()
        assert len(bench.invoices()) == 3
        assert len(bench.invoice_of("D1")["InvoiceRows"]) == 260
        assert Decimal(bench.invoice_of("D1")["Net"]) == bench.amount("D1", "Amount")


def test_an_ended_session_is_renewed_once_and_nobody_notices(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.edit_crm("Session", "", action="revoke")
        bench.edit_deal("D1", Your_Order_Number__c="PO-1")
        bench.run()
        assert bench.invoice_of("D1")["YourOrderNumber"] == "PO-1"
        refused = "SELECT count(*) FROM calls WHERE system LIKE 'salesforce%' AND status = 401"
        assert bench.rows(refused) == [(1,)]


@pytest.mark.parametrize("wrong", ["organisation_id", "sandbox"])
def test_another_org_than_the_paired_one_stops_the_flows(tmp_path: Path, wrong: str) -> None:
    with SalesforceBench(tmp_path, FACTS) as bench:
        found = systems_of(bench.control("GET", "info"))["salesforce"]
        changed = {"organisation_id": "00DKv0000000001"} if wrong == "organisation_id" else {"sandbox": False}
        bench.overrides = {"salesforce": found.model_copy(update=changed)}
        bench.run()
        assert bench.invoices() == []
        ((sentence,),) = bench.rows("SELECT paused_reason FROM flows WHERE kind = 'deals' AND paused")
        assert "is paired with" in sentence


def test_a_hidden_price_field_stops_the_flow_instead_of_sending_a_wrong_amount(tmp_path: Path) -> None:
    with SalesforceBench(tmp_path, FACTS) as bench:
        bench.permit("OpportunityLineItem.Discount", readable=False, editable=False)
        bench.run()
        assert bench.invoices() == []
        ((sentence,),) = bench.rows("SELECT paused_reason FROM flows WHERE kind = 'deals' AND paused")
        assert "OpportunityLineItem.Discount" in sentence
        assert "read access" in sentence


def test_a_custom_field_that_the_org_hides_is_left_out_and_told_once(tmp_path: Path) -> None:
    with SalesforceBench(tmp_path, FACTS) as bench:
        bench.permit("Opportunity.Your_Reference__c", readable=False, editable=False)
        bench.settle()
        bench.run(times=3)
        assert len(bench.invoices()) == 2
        told = bench.rows("SELECT details::TEXT FROM events WHERE action = 'fields_missing'")
        assert len(told) == 1
        assert "Your_Reference__c" in told[0][0]


def test_a_foreign_deal_goes_out_in_its_currency_at_the_org_s_rate(tmp_path: Path) -> None:
    with SalesforceBench(tmp_path, world(deal("D1", row(SAW, "2"), currency="EUR"), deal("D2"))) as bench:
        bench.settle()
        assert bench.held() == {}
        invoice = bench.invoice_of("D1")
        assert invoice["Currency"] == "EUR"
        assert abs(Decimal(invoice["CurrencyRate"]) - Decimal("11.25")) < Decimal("0.001")
        assert bench.invoice_of("D2")["Currency"] == "SEK"
        bench.press("D1", "bookkeep")
        bench.press("D2", "bookkeep")
        bench.settle()
        assert bench.deal("D1")["Fortnox_Currency__c"] == "EUR"
        assert bench.rows("SELECT cause FROM bridge WHERE abs(amount_sek) >= 0.01") == []
        bench.writes_of()
        bench.run(times=3)
        assert bench.writes_of() == []


def test_the_pages_find_opportunities_and_their_families(tmp_path: Path) -> None:
    with in_step(tmp_path) as bench:
        bench.app.publisher.publish()
        reader = newest(bench.data)
        try:
            assert ask_everything(reader, START.date()) > 0
            (found,) = reader_records.search(reader, Scope(), "D1", START.date(), Paging(10))
            assert (found.kind, found.record_id) == ("opportunity", bench.deal_id("D1"))
            key = reader_records.Key(found.system, found.kind, found.record_id)
            kinds = {one.kind for one in reader_records.family(reader, Scope(), key)}
            assert {"opportunity", "invoice"} <= kinds
            by_number = reader_records.search(reader, Scope(), "559800-0007", START.date(), Paging(10))
            assert {"account", "opportunity", "customer"} <= {one.kind for one in by_number}
        finally:
            reader.close()


@pytest.mark.parametrize("number", ["17", "42"])
def test_b5_two_companies_numbers_never_meet_in_the_one_field_of_an_account(tmp_path: Path, number: str) -> None:
    """Acme is 17 in one company and something else in the other; so may Bolt be, and the field is unique."""
    acme = replace(ACME, fortnox_numbers={"nord": "17", "syd": "99"})
    bolt = replace(BOLT, organisation_number="5598000015", fortnox_numbers={"syd": number})
    deals = deal("D1"), deal("D2", company="syd"), deal("D3", customer=bolt, company="syd")
    facts = world(*deals, customers=(acme, bolt), companies=("nord", "syd"))
    with SalesforceBench(tmp_path, facts) as bench:
        bench.settle()
        assert bench.held() == {}
        assert bench.account("acme")["Fortnox_Customer_Number__c"] == "17"
        assert bench.account("bolt")["Fortnox_Customer_Number__c"] == (number if number != "17" else None)
        assert bench.rows("SELECT count(*) FROM operations WHERE open_key IS NOT NULL") == [(0,)]
        told = bench.rows("SELECT details::TEXT FROM events WHERE action = 'number_field_shared'")
        assert len(told) == 1
        assert "Fortnox_Customer_Number__c" in told[0][0]
        noticed = bench.rows("SELECT status_sentence FROM connections WHERE company IS NULL")
        assert "nord, syd share Fortnox_Customer_Number__c for their customer numbers" in noticed[0][0]
