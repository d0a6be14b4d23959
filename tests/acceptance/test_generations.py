"""Another document for a deal, when no earlier one counts and a person allows it (ARCHITECTURE.md: a generation)."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from sync.commands import approvals
from sync.core.types import RecordKey
from tests.acceptance.bench import Bench
from tests.acceptance.desk import Desk
from tests.acceptance.worlds import ACME, SAW, deal, row, world

FACTS = world(deal("D1", row(SAW, "2")))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, FACTS)


def allow(bench: Bench) -> tuple[bool, str]:
    key = RecordKey(bench.app.crms[0].system, "order", str(bench.deal_id("D1")))
    answer = approvals.allow(bench.app.store, key, "nord", "Åsa", bench.clock.now())
    return answer.accepted, answer.code


def make_a_second(bench: Bench) -> None:
    """Let the first document be cancelled, and another be made."""
    bench.settle()
    bench.press("D1", "cancel")
    bench.settle()
    allow(bench)
    bench.settle()


def names(bench: Bench) -> list[str]:
    return [name_of(one) for one in bench.invoices()]


def name_of(invoice: dict[str, Any]) -> str:
    return str(invoice["ExternalInvoiceReference1"])[-2:]


def test_after_a_cancelled_document_a_person_may_allow_another(bench: Bench) -> None:
    with bench:
        bench.settle()
        assert allow(bench) == (False, "document_counts")
        bench.press("D1", "cancel")
        bench.settle()
        assert names(bench) == ["g1"], "nothing is made again by itself"
        assert allow(bench) == (True, "accepted")
        bench.settle()
        assert names(bench) == ["g1", "g2"]
        assert bench.deal("D1")["fields"]["FORTNOX_ID"] == bench.invoices()[1]["DocumentNumber"]
        truth = bench.truth()
        assert (truth["duplicates"], truth["lost"]) == (0, 0)
        assert bench.rows("SELECT name, found FROM checks WHERE NOT ok") == []
        bench.writes_of()
        bench.run(times=3)
        assert bench.writes_of() == []


def test_a_credit_of_the_whole_amount_counts_as_much_once_it_is_booked(bench: Bench) -> None:
    with bench:
        bench.settle()
        bench.press("D1", "bookkeep", "credit")
        bench.settle()
        assert allow(bench) == (False, "document_counts")
        credit = next(one["DocumentNumber"] for one in bench.invoices() if one["Credit"] == "true")
        bench.press_number(credit, "bookkeep")
        bench.settle()
        assert allow(bench) == (True, "accepted")
        bench.settle()
        live = [one for one in bench.invoices() if str(one["ExternalInvoiceReference1"]).endswith(":g2")]
        assert len(live) == 1
        assert bench.rows("SELECT name, found FROM checks WHERE NOT ok") == []


def test_allowing_twice_makes_one_document(bench: Bench) -> None:
    with bench:
        bench.settle()
        bench.press("D1", "cancel")
        bench.settle()
        assert [allow(bench), allow(bench)] == [(True, "accepted")] * 2
        bench.settle()
        assert allow(bench) == (False, "document_counts")
        assert names(bench) == ["g1", "g2"]


def test_a_lost_data_folder_finds_the_document_that_counts(bench: Bench) -> None:
    with bench:
        make_a_second(bench)
        bench.stop()
        shutil.rmtree(bench.data)
        bench.settle()
        assert names(bench) == ["g1", "g2"]
        linked = "SELECT target_id, generation FROM links WHERE target_kind = 'invoice'"
        assert bench.rows(linked) == [(bench.invoices()[1]["DocumentNumber"], 2)]


def test_an_answer_that_is_lost_is_looked_up_by_the_name_of_its_generation(bench: Bench) -> None:
    with bench:
        bench.settle()
        bench.press("D1", "cancel")
        bench.settle()
        allow(bench)
        bench.fault("timeout_after", "/3/invoices")
        bench.settle()
        assert bench.faults_taken() == [1]
        assert names(bench) == ["g1", "g2"]


def test_a_customer_number_that_was_deleted_in_fortnox_is_not_asked_for_again(bench: Bench) -> None:
    with bench:
        tenant = bench.tenants["nord"]
        own = f"U-{bench.account_id(ACME.key)}"
        tenant.spend("customers", own)
        bench.settle()
        assert [one["CustomerNumber"] for one in tenant.tables.rows("customers")] == [f"{own}-g2"]
        assert bench.invoice_of("D1")["CustomerNumber"] == f"{own}-g2"
        assert bench.held() == {}


def test_a_clock_that_was_set_back_hides_neither_the_permission_nor_the_newest_document(bench: Bench) -> None:
    with bench:
        bench.settle()
        bench.press("D1", "cancel")
        bench.settle()
        bench.clock.set_back(3600)
        assert allow(bench) == (True, "accepted")
        bench.settle()
        assert names(bench) == ["g1", "g2"]
        told = bench.deal("D1")["fields"]
        assert (told["FORTNOX_ID"], told["KVITT_STATUS"]) == (bench.invoices()[-1]["DocumentNumber"], "draft")


def test_what_was_made_after_another_was_allowed_has_a_link_of_its_own(bench: Bench) -> None:
    with bench:
        make_a_second(bench)
        links = "SELECT generation, target_id, rung FROM links WHERE target_kind = 'invoice' ORDER BY generation"
        assert bench.rows(links) == [(1, "1", "sent"), (2, "2", "sent")]


@pytest.mark.parametrize("dismissed", [True, False])
def test_a_deal_that_is_not_won_has_no_other_document(bench: Bench, dismissed: bool) -> None:
    with bench:
        bench.settle()
        bench.edit_deal("D1", probability=0)
        bench.settle()
        desk = Desk(bench)
        assert not dismissed or desk.dismiss(desk.look())[0]
        bench.press("D1", "cancel")
        bench.run_flow("documents")
        assert allow(bench) == (False, "not_won")
        bench.settle()
        assert allow(bench) == (False, "not_won")


def test_a_deal_that_is_taken_out_has_no_other_document(bench: Bench) -> None:
    with bench:
        bench.settle()
        bench.set_custom("D1", SKIP_SYNC="1")
        bench.press("D1", "cancel")
        bench.settle()
        assert allow(bench) == (False, "taken_out")


def decided(bench: Bench) -> list[tuple[Any, ...]]:
    bench.clock.advance(600)
    bench.run()
    return bench.rows("SELECT decided_at FROM decisions WHERE kind = 'order'")


def second(bench: Bench) -> str:
    return next(str(one["DocumentNumber"]) for one in bench.invoices() if name_of(one) == "g2")


def test_a_copy_of_a_second_document_is_not_looked_at_again_and_again(bench: Bench) -> None:
    with bench:
        make_a_second(bench)
        tenant, number = bench.tenants["nord"], second(bench)
        copy = {**(tenant.find("invoices", number) or {}), "DocumentNumber": tenant.next_number("invoices")}
        tenant.save("invoices", copy["DocumentNumber"], copy)
        bench.press_number(number, "cancel")
        bench.settle()
        assert decided(bench) == decided(bench)


def test_a_second_document_that_an_older_folder_has_forgotten_is_linked_whatever_became_of_it(
    bench: Bench, tmp_path: Path
) -> None:
    with bench:
        bench.settle()
        bench.press("D1", "cancel")
        bench.settle()
        bench.stop()
        shutil.copytree(bench.data, tmp_path / "older")
        allow(bench)
        bench.settle()
        bench.stop()
        bench.press_number(second(bench), "bookkeep", "credit")
        shutil.rmtree(bench.data)
        shutil.copytree(tmp_path / "older", bench.data)
        bench.settle()
        assert (second(bench),) in bench.rows("SELECT target_id FROM links WHERE target_kind = 'invoice'")
        assert decided(bench) == decided(bench)


def test_a_document_that_is_gone_from_fortnox_may_have_another(bench: Bench) -> None:
    with bench:
        bench.settle()
        bench.edit_invoice("D1", DueDate="2026-05-01")
        bench.fault("status_500_before", "/3/invoices/1", method="GET", times=10)
        bench.run()
        bench.tenants["nord"].delete("invoices", "1")
        bench.settle()
        assert bench.rows("SELECT deleted_at IS NOT NULL FROM records WHERE kind = 'invoice'") == [(True,)]
        assert bench.invoices() == [], "nothing is made again by itself"
        assert allow(bench) == (True, "accepted")
        bench.settle()
        assert names(bench) == ["g2"]
