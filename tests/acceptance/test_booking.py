"""Booking, where a company wants it: late, once, and only what bears its name alone (ARCHITECTURE.md: book late)."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from sync.core.types import Operation, Outcome
from sync.send.execute import Executor
from tests.acceptance.bench import Bench
from tests.acceptance.desk import Desk
from tests.acceptance.worlds import BOLT, NAILS, SAW, deal, row, world

FACTS = world(deal("D1", row(SAW, "2")), deal("D2", row(NAILS, "50"), customer=BOLT))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path, FACTS)
    made.booking("nord")
    return made


def booked(bench: Bench) -> list[bool]:
    return [one["Booked"] for one in bench.invoices()]


def presses(bench: Bench) -> int:
    return sum(1 for one in bench.writes_of() if one.path.endswith("/bookkeep"))


def test_a_document_is_booked_once_and_the_crm_is_told(bench: Bench) -> None:
    with bench:
        bench.run(times=2)
        assert booked(bench) == [False, False], "not before the quarantine has passed"
        bench.settle()
        assert booked(bench) == [True, True]
        assert presses(bench) == 2
        assert bench.deal("D1")["fields"]["KVITT_STATUS"] == "booked"
        bench.run(times=3)
        assert bench.writes_of() == []


def test_a_document_that_rests_for_hours_before_it_is_booked_is_not_on_its_way(bench: Bench) -> None:
    bench.overrides = {"quarantine_seconds": 3 * 3600}
    with bench:
        for _ in range(15):
            assert booked(bench) in ([], [False, False])
            bench.run()
            assert bench.rows("SELECT name FROM checks WHERE NOT ok") == []
            bench.clock.advance(720)
        bench.settle()
        assert booked(bench) == [True, True]


def test_a_copy_of_the_document_is_never_booked(bench: Bench) -> None:
    with bench:
        bench.run()
        original = bench.invoice_of("D1")
        tenant = bench.tenants["nord"]
        copy = {**original, "DocumentNumber": tenant.next_number("invoices")}
        tenant.save("invoices", copy["DocumentNumber"], copy)
        bench.settle()
        own = {one["DocumentNumber"]: one["Booked"] for one in bench.invoices()}
        assert own[original["DocumentNumber"]] is False
        assert own[copy["DocumentNumber"]] is False
        assert bench.held()["order", str(bench.deal_id("D1"))] == ("match", "several_documents")


@pytest.mark.parametrize(
    "fault", ["timeout_after", "timeout_before", "status_500_before", "status_500_after", "cut_body"]
)
def test_an_answer_that_is_lost_is_looked_up(bench: Bench, fault: str) -> None:
    with bench:
        bench.fault(fault, "/bookkeep", method="PUT", times=2)
        bench.settle()
        assert bench.faults_taken() == [2]
        assert booked(bench) == [True, True]
        assert bench.held() == {}


def test_what_an_accountant_books_meanwhile_is_left_alone(bench: Bench) -> None:
    with bench:
        bench.run()
        bench.press("D1", "bookkeep")
        bench.settle()
        assert booked(bench) == [True, True]
        assert presses(bench) == 1


def test_a_booking_that_fortnox_refuses_waits_for_a_person_and_makes_no_second_document(bench: Bench) -> None:
    with bench:
        bench.run()
        tenant = bench.tenants["nord"]
        tenant.tables.put("lockedperiod", "1", {"EndDate": "2026-12-31"})
        bench.settle()
        assert len(bench.invoices()) == 2
        assert booked(bench) == [False, False]
        assert set(bench.held()) == {("order", "1"), ("order", "2")}


def test_a_deal_that_changes_before_its_document_is_booked_is_sent_first(bench: Bench) -> None:
    with bench:
        bench.run()
        bench.row_edit("D1", 0, quantity=3)
        bench.settle()
        assert bench.invoice_of("D1")["InvoiceRows"][0]["DeliveredQuantity"] == "3"
        assert booked(bench) == [True, True]
        assert bench.held() == {}


def test_a_draft_that_is_found_again_and_says_otherwise_than_its_deal_is_not_booked(bench: Bench) -> None:
    with bench:
        bench.run()
        bench.stop()
        shutil.rmtree(bench.data)
        bench.row_edit("D1", 0, quantity=3)
        bench.settle()
        assert bench.invoice_of("D1")["Booked"] is False
        assert bench.invoice_of("D2")["Booked"] is True
        assert bench.held() == {("order", str(bench.deal_id("D1"))): ("rule", "adopted_otherwise")}


def test_f2_a_document_in_question_stays_so_when_it_is_booked_and_explains_nothing_until_a_person_answers(
    tmp_path: Path,
) -> None:
    with Bench(tmp_path, world(deal("D1", row(SAW, "2")))) as bench:
        bench.run()
        bench.stop()
        shutil.rmtree(bench.data)
        bench.edit_invoice("D1", InvoiceRows=[{"Description": "Eget", "DeliveredQuantity": "1", "Price": 12499}])
        bench.settle()
        assert bench.held() == {("order", "1"): ("rule", "adopted_otherwise")}
        bench.press("D1", "bookkeep")
        bench.settle()
        assert bench.held() == {("order", "1"): ("closed", "booked_otherwise")}
        causes = "SELECT cause, sum(amount_sek)::TEXT FROM bridge GROUP BY cause ORDER BY cause"
        assert [cause for cause, _ in bench.rows(causes)] == ["I51", "O55"]
        assert bench.rows("SELECT name FROM checks WHERE NOT ok") == []
        desk = Desk(bench)
        assert desk.dismiss(desk.look())[0]
        bench.settle()
        assert bench.held() == {}
        assert {"I51", "O55"}.isdisjoint(cause for cause, _ in bench.rows(causes))


def test_drafts_stay_drafts_where_booking_is_not_wanted(tmp_path: Path) -> None:
    with Bench(tmp_path, FACTS) as bench:
        bench.settle()
        bench.clock.advance(300)
        bench.run(times=2)
        assert booked(bench) == [False, False]


@pytest.mark.parametrize("why", ["lost", "moved"])
def test_what_is_dismissed_as_not_to_be_invoiced_is_not_booked(tmp_path: Path, why: str) -> None:
    bench = Bench(tmp_path, world(deal("D1"), companies=("nord", "syd")))
    bench.booking("nord")
    with bench:
        bench.run()
        if why == "lost":
            bench.edit_deal("D1", probability=0)
        else:
            bench.set_custom("D1", LEGAL_ENTITY="syd")
        bench.settle()
        desk = Desk(bench)
        assert desk.dismiss(desk.look())[0]
        bench.settle()
        bench.clock.advance(3600)
        bench.settle()
        assert booked(bench) == [False]
        assert presses(bench) == 0


def test_a_deal_that_is_taken_out_of_the_sync_is_not_booked(bench: Bench) -> None:
    with bench:
        bench.run()
        bench.row_edit("D1", 0, quantity=3)
        bench.set_custom("D1", SKIP_SYNC="1")
        bench.settle()
        desk = Desk(bench)
        assert desk.dismiss(desk.look())[0]
        bench.settle()
        assert bench.invoice_of("D1")["Booked"] is False
        assert bench.invoice_of("D2")["Booked"] is True


def test_what_fortnox_made_otherwise_is_booked_once_a_person_accepts_it(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.booking("nord")
        bench.alter("/3/invoices", Freight=49)
        bench.settle()
        bench.clock.advance(3600)
        bench.settle()
        assert booked(bench) == [False]
        ((number,),) = bench.rows("SELECT operation_no FROM silent_changes")
        assert Desk(bench).accept(number)[0]
        bench.settle()
        assert booked(bench) == [True]


def leave_in_doubt(bench: Bench) -> None:
    """Let a booking be sent that is never answered."""
    bench.run()
    bench.clock.advance(300)
    bench.fault("timeout_before", "/bookkeep", method="PUT")
    bench.run()
    assert bench.faults_taken() == [1]


def test_what_waits_to_be_booked_is_left_when_the_company_wants_no_booking_any_more(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.booking("nord")
        leave_in_doubt(bench)
        bench.stop()
        bench.books_no_more("nord")
        bench.settle()
        assert booked(bench) == [False]
        assert bench.rows("SELECT state FROM operations WHERE action = 'book'") == [("cancelled",)]


def test_a_copy_that_appears_while_a_booking_waits_stops_it(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.booking("nord")
        leave_in_doubt(bench)
        original, tenant = bench.invoice_of("D1"), bench.tenants["nord"]
        copy = {**original, "DocumentNumber": tenant.next_number("invoices")}
        tenant.save("invoices", copy["DocumentNumber"], copy)
        bench.settle()
        bench.clock.advance(300)
        bench.settle()
        assert booked(bench) == [False, False]
        assert bench.held()["order", str(bench.deal_id("D1"))] == ("match", "several_documents")


@pytest.mark.parametrize("tried", [False, True])
def test_a_draft_whose_deal_went_to_a_company_out_of_sight_is_not_booked(tmp_path: Path, tried: bool) -> None:
    bench = Bench(tmp_path, world(deal("D1"), companies=("nord", "syd")))
    bench.booking("nord")
    with bench:
        bench.run()
        if tried:
            bench.clock.advance(3600)
            bench.fault("429", "/3/invoices/1/bookkeep", method="PUT", times=9)
            bench.run()
            assert bench.rows("SELECT state FROM operations WHERE action = 'book'") == [("planned",)]
            bench.control("DELETE", "faults")
        bench.set_paused("fortnox:syd/documents", True)
        bench.set_custom("D1", LEGAL_ENTITY="syd")
        bench.settle()
        assert booked(bench) == [False]
        bench.set_paused("fortnox:syd/documents", False)
        bench.settle()
        assert bench.held() == {("order", "1"): ("rule", "moved_company")}
        assert booked(bench) == [False]


def test_a_refused_booking_is_tried_again_where_fortnox_cannot_say_whether_it_is_booked(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, asked = Executor._look_whether_booked, list[int]()

    async def away_at_first(self: Executor, operation: Operation) -> Any:
        asked.append(operation.number)
        with monkeypatch.context() as patch:
            if len(asked) == 1:
                patch.setattr(Executor, "_look", _away)
            return await look(self, operation)

    monkeypatch.setattr(Executor, "_look_whether_booked", away_at_first)
    with bench:
        bench.run()
        bench.tenants["nord"].tables.put("lockedperiod", "1", {"EndDate": "2026-12-31"})
        bench.settle()
        assert asked.count(asked[0]) == 2
        assert booked(bench) == [False, False]
        assert set(bench.held()) == {("order", "1"), ("order", "2")}


async def _away(_executor: Executor, _operation: Operation) -> Outcome:
    return Outcome("retry", message="Fortnox does not answer.")
