"""What a person dismissed comes back when what was asked is not so any more."""

from pathlib import Path

from tests.acceptance.bench import Bench
from tests.acceptance.desk import Desk
from tests.acceptance.worlds import deal, world

TWO = ("nord", "syd")


def dismiss(bench: Bench) -> None:
    desk = Desk(bench)
    assert desk.dismiss(desk.look())[0]


def leave_for(bench: Bench, company: str) -> None:
    """Let a deal that has a draft belong to another company, and let that be dismissed."""
    bench.run()
    bench.set_custom("D1", LEGAL_ENTITY=company)
    bench.settle()
    dismiss(bench)


def test_a_deal_that_came_back_to_the_company_of_its_draft_is_booked(tmp_path: Path) -> None:
    bench = Bench(tmp_path, world(deal("D1"), companies=TWO))
    bench.booking("nord")
    with bench:
        leave_for(bench, "syd")
        bench.edit_deal("D1", notes="still elsewhere")
        bench.settle()
        assert (bench.held(), bench.invoice_of("D1")["Booked"]) == ({}, False)
        bench.set_custom("D1", LEGAL_ENTITY="nord")
        bench.settle()
        assert (bench.held(), bench.invoice_of("D1")["Booked"]) == ({}, True)


def test_a_deal_whose_company_became_known_is_sent(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", company="ost", flaw="route"), companies=TWO)) as bench:
        bench.settle()
        dismiss(bench)
        bench.edit_deal("D1", notes="still nowhere")
        bench.settle()
        assert bench.held() == {}
        bench.set_custom("D1", LEGAL_ENTITY="syd")
        bench.settle()
        assert (bench.held(), len(bench.invoices("syd"))) == ({}, 1)


def test_a_draft_whose_deal_belongs_nowhere_is_not_booked_when_that_is_dismissed(tmp_path: Path) -> None:
    bench = Bench(tmp_path, world(deal("D1"), companies=TWO))
    bench.booking("nord")
    with bench:
        leave_for(bench, "ost")
        bench.clock.advance(3600)
        bench.settle()
        assert bench.invoice_of("D1")["Booked"] is False


def test_a_deal_that_is_taken_out_is_asked_nothing_about_its_company(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", company="ost", flaw="route"), companies=TWO)) as bench:
        bench.settle()
        bench.set_custom("D1", SKIP_SYNC="1")
        bench.settle()
        assert bench.held() == {}
        assert bench.rows("SELECT outcome, code FROM decisions WHERE kind = 'order'") == [("excluded", "skip")]
