"""The rate limit: 25 requests in a sliding window of 5 s per client id and tenant (FACTS.md 4)."""

from collections import deque

from sync.clock import Clock
from sync.sandbox.fortnox.quirks import FortnoxQuirks


class Window:
    """Counts arrivals on the sandbox clock; arrivals that were refused count too.

    That continued pressure keeps a client blocked is what users report (FACTS.md 4).
    """

    def __init__(self, clock: Clock, quirks: FortnoxQuirks) -> None:
        self._clock = clock
        self._quirks = quirks
        self._arrivals: dict[tuple[str, int], deque[float]] = {}
        self.throttled = 0

    def admit(self, client_id: str, tenant: int) -> bool:
        """Count an arrival and say whether it is within the limit."""
        now = self._clock.monotonic()
        times = self._arrivals.setdefault((client_id, tenant), deque())
        while times and times[0] <= now - self._quirks.window_seconds:
            times.popleft()
        times.append(now)
        if len(times) <= self._quirks.window_requests:
            return True
        self.throttled += 1
        return False
