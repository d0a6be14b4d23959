"""One faulty record, wish, write-back or login stops itself, and nothing beside it."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mappings import Problem
from mappings.compile import EntityMapping
from mappings.vocabulary import Bad
from sync import log
from sync.commands.handling import CommandContext
from sync.commands.loop import CommandLoop
from sync.connectors.errors import AuthLost
from sync.core.documents import writeback
from sync.core.planning.conclusions import Conclusions
from sync.core.planning.plans import DealState, Planned
from sync.core.types import Operation, RecordKey
from sync.flows.scheduler import Scheduler
from sync.store import inbox
from sync.store.tables import operations, runs
from sync.store.tables.needs import NeedsPlanning
from tests.acceptance.bench import Bench
from tests.acceptance.desk import Desk
from tests.acceptance.salesforce_bench import SalesforceBench
from tests.acceptance.worlds import ACME, BOLT, deal, world

TWO = ("nord", "syd")
DOCUMENTS = "fortnox:nord/documents"


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Titles of deals whose mapping raises, as a fault of ours would."""
    titles: set[str] = set()
    mapped = EntityMapping.mapped

    def raising(self: EntityMapping, view: Any, found: Any) -> Any:
        if view.get("description") in titles or view.get("name") in titles:
            raise ZeroDivisionError("nobody thought of this")
        return mapped(self, view, found)

    monkeypatch.setattr(EntityMapping, "mapped", raising)
    return titles


def faults(bench: Bench) -> list[Path]:
    return sorted((bench.data / log.FAULTS).glob("*"))


def test_e1_a_deal_that_raises_is_one_thing_to_review_and_the_others_are_sent(tmp_path: Path, faulty: set[str]) -> None:
    faulty.add("D2")
    with Bench(tmp_path, world(deal("D1"), deal("D2"), deal("D3"))) as bench:
        bench.settle()
        assert bench.held() == {("order", "2"): ("rule", "fault")}
        assert len(bench.invoices()) == 2
        assert {state for (state,) in bench.rows("SELECT DISTINCT state FROM runs")} == {"done"}
        assert len(faults(bench)) == 1, "the same fault is kept once, however often it is met"
        faulty.clear()
        bench.settle()
        assert bench.held() == {}
        assert len(bench.invoices()) == 3


def test_e1_of_a_deal_that_raises_when_it_is_planned_in_part_nothing_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide = Conclusions.decide

    def raising(self: Conclusions, state: DealState, *rest: Any) -> None:
        return _raise() if state.record.payload["description"] == "D2" else decide(self, state, *rest)

    monkeypatch.setattr(Conclusions, "decide", raising)
    with Bench(tmp_path, world(deal("D1"), deal("D2"))) as bench:
        bench.settle()
        assert bench.held() == {("order", "2"): ("rule", "fault")}
        assert len(bench.invoices()) == 1


def test_e1_a_deal_with_a_document_that_raises_later_keeps_it(tmp_path: Path, faulty: set[str]) -> None:
    with Bench(tmp_path, world(deal("D1"), deal("D2"))) as bench:
        bench.settle()
        faulty.add("D1")
        bench.row_edit("D1", 0, quantity=2)
        bench.row_edit("D2", 0, quantity=3)
        bench.settle()
        assert bench.held() == {("order", "1"): ("rule", "fault")}
        assert bench.invoice_of("D2")["Net"] == 3 * 159
        faulty.clear()
        bench.settle()
        assert bench.held() == {}
        assert bench.invoice_of("D1")["Net"] == 2 * 159


def test_e1_a_customer_that_raises_stops_its_own_deals_only(tmp_path: Path, faulty: set[str]) -> None:
    faulty.add(ACME.name)
    with Bench(tmp_path, world(deal("D1"), deal("D2", customer=BOLT))) as bench:
        bench.settle()
        assert bench.held() == {("order", "1"): ("rule", "fault")}
        assert len(bench.invoices()) == 1


