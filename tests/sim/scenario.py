"""A scenario: all that is told to a simulation, as plain data."""

from dataclasses import dataclass
from datetime import UTC, datetime

from tests.sim.faults import Plan

NIGHTS = {
    "spring": datetime(2026, 3, 29, 0, 40, tzinfo=UTC),
    "autumn": datetime(2026, 10, 25, 0, 10, tzinfo=UTC),
}


@dataclass(frozen=True)
class Scenario:
    """What happens, as data: print it, paste it, run it again.

    `steps` are names of `Simulation` and `People`; `night` is spring or autumn for a start just before clocks are
    changed; `deals` is the size of the world, 0 leaves it to the seed; `prepared` continues a prepared state; the
    network is `pace` times as fast as usual; where Kvitt `books`, documents do not stay drafts; `crm` names the CRM;
    lists of Fortnox and Upsales come in pages of `page` records, 0 leaves them as large as they are.
    """

    seed: int = 0
    steps: tuple[str, ...] = ("flows",)
    plan: Plan = ()
    deals: int = 0
    night: str = ""
    plain: bool = False
    prepared: str = ""
    pace: float = 1.0
    books: bool = False
    crm: str = "upsales"
    page: int = 0
