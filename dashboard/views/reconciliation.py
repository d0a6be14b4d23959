"""Reconciliation: why is the CRM not equal to Fortnox?"""

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from dashboard import charts, data, export
from dashboard import format as form
from dashboard.blocks import header, tables
from dashboard.blocks.bridge import chart as bridge
from dashboard.blocks.bridge import drill, month, verdict
from dashboard.blocks.tables import Column
from dashboard.text import t
from sync.store.reader import bridge as reader_bridge
from sync.store.reader import overview as reader_overview
from sync.store.reader import reconciliation as reader_reconciliation
from sync.store.reader.published import Scope
from sync.store.reader.reconciliation import Month

VIEWS = ("bridge", "months")
_KEY = "months"
_ZERO = Decimal(0)


def show(scope: Scope) -> None:
    """Draw the verdict, the figures, and by choice the bridge or the months."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(t("page.reconciliation"), width="content")
        st.space("stretch")
        st.caption(t("unit.ex_vat"), width="content")
    verdict.show(scope)
    if verdict.unread(scope):
        st.info(t("overview.bridge_unread"))
        return
    verdict.crm_differences()
    rows = data.read(reader_reconciliation.months, scope)
    if not rows:
        st.info(t("rec.none"))
        return
    month.figures(rows)
    names = {name: t(f"rec.view_{name}") for name in VIEWS}
    view = st.segmented_control(
        t("rec.show"),
        VIEWS,
        format_func=lambda name: names[name],
        default=VIEWS[0],
        required=True,
        key="rec_view",
        label_visibility="collapsed",
    )
    if view == "bridge":
        _bridge(scope)
    else:
        _compare(rows)


def _bridge(scope: Scope) -> None:
    stages = data.read(reader_bridge.stages, scope)
    causes = data.read(reader_bridge.causes, scope)
    with st.container(border=True):
        st.subheader(f"{t('rec.bridge')} · {t('chart.unit')}")
        bridge.from_pipeline(stages, causes)
    with st.container(border=True):
        drill.show(scope)


def _compare(rows: Sequence[Month]) -> None:
    with st.container(border=True):
        _chart(rows)
    with st.container(border=True):
        chosen = _months(rows)
    if chosen is not None:
        month.show(chosen, _company(chosen))
    else:
        st.caption(t("rec.choose"))


def _chart(rows: Sequence[Month]) -> None:
    st.subheader(f"{t('rec.chart')} · {t('chart.unit')}")
    names = sorted({row.month for row in rows})
    won = [sum((row.net for row in rows if row.month == name), _ZERO) for name in names]
    booked = [sum((row.booked for row in rows if row.month == name), _ZERO) for name in names]
    figure = charts.months(names, won, booked)
    st.plotly_chart(figure, config=charts.CONFIG, key="months_chart", alt=t("rec.chart_alt"))


def _months(rows: Sequence[Month]) -> Month | None:
    """Draw the table of months and return the selected one."""
    st.subheader(t("rec.table"))
    columns = [
        Column("month", t("rec.month"), width=80),
        Column("company", t("rec.company"), width=150),
        Column("deals", t("rec.deals"), "count", width=70),
        Column("gross", t("rec.gross"), "money"),
        Column("discount", t("rec.discount"), "money"),
        Column("net", t("rec.net"), "money"),
        Column("documents", t("rec.documents"), "count", width=80),
        Column("booked", t("rec.booked"), "money"),
        Column("difference", t("rec.difference"), "money", help=t("rec.difference_help")),
        Column("causes", t("rec.causes"), "money", help=t("rec.causes_help")),
        Column("moved", t("rec.moved"), "money", help=t("rec.moved_help")),
        Column("unexplained", t("rec.unexplained"), "money"),
    ]
    content = [{**form.adding_up(vars(row)), "company": _company(row)} for row in rows]
    selected = tables.select(content, columns, _KEY)
    export.button("months", content, columns)
    return rows[selected] if selected is not None and selected < len(rows) else None


def _company(row: Month) -> str:
    titles = {company.company: company.title for company in data.read(reader_overview.companies, Scope())}
    return titles.get(row.company, row.company) or t("rec.no_company")


show(header.scope())
