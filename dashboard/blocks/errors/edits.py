"""People's edits of what is sent, and answers that differ from it: on the pages of errors and of records."""

from collections.abc import Sequence
from typing import Any

import simplejson
import streamlit as st

from dashboard import data
from dashboard import format as form
from dashboard.blocks import tables
from dashboard.blocks.errors import repair_form
from dashboard.blocks.record import fields
from dashboard.blocks.tables import Column
from dashboard.text import named, t
from sync.store.reader import errors as reader_errors
from sync.store.reader.errors import Whole
from sync.store.reader.published import Scope
from sync.store.reader.records import Key

_BY_A_PERSON = frozenset({"edited", "edit_ended", "replayed", "dismissed", "accepted"})


def show(scope: Scope, keys: Sequence[Key]) -> None:
    """Draw people's edits of what some records become, holding or ended; nothing where there are none."""
    found = data.read(reader_errors.edits, scope, list(keys))
    if not found:
        return
    with st.container(border=True):
        st.subheader(t("errors.edits"))
        rows = [
            {
                "field": fields.words(one.path),
                "mapped": _plain(one.before_content),
                "edited": _plain(one.content),
                "who": one.actor,
                "when": form.stamp(one.made_at)[:16],
                "why": one.reason,
                "state": named("ended", one.ended_why) if one.ended_at else t("errors.edit_holds"),
            }
            for one in found
        ]
        columns = [
            Column("field", t("errors.field"), width=150),
            Column("mapped", t("errors.mapped"), width=170),
            Column("edited", t("errors.edited"), width=170),
            Column("who", t("errors.who"), width=90),
            Column("when", t("errors.when"), width=125),
            Column("why", t("errors.reason"), width=180),
            Column("state", t("errors.state"), width=200),
        ]
        tables.show(rows, columns, "edits", most=8)


def silent(scope: Scope, numbers: Sequence[int], operation: Whole | None = None) -> None:
    """Draw what some operations were answered otherwise than they were sent; with one, it can be accepted."""
    found = data.read(reader_errors.silent_changes, scope, list(numbers))
    if not found:
        return
    with st.container(border=True):
        st.subheader(t("errors.silent"))
        rows = [
            {
                "field": fields.words(one.field if one.row_no is None else f"rows.{one.row_no}.{one.field}"),
                "sent": fields.value(one.sent),
                "answered": fields.value(one.answered),
                "by": f"{one.accepted_by}: {one.accepted_reason}" if one.accepted_at else form.DASH,
            }
            for one in found
        ]
        columns = [
            Column("field", t("errors.field"), width=200),
            Column("sent", t("errors.sent"), width=200),
            Column("answered", t("errors.answered"), width=200),
            Column("by", t("errors.accepted_by"), width=260),
        ]
        tables.show(rows, columns, "silent", most=8)
        if operation is not None and any(one.accepted_at is None for one in found):
            with st.popover(t("errors.accept"), icon=":material/done_all:"):
                st.text(t("errors.accept_preview", count=1))
                repair_form.reasoned(operation, "accept", {"operations": [operation.operation_no]})


def told(action: str, details: str) -> str:
    """Return what a person's part in an event was: fields before and after, and the reason."""
    if action not in _BY_A_PERSON:
        return form.DASH
    facts: dict[str, Any] = simplejson.loads(details or "{}", use_decimal=True)
    parts = [
        f"{fields.words(change['path'])}: {fields.value(change['before'])} → {fields.value(change['after'])}"
        for change in facts.get("changes", ())
    ]
    if action == "edit_ended":
        parts = [fields.words(str(facts.get("path", ""))), named("ended", str(facts.get("why", "")))]
    return "; ".join([*parts, *([str(facts["reason"])] if facts.get("reason") else [])]) or form.DASH


def _plain(text: str) -> str:
    return fields.value(simplejson.loads(text, use_decimal=True)) if text else form.DASH
