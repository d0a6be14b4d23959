"""docs/adding-a-crm.md, done: a folder, a mapping and a stub bring a further CRM from a won deal to its status."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from sync.connectors.crms import CRMS
from sync.demo.sandbox_link import SandboxLinkError, systems_of
from sync.setting_types import SettingsError
from sync.settings import PREFIX, load, require_systems
from tests.acceptance.worlds import HAMMER, NAILS, SAW, deal, row, world
from tests.architecture.source import ROOT
from tests.toy_crm.bench import HERE, ToyBench
from tests.toy_crm.connect import TOY

D = Decimal
DOC = ROOT / "docs" / "adding-a-crm.md"
# What a person who adds a CRM writes, and where it goes.
WRITTEN = {
    "settings.py": "sync/connectors/<crm>/settings.py",
    "connect.py": "sync/connectors/<crm>/connect.py",
    "client.py": "sync/connectors/<crm>/client.py",
    "deals.py": "sync/connectors/<crm>/deals.py",
    "play.py": "sync/sandbox/<crm>/play.py",
    "toy.yaml": "mappings/<crm>.yaml",
    "source.yaml": "mappings/sources/<crm>.yaml",
}


@pytest.fixture(autouse=True)
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy is in the list of CRMs: that is all that anything else hears of it."""
    monkeypatch.setitem(CRMS, "toy", TOY)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ToyBench]:
    """A shop with a sale of three rows, one of them discounted, and more sales than a page has room for."""
    sales = [deal("D1", row(SAW), row(HAMMER, "2", "12.5"), row(NAILS, "100"))]
    facts = world(*sales, *(deal(f"D{number}") for number in range(2, 6)), deal("D6", state="open"))
    with ToyBench(tmp_path, facts) as made:
        yield made


def test_a_won_deal_becomes_an_invoice_and_its_status_comes_back(bench: ToyBench) -> None:
    bench.settle()
    invoice = bench.invoice_of("D1")
    net = D("1250.50") + 2 * D("159.00") * D("0.875") + D("99.00")
    assert D(invoice["Net"]) == net
    assert invoice["ExternalInvoiceReference1"] == "toy:lek:sale:D1:invoice:g1"
    assert (bench.deal("D1")["x_invoice"], bench.deal("D1")["x_status"]) == (invoice["DocumentNumber"], "draft")
    assert bench.account("acme")["x_number"] == "T-acme"
    bench.press("D1", "bookkeep")
    bench.settle()
    assert (bench.deal("D1")["x_status"], bench.deal("D1")["x_total"]) == ("booked", D(invoice["Total"]))
    bench.pay("D1")
    bench.settle()
    assert bench.deal("D1")["x_status"] == "paid"
    assert "x_status" not in bench.deal("D6")
    assert bench.held() == {}


def test_an_edit_in_the_crm_reaches_the_draft_and_three_more_runs_write_nothing(bench: ToyBench) -> None:
    bench.settle()
    bench.writes_of()
    bench.edit_deal("D2", x_reference="PO-1")
    bench.run()
    assert bench.invoice_of("D2")["YourOrderNumber"] == "PO-1"
    assert [sent.method for sent in bench.writes_of()] == ["PUT"]
    bench.run(times=3)
    assert bench.writes_of() == []


def test_its_figures_and_the_sandbox_s_own_truth_agree(bench: ToyBench) -> None:
    bench.settle()
    bench.clock.advance(3600)
    bench.run(times=2)
    truth = bench.truth()
    assert (truth["duplicates"], truth["lost"]) == (0, 0)
    ((won,),) = bench.rows("SELECT sum(net_sek) FROM deals WHERE state = 'won'")
    assert f"{won:.2f}" == truth["crm"]["net"]
    assert bench.rows("SELECT name FROM checks WHERE NOT ok") == []


