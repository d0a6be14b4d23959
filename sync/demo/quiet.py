"""Running until nothing is left to do, and saying what came of it (ARCHITECTURE.md: the truth)."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from mappings.values.money import ore
from sync.app import App, run_all_once
from sync.connectors.errors import ApiError, AuthLost
from sync.core.bridge.causes import explains
from sync.demo.sandbox_link import SandboxLink
from sync.log import log
from sync.store.tables import operations, runs

LONGEST_WAIT = timedelta(minutes=5)
SHORTEST_WAIT = timedelta(seconds=1)
# Longer than a record that was just read is trusted (see sync/store/tables/records.py).
SETTLED = timedelta(seconds=130)
GIVE_UP_AFTER = 3


async def until_quiet(app: App, link: SandboxLink, book_all: bool) -> None:
    """Run all flows until one complete pass, begun after the accountant's last action, changed nothing."""
    booked = not book_all
    broken = 0
    while True:
        before = await link.info()
        tallies = await run_all_once(app)
        broken = broken + 1 if any(tally.broken for tally in tallies) else 0
        _refuse_to_go_on(app, broken)
        app.publisher.publish_if_changed()
        info = await link.info()
        wait = _wait(app, info)
        idle = info["accountant"] == before["accountant"]
        settling = _settling(app, info)
        if settling is not None and wait is None:
            await app.clock.sleep(settling.total_seconds())
        elif idle and wait is None and all(tally.quiet for tally in tallies):
            if booked:
                return
            count = await link.book_all()
            log.info("The accountant booked everything.", action="book_all", documents=count)
            booked = True
        elif wait is not None and all(tally.quiet for tally in tallies):
            await app.clock.sleep(wait.total_seconds())
        else:
            await asyncio.sleep(0)


def _refuse_to_go_on(app: App, broken: int) -> None:
    """Raise AuthLost or ApiError when a flow waits for a person or nothing has worked several times in a row."""
    paused = [flow for flow in runs.flows(app.store) if flow.paused]
    if paused:
        raise AuthLost(f"{paused[0].name} is paused: {paused[0].paused_reason}")
    if broken >= GIVE_UP_AFTER:
        raise ApiError(f"{broken} passes in a row failed; see the messages above.")


def _settling(app: App, info: dict[str, Any]) -> timedelta | None:
    """Return how long to wait after the accountant's last action, so that a pass begins well after it."""
    last = info["accountant"]["last_action"]
    if last is None:
        return None
    left = datetime.fromisoformat(last) + SETTLED - app.clock.now()
    return left if left > timedelta() else None


def _wait(app: App, info: dict[str, Any]) -> timedelta | None:
    """Return how long nothing can happen, None when nothing will happen any more."""
    found = (operations.next_due(app.store, app.clock.now()), app.engine.recovery.until, _due(info))
    moments = [moment for moment in found if moment is not None]
    if not moments:
        return None
    return min(max(min(moments) - app.clock.now(), SHORTEST_WAIT), LONGEST_WAIT)


def _due(info: dict[str, Any]) -> datetime | None:
    found = info["accountant"]["next_due"]
    return datetime.fromisoformat(found) if found else None


def result(app: App, before: dict[str, Any], truth: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON object of a headless demo: the sandbox's truth, and Kvitt's own explanation beside it."""
    causes = {cause: ore(amount) for cause, amount in app.store.rows("bridge_totals")}
    unclassified = sum((amount for cause, amount in causes.items() if not explains(cause)), Decimal(0))
    counts = operations.counts(app.store)
    return {
        "crm": truth["crm"],
        "fortnox": truth["fortnox"],
        "bridge": {cause: f"{amount:.2f}" for cause, amount in causes.items() if amount},
        "unclassified": f"{unclassified:.2f}",
        "duplicates": truth["duplicates"],
        "lost": truth["lost"],
        "operations": {"done": counts.get("done", 0), "review": counts.get("review", 0)},
        "calls": {system: truth["calls"][system] - before["calls"][system] for system in truth["calls"]},
        "writes": {system: truth["writes"][system] - before["writes"][system] for system in truth["writes"]},
    }
