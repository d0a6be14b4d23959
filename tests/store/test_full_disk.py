"""On a full disk nothing is stored by half, and the store works again as soon as there is room."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from sync.clock import ScaledClock
from sync.flows.publisher import Publisher
from sync.store import room
from sync.store.database import Store
from sync.store.folder import StoreError
from sync.store.publish import copies as publish
from sync.store.publish.high_water import HighWater, Mark
from tests.disks import Disk, disk
from tests.store.stores import NOW, arrival, count, land

__all__ = ["disk"]
ROOT = Path(__file__).parents[2]
MANY = [arrival(str(number), Comments=str(number) * 200) for number in range(1, 400)]


def stored(data: Path) -> int:
    """Return how many records a store holds when it is opened anew."""
    store = Store(data)
    try:
        return count(store, "records")
    finally:
        store.close()


def state(data: Path) -> tuple[str, str]:
    """Return what the last heartbeat said."""
    beat = publish.last_beat(data)
    assert beat is not None
    return beat.state, beat.sentence


def test_a_transaction_that_finds_no_room_leaves_nothing_and_the_next_one_goes_on(disk: Disk) -> None:
    store = Store(disk.folder / "data")
    land(store, arrival("0"))
    disk.fill()
    for _ in range(2):
        with pytest.raises(StoreError, match=r"No space left on device.*Nothing is sent until it can"):
            land(store, *MANY)
        assert count(store, "records") == 1
    assert "sync.duckdb" in store.fault
    disk.free()
    land(store, *MANY)
    assert (count(store, "records"), store.fault) == (400, "")
    store.close()
    assert stored(disk.folder / "data") == 400


def test_a_store_is_not_made_on_a_full_disk(disk: Disk) -> None:
    disk.fill()
    with pytest.raises(StoreError, match="No space left on device"):
        Store(disk.folder)
    disk.free()
    Store(disk.folder).close()


def test_publishing_leaves_no_half_copy_and_the_heartbeat_says_what_is_wrong(disk: Disk) -> None:
    data = disk.folder / "data"
    store = Store(data)
    publisher = Publisher(store, data, ScaledClock())
    for _ in range(2):
        publisher.publish()
    publisher.beat("running")
    land(store, *MANY)
    disk.fill()
    assert not publisher.try_publish()
    publisher.beat("running")
    assert state(data)[0] == "cannot_publish"
    assert "No space left on device" in state(data)[1]
    assert sorted(path.name for path in (data / publish.FOLDER).iterdir()) == [
        "current.json",
        "heartbeat.json",
        "sync-2.duckdb",
    ]
    disk.free()
    assert publisher.try_publish()
    publisher.beat("running")
    assert state(data) == ("running", "")
    store.close()


def test_copies_leave_the_last_room_to_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    publisher = Publisher(store, tmp_path, ScaledClock())
    store.checkpoint()
    free = room.RESERVE + store.path.stat().st_size * 3 // 2
    usage = room.shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _folder: usage)
    assert not publisher.try_publish()
    land(store, arrival("0"))
    store.close()


def test_the_mark_is_raised_in_its_own_place(disk: Disk) -> None:
    mark = HighWater(disk.folder)
    mark.raise_to(1, NOW)
    disk.fill()
    mark.raise_to(2, NOW)
    assert mark.read() == Mark(2, NOW)


LIMITED = """
import json, resource, sys
from pathlib import Path
from sync.store.database import Store
from sync.store.folder import StoreError
from tests.store.stores import arrival, count, land

store, said = Store(Path(sys.argv[1])), []
land(store, *(arrival(str(number)) for number in range(100)))
resource.setrlimit(resource.RLIMIT_FSIZE, (16384, resource.RLIM_INFINITY))
for work in (lambda: land(store, *(arrival(str(100 + number), Comments="x" * 500) for number in range(100))),
             store.checkpoint):
    try:
        work()
    except StoreError as error:
        said.append(str(error))
    said.append(count(store, "records"))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
land(store, arrival("new"))
said.append(count(store, "records"))
store.close()
print(json.dumps([said, store.reopened]))
"""


def test_what_duckdb_itself_could_not_write_is_not_there_and_the_store_is_opened_anew(tmp_path: Path) -> None:
    """A limit on the length of files: the disk has room, and yet a commit and a checkpoint fail."""
    if resource.getrlimit(resource.RLIMIT_FSIZE)[1] != resource.RLIM_INFINITY:
        pytest.skip("The length of files is limited here already.")
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    (commit, after_commit, checkpoint, after_checkpoint, afterwards), reopened = json.loads(done.stdout)
    assert "Could not write file" in commit
    assert "Could not write file" in checkpoint
    assert (after_commit, after_checkpoint, afterwards, reopened) == (100, 100, 101, 2)
    assert stored(tmp_path) == 101
