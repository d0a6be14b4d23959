"""What every connector must do, whatever the system behind it: the same suite for all of them.

A connector is done when this is green. It runs against the played systems, with their faults.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from sync.connectors.base import Connector, CrmConnector, Item
from sync.connectors.crms import CRMS
from sync.connectors.errors import ApiError, AuthLost, NoAnswer, Unreached
from sync.core.types import Call, Outcome
from tests.acceptance.bench import Bench
from tests.acceptance.salesforce_bench import SalesforceBench
from tests.acceptance.worlds import BOLT, NAILS, SAW, deal, row, world
from tests.toy_crm.bench import ToyBench
from tests.toy_crm.connect import TOY

FACTS = world(deal("D1", row(SAW, "2"), row(NAILS, "10")), deal("D2", customer=BOLT), deal("D3"))


@dataclass(frozen=True)
class Trial:
    """One connector on its played system, and where its ways differ from the others'.

    `told` is a field of the write-back; `renews` is whether a login that ended can be renewed; a `silent` system
    answers a write without a body.
    """

    bench: Bench
    connector: Connector
    system: str
    stream: str
    kind: str
    path: str
    write: tuple[str, dict[str, Any]]
    wrong: dict[str, Any]
    unknown: str
    calls: list[Call]
    told: str = ""
    method: str = "PUT"
    renews: bool = True
    silent: bool = False

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a piece of work on the bench's own time."""
        return self.bench._loop.run(work)

    def everything(self, stream: str) -> tuple[list[Item], Any]:
        """Read a stream from its beginning to the end of its pass."""

        async def work() -> tuple[list[Item], Any]:
            found: list[Item] = []
            position = None
            for _ in range(20):
                page = await self.connector.pull(stream, position)
                found += page.items
                position = page.position
                if page.complete:
                    return found, position
            raise AssertionError(f"{stream} does not come to an end.")

        return self.run(work())

    def update(self) -> Outcome:
        """Make the connector's usual write."""
        key, fields = self.write
        outcome: Outcome = self.run(self.connector.update(self.kind, key, fields))
        return outcome


def _fortnox(folder: Path) -> Trial:
    bench = Bench(folder, FACTS)
    bench.settle()
    number = str(bench.invoice_of("D1")["DocumentNumber"])
    connector = bench.app.companies["nord"].connector
    write, wrong = (number, {"YourReference": "Eva"}), {"InvoiceDate": "aldrig"}
    return _tested(bench, connector, "fortnox", "invoices", "invoice", "/3/invoices", write, wrong, "99999")


def _upsales(folder: Path) -> Trial:
    bench = Bench(folder, FACTS)
    bench.settle()
    write, wrong = (str(bench.deal_id("D1")), {"notes": "Ring"}), {"client": {"id": 999999}}
    tested = _tested(
        bench, bench.app.crms[0].connector, "upsales", "orders", "order", "/api/v2/orders", write, wrong, "99999"
    )
    return replace(tested, told="KVITT_STATUS", renews=False)


def _salesforce(folder: Path) -> Trial:
    bench = SalesforceBench(folder, FACTS)
    bench.settle()
    write, wrong = (bench.deal_id("D1"), {"NextStep": "Ring"}), {"Nope__c": "x"}
    unknown = "006Kv00000zzzzzIAA"
    path = "/services/data/v66.0/"
    tested = _tested(
        bench, bench.app.crms[0].connector, "salesforce", "opportunity", "opportunity", path, write, wrong, unknown
    )
    return replace(tested, told="Fortnox_Status__c", method="PATCH", silent=True)


def _toy(folder: Path) -> Trial:
    bench = ToyBench(folder, FACTS)
    bench.settle()
    write, wrong = ("D1", {"notes": "Ring"}), {"id": "D2"}
    tested = _tested(bench, bench.app.crms[0].connector, "toy", "sales", "sale", "/sales", write, wrong, "D99")
    return replace(tested, told="x_status", renews=False)


def _tested(bench: Bench, connector: Any, *rest: Any) -> Trial:
    calls: list[Call] = []
    api = connector._rest._api if hasattr(connector, "_rest") else connector._api
    api._log_call = calls.append
    return Trial(bench, connector, *rest, calls=calls)


MAKERS: dict[str, Callable[[Path], Trial]] = {
    "fortnox": _fortnox,
    "salesforce": _salesforce,
    "toy": _toy,
    "upsales": _upsales,
}
# The toy shows that the suite asks of a CRM what the guide says, and nothing else: not in every run.
TESTED = {name: pytest.param(name, marks=[pytest.mark.verify] if name == "toy" else []) for name in MAKERS}


