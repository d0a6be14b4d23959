"""The org's API calls in rolling 24 hours (FACTS.md 6)."""

from collections import deque

from sync.clock import Clock
from sync.sandbox.salesforce.errors import SalesforceError
from sync.sandbox.tables import Row

_DAY = 24 * 3600.0


class Usage:
    """Counts calls; the one after the last of the day is refused with 403."""

    def __init__(self, clock: Clock, most: int) -> None:
        self._clock, self._most = clock, most
        self._calls: deque[float] = deque()

    def take(self) -> None:
        """Count one call; raises REQUEST_LIMIT_EXCEEDED where none is left."""
        self._forget()
        if len(self._calls) >= self._most:
            raise SalesforceError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        self._calls.append(self._clock.monotonic())

    def header(self, *, bursts: bool) -> str:
        """Return the value of Sforce-Limit-Info."""
        told = f"api-usage={len(self._calls)}/{self._most}"
        return f"{told}; api-bursts=1/750" if bursts else told

    def limits(self) -> Row:
        """Return the body of /limits, the part of it that a client reads."""
        self._forget()
        left = max(self._most - len(self._calls), 0)
        return {
            "DailyApiRequests": {"Max": self._most, "Remaining": left},
            "DailyBulkV2QueryJobs": {"Max": 10000, "Remaining": 10000},
            "DailyBulkApiBatches": {"Max": 15000, "Remaining": 15000},
            "DataStorageMB": {"Max": 10240, "Remaining": 10000},
            "FileStorageMB": {"Max": 10240, "Remaining": 10240},
        }

    def _forget(self) -> None:
        oldest = self._clock.monotonic() - _DAY
        while self._calls and self._calls[0] <= oldest:
            self._calls.popleft()
