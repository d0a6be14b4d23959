"""What is behind the figures of one month in one company: won deals and booked invoices."""

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from dashboard import data, export
from dashboard import format as form
from dashboard.blocks import tables
from dashboard.blocks.tables import Column
from dashboard.text import cause, named, t
from sync.store.reader import reconciliation as reader_reconciliation
from sync.store.reader.published import Paging, Scope
from sync.store.reader.reconciliation import BookedDocument, Month, WonDealRow
from sync.store.reader.records import Key

SIZE = 100
EXPLAINED = ("difference", "causes", "moved")
PARTS = ("won_deals", "booked_documents")


def show(chosen: Month, company: str) -> None:
    """Draw the month's figures and, by choice, the rows of one of them."""
    scope = Scope.of(chosen.company, chosen.month)
    with st.container(border=True):
        st.subheader(t("rec.behind", month=chosen.month, company=company))
        figures([chosen])
        names = {name: t(f"rec.{name}") for name in PARTS}
        part = st.segmented_control(
            t("rec.show"),
            PARTS,
            format_func=lambda name: names[name],
            default=PARTS[0],
            required=True,
            key="rec_part",
            label_visibility="collapsed",
        )
        if part == "booked_documents":
            _documents(scope)
        else:
            _deals(scope)


def figures(rows: Sequence[Month]) -> None:
    """Draw the sums of some months: won, booked, and what their difference consists of."""
    names = ("net", "booked", "difference", "causes", "moved", "unexplained")
    with st.grid(len(names), min_column_width=145):
        shown = form.adding_up({name: sum((getattr(row, name) for row in rows), Decimal(0)) for name in names})
        for name in names:
            st.metric(t(f"rec.{name}"), form.kr(shown[name]), help=t(f"rec.{name}_help") if name in EXPLAINED else None)


def _deals(scope: Scope) -> None:
    key = "won_deals_page"
    deals = data.read(reader_reconciliation.won_deals, scope, Paging(SIZE, tables.skip(SIZE, key)))
    tables.first_page_if_past_the_end(len(deals), key)
    if not deals:
        st.caption(t("table.empty"))
        return
    columns = [
        Column("deal_id", t("rec.deal"), width=50),
        Column("title", t("rec.title"), width=130),
        Column("customer_name", t("rec.customer"), width=140),
        Column("day", t("rec.day"), "day", width=80),
        Column("gross_sek", t("rec.gross"), "money", width=90),
        Column("discount_sek", t("rec.discount"), "money", width=75),
        Column("net_sek", t("rec.net"), "money", width=90),
        Column("documents", t("rec.invoices"), width=66),
        Column("booked", t("rec.booked"), "money", width=90),
        Column("booked_days", t("rec.booked_days"), width=90),
        Column("cause_words", t("rec.cause_words"), width=180),
    ]
    rows = [{**form.adding_up(vars(deal)), "cause_words": in_words(deal.causes)} for deal in deals]
    tables.show(rows, columns, "won_deals", lambda index: _deal_key(deals[index]))
    tables.pager(deals[0].total, SIZE, key)
    export.button("won_deals", rows, columns)


def _documents(scope: Scope) -> None:
    key = "booked_documents_page"
    paging = Paging(SIZE, tables.skip(SIZE, key))
    documents = data.read(reader_reconciliation.booked_documents, scope, data.today(), paging)
    tables.first_page_if_past_the_end(len(documents), key)
    if not documents:
        st.caption(t("table.empty"))
        return
    columns = [
        Column("number", t("rec.invoice"), width=80),
        Column("customer_name", t("rec.customer"), width=220),
        Column("day", t("rec.day"), "day", width=80),
        Column("state_words", t("rec.state"), width=100),
        Column("voucher", t("rec.voucher"), width=90),
        Column("net_sek", t("rec.documents_net"), "money", width=120),
        Column("deals", t("rec.deal_numbers"), width=100),
        Column("cause_words", t("rec.cause_words"), width=200),
    ]
    rows = [
        {
            **vars(document),
            "state_words": named("document", document.state),
            "cause_words": in_words(document.causes),
        }
        for document in documents
    ]
    tables.show(rows, columns, "booked_documents", lambda index: _document_key(documents[index]))
    tables.pager(documents[0].total_rows, SIZE, key)
    export.button("booked_documents", rows, columns)


def in_words(causes: str) -> str:
    """Return space-separated cause codes in words, each followed by its code."""
    return ", ".join(f"{cause(code)} ({code})" for code in causes.split())


def _deal_key(deal: WonDealRow) -> Key:
    return Key(deal.system, deal.kind, deal.deal_id)


def _document_key(document: BookedDocument) -> Key:
    return Key(f"fortnox:{document.company}", document.kind, document.number)
