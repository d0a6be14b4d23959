"""What every page announces: a stopped sync, a recovery, paused flows, connections that need a person.

Remote text is inert.
"""

from collections.abc import Iterator
from typing import Literal

import streamlit as st

from dashboard import data, said
from dashboard import format as form
from dashboard.blocks.flows import paused_for, title
from dashboard.text import t
from sync.store.reader import overview as reader_overview
from sync.store.reader.published import Scope

# How bad it is, what it is, and in the system's own words what happened.
Line = tuple[Literal["red", "orange"], str, str]
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
        st.text(said.in_words(status.heartbeat.sentence))
    elif status.heartbeat is not None and status.heartbeat.state == "working":
        st.info(t("banner.working"), icon=":material/hourglass_top:")
        if status.heartbeat.sentence:
            st.text(t("banner.working_at", flow=status.heartbeat.sentence))
    _recovery(scope, status)
    lines = [*_connections(scope, status), *_paused(scope)]
    if lines:
        with st.container(border=True, gap="xsmall"):
            for colour, words, remote in lines:
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.badge(words, color=colour, icon=":material/pan_tool:")
                    st.text(remote)


def _recovery(scope: Scope, status: data.Status) -> None:
    recovery = data.read(reader_overview.recovery, scope)
    if recovery is not None:
        until = form.clock(recovery.until, status.now)
        st.warning(t(f"banner.recovery_{recovery.reason}", time=until), icon=":material/history:")


def _connections(scope: Scope, status: data.Status) -> Iterator[Line]:
    for one in data.read(reader_overview.connections, scope):
        told = said.in_words(one.status_sentence)
        words = told if one.title in told else f"{one.title}: {told}"
        if one.status == "needs_person":
            yield "red", t("banner.needs_person"), f"{words} {t('banner.setting', names=setting(one.system))}"
        elif one.status != "ok":
            last = form.clock(one.last_success_at, status.now) if one.read else t("banner.never")
            yield "red", t(f"banner.{one.status}"), f"{words} ({t('banner.last_success', time=last)})"
        elif one.status_sentence:
            yield "orange", t("banner.notice"), words


def setting(system: str) -> str:
    """Return how the settings begin that say the way into a system."""
    family, _, key = system.partition(":")
    return f"KVITT_COMPANIES__{key.upper()}__…" if family == "fortnox" else f"KVITT_{family.upper()}__…"


def _paused(scope: Scope) -> Iterator[Line]:
    for flow in data.read(reader_overview.flows, scope):
        if flow.paused:
            reason = paused_for(flow.paused_reason)
            yield "orange", t("banner.paused"), f"{title(flow.kind, flow.system_title)}: {reason}"
