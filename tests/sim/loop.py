"""The loop and the clocks of a simulation: time jumps, and a seed decides which ready callback comes first."""

from collections import deque
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar

from sync.clock import Pace, ScaledClock
from tests.virtual_time import VirtualClock, VirtualLoop

Result = TypeVar("Result")
START = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)


class _Shuffled(deque[Any]):
    """Ready callbacks, taken in an order of chance."""

    def __init__(self, chance: Random) -> None:
        super().__init__()
        self._chance = chance

    def popleft(self) -> Any:
        place = self._chance.randrange(len(self))
        self.rotate(-place)
        taken = super().popleft()
        self.rotate(place)
        return taken


class SimLoop(VirtualLoop):
    """A virtual loop whose order of ready callbacks is a function of a seed."""

    def __init__(self, clock: VirtualClock, chance: Random) -> None:
        super().__init__(clock)
        self._ready = _Shuffled(chance)


class OwnClock(ScaledClock):
    """The clock of the machine that Kvitt runs on: true seconds, but its time of day may be off by `skew` seconds."""

    def __init__(self, true: VirtualClock) -> None:
        super().__init__(Pace(true.start, true.start, 1.0))
        self._true = true
        self.skew = 0.0

    def now(self) -> datetime:
        return self._true.now() + timedelta(seconds=self.skew)

    def monotonic(self) -> float:
        return self._true.seconds

    async def sleep(self, seconds: float) -> None:
        await self._true.sleep(seconds)


def run(
    main: Coroutine[Any, Any, Result], clock: VirtualClock, chance: Random, quiet_end: type[BaseException]
) -> Result:
    """Run a coroutine to its end in virtual time, in the order of a seed.

    Raises AssertionError where a task ended with an exception that nobody looked at, but for `quiet_end`.
    """
    loop = SimLoop(clock, chance)
    unseen: list[str] = []

    def note(_loop: Any, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not isinstance(error, quiet_end):
            unseen.append(repr(error or context))

    loop.set_exception_handler(note)
    try:
        result = loop.run_until_complete(main)
    finally:
        loop.close()
    assert unseen == [], unseen
    return result
