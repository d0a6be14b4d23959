"""The bridge from the CRM to booked net: its waterfall and the table of its causes."""

from decimal import Decimal

import streamlit as st

from dashboard import charts, data
from dashboard import format as form
from dashboard.blocks import tables
from dashboard.blocks.bridge import verdict
from dashboard.blocks.tables import Column
from dashboard.charts import Step
from dashboard.text import cause, t
from sync.store.reader import bridge as reader_bridge
from sync.store.reader.bridge import Cause, Stages
from sync.store.reader.published import Scope

SHOWN = 8
ZERO = Decimal(0)


def unclassified(scope: Scope) -> Decimal:
    """Return the sum of what no cause explains, without sign: it must be 0."""
    causes = data.read(reader_bridge.causes, scope)
    return sum((abs(row.amount_sek) for row in causes if row.cause.startswith("X")), ZERO)


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
        Step(t("overview.won"), "M3", stages.won_net), found, Step(t("overview.booked"), "M7", stages.booked)
    )
    st.plotly_chart(figure, config=charts.CONFIG, key="bridge", alt=t("overview.bridge_alt"))
    with st.expander(t("overview.causes_table"), expanded=True):
        table(causes, "bridge_causes")


def from_pipeline(stages: Stages, causes: list[Cause]) -> None:
    """Draw the whole bridge of some days: from the pipeline over won gross and net to booked net."""
    before = [
        Step(cause("P30"), "P30", -stages.deleted),
        Step(cause("P20"), "P20", -stages.lost),
        Step(cause("P10"), "P10", -stages.open),
        Step(t("rec.not_sent"), "O71", -stages.not_sent),
    ]
    won = Step(t("rec.won_gross"), "M1", stages.won_gross)
    net = Step(t("rec.won_net"), "M3", stages.won_net)
    discount = Step(cause("C41"), "C41", -stages.discount)
    parts = [
        *[step for step in before if step.amount],
        won,
        *([discount] if discount.amount else []),
        net,
        *steps(causes, stages.won_net, stages.booked),
    ]
    figure = charts.waterfall(
        Step(t("rec.pipeline"), "M0", stages.pipeline),
        parts,
        Step(t("overview.booked"), "M7", stages.booked),
        totals=(won, net),
    )
    st.plotly_chart(figure, config=charts.CONFIG, key="bridge_period", alt=t("rec.bridge_alt"))


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
