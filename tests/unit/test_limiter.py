"""The window never lets the server count more than it allows, however long answers take (ARCHITECTURE.md: I10)."""

import asyncio
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.connectors.limiter import SlidingWindow
from tests.virtual_time import VirtualClock, run

LIMIT, WINDOW = 25, 5.0
HAIR = 1e-6


class Server:
    """Counts arrivals; a call arrives after `there` seconds and is answered `back` seconds later."""

    def __init__(self, clock: VirtualClock, limit: int = LIMIT, window: float = WINDOW) -> None:
        self.clock = clock
        self.limiter = SlidingWindow(limit, window, clock)
        self.arrivals: list[float] = []

    async def call(self, there: float, back: float, answers: bool = True) -> None:
        async with self.limiter.slot() as slot:
            await self.clock.sleep(there)
            self.arrivals.append(self.clock.monotonic())
            await self.clock.sleep(back)
            if answers:
                slot.answered()

    def fullest(self, window: float = WINDOW) -> int:
        """Return the most arrivals in any half-open window."""
        times = sorted(self.arrivals)
        return max(sum(1 for t in times if start <= t < start + window - HAIR) for start in times)


Latency = tuple[float, float, float]
LATENCIES: st.SearchStrategy[list[Latency]] = st.lists(
    st.tuples(st.floats(0, 30, allow_nan=False), st.floats(0, 30, allow_nan=False), st.floats(0, 2, allow_nan=False)),
    min_size=1,
    max_size=90,
)


@settings(max_examples=60, deadline=None)
@given(LATENCIES)
def test_the_server_never_sees_more_than_25_calls_in_any_5_seconds(latencies: Sequence[Latency]) -> None:
    clock = VirtualClock()

    async def scenario() -> Server:
        server = Server(clock)
        calls = []
        for there, back, pause in latencies:
            calls.append(asyncio.create_task(server.call(there, back)))
            await clock.sleep(pause)
        await asyncio.gather(*calls)
        return server

    server = run(scenario(), clock)
    assert len(server.arrivals) == len(latencies)
    assert server.fullest() <= LIMIT


def test_it_starts_full_so_that_a_restart_waits_one_window() -> None:
    clock = VirtualClock()
    server = run(_burst(clock, 1), clock)
    assert server.arrivals[0] >= WINDOW


def test_a_burst_goes_out_as_fast_as_the_window_lets_it() -> None:
    clock = VirtualClock()
    server = run(_burst(clock, 60), clock)
    assert max(server.arrivals) < WINDOW * 3 + 1
    assert server.fullest() == LIMIT


def test_calls_pass_in_the_order_they_came() -> None:
    clock = VirtualClock()
    passed: list[int] = []

    async def scenario() -> None:
        limiter = SlidingWindow(1, WINDOW, clock)

        async def call(number: int) -> None:
            async with limiter.slot() as slot:
                passed.append(number)
                slot.answered()

        await asyncio.gather(*(call(number) for number in range(6)))

    run(scenario(), clock)
    assert passed == list(range(6))


def test_a_call_without_an_answer_keeps_its_place_for_the_quarantine() -> None:
    clock = VirtualClock()

    async def scenario() -> float:
        server = Server(clock, limit=1)
        await server.call(0, 0, answers=False)
        began = clock.monotonic()
        await server.call(0, 0)
        return server.arrivals[-1] - began

    assert run(scenario(), clock) >= 119


def test_a_place_that_is_answered_early_is_not_kept_waiting_by_one_in_quarantine() -> None:
    """One lost answer must not stop a full house for two minutes."""
    clock = VirtualClock()

    async def scenario() -> float:
        server = Server(clock, limit=2)
        slow = asyncio.create_task(server.call(0, 10))
        await server.call(0, 0, answers=False)
        began = clock.monotonic()
        await server.call(0, 0)
        await slow
        return server.arrivals[-1] - began

    assert run(scenario(), clock) < 20


def test_being_told_to_slow_down_shuts_the_door_for_everybody() -> None:
    clock = VirtualClock()

    async def scenario() -> float:
        server = Server(clock)
        await server.call(0, 0)
        began = clock.monotonic()
        server.limiter.shut(30)
        await asyncio.gather(*(server.call(0, 0) for _ in range(3)))
        return min(server.arrivals[1:]) - began

    assert run(scenario(), clock) >= 30


def test_a_call_that_is_cancelled_keeps_its_place() -> None:
    clock = VirtualClock()

    async def scenario() -> float:
        server = Server(clock, limit=1)
        lost = asyncio.create_task(server.call(0, 100))
        await clock.sleep(WINDOW + 1)
        lost.cancel()
        await asyncio.gather(lost, return_exceptions=True)
        began = clock.monotonic()
        await server.call(0, 0)
        return server.arrivals[-1] - began

    assert run(scenario(), clock) >= 100


async def _burst(clock: VirtualClock, count: int) -> Server:
    server = Server(clock)
    await asyncio.gather(*(server.call(0.05, 0.05) for _ in range(count)))
    return server
