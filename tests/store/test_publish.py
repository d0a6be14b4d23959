"""The published copies and the heartbeat: readers always find something whole, and know how old it is."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from sync.store.database import Store
from sync.store.publish import copies as publish
from sync.store.publish.copies import Heartbeat, Published
from tests.store.stores import NOW, arrival, land


def beat(state: str = "running") -> Heartbeat:
    return Heartbeat(NOW, 17, state, "", NOW + timedelta(hours=1), 60.0)


def publish_next(store: Store, data: Path, number: int) -> Published:
    land(store, arrival(str(number)))
    store.checkpoint()
    return publish.publish(store.path, data, number, NOW)


def records_in(copy: Published) -> int:
    with duckdb.connect(str(copy.path), read_only=True) as reader:
        found = reader.execute("SELECT count(*) FROM records").fetchone()
        assert found is not None
        return int(found[0])


def test_the_newest_copy_is_found_with_its_times(store: Store, tmp_path: Path) -> None:
    assert publish.newest(tmp_path) is None
    for number in (1, 2):
        made = publish_next(store, tmp_path, number)
        assert publish.newest(tmp_path) == made
        assert (records_in(made), made.data_at) == (number, NOW)


def test_a_reader_keeps_what_it_has_open_while_newer_copies_come_and_old_ones_go(store: Store, tmp_path: Path) -> None:
    first = publish_next(store, tmp_path, 1)
    with duckdb.connect(str(first.path), read_only=True) as reader:
        for number in range(2, publish.KEPT + 3):
            publish_next(store, tmp_path, number)
        assert not first.path.exists()
        assert reader.execute("SELECT count(*) FROM records").fetchone() == (1,)
    assert len(list((tmp_path / publish.FOLDER).glob("sync-*.duckdb"))) == publish.KEPT


def test_a_heartbeat_comes_back_and_silence_or_an_end_in_order_is_a_stop(tmp_path: Path) -> None:
    assert publish.last_beat(tmp_path) is None
    publish.beat(tmp_path, beat())
    found = publish.last_beat(tmp_path)
    assert found == beat()
    assert not found.stopped(NOW + timedelta(seconds=10))
    assert found.stopped(NOW + timedelta(seconds=publish.STOPPED_AFTER_SECONDS + 1))
    assert beat("stopped").stopped(NOW)


def test_the_copy_that_readers_are_pointed_at_stays_when_others_go(store: Store, tmp_path: Path) -> None:
    made = [publish_next(store, tmp_path, number) for number in (1, 2)]
    unnamed = made[1].path.with_name("sync-3.duckdb")
    unnamed.write_bytes(b"its pointer was not written")
    publish.drop_older(tmp_path)
    assert [made[0].path.exists(), made[1].path.exists(), unnamed.exists()] == [False, True, False]


@pytest.mark.parametrize("content", ["", '{"file": "sync-1.du'])
def test_a_file_that_a_power_failure_emptied_is_none_yet(tmp_path: Path, content: str) -> None:
    folder = tmp_path / publish.FOLDER
    folder.mkdir()
    for name in (publish.POINTER, publish.HEARTBEAT):
        (folder / name).write_text(content)
    assert publish.newest(tmp_path) is None
    assert publish.last_beat(tmp_path) is None


@pytest.mark.parametrize(
    "content", ["[]", "null", '"text"', "{}", '{"file": 5}', '{"beat_at": [], "file": {}}', "[" * 9999]
)
def test_g4_a_pointer_or_heartbeat_of_another_shape_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    folder = tmp_path / publish.FOLDER
    folder.mkdir()
    for name in (publish.POINTER, publish.HEARTBEAT):
        (folder / name).write_text(content, encoding="utf-8")
    assert publish.newest(tmp_path) is None
    assert publish.last_beat(tmp_path) is None


POINTER = {"file": "sync-1.duckdb", "published_at": NOW.isoformat(), "data_at": NOW.isoformat()}
BEAT = {
    "beat_at": NOW.isoformat(),
    "pid": 7,
    "state": "running",
    "sentence": "",
    "sync_now": NOW.isoformat(),
    "speed": 1,
}
NO_TIMES = ["2026-06-18", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", 5]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        *(("published_at", time) for time in NO_TIMES),
        *(("data_at", time) for time in NO_TIMES),
        *(("beat_at", time) for time in NO_TIMES),
        *(("sync_now", time) for time in NO_TIMES),
        *(("speed", speed) for speed in (float("inf"), float("nan"), 1e300, 0, -1, "1")),
        ("pid", float("inf")),
    ],
)
def test_g4_a_time_or_number_that_no_clock_of_ours_shows_is_as_good_as_none(
    tmp_path: Path, name: str, wrong: object
) -> None:
    publish.write_atomically(tmp_path / publish.FOLDER / publish.POINTER, POINTER | {name: wrong})
    publish.write_atomically(tmp_path / publish.FOLDER / publish.HEARTBEAT, BEAT | {name: wrong})
    assert (publish.newest(tmp_path) is None) is (name in POINTER)
    assert (publish.last_beat(tmp_path) is None) is (name in BEAT)


@pytest.mark.parametrize("file", ["sync.duckdb", "sync-.duckdb", "sync-x.duckdb", "other/sync-1.duckdb", "", "sync-1"])
def test_g4_a_pointer_to_what_is_no_copy_of_ours_is_as_good_as_none(tmp_path: Path, file: str) -> None:
    publish.write_atomically(tmp_path / publish.FOLDER / publish.POINTER, POINTER | {"file": file})
    assert publish.newest(tmp_path) is None


def test_g4_a_file_among_the_copies_that_is_none_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / publish.FOLDER
    folder.mkdir()
    (folder / "sync-kopia.duckdb").write_text("mine", encoding="utf-8")
    database = tmp_path / "sync.duckdb"
    database.write_bytes(b"x")
    for number in range(1, 7):
        publish.publish(database, tmp_path, number, NOW)
    publish.drop_older(tmp_path)
    assert sorted(path.name for path in folder.glob("*.duckdb")) == ["sync-6.duckdb", "sync-kopia.duckdb"]
