"""A disk that fills up in the middle of the work: nothing is sent unnoted, and everything is once there is room."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from sync.store.publish import copies as publish
from tests.acceptance import csv_files
from tests.acceptance.bench import Bench
from tests.acceptance.processes import HOST, ask, free_ports, running, tell, wait_for
from tests.acceptance.worlds import BOLT, NAILS, SAW, deal, row, world
from tests.disks import Disk, disk, small_disk

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


@pytest.mark.verify
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
        assert said(bench.data) == "cannot_store"
        disk.free()
        bench.settle()
        bench.app.publisher.beat("running")
        assert said(bench.data) == "running"
        assert_complete(bench)


def test_a_sync_that_is_stopped_on_a_full_disk_ends_in_order(disk: Disk) -> None:
    with Bench(disk.folder, FACTS) as bench:
        bench.run()
        bench.app.publisher.beat("running")
        disk.fill()
        bench.stop()
        assert said(bench.data) == "stopped"
        disk.free()
        bench.settle()
        assert_complete(bench)


@pytest.mark.process
@pytest.mark.verify
def test_a_live_sync_waits_on_a_full_disk_and_goes_on_by_itself(tmp_path: Path) -> None:
    orders = 150
    sold = csv_files.small_world(tmp_path / "handel", orders)
    port = free_ports()
    url = f"http://{HOST}:{port}"
    serve = ("sandbox", "--port", port, "--world", sold, "--speed", 60, "--data", tmp_path / "world")
    with small_disk(tmp_path / "disk", 256 << 20) as disk, running(tmp_path / "sandbox.log", *serve):
        wait_for("the sandbox", lambda: ask(url, "info"))
        # One customer cannot be made for now: however fast the sync is, it is not done before the disk is full.
        missing = {"method": "POST", "path": "/3/customers", "contains": "Handelshuset 4", "times": 1_000_000}
        tell(url, "faults", [{"system": "fortnox", "fault": "429", **missing}])
        demo = ("demo", "--sandbox", url, "--headless", "--data", disk.folder / "data")
        with running(tmp_path / "sync.log", *demo) as sync:
            wait_for("the first documents", lambda: documents(url) >= 20)
            disk.fill()
            wait_for("a heartbeat that says so", lambda: said(disk.folder / "data") == "cannot_store")
            tell(url, "faults", method="DELETE")
            assert documents(url) < orders
            disk.free()
            wait_for("all documents", lambda: documents(url) == orders)
            wait_for("a heartbeat that says all is well", lambda: said(disk.folder / "data") == "running")
            assert sync.stop() == 0
        truth = ask(url, "truth")
        assert truth is not None
        assert (truth["duplicates"], truth["lost"], truth["fortnox"]["throttled"]) == (0, 0, 0)


def documents(url: str) -> int:
    """Return how many documents there are in Fortnox."""
    truth = ask(url, "truth")
    assert truth is not None
    return int(truth["fortnox"]["documents"])


def said(data: Path) -> str:
    """Return the state in the last heartbeat, "" before the first."""
    beat = publish.last_beat(data)
    return beat.state if beat else ""