@pytest.fixture(autouse=True)
def toy_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy is in the list of CRMs, as docs/adding-a-crm.md says."""
    monkeypatch.setitem(CRMS, "toy", TOY)


@pytest.fixture(params=list(TESTED.values()))
def tested(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Trial]:
    """A connector whose system holds three deals and their documents."""
    made = MAKERS[request.param](tmp_path)
    with made.bench:
        yield made


@pytest.fixture(params=[param for name, param in TESTED.items() if name != "fortnox"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Trial]:
    """A CRM's connector."""
    made = MAKERS[request.param](tmp_path)
    with made.bench:
        yield made


def crm_of(tested: Trial) -> CrmConnector:
    found: Any = tested.connector
    return found  # type: ignore[no-any-return]


# --- reading ----------------------------------------------------------------------------------------------


def test_every_stream_comes_to_an_end_and_shows_each_record_once(tested: Trial) -> None:
    for stream in tested.connector.streams:
        items, _ = tested.everything(stream)
        keys = [(item.kind, item.id) for item in items]
        assert len(keys) == len(set(keys)), stream
        assert all(key for _, key in keys), stream


def test_the_same_position_gives_the_same_records(tested: Trial) -> None:
    first = [item.id for item in tested.everything(tested.stream)[0]]
    assert [item.id for item in tested.everything(tested.stream)[0]] == first
    assert len(first) == 3


def test_a_pass_that_goes_on_from_its_end_loses_nothing_and_ends(tested: Trial) -> None:
    _, position = tested.everything(tested.stream)
    tested.bench.clock.advance(7200)
    tested.update()
    tested.bench.clock.advance(1)
    page = tested.run(tested.connector.pull(tested.stream, position))
    assert page.complete
    assert tested.write[0] in [item.id for item in page.items]


def test_a_record_is_fetched_whole_and_a_missing_one_is_none(tested: Trial) -> None:
    item = tested.run(tested.connector.fetch(tested.kind, tested.write[0]))
    assert (item.kind, item.id, item.whole) == (tested.kind, tested.write[0], True)
    assert tested.run(tested.connector.fetch(tested.kind, tested.unknown)) is None


def test_a_name_is_looked_up(tested: Trial) -> None:
    name = tested.write[0]
    if tested.system == "fortnox":
        name = str(tested.bench.invoice_of("D1")["ExternalInvoiceReference1"])
    (found,) = tested.run(tested.connector.find(tested.kind, name))
    assert found.id == tested.write[0]
    assert tested.run(tested.connector.find(tested.kind, tested.unknown)) == ()


@pytest.mark.parametrize("fault", ["status_500_before", "timeout_before", "cut_body", "html_200"])
def test_a_read_that_fails_in_passing_is_made_again(tested: Trial, fault: str) -> None:
    before = [item.id for item in tested.everything(tested.stream)[0]]
    tested.bench.fault(fault, tested.path, system=tested.system, method="GET", times=2)
    assert [item.id for item in tested.everything(tested.stream)[0]] == before
    assert tested.bench.faults_taken()[-1] == 2


def test_a_read_that_never_succeeds_says_so(tested: Trial) -> None:
    tested.bench.fault("status_500_before", tested.path, system=tested.system, method="GET", times=50)
    with pytest.raises(NoAnswer, match="500"):
        tested.everything(tested.stream)
    assert tested.bench.faults_taken()[-1] < 10, "a system that is down is not hammered"


def test_a_session_that_ended_is_renewed_once_where_it_can_be(tested: Trial) -> None:
    tested.bench.fault("expired_token", tested.path, system=tested.system, method="GET")
    if not tested.renews:
        with pytest.raises(AuthLost):
            tested.everything(tested.stream)
    else:
        assert len(tested.everything(tested.stream)[0]) == 3
    tested.bench.fault("expired_token", tested.path, system=tested.system, method="GET", times=9)
    with pytest.raises(AuthLost):
        tested.everything(tested.stream)


# --- writing ----------------------------------------------------------------------------------------------


def test_a_write_is_done_and_told(tested: Trial) -> None:
    outcome = tested.update()
    assert (outcome.kind, outcome.record_id) == ("done", tested.write[0])
    assert tested.calls[-1].method in {"PUT", "PATCH"}
    assert tested.calls[-1].status in {200, 204}


def test_a_refused_write_carries_the_system_s_own_words(tested: Trial) -> None:
    outcome = tested.run(tested.connector.update(tested.kind, tested.write[0], tested.wrong))
    assert outcome.kind == "rejected"
    assert outcome.code
    assert outcome.message


