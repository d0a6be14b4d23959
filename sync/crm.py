"""Puts the CRM that the settings name together: its connector, its account, the reader of its deals.

With the settings and the demo's link this is all that knows one CRM from another: a third one adds a function here, a
folder of connectors, a reader of deals and a mapping file (ARCHITECTURE.md: a CRM).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mappings import MappingSet
from sync.clock import Clock
from sync.connectors.base import CrmConnector
from sync.connectors.http import Transport
from sync.connectors.salesforce.auth import SalesforceAccess
from sync.connectors.salesforce.client import Salesforce
from sync.connectors.salesforce.ids import long_id
from sync.connectors.salesforce.rest import Rest
from sync.connectors.salesforce.shapes import Shape, shapes
from sync.connectors.upsales.client import Upsales
from sync.core.bridge.measures import ReadDeal
from sync.core.deals import salesforce, upsales
from sync.core.types import Call
from sync.settings import CrmSettings, SalesforceSettings, UpsalesSettings

LogCall = Callable[[Call], None]


@dataclass(frozen=True)
class ConnectedCrm:
    """A CRM as the engine needs it; `account` is who must answer at the other end."""

    connector: CrmConnector
    account: str
    read_deal: ReadDeal


def mapping_name(settings: CrmSettings) -> str:
    """Return the name of the CRM's mapping file, without its ending."""
    return "upsales" if isinstance(settings, UpsalesSettings) else "salesforce"


def connect(
    settings: CrmSettings, mapping: MappingSet, clock: Clock, log_call: LogCall, transport: Transport | None
) -> ConnectedCrm:
    """Return the CRM that the settings name; nothing is called yet."""
    if isinstance(settings, UpsalesSettings):
        return _upsales(settings, mapping, clock, log_call, transport)
    return _salesforce(settings, mapping, clock, log_call, transport)


def _upsales(
    settings: UpsalesSettings, mapping: MappingSet, clock: Clock, log_call: LogCall, transport: Transport | None
) -> ConnectedCrm:
    system, token = f"upsales:{settings.account}", settings.token.get_secret_value()
    entities = (mapping.customer, mapping.article, mapping.document)
    read = {entity.rule.source: _aliases(entity.reads) for entity in entities}
    connector = Upsales(
        system, settings.base_url, token, clock, log_call, transport,
        won_stage=settings.won_stage_id, mapped=read, routed=_aliases(_routed(mapping)),
    )  # fmt: skip
    return ConnectedCrm(connector, settings.account, upsales.reader(settings.won_stage_id))


def _salesforce(
    settings: SalesforceSettings, mapping: MappingSet, clock: Clock, log_call: LogCall, transport: Transport | None
) -> ConnectedCrm:
    organisation = long_id(settings.organisation_id)
    system = f"salesforce:{organisation}"
    secret = settings.client_secret.get_secret_value() if settings.client_secret else ""
    access = SalesforceAccess(
        settings.login_url, settings.client_id, secret, settings.username, settings.private_key(), settings.audience
    )
    rest = Rest(system, access, settings.api_version, clock, log_call, transport)
    connector = Salesforce(system, rest, salesforce_shapes(mapping), settings.currency, clock)
    mark = "/sandbox" if settings.sandbox else ""
    return ConnectedCrm(connector, f"{organisation}{mark}", salesforce.salesforce_deal)


def salesforce_shapes(mapping: MappingSet) -> dict[str, Shape]:
    """Return what to ask of Salesforce: what the mapping, the routing and the reader of deals read, and no more."""
    routed = _routed(mapping)
    reads = {
        mapping.customer.rule.source: mapping.customer.reads,
        mapping.article.rule.source: mapping.article.reads,
        mapping.document.rule.source: {*mapping.document.reads, *salesforce.READS, *routed},
    }
    lines = {*mapping.document.row_inputs, *salesforce.ROW_READS}
    return shapes(reads, lines, mapping.file.write_back, routed)


def _routed(mapping: MappingSet) -> list[str]:
    """Return the paths that tell which company a deal goes to."""
    return [rule.when.field for rule in mapping.companies.rules if rule.when is not None]


def _aliases(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the aliases of the custom fields among some paths of Upsales."""
    found = (path.removeprefix("custom.") for path in paths if path.startswith("custom."))
    return tuple(dict.fromkeys(found))
