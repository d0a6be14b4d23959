"""What happened to a record: operations with their problems, the timeline, field changes, API calls."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

import simplejson
import streamlit as st

from dashboard import data
from dashboard import format as form
from dashboard.blocks import tables
from dashboard.blocks.errors import edits
from dashboard.blocks.header import link_parameters
from dashboard.blocks.reasons import problem_lines, reason
from dashboard.blocks.record import fields
from dashboard.blocks.tables import Column
from dashboard.text import kind_of, named, t
from sync.store.reader import history as reader_history
from sync.store.reader.history import ShownCall, ShownOperation, Version
from sync.store.reader.published import Paging, Scope
from sync.store.reader.records import Key

EVENTS = 200
LONGEST_VALUE = 300
_TROUBLED = {"review", "retry", "unknown"}
_SOLVABLE = {"review", "retry"}
# A field, with its text before and after.
Change = tuple[str, str, str]
_NO_ROW = object()


def show(scope: Scope, key: Key, keys: Sequence[Key]) -> None:
    """Draw everything that happened to the record and to what it is linked with."""
    operations = data.read(reader_history.operations, scope, list(keys))
    _problems(operations)
    edits.silent(scope, [operation.operation_no for operation in operations])
    with st.container(border=True):
        _timeline(scope, keys, operations)
    with st.container(border=True):
        _changes(data.read(reader_history.versions, scope, key))
    with st.container(border=True):
        _calls(scope, operations)


def _problems(operations: Sequence[ShownOperation]) -> None:
    for operation in operations:
        if operation.state not in _TROUBLED:
            continue
        with st.container(border=True, gap="xsmall"):
            st.badge(named("operation", operation.state), icon=":material/error:", color="orange")
            lines = problem_lines(operation.problems)
            for line in lines or [_refusal(operation)]:
                st.text(line)
            st.caption(f"{t('records.attempts')}: {operation.attempt}")
            st.text(f"{t('records.trace')}: {operation.correlation_id}")
            number = operation.operation_no
            if operation.state in _SOLVABLE and st.button(t("records.solve"), key=f"solve_{number}"):
                st.switch_page("views/errors.py", query_params={**link_parameters(), "op": str(number)})


def _refusal(operation: ShownOperation) -> str:
    return reason(operation.error_class, operation.error_sentence, "[]", operation.action == "write_back")


def _timeline(scope: Scope, keys: Sequence[Key], operations: Sequence[ShownOperation]) -> None:
    st.subheader(t("records.timeline"))
    numbers = [operation.operation_no for operation in operations]
    events = data.read(reader_history.events, scope, list(keys), numbers, Paging(EVENTS))
    if not events:
        st.caption(t("records.timeline_empty"))
        return
    by_number = {operation.operation_no: operation for operation in operations}
    rows = [
        {
            "when": form.stamp(event.happened_at),
            "what": named("event", event.action),
            "operation": _operation(by_number.get(event.operation_no or 0)),
            "which": f"{kind_of(event.system, event.kind)} {event.record_id}" if event.kind else form.DASH,
            "who": t("word.kvitt") if event.actor == "kvitt" else event.actor,
            "details": edits.told(event.action, event.details),
            "trace": event.correlation_id or form.DASH,
        }
        for event in events
    ]
    columns = [
        Column("when", t("records.when"), width=150),
        Column("what", t("records.what"), width=190),
        Column("operation", t("records.operation"), width=220),
        Column("which", t("records.which"), width=140),
        Column("who", t("records.who"), width=90),
        Column("details", t("records.details"), width=260),
        Column("trace", t("records.trace"), width=110),
    ]
    tables.show(rows, columns, "timeline", most=14)


def _operation(operation: ShownOperation | None) -> str:
    if operation is None:
        return form.DASH
    words = f"{named('action', operation.action)} {named('kind', operation.target_kind)} {operation.target_id}".strip()
    ended = named("result", operation.result) if operation.result else named("operation", operation.state)
    return f"{words}: {ended}"


def _changes(versions: Sequence[Version]) -> None:
    st.subheader(t("records.changes"))
    changes = changes_of([simplejson.loads(version.payload, use_decimal=True) for version in reversed(versions)])[::-1]
    for index, version in enumerate(versions):
        st.caption(t("records.version", number=version.version, time=form.stamp(version.valid_from)))
        if index + 1 == len(versions):
            st.caption(t("records.first_version"))
            continue
        rows = [
            {"field": fields.words(field), "before": fields.value(before), "after": fields.value(after)}
            for field, before, after in changes[index]
        ]
        if not rows:
            st.caption(t("records.no_change"))
            continue
        columns = [
            Column("field", t("records.field"), width=240),
            Column("before", t("records.before"), width=300),
            Column("after", t("records.after"), width=300),
        ]
        tables.show(rows, columns, f"version_{version.version}", most=8)
    if not versions:
        st.caption(t("records.first_version"))


def _calls(scope: Scope, operations: Sequence[ShownOperation]) -> None:
    st.subheader(t("records.calls"))
    numbers = [operation.operation_no for operation in operations]
    correlations = sorted({operation.correlation_id for operation in operations})
    calls = data.read(reader_history.calls, scope, numbers, correlations)
    if not calls:
        st.caption(t("records.calls_empty"))
    for call in calls:
        _call(call)


def _call(call: ShownCall) -> None:
    words = t(
        "records.call",
        method=call.method,
        status=call.status if call.status is not None else t("records.no_answer"),
        ms=form.number(call.milliseconds),
        time=form.stamp(call.happened_at),
    )
    with st.expander(words):
        st.code(f"{call.path}?{call.query}" if call.query else call.path, language=None, wrap_lines=True)
        for heading, body in ((t("records.request"), call.request), (t("records.response"), call.response)):
            st.caption(heading)
            st.code(pretty(body) or t("records.empty_body"), language="json", wrap_lines=True)


def pretty(text: str) -> str:
    """Return JSON indented, numbers as they were; anything else (a cut body) as it is."""
    try:
        return str(simplejson.dumps(simplejson.loads(text, use_decimal=True), indent=2, ensure_ascii=False))
    except ValueError:
        return text


def changes_of(payloads: Sequence[Any]) -> list[list[Change]]:
    """Return for each version, oldest first, what it states otherwise than was known of the record before."""
    known: Any = payloads[0] if payloads else None
    found: list[list[Change]] = []
    for payload in payloads:
        found.append(differences(known, payload))
        known = _added(known, payload)
    return found


def differences(before: Any, after: Any) -> list[Change]:
    """Return the fields that both payloads state and state otherwise, each with the text before and after.

    A field that only one of them states has not changed: lists and short answers leave fields out, and a field that
    is emptied is stated as empty. A row that only one of them has was added or removed.
    """
    changes = _differing(before, after, "")
    return [(field, old[:LONGEST_VALUE], new[:LONGEST_VALUE]) for field, old, new in changes]


def _differing(before: Any, after: Any, path: str) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in (name for name in before if name in after):
            yield from _differing(before[name], after[name], f"{path}.{name}" if path else str(name))
    elif isinstance(before, list) and isinstance(after, list):
        for number, (old, new) in enumerate(zip_longest(before, after, fillvalue=_NO_ROW), start=1):
            yield from _differing(old, new, f"{path}.{number}" if path else str(number))
    else:
        old_leaves, new_leaves = dict(_leaves(before, path)), dict(_leaves(after, path))
        for field in {**old_leaves, **new_leaves}:
            old, new = old_leaves.get(field, form.DASH), new_leaves.get(field, form.DASH)
            if old != new:
                yield field, old, new


def _added(known: Any, stated: Any) -> Any:
    """Return what is known when something more is stated: what it leaves out stays as it was."""
    if isinstance(known, dict) and isinstance(stated, dict):
        return {**known, **{name: _added(known.get(name), value) for name, value in stated.items()}}
    return stated


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield paths and texts: ("stage.name", "Won"), ("orderRow.1.price", "57000"); rows count from 1."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            yield from _leaves(inner, f"{path}.{number}" if path else str(number))
    elif value is not _NO_ROW:
        yield path, "" if value is None else str(value)
