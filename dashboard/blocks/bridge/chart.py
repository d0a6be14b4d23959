"""The bridge from the CRM to booked net: its waterfall and the table of its causes."""

from decimal import Decimal
from typing import Literal

import streamlit as st

from dashboard import charts, data
from dashboard import format as form
from dashboard.blocks import tables
from dashboard.blocks.bridge import verdict
from dashboard.blocks.tables import Column
from dashboard.charts import Bar
from dashboard.text import cause, t
from sync.store.reader import bridge as reader_bridge
from sync.store.reader.bridge import CauseTotal, Stages
from sync.store.reader.published import Scope

SHOWN = 8
ZERO = Decimal(0)


def unclassified(scope: Scope) -> Decimal:
    """Return the sum of what no cause explains, without sign: it must be 0."""
    causes = data.read(reader_bridge.causes, scope)
    return sum((abs(row.amount_sek) for row in causes if not row.explains), ZERO)


def show(scope: Scope) -> None:
    """Draw the waterfall and the table of all causes."""
    period = t("header.period_all").lower() if scope.since is None else f"{scope.since:%Y-%m}"
    st.subheader(f"{t('overview.bridge', period=period)} · {t('chart.unit')}")
    if verdict.unread(scope):
        st.info(t("overview.bridge_unread"))
        return
    stages = data.read(reader_bridge.stages, scope)
    if not stages.won_net and not stages.booked:
        st.info(t("overview.bridge_empty"))
        return
    causes = data.read(reader_bridge.causes, scope)
    found = steps(causes, stages.won_net, stages.booked)
    figure = charts.waterfall(
        Bar(t("overview.won"), "M3", stages.won_net), found, Bar(t("overview.booked"), "M7", stages.booked)
    )
    st.plotly_chart(figure, config=charts.CONFIG, key="bridge", alt=t("overview.bridge_alt"))
    with st.expander(t("overview.causes_table"), expanded=True):
        table(causes, "bridge_causes")


def from_pipeline(stages: Stages, causes: list[CauseTotal]) -> None:
    """Draw the whole bridge of some days: from the pipeline over won gross and net to booked net."""
    before = [*_own(stages, "pipeline"), Bar(t("rec.not_sent"), "O71", -stages.not_sent)]
    won = Bar(t("rec.won_gross"), "M1", stages.won_gross)
    net = Bar(t("rec.won_net"), "M3", stages.won_net)
    parts = [
        *[bar for bar in before if bar.amount],
        won,
        *[bar for bar in _own(stages, "discount") if bar.amount],
        net,
        *steps(causes, stages.won_net, stages.booked),
    ]
    figure = charts.waterfall(
        Bar(t("rec.pipeline"), "M0", stages.pipeline),
        parts,
        Bar(t("overview.booked"), "M7", stages.booked),
        totals=(won, net),
    )
    st.plotly_chart(figure, config=charts.CONFIG, key="bridge_period", alt=t("rec.bridge_alt"))


def steps(causes: list[CauseTotal], won: Decimal, booked: Decimal) -> list[Bar]:
    """Return the bars between the totals, largest first; what they leave is shown, never hidden."""
    found = [Bar(cause(row.cause), row.cause, row.amount_sek) for row in causes if row.amount_sek]
    found.sort(key=lambda bar: -abs(bar.amount))
    rest = booked - won - sum((bar.amount for bar in found), ZERO)
    shown = shortened(found)
    return [*shown, Bar(cause("rest"), "", rest)] if rest else shown


def shortened(found: list[Bar]) -> list[Bar]:
    """Return the largest steps and one bar for all others."""
    if len(found) <= SHOWN:
        return found
    others = sum((bar.amount for bar in found[SHOWN - 1 :]), ZERO)
    return [*found[: SHOWN - 1], Bar(cause("other"), "", others)]


def _own(stages: Stages, about: Literal["pipeline", "discount"]) -> list[Bar]:
    """Return the bars of what the CRM alone explains, in the order of the table of causes."""
    return [Bar(cause(code), code, amount) for code, amount in stages.steps(about)]


def table(causes: list[CauseTotal], key: str) -> None:
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
