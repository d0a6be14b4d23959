"""Every command through the inbox, as a file: refused for who may not ask for it, carried out for who may."""

import os
import pwd
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sync.commands.handling import CommandContext
from sync.commands.loop import CommandLoop
from sync.commands.roles import ROLES, Role
from sync.commands.table import COMMANDS
from sync.store import inbox
from sync.store.reader import runs as reader_runs
from sync.store.reader.published import Scope
from tests.acceptance.bench import Bench
from tests.acceptance.desk import Desk
from tests.acceptance.readers import newest
from tests.acceptance.worlds import deal, world

SOMEBODY_ELSE = "ekonomichefen"
# What commands change, and what would be changed by one that was carried out although it was refused.
CHANGED = (
    "SELECT flow, paused, paused_reason, interval_seconds, cron FROM flows ORDER BY flow",
    "SELECT operation_no, after_state, count(*) FROM operation_moves GROUP BY ALL ORDER BY ALL",
    "SELECT path, ended_why FROM overrides ORDER BY path",
    "SELECT operation_no, accepted_by FROM silent_changes ORDER BY operation_no",
    "SELECT record_id, generation FROM approvals ORDER BY record_id",
)


def flow_of(bench: Bench, **more: Any) -> dict[str, Any]:
    return {"flow": f"{bench.app.crms[0].system}/deals", **more}


def seen(bench: Bench) -> dict[str, Any]:
    """Return what a person sees of an invoice that Fortnox refused."""
    bench.fault("refuse", "/3/invoices")
    bench.settle()
    return Desk(bench).look().model_dump()


def several(bench: Bench, **more: Any) -> dict[str, Any]:
    return {"operations": [seen(bench)], **more}


def edited(bench: Bench) -> dict[str, Any]:
    return {"operation": seen(bench), "changes": {"YourReference": "Bo"}, "reason": "rättat"}


def differing(bench: Bench) -> dict[str, Any]:
    bench.alter("/3/invoices", Freight=49)
    bench.settle()
    ((number,),) = bench.rows("SELECT operation_no FROM silent_changes")
    return {"operations": [number], "reason": "känt"}


def cancelled(bench: Bench) -> dict[str, Any]:
    bench.settle()
    bench.press("D1", "cancel")
    bench.settle()
    return {
        "system": bench.app.crms[0].system,
        "kind": bench.deal_kind,
        "record_id": str(bench.deal_id("D1")),
        "company": "nord",
    }


# One after another in one installation: a flow that was paused can be resumed.
FLOWS: dict[str, Callable[[Bench], dict[str, Any]]] = {
    "run_now": flow_of,
    "pause": lambda bench: flow_of(bench, reason="bokslut"),
    "resume": flow_of,
    "schedule": lambda bench: flow_of(bench, interval_seconds=7200),
}
EACH: dict[str, Callable[[Bench], dict[str, Any]]] = {
    "edit": edited,
    "replay": several,
    "dismiss": lambda bench: several(bench, reason="säljs inte"),
    "accept": differing,
    "another_document": cancelled,
}


def answered(
    bench: Bench, name: str, arguments: dict[str, Any], role_of: Callable[[str], Role]
) -> tuple[reader_runs.AnsweredCommand, list[str]]:
    """Put a command into the inbox, let the sync look there once; return its answer and the flows that were started."""
    started: list[str] = []
    app = bench.app
    context = CommandContext(
        app.store,
        app.clock,
        {crm.system: crm.mapping for crm in app.crms},
        lambda flow: not started.append(flow.name),
        lambda _: None,
    )
    command = inbox.ask(bench.data, name, arguments, SOMEBODY_ELSE)
    CommandLoop(bench.data, context, role_of).handle_waiting()
    assert list((bench.data / inbox.FOLDER).iterdir()) == []
    app.publisher.publish()
    with closing(newest(bench.data)) as reader:
        (answer,) = reader_runs.answers(reader, Scope(), [command])
    return answer, started


def refused_and_accepted(bench: Bench, name: str, arguments: dict[str, Any]) -> None:
    kind = COMMANDS[name]
    lower = ROLES[ROLES.index(kind.role) - 1]
    before = [bench.rows(sql) for sql in CHANGED]
    answer, started = answered(bench, name, arguments, lambda _: lower)
    assert (answer.accepted, answer.answer_code, started) == (False, "not_permitted", [])
    assert [bench.rows(sql) for sql in CHANGED] == before
    answer, started = answered(bench, name, arguments, lambda _: kind.role)
    assert (answer.accepted, answer.answer_code) == (True, "accepted")
    assert bool(started) == kind.wakes
    assert name == "run_now" or [bench.rows(sql) for sql in CHANGED] != before
    told = {action for (action,) in bench.rows("SELECT action FROM events")}
    assert {"command_refused", *([kind.event] if kind.event else [])} <= told


def test_every_command_is_played_here() -> None:
    assert {*FLOWS, *EACH} == set(COMMANDS)


def test_commands_about_flows_are_refused_for_who_may_not_ask_and_carried_out_for_who_may(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        bench.settle()
        for name, prepared in FLOWS.items():
            refused_and_accepted(bench, name, prepared(bench))


@pytest.mark.parametrize("name", EACH)
def test_a_command_is_refused_for_who_may_not_ask_and_carried_out_for_who_may(tmp_path: Path, name: str) -> None:
    with Bench(tmp_path, world(deal("D1"))) as bench:
        refused_and_accepted(bench, name, EACH[name](bench))


def test_who_asks_is_the_owner_of_the_file_and_not_who_is_named_in_it(tmp_path: Path) -> None:
    asked: list[str] = []
    with Bench(tmp_path, world(deal("D1"))) as bench:
        arguments = flow_of(bench)
        answer, _ = answered(bench, "run_now", arguments, lambda actor: asked.append(actor) or "reader")
    owner = pwd.getpwuid(os.getuid()).pw_name
    assert (asked, answer.actor, answer.answer_code) == ([owner], owner, "not_permitted")
