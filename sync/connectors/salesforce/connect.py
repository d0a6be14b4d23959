"""Connects a Salesforce org: asks for the fields that the mapping and the reader of deals read, and for no others."""

from mappings import MappingSet
from sync.clock import Clock
from sync.connectors.crm import ConnectedCrm, CrmKind, LogCall
from sync.connectors.http import Transport
from sync.connectors.salesforce.auth import SalesforceAccess
from sync.connectors.salesforce.client import Salesforce
from sync.connectors.salesforce.deals import READS, ROW_READS, salesforce_deal
from sync.connectors.salesforce.ids import long_id
from sync.connectors.salesforce.rest import Rest
from sync.connectors.salesforce.settings import SalesforceSettings
from sync.connectors.salesforce.shapes import Shape, shapes


def connect(
    settings: SalesforceSettings, mapping: MappingSet, clock: Clock, log_call: LogCall, transport: Transport | None
) -> ConnectedCrm:
    """Return the org that the settings name; nothing is called yet. Raises SettingsError without its private key."""
    organisation = long_id(settings.organisation_id)
    system = f"salesforce:{organisation}"
    secret = settings.client_secret.get_secret_value() if settings.client_secret else ""
    access = SalesforceAccess(
        settings.login_url, settings.client_id, secret, settings.username, settings.private_key(), settings.audience
    )
    rest = Rest(system, access, settings.api_version, clock, log_call, transport)
    connector = Salesforce(system, rest, salesforce_shapes(mapping), settings.currency, clock)
    mark = "/sandbox" if settings.sandbox else ""
    return ConnectedCrm(connector, f"{organisation}{mark}", salesforce_deal, mapping)


SALESFORCE = CrmKind("salesforce", SalesforceSettings, connect)


def salesforce_shapes(mapping: MappingSet) -> dict[str, Shape]:
    """Return what to ask of Salesforce: what the mapping, the routing and the reader of deals read, and no more."""
    routed = mapping.companies.reads
    reads = {
        mapping.customer.rule.source: mapping.customer.reads,
        mapping.article.rule.source: mapping.article.reads,
        mapping.document.rule.source: {*mapping.document.reads, *READS, *routed},
    }
    lines = {*mapping.document.row_inputs, *ROW_READS}
    return shapes(reads, lines, mapping.file.write_back, routed)
