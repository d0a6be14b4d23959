"""Plays Upsales in a sandbox."""

from collections.abc import Mapping
from typing import Any

import simplejson

from sync.clock import Clock
from sync.sandbox.crm import KEY, Crm, EditError
from sync.sandbox.serving.asgi import AsgiApp, call
from sync.sandbox.tables import Tables
from sync.sandbox.upsales.app import UpsalesApp
from sync.sandbox.upsales.data.seed import seed_upsales, upsales_info
from sync.sandbox.upsales.data.truth import upsales_truth
from sync.sandbox.world import World


def play(tables: Tables, world: World, clock: Clock, is_new: bool) -> Crm:
    """Return Upsales; a new world is seeded first."""
    if is_new:
        seed_upsales(tables, world, clock)
    app = UpsalesApp(tables, clock, KEY)

    async def edit(kind: str, key: str, fields: Mapping[str, Any]) -> Any:
        return await _put(app.asgi, kind, key, fields)

    return Crm(
        app.asgi,
        lambda: _info(tables),
        lambda: upsales_truth(tables),
        system="upsales",
        offset=2,
        route_field="custom.LEGAL_ENTITY",
        credentials={"token": KEY},
        edit=edit,
    )


async def _put(app: AsgiApp, kind: str, key: str, fields: Mapping[str, Any]) -> Any:
    body = simplejson.dumps(dict(fields), use_decimal=True).encode()
    headers = [(b"content-type", b"application/json"), (b"cookie", f"token={KEY}".encode())]
    answer = await call(app, "PUT", f"/api/v2/{kind}/{key}", headers, body)
    if not 200 <= answer.status < 300:
        raise EditError(f"Upsales refused the edit: {answer.body.decode()[:500]}")
    return simplejson.loads(answer.body, use_decimal=True)


def _info(tables: Tables) -> Mapping[str, Any]:
    """Return the info with the account as text: it is a name, not a quantity."""
    found = upsales_info(tables)
    return {**found, "account": str(found["account"])}
