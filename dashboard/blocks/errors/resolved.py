"""What failed once and has ended: how, by whom, and why."""

from typing import Any

import streamlit as st

from dashboard import data
from dashboard import format as form
from dashboard.blocks import tables
from dashboard.blocks.tables import Column
from dashboard.text import named, t
from sync.store.reader import errors as reader_errors
from sync.store.reader.errors import ResolvedOperation
from sync.store.reader.published import Paging, Scope
from sync.store.reader.records import Key

SIZE = 100
_PAGE = "resolved_page"


def show(scope: Scope) -> None:
    """Draw the list, newest first."""
    found = data.read(reader_errors.resolved, scope, Paging(SIZE, tables.skip(SIZE, _PAGE)))
    tables.first_page_if_past_the_end(len(found), _PAGE)
    if not found:
        st.caption(t("errors.resolved_none"))
        return
    columns = [
        Column("record", t("errors.record"), width=225),
        Column("company", t("errors.company"), width=60),
        Column("how", t("errors.how"), width=190),
        Column("who", t("errors.who"), width=95),
        Column("reason", t("errors.reason"), width=200),
        Column("amount", t("errors.amount"), "money", width=110),
        Column("when", t("errors.when"), width=125),
    ]
    tables.show([_row(one) for one in found], columns, "resolved", lambda row: _key(found[row]), most=16)
    tables.pager(found[0].total, SIZE, _PAGE)


def _row(one: ResolvedOperation) -> dict[str, Any]:
    ended = named("result", one.result) if one.result else named("operation", one.state)
    kind = named("kind", one.target_kind)
    return {
        "record": f"{kind}: {one.subject_title or one.source_id}",
        "company": one.company or form.DASH,
        "how": f"{ended} ({one.target_id})" if one.target_id and one.state == "done" else ended,
        "who": one.who or t("errors.by_itself"),
        "reason": one.reason,
        "amount": one.amount_sek,
        "when": form.stamp(one.updated_at)[:16],
    }


def _key(one: ResolvedOperation) -> Key:
    return Key(one.source_system, one.source_kind, one.source_id)
