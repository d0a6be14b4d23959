"""The line on top of every page: company, CRM, period, language and freshness; all of it in the URL."""

import streamlit as st

from dashboard import data
from dashboard import format as form
from dashboard.text import LANGUAGES, language, t
from sync.store.reader import overview as reader_overview
from sync.store.reader.published import Scope

ALL = "all"


def start_language() -> None:
    """Choose the language before any word is shown: the URL's, else the browser's, else Swedish."""
    if st.session_state.get("lang") in LANGUAGES:
        return
    wanted = st.query_params.get("lang", "")
    browser = (st.context.locale or "sv")[:2]
    st.session_state["lang"] = next((code for code in (wanted, browser) if code in LANGUAGES), "sv")


def scope() -> Scope:
    """Return the company and the period that the header says."""
    company, period = st.session_state.get("company", ALL), st.session_state.get("period", ALL)
    return Scope.of(None if company == ALL else company, None if period == ALL else period)


def show() -> None:
    """Draw the header; the copy must be there."""
    named = {company.company: company.title for company in data.read(reader_overview.companies, Scope())}
    companies = {ALL: t("header.company_all"), **named}
    _settle("company", [*companies])
    found = data.read(reader_overview.months, Scope())
    periods = {ALL: t("header.period_all"), **{month: month for month in found}}
    _settle("period", [*periods])
    with st.container(horizontal=True, vertical_alignment="bottom", key="header"):
        st.selectbox(
            t("header.company"),
            [*companies],
            format_func=lambda key: companies.get(key, key),
            key="company",
            width=230,
        )
        st.selectbox(
            t("header.period"),
            [*periods],
            format_func=lambda key: periods.get(key, key),
            key="period",
            width=150,
        )
        with st.container(width="content", gap=None):
            st.caption(t("header.crm"))
            st.text(_crm())
        st.space("stretch")
        freshness()
        languages()
    _say_unknown()
    remember()


def follows_no_period(scope: Scope) -> None:
    """Say that what is drawn here is as of now, where a period is chosen."""
    if scope.since is not None:
        st.caption(t("header.not_by_period"), width="content")


def languages() -> None:
    """Draw the choice of language."""
    names = {code: t(f"language.{code}") for code in LANGUAGES}
    st.segmented_control(
        t("header.language"),
        LANGUAGES,
        format_func=lambda code: names[code],
        key="lang",
        required=True,
        on_change=st.rerun,
        label_visibility="collapsed",
    )


def remember() -> None:
    """Write the choices into the URL, so that a link shows the same view."""
    for name in ("company", "period", "lang"):
        chosen = st.session_state.get(name)
        if chosen and st.query_params.get(name) != chosen:
            st.query_params[name] = chosen


def link_parameters() -> dict[str, str]:
    """Return the header's choices for a link to another page."""
    return {name: st.session_state[name] for name in ("company", "period", "lang") if name in st.session_state}


@st.fragment(run_every="5s")
def freshness() -> None:
    """Say until when the data reach and how old the copy is."""
    status = data.status()
    if status.published is None:
        st.badge(t("fresh.none"), color="gray")
        return
    reach = form.clock(status.published.data_at, status.now)
    words = t("fresh.chip", time=reach, age=form.age(status.age, language()))
    st.badge(words, color="orange" if status.stopped else "green", help=t("fresh.help"))


def _crm() -> str:
    systems = data.read(reader_overview.connections, Scope())
    return ", ".join(system.title for system in systems if system.company is None) or t("header.crm_none")


def _settle(name: str, options: list[str]) -> None:
    """Keep a choice that still exists; a new session starts with the URL's. What does not exist is remembered."""
    chosen = st.session_state.get(name) or st.query_params.get(name, ALL)
    if chosen not in options:
        st.session_state[f"{name}_unknown"] = chosen
    elif chosen != ALL:
        st.session_state.pop(f"{name}_unknown", None)
    st.session_state[name] = chosen if chosen in options else ALL


def _say_unknown() -> None:
    """Say that a link names a company or a period that is not here, until another is chosen."""
    for name in ("company", "period"):
        unknown = st.session_state.get(f"{name}_unknown")
        if unknown:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.badge(t(f"header.{name}_unknown"), color="orange", icon=":material/link_off:")
                st.text(unknown[:40])
