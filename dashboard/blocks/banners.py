"""What every page announces: a stopped sync, a recovery, paused flows, connections that need a person.

Remote text is inert.
"""

from collections.abc import Iterator

import streamlit as st

from dashboard import data
from dashboard import format as form
from dashboard.blocks.flows import title
from dashboard.text import t
from sync.store import reader_overview
from sync.store.reader import Scope

_TROUBLES = frozenset({"cannot_store", "cannot_publish"})


@st.fragment(run_every="5s")
def show(scope: Scope) -> None:
    """Draw the banners there are reasons for."""
    status = data.status()
    if status.stopped:
        reach = form.clock(status.published.data_at, status.wall) if status.published else form.DASH
        st.error(t("banner.stopped", time=reach), icon=":material/stop_circle:")
    elif status.heartbeat is not None and status.heartbeat.state in _TROUBLES:
        st.error(t(f"banner.{status.heartbeat.state}"), icon=":material/hard_drive:")
        st.text(status.heartbeat.sentence)
    _recovery(scope, status)
    lines = [*_connections(scope, status), *_paused(scope)]
    if lines:
        with st.container(border=True, gap="xsmall"):
            for words, remote in lines:
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.badge(words, color="orange", icon=":material/pan_tool:")
                    st.text(remote)


def _recovery(scope: Scope, status: data.Status) -> None:
    recovery = data.read(reader_overview.recovery, scope)
    if recovery is not None:
        until = form.clock(recovery.until, status.now)
        st.warning(t(f"banner.recovery_{recovery.reason}", time=until), icon=":material/history:")


def _connections(scope: Scope, status: data.Status) -> Iterator[tuple[str, str]]:
    for connection in data.read(reader_overview.connections, scope):
        if connection.status != "ok":
            last = t("banner.last_success", time=form.clock(connection.last_success_at, status.now))
            yield t(f"banner.{connection.status}"), f"{connection.title}: {connection.status_sentence} ({last})"
        elif connection.status_sentence:
            yield t("banner.notice"), f"{connection.title}: {connection.status_sentence}"


def _paused(scope: Scope) -> Iterator[tuple[str, str]]:
    for flow in data.read(reader_overview.flows, scope):
        if flow.paused:
            reason = flow.paused_reason or t("banner.no_reason")
            yield t("banner.paused"), f"{title(flow.kind, flow.system_title)}: {reason}"
