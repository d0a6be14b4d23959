"""A sliding window that the server can never count fuller than we do.

A slot becomes free one window after the *answer*: the server counted the call no later than that
(ARCHITECTURE.md: the pace). A call without an answer keeps its slot for the quarantine.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sync.clock import Clock


class Slot:
    """One call's place in the window; until `answered` is said it is kept for the quarantine."""

    def __init__(self, quarantine: float, window: float) -> None:
        self.kept_for = quarantine
        self._window = window

    def answered(self) -> None:
        """The server has answered, or was never reached: the place is free one window from the end."""
        self.kept_for = self._window


class SlidingWindow:
    """At most `limit` calls in any `window` seconds.

    It starts full: a process that was just killed does not know what it used, so one whole window passes
    before the first call (the boot gate).
    """

    def __init__(self, limit: int, window: float, clock: Clock, quarantine: float = 120.0) -> None:
        self._limit = limit
        self._window = window
        self._clock = clock
        self._quarantine = quarantine
        self._in_flight = 0
        self._free_at: deque[float] = deque([clock.monotonic() + window] * limit)
        self._turn = asyncio.Lock()
        self._released = asyncio.Event()
        self._shut_until = 0.0

    def shut(self, seconds: float) -> None:
        """Let no call through for `seconds`: the server said that we are too fast."""
        self._shut_until = max(self._shut_until, self._clock.monotonic() + seconds)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[Slot]:
        """Hold a slot while a call is under way; calls pass in the order they came."""
        async with self._turn:
            await self._wait_for_room()
            self._in_flight += 1
        slot = Slot(self._quarantine, self._window)
        try:
            yield slot
        finally:
            self._in_flight -= 1
            self._keep(slot.kept_for)
            self._released.set()

    def _keep(self, seconds: float) -> None:
        free_at = self._clock.monotonic() + seconds
        position = len(self._free_at)
        while position and self._free_at[position - 1] > free_at:
            position -= 1
        self._free_at.insert(position, free_at)

    async def _wait_for_room(self) -> None:
        while True:
            now = self._clock.monotonic()
            while self._free_at and self._free_at[0] <= now:
                self._free_at.popleft()
            if now < self._shut_until:
                await self._clock.sleep(self._shut_until - now)
            elif self._in_flight + len(self._free_at) < self._limit:
                return
            elif self._in_flight:
                await self._released_or_at(self._free_at[0] if self._free_at else None)
            else:
                await self._clock.sleep(self._free_at[0] - now)

    async def _released_or_at(self, moment: float | None) -> None:
        """Wait for a call under way to end, or for the next place: one in quarantine must not hold the others up."""
        self._released.clear()
        waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._released.wait())]
        if moment is not None:
            waits.append(asyncio.ensure_future(self._clock.sleep(moment - self._clock.monotonic())))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
