"""When the short registers are read: custom fields, stages, users, currencies, financial years, locks."""

from sync.clock import Clock

# They change a few times a year, and what they decide is checked again by the system that is written to.
READ_AGAIN_AFTER = 600.0


class Registers:
    """Remembers when each system's registers were read: at the start, then seldom, or when a person asks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._read_at: dict[str, float] = {}

    def due(self, system: str) -> bool:
        """Return whether a system's registers are to be read now."""
        read_at = self._read_at.get(system)
        return read_at is None or self._clock.monotonic() - read_at >= READ_AGAIN_AFTER

    def read(self, system: str) -> None:
        """Note that they have just been read, all of them."""
        self._read_at[system] = self._clock.monotonic()

    def forget(self) -> None:
        """Read them all the next time."""
        self._read_at.clear()