def test_e1_a_fault_on_a_new_installation_does_not_begin_its_wait_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.hurried = False
        monkeypatch.setattr(bench.app.engine._sides[bench.app.crms[0].system].planning, "plan", _raise)
        for _ in range(4):
            bench.run()
            bench.clock.advance(60)
        began = "SELECT count(*) FROM events WHERE action = 'recovery_began'"
        assert bench.rows(began) == [(1,)]
        last = "SELECT state FROM runs WHERE flow LIKE '%/deals' ORDER BY run_id DESC LIMIT 2"
        assert bench.rows(last) == [("failed",), ("failed",)], "no run that failed says that it was done"


def _raise(*_anything: Any) -> None:
    raise ZeroDivisionError("nobody thought of this")


def test_e1_a_write_back_that_cannot_be_made_is_one_thing_to_review(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Bench(tmp_path, world(deal("D1"), deal("D2"))) as bench:
        bench.settle()
        wrong, made = bench.invoice_of("D1")["DocumentNumber"], writeback.apply_fields

        def raising(rules: Any, view: Any, tables: Any) -> Any:
            if view["number"] == wrong:
                raise Bad(Problem("not_in_table", "KVITT_STATUS", params={"value": "booked", "table": "states"}))
            return made(rules, view, tables)

        monkeypatch.setattr(writeback, "apply_fields", raising)
        for key in ("D1", "D2"):
            bench.press(key, "bookkeep")
        bench.settle()
        assert bench.deal("D2")["fields"]["KVITT_STATUS"] == "booked"
        assert bench.held() == {("order", "1"): ("data", "not_in_table")}
        monkeypatch.undo()
        bench.pay("D1")
        bench.settle()
        assert (bench.held(), bench.deal("D1")["fields"]["KVITT_STATUS"]) == ({}, "paid")


@pytest.mark.parametrize("rows", [7, "rader"])
def test_e1_a_deal_of_another_shape_is_one_thing_to_review(tmp_path: Path, rows: Any) -> None:
    with Bench(tmp_path, world(deal("D1"), deal("D2"))) as bench:
        bench.settle()
        read = bench.app.crms[0].connector._item

        def reshaped(kind: str, row: Any) -> Any:
            item = read(kind, row)
            wrong = kind == "order" and item.payload["description"] == "D1"
            return replace(item, payload={**item.payload, "orderRow": rows}) if wrong else item

        bench.app.crms[0].connector._item = reshaped
        for key in ("D1", "D2"):
            bench.row_edit(key, 0, quantity=2)
        bench.run(times=2)
        assert bench.invoice_of("D2")["Net"] == 2 * 159
        assert set(bench.held()) == {("order", "1")}


POISONED: dict[str, Callable[[dict[str, Any]], str]] = {
    "the year 1": lambda wish: json.dumps(wish | {"asked_at": "0001-01-01T00:00:00+14:00"}),
    "the year 9999": lambda wish: json.dumps(wish | {"asked_at": "9999-12-31T23:59:59-12:00"}),
    "half a sign": lambda wish: json.dumps(wish | {"actor": "\ud800"}),
    "half a sign within": lambda wish: json.dumps(wish | {"arguments": {"reason": ["\udfff"]}}),
    "not a number": lambda wish: json.dumps(wish | {"arguments": {"operation": float("nan")}}),
    "endless": lambda wish: json.dumps(wish | {"arguments": {"operation": float("inf")}}),
    "larger than any": lambda wish: json.dumps(wish | {"arguments": {"operation": 0}}).replace("0}", "1e999}"),
    "a number of thousands of digits": lambda wish: json.dumps(wish | {"arguments": {"flow": "x", "n": 10**4000}}),
}


@pytest.mark.parametrize("poison", POISONED)
def test_e2_a_poisoned_wish_stops_no_other_wish(tmp_path: Path, poison: str) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.settle()
        name = "0" * 32
        wish = {"command_id": name, "name": "pause", "arguments": {}, "actor": "asa",
                "asked_at": "2026-03-16T09:00:00+00:00"}  # fmt: skip
        folder = bench.data / inbox.FOLDER
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.json").write_text(POISONED[poison](wish), encoding="utf-8")
        asked = inbox.ask(bench.data, "pause", {"flow": DOCUMENTS, "reason": "semester"}, "asa")
        _handle(bench)
        assert bench.rows(f"SELECT accepted FROM commands WHERE command_id = '{asked}'") == [(True,)]
        assert list(folder.iterdir()) == [], "the poisoned one does not come back"
        assert len(faults(bench)) <= 1


def test_e2_a_wish_that_cannot_even_be_answered_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.settle()
        inbox.ask(bench.data, "pause", {"flow": DOCUMENTS, "reason": ""}, "asa")
        monkeypatch.setattr("sync.store.tables.trail.add_answer", _raise)
        for _ in range(3):
            _handle(bench)
        assert list((bench.data / inbox.FOLDER).iterdir()) == []


def test_e2_of_many_different_faults_the_newest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log._kept, "folder", tmp_path)
    monkeypatch.setattr(log, "MOST_FAULTS", 3)
    kept = []
    for number in range(5):
        kept.append(log.kept_fault(type(f"Fault{number}", (Exception,), {})()))
        os.utime(kept[-1], (number, number))
    assert sorted(map(str, tmp_path.iterdir())) == sorted(kept[-3:])


