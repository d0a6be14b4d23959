"""One running world: both systems, their doors and faults, the accountant, and the truth about it all."""

import os
from typing import Any

from sync.clock import Clock
from sync.sandbox.accountant import Accountant
from sync.sandbox.crm import Crm
from sync.sandbox.faults import FaultPlan, Faulty
from sync.sandbox.fortnox import FortnoxApp
from sync.sandbox.keeper import ClockKeeper
from sync.sandbox.serving.asgi import AsgiApp
from sync.sandbox.serving.door import Door
from sync.sandbox.serving.transport import SandboxTransport
from sync.sandbox.tables import Tables
from sync.sandbox.truth import crm_truth, duplicates, fortnox_truth, lost
from sync.sandbox.world import World


class Sandbox:
    """Fortnox answers on `port`, the CRM on one just above: `crm.offset` says which.

    `apps` are the applications by port; `server.build` puts them there with the control routes around.
    """

    def __init__(
        self,
        *,
        world: World,
        clock: Clock,
        port: int,
        fortnox: FortnoxApp,
        crm: Crm,
        keeper: ClockKeeper,
        tables: tuple[Tables, ...],
        lock: int | None = None,
    ) -> None:
        self.world = world
        self.clock = clock
        self.port = port
        self.fortnox = fortnox
        self.crm = crm
        self.plan = FaultPlan({"fortnox": {}, crm.system: crm.faults})
        self.accountant = Accountant(fortnox.companies, clock, world.accountant, world.seed)
        self.faulty = (
            Faulty(fortnox.asgi, "fortnox", self.plan, clock),
            Faulty(crm.asgi, crm.system, self.plan, clock),
        )
        self.fortnox_door, self.crm_door = (Door(one.asgi, clock, self.act, self.flush) for one in self.faulty)
        self.apps: dict[int, AsgiApp] = {}
        self._keeper = keeper
        self._tables = tables
        self._lock = lock

    def transport(self) -> SandboxTransport:
        """Return an httpx transport that reaches both systems in this process."""
        return SandboxTransport(self.apps)

    def act(self) -> None:
        """Let the accountant do what is due, and keep the clock; called before each request."""
        self.accountant.step(self.clock.now())
        self._keeper.keep()

    def flush(self) -> None:
        """Hand all journals to the operating system."""
        for tables in self._tables:
            tables.flush()

    def close(self) -> None:
        """Close the journals; a sandbox built again on the same folder meets the same world."""
        self._keeper.close()
        for tables in self._tables:
            tables.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def truth(self) -> dict[str, Any]:
        """Return what really is there (ARCHITECTURE.md: the truth)."""
        self.act()
        facts = self.crm.truth()
        companies = self.fortnox.companies
        return {
            "crm": crm_truth(facts),
            "fortnox": fortnox_truth(companies.values(), self.fortnox.throttled),
            "duplicates": duplicates(companies.values()),
            "lost": lost(companies, self.world, facts["won"]),
            "calls": {"fortnox": self.fortnox_door.calls, "crm": self.crm_door.calls},
            "writes": {"fortnox": self.fortnox_door.writes, "crm": self.crm_door.writes},
        }
