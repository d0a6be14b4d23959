"""What needs attention: operations that do not go by themselves, with reason, money, age and a way to the record."""

from datetime import UTC
from typing import Any

import streamlit as st

from dashboard import data
from dashboard import format as form
from dashboard.blocks import header, tables
from dashboard.blocks.reasons import reason
from dashboard.blocks.tables import Column
from dashboard.text import language, named, t
from sync.store.reader import overview as reader_overview
from sync.store.reader.overview import Attention
from sync.store.reader.published import Paging, Scope
from sync.store.reader.records import Key

SIZE = 50
_PAGE = "attention_page"


def total(scope: Scope) -> int:
    """Return how many operations need attention."""
    rows = data.read(reader_overview.attention, scope, Paging(1))
    return rows[0].total if rows else 0


def show(scope: Scope) -> None:
    """Draw the list, most urgent first."""
    st.subheader(t("overview.attention"))
    header.follows_no_period(scope)
    found = data.read(reader_overview.attention, scope, Paging(SIZE, tables.skip(SIZE, _PAGE)))
    tables.first_page_if_past_the_end(len(found), _PAGE)
    if not found:
        st.caption(t("overview.attention_none"))
        return
    columns = [
        Column("record", t("overview.record"), width=230),
        Column("company", t("overview.company"), width=60),
        Column("state", t("overview.state"), width=90),
        Column("reason", t("overview.reason"), width=350),
        Column("amount", t("overview.amount"), "money", width=100),
        Column("age", t("overview.age"), width=80),
    ]
    rows = [_row(item) for item in found]
    tables.show(rows, columns, "attention", lambda index: _key(found[index]), most=8)
    tables.pager(found[0].total, SIZE, _PAGE)


def _row(item: Attention) -> dict[str, Any]:
    kind = named("kind", item.source_kind)
    return {
        "record": f"{item.subject_title or kind} ({item.source_id})",
        "company": item.company or form.DASH,
        "state": named("operation", item.state),
        "reason": reason(item.error_class, item.error_sentence, item.problems, item.action == "write_back"),
        "amount": item.amount_sek,
        "age": form.age(data.status().now - item.created_at.replace(tzinfo=UTC), language()),
    }


def _key(item: Attention) -> Key:
    return Key(item.source_system, item.source_kind, item.source_id)
