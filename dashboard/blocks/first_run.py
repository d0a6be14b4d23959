"""What is shown before there are figures: no sync yet, no copy yet, or the first run in progress."""

import streamlit as st

from dashboard import data, said
from dashboard import format as form
from dashboard.blocks import tables
from dashboard.blocks.header import languages, remember
from dashboard.blocks.tables import Column
from dashboard.text import named, t
from sync.store.reader import overview as reader_overview
from sync.store.reader.published import Scope


def under_way() -> bool:
    """Return whether no run has ended yet and there is nothing to show figures of."""
    flows = data.read(reader_overview.flows, Scope())
    ended = any(flow.last_state in {"done", "failed", "interrupted"} for flow in flows)
    return not ended and not data.read(reader_overview.months, Scope())


@st.fragment(run_every="3s")
def nothing_published() -> None:
    """Say what is happening and what to do; go on by itself when a copy appears."""
    status = data.status()
    if status.published is not None:
        st.rerun()
    languages()
    remember()
    st.title(t("none.title"))
    st.info(t("none.never" if status.stopped else "none.waiting"))
    st.caption(t("none.folder"))
    st.code(str(data.folder().absolute()), language=None)


@st.fragment(run_every="3s")
def progress() -> None:
    """Show how far the first run has come."""
    if not under_way():
        st.rerun()
    flows = data.read(reader_overview.flows, Scope())
    running = any(flow.state == "running" for flow in flows)
    st.title(t("first.title") if running else t("none.title"))
    st.info(t("first.text") if running else t("first.not_started"), icon=":material/hourglass_top:")
    counts = data.read(reader_overview.record_counts, Scope())
    if not counts:
        return
    total = sum(count.records for count in counts)
    st.metric(t("first.read"), form.number(total))
    rows = [
        {"system": said.system(one.system), "kind": named("kind", one.kind), "records": one.records} for one in counts
    ]
    columns = [
        Column("system", t("first.system")),
        Column("kind", t("records.kind")),
        Column("records", t("runs.read"), "count"),
    ]
    tables.show(rows, columns, "first_run")
