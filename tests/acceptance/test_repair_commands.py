"""Repairs through the inbox of a live sync: answered once, carried out within seconds, refused with a reason."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sync.core.types import Operation, State
from sync.store.tables import operations
from tests.acceptance.test_commands import Live, Scenario, beside_a_sync
from tests.acceptance.worlds import deal, world

REFUSED = {"system": "fortnox", "fault": "refuse", "method": "POST", "path": "/3/invoices", "code": 2001304}
FACTS = replace(world(deal("D1")), faults=(REFUSED,))
SECONDS = 20.0


def beside(data: Path, scenario: Scenario) -> None:
    asyncio.run(beside_a_sync(data, scenario, FACTS))


async def held(live: Live) -> dict[str, int]:
    """Let the sync run until the invoice was refused, and return it as a person sees it."""
    await live.until("an end of the recovery", lambda: not live.app.engine.recovery.waiting)
    await live.answer("run_now", flow=live.flow)
    (one,) = await live.until("a refusal", lambda: _in(live, "review"))
    await live.until("the end of the run", lambda: live.stored().running_since is None)
    return {"number": one.number, "version": operations.version(live.app.store, one.number)}


def test_a_replay_is_sent_within_seconds_and_asked_twice_has_one_effect(data: Path) -> None:
    async def scenario(live: Live) -> None:
        seen = await held(live)
        first, second = (live.ask("replay", operations=[seen]) for _ in range(2))
        answers = await live.until("two answers", lambda: live.answers(first) and live.answers(second))
        assert {one[0].answer_code for one in (live.answers(first), answers)} == {"accepted", "already_replayed"}
        began = asyncio.get_running_loop().time()
        (done,) = await live.until("the invoice", lambda: _done(live, seen["number"]))
        assert asyncio.get_running_loop().time() - began < SECONDS
        assert done.target_id

    beside(data, scenario)


def test_an_edit_through_the_inbox_is_checked_again(data: Path) -> None:
    async def scenario(live: Live) -> None:
        seen = await held(live)
        wrong: dict[str, Any] = {"operation": seen, "changes": {"InvoiceDate": "2031-01-01"}, "reason": "test"}
        assert await live.answer("edit", **wrong) == (False, "edit_refused")
        right = {**wrong, "changes": {"YourReference": "Bo"}}
        assert await live.answer("edit", **right) == (True, "accepted")
        (done,) = await live.until("the invoice", lambda: _done(live, seen["number"]))
        assert (done.edited or {})["YourReference"] == "Bo"

    beside(data, scenario)


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("edit", {"operation": {"number": 1, "version": 1}, "changes": {}, "reason": "x"}, "bad_arguments"),
        ("edit", {"operation": {"number": 1, "version": 1}, "changes": {"A": "b"}, "reason": ""}, "bad_arguments"),
        (
            "edit",
            {"operation": {"number": 9999, "version": 1}, "changes": {"A": "b"}, "reason": "x"},
            "nothing_to_replay",
        ),
        ("replay", {"operations": []}, "bad_arguments"),
        ("replay", {"operations": [{"number": 9999, "version": 1}]}, "nothing_to_replay"),
        ("replay", {"operations": [{"number": "x", "version": 1}]}, "bad_arguments"),
        ("dismiss", {"operations": [{"number": 9999, "version": 1}], "reason": "x"}, "nothing_to_replay"),
        ("accept", {"operations": [9999], "reason": "x"}, "nothing_to_accept"),
    ],
)
def test_a_repair_that_makes_no_sense_is_refused(data: Path, name: str, arguments: dict[str, Any], code: str) -> None:
    async def scenario(live: Live) -> None:
        assert await live.answer(name, **arguments) == (False, code)

    beside(data, scenario)


def test_a_paused_flow_is_said_in_the_answer_and_not_started(data: Path) -> None:
    async def scenario(live: Live) -> None:
        seen = await held(live)
        assert await live.answer("pause", flow=live.flow, reason="bokslut") == (True, "accepted")
        command = live.ask("replay", operations=[seen])
        ((answer,),) = [await live.until("an answer", lambda: live.answers(command))]
        assert answer.accepted
        assert live.flow in answer.answer_params
        assert len(_in(live, "planned")) == 1

    beside(data, scenario)


def _in(live: Live, state: State) -> list[Operation]:
    return [one for one in operations.in_state(live.app.store, state) if one.target_kind == "invoice"]


def _done(live: Live, number: int) -> list[Operation]:
    return [one for one in operations.numbered(live.app.store, [number]) if one.state == "done"]
