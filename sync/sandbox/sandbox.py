"""One running world: all systems, their doors and faults, the accountant, and the truth about it all."""

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
    """Fortnox answers on `port`, each CRM on one just above: its `offset` says which.

    `apps` are the applications by port; `server.build` puts them there with the control routes around.
    """

    def __init__(
        self,
        *,
        world: World,
        clock: Clock,
        port: int,
        fortnox: FortnoxApp,
        crms: tuple[Crm, ...],
        keeper: ClockKeeper,
        tables: tuple[Tables, ...],
        lock: int | None = None,
    ) -> None:
        self.world = world
        self.clock = clock
        self.port = port
        self.fortnox = fortnox
        self.crms = crms
        self.plan = FaultPlan({"fortnox": {}, **{crm.system: crm.faults for crm in crms}})
        self.accountant = Accountant(fortnox.companies, clock, world.accountant, world.seed)
        self.faulty = (
            Faulty(fortnox.asgi, "fortnox", self.plan, clock),
            *(Faulty(crm.asgi, crm.system, self.plan, clock) for crm in crms),
        )
        doors = [Door(one.asgi, clock, self.act, self.flush) for one in self.faulty]
        self.fortnox_door, self.crm_doors = doors[0], doors[1:]
        self.apps: dict[int, AsgiApp] = {}
        self._keeper = keeper
        self._tables = tables
        self._lock = lock

    def transport(self) -> SandboxTransport:
        """Return an httpx transport that reaches all systems in this process."""
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
        facts = {crm.system: crm.truth() for crm in self.crms}
        companies = self.fortnox.companies
        return {
            "crm": crm_truth(facts.values()),
            "crms": {system: crm_truth([own]) for system, own in facts.items()},
            "fortnox": fortnox_truth(companies.values(), self.fortnox.throttled),
            "duplicates": duplicates(companies.values()),
            "lost": lost(companies, self.world, facts),
            "calls": {"fortnox": self.fortnox_door.calls, "crm": sum(door.calls for door in self.crm_doors)},
            "writes": {"fortnox": self.fortnox_door.writes, "crm": sum(door.writes for door in self.crm_doors)},
        }
