"""Faults between Kvitt and Fortnox: one document, nothing lost, nothing sent twice (ARCHITECTURE.md: exactly once)."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sync.core.types import Operation, Outcome
from sync.demo.sandbox_link import systems_of
from sync.send.execute import Executor
from sync.settings import Settings
from tests.acceptance.bench import Bench, Sent
from tests.acceptance.worlds import BOLT, NAILS, SAW, deal, row, world

PATHS = ("/3/customers", "/3/articles", "/3/invoices")
FACTS = world(deal("D1", row(SAW, "2")), deal("D2", row(NAILS, "50"), customer=BOLT))


def posts(sent: list[Sent], path: str) -> int:
    return sum(1 for one in sent if (one.method, one.path) == ("POST", path))


def assert_complete(bench: Bench) -> None:
    truth = bench.truth()
    assert (truth["duplicates"], truth["lost"]) == (0, 0)
    fortnox = truth["fortnox"]
    assert (fortnox["customers"], fortnox["articles"], fortnox["documents"]) == (2, 2, 2)
    assert bench.held() == {}
    for key in ("D1", "D2"):
        assert bench.deal(key)["fields"]["FORTNOX_ID"] == bench.invoice_of(key)["DocumentNumber"]


@pytest.mark.parametrize("fault", ["timeout_after", "status_500_after", "cut_body"])
def test_an_answer_that_is_lost_after_the_effect_is_looked_up_and_adopted(tmp_path: Path, fault: str) -> None:
    with Bench(tmp_path, FACTS) as bench:
        for path in PATHS:
            bench.fault(fault, path)
        bench.settle()
        assert bench.faults_taken() == [1, 1, 1]
        assert_complete(bench)
        sent = bench.writes_of()
        assert [posts(sent, path) for path in PATHS] == [2, 2, 2], "nothing was posted a second time"
        adopted = "SELECT count(*) FROM operations WHERE action = 'create' AND result = 'adopted'"
        assert bench.rows(adopted) == [(3,)]


@pytest.mark.parametrize("deal_changes", ["while in doubt", "when known"])
def test_an_edit_by_hand_of_a_document_in_doubt_is_never_written_over(tmp_path: Path, deal_changes: str) -> None:
    with Bench(tmp_path, world(deal("D1", row(SAW)))) as bench:
        bench.fault("timeout_after", "/3/invoices")
        bench.run(times=3)
        bench.edit_invoice("D1", YourReference="Ekonomi 7")
        if deal_changes == "when known":
            bench.settle()
        bench.row_edit("D1", 0, quantity=9)
        bench.settle()
        assert [one for one in bench.wire.writes if one.method == "PUT" and one.path.startswith("/3/invoices")] == []
        assert bench.held() == {("order", str(bench.deal_id("D1"))): ("rule", "both_changed")}


def test_nothing_is_sent_again_before_the_quarantine_has_passed(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", row(SAW)))) as bench:
        bench.fault("status_500_before", "/3/invoices")
        bench.run(times=4)
        assert (bench.counts().get("unknown"), bench.invoices()) == (1, [])
        assert posts(bench.writes_of(), "/3/invoices") == 1
        bench.clock.advance(125)
        bench.settle()
        assert len(bench.invoices()) == 1
        assert posts(bench.writes_of(), "/3/invoices") == 1


@pytest.mark.parametrize("fault", ["timeout_before", "status_500_before", "html_200"])
def test_a_call_that_had_no_effect_is_sent_again_after_looking(tmp_path: Path, fault: str) -> None:
    with Bench(tmp_path, FACTS) as bench:
        for path in PATHS:
            bench.fault(fault, path)
        bench.settle()
        assert bench.faults_taken() == [1, 1, 1]
        assert_complete(bench)
        assert [posts(bench.wire.writes, path) for path in PATHS] == [3, 3, 3]


def test_a_storm_of_429_answers_spends_no_attempt_and_everything_is_sent(tmp_path: Path) -> None:
    with Bench(tmp_path, FACTS) as bench:
        bench.fault("429", "/3/", times=25)
        bench.settle()
        assert bench.faults_taken() == [25]
        assert_complete(bench)
        assert bench.rows("SELECT count(*) FROM failures") == [(0,)]
        assert bench.rows("SELECT max(attempt) FROM operations WHERE system LIKE 'fortnox%'") == [(1,)]


def test_a_storm_of_429_answers_to_reads_only_delays(tmp_path: Path) -> None:
    with Bench(tmp_path, FACTS) as bench:
        bench.fault("429", "/3/", method="GET", times=18)
        bench.run(times=6)
        bench.settle()
        assert bench.faults_taken() == [18]
        assert_complete(bench)
        assert bench.rows("SELECT count(*) FROM failures") == [(0,)]


def test_a_call_that_came_too_soon_is_shown_by_a_run_that_writes_nothing(tmp_path: Path) -> None:
    too_soon = "SELECT found FROM checks WHERE name = 'throttled'"
    with Bench(tmp_path, FACTS) as bench:
        bench.settle()
        bench.fault("429", "/3/", method="GET", times=1)
        bench.run_flow("documents")
        assert bench.rows(too_soon) == [(1,)]
        bench.clock.advance(25 * 3600)
        bench.run_flow("documents")
        assert bench.rows(too_soon) == [(0,)]


def test_every_call_of_a_run_is_searched_for_secrets_though_nothing_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settings, "secrets", lambda _settings: ("/3/invoices",))
    with Bench(tmp_path, FACTS) as bench:
        bench.settle()
        bench.run_flow("documents")
        shown = "path LIKE '%/3/invoices%' AND run_id = (SELECT max(run_id) FROM runs)"
        ((calls,),) = bench.rows(f"SELECT count(*) FROM calls WHERE {shown}")
        assert calls > 0
        assert bench.rows("SELECT found FROM checks WHERE name = 'secrets'") == [(calls,)]


def test_an_expired_token_is_renewed_and_nothing_is_noticed(tmp_path: Path) -> None:
    with Bench(tmp_path, FACTS) as bench:
        bench.fault("expired_token", "/3/invoices")
        bench.settle()
        assert bench.faults_taken() == [1]
        assert_complete(bench)
        assert bench.rows("SELECT count(*) FROM failures") == [(0,)]


TOO_LONG = "SELECT found FROM checks WHERE name = 'open_too_long'"


def test_a_doubt_that_nobody_can_settle_is_shown_after_an_hour(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", row(SAW)))) as bench:
        bench.fault("timeout_after", "/3/invoices")
        bench.fault("status_500_before", "externalinvoicereference1=", method="GET", times=10_000)
        began = bench.clock.now()
        while (passed := bench.clock.now() - began) < timedelta(hours=5):
            bench.run()
            shown = bench.rows(TOO_LONG) == [(1,)]
            assert bench.counts().get("unknown") == 1
            assert shown == (bench.clock.now() - began > timedelta(hours=1)), passed
            bench.clock.advance(900)
        bench.control("DELETE", "faults")
        bench.settle()
        assert bench.rows(TOO_LONG) == [(0,)]
        assert len(bench.invoices()) == 1


@pytest.mark.parametrize("fault", ["timeout_after", "status_500_before", "429"])
def test_a_write_back_that_goes_wrong_is_repeated(tmp_path: Path, fault: str) -> None:
    with Bench(tmp_path, FACTS) as bench:
        for path in ("/api/v2/orders", "/api/v2/accounts"):
            bench.fault(fault, path, system="upsales", method="PUT", times=2)
        bench.settle()
        assert bench.faults_taken() == [2, 2]
        assert_complete(bench)


def test_a_crm_that_is_away_loses_nothing(tmp_path: Path) -> None:
    with Bench(tmp_path, FACTS) as bench:
        bench.fault("status_500_before", "/api/v2/orders", system="upsales", method="GET", times=12)
        bench.run(times=3)
        bench.settle()
        assert bench.faults_taken() == [12]
        assert_complete(bench)


def test_a_lost_data_folder_finds_its_documents_again(tmp_path: Path) -> None:
    with Bench(tmp_path, FACTS) as bench:
        bench.settle()
        bench.stop()
        shutil.rmtree(bench.data)
        bench.writes_of()
        bench.settle()
        assert bench.writes_of() == []
        assert_complete(bench)
        adopted = "SELECT count(*) FROM links WHERE target_kind = 'invoice' AND rung = 'adopted'"
        assert bench.rows(adopted) == [(2,)]


def test_after_a_lost_data_folder_a_mapped_edit_is_still_one_put(tmp_path: Path) -> None:
    with Bench(tmp_path, FACTS) as bench:
        bench.settle()
        bench.stop()
        shutil.rmtree(bench.data)
        bench.settle()
        bench.writes_of()
        bench.set_custom("D1", REFERENCE="PO-1")
        bench.settle()
        assert [(one.method, one.body) for one in bench.writes_of()] == [("PUT", {"YourOrderNumber": "PO-1"})]


def test_a_data_folder_lost_while_an_answer_was_in_doubt_makes_no_duplicate(tmp_path: Path) -> None:
    with Bench(tmp_path, FACTS) as bench:
        for path in PATHS:
            bench.fault("timeout_after", path)
        bench.run()
        bench.stop()
        shutil.rmtree(bench.data)
        bench.settle()
        assert_complete(bench)


def test_an_older_copy_of_the_data_folder_catches_up_without_duplicates(tmp_path: Path) -> None:
    with Bench(tmp_path, FACTS) as bench:
        bench.fault("status_500_before", "/3/invoices", times=2)
        bench.run()
        bench.stop()
        shutil.copytree(bench.data, tmp_path / "older")
        bench.settle()
        bench.stop()
        shutil.rmtree(bench.data)
        (tmp_path / "older").rename(bench.data)
        bench.settle()
        assert_complete(bench)


@pytest.mark.parametrize("when", ["made", "changed"])
def test_an_accountants_edit_during_a_doubt_is_never_written_over(tmp_path: Path, when: str) -> None:
    with Bench(tmp_path, world(deal("D1", row(SAW, "2")))) as bench:
        if when == "changed":
            bench.settle()
            bench.set_custom("D1", REFERENCE="PO-1")
        bench.fault("timeout_after", "/3/invoices", method="POST" if when == "made" else "PUT")
        bench.run()
        names = ("ArticleNumber", "Price", "DeliveredQuantity")
        given = [
            {**{name: one[name] for name in names}, "Discount": 25, "DiscountType": "PERCENT"}
            for one in bench.invoice_of("D1")["InvoiceRows"]
        ]
        bench.edit_invoice("D1", InvoiceRows=given)
        bench.settle()
        assert bench.faults_taken() == [1]
        bench.row_edit("D1", 0, quantity=3)
        bench.settle()
        assert bench.held()["order", str(bench.deal_id("D1"))][1] == "both_changed"
        assert bench.invoice_of("D1")["InvoiceRows"][0]["Discount"] == 25


def test_a_flow_that_always_fails_keeps_no_doubt_resting(tmp_path: Path) -> None:
    facts = world(deal("D1"), deal("S1", company="syd"), companies=("nord", "syd"))
    with Bench(tmp_path, facts) as bench:
        bench.settle()
        bench.stop()
        companies = systems_of(bench.control("GET", "info"))["companies"]
        bench.overrides = {"companies": {"nord": companies["nord"]}}
        bench.run()
        bench.set_custom("D1", REFERENCE="PO-1")
        bench.fault("timeout_after", "/3/invoices/", method="PUT")
        for _ in range(6):
            bench.run()
            bench.clock.advance(60)
        assert bench.counts().get("unknown") is None
        assert bench.invoice_of("D1")["YourOrderNumber"] == "PO-1"


def test_a_document_that_says_already_what_its_deal_says_asks_nobody(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", row(SAW, "2")))) as bench:
        bench.settle()
        bench.stop()
        shutil.copytree(bench.data, tmp_path / "older")
        bench.row_edit("D1", 0, quantity=3)
        bench.settle()
        bench.stop()
        mark = (bench.data / "high_water").read_bytes()
        shutil.rmtree(bench.data)
        shutil.copytree(tmp_path / "older", bench.data)
        (bench.data / "high_water").write_bytes(mark)
        bench.writes_of()
        bench.settle()
        assert bench.held() == {}
        assert bench.writes_of() == []


def test_a_fault_of_one_send_ends_no_run_before_the_others_are_answered(tmp_path: Path) -> None:
    """They were still on their way when the run had ended: nobody waited for what came of them."""
    with Bench(tmp_path, FACTS) as bench:
        connector = bench.app.companies["nord"].connector
        send, faults = connector.create, ["invoice"]

        async def create(kind: str, payload: dict[str, Any]) -> Outcome:
            if kind in faults:
                faults.remove(kind)
                raise RuntimeError("nobody foresaw this")
            return await send(kind, payload)

        connector.create = create  # type: ignore[method-assign, assignment]
        bench.run_flow("deals")
        assert len(bench.invoices()) == 1
        assert bench.counts().get("sending") == 2, "both are in doubt from the next run on"
        bench.settle()
        assert_complete(bench)


def test_a_document_that_cannot_be_looked_at_for_the_pace_spends_no_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def too_fast(_self: Executor, _operation: Operation) -> Outcome:
        return Outcome("throttled", 429, wait_seconds=5.0)

    with Bench(tmp_path, FACTS) as bench:
        bench.settle()
        bench.set_custom("D1", REFERENCE="PO-1")
        with monkeypatch.context() as for_now:
            for_now.setattr(Executor, "_look", too_fast)
            for _ in range(3):
                bench.run()
                bench.clock.advance(60)
        bench.settle()
        assert bench.rows("SELECT min(attempt) FROM operation_moves") == [(0,)]
        assert bench.invoice_of("D1")["YourOrderNumber"] == "PO-1"
