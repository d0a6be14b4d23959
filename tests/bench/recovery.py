"""The data folder is lost while Fortnox is full of invoices of our own making (ARCHITECTURE.md: recovery)."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from sync.app import App
from sync.core.identity import document_reference
from sync.core.types import RecordKey
from sync.store.tables import links
from tests.bench.figures import Figure, least, most
from tests.bench.seeding import LONG_AGO, Row, copies
from tests.bench.track import Track, passes
from tests.bench.worlds import alike

CUSTOMERS = 20
LOOK_EVERY = 1.0
MINUTES = 5


def lost_folder(folder: Path, invoices: int) -> list[Figure]:
    """Start on an empty folder beside so many deals and their invoices, and stop as soon as everything is trusted."""
    track = Track(alike(invoices, CUSTOMERS), folder / "after")
    _fill(track, _made_before(folder / "before"), invoices)

    async def until_trusted(app: App) -> tuple[float, int]:
        running = asyncio.create_task(passes(app, track.clock))
        while app.engine.recovery.on and not running.done():
            await track.clock.sleep(LOOK_EVERY)
        seconds = track.clock.seconds
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert not app.engine.recovery.on, "recovery did not end"
        found = [link for link in links.load(app.store, app.crms[0].system, "order") if link.rung == "adopted"]
        return seconds, len(found)

    seconds, adopted = track.run(until_trusted)
    writes = [one for one in track.calls() if one.method != "GET"]
    name = f"lost folder beside {invoices} invoices"
    return [
        most(f"{name}: virtual minutes", seconds / 60, MINUTES),
        least(f"{name}: adopted", adopted, invoices),
        most(f"{name}: writes to Fortnox", len(writes), 0),
        most(f"{name}: duplicates", track.sandbox.truth()["duplicates"], 0),
        most(f"{name}: calls refused for pace", track.sandbox.fortnox.throttled, 0),
    ]


def _made_before(folder: Path) -> Track:
    """Let Kvitt make an invoice for each customer: what it left in Fortnox is the pattern for all."""
    track = Track(alike(CUSTOMERS, CUSTOMERS), folder)

    async def until_quiet(app: App) -> int:
        return await passes(app, track.clock)

    track.run(until_quiet)
    return track


def _fill(track: Track, before: Track, invoices: int) -> None:
    (tenant,), (made) = track.tenants, before.tenants[0]
    for number in made.ordered("customers"):
        tenant.tables.put("customers", number, made.get("customers", number))
    patterns = {row["ExternalInvoiceReference1"]: row for row in made.tables.rows("invoices")}
    for customer in range(CUSTOMERS):
        named = _named(track, customer)
        pattern = patterns[named(0)["ExternalInvoiceReference1"]]
        copies(tenant, pattern, invoices // CUSTOMERS, named, at=LONG_AGO)


def _named(track: Track, customer: int) -> Callable[[int], Row]:
    """Return what a customer's first, second, third … invoice carries: the name of its deal."""

    def name(copy: int) -> Row:
        deal = RecordKey(f"upsales:{track.crm_account}", "order", str(1 + customer + copy * CUSTOMERS))
        return {"ExternalInvoiceReference1": document_reference(deal, "invoice", 1)}

    return name


def figures(folder: Path) -> list[Figure]:
    """Return the figures of the size that the goal speaks of."""
    return lost_folder(folder, 100_000)
