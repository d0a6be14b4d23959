"""Plays Salesforce in a sandbox."""

from collections.abc import Mapping
from typing import Any

from sync.clock import Clock
from sync.sandbox.crm import KEY, Crm, EditError
from sync.sandbox.salesforce.app import SalesforceApp
from sync.sandbox.salesforce.data.custom_fields import LEGAL_ENTITY
from sync.sandbox.salesforce.data.seed import salesforce_info, seed_salesforce
from sync.sandbox.salesforce.data.truth import salesforce_truth
from sync.sandbox.salesforce.errors import SalesforceError
from sync.sandbox.salesforce.faults import FAULTS
from sync.sandbox.salesforce.hand import edit_by_hand
from sync.sandbox.tables import Tables
from sync.sandbox.world import World


def play(tables: Tables, world: World, clock: Clock, is_new: bool) -> Crm:
    """Return Salesforce; a new world is seeded first."""
    if is_new:
        seed_salesforce(tables, world, clock)
    app = SalesforceApp(tables, clock)

    async def edit(kind: str, key: str, fields: Mapping[str, Any]) -> Any:
        try:
            return edit_by_hand(app, kind, key, dict(fields))
        except SalesforceError as refused:
            raise EditError(f"Salesforce refused the edit: {refused.code}: {refused.message}") from None

    return Crm(
        app.asgi,
        lambda: salesforce_info(tables),
        lambda: salesforce_truth(tables),
        system="salesforce",
        offset=1,
        route_field=LEGAL_ENTITY,
        credentials={"client_id": KEY, "client_secret": KEY},
        edit=edit,
        faults=FAULTS,
    )