@pytest.mark.parametrize(
    "fault", ["timeout_after", "status_500_after", "timeout_before", "status_500_before", "cut_body"]
)
def test_a_write_without_an_answer_is_in_doubt_and_made_once(tested: Trial, fault: str) -> None:
    tested.bench.fault(fault, tested.path, system=tested.system, method=tested.method)
    before = len(tested.calls)
    outcome = tested.update()
    if fault == "cut_body" and tested.silent:
        assert outcome.kind in {"done", "unknown"}, "204 has no body that could be cut"
    else:
        assert outcome.kind == "unknown"
    assert len(tested.calls) == before + 1


def test_a_system_that_cannot_be_reached_is_told_from_one_that_does_not_answer(tested: Trial) -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away", request=request)

    tested.run(_ready(tested))
    api = tested.connector._rest._api if hasattr(tested.connector, "_rest") else tested.connector._api  # type: ignore[attr-defined]
    api._http._transport = httpx.MockTransport(away)
    assert tested.update().kind == "retry"
    with pytest.raises(Unreached):
        tested.everything(tested.stream)


async def _ready(tested: Trial) -> None:
    """Let the connector log in first: what follows is about the calls themselves."""
    await tested.connector.fetch(tested.kind, tested.write[0])
    await asyncio.sleep(0)


def test_there_is_no_button_that_nobody_knows(tested: Trial) -> None:
    if tested.system != "fortnox":
        outcome = tested.run(tested.connector.act("explode", tested.kind, tested.write[0]))
        assert outcome.kind == "rejected"


# --- what is left behind ----------------------------------------------------------------------------------


def test_every_call_is_logged_without_secrets_and_nothing_is_deleted(tested: Trial) -> None:
    tested.everything(tested.stream)
    tested.update()
    assert tested.calls
    for call in tested.calls:
        assert call.system == tested.connector.system
        assert call.method in {"GET", "PUT", "PATCH", "POST"}
        assert call.path.startswith("/")
        assert "Bearer" not in repr(call)
        assert "token=" not in repr(call)


def test_the_identity_is_the_one_that_was_paired(tested: Trial) -> None:
    found = tested.run(tested.connector.identity())
    stored = dict(tested.bench.rows("SELECT system, remote_identity FROM connections"))
    assert stored[tested.connector.system] == found.remote_id


# --- CRMs -------------------------------------------------------------------------------------------------


def test_a_crm_says_what_is_read_in_every_run_and_deals_come_after_what_they_refer_to(crm: Trial) -> None:
    connector = crm_of(crm)
    assert set(connector.streams) == {*connector.registers, *connector.changing}
    kinds = [kind for stream in connector.changing for kind in {item.kind for item in crm.everything(stream)[0]}]
    assert kinds.index(crm.kind) == len(set(kinds)) - 1
    assert connector.title
    assert crm.run(connector.rival()) == ""
    assert connector.notice() == ""


def test_fields_are_set_on_a_record_just_read_and_once(crm: Trial) -> None:
    connector, key = crm_of(crm), crm.write[0]

    async def tell(value: str) -> Outcome:
        current = await connector.fetch_many(crm.kind, [key, crm.unknown])
        assert set(current) == {key}
        return await connector.set_fields(crm.kind, key, {crm.told: value}, current[key])

    assert crm.run(tell("paid")).kind == "done"
    assert crm.run(tell("paid")).kind == "already"
    gone = crm.run(connector.set_fields(crm.kind, crm.unknown, {crm.told: "paid"}, None))
    assert (gone.kind, bool(gone.message)) == ("rejected", True)


def test_fields_that_the_crm_lacks_are_named_and_left_out(crm: Trial) -> None:
    connector, key = crm_of(crm), crm.write[0]
    assert connector.unwritable(crm.kind, ["NOBODYS_FIELD"]) == ("NOBODYS_FIELD",)

    async def tell() -> Outcome:
        current = await connector.fetch_many(crm.kind, [key])
        return await connector.set_fields(crm.kind, key, {"NOBODYS_FIELD": "x"}, current[key])

    assert crm.run(tell()).kind == "already", "there is nothing left to say"


def test_an_error_is_one_of_the_tree(tested: Trial) -> None:
    tested.bench.fault("status_500_before", tested.path, system=tested.system, method="GET", times=50)
    with pytest.raises(ApiError) as caught:
        tested.everything(tested.stream)
    assert str(caught.value).endswith(".")
