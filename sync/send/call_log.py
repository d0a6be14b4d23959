"""API calls on their way into the store: many in one statement, because a call costs less than to write it down."""

from sync.clock import Clock
from sync.core.types import Call
from sync.store.database import Store
from sync.store.tables import trail

MANY = 100
LONG = 1.0


class CallLog:
    """Keeps calls until they are worth a transaction; a crash may lose those of the last second."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._waiting: list[Call] = []
        self._since = 0.0

    def add(self, call: Call) -> None:
        """Take a call that has just ended."""
        if not self._waiting:
            self._since = self._clock.monotonic()
        self._waiting.append(call)

    @property
    def due(self) -> bool:
        """Return whether many calls wait, or one for long."""
        old = bool(self._waiting) and self._clock.monotonic() - self._since >= LONG
        return old or len(self._waiting) >= MANY

    def store(self) -> int:
        """Write down what waits and return how many calls that were. Call inside a transaction."""
        trail.add_calls(self._store, self._waiting)
        count = len(self._waiting)
        self._waiting.clear()
        return count
