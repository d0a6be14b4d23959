"""Errors & replay: what failed, why, and what do I do?"""

from datetime import UTC

import streamlit as st

from dashboard import data
from dashboard import format as form
from dashboard.blocks import commands, header
from dashboard.blocks.errors import issues, queue, repair_page, resolved
from dashboard.text import t
from sync.store.reader import errors as reader_errors
from sync.store.reader.published import Scope

_VIEWS = ("issues", "queue", "resolved")


def show(scope: Scope) -> None:
    """Draw one record that the URL names, else the groups, the queue or what is resolved."""
    number = repair_page.number_in_url(st.query_params.get("op"))
    if number is not None:
        commands.show()
        repair_page.show(scope, number)
        return
    _title(scope)
    commands.show()
    names = {name: t(f"errors.view_{name}") for name in _VIEWS}
    chosen = st.segmented_control(
        t("errors.view"),
        _VIEWS,
        format_func=lambda name: names[name],
        key="e_view",
        default=None if "e_view" in st.session_state else _VIEWS[0],
        required=True,
        label_visibility="collapsed",
    )
    with st.container(border=True):
        _lists(Scope(scope.company), str(chosen or _VIEWS[0]))


def _title(scope: Scope) -> None:
    now = data.status().now.astimezone(UTC).replace(tzinfo=None, second=0, microsecond=0)
    totals = data.read(reader_errors.open_totals, Scope(scope.company), now)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(t("page.errors"), width="content")
        if totals.records:
            st.badge(t("errors.open", count=form.number(totals.records)), color="orange", icon=":material/error:")
            st.badge(t("errors.money", amount=form.kr(totals.amount_sek)), color="gray")
        else:
            words = t("errors.none", count=form.number(totals.solved))
            st.badge(words, color="green", icon=":material/check_circle:")
        st.space("stretch")
        header.follows_no_period(scope)
        st.caption(t("unit.ex_vat"), width="content")


@st.fragment(run_every="10s")
def _lists(scope: Scope, chosen: str) -> None:
    """Draw the chosen list; it renews itself when a new copy is published."""
    if chosen == "resolved":
        resolved.show(scope)
        return
    found = issues.open_issues(scope)
    if not found:
        published = data.status().published
        time = form.clock(published.data_at, data.status().now) if published else form.DASH
        st.text(t("errors.none_text", time=time))
    elif chosen == "queue":
        queue.show(scope)
    else:
        issues.show(scope, found)


show(header.scope())
