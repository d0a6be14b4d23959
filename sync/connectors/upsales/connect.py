"""Connects an Upsales account: asks for the custom fields that the mapping reads, and for no others."""

from collections.abc import Iterable

from mappings import MappingSet
from sync.clock import Clock
from sync.connectors.crm import ConnectedCrm, CrmKind, LogCall
from sync.connectors.http import Transport
from sync.connectors.upsales.client import Upsales
from sync.connectors.upsales.deals import reader
from sync.connectors.upsales.settings import UpsalesSettings


def connect(
    settings: UpsalesSettings, mapping: MappingSet, clock: Clock, log_call: LogCall, transport: Transport | None
) -> ConnectedCrm:
    """Return the account that the settings name; nothing is called yet."""
    system, token = f"upsales:{settings.account}", settings.token.get_secret_value()
    entities = (mapping.customer, mapping.article, mapping.document)
    read = {entity.rule.source: _aliases(entity.reads) for entity in entities}
    connector = Upsales(
        system, settings.base_url, token, clock, log_call, transport,
        won_stage=settings.won_stage_id, mapped=read, routed=_aliases(mapping.companies.reads),
    )  # fmt: skip
    return ConnectedCrm(connector, settings.account, reader(settings.won_stage_id), mapping)


UPSALES = CrmKind("upsales", UpsalesSettings, connect)


def _aliases(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the aliases of the custom fields among some paths."""
    found = (path.removeprefix("custom.") for path in paths if path.startswith("custom."))
    return tuple(dict.fromkeys(found))
