"""Several Fortnox companies: each goes its own way, and settings that change are followed or refused."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx
import pytest

from sync.commands import approvals
from sync.core.types import RecordKey
from sync.demo.sandbox_link import systems_of
from sync.sandbox.upsales.data.seed import WON
from sync.sandbox.world import Customer
from sync.settings import CompanySettings
from sync.store.reader import bridge as reader_bridge
from sync.store.reader import overview as reader_overview
from sync.store.reader.published import Scope
from tests.acceptance.bench import Bench, Wire
from tests.acceptance.desk import Desk
from tests.acceptance.readers import newest
from tests.acceptance.worlds import ACME, deal, world

TWO = ("nord", "syd")
DOCUMENTS = "fortnox:syd/documents"
STRANGER = Customer("x", "Helt annan AB", "SE", fortnox_numbers={"nord": "42"}, in_crm=False)


def allow(bench: Bench, company: str) -> tuple[bool, str]:
    key = RecordKey(bench.app.crms[0].system, "order", str(bench.deal_id("D1")))
    answer = approvals.allow(bench.app.store, key, company, "Åsa", bench.clock.now())
    return answer.accepted, answer.code


def companies(bench: Bench) -> dict[str, CompanySettings]:
    found: dict[str, CompanySettings] = systems_of(bench.control("GET", "info"))["companies"]
    return found


def failed(bench: Bench) -> set[tuple[str, str]]:
    return set(bench.rows("SELECT flow, sentence FROM runs WHERE state = 'failed'"))


class Answering(Wire):
    """A wire on which some answers are exchanged for others."""

    def __init__(
        self, inner: httpx.AsyncBaseTransport, other: Callable[[httpx.Request], httpx.Response | None]
    ) -> None:
        super().__init__(inner)
        self._other = other

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answered = await super().handle_async_request(request)
        return self._other(request) or answered


# --- which customer ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["", "5598000015"])
def test_a_customer_number_of_another_company_never_leads_to_a_stranger(tmp_path: Path, number: str) -> None:
    """The CRM has one field for the number: after a loss of the data folder nothing tells whose it is."""
    known = replace(ACME, fortnox_numbers={"nord": "17", "syd": "42"})
    customers = (known, replace(STRANGER, organisation_number=number))
    facts = world(deal("N1"), deal("S1", company="syd"), deal("N2", state="open"), customers=customers, companies=TWO)
    with Bench(tmp_path, facts) as bench:
        bench.settle()
        bench.stop()
        shutil.rmtree(bench.data)
        bench.settle()
        bench.edit_deal("N2", stage={"id": WON}, probability=100)
        bench.settle()
        assert bench.held() == {}
        assert bench.invoice_of("N2")["CustomerNumber"] == "17"


def test_a_customer_number_whose_organisation_number_is_another_asks_a_person(tmp_path: Path) -> None:
    stranger = replace(STRANGER, organisation_number="5598000015")
    with Bench(tmp_path, world(deal("D1"), customers=(ACME, stranger))) as bench:
        bench.set_account_custom("acme", FORTNOX_CUSTOMER_ID="42")
        bench.settle()
        assert bench.held()["account", "1"] == ("match", "number_taken")
        assert bench.invoices() == []


# --- a deal that moves ---------------------------------------------------------------------------------------


def test_a_deal_that_moved_has_another_document_once_the_first_counts_no_more_and_a_person_allows_it(
    tmp_path: Path,
) -> None:
    with Bench(tmp_path, world(deal("D1"), companies=TWO)) as bench:
        bench.settle()
        bench.set_custom("D1", LEGAL_ENTITY="syd")
        bench.settle()
        assert allow(bench, "nord") == (False, "document_counts")
        bench.press("D1", "cancel")
        bench.settle()
        assert bench.held() == {("order", "1"): ("rule", "moved_company")}
        assert bench.invoices("syd") == []
        assert allow(bench, "nord") == (True, "accepted")
        bench.settle()
        assert bench.held() == {}
        (made,) = bench.invoices("syd")
        assert made["ExternalInvoiceReference1"].endswith(":g2"), "the deal's second document, wherever it is"
        bench.set_custom("D1", REFERENCE="PO-1")
        bench.settle()
        assert bench.invoices("syd")[0]["YourOrderNumber"] == "PO-1"
        assert bench.rows("SELECT name, found FROM checks WHERE NOT ok") == []


def test_a_deal_that_moved_and_was_dismissed_has_another_document_when_a_person_allows_it(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"), companies=TWO)) as bench:
        bench.settle()
        bench.set_custom("D1", LEGAL_ENTITY="syd")
        bench.settle()
        desk = Desk(bench)
        assert desk.dismiss(desk.look())[0]
        bench.press("D1", "cancel")
        bench.settle()
        assert allow(bench, "nord") == (True, "accepted")
        bench.settle()
        assert len(bench.invoices("syd")) == 1


# --- settings that change ------------------------------------------------------------------------------------


def test_an_earlier_go_live_date_lets_earlier_deals_in(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"), deal("D0", day=date(2025, 12, 30)))) as bench:
        bench.settle()
        assert len(bench.invoices()) == 1
        bench.stop()
        changed = companies(bench)["nord"].model_copy(update={"go_live": date(2025, 12, 1)})
        bench.overrides = {"companies": {"nord": changed}}
        bench.settle()
        assert len(bench.invoices()) == 2


def test_a_company_under_another_name_is_refused_until_it_has_its_own_again(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.fault("timeout_after", "/3/invoices")
        bench.run()
        bench.stop()
        bench.overrides = {"companies": {"norr": companies(bench)["nord"]}}
        bench.run()
        sentences = dict(failed(bench))
        assert "which this data folder knows as nord. Name it nord" in sentences["fortnox:norr/documents"]
        assert "The settings name fortnox:nord no more." in sentences["fortnox:nord/documents"]
        bench.stop()
        bench.overrides = {}
        bench.settle()
        assert (len(bench.invoices()), bench.held()) == (1, {})


def test_a_company_that_the_settings_name_no_more_stops_nobody_else(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"), deal("S1", company="syd"), companies=TWO)) as bench:
        bench.settle()
        bench.stop()
        bench.overrides = {"companies": {"nord": companies(bench)["nord"]}}
        bench.run()
        assert failed(bench) == {
            (DOCUMENTS, "The settings name fortnox:syd no more. Name it there again to let this flow go on.")
        }
        bench.set_custom("D1", REFERENCE="PO-1")
        bench.edit_account("acme", phone="08-123456")
        bench.fault("timeout_after", "/3/invoices/", method="PUT")
        bench.settle()
        assert bench.invoice_of("D1")["YourOrderNumber"] == "PO-1"
        told = "SELECT DISTINCT company FROM operations WHERE action = 'update' AND target_kind = 'customer'"
        assert bench.rows(told) == [("nord",)], "its customer is told nothing in a company that is not named"
        assert bench.rows("SELECT operation_no FROM operations WHERE open_key IS NOT NULL") == []
        assert len(failed(bench)) == 1, "it is paused, and is not tried again and again"


ONE = {"@TotalResources": 1, "@TotalPages": 1, "@CurrentPage": 1}
UNFORESEEN = {
    "/3/financialyears": {"MetaInformation": ONE, "FinancialYears": [{"Id": 1, "FromDate": "i fjol"}]},
    "/3/settings/lockedperiod": {"LockedPeriod": {"EndDate": "i dag"}},
}


@pytest.mark.parametrize("path", UNFORESEEN)
def test_an_answer_of_one_company_that_nobody_foresaw_stops_nobody_else(tmp_path: Path, path: str) -> None:
    bench = Bench(tmp_path, world(deal("D1"), deal("S1", company="syd"), companies=TWO))
    syd = {"on": False}

    def malformed(request: httpx.Request) -> httpx.Response | None:
        if not syd["on"] or request.url.path != path:
            return None
        grant = bench.sandbox.fortnox.auth.check(request.headers["Authorization"])
        own = grant is not None and grant.tenant is bench.tenants["syd"]
        return httpx.Response(200, json=UNFORESEEN[path]) if own else None

    bench.wire = Answering(bench.wire, malformed)
    with bench:
        bench.settle()
        syd["on"] = True
        bench.stop()
        bench.set_custom("D1", REFERENCE="PO-1")
        bench.fault("timeout_after", "/3/invoices/", method="PUT")
        for _ in range(10):
            bench.run()
            bench.clock.advance(60)
        assert bench.invoice_of("D1")["YourOrderNumber"] == "PO-1"
        assert bench.rows("SELECT operation_no FROM operations WHERE open_key IS NOT NULL") == []
        assert all("A fault in Kvitt itself" in sentence for _, sentence in failed(bench))


# --- a company that cannot be read now -----------------------------------------------------------------------


class Down(Wire):
    """A wire on which one company answers nobody."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.wire)
        self.down = ""
        self._bench = bench

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.down and request.url.path.startswith("/3/"):
            grant = self._bench.sandbox.fortnox.auth.check(request.headers["Authorization"])
            if grant and grant.tenant is self._bench.tenants[self.down]:
                return httpx.Response(503, json={})
        return await super().handle_async_request(request)


