"""One record that failed: what stops it, the form, and how it went; it renews itself when it has moved."""

from typing import Any

import streamlit as st

from dashboard import ask, data, said
from dashboard import format as form
from dashboard.blocks import tables
from dashboard.blocks.errors import edits, issues, queue, repair_form
from dashboard.blocks.errors.draft import OpenDraft, draft_of, stored
from dashboard.blocks.reasons import problem_lines
from dashboard.press import whole_page
from dashboard.text import named, t
from sync.store.reader import errors as reader_errors
from sync.store.reader.errors import Candidate, QueueFilter, Whole
from sync.store.reader.published import LARGEST_PAGE, Paging, Scope
from sync.store.reader.records import Key

_OPEN = {"review", "retry"}
_WAITS_FOR = {"customer_waits": "customer", "article_waits": "article"}


def show(scope: Scope, number: int) -> None:
    """Draw the page of one operation."""
    everything = Scope(scope.company)
    st.button(t("errors.back"), icon=":material/arrow_back:", type="tertiary", key="back", on_click=whole_page(close))
    operation = data.read(reader_errors.whole, everything, number)
    if operation is None:
        st.info(t("errors.not_here"))
        return
    _title(operation)
    _watch(everything, number, operation.version)
    version, choice, ready = _seen(operation)
    if not ready:
        return
    draft = draft_of(scope, operation)
    if operation.state in _OPEN:
        _problems(everything, operation)
        if operation.booked and operation.action == "update":
            st.warning(t("errors.booked", number=operation.target_id), icon=":material/lock:")
        elif draft is not None:
            repair_form.show(operation, draft, _candidates(everything, operation, draft), version, choice)
        else:
            st.caption(t("errors.no_form"))
        repair_form.replay_or_dismiss(operation, version, choice)
    else:
        _settled(operation)
    edits.silent(everything, [number], operation)
    edits.show(everything, [_source(operation)])


def close() -> None:
    """Go back to the list."""
    if "op" in st.query_params:
        del st.query_params["op"]


def _title(operation: Whole) -> None:
    kind = named("kind", operation.target_kind)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(f"{kind[:1].upper()}{kind[1:]}", width="content")
        if operation.error_class and operation.state in _OPEN:
            st.badge(named("class", operation.error_class), color="orange")
        st.badge(named("operation", operation.state), color="green" if operation.state == "done" else "gray")
        st.space("stretch")
        if st.button(t("errors.to_record"), icon=":material/open_in_new:", type="tertiary", key="to_record"):
            tables.open_record(_source(operation))
    amount = form.kr(operation.amount_sek) if operation.amount_sek is not None else ""
    facts = (operation.subject_title, operation.company_title, amount)
    st.text(" · ".join(part for part in facts if part))


def _seen(operation: Whole) -> tuple[int, str, bool]:
    """Return the version that the person opened, what they chose if it has changed since, and whether to go on."""
    number = operation.operation_no
    key, chosen, asked = f"seen_{number}", f"choice_{number}", f"asked_{number}"
    state = st.session_state
    if state.get(asked) and operation.version == state.get(key) and operation.state in _OPEN and not _refused():
        st.info(t("errors.in_progress"), icon=":material/hourglass_top:")
        return operation.version, "", False
    if state.get(asked) and (operation.version != state.get(key) or operation.state not in _OPEN):
        state[key], state[chosen] = operation.version, ""
    state[asked] = False
    state.setdefault(key, operation.version)
    if operation.state not in _OPEN:
        return operation.version, "", True
    if operation.version == state[key]:
        return operation.version, state.get(chosen, ""), True
    if state.get(chosen) == "edited":
        return state[key], "edited", True
    st.warning(t("errors.stale"), icon=":material/sync_problem:")
    with st.container(horizontal=True):
        st.button(
            t("errors.take_current"),
            key="take_current",
            on_click=whole_page(_take),
            args=(number, operation.version, ""),
        )
        st.button(t("errors.keep_mine"), key="keep_mine", on_click=whole_page(_take), args=(number, None, "edited"))
    return operation.version, "", False


