"""The data folder after a power cut, hurt in every way: what was sent is found again, and nothing is sent twice.

A power cut leaves the files as they are while the store is open: the last commits are only in the log.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from sync.store.folder import FILE, StoreError
from sync.store.publish.high_water import FILE as MARK
from tests.acceptance.bench import Bench
from tests.acceptance.processes import kvitt
from tests.acceptance.worlds import BOLT, HAMMER, NAILS, SAW, deal, row, world

FACTS = world(
    deal("D1", row(SAW, "2")),
    deal("D2", row(NAILS, "50"), customer=BOLT),
    deal("D3", row(HAMMER), customer=BOLT),
    deal("D4", row(SAW), row(HAMMER, "3")),
)
DEALS = ("D1", "D2", "D3", "D4")
LOG = f"{FILE}.wal"
Wound = Callable[[Path], None]


class Line(httpx.AsyncBaseTransport):
    """The way to the sandbox; `when` is called before a write leaves and after its answer has come."""

    def __init__(self, inner: httpx.AsyncBaseTransport, when: Callable[[httpx.Request, bool], None]) -> None:
        self._inner = inner
        self._when = when

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        is_write = request.method == "POST" and request.url.path.startswith("/3/")
        if is_write:
            self._when(request, False)
        answer = await self._inner.handle_async_request(request)
        if is_write:
            self._when(request, True)
        return answer


class PowerCut:
    """A sync in the middle of its work, and its data folder as a power cut leaves it.

    Of four invoices one is there, one is there without an answer, one had no effect, and one has just been made
    when the power goes.
    """

    def __init__(self, bench: Bench, folder: Path) -> None:
        self.bench = bench
        self.older = folder / "older"
        self._left = folder / "left"
        bench.hurried = False
        _ = bench.app
        bench.clock.advance(200)
        way = bench.wire._inner
        bench.wire._inner = Line(way, self._at_a_write)
        for fault in ("timeout_after", "status_500_before", "429"):
            bench.fault(fault, "/3/invoices")
        bench.run()
        assert bench.faults_taken() == [1, 1, 1]
        assert (bench.counts()["unknown"], bench.counts()["planned"]) == (2, 1)
        bench.wire._inner = Line(way, self._at_the_last_write)
        bench.clock.advance(6)
        bench.run()
        assert (self._left / FILE).is_file()
        bench.wire._inner = way

    def hit(self, wound: Wound) -> None:
        """Hurt what is left and go on with it."""
        self.bench.stop()
        wound(self._left)
        shutil.rmtree(self.bench.data)
        if self._left.is_dir():
            self._left.rename(self.bench.data)
        self.bench.writes_of()

    def _at_a_write(self, request: httpx.Request, answered: bool) -> None:
        if not self.older.exists():
            self._copy(self.older)

    def _at_the_last_write(self, request: httpx.Request, answered: bool) -> None:
        if answered and not self._left.exists():
            self._copy(self._left)
        if answered:
            raise httpx.ReadError("The power is gone.")

    def _copy(self, target: Path) -> None:
        target.mkdir()
        for path in self.bench.data.iterdir():
            if path.name.startswith(FILE) or path.name == MARK:
                shutil.copyfile(path, target / path.name)


@pytest.fixture
def cut(quick_path: Path) -> Iterator[PowerCut]:
    with Bench(quick_path, FACTS) as bench:
        yield PowerCut(bench, quick_path)


def cut_log(keep: Callable[[int], int]) -> Wound:
    def wound(data: Path) -> None:
        content = (data / LOG).read_bytes()
        (data / LOG).write_bytes(content[: keep(len(content))])

    return wound


def flip(file: str, place: Callable[[int], int]) -> Wound:
    def wound(data: Path) -> None:
        content = bytearray((data / file).read_bytes())
        content[place(len(content))] ^= 0x10
        (data / file).write_bytes(content)

    return wound


def write_mark(content: str) -> Wound:
    def wound(data: Path) -> None:
        (data / MARK).write_text(content)

    return wound


def begin_again(bench: Bench, reason: str) -> None:
    """Start, be in recovery, and send nothing before the quarantine has passed."""
    assert bench.app.engine.recovery.waiting
    bench.run()
    bench.clock.advance(bench.app.settings.quarantine_seconds - 60)
    bench.run()
    assert bench.writes_of() == []
    assert bench.rows("SELECT json_extract_string(content, '$.reason') FROM meta WHERE name = 'recovery'") == [
        (reason,)
    ]
    bench.clock.advance(61)
    bench.settle()
    assert bench.rows("SELECT content FROM meta WHERE name = 'recovery'") == []
    events = "SELECT action FROM events WHERE action LIKE 'recovery%' ORDER BY event_no DESC LIMIT 2"
    assert bench.rows(events) == [("recovery_ended",), ("recovery_began",)]


def assert_complete(bench: Bench) -> None:
    truth = bench.truth()
    fortnox = truth["fortnox"]
    assert (truth["duplicates"], truth["lost"], fortnox["throttled"]) == (0, 0, 0)
    assert (fortnox["customers"], fortnox["articles"], fortnox["documents"]) == (2, 3, 4)
    assert bench.held() == {}
    for key in DEALS:
        assert bench.deal(key)["fields"]["FORTNOX_ID"] == bench.invoice_of(key)["DocumentNumber"]
    linked = "SELECT target_kind, count(*) FROM links GROUP BY ALL ORDER BY ALL"
    assert bench.rows(linked) == [("article", 3), ("customer", 2), ("invoice", 4)]


LOST_COMMITS: dict[str, Wound] = {
    "log_torn": cut_log(lambda size: size - 7),
    "log_cut_in_half": cut_log(lambda size: size // 2),
    "log_empty": cut_log(lambda size: 0),
    "log_deleted": lambda data: (data / LOG).unlink(),
    "bit_flipped_in_the_log's_first_bytes": flip(LOG, lambda size: 3),
    "mark_lost": lambda data: (data / MARK).unlink(),
    "mark_empty": write_mark(""),
    "mark_half_written": write_mark("3 2026-03-1"),
    "mark_garbage": write_mark("\x00" * 65),
}


@pytest.mark.parametrize("wound", LOST_COMMITS.values(), ids=LOST_COMMITS.keys())
def test_a_store_that_may_be_behind_waits_reads_again_and_adopts(cut: PowerCut, wound: Wound) -> None:
    cut.hit(wound)
    begin_again(cut.bench, "behind")
    assert_complete(cut.bench)


@pytest.mark.parametrize("part", [0.01, 0.3, 0.6, 0.99])
def test_a_damaged_log_is_refused_with_a_sentence_that_helps(cut: PowerCut, part: float) -> None:
    cut.hit(flip(LOG, lambda size: int(size * part)))
    log = cut.bench.data / LOG
    with pytest.raises(StoreError, match=f"The database's log is damaged.*Move {log} away and start again"):
        _ = cut.bench.app
    log.rename(log.with_name("damaged"))
    begin_again(cut.bench, "behind")
    assert_complete(cut.bench)


def test_an_older_database_beside_a_newer_mark_is_behind(cut: PowerCut) -> None:
    def older_database(data: Path) -> None:
        for name in (FILE, LOG):
            shutil.copyfile(cut.older / name, data / name)

    cut.hit(older_database)
    begin_again(cut.bench, "behind")
    assert_complete(cut.bench)


def test_an_older_copy_of_everything_makes_no_duplicates(cut: PowerCut) -> None:
    def older_folder(data: Path) -> None:
        shutil.rmtree(data)
        shutil.copytree(cut.older, data)

    cut.hit(older_folder)
    cut.bench.settle()
    assert_complete(cut.bench)


def test_a_folder_that_is_lost_is_made_anew_and_everything_is_adopted(cut: PowerCut) -> None:
    cut.hit(shutil.rmtree)
    begin_again(cut.bench, "new")
    assert_complete(cut.bench)


def test_a_restored_backup_is_behind(cut: PowerCut, quick_path: Path) -> None:
    cut.bench.app.publisher.publish()
    assert kvitt("backup", quick_path / "kvitt.zip", "--data", cut.bench.data).code == 0
    cut.hit(shutil.rmtree)
    assert kvitt("restore", quick_path / "kvitt.zip", "--data", cut.bench.data).code == 0
    begin_again(cut.bench, "behind")
    assert_complete(cut.bench)


def test_a_killed_process_that_lost_nothing_does_not_wait(cut: PowerCut) -> None:
    cut.hit(lambda data: None)
    assert not cut.bench.app.engine.recovery.on
    assert cut.bench.counts()["unknown"] == 3
    cut.bench.settle()
    assert_complete(cut.bench)
    assert cut.bench.rows("SELECT count(*) FROM events WHERE action = 'recovery_began'") == [(1,)], "the first start"


@pytest.mark.parametrize("place", [2, 100, 4146, 8242], ids=str)
def test_a_damaged_database_is_refused_with_a_sentence_that_helps(cut: PowerCut, place: int) -> None:
    cut.hit(flip(FILE, lambda _: place))
    with pytest.raises(StoreError, match=r"The database is damaged.*Restore a backup into an empty folder"):
        _ = cut.bench.app
