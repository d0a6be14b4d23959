"""What disappears: at the source, in Fortnox, or by hand from our own store, nothing goes unnoticed."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync.connectors.errors import Unreached
from sync.read import sweep as vanished
from sync.store.tables import runs
from tests.acceptance.bench import Bench
from tests.acceptance.salesforce_bench import SalesforceBench
from tests.acceptance.worlds import ACME, BOLT, HAMMER, SAW, deal, row, world

BENCHES = {"upsales": Bench, "salesforce": SalesforceBench}
HALF_AN_HOUR = 1801.0
TEN_MINUTES = 601.0
DOCUMENTS = "fortnox:nord/documents"


@pytest.fixture(params=BENCHES)
def crm(request: pytest.FixtureRequest) -> type[Bench]:
    return BENCHES[request.param]


def remove(bench: Bench, key: str) -> None:
    """Delete a deal at its source without a trace in any list: as Upsales always does, as Salesforce when purged."""
    number = str(bench.deal_id(key))
    tables = bench.sandbox._tables[-1]
    kind = "order" if bench.crm == "upsales" else "Opportunity"
    assert tables.get(kind, number) is not None
    tables.delete(kind, number)


def sweep(bench: Bench, times: int = 2) -> None:
    """Let the time pass in which two looks miss what is gone."""
    for _ in range(times):
        bench.clock.advance(HALF_AN_HOUR)
        bench.run()


def verdicts(bench: Bench) -> dict[str, tuple[Decimal, bool]]:
    return {name: (found, ok) for name, found, ok in bench.rows("SELECT name, found, ok FROM checks")}


def won(bench: Bench) -> Decimal:
    (row,) = bench.rows("SELECT coalesce(sum(net_sek), 0) FROM deals WHERE state = 'won'")
    return Decimal(row[0])


def test_d1_a_deal_that_is_deleted_without_a_word_leaves_the_figures_and_is_asked_about(
    tmp_path: Path, crm: type[Bench]
) -> None:
    with crm(tmp_path, world(deal("D1"), deal("D2"))) as bench:
        bench.settle()
        before = won(bench)
        remove(bench, "D1")
        sweep(bench)
        assert won(bench) == before / 2
        assert [code for _, code in bench.held().values()] == ["no_longer_won"]
        (about,) = bench.rows("SELECT record_id FROM events WHERE action = 'vanished'")
        assert about[0] == str(bench.deal_id("D1"))


def test_d1_one_absence_is_no_deletion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Bench(tmp_path, world(deal("D1"), deal("D2"))) as bench:
        bench.settle()
        hidden = {"1"}
        present = bench.app.crms[0].connector.present

        async def hiding(kind: str, keys: Any) -> frozenset[str]:
            return frozenset(await present(kind, keys)) - (hidden if kind == "order" else set())

        monkeypatch.setattr(bench.app.crms[0].connector, "present", hiding)
        sweep(bench, 1)
        hidden.clear()
        sweep(bench)
        assert bench.held() == {}
        assert bench.rows("SELECT count(*) FROM events WHERE action = 'vanished'") == [(0,)]


def test_d1_what_was_held_for_deleted_and_is_shown_again_counts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Bench(tmp_path, world(deal("D1"), deal("D2"))) as bench:
        bench.settle()
        before, present = won(bench), bench.app.crms[0].connector.present
        hidden = {"1"}

        async def hiding(kind: str, keys: Any) -> frozenset[str]:
            return frozenset(await present(kind, keys)) - (hidden if kind == "order" else set())

        monkeypatch.setattr(bench.app.crms[0].connector, "present", hiding)
        sweep(bench)
        assert won(bench) == before / 2
        hidden.clear()
        sweep(bench)
        assert (won(bench), bench.held()) == (before, {})


def test_d1_a_sweep_goes_on_where_the_last_run_left_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vanished, "AT_ONCE", 1)
    monkeypatch.setattr(vanished, "LOOKS_A_RUN", 2)
    deals = [deal(f"D{number}") for number in range(1, 8)]
    with Bench(tmp_path, world(*deals)) as bench:
        bench.settle()
        remove(bench, "D7")
        bench.clock.advance(HALF_AN_HOUR)
        for _ in range(4):
            bench.run()
            bench.stop()
        bench.clock.advance(TEN_MINUTES)
        bench.run()
        assert [code for _, code in bench.held().values()] == ["no_longer_won"]


def test_d2_more_than_twenty_deletions_at_once_are_asked_about_first(tmp_path: Path, crm: type[Bench]) -> None:
    deals = [deal(f"D{number}") for number in range(1, 26)]
    with crm(tmp_path, world(*deals)) as bench:
        bench.settle()
        before = won(bench)
        for one in deals[:21]:
            remove(bench, one.key)
        sweep(bench)
        assert won(bench) == before, "nothing is followed before a person has said so"
        flow = next(one for one in runs.flows(bench.app.store) if one.kind == "deals")
        assert (flow.paused, flow.paused_by) == (True, "choice")
        assert "21 records" in flow.paused_reason
        bench.stop()
        bench.run()
        assert won(bench) == before, "a start is no answer"
        bench.set_paused(flow.name, False)
        bench.run(times=2)
        assert won(bench) == before / 25 * 4


def test_d2_twenty_one_deletions_that_salesforce_tells_are_asked_about_too(tmp_path: Path) -> None:
    deals = [deal(f"D{number}") for number in range(1, 26)]
    with SalesforceBench(tmp_path, world(*deals)) as bench:
        bench.settle()
        before = won(bench)
        for one in deals[:21]:
            row = dict(bench.org.find("Opportunity", bench.deal_id(one.key)) or {})
            bench.org.change("Opportunity", {**row, "IsDeleted": True}, row["OwnerId"])
        bench.run()
        assert won(bench) == before
        bench.clock.advance(TEN_MINUTES)
        bench.run()
        flow = next(one for one in runs.flows(bench.app.store) if one.kind == "deals")
        assert (flow.paused, won(bench)) == (True, before)


def test_d2_the_customer_of_an_account_that_was_merged_into_another_goes_with_it(tmp_path: Path) -> None:
    twin = replace(ACME, key="twin", name="Acme Bygg i Lund AB")
    with Bench(tmp_path, world(deal("D1"), deal("D2", customer=twin), customers=(ACME, twin))) as bench:
        bench.settle()
        left = str(bench.account_id("twin"))
        assert bench.held()["account", left] == ("match", "customer_claimed")
        bench.edit_deal("D1", client={"id": bench.account_id("twin")})
        bench.sandbox._tables[-1].delete("account", str(bench.account_id("acme")))
        sweep(bench)
        bench.settle()
        assert bench.held() == {}
        assert {bench.invoice_of(key)["CustomerNumber"] for key in ("D1", "D2")} == {"U-1"}


def test_d1_a_draft_whose_deal_is_gone_is_not_booked(tmp_path: Path, crm: type[Bench]) -> None:
    with crm(tmp_path, world(deal("D1"), deal("D2"))) as bench:
        bench.booking("nord")
        bench.run()
        remove(bench, "D1")
        for _ in range(6):
            bench.clock.advance(60)
            bench.run()
        booked = {one["ExternalInvoiceReference1"].split(":")[3]: one["Booked"] for one in bench.invoices()}
        assert booked == {str(bench.deal_id("D1")): False, str(bench.deal_id("D2")): True}


def test_d1_nothing_is_booked_while_the_source_cannot_be_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.booking("nord")
        bench.run()

        async def away(*_anything: Any) -> None:
            raise Unreached("Upsales cannot be reached.")

        reread = bench.app.crms[0].connector.reread
        monkeypatch.setattr(bench.app.crms[0].connector, "reread", away)
        for _ in range(6):
            bench.clock.advance(60)
            bench.run()
        assert [one["Booked"] for one in bench.invoices()] == [False]
        monkeypatch.setattr(bench.app.crms[0].connector, "reread", reread)
        bench.settle()
        assert [one["Booked"] for one in bench.invoices()] == [True]


def test_d1_the_crms_own_total_is_held_against_ours(tmp_path: Path, crm: type[Bench]) -> None:
    with crm(tmp_path, world(deal("D1"), deal("D2"))) as bench:
        bench.settle()
        bench.clock.advance(HALF_AN_HOUR)
        bench.run()
        (row,) = bench.rows("SELECT month, currency, crm_count, crm_amount, own_count, own_amount FROM crm_totals")
        assert row == ("2026-03", "SEK", 2, Decimal(318), 2, Decimal(318))
        assert verdicts(bench)["crm_total"] == (0, True)
        remove(bench, "D1")
        bench.clock.advance(HALF_AN_HOUR)
        bench.run(times=2)
        assert verdicts(bench)["crm_total"] == (1, False), "before the deletion is certain, the total tells it"
        sweep(bench)
        assert verdicts(bench)["crm_total"] == (0, True)


def test_d2_a_payment_that_was_removed_counts_no_more(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.settle()
        bench.press("D1", "bookkeep")
        bench.pay("D1", 50)
        bench.settle()
        assert len(bench.rows("SELECT number FROM payments")) == 1
        _remove_payments(bench)
        bench.settle()
        assert bench.rows("SELECT number FROM payments") == []
        assert bench.deal("D1")["fields"]["KVITT_PAID_DATE"] in {"", None}


def test_d2_an_unbooked_payment_is_no_payment_day(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.settle()
        bench.press("D1", "bookkeep")
        bench.pay("D1", 50)
        for payment in bench.tenants["nord"].tables.rows("invoicepayments"):
            bench.tenants["nord"].tables.put("invoicepayments", str(payment["Number"]), {**payment, "Booked": False})
        bench.settle()
        assert bench.deal("D1")["fields"]["KVITT_PAID_DATE"] in {"", None}


def test_d2_a_payment_that_no_document_counted_is_missed_within_a_day(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.settle()
        bench.press("D1", "bookkeep")
        bench.pay("D1", 50)
        tenant = bench.tenants["nord"]
        (payment,) = tenant.tables.rows("invoicepayments")
        tenant.tables.put("invoicepayments", str(payment["Number"]), {**payment, "Booked": False})
        bench.settle()
        tenant.delete("invoicepayments", payment["Number"])
        bench.settle()
        assert len(bench.rows("SELECT number FROM payments")) == 1
        bench.clock.advance(24 * 3600)
        bench.settle()
        assert bench.rows("SELECT number FROM payments") == []


def _remove_payments(bench: Bench) -> None:
    tenant = bench.tenants["nord"]
    for payment in tenant.tables.rows("invoicepayments"):
        tenant.delete("invoicepayments", payment["Number"])
    (invoice,) = bench.invoices()
    tenant.tables.put("invoices", invoice["DocumentNumber"], {**invoice, "Balance": invoice["Total"]})


TABLES = ("records", "deals", "documents", "payments", "links")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Yield a bench with rows of every sort: won and open deals, booked and draft, made by us and found in Fortnox."""
    found = replace(BOLT, fortnox_numbers={"nord": "88"})
    deals = deal("D1"), deal("D2"), deal("D3", state="open"), deal("D4", row(SAW), customer=found)
    facts = world(*deals, customers=(ACME, found))
    facts = replace(facts, products=(HAMMER, replace(SAW, in_fortnox=frozenset({"nord"}))))
    with Bench(tmp_path_factory.mktemp("lived"), facts) as bench:
        bench.settle()
        bench.press("D1", "bookkeep")
        bench.pay("D1")
        bench.settle()
        yield bench