def _refused() -> bool:
    """Say whether the sync has refused what this session asked for last: then the form is there again."""
    asked = ask.commands()[:1]
    answer = ask.answers().get(asked[0].command_id) if asked else None
    return answer is not None and not answer.accepted


def _take(number: int, version: int | None, choice: str) -> None:
    if version is not None:
        st.session_state[f"seen_{number}"] = version
    st.session_state[f"choice_{number}"] = choice


@st.fragment(run_every="3s")
def _watch(scope: Scope, number: int, drawn: int) -> None:
    """Draw the page again when the operation has moved since it was drawn."""
    now = data.read(reader_errors.whole, scope, number)
    waiting = st.session_state.get(f"asked_{number}", False)
    if now is not None and (now.version != drawn or (waiting and _refused())):
        st.rerun()


def _problems(scope: Scope, operation: Whole) -> None:
    for_crm = operation.action == "write_back"
    with st.container(border=True, gap="xsmall"):
        st.subheader(t("errors.problems"))
        lines = problem_lines(operation.problems)
        for line in lines:
            st.text(line)
        if not lines and operation.error_sentence:
            _answer(operation, for_crm)
        code = next((problem.code for problem in stored(operation.problems)), operation.error_code)
        st.caption(t("errors.todo"))
        st.text(issues.guide(operation.error_class, code, for_crm))
        _blockers(scope, operation)


def _answer(operation: Whole, for_crm: bool) -> None:
    """Draw what the system answered: Kvitt's own sentence about it, else the system's words as a quotation."""
    words = said.known(operation.error_sentence)
    if words is None:
        code = said.quoted(operation.error_code) if operation.error_code else form.DASH
        st.caption(t("errors.crm_said" if for_crm else "errors.fortnox_said", code=code))
        words = said.quoted(operation.error_sentence)
    st.text(words)


def _blockers(scope: Scope, operation: Whole) -> None:
    """Draw a way to each customer or article that this record waits for."""
    wanted = {
        (_WAITS_FOR[problem.code], problem.params.get("value", ""))
        for problem in stored(operation.problems)
        if problem.code in _WAITS_FOR
    }
    if not wanted:
        return
    for one in data.read(reader_errors.waiting, scope, QueueFilter(), Paging(LARGEST_PAGE)):
        if (one.target_kind, one.subject_title) in wanted and one.company == operation.company:
            number = one.operation_no
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    t("table.open"), key=f"open_{number}", on_click=whole_page(queue.open_operation), args=(number,)
                )
                st.text(f"{named('kind', one.target_kind)} {one.subject_title}")


def _settled(operation: Whole) -> None:
    kind = named("kind", operation.target_kind)
    if operation.state == "done":
        st.success(t("errors.settled_done", kind=kind), icon=":material/check_circle:")
        st.text(f"{kind} {operation.target_id}")
    elif operation.state in {"dismissed", "cancelled"}:
        st.info(t(f"errors.settled_{operation.state}"), icon=":material/block:")
    else:
        words = t("errors.on_its_way", state=named("operation", operation.state))
        st.info(words, icon=":material/hourglass_top:")


def _candidates(scope: Scope, operation: Whole, draft: OpenDraft) -> list[Candidate]:
    """Return the customers in Fortnox that the problems name."""
    if draft.kind != "customer" or operation.company is None:
        return []
    named_in: list[str] = []
    for problem in draft.problems:
        for name in ("numbers", "value"):
            named_in += [part.strip() for part in str(problem.params.get(name, "")).split(",") if part.strip()]
    return data.read(reader_errors.candidates, scope, operation.company, named_in)


def _source(operation: Whole) -> Key:
    return Key(operation.source_system, operation.source_kind, operation.source_id)


def number_in_url(text: Any) -> int | None:
    """Return the operation that the URL names, None when it names none."""
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 19 else None
