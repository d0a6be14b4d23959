"""What the simulation's world does not bring forth, found by looking where it cannot look."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import httpx
import pytest

from sync.demo.sandbox_link import systems_of
from sync.sandbox.fortnox.hand import edit_by_hand
from sync.sandbox.upsales.data.seed import WON
from sync.store.publish import archive
from sync.store.tables import runs
from tests.acceptance.bench import Bench, Wire
from tests.acceptance.desk import Desk
from tests.acceptance.salesforce_bench import SalesforceBench
from tests.acceptance.worlds import BOLT, deal, world

Before = Callable[[httpx.Request], httpx.Response | None]
After = Callable[[httpx.Request, httpx.Response], httpx.Response]


class Hook(Wire):
    """A wire on which something answers instead of the other system, or changes its answer."""

    def __init__(
        self, inner: httpx.AsyncBaseTransport, before: Before = lambda _: None, after: After = lambda _, it: it
    ) -> None:
        super().__init__(inner)
        self._before, self._after = before, after

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self._before(request) or self._after(request, await super().handle_async_request(request))


@pytest.mark.parametrize("mark", ["its own", "the newer", "none"])
def test_a_replay_in_a_store_that_was_put_back_makes_no_second_invoice(tmp_path: Path, mark: str) -> None:
    """It was refused, copied, replayed and sent; the copy is put back, and the person replays it once more."""
    deaf = [True]

    def before(request: httpx.Request) -> httpx.Response | None:
        writes = request.method == "PUT" and request.url.path.startswith("/api/v2/orders")
        return httpx.Response(503, json={}) if deaf and writes else None

    bench = Bench(tmp_path, world(deal("D1")))
    bench.wire = Hook(bench.wire, before)
    with bench:
        refusal = {"system": "fortnox", "fault": "refuse", "method": "POST", "path": "/3/invoices"}
        bench.control("POST", "faults", [refusal | {"code": 2000999, "message": "Fakturan kan inte skapas just nu."}])
        bench.run()
        assert bench.held() == {("order", "1"): ("data", "2000999")}
        bench.stop()
        shutil.copytree(bench.data, tmp_path / "older")
        desk = Desk(bench)
        assert desk.replay(desk.look())[0]
        bench.run()
        assert len(bench.invoices()) == 1
        bench.stop()
        _put_back(tmp_path / "older", bench.data, mark)
        deaf.clear()
        assert desk.replay(desk.look())[0]
        bench.settle()
        assert [one["ExternalInvoiceReference1"][-2:] for one in bench.invoices()] == ["g1"]


def _put_back(older: Path, data: Path, mark: str) -> None:
    newer = (data / "high_water").read_bytes()
    shutil.rmtree(data)
    shutil.copytree(older, data)
    if mark == "the newer":
        (data / "high_water").write_bytes(newer)
    elif mark == "none":
        (data / "high_water").unlink()


def test_a_customer_that_moves_up_a_page_while_it_is_read_is_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.connectors.fortnox.client.PAGE", 2)
    gone: list[str] = []

    def after(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        page = (request.method, request.url.path, request.url.params.get("page"))
        if page == ("GET", "/3/customers", "1") and not gone:
            gone.append("1")
            tenant.delete("customers", "1")
        return answer

    bench = Bench(tmp_path, world(deal("D1")))
    bench.wire, tenant = Hook(bench.wire, after=after), bench.tenants["nord"]
    for number, name in (("1", "Ett AB"), ("2", "Två AB"), ("3", "Acme Bygg AB"), ("4", "Fyra AB")):
        known = {"OrganisationNumber": "559800-0007"} if number == "3" else {}
        edit_by_hand(tenant, "customers", "", {"CustomerNumber": number, "Name": name, **known})
    with bench:
        bench.settle()
        assert gone
        assert bench.invoices()[0]["CustomerNumber"] == "3"
        assert len(tenant.tables.rows("customers")) == 3


def test_a_company_that_is_connected_later_with_an_earlier_go_live_gets_its_deals(tmp_path: Path) -> None:
    facts = world(
        deal("D1", day=date(2026, 3, 5)), deal("S1", company="syd", day=date(2026, 2, 10)), companies=("nord", "syd")
    )
    with Bench(tmp_path, facts) as bench:
        both = systems_of(bench.control("GET", "info"))["companies"]
        nord = both["nord"].model_copy(update={"go_live": date(2026, 3, 1)})
        bench.overrides = {"companies": {"nord": nord}}
        bench.settle()
        bench.stop()
        bench.overrides = {"companies": {"nord": nord, "syd": both["syd"]}}
        bench.settle()
        assert len(bench.invoices("syd")) == 1


def test_an_accounts_change_that_waits_is_not_lost_with_a_restored_store(tmp_path: Path) -> None:
    down = [True]

    def before(request: httpx.Request) -> httpx.Response | None:
        if down and request.method == "PUT" and request.url.path.startswith("/3/customers"):
            raise httpx.ConnectError("down")
        return None

    bench = Bench(tmp_path, world(deal("D1")))
    bench.wire = Hook(bench.wire, before)
    with bench:
        bench.settle()
        bench.edit_account("acme", phone="08-555555")
        bench.run()
        bench.app.publisher.publish()
        bench.stop()
        archive.backup(bench.data, tmp_path / "backup.zip")
        down.clear()
        shutil.rmtree(bench.data)
        archive.restore(tmp_path / "backup.zip", bench.data)
        bench.settle()
        assert bench.customer("U-1")["Phone1"] == "08-555555"


@pytest.mark.parametrize("answer", [(500, {}), (200, {"Invoice": {}})])
def test_one_document_that_fortnox_cannot_show_holds_up_no_other_deal(
    tmp_path: Path, answer: tuple[int, dict[str, object]]
) -> None:
    broken: list[bool] = []

    def before(request: httpx.Request) -> httpx.Response | None:
        shown = (request.method, request.url.path) == ("GET", "/3/invoices/1")
        return httpx.Response(answer[0], json=answer[1]) if broken and shown else None

    bench = Bench(tmp_path, world(deal("D1"), deal("D2", customer=BOLT, state="open")))
    bench.wire = Hook(bench.wire, before)
    bench.booking("nord")
    with bench:
        bench.settle()
        broken.append(True)
        bench.set_custom("D1", REFERENCE="PO-1")
        bench.edit_deal("D2", stage={"id": WON}, probability=100)
        for _ in range(10):
            bench.run()
            bench.clock.advance(60)
        assert bench.rows("SELECT found FROM checks WHERE name = 'lost'") == [(0,)]
        assert bench.invoice_of("D2")["Booked"] is True
        broken.clear()
        bench.clock.advance(4000)
        bench.settle()
        assert bench.held() == {("order", "1"): ("closed", "document_booked")}


@pytest.mark.parametrize("half", ["\\ud83d", "\\udc00"])
def test_half_a_sign_in_one_text_stops_nothing(tmp_path: Path, half: str) -> None:
    """So it is written where a text was cut in the middle of an emoji."""

    def after(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if (request.method, request.url.path) != ("GET", "/api/v2/orders"):
            return answer
        content = answer.read().replace(b'"D1"', b'"D1 ' + half.encode() + b'"')
        return httpx.Response(200, headers={"date": answer.headers["date"]}, content=content)

    bench = Bench(tmp_path, world(deal("D1"), deal("D2", customer=BOLT)))
    bench.wire = Hook(bench.wire, after=after)
    with bench:
        bench.settle()
        assert len(bench.invoices()) == 2


def test_an_edit_made_while_another_document_is_slow_to_be_shown_is_not_written_over(tmp_path: Path) -> None:
    asked: list[bool] = []
    number: dict[str, str] = {}

    def before(request: httpx.Request) -> httpx.Response | None:
        if not number or (request.method, request.url.path) != ("GET", f"/3/invoices/{number['D1']}"):
            return None
        asked.append(True)
        if len(asked) == 4:
            edit_by_hand(bench.tenants["nord"], "invoices", number["D2"], {"YourOrderNumber": "Ekonomi 7"})
        return httpx.Response(503, json={}) if 2 <= len(asked) <= 4 else None

    bench = Bench(tmp_path, world(deal("D1"), deal("D2", customer=BOLT)))
    bench.wire = Hook(bench.wire, before)
    with bench:
        bench.settle()
        found = {key: str(bench.invoice_of(key)["DocumentNumber"]) for key in ("D1", "D2")}
        bench.set_custom("D1", REFERENCE="PO-1")
        bench.set_custom("D2", REFERENCE="PO-2")
        number |= found
        bench.run()
        assert len(asked) > 4
        assert bench.invoice_of("D2")["YourOrderNumber"] == "Ekonomi 7"


@pytest.mark.parametrize("books", [False, True])
def test_a_pause_lets_the_wave_that_is_under_way_be_the_last(tmp_path: Path, books: bool) -> None:
    paused: list[bool] = []

    def before(request: httpx.Request) -> httpx.Response | None:
        path = request.url.path
        strikes = path.endswith("/bookkeep") if books else (request.method, path) == ("POST", "/3/invoices")
        if strikes and not paused:
            paused.append(True)
            for flow in runs.flows(bench.app.store):
                bench.set_paused(flow.name, True)
        return None

    bench = Bench(tmp_path, world(*[deal(f"D{number}") for number in range(40)]))
    bench.wire = Hook(bench.wire, before)
    if books:
        bench.booking("nord")
    with bench:
        bench.run(times=2)
        bench.clock.advance(130)
        bench.run()
        assert paused
        assert 1 <= sum(1 for one in bench.invoices() if one["Booked"] or not books) <= 25


def test_our_own_customer_that_was_renamed_is_found_again_when_the_folder_is_lost(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.settle()
        bench.stop()
        shutil.rmtree(bench.data)
        edit_by_hand(bench.tenants["nord"], "customers", "U-1", {"Name": "Acme Bygg i Stockholm AB"})
        bench.settle()
        assert bench.held() == {}


def test_a_write_back_refused_by_something_else_than_salesforce_is_looked_up(tmp_path: Path) -> None:
    answered: list[bool] = []

    def before(request: httpx.Request) -> httpx.Response | None:
        if request.method != "PATCH" or answered:
            return None
        answered.append(True)
        return httpx.Response(404, headers={"content-type": "text/html"}, content=b"<html>Not Found</html>")

    bench = SalesforceBench(tmp_path, world(deal("D1")))
    bench.wire = Hook(bench.wire, before)
    with bench:
        bench.settle()
        assert answered
        assert bench.held() == {}
