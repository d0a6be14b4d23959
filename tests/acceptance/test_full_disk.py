"""A disk that fills up in the middle of the work: nothing is sent unnoted, and everything is once there is room."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from sync.store import publish
from tests.acceptance.bench import Bench
from tests.acceptance.worlds import BOLT, NAILS, SAW, deal, row, world
from tests.disks import Disk, disk

__all__ = ["disk"]
FACTS = world(deal("D1", row(SAW, "2")), deal("D2", row(NAILS, "50"), customer=BOLT))


class FillsUp(httpx.AsyncBaseTransport):
    """Fills the disk at a request, before it is sent on or when its answer has come."""

    def __init__(self, inner: httpx.AsyncBaseTransport, disk: Disk, at: int, *, answered: bool) -> None:
        self._inner = inner
        self._disk = disk
        self._left = at
        self._answered = answered

    @property
    def happened(self) -> bool:
        return self._left <= 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._left -= 1
        now = self._left == 0
        if now and not self._answered:
            self._disk.fill()
        answer = await self._inner.handle_async_request(request)
        if now and self._answered:
            self._disk.fill()
        return answer


def assert_complete(bench: Bench) -> None:
    truth = bench.truth()
    fortnox = truth["fortnox"]
    assert (truth["duplicates"], truth["lost"], fortnox["throttled"]) == (0, 0, 0)
    assert (fortnox["customers"], fortnox["articles"], fortnox["documents"]) == (2, 2, 2)
    assert bench.held() == {}
    for key in ("D1", "D2"):
        assert bench.deal(key)["fields"]["FORTNOX_ID"] == bench.invoice_of(key)["DocumentNumber"]


@contextmanager
def filling(bench: Bench, disk: Disk, at: int, *, answered: bool) -> Iterator[FillsUp]:
    """Let the disk fill up at a request from now on; it has room again when the block is left."""
    way = bench.wire._inner
    fills_up = bench.wire._inner = FillsUp(way, disk, at, answered=answered)
    try:
        yield fills_up
    finally:
        bench.wire._inner = way
        disk.free()


@pytest.mark.parametrize("answered", [False, True], ids=["before_a_request", "after_an_answer"])
def test_wherever_the_disk_fills_up_there_is_one_of_each_in_the_end(disk: Disk, answered: bool) -> None:
    for at in range(7 if answered else 1, 100, 13):
        (disk.folder / str(at)).mkdir()
        with Bench(disk.folder / str(at), FACTS) as bench:
            _ = bench.app
            with filling(bench, disk, at, answered=answered) as fills_up:
                tallies = [*bench.run(), *bench.run()]
                if not fills_up.happened:
                    assert at > 40
                    return
                assert any(tally.broken for tally in tallies)
            bench.settle()
            assert_complete(bench)
        shutil.rmtree(disk.folder / str(at))
    raise AssertionError("It never came to an end.")


def test_on_a_full_disk_nothing_is_sent_and_the_heartbeat_says_so(disk: Disk) -> None:
    with Bench(disk.folder, FACTS) as bench:
        bench.fault("429", "/3/customers")
        bench.run()
        bench.app.publisher.publish()
        bench.app.publisher.beat("running")
        bench.writes_of()
        disk.fill()
        assert all(tally.broken for tally in bench.run(times=3))
        assert bench.writes_of() == []
        bench.app.publisher.beat("running")
        assert state(bench) == "cannot_store"
        disk.free()
        bench.settle()
        bench.app.publisher.beat("running")
        assert state(bench) == "running"
        assert_complete(bench)


def test_a_sync_that_is_stopped_on_a_full_disk_ends_in_order(disk: Disk) -> None:
    with Bench(disk.folder, FACTS) as bench:
        bench.run()
        bench.app.publisher.beat("running")
        disk.fill()
        bench.stop()
        assert state(bench) == "stopped"
        disk.free()
        bench.settle()
        assert_complete(bench)


def state(bench: Bench) -> str:
    """Return what the sync last said of itself."""
    beat = publish.last_beat(bench.data)
    assert beat is not None
    return beat.state