def _handle(bench: Bench) -> None:
    """Look into the inbox once, as the sync does every half second."""
    app = bench.app
    scheduler = Scheduler(app.store, app.clock, _raise)  # type: ignore[arg-type]
    context = CommandContext(
        app.store, app.clock, {crm.system: crm.mapping for crm in app.crms}, lambda _: True, scheduler.apply
    )
    CommandLoop(bench.data, context).handle_waiting()


def test_e4_an_open_write_back_of_a_kind_that_is_not_mapped_ends_nothing_but_itself(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.settle()
        store, crm = bench.app.store, bench.app.crms[0].system
        stray = Operation(
            "write_back", None, crm, "contact", RecordKey(crm, "contact", "7"), "c", target_id="7", payload={"A": 1}
        )
        with store.transaction():
            operations.save_planned(store, [Planned(stray)], bench.clock.now(), 1)
        bench.run()
        assert bench.rows("SELECT state FROM operations WHERE target_kind = 'contact'") == [("cancelled",)]


def test_e4_pausing_the_flow_of_the_crm_stops_writing_to_it(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.settle()
        bench.set_paused(f"{bench.app.crms[0].system}/deals", True)
        bench.press("D1", "bookkeep")
        bench.writes_of()
        bench.run(times=2)
        assert [sent for sent in bench.writes_of() if sent.system == "crm"] == []
        bench.set_paused(f"{bench.app.crms[0].system}/deals", False)
        bench.settle()
        assert bench.deal("D1")["fields"]["KVITT_STATUS"] == "booked"


def test_e4_a_customer_that_is_settled_in_one_company_stays_held_in_the_other(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("N1"), deal("S1", company="syd"), companies=TWO)) as bench:
        bench.settle()
        refusal = {"system": "fortnox", "fault": "refuse", "method": "PUT", "path": "/3/customers/"}
        bench.control("POST", "faults", [refusal | {"code": 2000999, "message": "Kunden kan inte ändras."}])
        bench.edit_account("acme", phone="08-123456")
        bench.settle()
        assert bench.held() == {("account", "1"): ("data", "2000999")}
        outcomes = "SELECT outcome FROM decisions WHERE kind = 'account' ORDER BY outcome"
        assert bench.rows(outcomes) == [("linked",), ("review",)], "one of its customers still waits for a person"
        (crm,) = bench.app.crms
        needed = NeedsPlanning(bench.app.store, crm.system, crm.mapping.version).of("account", "customer")
        assert needed["1"] == "held", "and is looked at in every run until one has answered"
        desk = Desk(bench)
        assert desk.replay(desk.look("account"))[0]
        bench.settle()
        assert (bench.held(), bench.rows(outcomes)) == ({}, [("linked",), ("linked",)])


def test_e4_a_refused_login_at_the_crm_pauses_the_flow_of_the_crm_alone(tmp_path: Path) -> None:
    with SalesforceBench(tmp_path, world(deal("D1"))) as bench:
        bench.settle()
        flows = {flow.name: flow.paused for flow in _after_a_lost_login(bench)}
        assert flows == {f"{bench.app.crms[0].system}/deals": True, DOCUMENTS: False}


def _after_a_lost_login(bench: Bench) -> list[runs.Flow]:
    async def lost(*_anything: Any) -> None:
        raise AuthLost("Salesforce does not let Kvitt in.")

    bench.app.engine._sides[bench.app.crms[0].system]._write_back.drain = lost  # type: ignore[method-assign, assignment]
    bench.run_flow("documents")
    return runs.flows(bench.app.store)


def test_e4_a_flow_goes_on_by_itself_when_its_system_lets_kvitt_in_again(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.settle()
        clients = bench.sandbox.fortnox.auth._clients
        known, bench.sandbox.fortnox.auth._clients = clients, {}
        bench.sandbox.fortnox.auth.forget_access_tokens()
        bench.run_flow("documents")
        assert [flow.paused for flow in runs.flows(bench.app.store)] == [True, False]
        assert _asked_after(bench, 1) == [False]
        assert _asked_after(bench, 5, 5, 5) == [False, False, False], "it is still locked out"
        bench.sandbox.fortnox.auth._clients = known
        assert _asked_after(bench, 1) == [False], "who is locked out does not knock every minute"
        assert _asked_after(bench, 60) == [True]
        assert [flow.paused for flow in runs.flows(bench.app.store)] == [False, False]
        bench.row_edit("D1", 0, quantity=2)
        bench.settle()
        assert bench.invoice_of("D1")["Net"] == 2 * 159


def _asked_after(bench: Bench, *minutes: int) -> list[bool]:
    """Let time pass and return, each time, whether a flow goes on again."""
    answers = []
    for count in minutes:
        bench.clock.advance(60 * count)
        answers.append(bench._loop.run(bench.app.engine.ask_lost_logins()))
    return answers


def test_e1_a_record_that_cannot_be_understood_is_told_and_the_others_are_in_the_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Bench(tmp_path, world(deal("D1"), deal("D2"))) as bench:
        ((system, source),) = bench.app.engine._reconciler._crms.items()

        def raising(payload: Any) -> Any:
            return _raise() if payload.get("description") == "D1" else source.read(payload)

        monkeypatch.setitem(bench.app.engine._reconciler._crms, system, replace(source, read=raising))
        bench.run()
        assert bench.rows("SELECT title FROM deals") == [("D2",)]
        ((sentence,),) = bench.rows("SELECT DISTINCT sentence FROM runs WHERE state = 'failed'")
        assert "1 records cannot be understood and are in no figure: order 1" in sentence
        assert bench.rows("SELECT ok FROM checks WHERE name = 'missing'") == [(False,)]


def test_e1_a_customer_that_raises_later_stops_no_deal_of_others(tmp_path: Path, faulty: set[str]) -> None:
    with Bench(tmp_path, world(deal("D1"), deal("D2", customer=BOLT))) as bench:
        bench.settle()
        faulty.add(ACME.name)
        bench.edit_account("acme", phone="08-123456")
        bench.row_edit("D2", 0, quantity=2)
        bench.run(times=2)
        assert bench.invoice_of("D2")["Net"] == 2 * 159
        assert len(faults(bench)) == 1
