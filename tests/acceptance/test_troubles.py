"""Each class of error is brought to done or to a dismissal; nothing is left (ARCHITECTURE.md: the error classes)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.bench import Bench
from tests.acceptance.desk import Desk
from tests.acceptance.test_repair import FACTS
from tests.acceptance.troubles import HELD, record_id, troubled


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = troubled(tmp_path)
    with made:
        yield made


def test_every_class_is_held_under_its_own_name_or_solved_by_itself(bench: Bench) -> None:
    wanted = {(kind, record_id(bench, kind, key)): why for (kind, key), why in HELD.items()}
    assert bench.held() == wanted
    assert bench.rows("SELECT field, sent, answered FROM silent_changes") == [("Freight", "0", "49")]
    assert bench.rows("SELECT DISTINCT error_class FROM failures ORDER BY 1") == [("closed",), ("data",), ("unknown",)]
    assert bench.invoice_of("D4")["DocumentNumber"]
    assert bench.rows("SELECT name FROM checks WHERE NOT ok") == []


def test_everything_is_brought_to_an_end(bench: Bench) -> None:
    desk = Desk(bench)

    def look(kind: str, key: str) -> object:
        return desk.look(kind, record_id(bench, kind, key))

    assert desk.edit(look("order", "D1"), YourOrderNumber="Bygge")[1] == "accepted"
    assert desk.replay(look("order", "D2"), look("order", "D3"))[:2] == (True, "accepted")
    assert desk.edit(look("account", "bolt"), CustomerNumber="700")[1] == "accepted"
    assert desk.edit(look("account", "wrong"), OrganisationNumber="5598000015")[1] == "accepted"
    assert desk.edit(look("product", "party"), Description="Kampanj")[1] == "accepted"
    assert desk.edit(look("order", "D7"), rows_1_Description="Kampanj")[1] == "accepted_waits"
    assert desk.dismiss(look("order", "D8"), look("order", "D10"))[:2] == (True, "accepted")
    ((flagged,),) = bench.rows("SELECT operation_no FROM silent_changes")
    assert desk.accept(flagged)[1] == "accepted"
    bench.settle()
    assert bench.held() == {}
    made = ["D1", "D2", "D3", "D4", "D5", "D6", "D7", "D9"]
    assert sorted(bench.invoice_of(key)["CustomerNumber"] for key in made)
    assert bench.invoice_of("D5")["CustomerNumber"] == "700"
    assert bench.invoice_of("D7")["InvoiceRows"][0]["Description"] == "Kampanj"
    assert bench.rows("SELECT cause FROM bridge WHERE cause = 'O59'") == [("O59",)]
    assert bench.rows("SELECT name FROM checks WHERE NOT ok") == []
    assert bench.truth()["duplicates"] == 0
    bench.writes_of()
    bench.run(times=3)
    assert bench.writes_of() == []


def test_a_licence_that_is_missing_pauses_the_company_and_the_records_leave_when_it_is_there(tmp_path: Path) -> None:
    with Bench(tmp_path, FACTS) as bench:
        wish = {"system": "fortnox", "fault": "refuse", "status": 403, "code": 2001101, "path": "/3/invoices",
                "method": "POST", "message": "Ingen aktiv licens för scope"}  # fmt: skip
        bench.control("POST", "faults", [wish])
        bench.run()
        waiting = bench.rows("SELECT state, error_class FROM operations WHERE target_kind = 'invoice'")
        assert waiting == [("planned", "login")]
        assert bench.rows("SELECT count(*) FROM flows WHERE paused AND paused_by = 'kvitt'") == [(1,)]
        bench.stop()
        bench.settle()
        assert bench.invoice_of("D1")["DocumentNumber"]
        assert bench.truth()["duplicates"] == 0
