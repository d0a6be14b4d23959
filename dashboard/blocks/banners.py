"""What every page announces: a stopped sync, paused flows, connections that need a person. Remote text is inert."""

import streamlit as st

from dashboard import data
from dashboard import format as form
from dashboard.text import t
from sync.store import reader_overview
from sync.store.reader import Scope


@st.fragment(run_every="5s")
def show(scope: Scope) -> None:
    """Draw the banners there are reasons for."""
    status = data.status()
    if status.stopped:
        reach = form.clock(status.published.data_at, status.wall) if status.published else form.DASH
        st.error(t("banner.stopped", time=reach), icon=":material/stop_circle:")
    for connection in data.read(reader_overview.connections, scope):
        if connection.status != "ok":
            last = t("banner.last_success", time=form.clock(connection.last_success_at, status.now))
            _announce(f"banner.{connection.status}", f"{connection.title}: {connection.status_sentence}", last)
    for flow in data.read(reader_overview.flows, scope):
        if flow.paused:
            _announce("banner.paused", f"{flow.title}: {flow.paused_reason or t('banner.no_reason')}")


def _announce(key: str, *lines: str) -> None:
    with st.container(border=True, gap="xsmall"):
        st.badge(t(key), color="orange", icon=":material/pan_tool:")
        for line in lines:
            st.text(line)
