"""The bridge from won net in the CRM to booked net in Fortnox, all periods together."""

from decimal import Decimal

import streamlit as st

from dashboard import charts, data
from dashboard import format as form
from dashboard.blocks import tables
from dashboard.blocks.tables import Column
from dashboard.charts import Step
from dashboard.text import cause, t
from sync.store import reader_overview
from sync.store.reader import Scope
from sync.store.reader_overview import Cause

SHOWN = 8
ZERO = Decimal(0)


def unclassified(scope: Scope) -> Decimal:
    """Return the sum of what no cause explains, without sign: it must be 0."""
    causes = data.read(reader_overview.bridge_causes, Scope(scope.company))
    return sum((abs(row.amount_sek) for row in causes if row.cause.startswith("X")), ZERO)


def show(scope: Scope) -> None:
    """Draw the waterfall and, folded, the table of all causes."""
    st.subheader(f"{t('overview.bridge')} · {t('chart.unit')}")
    everything = Scope(scope.company)
    won = data.read(reader_overview.deal_totals, everything)
    booked = data.read(reader_overview.document_totals, everything, data.today()).booked_net
    if not won.won_deals and not booked:
        st.info(t("overview.bridge_empty"))
        return
    causes = data.read(reader_overview.bridge_causes, everything)
    found = steps(causes, won.won_net, booked)
    figure = charts.waterfall(
        Step(t("overview.won"), "M3", won.won_net), found, Step(t("overview.booked"), "M7", booked)
    )
    st.plotly_chart(figure, config=charts.CONFIG, key="bridge", alt=t("overview.bridge_alt"))
    with st.expander(t("overview.causes_table"), expanded=True):
        table(causes, "bridge_causes")


def steps(causes: list[Cause], won: Decimal, booked: Decimal) -> list[Step]:
    """Return the bars between the totals, largest first; what they leave is shown, never hidden."""
    found = [Step(cause(row.cause), row.cause, row.amount_sek) for row in causes if row.amount_sek]
    found.sort(key=lambda step: -abs(step.amount))
    rest = booked - won - sum((step.amount for step in found), ZERO)
    shown = shortened(found)
    return [*shown, Step(cause("rest"), "", rest)] if rest else shown


def shortened(found: list[Step]) -> list[Step]:
    """Return the largest steps and one bar for all others."""
    if len(found) <= SHOWN:
        return found
    others = sum((step.amount for step in found[SHOWN - 1 :]), ZERO)
    return [*found[: SHOWN - 1], Step(cause("other"), "", others)]


def table(causes: list[Cause], key: str) -> None:
    """Draw all causes with count and amount."""
    amounts = form.to_ore([row.amount_sek for row in causes])
    rows = [
        {"cause": cause(row.cause), "code": row.cause, "items": row.items, "amount": amount}
        for row, amount in zip(causes, amounts, strict=True)
    ]
    columns = [
        Column("cause", t("overview.cause")),
        Column("code", t("overview.code")),
        Column("items", t("overview.items"), "count"),
        Column("amount", t("overview.amount"), "money"),
    ]
    tables.show(rows, columns, key, most=6)
