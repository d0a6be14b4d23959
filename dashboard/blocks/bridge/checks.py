"""The promises as last checked: nothing twice, nothing lost, nothing unexplained."""

import streamlit as st

from dashboard import data
from dashboard import format as form
from dashboard.blocks.bridge import verdict
from dashboard.text import named, t
from sync.store.reader import overview as reader_overview
from sync.store.reader.overview import Check
from sync.store.reader.published import Scope


def show(scope: Scope) -> None:
    """Draw one line per check; where a system was never read there is nothing that was checked."""
    st.subheader(t("overview.checks"))
    checks = data.read(reader_overview.checks, scope)
    if not checks:
        st.caption(t("overview.checks_empty"))
        return
    unread = verdict.unread(Scope())
    for check in checks:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(named("check", check.name))
            st.space("stretch")
            if unread:
                st.badge(t("overview.not_made"), color="gray")
            else:
                _outcome(check)
    if unread:
        return
    newest = max(check.checked_at for check in checks)
    st.caption(t("overview.checks_at", time=form.clock(newest, data.status().now)))


def _outcome(check: Check) -> None:
    st.text(form.number(check.found, 2 if check.name == "bridge_closes" else 0))
    st.badge(
        t("overview.kept" if check.ok else "overview.broken"),
        color="green" if check.ok else "red",
        icon=":material/check:" if check.ok else ":material/close:",
    )
