"""Rows of deals beside the invoice rows they became: filters, table, and the way to each record."""

from collections.abc import Callable
from decimal import Decimal

import streamlit as st

from dashboard import data, export
from dashboard import format as form
from dashboard.blocks import tables
from dashboard.blocks.tables import Column
from dashboard.text import cause, t
from sync.store.reader import discounts as reader_discounts
from sync.store.reader.discounts import DiscountRow, Filters
from sync.store.reader.published import Paging, Scope
from sync.store.reader.records import Key

SIZE = 100
_PAGE = "discounts_page"
_KINDS = ("seller", "product", "cause")
_SIZES = (None, Decimal("0.01"), Decimal(1), Decimal(100), Decimal(1000))


def show(scope: Scope) -> None:
    """Draw the filters and the rows that they let through."""
    st.subheader(t("dis.table"))
    filters = _filters(scope)
    found = data.read(reader_discounts.rows, scope, filters, Paging(SIZE, tables.skip(SIZE, _PAGE)))
    tables.first_page_if_past_the_end(len(found), _PAGE)
    if not found:
        st.info(t("dis.filtered"))
        return
    columns, rows = _columns(), [_row(row) for row in found]
    tables.show(rows, columns, "discount_rows", lambda index: _key(found[index]), most=16)
    tables.pager(found[0].total, SIZE, _PAGE)
    export.button("discount_rows", rows, columns)


def _filters(scope: Scope) -> Filters:
    choices = data.read(reader_discounts.choices, scope)
    chosen: dict[str, str] = {}
    with st.grid(4, min_column_width=180):
        for kind in _KINDS:
            names = ["", *(choice.name for choice in choices if choice.kind == kind)]
            label = t("dis.reason") if kind == "cause" else t(f"dis.{kind}")
            chosen[kind] = st.selectbox(label, names, format_func=_words(kind), key=f"dis_{kind}") or ""
        size = st.selectbox(t("dis.size"), _SIZES, format_func=_size, key="dis_size")
    return Filters(**chosen, size=size)


def _words(kind: str) -> Callable[[str], str]:
    def words(name: str) -> str:
        if not name:
            return t("dis.all")
        return f"{cause(name)} ({name})" if kind == "cause" else name

    return words


def _size(least: Decimal | None) -> str:
    return t("dis.size_all") if least is None else form.kr(least)


def _columns() -> list[Column]:
    return [
        Column("title", t("dis.deal"), width=105),
        Column("row", t("dis.row"), width=115),
        Column("gross_sek", t("dis.crm_gross"), "money", width=84),
        Column("discount_percent", t("dis.crm_percent"), "percent", width=70),
        Column("discount_sek", t("dis.crm_kr"), "money", width=76),
        Column("net_sek", t("dis.crm_net"), "money", width=84),
        Column("invoice", t("dis.invoice"), width=78),
        Column("document_price", t("dis.price"), "money", width=98, unit="price_unit"),
        Column("document_discount", t("dis.row_discount"), "money", width=80, unit="discount_unit"),
        Column("document_net_sek", t("dis.row_net"), "money", width=84),
        Column("difference_sek", t("dis.difference"), "money", width=76),
        Column("reason", t("dis.reason"), width=190),
        Column("customer_name", t("dis.customer"), width=150),
        Column("seller", t("dis.seller"), width=110),
    ]


def _row(row: DiscountRow) -> dict[str, object]:
    return {
        **form.adding_up(vars(row)),
        "row": f"{row.deal_row}. {form.trimmed(row.quantity)} × {row.text or row.article}",
        "invoice": _invoice(row),
        "price_unit": form.unit(row.document_currency),
        "discount_unit": form.unit(row.document_currency, row.document_discount_type),
        "reason": ", ".join(f"{cause(code)} ({code})" for code in row.causes.split()) or t("word.none"),
    }


def _invoice(row: DiscountRow) -> str:
    if not row.number:
        return t("dis.not_invoiced")
    return row.number if row.booked_day else t("dis.draft", number=row.number)


def _key(row: DiscountRow) -> Key:
    return Key(row.deal_system, row.deal_kind, row.deal_id)
