"""From a bar of the bridge to its deals, rows and documents, each with its why-sentence."""

import streamlit as st

from dashboard import data, export
from dashboard import format as form
from dashboard.blocks import per_crm, tables
from dashboard.blocks.bridge.why import why
from dashboard.blocks.tables import Column
from dashboard.text import cause, named, t
from sync.store.reader import bridge as reader_bridge
from sync.store.reader.bridge import By, GroupTotal, StepRow
from sync.store.reader.published import Paging, Scope
from sync.store.reader.records import Key

SIZE = 100
GROUPS: tuple[By, ...] = ("cause", "origin", "crm", "customer", "seller")
_PAGE = "drill_page"


def show(scope: Scope) -> None:
    """Draw the bars as a table, grouped as chosen, and what is behind the selected one."""
    several = len(per_crm.titles()) > 1
    words = {by: t(f"rec.by_{by}") for by in GROUPS if several or by != "crm"}
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(t("rec.behind_bars"))
        by: By = st.segmented_control(
            t("rec.group_by"),
            list(words),
            format_func=lambda name: words[name],
            default="cause",
            required=True,
            key="drill_by",
            label_visibility="collapsed",
        )
    groups = data.read(reader_bridge.groups, scope, by)
    if not groups:
        st.info(t("rec.no_causes"))
        return
    chosen = _groups(groups, by)
    if chosen is None:
        st.caption(t("rec.choose_bar"))
        return
    _steps(scope, by, groups[chosen])


def _groups(groups: list[GroupTotal], by: By) -> int | None:
    columns = [
        Column("name", t(f"rec.by_{by}"), width=300),
        Column("causes", t("overview.code"), width=140),
        Column("items", t("overview.items"), "count", width=80),
        Column("amount", t("overview.amount"), "money", width=140),
    ]
    amounts = form.to_ore([group.amount_sek for group in groups])
    rows = [
        {"name": name(by, group.name), "causes": group.causes, "items": group.items, "amount": amount}
        for group, amount in zip(groups, amounts, strict=True)
    ]
    chosen = tables.select(rows, columns, f"drill_{by}", most=9)
    return chosen if chosen is not None and chosen < len(groups) else None


def name(by: By, code: str) -> str:
    """Return what a bar is called: a cause and a maker have words; CRMs, customers and sellers their names."""
    if by == "cause":
        return cause(code)
    if by == "crm":
        return per_crm.titles().get(code) or code or t("rec.no_crm")
    return named("maker", code) if by == "origin" else code or t("word.none")


def _steps(scope: Scope, by: By, group: GroupTotal) -> None:
    paging = Paging(SIZE, tables.skip(SIZE, _PAGE))
    steps = data.read(reader_bridge.steps, scope, by, group.name, paging)
    tables.first_page_if_past_the_end(len(steps), _PAGE)
    st.text(f"{name(by, group.name)} · {form.kr(group.amount_sek)}")
    columns = [
        Column("title", t("rec.title"), width=150),
        Column("customer_name", t("rec.customer"), width=150),
        Column("number", t("rec.invoice"), width=70),
        Column("code", t("overview.code"), width=60),
        Column("amount", t("overview.amount"), "money", width=110),
        Column("why", t("rec.why"), width=560),
    ]
    rows = [_row(step) for step in steps]
    tables.show(rows, columns, "drill_steps", lambda index: key_of(steps[index]), most=14)
    if steps:
        tables.pager(steps[0].total, SIZE, _PAGE)
    export.button("bridge_steps", rows, columns)


def _row(step: StepRow) -> dict[str, object]:
    return {
        **vars(step),
        "code": f"{step.cause}.{step.origin}" if step.origin else step.cause,
        "amount": step.amount_sek,
        "why": why(step, step.deal_day, step.booked_day),
    }


def key_of(step: StepRow) -> Key:
    """Return the record that tells most about a step: its deal, else its document."""
    if step.deal_id:
        return Key(step.deal_system, step.deal_kind, step.deal_id)
    return Key(f"fortnox:{step.company}", step.document_kind, step.number)
