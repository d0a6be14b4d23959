"""Running until nothing is left to do, and saying what came of it (decisions.md 30)."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from mappings.money import ore
from sync.app import App, run_all_once
from sync.demo.sandbox_link import SandboxLink
from sync.log import log
from sync.store import operations

LONGEST_WAIT = timedelta(minutes=5)
SHORTEST_WAIT = timedelta(seconds=1)


async def until_quiet(app: App, link: SandboxLink, book_all: bool) -> None:
    """Run all flows until one complete pass, begun after the accountant's last action, changed nothing."""
    booked = not book_all
    while True:
        before = await link.info()
        tallies = await run_all_once(app)
        app.publisher.publish_if_changed()
        info = await link.info()
        wait = _wait(app, info)
        idle = info["accountant"] == before["accountant"]
        if idle and wait is None and all(tally.quiet for tally in tallies):
            if booked:
                return
            count = await link.book_all()
            log.info("The accountant booked everything.", action="book_all", documents=count)
            booked = True
        elif wait is not None and all(tally.quiet for tally in tallies):
            await app.clock.sleep(wait.total_seconds())
        else:
            await asyncio.sleep(0)


def _wait(app: App, info: dict[str, Any]) -> timedelta | None:
    """Return how long nothing can happen, None when nothing will happen any more."""
    moments = [moment for moment in (operations.next_due(app.store), _due(info)) if moment is not None]
    if not moments:
        return None
    return min(max(min(moments) - app.clock.now(), SHORTEST_WAIT), LONGEST_WAIT)


def _due(info: dict[str, Any]) -> datetime | None:
    found = info["accountant"]["next_due"]
    return datetime.fromisoformat(found) if found else None


def result(app: App, before: dict[str, Any], truth: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON object of a headless demo: the sandbox's truth, and Kvitt's own explanation beside it."""
    causes = {cause: ore(amount) for cause, amount in app.store.rows("bridge_totals")}
    unclassified = sum((amount for cause, amount in causes.items() if cause.startswith("X")), Decimal(0))
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
