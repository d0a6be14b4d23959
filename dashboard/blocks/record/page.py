"""One record with everything linked to it: both sides, why they differ, what happened, and the API calls."""

import streamlit as st

from dashboard import data, said
from dashboard import format as form
from dashboard.blocks import commands, tables
from dashboard.blocks.bridge.why import why
from dashboard.blocks.errors import edits
from dashboard.blocks.header import link_parameters
from dashboard.blocks.record import history, sides
from dashboard.blocks.tables import Column
from dashboard.text import WORDS, kind_of, named, t
from sync.store.reader import records as reader_records
from sync.store.reader.published import Scope
from sync.store.reader.records import Key, RecordCause, ShownDecision, ShownLink, ShownRecord


def show(scope: Scope, key: Key) -> None:
    """Draw the page of one record; the period of the header does not matter here."""
    everything = Scope(scope.company)
    if st.button(t("records.back"), icon=":material/arrow_back:", type="tertiary"):
        st.switch_page("views/records.py", query_params=link_parameters())
    record = data.read(reader_records.record, everything, key)
    keys = data.read(reader_records.family, everything, key)
    deals = data.read(reader_records.deals, everything, keys)
    documents = data.read(reader_records.documents, everything, keys, data.today())
    if record is None and not deals and not documents:
        st.info(t("records.not_here"))
        return
    _title(key, record)
    commands.show()
    _decisions(everything, keys)
    if deals or documents:
        sides.show(everything, deals, documents)
        _causes(everything, keys)
    _links(everything, key, keys)
    edits.show(everything, keys)
    history.show(everything, key, keys)
    if record is not None:
        with st.expander(t("records.newest")):
            st.code(history.pretty(record.payload), language="json", height=400)


def _title(key: Key, record: ShownRecord | None) -> None:
    kind = kind_of(key.system, key.kind)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(kind[:1].upper() + kind[1:], width="content")
        st.text(key.record_id)
        st.space("stretch")
        st.caption(t("unit.ex_vat"), width="content")
    if record is not None:
        st.text(record.system_title)
        if record.deleted_at is not None:
            st.warning(t("records.deleted", time=form.stamp(record.deleted_at)))


def _decisions(scope: Scope, keys: list[Key]) -> None:
    for decision in data.read(reader_records.decisions, scope, keys):
        words = _decided(decision)
        left_out = f"why.O71.{decision.code}"
        if decision.outcome == "excluded" and left_out in WORDS:
            words = f"{words}. {t(left_out)}"
        if f"reason.{decision.reason}" in WORDS:
            words = t("records.looked_at", decision=words, reason=t(f"reason.{decision.reason}"))
        st.caption(words)


def _decided(decision: ShownDecision) -> str:
    """Say what was decided of which kind of what a record becomes, and for which company."""
    words = {
        "kind": kind_of(f"fortnox:{decision.company}", decision.target_kind),
        "outcome": named("outcome", decision.outcome),
        "time": form.stamp(decision.decided_at),
    }
    if not decision.company:
        return t("records.decision_nowhere", **words)
    return t("records.decision", company=said.company(decision.company), **words)


def _causes(scope: Scope, keys: list[Key]) -> None:
    causes = data.read(reader_records.causes, scope, keys)
    if not causes:
        return
    with st.container(border=True):
        st.subheader(t("records.causes"))
        rows = [_cause(row) for row in causes]
        columns = [
            Column("code", t("overview.code"), width=60),
            Column("number", t("rec.invoice"), width=80),
            Column("amount", t("records.amount"), "money", width=120),
            Column("why", t("rec.why"), width=760),
        ]
        tables.show(rows, columns, "record_causes", most=6)


def _cause(row: RecordCause) -> dict[str, object]:
    code = f"{row.cause}.{row.origin}" if row.origin else row.cause
    said = why(row)
    return {
        "code": code,
        "number": row.number,
        "amount": row.amount_sek,
        "why": t("records.draft_differs", why=said) if row.side == "draft" else said,
    }


def _links(scope: Scope, key: Key, keys: list[Key]) -> None:
    links = data.read(reader_records.links, scope, keys)
    if not links:
        return
    with st.container(border=True):
        st.subheader(t("records.links"))
        rows = [
            {
                "source": f"{kind_of(link.source_system, link.source_kind)} {link.source_id}",
                "target": f"{kind_of(f'fortnox:{link.company}', link.target_kind)} {link.target_id} ({link.company})",
                "rung": named("rung", link.rung),
                "origin": named("origin", link.origin),
                "reference": link.reference,
                "linked_at": form.stamp(link.linked_at),
            }
            for link in links
        ]
        columns = [
            Column("source", t("records.link_from"), width=110),
            Column("target", t("records.link_to"), width=150),
            Column("rung", t("records.rung"), width=230),
            Column("origin", t("records.origin"), width=130),
            Column("reference", t("records.reference"), width=180),
            Column("linked_at", t("records.linked_at"), width=140),
        ]
        tables.show(rows, columns, "links", lambda index: _other_end(links[index], key), most=6)


def _other_end(link: ShownLink, key: Key) -> Key:
    source = Key(link.source_system, link.source_kind, link.source_id)
    return source if source != key else Key(f"fortnox:{link.company}", link.target_kind, link.target_id)
