"""The flows: what state each is in, when it ran and when it runs next."""

from datetime import datetime

import streamlit as st

from dashboard import data, said
from dashboard import format as form
from dashboard.text import language, named, t
from sync.store.reader import overview as reader_overview
from sync.store.reader.overview import ShownFlow
from sync.store.reader.published import Scope

COLOURS = {"running": "blue", "done": "green", "failed": "red", "interrupted": "orange", "paused": "orange"}


def summary(scope: Scope) -> None:
    """Draw one line per flow: title, state, next run."""
    st.subheader(t("overview.flows"))
    flows = data.read(reader_overview.flows, scope)
    if not flows:
        st.caption(t("runs.none"))
    now = data.status().now
    for flow in flows:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(title(flow.kind, flow.system_title))
            st.space("stretch")
            st.caption(next_run(flow, now), width="content")
            badge(flow)


def connections(scope: Scope) -> None:
    """Draw one line per connected system: its own name, and whether it answers."""
    st.subheader(t("overview.connections"))
    for connection in data.read(reader_overview.connections, scope):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(connection.title)
            st.space("stretch")
            st.badge(named("connection", connection.status), color="green" if connection.status == "ok" else "red")


def title(kind: str, system_title: str) -> str:
    """Return what a flow is called; the system's title is remote text, so show it as text only."""
    return t(f"flow_kind.{kind}", title=system_title) if kind else said.quoted(system_title)


def names() -> dict[str, str]:
    """Return what every flow is called, by its id."""
    return {flow.flow: title(flow.kind, flow.system_title) for flow in data.read(reader_overview.flows, Scope())}


def paused_for(reason: str) -> str:
    """Return why a flow is paused: Kvitt's own reason in words, a person's as it was written."""
    return said.known(reason) or reason or t("banner.no_reason")


def badge(flow: ShownFlow) -> None:
    """Draw the state of a flow."""
    st.badge(named("flow", flow.state), color=COLOURS.get(flow.state, "gray"))  # type: ignore[arg-type]


def next_run(flow: ShownFlow, now: datetime) -> str:
    """Return when a flow runs next, in words; a paused flow has no next run."""
    if flow.paused or flow.next_run_at is None:
        return form.DASH
    if form.local(flow.next_run_at) <= form.local(now):
        return t("runs.soon")
    return form.clock(flow.next_run_at, now)


def schedule(flow: ShownFlow) -> str:
    """Return a flow's schedule in words."""
    if flow.interval_seconds is not None:
        return t("runs.every", interval=form.interval(flow.interval_seconds, language()))
    return t("runs.cron", cron=flow.cron)
