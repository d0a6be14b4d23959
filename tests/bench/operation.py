"""The cost of an operation on this machine, of the 200 ms that Fortnox's limit gives it (ARCHITECTURE.md: the pace).

Processor time of the whole product, from reading the deals to telling the CRM, all commits included; the sandbox's
own time is taken out.
"""

from pathlib import Path
from time import process_time

from sync.app import App
from tests.bench.figures import Figure, most
from tests.bench.track import Track, passes
from tests.bench.worlds import busy

SLOT_SECONDS = 0.2
WARM_UP = 5


def local_time(folder: Path, deals: int, customers: int) -> list[Figure]:
    """Return the time for each write to Fortnox as a share of its slot."""
    track = Track(busy(deals, customers), folder, books=True)

    async def until_quiet(app: App) -> float:
        began, own = process_time(), track.wire.sandbox_seconds
        await passes(app, track.clock)
        return process_time() - began - (track.wire.sandbox_seconds - own)

    spent = track.run(until_quiet)
    writes = sum(1 for one in track.calls() if one.method != "GET")
    share = spent / writes / SLOT_SECONDS
    note = f"{spent / writes * 1000:.1f} ms for each of {writes} writes"
    return [most(f"local time of an operation ÷ its slot: {deals} deals", share, 0.05, note)]


def figures(folder: Path) -> list[Figure]:
    """Return the figures of the size that the goals speak of, after a run that fills every cache."""
    local_time(folder / "warm", WARM_UP, WARM_UP)
    return local_time(folder / "operation", 1000, 200)
