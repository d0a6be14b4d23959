"""What a pass with nothing to do costs, and that frugality hides nothing."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from sync.decide.plan import DealPlanning
from sync.flows.crm_side import PLANNED_FROM
from sync.send.write_back import WriteBack
from sync.store.database import Store
from sync.store.tables.runs import flows
from sync.store.tables.write_backs import ChangedWriteBack
from tests.acceptance.bench import Bench
from tests.acceptance.worlds import deal, world

REGISTERS = "SELECT count(*) FROM calls WHERE path LIKE '%/customFields/order' OR path LIKE '%/financialyears'"
MOST_STATEMENTS = 60
MOVED = ("decisions", "operations", "links", "deals", "documents", "payments", "bridge", "slices")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path, world(deal("D1"), deal("D2")))
    made.settle()
    return made


def test_a_pass_with_nothing_to_do_asks_the_database_little(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    execute = Store._execute
    monkeypatch.setattr(Store, "_execute", lambda *args: (asked.append(args[1]), execute(*args))[1])
    with bench:
        bench.run()
    assert len(asked) <= MOST_STATEMENTS, sorted(asked)


def test_a_deal_that_waits_for_a_person_sets_nothing_in_motion(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"), deal("X1", company="ost", flaw="route"), companies=("nord", "syd"))) as held:
        held.settle()
        held.run(2)
        assert [code for _, code in held.held().values()] == ["no_route"]
        before = held.app.store.writes_to(MOVED)
        held.run(3)
        assert held.app.store.writes_to(MOVED) == before


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Bench]:
    with Bench(tmp_path, world(deal("D1"), deal("X1", company="ost", flaw="route"), companies=("nord", "syd"))) as made:
        made.settle()
        made.run(2)
        yield made


def test_a_held_deal_is_planned_again_only_when_something_was_written(
    held: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[int] = []
    plan = DealPlanning.plan
    monkeypatch.setattr(DealPlanning, "plan", lambda *args: (planned.append(1), plan(*args))[1])
    held.run(3)
    assert planned == []
    held.press("D1", "bookkeep")
    held.clock.advance(180)
    held.run(4)
    assert planned
    planned.clear()
    held.run(2)
    assert planned == []


def test_planning_reads_no_table_but_those_that_let_it_run_again(held: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    store = held.app.store
    execute, plan = Store._execute, DealPlanning.plan

    def watched(self: DealPlanning, *about: Any) -> bool:
        with monkeypatch.context() as during:
            during.setattr(Store, "_execute", lambda *args: (asked.add(args[1]), execute(*args))[1])
            return plan(self, *about)

    monkeypatch.setattr(DealPlanning, "plan", watched)
    held.edit_deal("D1", description="Another text")
    held.settle()
    assert {"load_records", "load_links", "dismissed_operations"} <= asked
    # Which CRMs there are beside this one changes at a start only.
    assert {table for name in asked for table in store._reads_of[name]} - {"connections"} <= {*PLANNED_FROM}


def test_registers_are_read_at_the_start_and_every_ten_minutes(bench: Bench) -> None:
    with bench:
        for minute in range(25):
            bench.clock.advance(60)
            bench.run()
            assert bench.rows(REGISTERS)[0][0] <= 2 * (2 + (minute + 1) // 10)
        assert bench.rows(REGISTERS)[0][0] >= 2 * 3


def test_a_person_who_asks_for_a_run_has_the_registers_read(bench: Bench) -> None:
    with bench:
        before = bench.rows(REGISTERS)[0][0]
        for flow in flows(bench.app.store):
            bench._loop.run(bench.app.engine.run(flow, "person"))
        assert bench.rows(REGISTERS)[0][0] == before + 2


def test_every_call_that_was_made_is_in_the_log_and_counted_by_its_run(bench: Bench) -> None:
    with bench:
        calls = bench.truth()["calls"]
        logged = dict(bench.rows("SELECT split_part(system, ':', 1), count(*) FROM calls GROUP BY ALL"))
        tokens = 1
        assert logged == {"fortnox": calls["fortnox"] - tokens, "upsales": calls["crm"]}
        assert bench.rows("SELECT sum(calls) FROM runs") == [(sum(logged.values()),)]


def test_the_page_still_knows_when_a_silent_system_answered_last(bench: Bench) -> None:
    with bench:
        bench.clock.advance(30)
        bench.run()
        answered = bench.clock.now().replace(tzinfo=None)
        bench.clock.advance(30)
        bench.fault("status_500_before", "/3/customers", method="GET", times=10)
        bench.run()
        (found,) = bench.rows("SELECT status, last_success_at FROM connections WHERE company = 'nord'")
        assert found == ("unreachable", answered)


def test_only_what_a_deal_is_told_anew_is_worked_out_anew(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[list[str]] = []
    work_out = WriteBack._documents

    def watched(self: WriteBack, changed: Sequence[ChangedWriteBack], *about: Any) -> Any:
        looked_at.append([one.deal_id for one in changed])
        return work_out(self, changed, *about)

    monkeypatch.setattr(WriteBack, "_documents", watched)
    with bench:
        bench.settle()
        assert looked_at == []
        bench.press("D2", "bookkeep")
        bench.clock.advance(180)
        bench.settle()
        assert {one for part in looked_at for one in part} == {str(bench.deal_id("D2"))}
