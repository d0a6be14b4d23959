"""Time, as everything in Kvitt asks for it.

All code asks a `Clock`; only this module asks the operating system. A scaled clock lets a sandbox run
faster than the wall: virtual now = virtual epoch + speed x (wall now - wall epoch).
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")


class Clock(Protocol):
    """The time as one system sees it."""

    def now(self) -> datetime:
        """Return the current time as an aware UTC datetime."""

    def monotonic(self) -> float:
        """Return seconds (of this clock) that never go back."""

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of this clock."""


@dataclass(frozen=True)
class Pace:
    """How a virtual time relates to the wall: both epochs are UTC, `speed` is virtual per wall second."""

    virtual_epoch: datetime
    wall_epoch: datetime
    speed: float

    def virtual(self, wall: datetime) -> datetime:
        """Return the virtual time at a wall time."""
        return self.virtual_epoch + (wall - self.wall_epoch) * self.speed

    def wall(self, virtual: datetime) -> datetime:
        """Return the wall time at which a virtual time is reached."""
        return self.wall_epoch + (virtual - self.virtual_epoch) / self.speed


class ScaledClock:
    """A clock that follows a `Pace`; speed 1 from the same epochs is the wall clock.

    `set_pace` may change the speed while the clock runs; it is the caller's duty that time does not go back.
    """

    def __init__(self, pace: Pace | None = None) -> None:
        wall = wall_now()
        self._ticks = 0.0
        self._ticks_at = time.monotonic()
        self.pace = pace or Pace(wall, wall, 1.0)

    def set_pace(self, pace: Pace) -> None:
        """Follow another pace from now on."""
        self._ticks, self._ticks_at = self.monotonic(), time.monotonic()
        self.pace = pace

    def set_speed(self, speed: float) -> None:
        """Go on from the present virtual time at another speed."""
        wall = wall_now()
        self.set_pace(Pace(self.pace.virtual(wall), wall, speed))

    def now(self) -> datetime:
        """Return the virtual time, UTC."""
        return self.pace.virtual(wall_now())

    def monotonic(self) -> float:
        """Return virtual seconds since this clock was made; a jump of the wall clock does not move it."""
        return self._ticks + (time.monotonic() - self._ticks_at) * self.pace.speed

    async def sleep(self, seconds: float) -> None:
        """Wait virtual seconds."""
        await asyncio.sleep(max(0.0, seconds) / self.pace.speed)


def wall_now() -> datetime:
    """Return the operating system's time, UTC: for file stamps, time-outs and the pace's wall side."""
    return datetime.fromtimestamp(time.time(), UTC)


def stockholm_date(moment: datetime) -> date:
    """Return the business date (Europe/Stockholm) of a moment."""
    return moment.astimezone(STOCKHOLM).date()


def seconds(count: float) -> timedelta:
    """Return a timedelta of `count` seconds."""
    return timedelta(seconds=count)
