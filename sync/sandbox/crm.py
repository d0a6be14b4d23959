"""What a played CRM offers to the sandbox it stands in: its application, its own truth, a hand edit."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.clock import Clock
from sync.sandbox.serving.asgi import AsgiApp
from sync.sandbox.tables import Tables
from sync.sandbox.world import World

KEY = "demo"
"""The key and secret of everything that is played: it holds nothing."""
Reply = tuple[int, str, bytes]
"""An answer that a fault gives: status, content type, body."""


class EditError(Exception):
    """An edit that the CRM refuses, in one sentence."""


async def _no_edit(kind: str, key: str, fields: Mapping[str, Any]) -> Any:
    raise EditError(f"Nothing of kind {kind!r} can be edited by hand here.")


@dataclass(frozen=True)
class Crm:
    """One played CRM: `info` for /_sandbox/info, `truth` its own account of won deals, `asgi` its API.

    `system` is its name, `offset` is how far its port lies above Fortnox's, `route_field` the deal's field that names
    its Fortnox company, `credentials` what a client signs in with. `edit` changes a record as a person would; `faults`
    are the answers of its own to a fault, by the fault's name.
    """

    asgi: AsgiApp
    info: Callable[[], Mapping[str, Any]]
    truth: Callable[[], Mapping[str, Any]]
    system: str
    offset: int
    route_field: str
    credentials: Mapping[str, str]
    edit: Callable[[str, str, Mapping[str, Any]], Awaitable[Any]] = _no_edit
    faults: Mapping[str, Reply] = field(default_factory=dict)


CrmMaker = Callable[[Tables, World, Clock, bool], Crm]
"""Plays a CRM on its tables; where the flag says that the world is new, seeds them first."""
