"""One flow on the page of runs: its state and schedule, live, and what can be asked of it."""

import streamlit as st

from dashboard import ask, data, said
from dashboard import format as form
from dashboard.blocks import flows
from dashboard.press import whole_page
from dashboard.text import named, t
from sync.store.reader import overview as reader_overview
from sync.store.reader import runs as reader_runs
from sync.store.reader.overview import ShownFlow
from sync.store.reader.published import Paging, Scope

CRON_FIELDS = 5


def show(scope: Scope, name: str) -> None:
    """Draw the card of a flow: the live part, then the actions."""
    with st.container(border=True, gap="small"):
        _live(scope, name)


@st.fragment(run_every="5s")
def _live(scope: Scope, name: str) -> None:
    flow = next((flow for flow in data.read(reader_overview.flows, scope) if flow.flow == name), None)
    if flow is None:
        st.caption(t("answer.unknown_flow"))
        return
    now = data.status().now
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(flows.title(flow.kind, flow.system_title))
        flows.badge(flow)
        st.space("stretch")
        _actions(flow)
    with st.grid(4, min_column_width=200):
        _fact(t("runs.schedule"), flows.schedule(flow))
        _fact(t("runs.next"), flows.next_run(flow, now))
        _fact(t("runs.last"), form.clock(flow.last_started_at, now) if flow.last_started_at else t("runs.never"))
        _fact(t("runs.outcome"), named("flow", flow.last_state) if flow.last_state else form.DASH)
    if flow.state == "running":
        _progress(scope, flow)
    elif flow.last_state in {"failed", "interrupted"} and flow.last_sentence:
        st.text(said.in_words(flow.last_sentence))
    if flow.paused:
        st.text(flows.paused_for(flow.paused_reason))


def _fact(words: str, value: str) -> None:
    with st.container(gap=None):
        st.caption(words)
        st.text(value)


def _progress(scope: Scope, flow: ShownFlow) -> None:
    runs = data.read(reader_runs.run_history, scope, flow.flow, Paging(1))
    if runs:
        run = runs[0]
        words = t(
            "runs.in_progress",
            time=form.stamp(run.started_at)[11:],
            read=form.number(run.records_read),
            sent=form.number(run.sent),
            calls=form.number(run.calls),
        )
        st.badge(words, icon=":material/progress_activity:", color="blue")


def _actions(flow: ShownFlow) -> None:
    st.button(
        t("runs.now"),
        icon=":material/play_arrow:",
        key=f"now_{flow.flow}",
        on_click=whole_page(ask.ask),
        args=("run_now", flow.flow),
    )
    if flow.paused:
        st.button(t("runs.resume"), key=f"resume_{flow.flow}", on_click=whole_page(ask.ask), args=("resume", flow.flow))
    else:
        with st.popover(t("runs.pause")):
            _pause(flow)
    with st.popover(t("runs.edit_schedule")):
        _schedule(flow)


def _pause(flow: ShownFlow) -> None:
    with st.form(f"pause_form_{flow.flow}", border=False):
        reason = st.text_input(t("runs.pause_reason"), key=f"reason_{flow.flow}", max_chars=200).strip()
        if st.form_submit_button(t("runs.pause")):
            if reason:
                ask.ask("pause", flow.flow, {"reason": reason})
                st.rerun()
            st.warning(t("runs.reason_needed"))


def _schedule(flow: ShownFlow) -> None:
    modes = ("interval", "cron")
    names = {name: t(f"runs.mode_{name}") for name in modes}
    mode = st.segmented_control(
        t("runs.mode"),
        modes,
        format_func=lambda name: names[name],
        default=modes[0] if flow.cron is None else modes[1],
        required=True,
        key=f"mode_{flow.flow}",
    )
    with st.form(f"schedule_form_{flow.flow}", border=False):
        if mode == "cron":
            _cron(flow)
        else:
            _interval(flow)


def _interval(flow: ShownFlow) -> None:
    minutes = st.number_input(
        t("runs.minutes"), 1, 1440, value=max(1, (flow.interval_seconds or 300) // 60), key=f"minutes_{flow.flow}"
    )
    if st.form_submit_button(t("runs.save")):
        ask.ask("schedule", flow.flow, {"interval_seconds": int(minutes) * 60})
        st.rerun()


def _cron(flow: ShownFlow) -> None:
    cron = st.text_input(
        t("runs.cron_field"), value=flow.cron or "*/10 6-20 * * mon-fri", key=f"cron_{flow.flow}", max_chars=100
    )
    st.caption(t("runs.cron_help"))
    if st.form_submit_button(t("runs.save")):
        if len(cron.split()) == CRON_FIELDS:
            ask.ask("schedule", flow.flow, {"cron": " ".join(cron.split())})
            st.rerun()
        st.warning(t("runs.cron_shape"))
