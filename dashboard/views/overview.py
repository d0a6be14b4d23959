"""Overview: is everything in step, and what money is stuck?"""

from decimal import Decimal

import streamlit as st

from dashboard import data
from dashboard import format as form
from dashboard.blocks import attention, bridge, checks, flows, header
from dashboard.text import t
from sync.store import reader_overview
from sync.store.reader import Scope
from sync.store.reader_overview import DealTotals

_NARROWEST_CARD = 145


@st.fragment(run_every="5s")
def show(scope: Scope) -> None:
    """Draw the page; it renews itself when a new copy is published."""
    _title(scope)
    _money(scope)
    left, right = st.columns([1.9, 1])
    with left.container(border=True, height="stretch"):
        bridge.show(scope)
    with right.container(border=True, height="stretch"):
        flows.summary(scope)
        flows.connections(scope)
        checks.show(scope)
    with st.container(border=True):
        attention.show(scope)


def _title(scope: Scope) -> None:
    stopped = data.status().stopped
    waiting = attention.total(scope)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(t("page.overview"), width="content")
        if stopped:
            st.badge(t("overview.stopped"), icon=":material/stop_circle:", color="red")
        else:
            st.badge(t("overview.running"), icon=":material/check_circle:", color="green")
        if waiting:
            st.badge(t("overview.attention_count", count=waiting), icon=":material/error:", color="orange")
        else:
            st.badge(t("overview.all_well"), color="gray")
        st.space("stretch")
        st.caption(t("unit.ex_vat"), width="content")


def _money(scope: Scope) -> None:
    deals = data.read(reader_overview.deal_totals, scope)
    documents = data.read(reader_overview.document_totals, scope, data.today())
    stuck = data.read(reader_overview.stuck, scope)
    cards = [
        ("pipeline", deals.open_net, _pipeline(deals)),
        ("won", deals.won_net, t("overview.deals_count", count=form.number(deals.won_deals))),
        ("booked", documents.booked_net, t("overview.documents_count", count=form.number(documents.booked))),
        ("unbooked", documents.unbooked_net, t("overview.documents_count", count=form.number(documents.unbooked))),
        ("stuck", stuck.amount_sek, t("overview.records_count", count=form.number(stuck.records))),
        ("unclassified", bridge.unclassified(scope), t("overview.should_be_zero")),
    ]
    with st.grid(len(cards), min_column_width=_NARROWEST_CARD):
        for key, amount, note in cards:
            _card(key, amount, note)


def _pipeline(deals: DealTotals) -> str:
    """Return how many deals are open, with those that may be any company's."""
    words = t("overview.deals_count", count=form.number(deals.open_deals))
    if not deals.unrouted_open_deals:
        return words
    others, amount = form.number(deals.unrouted_open_deals), form.kr(deals.unrouted_open_net, 0)
    return f"{words}; {t('overview.without_company', count=others, amount=amount)}"


def _card(key: str, amount: Decimal, note: str) -> None:
    with st.container(border=True, gap="xsmall"):
        st.metric(t(f"overview.{key}"), form.kr(amount, 0))
        st.caption(note)


show(header.scope())
