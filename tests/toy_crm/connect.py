"""Connects a toy shop. The toy answers with whole records: there is nothing to ask for by name."""

from mappings import MappingSet
from sync.clock import Clock
from sync.connectors.crm import ConnectedCrm, CrmKind, LogCall
from sync.connectors.http import Transport
from tests.toy_crm.client import Toy
from tests.toy_crm.deals import toy_deal
from tests.toy_crm.settings import ToySettings


def connect(
    settings: ToySettings, mapping: MappingSet, clock: Clock, log_call: LogCall, transport: Transport | None
) -> ConnectedCrm:
    key = settings.key.get_secret_value()
    connector = Toy(f"toy:{settings.shop}", settings.base_url, key, clock, log_call, transport)
    return ConnectedCrm(connector, settings.shop, toy_deal, mapping)


TOY = CrmKind("toy", ToySettings, connect)
