"""Records: what happened with this deal, this customer, this invoice?"""

import streamlit as st

from dashboard import data
from dashboard import format as form
from dashboard.blocks import header, tables
from dashboard.blocks.record import page as record_page
from dashboard.blocks.tables import Column
from dashboard.text import kind_of, named, t
from sync.store.reader import records as reader_records
from sync.store.reader.published import Paging, Scope
from sync.store.reader.records import Key, SearchHit

SIZE = 100
_PAGE = "records_page"


def show(scope: Scope) -> None:
    """Draw the record that the URL names, else the search."""
    key = named_in_url(st.query_params.get("record", ""))
    if key is not None:
        record_page.show(scope, key)
    else:
        _search(scope)


def named_in_url(reference: str) -> Key | None:
    """Return the record of "system/kind/id"; ids may hold slashes."""
    parts = reference.split("/", 2)
    return Key(*parts) if len(parts) == 3 and all(parts) else None


def _search(scope: Scope) -> None:
    st.title(t("page.records"))
    if "q" not in st.session_state:
        st.session_state["q"] = st.query_params.get("q", "")
    words = st.text_input(
        t("records.search"),
        placeholder=t("records.placeholder"),
        key="q",
        max_chars=100,
        icon=":material/search:",
        label_visibility="collapsed",
    )
    _remember(words)
    found = data.read(reader_records.search, scope, words, data.today(), Paging(SIZE, tables.skip(SIZE, _PAGE)))
    tables.first_page_if_past_the_end(len(found), _PAGE)
    st.caption(t("records.all_periods") if words else t("records.listed"))
    if not found:
        st.info(t("records.none") if words else t("records.none_listed"))
        return
    tables.show([_row(hit) for hit in found], _columns(words), "records", lambda row: _key(found[row]), most=18)
    tables.pager(found[0].total, SIZE, _PAGE)


def _remember(words: str) -> None:
    if words:
        st.query_params["q"] = words
    elif "q" in st.query_params:
        del st.query_params["q"]


def _columns(words: str) -> list[Column]:
    found_by = [Column("found_by", t("records.found_by"), width=130)] if words else []
    return [
        Column("kind", t("records.kind"), width=95),
        Column("record_id", t("records.id"), width=75),
        Column("title", t("records.title"), width=180),
        Column("customer_name", t("records.customer"), width=190),
        Column("company", t("records.company"), width=60),
        Column("day", t("records.day"), "day", width=95),
        Column("amount_sek", t("records.net"), "money", width=105),
        Column("state", t("records.state"), width=80),
        *found_by,
    ]


def _row(hit: SearchHit) -> dict[str, object]:
    family = "document" if hit.system.startswith("fortnox:") else "deal"
    return {
        **vars(hit),
        "kind": kind_of(hit.system, hit.kind),
        "company": hit.company or form.DASH,
        "state": named(family, hit.state) if hit.state else form.DASH,
        "found_by": named("found_by", hit.found_by),
    }


def _key(hit: SearchHit) -> Key:
    return Key(hit.system, hit.kind, hit.record_id)


show(header.scope())
