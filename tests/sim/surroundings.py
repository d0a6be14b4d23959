"""What surrounds Kvitt in a simulation: the sandbox with secrets of its own, and the settings that point at it."""

from pathlib import Path
from typing import Any

from mappings.spec import Companies
from sync.sandbox.sandbox import Sandbox
from sync.sandbox.serving.server import build as build_sandbox
from sync.sandbox.world import World
from sync.settings import CompanySettings
from tests.sim.canaries import CLIENT_SECRET
from tests.sim.crms import MAKERS, PlayedCrm
from tests.virtual_time import VirtualClock

PORT = 8600
QUARANTINE = 120.0


def sandbox_of(world: World, clock: VirtualClock, journal: Path | None, crm: str) -> Sandbox:
    """Return the played systems, without an accountant of their own."""
    built = build_sandbox(world, data=journal, clock=clock, port=PORT, system=crm, crm=MAKERS[crm])
    built.fortnox.auth._clients = {"kvitt": CLIENT_SECRET}
    # The sandbox's own accountant sleeps: people of the scenario do her work.
    built.accountant._steps.clear()
    for tenant in built.fortnox.companies.values():
        tenant.listeners.clear()
    return built


def settings_of(sandbox: Sandbox, crm: PlayedCrm, books: bool) -> dict[str, Any]:
    """Return Kvitt's settings for them."""
    fortnox = f"http://127.0.0.1:{PORT}"
    return {
        crm.system: crm.settings(f"http://127.0.0.1:{PORT + sandbox.crms[0].offset}"),
        "companies": {
            company.key: CompanySettings(
                client_id="kvitt",
                client_secret=CLIENT_SECRET,
                tenant_id=str(company.database_number),
                go_live=company.go_live,
                book=books,
                base_url=fortnox,
                auth_url=fortnox,
            )
            for company in sandbox.world.companies
        },
        "quarantine_seconds": int(QUARANTINE),
    }


def routing_of(sandbox: Sandbox) -> dict[str, Companies]:
    """Return which deals go to which company, by the field that the CRM has for it."""
    (crm,) = sandbox.crms
    field, companies = crm.route_field, sandbox.world.companies
    rules = [{"to": one.key, "when": {"field": field, "equals": one.key}} for one in companies]
    return {crm.system: Companies.model_validate({"rules": rules if len(rules) > 1 else [], "otherwise": "only"})}
