"""Errors in groups: what is wrong, how many records and kronor wait for it, and what a person can do."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard import data, said
from dashboard import format as form
from dashboard.blocks import tables
from dashboard.blocks.record import fields
from dashboard.blocks.tables import Column
from dashboard.press import whole_page
from dashboard.text import WORDS, named, t
from sync.store.reader import errors as reader_errors
from sync.store.reader.errors import Issue, QueueFilter
from sync.store.reader.published import Scope

CHOSEN = "errors_filter"


def show(scope: Scope, found: Sequence[Issue]) -> None:
    """Draw the groups; a chosen one shows what to do and leads to its records."""
    columns = [
        Column("class", t("errors.class"), width=112),
        Column("what", t("errors.what"), width=220),
        Column("field", t("errors.field"), width=112),
        Column("company", t("errors.company"), width=130),
        Column("records", t("errors.records"), "count", width=60),
        Column("amount", t("errors.amount"), "money", width=100),
        Column("first", t("errors.first"), width=118),
        Column("last", t("errors.last"), width=118),
    ]
    chosen = tables.select([_row(issue) for issue in found], columns, "issues")
    if chosen is None or chosen >= len(found):
        st.caption(t("errors.choose_issue"))
        return
    _chosen(found[chosen])


def _chosen(issue: Issue) -> None:
    with st.container(border=True):
        st.subheader(what(issue.error_class, issue.code))
        st.caption(t("errors.todo"))
        st.text(guide(issue.error_class, issue.code, issue.for_crm))
        st.button(
            t("errors.show_records", count=form.number(issue.records)),
            icon=":material/list:",
            key="show_records",
            on_click=whole_page(choose),
            args=(QueueFilter(issue.error_class, issue.code, issue.field),),
        )


def choose(wanted: QueueFilter | None) -> None:
    """Show the queue with a filter, or without."""
    st.session_state[CHOSEN] = wanted
    st.session_state["e_view"] = "queue"


def what(error_class: str, code: str) -> str:
    """Return what is wrong in a few words: by code, else by class with the system's own code."""
    if f"issue.{code}" in WORDS:
        return t(f"issue.{code}")
    words = named("issue", error_class) if f"issue.{error_class}" in WORDS else named("class", error_class)
    told = code if code.isdigit() else said.quoted(code)
    return f"{words} ({told})" if code else words


def guide(error_class: str, code: str, for_crm: bool) -> str:
    """Return what a person can do: by code where that is special, else by class; the CRM's refusals have their own."""
    if for_crm and f"guide.crm.{error_class}" in WORDS:
        return t(f"guide.crm.{error_class}")
    return t(f"guide.{code}") if f"guide.{code}" in WORDS else named("guide", error_class)


def field(name: str) -> str:
    """Return a field in words, an en dash for none."""
    return fields.words(name) if name else form.DASH


def open_issues(scope: Scope) -> list[Issue]:
    """Return the groups of what waits."""
    return data.read(reader_errors.issues, scope)


def _row(issue: Issue) -> dict[str, Any]:
    return {
        "class": named("class", issue.error_class),
        "what": what(issue.error_class, issue.code),
        "field": field(issue.field),
        "company": issue.company_title or form.DASH,
        "records": issue.records,
        "amount": issue.amount_sek,
        "first": form.stamp(issue.first_seen_at)[:16],
        "last": form.stamp(issue.last_seen_at)[:16],
    }
