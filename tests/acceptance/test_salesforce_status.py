"""What Fortnox says of a document comes back to its opportunity, whatever happens on the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.salesforce_bench import SalesforceBench
from tests.acceptance.worlds import BOLT, SAW, deal, row, world

TOTAL = Decimal(1563)
PATCHED = "/sobjects/Opportunity/"


@contextmanager
def a_draft(folder: Path) -> Iterator[SalesforceBench]:
    """One opportunity that has become a draft of 1 563 kr."""
    with SalesforceBench(folder, world(deal("D1", row(SAW)))) as bench:
        bench.settle()
        assert bench.invoice_of("D1")["Total"] == TOTAL
        yield bench


def status(bench: SalesforceBench) -> str:
    return str(bench.deal("D1")["Fortnox_Status__c"])


def test_a_draft_is_told_with_its_number_and_the_rest_when_it_is_booked(tmp_path: Path) -> None:
    with a_draft(tmp_path) as bench:
        told, invoice = bench.deal("D1"), bench.invoice_of("D1")
        assert told["Fortnox_Invoice_Number__c"] == invoice["DocumentNumber"]
        assert (status(bench), told["Fortnox_Paid__c"]) == ("draft", False)
        later = ("Fortnox_Invoice_Date__c", "Fortnox_Due_Date__c", "Fortnox_Total__c", "Fortnox_Paid_Date__c")
        assert {told[name] for name in later} == {None}
        bench.press("D1", "bookkeep")
        bench.settle()
        told = bench.deal("D1")
        assert told["Fortnox_Invoice_Date__c"] == invoice["InvoiceDate"]
        assert told["Fortnox_Due_Date__c"] == invoice["DueDate"]
        assert bench.amount("D1", "Fortnox_Total__c") == bench.amount("D1", "Fortnox_Balance__c") == TOTAL
        assert told["Fortnox_Booked_Seen__c"] == "2026-03-16"
        assert told["Fortnox_Currency__c"] == "SEK"
        assert bench.account("acme")["Fortnox_Customer_Number__c"] == invoice["CustomerNumber"]


def test_payments_add_up_until_the_invoice_is_paid(tmp_path: Path) -> None:
    with a_draft(tmp_path) as bench:
        bench.press("D1", "bookkeep", "externalprint")
        bench.settle()
        assert status(bench) == "sent"
        bench.clock.advance(86400)
        bench.pay("D1", 500)
        bench.settle()
        assert (status(bench), bench.deal("D1")["Fortnox_Paid__c"]) == ("part-paid", False)
        assert (bench.amount("D1", "Fortnox_Paid_Amount__c"), bench.amount("D1", "Fortnox_Balance__c")) == (500, 1063)
        assert bench.deal("D1")["Fortnox_Paid_Date__c"] == "2026-03-17"
        bench.clock.advance(86400)
        bench.pay("D1")
        bench.settle()
        assert (status(bench), bench.deal("D1")["Fortnox_Paid__c"]) == ("paid", True)
        assert (bench.amount("D1", "Fortnox_Paid_Amount__c"), bench.amount("D1", "Fortnox_Balance__c")) == (TOTAL, 0)
        assert bench.deal("D1")["Fortnox_Paid_Date__c"] == "2026-03-18"
        bench.writes_of()
        bench.run(times=3)
        assert bench.writes_of() == []


def test_overdue_cancelled_and_credited_are_told(tmp_path: Path) -> None:
    facts = world(deal("D1", row(SAW)), deal("D2"), deal("D3"))
    with SalesforceBench(tmp_path, facts) as bench:
        bench.settle()
        bench.press("D1", "bookkeep")
        bench.press("D2", "cancel")
        bench.press("D3", "bookkeep", "credit")
        note = next(one["DocumentNumber"] for one in bench.invoices() if one["Credit"] == "true")
        bench.press_number(note, "bookkeep")
        bench.settle()
        told = [bench.deal(key)["Fortnox_Status__c"] for key in ("D1", "D2", "D3")]
        assert told == ["booked", "cancelled", "credited"]
        due = datetime(2026, 4, 1, 22, 30, tzinfo=UTC)
        bench.clock.advance((due - bench.clock.now()).total_seconds())
        bench.settle()
        assert status(bench) == "overdue", "half past midnight in Stockholm, the day after the due date"


def test_a_write_back_sends_only_what_differs(tmp_path: Path) -> None:
    with a_draft(tmp_path) as bench:
        bench.press("D1", "bookkeep")
        bench.settle()
        bench.writes_of()
        bench.press("D1", "externalprint")
        bench.settle()
        (sent,) = [one for one in bench.writes_of() if one.system == "crm"]
        assert (sent.method, sent.body) == ("PATCH", {"Fortnox_Status__c": "sent"})
        assert sent.path.endswith(bench.deal_id("D1"))


def test_no_write_back_moves_the_opportunity_s_own_fields(tmp_path: Path) -> None:
    with SalesforceBench(tmp_path, world(deal("D1", row(SAW)))) as bench:
        own = ("CloseDate", "StageName", "Amount", "Name", "AccountId", "OwnerId", "IsWon", "Probability")
        before = {name: bench.deal("D1")[name] for name in own}
        bench.settle()
        bench.press("D1", "bookkeep")
        bench.settle()
        assert {name: bench.deal("D1")[name] for name in own} == before


@pytest.mark.parametrize("found", ["by_describe", "by_refusal"])
def test_a_field_that_cannot_be_set_is_one_issue_of_the_connection(tmp_path: Path, found: str) -> None:
    facts = world(*(deal(f"D{n}", customer=BOLT) for n in range(1, 9)))
    with SalesforceBench(tmp_path, facts) as bench:
        if found == "by_refusal":
            bench.settle()
        bench.permit("Opportunity.Fortnox_Status__c", editable=False)
        bench.settle()
        for number in range(1, 9):
            bench.press(f"D{number}", "bookkeep")
        bench.settle()
        assert bench.held() == {}
        assert bench.rows("SELECT count(*) FROM failures") == [(0,)]
        for number in range(1, 9):
            told = bench.deal(f"D{number}")
            assert told["Fortnox_Invoice_Number__c"] == bench.invoice_of(f"D{number}")["DocumentNumber"]
            assert told["Fortnox_Due_Date__c"] == bench.invoice_of(f"D{number}")["DueDate"]
            assert told["Fortnox_Status__c"] == ("draft" if found == "by_refusal" else None)
        bench.run(times=2)
        ((refused,),) = bench.rows("SELECT count(*) FROM calls WHERE method = 'PATCH' AND status = 400")
        assert bool(refused) == (found == "by_refusal")
        told_of = "SELECT status, status_sentence FROM connections WHERE system LIKE 'salesforce%'"
        ((state, sentence),) = bench.rows(told_of)
        assert state == "ok"
        assert "Opportunity.Fortnox_Status__c cannot be set" in sentence
        events = bench.rows("SELECT details::TEXT FROM events WHERE action = 'fields_missing'")
        assert len(events) == 1, events
        bench.permit("Opportunity.Fortnox_Status__c")
        bench.clock.advance(700)
        bench.run(times=2)
        told = {str(bench.deal(f"D{number}")["Fortnox_Status__c"]) for number in range(1, 9)}
        assert told == {"booked"}, "what it missed is told when the field opens"
        assert bench.rows(told_of) == [("ok", "")]


@pytest.mark.parametrize(
    "fault", ["timeout_after", "status_500_after", "timeout_before", "status_500_before", "html_200"]
)
def test_a_lost_answer_to_a_write_back_is_looked_up_and_told_once(tmp_path: Path, fault: str) -> None:
    with a_draft(tmp_path) as bench:
        bench.press("D1", "bookkeep")
        bench.writes_of()
        bench.fault(fault, PATCHED, system="salesforce", method="PATCH")
        bench.settle()
        assert bench.faults_taken() == [1]
        assert status(bench) == "booked"
        assert bench.amount("D1", "Fortnox_Total__c") == TOTAL
        assert bench.held() == {}
        patched = sum(1 for one in bench.writes_of() if one.system == "crm")
        assert patched == (1 if fault.endswith("_after") else 2)


def test_a_locked_record_is_tried_again_later(tmp_path: Path) -> None:
    with a_draft(tmp_path) as bench:
        bench.press("D1", "bookkeep")
        bench.fault("lock_row", PATCHED, system="salesforce", method="PATCH", times=2)
        bench.settle()
        assert bench.faults_taken() == [2]
        assert status(bench) == "booked"
        assert bench.held() == {}


def test_the_end_of_the_day_s_calls_delays_and_loses_nothing(tmp_path: Path) -> None:
    with a_draft(tmp_path) as bench:
        bench.press("D1", "bookkeep")
        bench.fault("request_limit", PATCHED, system="salesforce", method="PATCH", times=3)
        bench.settle()
        assert bench.faults_taken() == [3]
        assert status(bench) == "booked"
        assert bench.rows("SELECT count(*) FROM failures") == [(0,)], "a call that was not made is no attempt"


def test_a_refused_write_back_goes_to_a_person_with_the_admin_s_own_words(tmp_path: Path) -> None:
    with a_draft(tmp_path) as bench:
        rule = {
            "object": "Opportunity",
            "field": "Fortnox_Status__c",
            "equals": "booked",
            "message": "Fråga Eva först.",
        }
        bench.edit_crm("ValidationRule", "v1", **rule)
        bench.press("D1", "bookkeep")
        bench.run(times=3)
        assert bench.held() == {("opportunity", bench.deal_id("D1")): ("data", "FIELD_CUSTOM_VALIDATION_EXCEPTION")}
        assert bench.rows("SELECT error_sentence FROM operations WHERE state = 'review'") == [("Fråga Eva först.",)]


def test_a_write_back_to_a_deleted_opportunity_goes_to_a_person(tmp_path: Path) -> None:
    with a_draft(tmp_path) as bench:
        bench.press("D1", "bookkeep")
        bench.edit_deal("D1", action="delete")
        bench.run(times=3)
        codes = {code for _, code in bench.held().values()}
        assert codes <= {"no_longer_won", "NOT_FOUND"}
        assert bench.truth()["duplicates"] == 0
