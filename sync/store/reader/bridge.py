"""Reads the bridge: its stages, its bars, the steps behind each (ARCHITECTURE.md: the bridge). SEK ex VAT, signed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from sync.store.reader.published import Paging, Reader, Scope

By = Literal["cause", "origin", "customer", "seller"]


@dataclass(frozen=True)
class Stages:
    """From the pipeline (M0) over won gross (M1) and net (M2, M3) to booked net (M7), of some days.

    The parts of the pipeline that were not won are gross; `not_sent` was won in a stage that is not sent.
    """

    deals: int
    pipeline: Decimal
    deleted: Decimal
    lost: Decimal
    open: Decimal
    not_sent: Decimal
    won_gross: Decimal
    discount: Decimal
    won_net: Decimal
    documents: int
    booked: Decimal


@dataclass(frozen=True)
class Cause:
    """One cause of the bridge: its code, how many steps, and their sum."""

    cause: str
    items: int
    amount_sek: Decimal


@dataclass(frozen=True)
class Group:
    """The steps of one cause, origin, customer or seller: its name, the causes in it, how many, their sum."""

    name: str
    causes: str
    items: int
    amount_sek: Decimal


@dataclass(frozen=True)
class Step:
    """One step with what its why-sentence needs: `why` is JSON; rows count from 1, 0 is the whole."""

    company: str
    cause: str
    origin: str
    deal_system: str
    deal_kind: str
    deal_id: str
    deal_row: int
    number: str
    document_row: int
    amount_sek: Decimal
    why: str
    title: str
    customer_name: str
    seller: str
    deal_day: date | None
    booked_day: date | None
    currency: str
    total: int


def stages(reader: Reader, scope: Scope) -> Stages:
    """Return the totals between which the bridge leads."""
    return reader.one(Stages, "bridge_stages", scope.days())


def causes(reader: Reader, scope: Scope) -> list[Cause]:
    """Return the causes between CRM billable net and booked net of the scope's days, largest first."""
    return reader.rows(Cause, "bridge_causes", scope.days())


def groups(reader: Reader, scope: Scope, by: By) -> list[Group]:
    """Return the bridge's bars of the scope's days, largest first."""
    return reader.rows(Group, "bridge_groups", {**scope.days(), "by": by})


def steps(reader: Reader, scope: Scope, by: By, name: str, paging: Paging) -> list[Step]:
    """Return the steps behind one bar, largest first."""
    return reader.rows(Step, "bridge_rows", {**scope.days(), "by": by, "name": name, **paging.parameters()})
