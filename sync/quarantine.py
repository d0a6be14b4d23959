"""Lets an operation in doubt rest before it is looked up (ARCHITECTURE.md: exactly once).

The rest is counted on a clock that never jumps: a wall clock set forward by an hour must not end a rest of two
minutes. A process knows nothing of the time before its start, so an operation that it finds in doubt rests once more.
"""

from collections.abc import Iterable
from datetime import timedelta

from sync.clock import Clock


class Quarantine:
    """The operations that rest, by number, each until its own moment of the monotonic clock."""

    def __init__(self, clock: Clock, length: timedelta) -> None:
        self.length = length
        self._clock = clock
        self._until: dict[int, float] = {}

    def begin(self, numbers: Iterable[int]) -> None:
        """Let operations rest from now on."""
        until = self._clock.monotonic() + self.length.total_seconds()
        self._until.update(dict.fromkeys(numbers, until))

    def resting(self) -> list[int]:
        """Return the operations that must be left alone now."""
        now = self._clock.monotonic()
        self._until = {number: until for number, until in self._until.items() if until > now}
        return sorted(self._until)
