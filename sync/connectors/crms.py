"""The list of the CRMs: nothing else outside their own folders names one (docs/adding-a-crm.md)."""

from typing import Any

from sync.connectors.crm import CrmKind
from sync.connectors.salesforce.connect import SALESFORCE
from sync.connectors.upsales.connect import UPSALES

CRMS: dict[str, CrmKind[Any]] = {kind.name: kind for kind in (UPSALES, SALESFORCE)}
"""By name, in the order in which they are told."""