def test_nothing_is_sent_after_a_loss_before_every_company_was_read(tmp_path: Path) -> None:
    bench = Bench(tmp_path, world(deal("D1"), companies=TWO))
    bench.wire = wire = Down(bench)
    bench.booking("syd")
    with bench:
        bench.settle()
        bench.set_custom("D1", LEGAL_ENTITY="syd")
        bench.settle()
        bench.stop()
        shutil.rmtree(bench.data)
        wire.down = "nord"
        for _ in range(10):
            bench.run()
            bench.clock.advance(60)
        assert bench.invoices("syd") == []
        wire.down = ""
        bench.settle()
        assert bench.held() == {("order", "1"): ("rule", "moved_company")}
        assert bench.invoices("syd") == []


def test_a_deal_that_moved_is_followed_while_its_first_company_is_out_of_sight(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"), companies=TWO)) as bench:
        bench.settle()
        bench.set_custom("D1", LEGAL_ENTITY="syd")
        bench.press("D1", "cancel")
        bench.settle()
        assert allow(bench, "nord") == (True, "accepted")
        bench.settle()
        bench.set_paused("fortnox:nord/documents", True)
        bench.set_custom("D1", REFERENCE="PO-1")
        bench.settle()
        assert bench.held() == {}
        assert bench.invoices("syd")[0]["YourOrderNumber"] == "PO-1"


def test_a_customer_that_waits_in_both_companies_is_let_go_in_both_when_one_fails_a_read(tmp_path: Path) -> None:
    bench = Bench(tmp_path, world(deal("N1"), deal("S1", company="syd"), companies=TWO))
    bench.wire = wire = Down(bench)
    with bench:
        bench.settle()
        bench.edit_account("acme", name="")
        bench.settle()
        assert bench.held() != {}
        wire.down = "syd"
        bench.edit_account("acme", name="Acme Bygg AB", phone="08-123456")
        bench.set_custom("N1", REFERENCE="PO-1")
        bench.run()
        wire.down = ""
        bench.settle()
        assert bench.held() == {}
        assert [bench.customer("U-1", key)["Phone1"] for key in TWO] == ["08-123456"] * 2


def test_a_customer_number_that_cannot_be_looked_up_everywhere_makes_no_new_customer(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"), companies=TWO)) as bench:
        bench.set_paused(DOCUMENTS, True)
        bench.set_account_custom("acme", FORTNOX_CUSTOMER_ID="99")
        bench.settle()
        assert bench.held()["account", "1"] == ("match", "unknown_customer_number")


@pytest.mark.parametrize("why", ["moved_company", "no_longer_won", "taken_out"])
def test_a_document_that_only_its_name_told_of_is_remembered_when_its_company_is_out_of_sight(
    tmp_path: Path, why: str
) -> None:
    with Bench(tmp_path, world(deal("D1"), companies=TWO)) as bench:
        bench.settle()
        bench.stop()
        shutil.rmtree(bench.data)
        if why == "moved_company":
            bench.set_custom("D1", LEGAL_ENTITY="syd")
        elif why == "taken_out":
            bench.set_custom("D1", SKIP_SYNC="1")
        else:
            bench.edit_deal("D1", probability=0)
        bench.settle()
        assert bench.held() == {("order", "1"): ("rule", why)}
        bench.set_paused("fortnox:nord/documents", True)
        bench.settle()
        bench.set_paused("fortnox:nord/documents", False)
        bench.settle()
        assert bench.held() == {("order", "1"): ("rule", why)}
        assert bench.invoices("syd") == []


@pytest.mark.parametrize("how", ["dismissed", "excluded", "not_concerned"])
def test_what_was_found_again_and_is_settled_is_not_decided_on_again_and_again(tmp_path: Path, how: str) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.settle()
        bench.stop()
        shutil.rmtree(bench.data)
        bench.row_edit("D1", 0, quantity=3)
        bench.settle()
        if how == "dismissed":
            desk = Desk(bench)
            assert desk.dismiss(desk.look())[0]
        elif how == "excluded":
            bench.set_custom("D1", SKIP_SYNC="1")
            bench.press("D1", "bookkeep")
        else:
            bench.edit_deal("D1", probability=0)
            bench.press("D1", "cancel")
        bench.settle()
        decided = "SELECT outcome, decided_at FROM decisions WHERE kind = 'order'"
        before = bench.rows(decided)
        assert [row[0] for row in before] == [how]
        bench.clock.advance(600)
        bench.run(times=2)
        assert bench.rows(decided) == before


def test_a_deal_that_moves_before_it_is_sent_is_decided_on_where_it_goes_alone(tmp_path: Path) -> None:
    decided = "SELECT company, target_kind, outcome FROM decisions WHERE kind = 'order'"
    with Bench(tmp_path, world(deal("D1"), companies=TWO)) as bench:
        refusal = {"system": "fortnox", "fault": "refuse", "method": "POST", "path": "/3/invoices"}
        bench.control("POST", "faults", [refusal | {"code": 2000999, "message": "Fakturan kan inte skapas just nu."}])
        bench.settle()
        assert bench.rows(decided) == [("nord", "invoice", "review")]
        bench.set_custom("D1", LEGAL_ENTITY="ingen")
        bench.settle()
        assert bench.rows(decided) == [("", "invoice", "review")]
        bench.set_custom("D1", LEGAL_ENTITY="syd")
        bench.settle()
        assert bench.rows(decided) == [("syd", "invoice", "linked")]
        assert bench.held() == {}


def test_a_correction_goes_with_a_deal_that_moves_before_it_is_sent(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"), companies=TWO)) as bench:
        refusal = {"system": "fortnox", "fault": "refuse", "method": "POST", "path": "/3/invoices"}
        bench.control("POST", "faults", [refusal | {"code": 2000999, "message": "Fakturan kan inte skapas just nu."}])
        bench.settle()
        bench.set_custom("D1", LEGAL_ENTITY="syd")
        desk = Desk(bench)
        assert desk.edit(desk.look(), YourOrderNumber="PO-9")[0]
        bench.settle()
        assert (bench.held(), bench.invoices("nord")) == ({}, [])
        assert bench.invoices("syd")[0]["YourOrderNumber"] == "PO-9"
        bench.row_edit("D1", 0, quantity=3)
        bench.settle()
        assert bench.invoices("syd")[0]["YourOrderNumber"] == "PO-9"


def test_h5_deals_that_are_not_won_count_in_the_pipeline_of_the_company_they_would_be_invoiced_in(
    tmp_path: Path,
) -> None:
    deals = (
        deal("D1"),
        deal("D2", state="open", company="syd"),
        deal("D3", state="lost", company="syd"),
        deal("D4", state="open", company="ost"),
        deal("D5", company="ost"),
    )
    with Bench(tmp_path, world(*deals, companies=TWO)) as bench:
        bench.settle()
        bench.app.publisher.publish()
        reader = newest(bench.data)
        nord, syd, every = (reader_overview.deal_totals(reader, Scope(one)) for one in ("nord", "syd", None))
        assert (nord.open_deals, syd.open_deals, every.open_deals) == (0, 1, 2)
        assert (nord.won_deals, syd.won_deals, every.won_deals) == (1, 0, 2)
        for scope in (nord, syd, every):
            assert (scope.unrouted_deals, scope.unrouted_open_deals) == (1, 1), "it may belong to any of them"
            assert scope.unrouted_net == scope.unrouted_open_net == 159
        stages = reader_bridge.stages(reader, Scope("syd"))
        assert (stages.open, stages.lost, stages.won_net) == (159, 159, 0)
