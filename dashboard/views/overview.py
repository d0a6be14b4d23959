"""Overview: is everything in step, and what money is stuck?"""

from decimal import Decimal

import streamlit as st

from dashboard import data
from dashboard import format as form
from dashboard.blocks import attention, flows, header, per_crm
from dashboard.blocks.bridge import chart as bridge
from dashboard.blocks.bridge import checks, verdict
from dashboard.text import WORDS, t
from sync.store.reader import overview as reader_overview
from sync.store.reader.overview import DealTotals
from sync.store.reader.published import Scope

_NARROWEST_CARD = 132
_BOTH = frozenset({"crm", "fortnox"})
_RESTS_ON = {
    "pipeline": frozenset({"crm"}),
    "won": frozenset({"crm"}),
    "booked": frozenset({"fortnox"}),
    "unbooked": frozenset({"fortnox"}),
    "stuck": _BOTH,
    "unsettled": _BOTH,
    "unclassified": _BOTH,
}


@st.fragment(run_every="5s")
def show(scope: Scope) -> None:
    """Draw the page; it renews itself when a new copy is published."""
    _title(scope)
    verdict.show(scope)
    _money(scope)
    per_crm.show(scope)
    left, right = st.columns([1.9, 1])
    with left.container(border=True, height="stretch"):
        bridge.show(scope)
    with right.container(border=True, height="stretch"):
        header.follows_no_period(scope)
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
        cut_off = sum(one.status != "ok" for one in data.read(reader_overview.connections, scope))
        if cut_off:
            st.badge(t("overview.cut_off", count=cut_off), icon=":material/link_off:", color="red")
        if waiting:
            st.badge(t("overview.attention_count", count=waiting), icon=":material/error:", color="orange")
        elif not cut_off:
            st.badge(t("overview.all_well"), color="gray")
        st.space("stretch")
        st.caption(t("unit.ex_vat"), width="content")


def _money(scope: Scope) -> None:
    deals = data.read(reader_overview.deal_totals, scope)
    documents = data.read(reader_overview.document_totals, scope, data.today())
    stuck = data.read(reader_overview.stuck, scope)
    unsettled = data.read(reader_overview.unsettled, scope)
    cards = [
        ("pipeline", deals.open_net, _pipeline(deals)),
        ("won", deals.won_net, t("overview.deals_count", count=form.number(deals.won_deals))),
        ("booked", documents.booked_net, t("overview.documents_count", count=form.number(documents.booked))),
        ("unbooked", documents.unbooked_net, t("overview.documents_count", count=form.number(documents.unbooked))),
        ("stuck", stuck.amount_sek, t("overview.records_count", count=form.number(stuck.records))),
        ("unsettled", unsettled.amount_sek, t("overview.records_count", count=form.number(unsettled.records))),
        ("unclassified", bridge.unclassified(scope), t("overview.should_be_zero")),
    ]
    unread = {"fortnox" if one.company else "crm" for one in verdict.unread(scope)}
    with st.grid(len(cards), min_column_width=_NARROWEST_CARD):
        for key, amount, note in cards:
            _card(key, amount, note, known=not unread & _RESTS_ON[key])


def _pipeline(deals: DealTotals) -> str:
    """Return how many deals are open, with those that may be any company's."""
    words = t("overview.deals_count", count=form.number(deals.open_deals))
    if not deals.unrouted_open_deals:
        return words
    others, amount = form.number(deals.unrouted_open_deals), form.kr(deals.unrouted_open_net, 0)
    return f"{words}; {t('overview.without_company', count=others, amount=amount)}"


def _card(key: str, amount: Decimal, note: str, *, known: bool) -> None:
    """Draw a figure; where a system that it rests on was never read there is none."""
    words = f"overview.{key}_help"
    with st.container(border=True, gap="xsmall"):
        st.metric(
            t(f"overview.{key}"),
            form.kr(amount, 0) if known else form.DASH,
            help=t(words) if words in WORDS else None,
        )
        st.caption(note if known else t("overview.unread_note"))


show(header.scope())
