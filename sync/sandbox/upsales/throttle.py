"""Upsales's rate limit: so many requests in a fixed window per key (FACTS.md 1.4)."""

import math
from dataclasses import dataclass

from sync.clock import Clock


@dataclass
class _Window:
    opened: float
    used: int


class Throttle:
    """Counts requests in fixed windows of the sandbox's time.

    A window opens with its first request. `X-RateLimit-Reset` is whole seconds left, -2 on that first one.
    """

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock, self._seconds = clock, seconds
        self._windows: dict[str, _Window] = {}

    def take(self, key: str, limit: int) -> tuple[bool, dict[str, str]]:
        """Count one request; return whether it is let through, and the headers that say how things stand."""
        now = self._clock.monotonic()
        window = self._windows.get(key)
        first = window is None or now - window.opened >= self._seconds
        if window is None or first:
            window = self._windows[key] = _Window(now, 0)
        window.used += 1
        left = math.ceil(window.opened + self._seconds - now)
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - window.used)),
            "X-RateLimit-Reset": "-2" if first else str(left),
        }
        return window.used <= limit, headers
