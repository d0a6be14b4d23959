"""What was asked of the sync and what it answered: said at once, and when the answer is published."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import simplejson
import streamlit as st

from dashboard import ask, data, said
from dashboard import format as form
from dashboard.blocks import flows, reasons, tables
from dashboard.blocks.tables import Column
from dashboard.text import named, t
from sync.store.reader import runs as reader_runs
from sync.store.reader.published import Scope
from sync.store.reader.runs import AnsweredCommand


@st.fragment(run_every="3s")
def show() -> None:
    """Draw this session's newest commands, each waiting or answered."""
    asked = ask.commands()[:3]
    if not asked:
        return
    found, called = ask.answers(), flows.names()
    stopped = data.status().stopped
    for command in asked:
        what = named("command", command.name)
        answer = found.get(command.command_id)
        with st.container(horizontal=True, vertical_alignment="center"):
            if answer is None:
                key = "runs.asked_stopped" if stopped else "runs.asked"
                st.badge(t(key, what=what), icon=":material/hourglass_top:", color="gray")
            else:
                icon, colour = (":material/check:", "green") if answer.accepted else (":material/close:", "red")
                st.badge(t("runs.answered", what=what, answer=in_words(answer)), icon=icon, color=colour)  # type: ignore[arg-type]
            # Remote text stays text: what the record is called, and what a rule says of its values.
            st.text(called.get(command.about, command.about))
        for line in _rules(answer) if answer is not None else ():
            st.text(line)


@st.fragment(run_every="5s")
def recent(scope: Scope) -> None:
    """Draw the newest answered commands of everybody."""
    answers = data.read(reader_runs.answers, scope, None)
    if not answers:
        return
    with st.container(border=True):
        st.subheader(t("runs.commands"))
        columns = [
            Column("when", t("runs.when"), width=145),
            Column("who", t("runs.who"), width=120),
            Column("what", t("runs.what"), width=120),
            Column("flow", t("runs.flow"), width=220),
            Column("answer", t("runs.answer"), width=400),
        ]
        called = flows.names()
        tables.show([_row(answer, called) for answer in answers], columns, "answers", most=6)


def in_words(answer: AnsweredCommand) -> str:
    """Return the answer in words, with the next run where the sync names it."""
    params: dict[str, Any] = simplejson.loads(answer.answer_params or "{}", use_decimal=True)
    known = {
        "number": str(params.get("number", form.DASH)),
        "actor": str(params.get("actor") or t("answer.somebody")),
        "count": str(params.get("count", form.DASH)),
    }
    words = [named("answer", answer.answer_code, **known)]
    if params.get("paused"):
        words.append(t("answer.flow_paused"))
    moment = _moment(params.get("next_run_at"))
    if moment:
        words.append(t("answer.next_run", time=form.stamp(moment)[:16]))
    return ", ".join(words)


def _rules(answer: AnsweredCommand) -> list[str]:
    """Return the rules that an answer names, in words."""
    params: dict[str, Any] = simplejson.loads(answer.answer_params or "{}", use_decimal=True)
    return [reasons.in_words(problem) for problem in (*params.get("problems", ()), *params.get("waits", ()))]


def _about(arguments: Mapping[str, Any], called: Mapping[str, str]) -> str:
    """Return what a command is about: a flow, a record, or a number of records."""
    if flow := arguments.get("flow"):
        return called.get(flow, said.quoted(flow))
    if record_id := arguments.get("record_id"):
        return f"{named('kind', arguments.get('kind'))} {record_id}"
    return f"{t('errors.records')}: {_count(arguments)}"


def _count(arguments: Mapping[str, Any]) -> int:
    return len(arguments.get("operations") or [arguments.get("operation")])


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _row(answer: AnsweredCommand, called: Mapping[str, str]) -> dict[str, Any]:
    arguments = simplejson.loads(answer.arguments, use_decimal=True)
    return {
        "when": form.stamp(answer.answered_at),
        "who": answer.actor,
        "what": named("command", answer.name),
        "flow": _about(arguments, called),
        "answer": " ".join([in_words(answer), *_rules(answer)]),
    }
