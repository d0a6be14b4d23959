"""Commands to the sync: a file in its inbox each, and its answer from the published copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import access, data
from dashboard.text import named
from sync.store import inbox
from sync.store.reader import runs as reader_runs
from sync.store.reader.published import Scope

_ASKED = "asked"
KEPT = 10


@dataclass(frozen=True)
class Asked:
    """A command of this session, by its command id; `about` is the flow or the record it concerns."""

    command_id: str
    name: str
    about: str


def ask(name: str, flow: str, arguments: Mapping[str, Any] | None = None) -> None:
    """Put a command about a flow into the inbox, in the name of who is signed in."""
    _put(name, flow, {"flow": flow, **(arguments or {})})


def another_document(system: str, kind: str, record_id: str, company: str) -> None:
    """Ask that a deal may have another document, in the name of who is signed in."""
    arguments = {"system": system, "kind": kind, "record_id": record_id, "company": company}
    _put("another_document", f"{named('kind', kind)} {record_id}", arguments)


def repair(name: str, about: str, arguments: Mapping[str, Any]) -> None:
    """Ask that something failed is edited, replayed, dismissed or accepted, in the name of who is signed in."""
    _put(name, about, arguments)


def _put(name: str, about: str, arguments: Mapping[str, Any]) -> None:
    command_id = inbox.ask(data.folder(), name, arguments, access.actor().name)
    st.session_state[_ASKED] = [Asked(command_id, name, about), *commands()][:KEPT]


def commands() -> list[Asked]:
    """Return this session's commands, newest first."""
    return list(st.session_state.get(_ASKED, []))


def answers() -> dict[str, reader_runs.AnsweredCommand]:
    """Return the answers there are to this session's commands, by command id."""
    ids = [asked.command_id for asked in commands()]
    if not ids:
        return {}
    found = data.read(reader_runs.answers, Scope(), ids)
    return {answer.command_id: answer for answer in found}
