"""Discounts: is the discount we gave the discount we booked?"""

from decimal import Decimal

import streamlit as st

from dashboard import data, export
from dashboard import format as form
from dashboard.blocks import discount_rows, header, tables
from dashboard.blocks.tables import Column
from dashboard.text import t
from sync.store.reader import discounts as reader_discounts
from sync.store.reader.discounts import Totals
from sync.store.reader.published import Scope

EXPLAINED = ("waiting", "difference", "document_discount")
_HUNDRED = Decimal(100)


def show(scope: Scope) -> None:
    """Draw the verdict, both sides' totals, the rows, and each seller's share."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(t("page.discounts"), width="content")
        st.space("stretch")
        st.caption(t("unit.ex_vat"), width="content")
    everyone, *sellers = data.read(reader_discounts.totals, scope)
    if not everyone.rows:
        st.info(t("dis.none"))
        return
    _verdict(everyone)
    _figures(everyone)
    with st.container(border=True):
        discount_rows.show(scope)
    with st.container(border=True):
        _sellers(sellers)


def _verdict(all_rows: Totals) -> None:
    left = all_rows.rows - all_rows.compared
    differing = all_rows.rows - all_rows.agree - left
    counts = {"count": form.number(all_rows.agree), "left": form.number(left)}
    if differing > 0:
        words = t("dis.differ", count=form.number(differing), rows=form.number(all_rows.rows))
        st.badge(words, icon=":material/difference:", color="orange")
    elif left:
        st.badge(t("dis.agree_so_far", **counts), icon=":material/check_circle:", color="green")
    else:
        st.badge(t("dis.agree", **counts), icon=":material/check_circle:", color="green")


def _figures(all_rows: Totals) -> None:
    shown = form.adding_up(vars(all_rows))
    cards = (
        ("gross", shown["gross_sek"]),
        ("discount", shown["discount_sek"]),
        ("net", shown["net_sek"]),
        ("waiting", -shown["waiting_sek"]),
        ("difference", shown["difference_sek"]),
        ("document_net", shown["document_net_sek"]),
        ("document_discount", shown["document_discount_sek"]),
    )
    with st.grid(len(cards), min_column_width=130):
        for name, amount in cards:
            st.metric(t(f"dis.{name}"), form.kr(amount), help=t(f"dis.{name}_help") if name in EXPLAINED else None)


def _sellers(sellers: list[Totals]) -> None:
    st.subheader(t("dis.per_seller"))
    columns = [
        Column("seller", t("dis.seller"), width=200),
        Column("rows", t("dis.rows"), "count", width=70),
        Column("agree", t("dis.agreeing"), "count", width=80),
        Column("gross_sek", t("dis.gross"), "money"),
        Column("discount_sek", t("dis.discount"), "money"),
        Column("percent", t("dis.percent"), "percent", width=90),
        Column("net_sek", t("dis.net"), "money"),
        Column("waiting", t("dis.waiting"), "money", help=t("dis.waiting_help")),
        Column("difference_sek", t("dis.difference"), "money", help=t("dis.difference_help")),
        Column("document_net_sek", t("dis.document_net"), "money"),
    ]
    rows = [_seller(one) for one in sellers]
    tables.show(rows, columns, "discount_sellers", most=8)
    export.button("discount_sellers", rows, columns)


def _seller(one: Totals) -> dict[str, object]:
    seller = one.seller or t("word.none")
    shown = form.adding_up(vars(one))
    return {**shown, "seller": seller, "percent": _percent(one), "waiting": -shown["waiting_sek"]}


def _percent(one: Totals) -> Decimal | None:
    return one.discount_sek / one.gross_sek * _HUNDRED if one.gross_sek else None


show(header.scope())
