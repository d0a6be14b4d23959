"""For how long a system has been silent: calls that wait for an answer, or pause because none came."""

import asyncio
from typing import Any


class Silence:
    """Knows since when each call under way has had no answer, on the loop's clock: time-outs are of that one too."""

    def __init__(self) -> None:
        self._since: dict[asyncio.Task[Any] | None, float] = {}

    def begin(self) -> bool:
        """The running task waits from now on; False where it did so already: a repeated call goes on waiting."""
        task = asyncio.current_task()
        fresh = task not in self._since
        if fresh:
            self._since[task] = asyncio.get_running_loop().time()
        return fresh

    def end(self) -> None:
        """The running task waits no more."""
        self._since.pop(asyncio.current_task(), None)

    def seconds(self) -> float:
        """Return for how long the call that waits longest has waited, 0.0 when none does."""
        return asyncio.get_running_loop().time() - min(self._since.values()) if self._since else 0.0
