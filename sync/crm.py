"""Which CRM the settings name, put together: its connector, its account, how its deals are read.

With the settings and the demo's link this is all that knows one CRM from another: a third one adds a line here, a
folder of connectors, a reader of deals and a mapping file (decisions.md 9).
"""

from collections.abc import Callable
from dataclasses import dataclass

from mappings import MappingSet
from sync.clock import Clock
from sync.connectors.base import CrmConnector
from sync.connectors.http import Transport
from sync.connectors.upsales.client import Upsales
from sync.core.deals import upsales
from sync.core.measures import ReadDeal
from sync.core.types import Call
from sync.settings import CrmSettings, UpsalesSettings

_MAPPINGS = {UpsalesSettings: "upsales"}


@dataclass(frozen=True)
class ConnectedCrm:
    """A CRM as the engine needs it; `account` is who must answer at the other end."""

    connector: CrmConnector
    account: str
    read_deal: ReadDeal


def mapping_name(settings: CrmSettings) -> str:
    """Return the name of the CRM's mapping file, without its ending."""
    return _MAPPINGS[type(settings)]


def connect(
    settings: CrmSettings,
    mapping: MappingSet,
    clock: Clock,
    log_call: Callable[[Call], None],
    transport: Transport | None,
) -> ConnectedCrm:
    """Return the CRM that the settings name; nothing is called yet."""
    system, token = f"upsales:{settings.account}", settings.token.get_secret_value()
    connector = Upsales(system, settings.base_url, token, clock, log_call, transport)
    return ConnectedCrm(connector, settings.account, upsales.reader(settings.won_stage_id))
