"""On a full disk nothing is stored by half, and the store works again as soon as there is room."""

from pathlib import Path

import pytest

from sync.clock import ScaledClock
from sync.publisher import Publisher
from sync.store import publish
from sync.store.database import Store, StoreError
from sync.store.high_water import HighWater, Mark
from tests.disks import Disk, disk
from tests.store.stores import NOW, arrival, count, land

__all__ = ["disk"]
MANY = [arrival(str(number), Comments=str(number) * 200) for number in range(1, 400)]


def stored(data: Path) -> int:
    """Return how many records a store holds when it is opened anew."""
    store = Store(data)
    try:
        return count(store, "records")
    finally:
        store.close()


def test_a_transaction_that_finds_no_room_leaves_nothing_and_the_next_one_goes_on(disk: Disk) -> None:
    store = Store(disk.folder / "data")
    land(store, arrival("0"))
    disk.fill()
    for _ in range(2):
        with pytest.raises(StoreError, match="Nothing is sent until it can"):
            land(store, *MANY)
        assert count(store, "records") == 1
    assert "sync.duckdb" in store.fault
    disk.free()
    land(store, *MANY)
    assert (count(store, "records"), store.fault) == (400, "")
    store.close()
    assert stored(disk.folder / "data") == 400


def test_a_checkpoint_that_finds_no_room_costs_nothing_that_was_committed(disk: Disk) -> None:
    store = Store(disk.folder / "data")
    land(store, *MANY)
    disk.fill()
    with pytest.raises(StoreError, match="cannot be written"):
        store.checkpoint()
    assert (count(store, "records"), store.reopened) == (399, 1)
    disk.free()
    land(store, arrival("0"))
    store.checkpoint()
    store.close()
    assert stored(disk.folder / "data") == 400


def test_an_error_inside_a_transaction_is_the_one_that_is_raised(disk: Disk) -> None:
    store = Store(disk.folder / "data")
    land(store, *MANY)
    disk.fill()
    with pytest.raises(StoreError), store.transaction():
        store.checkpoint()
    assert not store.in_transaction
    disk.free()
    land(store, arrival("0"))
    assert count(store, "records") == 400
    store.close()


def test_publishing_leaves_no_half_copy_and_the_heartbeat_says_what_is_wrong(disk: Disk) -> None:
    store = Store(disk.folder / "data")
    publisher = Publisher(store, disk.folder / "data", ScaledClock())
    folder = disk.folder / "data" / publish.FOLDER
    publisher.publish()
    publisher.beat("running")
    land(store, *MANY)
    disk.fill()
    assert not publisher.try_publish()
    publisher.beat("running")
    beat = publish.last_beat(disk.folder / "data")
    assert beat is not None
    assert beat.state in {"cannot_publish", "cannot_store"}
    assert beat.sentence
    assert sorted(path.name for path in folder.iterdir()) == ["current.json", "heartbeat.json", "sync-1.duckdb"]
    disk.free()
    assert publisher.try_publish()
    land(store, arrival("0"))
    publisher.beat("running")
    beat = publish.last_beat(disk.folder / "data")
    assert beat is not None
    assert (beat.state, beat.sentence) == ("running", "")
    store.close()


def test_copies_leave_the_last_room_to_the_store(disk: Disk) -> None:
    data = disk.folder / "data"
    store = Store(data)
    land(store, *MANY)
    publisher = Publisher(store, data, ScaledClock())
    while publisher.try_publish() and publisher._number < 100:
        (data / f"ballast-{publisher._number}").write_bytes(bytes(4 << 20))
    land(store, arrival("0"))
    assert count(store, "records") == 400
    store.close()


def test_the_mark_is_raised_in_its_own_place(disk: Disk) -> None:
    mark = HighWater(disk.folder)
    mark.raise_to(1, NOW)
    disk.fill()
    mark.raise_to(2, NOW)
    assert mark.read() == Mark(2, NOW)
