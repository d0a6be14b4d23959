"""How the sandbox composes the CRM beside Fortnox: its application, its own truth, a hand edit."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import simplejson

from sync.clock import Clock
from sync.sandbox.serving.asgi import AsgiApp, call
from sync.sandbox.tables import Tables
from sync.sandbox.world import World

TOKEN = "demo"  # noqa: S105 - the sandbox's public token


class EditError(Exception):
    """An edit that the CRM refuses, in one sentence."""


async def _no_edit(kind: str, key: str, fields: Mapping[str, Any]) -> Any:
    raise EditError(f"Nothing of kind {kind!r} can be edited by hand here.")


@dataclass(frozen=True)
class Crm:
    """One played CRM: `info` for /_sandbox/info, `truth` its own account of won deals, `asgi` its API.

    `offset` is how far its port lies above Fortnox's, `route_field` the deal's field that names its Fortnox
    company, `credentials` what a client signs in with; `edit` changes a record as a person would.
    """

    asgi: AsgiApp
    info: Callable[[], Mapping[str, Any]]
    truth: Callable[[], Mapping[str, Any]]
    system: str = "upsales"
    offset: int = 2
    route_field: str = "custom.LEGAL_ENTITY"
    credentials: Mapping[str, str] = field(default_factory=lambda: {"token": TOKEN})
    edit: Callable[[str, str, Mapping[str, Any]], Awaitable[Any]] = _no_edit


CrmMaker = Callable[[Tables, World, Clock, bool], Crm]


def make_upsales(tables: Tables, world: World, clock: Clock, is_new: bool) -> Crm:
    """Return Upsales; a new world is seeded first."""
    from sync.sandbox.upsales.app import UpsalesApp  # noqa: PLC0415
    from sync.sandbox.upsales.data.seed import seed_upsales, upsales_info  # noqa: PLC0415
    from sync.sandbox.upsales.data.truth import upsales_truth  # noqa: PLC0415

    if is_new:
        seed_upsales(tables, world, clock)
    app = UpsalesApp(tables, clock, TOKEN)

    async def edit(kind: str, key: str, fields: Mapping[str, Any]) -> Any:
        return await _put_to_upsales(app.asgi, kind, key, fields)

    return Crm(app.asgi, lambda: _info(upsales_info(tables)), lambda: upsales_truth(tables), edit=edit)


def make_salesforce(tables: Tables, world: World, clock: Clock, is_new: bool) -> Crm:
    """Return Salesforce; a new world is seeded first."""
    from sync.sandbox.salesforce.app import SalesforceApp  # noqa: PLC0415
    from sync.sandbox.salesforce.data.custom_fields import LEGAL_ENTITY  # noqa: PLC0415
    from sync.sandbox.salesforce.data.seed import salesforce_info, seed_salesforce  # noqa: PLC0415
    from sync.sandbox.salesforce.data.truth import salesforce_truth  # noqa: PLC0415
    from sync.sandbox.salesforce.errors import SalesforceError  # noqa: PLC0415
    from sync.sandbox.salesforce.hand import edit_by_hand  # noqa: PLC0415

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
        credentials={"client_id": "demo", "client_secret": "demo"},
        edit=edit,
    )


CRMS: dict[str, CrmMaker] = {"upsales": make_upsales, "salesforce": make_salesforce}
"""The CRMs that can be played, by the name they have on the command line."""


async def _put_to_upsales(app: AsgiApp, kind: str, key: str, fields: Mapping[str, Any]) -> Any:
    body = simplejson.dumps(dict(fields), use_decimal=True).encode()
    headers = [(b"content-type", b"application/json"), (b"cookie", f"token={TOKEN}".encode())]
    answer = await call(app, "PUT", f"/api/v2/{kind}/{key}", headers, body)
    if not 200 <= answer.status < 300:
        raise EditError(f"Upsales refused the edit: {answer.body.decode()[:500]}")
    return simplejson.loads(answer.body, use_decimal=True)


def _info(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the info with the account as text: it is a name, not a quantity."""
    return {**found, "account": str(found["account"])}
