"""Runs follow one another: whose turn it is, and who waits for the one that goes on."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator

from sync.core.types import RunReason


class Turns:
    """Gives one run after another its turn."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._waiting: Counter[str] = Counter()
        self._hurried = False

    @contextlib.asynccontextmanager
    async def taken(self, system: str, reason: RunReason) -> AsyncIterator[None]:
        """Let the block run when it is the turn of a run that reads a system, asked for by a person or a schedule."""
        waits_as = "" if reason == "person" else system
        self._waiting[waits_as] += 1
        try:
            await self._lock.acquire()
        finally:
            self._waiting[waits_as] -= 1
        self._hurried = reason == "person"
        try:
            yield
        finally:
            self._lock.release()

    def hurry(self) -> None:
        """Let the run that goes on know that a person waits for it."""
        self._hurried = True

    def somebody_waits(self, system: str) -> bool:
        """Return whether a person waits for the run that goes on, or a run of another system does."""
        return self._hurried or any(count for other, count in self._waiting.items() if other != system)
