"""What the folder of a CRM offers to everybody else (docs/adding-a-crm.md)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mappings import MappingSet
from sync.clock import Clock
from sync.connectors.base import CrmConnector
from sync.connectors.http import Transport
from sync.core.bridge.measures import ReadDeal
from sync.core.types import Call
from sync.setting_types import CrmSettings

LogCall = Callable[[Call], None]
Own = TypeVar("Own", bound=CrmSettings)


@dataclass(frozen=True)
class ConnectedCrm:
    """A CRM as a run needs it.

    `account` is who must answer at the other end, `read_deal` reads the CRM's own record of a deal as figures, and
    `mapping` says what its records become in Fortnox and what comes back.
    """

    connector: CrmConnector
    account: str
    read_deal: ReadDeal
    mapping: MappingSet

    @property
    def system(self) -> str:
        """Return the system's name, "upsales:94"."""
        return self.connector.system

    @property
    def deal_kind(self) -> str:
        """Return the CRM's own name of a deal."""
        return self.mapping.document.rule.source


Connect = Callable[[Own, MappingSet, Clock, LogCall, Transport | None], ConnectedCrm]


@dataclass(frozen=True)
class CrmKind(Generic[Own]):
    """One CRM that Kvitt can be connected to.

    `name` is that of its folder, its mapping file and its settings (KVITT_<NAME>__…), and how its systems begin
    ("upsales:94"). `connect` puts a connector together from settings and mapping, and calls nothing.
    """

    name: str
    settings: type[Own]
    connect: Connect[Own]


@dataclass(frozen=True)
class NamedCrm:
    """A CRM that the settings name, not connected yet."""

    kind: CrmKind[Any]
    settings: CrmSettings

    def connect(
        self, mapping: MappingSet, clock: Clock, log_call: LogCall, transport: Transport | None
    ) -> ConnectedCrm:
        """Return the CRM, put together; nothing is called yet."""
        return self.kind.connect(self.settings, mapping, clock, log_call, transport)
