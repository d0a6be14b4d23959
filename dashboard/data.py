"""Reading for the pages: the newest published copy, cached answers, and how fresh they are.

The only place with time-to-live. Answers are keyed by the copy's file name, so a new copy is seen at once.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import streamlit as st

from sync.clock import stockholm_date, wall_now
from sync.store.publish import copies as publish
from sync.store.reader.published import Reader, ReaderError, Scope

P = ParamSpec("P")
T = TypeVar("T")


class NoCopyError(Exception):
    """There is no published copy to read."""


@dataclass(frozen=True)
class Status:
    """Whether the sync lives, and which copy is the newest; `wall` is when this was looked at (UTC)."""

    heartbeat: publish.Heartbeat | None
    published: publish.Published | None
    wall: datetime

    @property
    def stopped(self) -> bool:
        """Return whether the sync process is silent, ended, or never was there."""
        return self.heartbeat is None or self.heartbeat.stopped(self.wall)

    @property
    def now(self) -> datetime:
        """Return the time on the sync's clock; it stands still while the sync is stopped."""
        if self.heartbeat is None:
            return self.published.data_at if self.published else self.wall
        if self.stopped:
            return self.heartbeat.sync_now
        since = max(self.wall - self.heartbeat.beat_at, timedelta())
        return self.heartbeat.sync_now + since * self.heartbeat.speed

    @property
    def age(self) -> timedelta:
        """Return how old the copy is on the wall clock."""
        return self.wall - self.published.published_at if self.published else timedelta()


def folder() -> Path:
    """Return the data folder: KVITT_DATA, else "data"."""
    return Path(os.environ.get("KVITT_DATA") or "data")


def status() -> Status:
    """Look at the heartbeat and the pointer; both are tiny files."""
    data = folder()
    return Status(publish.last_beat(data), publish.newest(data), wall_now())


def today() -> date:
    """Return the business date on the sync's clock: it decides what is overdue."""
    return stockholm_date(status().now)


def read(question: Callable[Concatenate[Reader, Scope, P], T], scope: Scope, *args: P.args, **kwargs: P.kwargs) -> T:
    """Return the newest copy's answer to a function of the reader."""
    published = publish.newest(folder())
    if published is None:
        raise NoCopyError
    name = f"{question.__module__}.{question.__qualname__}"
    try:
        answer = _answer(str(published.path), name, question, scope, args, kwargs)
    except ReaderError:
        published = publish.newest(folder()) or published
        answer = _answer(str(published.path), name, question, scope, args, kwargs)
    found: T = answer
    return found


@st.cache_data(ttl="10m", max_entries=400, show_spinner=False)
def _answer(
    copy: str,
    name: str,
    _question: Callable[..., Any],
    scope: Scope,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    return _question(_reader(copy), scope, *args, **kwargs)


@st.cache_resource(ttl="10m", max_entries=4, show_spinner=False)
def _reader(copy: str) -> Reader:
    return Reader(Path(copy))
