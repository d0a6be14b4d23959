"""Asking the sync for something: a file in its inbox, and its answer from the published copy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import access, data
from sync.store import inbox, reader_runs
from sync.store.reader import Scope

_ASKED = "asked"
KEPT = 10


@dataclass(frozen=True)
class Asked:
    """A wish of this session, by its command id."""

    command_id: str
    name: str
    flow: str


def ask(name: str, flow: str, arguments: Mapping[str, Any] | None = None) -> None:
    """Put a wish about a flow into the inbox, in the name of who is signed in."""
    command_id = inbox.ask(data.folder(), name, {"flow": flow, **(arguments or {})}, access.actor().name)
    st.session_state[_ASKED] = [Asked(command_id, name, flow), *wishes()][:KEPT]


def wishes() -> list[Asked]:
    """Return this session's wishes, newest first."""
    return list(st.session_state.get(_ASKED, []))


def answers() -> dict[str, reader_runs.Answer]:
    """Return the answers there are to this session's wishes, by command id."""
    ids = [asked.command_id for asked in wishes()]
    if not ids:
        return {}
    found = data.read(reader_runs.answers, Scope(), ids)
    return {answer.command_id: answer for answer in found}
