"""Deliberate bugs in what amounts and texts mean, and in what is looked at before anything is done."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

import pytest

from mappings import compile as compiling
from mappings.compile import EntityMapping
from mappings.kinds import DocumentKind
from mappings.values.money import decimal
from sync.connectors import http
from sync.core import values
from sync.core.bridge.bridge import Bridge, bridge
from sync.core.documents import documents
from sync.core.types import RecordKey
from sync.explain import bridging
from sync.flows.engine import Engine
from sync.log import log
from sync.read.sweep import Vanished
from sync.send import execute

Patch = pytest.MonkeyPatch


def rows_without_identity(patch: Patch) -> None:
    """Rows of an update are told apart by their place alone."""
    patch.setattr(execute.rows, "identified", lambda _kind, wanted, _there: wanted)


def own_fields_compared(patch: Patch) -> None:
    """Only what Kvitt itself sends is looked at before a document is written over."""

    def edited(kind: DocumentKind, link: Any, document: Any) -> tuple[bool, bool]:
        differs = not documents.matches(kind, document, link.draft or {})
        return differs, differs

    patch.setattr(documents, "_edited", edited)


def texts_are_numbers(patch: Patch) -> None:
    """What reads as a number is compared as one, whatever it is."""

    def number(value: Any) -> Decimal | str | None:
        found = decimal(value)
        return (str(value).strip() or None) if found is None else found

    patch.setitem(values._MEANINGS, "text", number)  # type: ignore[arg-type]


def deletion_unseen(patch: Patch) -> None:
    """Nobody asks the CRM for what it no longer lists."""

    async def look(*_anything: Any) -> None: ...

    patch.setattr(Vanished, "look", look)


def card_ignored(patch: Patch) -> None:
    """Whether prices hold VAT is left to the customer's card."""
    mapped = EntityMapping.mapped
    patch.setattr(compiling, "_ALWAYS", {})

    def unsaid(self: EntityMapping, view: Any, links: Any) -> Any:
        fields, problems = mapped(self, view, links)
        return {name: value for name, value in fields.items() if name != "VATIncluded"}, problems

    patch.setattr(EntityMapping, "mapped", unsaid)


def source_not_looked_at(patch: Patch) -> None:
    """A document is booked without a look at its deal."""

    async def trusting(self: Engine, company: Any, *_about: Any) -> Collection[RecordKey]:
        return self._booking.sources(company.key)

    patch.setattr(Engine, "_look_at_sources", trusting)


def bar_forgotten(patch: Patch) -> None:
    """One step between what was won and what is booked is not told."""

    def short(*about: Any) -> Bridge:
        made = bridge(*about)
        return Bridge(made.steps[:-1], made.slices)

    patch.setattr(bridging, "bridge", short)


def secret_told(patch: Patch) -> None:
    """What is sent is told to the log, credentials and all."""
    headers = http.ApiClient._headers

    async def told(self: http.ApiClient) -> dict[str, str]:
        sent = await headers(self)
        log.info(f"Asked with {sent}.", action="asked")
        return sent

    patch.setattr(http.ApiClient, "_headers", told)


MADE = (
    rows_without_identity,
    own_fields_compared,
    texts_are_numbers,
    deletion_unseen,
    card_ignored,
    source_not_looked_at,
    bar_forgotten,
    secret_told,
)
