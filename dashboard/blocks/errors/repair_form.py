"""The form of one record that failed: fields, the rule beside the field, before and after, then one button."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import ask
from dashboard import format as form
from dashboard.blocks import tables
from dashboard.blocks.errors import issues
from dashboard.blocks.errors.draft import OpenDraft, of_field, text_of
from dashboard.blocks.reasons import in_words
from dashboard.blocks.record import fields
from dashboard.blocks.tables import Column
from dashboard.press import whole_page
from dashboard.text import t
from mappings import Problem
from mappings.edits import CHOICES, Checked, rows_of
from mappings.kinds import document_kind
from sync.store.reader.errors import Candidate, Whole

_BESIDE = 3


def show(operation: Whole, draft: OpenDraft, candidates: list[Candidate], version: int, choice: str) -> None:
    """Draw the form; `version` is the one that the person opened, `choice` what they chose when it had changed."""
    key = f"{operation.operation_no}_{version}"
    left, right = st.columns([1.75, 1])
    with left.container(border=True):
        st.subheader(t("errors.fields"))
        changes = _customer(operation, draft, candidates, key) if draft.kind == "customer" else {}
        slots = _fields(draft, key, changes)
        if draft.rows:
            _rows(draft, key, changes)
        checked = draft.checked(changes)
        _say(slots, checked)
    with right.container(border=True):
        _outcome(draft, checked, changes)
        _send(operation, checked, changes, version, choice, key)


def _fields(draft: OpenDraft, key: str, changes: dict[str, str]) -> dict[str, Any]:
    """Draw a field for each path, some beside each other; returns the place under each for its rule."""
    slots: dict[str, Any] = {}
    paths = draft.paths
    for start in range(0, len(paths), _BESIDE):
        columns = st.columns(_BESIDE)
        for column, path in zip(columns, paths[start : start + _BESIDE], strict=False):
            with column:
                before = text_of(draft.fields.get(path))
                after = _input(path, before, f"edit_{key}_{path}")
                if after != before:
                    changes[path] = after
                slots[path] = st.empty()
    return slots


def _input(path: str, before: str, key: str) -> str:
    words = fields.words(path)
    if path in CHOICES:
        options = [*CHOICES[path], *([before] if before not in CHOICES[path] else [])]
        return str(st.selectbox(words, options, index=options.index(before), format_func=fields.choice, key=key))
    return st.text_input(words, value=before, key=key, max_chars=2000).strip()


def _rows(draft: OpenDraft, key: str, changes: dict[str, str]) -> None:
    """Draw the rows as a table in which cells can be written; numbers are texts, so that none is rounded."""
    st.caption(t("errors.rows"))
    names = [name for name in draft.row_names if name != "Discount" or any(name in row for row in draft.rows)]
    before = pd.DataFrame(
        {
            "row": [str(number) for number in range(1, len(draft.rows) + 1)],
            **{name: pd.Series([text_of(row.get(name)) for row in draft.rows], dtype="str") for name in names},
        }
    )
    config: dict[str, Any] = {name: st.column_config.TextColumn(fields.words(name)) for name in names}
    config["row"] = st.column_config.TextColumn(t("errors.row"), width=40)
    config["DiscountType"] = st.column_config.SelectboxColumn(
        fields.words("DiscountType"), options=list(CHOICES["DiscountType"]), format_func=fields.choice
    )
    after = st.data_editor(
        before,
        column_config=config,
        key=f"rows_{key}",
        hide_index=True,
        disabled=["row"],
        row_height=tables.ROW,
        height=tables.height(len(draft.rows), 8),
    )
    for place in range(len(draft.rows)):
        for name in names:
            cell = after.iloc[place][name]
            text = "" if pd.isna(cell) else str(cell).strip()
            if text != before.iloc[place][name]:
                changes[f"{rows_of(draft.kind)}.{place + 1}.{name}"] = text


def _customer(operation: Whole, draft: OpenDraft, candidates: list[Candidate], key: str) -> dict[str, str]:
    """Draw the choice of customer, where that is the question."""
    own = str(draft.fields.get("CustomerNumber") or "")
    if operation.error_class != "match" or not own:
        return {}
    names = {
        one.number: " · ".join(part for part in (one.number, one.name, one.organisation_number, one.city) if part)
        for one in candidates
    }
    names.setdefault(own, t("errors.new_customer", number=own))
    chosen = st.selectbox(
        t("errors.choose_customer"),
        [None, *names],
        format_func=lambda number: names.get(number, number) if number else t("errors.no_choice"),
        key=f"customer_{key}",
    )
    return {"CustomerNumber": str(chosen)} if chosen else {}


def _say(slots: Mapping[str, Any], checked: Checked) -> None:
    """Draw each problem under its field; those of rows and of the whole below. What waits is said on top."""
    placed: list[Problem] = []
    for path, slot in slots.items():
        found = of_field(checked.problems, path)
        if found:
            with slot.container():
                for problem in found:
                    _rule(problem)
            placed += found
    for problem in checked.problems:
        if problem not in placed:
            _rule(problem)


def _rule(problem: Problem) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(issues.what("", problem.code), color="red", icon=":material/error:")
        st.text(in_words(problem.as_json()))


def _outcome(draft: OpenDraft, checked: Checked, changes: Mapping[str, str]) -> None:
    """Draw what the changes lead to, field by field and in kronor."""
    st.subheader(t("errors.diff"))
    if not changes:
        st.caption(t("errors.no_diff"))
        return
    rows = [
        {"field": fields.words(path), "before": fields.value(_before(draft, path)), "after": fields.value(after)}
        for path, after in changes.items()
    ]
    columns = [
        Column("field", t("records.field"), width=130),
        Column("before", t("records.before"), width=130),
        Column("after", t("records.after"), width=130),
    ]
    tables.show(rows, columns, "diff", most=8)
    if document_kind(draft.kind):
        before, after = draft.net(), type(draft)(draft.kind, checked.fields, (), draft.registers).net()
        st.caption(t("errors.net"))
        st.text(t("errors.net_change", before=form.kr(before), after=form.kr(after), change=form.kr(after - before)))
    st.caption(t("errors.lasts"))


def _before(draft: OpenDraft, path: str) -> str:
    steps = path.split(".")
    if len(steps) == 1:
        return "" if draft.kind == "customer" and path == "CustomerNumber" else text_of(draft.fields.get(path))
    return text_of(draft.rows[int(steps[1]) - 1].get(steps[2]))


def _send(operation: Whole, checked: Checked, changes: Mapping[str, str], version: int, choice: str, key: str) -> None:
    """Draw the reason and the buttons; nothing leaves while a rule is broken."""
    why = st.text_input(t("errors.why"), key=f"why_{key}", max_chars=300).strip()
    if changes and checked.problems:
        st.caption(t("errors.fix_first"))
    elif changes and not why:
        st.caption(t("errors.why_needed"))
    seen = {"number": operation.operation_no, "version": version}
    arguments = {"operation": seen, "changes": dict(changes), "reason": why, "choice": choice}
    st.button(
        t("errors.save"),
        type="primary",
        icon=":material/send:",
        key=f"save_{key}",
        disabled=not changes or bool(checked.problems) or not why,
        on_click=whole_page(_ask),
        args=("edit", operation, arguments),
    )


def replay_or_dismiss(operation: Whole, version: int, choice: str) -> None:
    """Draw the ways on that need no form: replay as it is, dismiss with a reason."""
    seen = {"number": operation.operation_no, "version": version}
    with st.container(horizontal=True):
        st.button(
            t("errors.as_is"),
            icon=":material/replay:",
            key=f"as_is_{operation.operation_no}",
            on_click=whole_page(_ask),
            args=("replay", operation, {"operations": [seen], "choice": choice}),
        )
        if operation.state == "review" and operation.action != "book":
            with st.popover(t("errors.dismiss"), icon=":material/block:"):
                amount = form.kr(operation.amount_sek) if operation.amount_sek is not None else form.DASH
                st.text(t("errors.dismiss_preview", count=1, amount=amount))
                reasoned(operation, "dismiss", {"operations": [seen]})


def reasoned(operation: Whole, name: str, arguments: Mapping[str, Any]) -> None:
    """Draw a reason and the button that asks with it."""
    with st.form(f"{name}_{operation.operation_no}", border=False):
        why = st.text_input(t("errors.why"), key=f"{name}_why_{operation.operation_no}", max_chars=300).strip()
        if st.form_submit_button(t(f"errors.{name}"), type="primary"):
            if why:
                _ask(name, operation, {**arguments, "reason": why})
                st.rerun()
            st.warning(t("errors.why_needed"))


def _ask(name: str, operation: Whole, arguments: Mapping[str, Any]) -> None:
    ask.repair(name, operation.subject_title or operation.source_id, arguments)
    st.session_state[f"asked_{operation.operation_no}"] = True
