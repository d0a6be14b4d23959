"""The deal and its documents side by side, row by row."""

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from dashboard import ask, data
from dashboard import format as form
from dashboard.blocks import tables
from dashboard.blocks.tables import Column
from dashboard.press import whole_page
from dashboard.text import kind_of, named, t
from sync.store.reader import records as reader_records
from sync.store.reader.published import Scope
from sync.store.reader.records import ShownDeal, ShownDocument

DEAL_COLOURS = {"won": "green", "lost": "gray", "open": "blue"}
DOCUMENT_COLOURS = {
    "paid": "green",
    "booked": "blue",
    "sent": "blue",
    "overdue": "red",
    "part_paid": "orange",
    "part_credited": "orange",
}
_ZERO = Decimal(0)


def show(scope: Scope, deals: Sequence[ShownDeal], documents: Sequence[ShownDocument]) -> None:
    """Draw the CRM on the left, Fortnox on the right, and their difference below."""
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        st.subheader(t("records.crm_side"))
        for deal in deals:
            _deal(scope, deal)
        if not deals:
            st.caption(t("records.no_deal"))
    with right.container(border=True, height="stretch"):
        st.subheader(t("records.fortnox_side"))
        for document in documents:
            _document(scope, document)
        if not documents:
            st.caption(t("records.no_document"))
        _another(deals, documents)
    _difference(deals, documents)


def _another(deals: Sequence[ShownDeal], documents: Sequence[ShownDocument]) -> None:
    """Offer another document where a won deal has only documents that no longer count."""
    own = [row for row in documents if row.reference and not row.credit]
    if len(deals) != 1 or deals[0].state != "won" or not own:
        return
    if any(row.state not in {"cancelled", "credited"} for row in own):
        return
    deal, company = deals[0], own[0].company
    with st.popover(t("records.another"), icon=":material/post_add:"):
        st.text(t("records.another_text"))
        st.button(
            t("records.another_sure"),
            key="another_document",
            on_click=whole_page(ask.another_document),
            args=(deal.system, deal.kind, deal.deal_id, company),
        )


def _difference(deals: Sequence[ShownDeal], documents: Sequence[ShownDocument]) -> None:
    """Draw what is booked less what is won; nothing where nothing is, since then nothing agrees either."""
    sold = [deal.net_sek for deal in deals if deal.state == "won"]
    in_books = [row.net_sek for row in documents if row.booked and not row.cancelled]
    if not sold and not in_books:
        return
    won, booked = sum(sold, _ZERO), sum(in_books, _ZERO)
    with st.container(horizontal=True, vertical_alignment="center"):
        if won == booked:
            st.badge(t("records.difference_none"), icon=":material/check_circle:", color="green")
        else:
            st.metric(t("records.difference"), form.kr(booked - won))


def _deal(scope: Scope, deal: ShownDeal) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{deal.deal_id}  {deal.title}")
        st.badge(named("deal", deal.state), color=DEAL_COLOURS.get(deal.state, "gray"))  # type: ignore[arg-type]
    sold = form.adding_up(vars(deal))
    facts = [
        (t("records.customer"), deal.customer_name),
        (t("records.seller"), deal.seller),
        (t("records.won_day" if deal.state.startswith("won") else "records.expected_day"), form.day(deal.day)),
        (t("records.gross"), form.kr(sold["gross_sek"])),
        (t("records.discount"), form.kr(sold["discount_sek"])),
        (t("records.net_label"), form.kr(sold["net_sek"])),
    ]
    if deal.currency != "SEK":
        facts.append((t("records.rate"), f"{deal.currency} {form.trimmed(deal.rate_sek)}"))
    _facts(facts)
    rows = data.read(reader_records.deal_rows, scope, deal.system, deal.deal_id)
    content = [form.adding_up(vars(row)) for row in rows]
    columns = [
        Column("row_no", t("records.row"), "count", width=36),
        Column("article", t("records.article"), width=64),
        Column("text", t("records.text"), width=86),
        Column("quantity", t("records.quantity"), "quantity", width=60),
        Column("gross_sek", t("records.gross_column"), "money", width=90),
        Column("discount_sek", t("records.discount_kr"), "money", width=80),
        Column("net_sek", t("records.net"), "money", width=90),
    ]
    tables.show(content, columns, f"deal_rows_{deal.system}_{deal.deal_id}", most=10)


def _document(scope: Scope, document: ShownDocument) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{_word(document)} {document.number}")
        colour = DOCUMENT_COLOURS.get(document.state, "gray")
        st.badge(named("document", document.state), color=colour)  # type: ignore[arg-type]
    _facts(_document_facts(document))
    rows = data.read(reader_records.document_rows, scope, document.company, document.kind, document.number)
    content = [{**vars(row), "discount_unit": form.unit(document.currency, row.discount_type)} for row in rows]
    columns = [
        Column("row_no", t("records.row"), "count", width=36),
        Column("article", t("records.article"), width=64),
        Column("text", t("records.text"), width=100),
        Column("quantity", t("records.quantity"), "quantity", width=60),
        Column("price", t("records.price"), "money", width=90),
        Column("discount", t("records.discount_column"), "money", width=64, unit="discount_unit"),
        Column("net_sek", t("records.net"), "money", width=90),
    ]
    tables.show(content, columns, f"document_rows_{document.company}_{document.kind}_{document.number}", most=10)
    _payments(scope, document)


def _word(document: ShownDocument) -> str:
    return named("kind", "credit") if document.credit else kind_of(f"fortnox:{document.company}", document.kind)


def _document_facts(document: ShownDocument) -> list[tuple[str, str]]:
    facts = [
        (t("records.customer"), document.customer_name),
        (t("records.invoice_day"), form.day(document.day)),
        (t("records.due_day"), form.day(document.due_day)),
        (t("records.net_label"), form.kr(document.net_sek)),
        (t("records.total"), form.money(document.total, document.currency)),
        (t("records.balance"), form.money(document.balance, document.currency)),
    ]
    overpaid = document.overpaid
    optional = [
        (t("records.overpaid"), form.money(overpaid, document.currency) if overpaid else ""),
        (t("records.paid_day"), document.paid_day.isoformat() if document.paid_day else ""),
        (t("records.voucher"), document.voucher),
        (t("records.first_booked"), form.stamp(document.first_seen_booked_at) if document.first_seen_booked_at else ""),
        (t("records.ocr"), document.ocr),
        (t("records.reference"), document.reference),
        (t("records.credits"), document.credits),
        (t("records.credited_by"), document.credited_by),
    ]
    if document.currency != "SEK":
        optional.append((t("records.rate"), f"{document.currency} {form.trimmed(document.rate_sek)}"))
    return facts + [(words, value) for words, value in optional if value]


def _payments(scope: Scope, document: ShownDocument) -> None:
    payments = data.read(reader_records.payments, scope, document.company, document.kind, document.number)
    if not payments:
        return
    st.caption(t("records.payments"))
    columns = [
        Column("number", t("records.payment"), width=90),
        Column("day", t("records.day"), "day", width=95),
        Column("amount_sek", t("records.amount"), "money", width=120),
    ]
    key = f"payments_{document.company}_{document.kind}_{document.number}"
    tables.show([vars(payment) for payment in payments], columns, key, most=5)


def _facts(facts: Sequence[tuple[str, str]]) -> None:
    with st.grid(3, min_column_width=130):
        for words, value in facts:
            with st.container(gap=None):
                st.caption(words)
                st.text(value or form.DASH)
