"""How the sandbox composes the CRM beside Fortnox: its application, its own truth, a hand edit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sync.clock import Clock
from sync.sandbox.asgi import AsgiApp
from sync.sandbox.tables import Tables
from sync.sandbox.world import World

TOKEN = "demo"  # noqa: S105 - the sandbox's public token


@dataclass(frozen=True)
class Crm:
    """One played CRM: `info` for /_sandbox/info, `truth` its own account of won deals, `asgi` its API."""

    asgi: AsgiApp
    info: Callable[[], Mapping[str, Any]]
    truth: Callable[[], Mapping[str, Any]]


CrmMaker = Callable[[Tables, World, Clock, bool], Crm]


def make_upsales(tables: Tables, world: World, clock: Clock, is_new: bool) -> Crm:
    """Return Upsales; a new world is seeded first."""
    from sync.sandbox.upsales.app import UpsalesApp  # noqa: PLC0415
    from sync.sandbox.upsales.seed import seed_upsales, upsales_info  # noqa: PLC0415
    from sync.sandbox.upsales.truth import upsales_truth  # noqa: PLC0415

    if is_new:
        seed_upsales(tables, world, clock)
    app = UpsalesApp(tables, clock, TOKEN)
    return Crm(app.asgi, lambda: _info(upsales_info(tables)), lambda: upsales_truth(tables))


def _info(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the info with the account as text: it is a name, not a quantity."""
    return {**found, "account": str(found["account"])}
