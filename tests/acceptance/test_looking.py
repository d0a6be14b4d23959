"""Looking before writing: what stands in the way, and what happens when looking itself goes wrong."""

from pathlib import Path

import pytest

from sync.core.types import Outcome, Payload
from sync.read import pull
from tests.acceptance.bench import Bench
from tests.acceptance.worlds import BOLT, NAILS, SAW, deal, row, world

TWO = world(deal("D1", row(SAW, "2")), deal("D2", row(NAILS, "50"), customer=BOLT))
ONE = world(deal("D1", row(SAW, "2")))
MANY = world(*(deal(f"D{number}", row(SAW, str(number + 1))) for number in range(7)))


def assert_complete(bench: Bench, documents: int) -> None:
    truth = bench.truth()
    assert (truth["duplicates"], truth["lost"], truth["fortnox"]["documents"]) == (0, 0, documents)
    assert bench.held() == {}


def test_a_fortnox_that_answers_nothing_is_left_alone_after_five_failures(tmp_path: Path) -> None:
    with Bench(tmp_path, MANY) as bench:
        bench.run()
        for number in range(7):
            bench.row_edit(f"D{number}", 0, quantity=20 + number)
        bench.writes_of()
        bench.fault("status_500_before", "/3/invoices/", method="PUT", times=50)
        bench.run()
        assert 5 <= len(bench.writes_of()) <= 7, "the wave was sent, no more"
        assert bench.rows("SELECT DISTINCT state FROM operations WHERE action = 'update'") == [("unknown",)]
        bench.control("DELETE", "faults")
        bench.settle()
        assert_complete(bench, 7)
        assert bench.invoice_of("D6")["InvoiceRows"][0]["DeliveredQuantity"] == "26"


def test_a_doubt_stays_one_while_nobody_can_be_asked(tmp_path: Path) -> None:
    with Bench(tmp_path, ONE) as bench:
        bench.fault("timeout_after", "/3/invoices")
        bench.run()
        bench.clock.advance(130)
        bench.fault("status_500_before", "externalinvoicereference1", method="GET", times=5)
        bench.run()
        assert bench.counts()["unknown"] == 1
        assert bench.faults_taken() == [1, 5]
        bench.settle()
        assert_complete(bench, 1)


@pytest.mark.parametrize("fault", ["status_500_before", "429"])
def test_a_document_that_cannot_be_looked_at_is_not_written_over(tmp_path: Path, fault: str) -> None:
    with Bench(tmp_path, ONE) as bench:
        bench.run()
        bench.row_edit("D1", 0, quantity=5)
        # The first look is the mirror's, the second the executor's.
        bench.fault("delay", r"/3/invoices/1\?", method="GET")
        bench.fault(fault, r"/3/invoices/1\?", method="GET", times=5)
        bench.writes_of()
        bench.run()
        assert bench.faults_taken() == [1, 5]
        assert [one for one in bench.writes_of() if one.system == "fortnox"] == []
        bench.settle()
        assert_complete(bench, 1)
        assert bench.invoice_of("D1")["InvoiceRows"][0]["DeliveredQuantity"] == "5"


def test_an_update_of_a_document_that_is_gone_waits_for_a_person(tmp_path: Path) -> None:
    with Bench(tmp_path, ONE) as bench:
        bench.run()
        bench.row_edit("D1", 0, quantity=5)
        bench.tenants["nord"].delete("invoices", bench.invoice_of("D1")["DocumentNumber"])
        bench.settle()
        assert bench.held()["order", str(bench.deal_id("D1"))][1] == "404"


def test_an_invoice_that_is_gone_when_it_is_to_be_read_is_marked_as_deleted(tmp_path: Path) -> None:
    with Bench(tmp_path, ONE) as bench:
        bench.run()
        bench.clock.advance(130)
        bench.edit_invoice("D1", Comments="ring först")
        number = bench.invoice_of("D1")["DocumentNumber"]
        bench.fault("status_500_before", f"/3/invoices/{number}", method="GET", times=10)
        bench.run()
        bench.tenants["nord"].delete("invoices", number)
        bench.settle()
        assert bench.rows("SELECT deleted_at IS NOT NULL FROM records WHERE kind = 'invoice'") == [(True,)]


def test_more_documents_than_a_run_reads_whole_are_read_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "DETAILS_AT_ONCE", 2)
    monkeypatch.setattr(pull, "DETAIL_ROUNDS", 1)
    with Bench(tmp_path, MANY) as bench:
        bench.run()
        bench.clock.advance(1000)
        for number in range(7):
            bench.edit_invoice(f"D{number}", Comments="ring först")
        bench.run()
        assert bench.rows("SELECT count(*) FROM records WHERE detail_due")[0][0] > 0
        bench.run(times=4)
        assert bench.rows("SELECT count(*) FROM records WHERE detail_due") == [(0,)]


def test_a_booking_in_doubt_stays_one_while_its_document_cannot_be_looked_at(tmp_path: Path) -> None:
    with Bench(tmp_path, ONE) as bench:
        bench.booking("nord")
        bench.fault("timeout_before", "/bookkeep", method="PUT")
        while not bench.counts().get("unknown"):
            bench.run()
            bench.clock.advance(60)
        bench.clock.advance(130)
        bench.fault("status_500_before", r"/3/invoices/1\?", method="GET", times=5)
        bench.run()
        assert bench.faults_taken() == [1, 5]
        assert bench.counts().get("retry") == 1
        bench.settle()
        assert [one["Booked"] for one in bench.invoices()] == [True]
        assert_complete(bench, 1)


@pytest.mark.parametrize("unanswered", [0, 5])
def test_a_customer_number_that_is_taken_is_looked_up_and_ours_is_adopted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unanswered: int
) -> None:
    """A first create took effect unheard, so the second is refused; the look-up may fail at first."""
    with Bench(tmp_path, ONE) as bench:
        connector = bench.app.companies["nord"].connector
        create = connector.create

        async def twice(kind: str, payload: Payload) -> Outcome:
            if kind == "customer":
                await create(kind, payload)
            return await create(kind, payload)

        monkeypatch.setattr(connector, "create", twice)
        bench.fault("status_500_before", r"/3/customers/U-\d+\?", method="GET", times=unanswered)
        bench.run()
        assert bench.counts().get("unknown", 0) == (1 if unanswered else 0)
        monkeypatch.undo()
        bench.settle()
        assert bench.faults_taken() == [unanswered]
        assert_complete(bench, 1)
        adopted = "SELECT result FROM operations WHERE target_kind = 'customer' AND action = 'create'"
        assert bench.rows(adopted) == [("adopted",)]


def test_an_update_whose_answer_was_lost_is_found_to_be_there_and_not_sent_again(tmp_path: Path) -> None:
    with Bench(tmp_path, ONE) as bench:
        bench.run()
        bench.row_edit("D1", 0, quantity=5)
        bench.writes_of()
        bench.fault("timeout_after", "/3/invoices/1", method="PUT")
        bench.settle()
        assert bench.faults_taken() == [1]
        assert [one.method for one in bench.writes_of() if one.path.startswith("/3/")] == ["PUT"]
        assert bench.rows("SELECT result FROM operations WHERE action = 'update'") == [("already",)]
        assert_complete(bench, 1)