def test_a_lost_answer_is_looked_up_and_nothing_is_made_twice(bench: ToyBench) -> None:
    bench.fault("timeout_after", "/3/invoices")
    bench.fault("timeout_after", "/sales/", system="toy", method="PUT")
    bench.settle()
    assert bench.faults_taken() == [1, 1]
    assert (bench.truth()["duplicates"], bench.truth()["lost"]) == (0, 0)
    assert {bench.deal(f"D{number}")["x_status"] for number in range(1, 6)} == {"draft"}


def test_every_call_goes_the_way_of_all_calls(bench: ToyBench) -> None:
    bench.settle()
    calls = bench.rows("SELECT method, path, status, response FROM calls WHERE system = 'toy:lek'")
    assert {(method, path.split("/")[1]) for method, path, _, _ in calls} >= {("GET", "sales"), ("PUT", "sales")}
    assert {status for _, _, status, _ in calls} == {200}
    assert bench.rows("SELECT title FROM connections WHERE system = 'toy:lek'") == [("Toy Leksaker AB",)]


# --- settings -----------------------------------------------------------------------------------------------------


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A folder without settings, and the three that a toy shop needs."""
    monkeypatch.chdir(tmp_path)
    for name, value in {"SHOP": "lek", "KEY": "hemlig", "BASE_URL": "https://toy.example"}.items():
        monkeypatch.setenv(f"{PREFIX}TOY__{name}", value)
    return monkeypatch


def test_its_settings_are_read_checked_and_kept_secret(alone: pytest.MonkeyPatch) -> None:
    found = load()
    assert [crm.kind.name for crm in found.crms()] == ["toy"]
    assert found.secrets() == ["hemlig"]
    with pytest.raises(SettingsError, match="No Fortnox company is named"):
        require_systems(found)
    alone.setenv("KVITT_TOY__SHAPE", "round")
    with pytest.raises(SettingsError, match="The setting KVITT_TOY__SHAPE is unknown"):
        load()


def test_it_is_named_among_the_crms_that_may_be_set(alone: pytest.MonkeyPatch) -> None:
    alone.setenv("KVITT_TOYS__SHOP", "lek")
    with pytest.raises(SettingsError, match=r"known are: .*KVITT_SALESFORCE, KVITT_TOY, KVITT_UPSALES"):
        load()
    for name in ("KVITT_TOYS__SHOP", "KVITT_TOY__SHOP", "KVITT_TOY__KEY", "KVITT_TOY__BASE_URL"):
        alone.delenv(name)
    with pytest.raises(SettingsError, match=r"ORGANISATION_ID or KVITT_TOY__SHOP is missing\. Name the CRM"):
        require_systems(load())


def test_it_is_kept_in_step_beside_another_crm(alone: pytest.MonkeyPatch) -> None:
    for name, value in {"ACCOUNT": "94", "TOKEN": "t", "WON_STAGE_ID": "12"}.items():
        alone.setenv(f"KVITT_UPSALES__{name}", value)
    assert [crm.kind.name for crm in load().crms()] == ["upsales", "toy"]


def test_a_sandbox_of_another_kvitt_is_told(bench: ToyBench, monkeypatch: pytest.MonkeyPatch) -> None:
    info = bench.control("GET", "info")
    monkeypatch.delitem(CRMS, "toy")
    with pytest.raises(SandboxLinkError, match="plays toy, which is not known here"):
        systems_of(info)


# --- the guide ----------------------------------------------------------------------------------------------------


def test_the_guide_names_what_was_written_here_and_nothing_was_written_beside_it() -> None:
    text = DOC.read_text(encoding="utf-8")
    assert {path.name for path in HERE.iterdir() if path.is_file()} == {*WRITTEN, "__init__.py", "bench.py"}
    assert [place for place in WRITTEN.values() if f"`{place}`" not in text] == []
    assert (HERE / "play.py").read_text(encoding="utf-8").count("\n") <= 100


def test_every_place_that_the_guide_names_is_there() -> None:
    text = DOC.read_text(encoding="utf-8")
    places = set(re.findall(r"`((?:sync|mappings|docs|tests)/[\w/.<>-]+)`", text))
    assert len(places) >= 10
    for place in places:
        assert list(ROOT.glob(place.replace("<crm>", "upsales").rstrip("/"))), place