@pytest.mark.parametrize("table", TABLES)
def test_d2_a_row_that_was_deleted_by_hand_turns_a_check_red(lived: Bench, table: str) -> None:
    store = lived.app.store
    connection = store._connection
    count = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert count is not None and count[0] > 0
    for (place,) in connection.execute(f"SELECT rowid FROM {table}").fetchall():
        connection.execute("BEGIN")
        (about,) = connection.execute(f"SELECT * FROM {table} WHERE rowid = {place}").fetchall()
        connection.execute(f"DELETE FROM {table} WHERE rowid = {place}")
        lived.app.engine._reconciler._invariants.check(1)
        found = connection.execute("SELECT name FROM checks WHERE NOT ok").fetchall()
        connection.execute("ROLLBACK")
        assert found != [], about


def test_c3_a_won_stage_that_does_not_exist_is_told_with_those_that_do(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.settle()
        wrong = _with_stage(bench, "9999")
        bench.stop()
        bench.overrides = {"upsales": wrong}
        bench.run()
        assert bench.held() == {}, "no deal is called lost for it"
        flow = next(one for one in runs.flows(bench.app.store) if one.kind == "deals")
        assert flow.paused
        assert "no order stage 9999" in flow.paused_reason
        assert "12 (" in flow.paused_reason, "what there is instead"
        bench.stop()
        bench.overrides = {}
        bench.settle()
        assert not any(one.paused for one in runs.flows(bench.app.store))


def _with_stage(bench: Bench, stage: str) -> Any:
    return bench.app.settings.upsales.model_copy(update={"won_stage_id": stage})  # type: ignore[union-attr]


def test_c3_a_field_that_tells_the_company_and_does_not_exist_is_told_with_those_that_do(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("N1"), deal("S1", company="syd"), companies=("nord", "syd"))) as bench:
        bench.settle()
        tables = bench.sandbox._tables[-1]
        (field,) = [row for row in tables.rows("field:order") if row["alias"] == "LEGAL_ENTITY"]
        tables.put("field:order", str(field["id"]), {**field, "alias": "BOLAG"})
        bench.clock.advance(601)
        bench.run()
        assert bench.held() == {}, "no deal is without a company for it"
        flow = next(one for one in runs.flows(bench.app.store) if one.kind == "deals")
        assert flow.paused
        assert "no custom field LEGAL_ENTITY" in flow.paused_reason
        assert "BOLAG" in flow.paused_reason


def test_c3_a_field_that_only_adds_something_is_left_out_and_told_once(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        tables = bench.sandbox._tables[-1]
        (field,) = [row for row in tables.rows("field:order") if row["alias"] == "REMARKS"]
        tables.delete("field:order", str(field["id"]))
        bench.settle()
        bench.run(times=2)
        ((told,),) = bench.rows("SELECT details FROM events WHERE action = 'fields_missing' AND details LIKE '%order%'")
        assert "REMARKS" in told
        assert len(bench.invoices()) == 1
