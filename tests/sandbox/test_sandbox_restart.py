"""The sandbox's folder and clock: restarts, other worlds, interrupted seedings."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from sync.clock import Pace, ScaledClock, wall_now
from sync.sandbox.keeper import SandboxError, seeded_day, start_clock
from sync.sandbox.serving.server import build
from tests.sandbox.fortnox_bench import no_crm, tiny_world
from tests.sandbox.test_sandbox_server import PORT, draft, talk


def test_a_restart_on_the_same_folder_meets_the_same_world_at_a_later_time(tmp_path: Path) -> None:
    async def first(client: httpx.AsyncClient) -> Any:
        await client.post("/3/invoices", json=draft())
        return (await client.get("/3/invoices/3")).json(), (await client.get("/_sandbox/clock")).json()["now"]

    async def second(client: httpx.AsyncClient) -> Any:
        return (await client.get("/3/invoices/3")).json(), (await client.get("/_sandbox/clock")).json()["now"]

    sandbox = build(tiny_world(), tmp_path, 5000, PORT, crm=no_crm())
    before, shown = talk(sandbox, first)
    sandbox.flush()  # killed: the clock is not told that it stops
    again = build(tiny_world(), tmp_path, 1, PORT, crm=no_crm())
    after, resumed = talk(again, second)
    # The accountant may have come to it meanwhile; what was sent is the same.
    names = ("DocumentNumber", "CustomerName", "InvoiceRows", "Total", "OCR", "ExternalInvoiceReference1")
    assert [after["Invoice"][name] for name in names] == [before["Invoice"][name] for name in names]
    assert datetime.fromisoformat(resumed) > datetime.fromisoformat(shown)
    assert again.accountant.next_due() is not None or again.accountant.last_action is not None
    assert seeded_day(tmp_path) is not None
    again.close()
    sandbox.close()


def test_a_folder_of_another_world_is_refused_with_a_sentence(tmp_path: Path) -> None:
    build(tiny_world(), tmp_path, crm=no_crm()).close()
    with pytest.raises(SandboxError, match="already holds the sandbox world 'tiny'"):
        build(tiny_world("other"), tmp_path, crm=no_crm())
    assert seeded_day(tmp_path / "empty") is None


def test_a_seeding_that_was_interrupted_is_done_again(tmp_path: Path) -> None:
    build(tiny_world(), tmp_path, crm=no_crm()).close()
    (tmp_path / "sandbox" / "world.json").unlink()
    sandbox = build(tiny_world(), tmp_path, crm=no_crm())
    assert sandbox.fortnox.companies[1001].tables.count("invoices") == 2
    sandbox.close()


def test_a_clock_starts_at_the_wall_or_where_it_had_come(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    wall = wall_now()
    assert abs(start_clock(60, path).now() - wall) < timedelta(minutes=5)
    path.write_text('{"not_before": "2099-01-01T00:00:00+00:00"}')
    assert start_clock(60, path).now() >= datetime(2099, 1, 1, tzinfo=UTC)
    path.write_text('{"not_before": "2001-01-01T00:00:00+00:00"}')
    assert start_clock(60, path).now() >= wall


def test_the_speed_can_be_changed_while_it_runs() -> None:
    pace = Pace(datetime(2025, 1, 1, tzinfo=UTC), wall_now(), 1.0)
    sandbox = build(tiny_world(), port=PORT, crm=no_crm(), clock=ScaledClock(pace))

    async def script(client: httpx.AsyncClient) -> Any:
        before = (await client.get("/_sandbox/clock")).json()
        return before, (await client.post("/_sandbox/clock", json={"speed": 60})).json()

    before, after = talk(sandbox, script)
    assert (before["speed"], after["speed"]) == (1.0, 60.0)
    assert datetime.fromisoformat(after["now"]) >= datetime.fromisoformat(before["now"])
    assert re.fullmatch(r".*\.\d{6}\+00:00", after["now"])
