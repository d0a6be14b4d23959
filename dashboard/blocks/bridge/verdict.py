"""What can be said of all figures together: never better than the worst of what is known."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import streamlit as st

from dashboard import data
from dashboard import format as form
from dashboard.blocks import tables
from dashboard.blocks.tables import Column
from dashboard.text import named, t
from sync.store.reader import bridge as reader_bridge
from sync.store.reader import overview as reader_overview
from sync.store.reader import reconciliation as reader_reconciliation
from sync.store.reader.overview import Connection, CrmDifference
from sync.store.reader.published import Scope

Colour = Literal["red", "orange"]
_ZERO = Decimal(0)
_HALF_ORE = Decimal("0.005")


@dataclass(frozen=True)
class Remark:
    """One thing that keeps the figures from being explained; words that hold remote names, so show them as text."""

    colour: Colour
    words: str


def show(scope: Scope) -> None:
    """Say that every krona is explained, or everything that stands against it."""
    found = list(_unread(scope)) or [*_unexplained(scope), *_broken(), *_without_company(scope)]
    found += _silent(scope)
    if not found:
        st.badge(t("verdict.explained"), icon=":material/check_circle:", color="green")
        return
    with st.container(border=True, gap="xsmall"):
        for remark in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.badge(t(f"verdict.{remark.colour}"), color=remark.colour, icon=":material/error:")
                st.text(remark.words)


def unread(scope: Scope) -> list[Connection]:
    """Return the systems of a scope that have never answered: of them there is no figure."""
    return [one for one in data.read(reader_overview.connections, scope) if not one.read]


def crm_differences() -> None:
    """Draw the months in which the CRM itself counts other won deals than we; nothing where there are none."""
    found = data.read(reader_overview.crm_differences, Scope())
    if not found:
        return
    with st.container(border=True):
        st.subheader(t("verdict.crm_total"))
        st.text(t("verdict.crm_total_text"))
        columns = [
            Column("month", t("verdict.month"), width=90),
            Column("currency", t("verdict.currency"), width=70),
            Column("crm_count", t("verdict.crm_count"), "count", width=110),
            Column("own_count", t("verdict.own_count"), "count", width=110),
            Column("crm_amount", t("verdict.crm_amount"), "money", width=130),
            Column("own_amount", t("verdict.own_amount"), "money", width=130),
            Column("difference", t("verdict.difference"), "money", width=130),
            Column("asked", t("verdict.asked"), width=130),
        ]
        tables.show([_difference(one) for one in found], columns, "crm_differences", most=8)


def _difference(one: CrmDifference) -> dict[str, object]:
    left = None if one.crm_amount is None else one.crm_amount - one.own_amount
    return {**vars(one), "difference": left, "asked": form.stamp(one.asked_at)[:16]}


def _unread(scope: Scope) -> Iterator[Remark]:
    for one in unread(scope):
        yield Remark("red", t("verdict.unread", title=one.title))


def _unexplained(scope: Scope) -> Iterator[Remark]:
    """Yield what adds up to nothing in some month, and what no rule classifies."""
    months = data.read(reader_reconciliation.months, scope)
    causes = data.read(reader_bridge.causes, scope)
    amount = sum((abs(row.unexplained) for row in months), _ZERO)
    amount += sum((abs(row.amount_sek) for row in causes if not row.explains), _ZERO)
    if amount >= _HALF_ORE:
        yield Remark("red", t("verdict.unexplained", amount=form.kr(amount)))


def _broken() -> Iterator[Remark]:
    """Yield the checks that are not kept; they hold for all companies and days together."""
    checks = data.read(reader_overview.checks, Scope())
    names = [named("check", check.name) for check in checks if not check.ok]
    if names:
        yield Remark("red", t("verdict.broken", count=form.number(len(names)), names=", ".join(names)))
    if not checks:
        yield Remark("orange", t("verdict.unchecked"))


def _without_company(scope: Scope) -> Iterator[Remark]:
    """Yield won deals of these days that no company has: each may belong to the chosen one."""
    deals = data.read(reader_overview.deal_totals, Scope(None, scope.since, scope.till))
    if deals.unrouted_deals:
        count, amount = form.number(deals.unrouted_deals), form.kr(deals.unrouted_net)
        yield Remark("red", t("verdict.no_company", count=count, amount=amount))


def _silent(scope: Scope) -> Iterator[Remark]:
    now = data.status().now
    for one in data.read(reader_overview.connections, scope):
        if one.read and one.status != "ok":
            yield Remark("orange", t("verdict.silent", title=one.title, time=form.clock(one.last_success_at, now)))
