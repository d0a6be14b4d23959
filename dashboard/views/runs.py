"""Runs: did the flows run, what did they see, and when do they run next?"""

from datetime import timedelta
from typing import Any

import streamlit as st

from dashboard import data, said
from dashboard import format as form
from dashboard.blocks import commands, flow_card, header, tables
from dashboard.blocks.flows import title as named_flow
from dashboard.blocks.tables import Column
from dashboard.text import named, t
from sync.store.reader import overview as reader_overview
from sync.store.reader import runs as reader_runs
from sync.store.reader.published import Paging, Scope
from sync.store.reader.runs import Run

SIZE = 50
_PAGE = "runs_page"
# Not None: what stands for nothing chosen, Streamlit offers to clear.
_EVERY = ""


def show(scope: Scope) -> None:
    """Draw a card per flow, the commands and their answers, and the history."""
    st.title(t("page.runs"))
    commands.show()
    flows = data.read(reader_overview.flows, scope)
    if not flows:
        st.info(t("runs.none"))
        return
    for flow in flows:
        flow_card.show(scope, flow.flow)
    with st.container(border=True):
        history(scope, {flow.flow: named_flow(flow.kind, flow.system_title) for flow in flows})
    commands.recent(scope)


@st.fragment(run_every="5s")
def history(scope: Scope, flows: dict[str, str]) -> None:
    """Draw the runs, newest first."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(t("runs.history"), width="content")
        st.space("stretch")
        every = t("runs.history_all")
        flow = st.selectbox(
            t("runs.history_flow"),
            [_EVERY, *flows],
            format_func=lambda name: flows.get(name, every),
            key="runs_flow",
            label_visibility="collapsed",
            width=260,
        )
    found = data.read(reader_runs.run_history, scope, flow or None, Paging(SIZE, tables.skip(SIZE, _PAGE)))
    tables.first_page_if_past_the_end(len(found), _PAGE)
    if not found:
        st.caption(t("runs.history_empty"))
        return
    tables.show([_row(run) for run in found], _columns(), "runs")
    tables.pager(found[0].total, SIZE, _PAGE)


def _columns() -> list[Column]:
    counts = ("read", "changed", "planned", "sent", "adopted", "held", "failed", "calls")
    return [
        Column("number", t("runs.number"), "count", width=40),
        Column("started", t("runs.started"), width=115),
        Column("flow", t("runs.flow"), width=200),
        Column("reason", t("runs.reason"), width=70),
        Column("state", t("runs.state"), width=75),
        *(Column(name, t(f"runs.{name}"), "count", width=62) for name in counts),
        Column("duration", t("runs.duration"), width=80),
        Column("sentence", t("runs.sentence"), width=300),
    ]


def _row(run: Run) -> dict[str, Any]:
    took = run.finished_at - run.started_at if run.finished_at else None
    return {
        "number": run.run_id,
        "started": form.stamp(run.started_at)[:16],
        "flow": named_flow(run.kind, run.system_title),
        "reason": named("reason", run.reason),
        "state": named("flow", run.state),
        "read": run.records_read,
        "changed": run.records_changed,
        "planned": run.planned,
        "sent": run.sent,
        "adopted": run.adopted,
        "held": run.held,
        "failed": run.failed,
        "calls": run.calls,
        "duration": _took(took),
        "sentence": said.in_words(run.sentence),
    }


def _took(took: timedelta | None) -> str:
    return form.duration(took) if took is not None else form.DASH


show(header.scope())
