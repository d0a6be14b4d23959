"""The review queue: what waits, one by one, and what can be asked for one or many."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC
from decimal import Decimal
from typing import Any

import streamlit as st

from dashboard import ask, data
from dashboard import format as form
from dashboard.blocks import tables
from dashboard.blocks.errors import issues
from dashboard.blocks.reasons import reason
from dashboard.blocks.tables import Column
from dashboard.press import whole_page
from dashboard.text import language, named, t
from mappings.kinds import document_kind
from sync.store.reader import errors as reader_errors
from sync.store.reader.errors import QueueFilter, Waiting
from sync.store.reader.published import Paging, Scope

SIZE = 100
_PAGE = "queue_page"
_ZERO = Decimal(0)


def show(scope: Scope) -> None:
    """Draw the list and, for the marked ones, what can be asked."""
    wanted: QueueFilter = st.session_state.get(issues.CHOSEN) or QueueFilter()
    _filter(wanted)
    found = data.read(reader_errors.waiting, scope, wanted, Paging(SIZE, tables.skip(SIZE, _PAGE)))
    tables.first_page_if_past_the_end(len(found), _PAGE)
    if not found:
        st.info(t("errors.none_filtered"))
        return
    columns = [
        Column("record", t("errors.record"), width=235),
        Column("company", t("errors.company"), width=60),
        Column("state", t("errors.state"), width=75),
        Column("what", t("errors.what"), width=185),
        Column("reason", t("errors.reason"), width=285),
        Column("amount", t("errors.amount"), "money", width=110),
        Column("age", t("errors.age"), width=70),
    ]
    # The key holds the records: a mark never moves to another record when the list changes.
    key = "queue_" + "_".join(str(one.operation_no) for one in found[:SIZE])
    st.session_state["queue_key"] = key
    marked = tables.select_many([_row(one) for one in found], columns, key, most=16)
    tables.pager(found[0].total, SIZE, _PAGE)
    if marked:
        _actions([found[number] for number in marked])
    else:
        st.caption(t("errors.choose_records"))


def open_operation(number: int) -> None:
    """Show one operation's form."""
    st.query_params["op"] = str(number)


def net(chosen: Sequence[Waiting]) -> Decimal:
    """Return the net of the deals behind some operations, each deal once."""
    amounts = {(one.source_system, one.source_kind, one.source_id): one.amount_sek or _ZERO for one in chosen}
    return sum(amounts.values(), _ZERO)


def seen(chosen: Sequence[Waiting]) -> list[dict[str, int]]:
    """Return operations as a command names them: number, and the version that was looked at."""
    return [{"number": one.operation_no, "version": one.version} for one in chosen]


def _filter(wanted: QueueFilter) -> None:
    if wanted == QueueFilter():
        return
    parts = [issues.what(wanted.error_class or "", wanted.code or "")]
    parts += [issues.field(wanted.field)] if wanted.field else []
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(t("errors.filtered", what=", ".join(parts)), color="blue", icon=":material/filter_alt:")
        st.button(
            t("errors.clear"), type="tertiary", key="clear_filter", on_click=whole_page(issues.choose), args=(None,)
        )


def _actions(chosen: Sequence[Waiting]) -> None:
    open_ones = [one for one in chosen if one.error_class != "silent"]
    held = [one for one in open_ones if one.state == "review"]
    silent = [one for one in chosen if one.error_class == "silent"]
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.text(t("errors.chosen", count=len(chosen), amount=form.kr(net(chosen))), width="content")
        st.space("stretch")
        if len(chosen) == 1:
            number = chosen[0].operation_no
            st.button(
                t("errors.open_one"),
                type="primary",
                key="open_one",
                on_click=whole_page(open_operation),
                args=(number,),
            )
        if open_ones:
            with st.popover(f"{t('errors.replay')} {len(open_ones)}", icon=":material/replay:"):
                _replay(open_ones)
        if held:
            with st.popover(f"{t('errors.dismiss')} {len(held)}", icon=":material/block:"):
                _with_reason("dismiss", held, {"operations": seen(held)})
        if silent:
            with st.popover(f"{t('errors.accept')} {len(silent)}", icon=":material/done_all:"):
                _with_reason("accept", silent, {"operations": [one.operation_no for one in silent]})


def _replay(chosen: Sequence[Waiting]) -> None:
    kinds = Counter("document" if document_kind(one.target_kind) else one.target_kind for one in chosen)
    st.text(
        t(
            "errors.replay_preview",
            count=form.number(len(chosen)),
            amount=form.kr(net(chosen)),
            customers=kinds["customer"],
            articles=kinds["article"],
            documents=kinds["document"],
        )
    )
    st.caption(t("errors.replay_twice"))
    st.button(
        t("errors.replay_sure", count=len(chosen)),
        type="primary",
        key="replay_many",
        on_click=whole_page(ask.repair),
        args=("replay", _about(chosen), {"operations": seen(chosen)}),
    )


def _with_reason(name: str, chosen: Sequence[Waiting], arguments: dict[str, Any]) -> None:
    st.text(t(f"errors.{name}_preview", count=form.number(len(chosen)), amount=form.kr(net(chosen))))
    with st.form(f"{name}_many", border=False):
        why = st.text_input(t("errors.why"), key=f"{name}_many_why", max_chars=300).strip()
        if st.form_submit_button(t(f"errors.{name}"), type="primary"):
            if why:
                ask.repair(name, _about(chosen), {**arguments, "reason": why})
                st.rerun()
            st.warning(t("errors.why_needed"))


def _about(chosen: Sequence[Waiting]) -> str:
    first = chosen[0]
    title = first.subject_title or f"{named('kind', first.source_kind)} {first.source_id}"
    return title if len(chosen) == 1 else f"{title} + {len(chosen) - 1}"


def _row(one: Waiting) -> dict[str, Any]:
    kind = named("kind", one.target_kind)
    return {
        "record": f"{kind}: {one.subject_title or one.source_id}",
        "company": one.company or form.DASH,
        "state": named("class", "silent") if one.error_class == "silent" else named("operation", one.state),
        "what": issues.what(one.error_class, one.code),
        "reason": reason(one.error_class, one.error_sentence, one.problems, one.action == "write_back"),
        "amount": one.amount_sek,
        "age": form.age(data.status().now - one.created_at.replace(tzinfo=UTC), language()),
    }
