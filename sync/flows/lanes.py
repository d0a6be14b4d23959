"""Work with several systems side by side: one that is silent is left behind and holds up nobody else.

What is left behind goes on in the background, one work for each system at most. Until it has come in, that system is
away: nothing else is begun with it. One that came in without an answer rests before it is asked again.
"""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

# How long others wait for a silent system, in seconds of the loop. A person's wish is to be carried out within three.
PATIENCE, LOOK_AGAIN = 1.5, 0.25
FIRST_REST, LONGEST_REST = 15.0, 300.0

Work = Coroutine[Any, Any, Any]


@dataclass(frozen=True)
class Away:
    """In place of what a work came to: its system is silent, and the work goes on by itself."""

    system: str

    @property
    def sentence(self) -> str:
        """Say so in a run's words."""
        return f"{self.system} does not answer. The others go on without it, and it is asked again."


class Lanes:
    """The works left behind, by system.

    `silence` says for how long a system has left a call unanswered; `somebody_waits` whether anybody outside waits
    for what is under way to end.
    """

    def __init__(self, silence: Callable[[str], float], somebody_waits: Callable[[str], bool]) -> None:
        self._silence = silence
        self._somebody_waits = somebody_waits
        self._late: dict[str, asyncio.Future[Any]] = {}
        self._rests_until: dict[str, float] = {}
        self._in_vain: dict[str, int] = {}

    def is_away(self, system: str) -> bool:
        """Return whether nothing can be begun with a system now: its work goes on, or it rests."""
        return system in self._late or self._rests_until.get(system, 0.0) > asyncio.get_running_loop().time()

    def forget_rests(self) -> None:
        """Ask every system again at once: a person wants it."""
        self._rests_until.clear()

    async def side_by_side(self, works: Mapping[str, Work]) -> dict[str, Any]:
        """Do works, by system, and return what each came to: its result, its fault, or `Away`.

        The others wait for a silent system only for a moment. When this is called off, so are the works.
        """
        going = {system: asyncio.ensure_future(work) for system, work in works.items() if not self.is_away(system)}
        for system in works.keys() - going.keys():
            works[system].close()
        try:
            left = await self._left_behind(going)
        except BaseException:
            await _called_off(going.values())
            raise
        self._late |= left
        return {
            system: Away(system) if system not in going or system in left else _outcome(going[system])
            for system in works
        }

    def come_in(self) -> dict[str, Any]:
        """Return what works that were left behind have come to since the last look: results and faults."""
        ended = {system: _outcome(work) for system, work in self._late.items() if work.done()}
        for system, outcome in ended.items():
            del self._late[system]
            self._note(system, in_vain=isinstance(outcome, Exception))
        return ended

    async def all_in(self) -> None:
        """Wait for everything that was left behind."""
        if self._late:
            await asyncio.wait(self._late.values())

    async def call_off(self) -> None:
        """End everything that was left behind; what it sent is in doubt, as after a crash."""
        await _called_off(self._late.values())
        self._late.clear()

    async def _left_behind(self, going: Mapping[str, asyncio.Future[Any]]) -> dict[str, asyncio.Future[Any]]:
        """Wait for works to end and return those that need not be waited for."""
        waiting, left = dict(going), dict[str, asyncio.Future[Any]]()
        while waiting:
            await asyncio.wait(waiting.values(), timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)
            waiting = {system: work for system, work in waiting.items() if not work.done()}
            others_ended = len(waiting) < len(going)
            silent = [system for system in waiting if self._silence(system) >= PATIENCE]
            for system in silent:
                if others_ended or self._somebody_waits(system):
                    left[system] = waiting.pop(system)
                    left[system].add_done_callback(_looked_at)
        return left

    def _note(self, system: str, in_vain: bool) -> None:
        """Let a system that was waited for in vain rest, each time longer."""
        times = self._in_vain[system] = self._in_vain.get(system, 0) + 1 if in_vain else 0
        if in_vain:
            rest = min(FIRST_REST * 2 ** (times - 1), LONGEST_REST)
            self._rests_until[system] = asyncio.get_running_loop().time() + rest


def _outcome(work: asyncio.Future[Any]) -> Any:
    return work.result() if work.exception() is None else work.exception()


def _looked_at(work: asyncio.Future[Any]) -> None:
    """A fault is told when the work comes in; one that ends with the process is none."""
    with contextlib.suppress(asyncio.CancelledError):
        work.exception()


async def _called_off(works: Collection[asyncio.Future[Any]]) -> None:
    for work in works:
        work.cancel()
    await asyncio.gather(*works, return_exceptions=True)
