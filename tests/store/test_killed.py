"""Signal 9 at every touch of a file while publishing, backing up, restoring and migrating: what is there is whole."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from sync.store.database import Store
from sync.store.folder import FILE
from sync.store.publish import archive
from sync.store.publish import copies as publish
from tests.store.stores import arrival, count, land
from tests.store.test_migrations import older, shape

pytestmark = [pytest.mark.process, pytest.mark.verify]

ROOT = Path(__file__).parents[2]
KILLED = -9
# Does a work again and again, each time in a process that dies one touch of a file later, until one does not die.
# Every process has a folder of its own, a copy of `before`, or all have one, which they find as the last one left it.
DYING = """
import os, shutil, signal, sys
from pathlib import Path
from sync.clock import ScaledClock
from sync.flows.publisher import Publisher
from sync.store.publish import archive
from sync.store.database import Store
from tests.store.stores import arrival, land

TOUCHES = {"open", "os.rename", "os.remove", "os.mkdir", "shutil.copyfile"}

def die_at(touch, folder):
    left = touch
    def watch(event, arguments):
        nonlocal left
        if event in TOUCHES and str(folder) in str(arguments[0]):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(watch)

def published(folder):
    store = Store(folder / "data")
    publisher = Publisher(store, folder / "data", ScaledClock())
    for turn in range(2):
        land(store, *(arrival(f"{turn}-{number}") for number in range(10)))
        publisher.publish()

WORKS = {
    "publish": published,
    "backup": lambda folder: archive.backup(folder / "data", folder / "new.zip"),
    "restore": lambda folder: archive.restore(folder / "kvitt.zip", folder / "restored"),
}
work, place, all_in_one = WORKS[sys.argv[1]], Path(sys.argv[2]), sys.argv[3] == "all_in_one"
for touch in range(1, 60):
    folder = place / ("one" if all_in_one else f"{touch:02}")
    if not folder.exists():
        shutil.copytree(place / "before", folder)
    child = os.fork()
    if not child:
        die_at(touch, folder)
        work(folder)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if status == 0:
        sys.exit(0)
    if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
        sys.exit("It ended otherwise.")
sys.exit("It did not come to its end.")
"""


def die_at_every_touch(work: str, folder: Path, how: str = "apart") -> list[Path]:
    """Let a work die at its first touch of a file, its second and so on; returns the folders it died in."""
    command = [sys.executable, "-c", DYING, work, str(folder), how]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return sorted(path for path in folder.iterdir() if path.name != "before")[:-1]


def records_in(database: Path) -> int:
    with duckdb.connect(str(database), read_only=True) as reader:
        found = reader.execute("SELECT count(*) FROM records").fetchone()
        assert found is not None
        return int(found[0])


@pytest.fixture
def full(quick_path: Path) -> Path:
    """A place where every work begins with a published store of ten records and a backup of it."""
    before = quick_path / "before"
    store = Store(before / "data")
    land(store, *(arrival(str(number)) for number in range(10)))
    store.checkpoint()
    publish.publish(store.path, before / "data", 1, publish.wall_now())
    store.close()
    archive.backup(before / "data", before / "kvitt.zip")
    return quick_path


def test_readers_find_a_whole_copy_whenever_publishing_is_killed(full: Path) -> None:
    seen = []
    for folder in die_at_every_touch("publish", full):
        newest = publish.newest(folder / "data")
        assert newest is not None
        seen.append(records_in(newest.path))
    assert seen == sorted(seen)
    assert set(seen) == {10, 20}


def test_the_next_start_publishes_over_what_a_killed_one_left(full: Path) -> None:
    die_at_every_touch("publish", full, "all_in_one")
    data = full / "one" / "data"
    newest = publish.newest(data)
    assert newest is not None
    assert records_in(newest.path) == 30
    assert len(list((data / publish.FOLDER).glob("sync-*.duckdb"))) <= publish.KEPT
    assert list((data / publish.FOLDER).glob(".sync-*.part")) == []


def test_a_backup_that_was_killed_is_not_there_and_can_be_made_again(full: Path) -> None:
    died = die_at_every_touch("backup", full)
    assert len(died) >= 3
    for folder in died:
        assert not (folder / "new.zip").exists()
    archive.backup(died[-1] / "data", died[-1] / "new.zip")
    archive.restore(died[-1] / "new.zip", died[-1] / "restored")
    assert records_in(died[-1] / "restored" / FILE) == 10


def test_a_restore_that_was_killed_is_not_there_and_can_be_done_again(full: Path) -> None:
    died = die_at_every_touch("restore", full)
    assert len(died) >= 3
    for folder in died:
        assert not (folder / "restored" / FILE).exists()
        archive.restore(folder / "kvitt.zip", folder / "restored")
        assert records_in(folder / "restored" / FILE) == 10


MIGRATING = """
import os, signal, sys
from pathlib import Path
from sync.store.database import Store

statement, when = sys.argv[2], sys.argv[3]
run = Store.run
def dying(self, name, parameters=None):
    if name == statement and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    run(self, name, parameters)
    if name == statement and when == "after":
        os.kill(os.getpid(), signal.SIGKILL)
Store.run = dying
Store(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_migration_that_was_killed_is_taken_again_whole(quick_path: Path, when: str) -> None:
    older(quick_path / "old", 1)
    command = [sys.executable, "-c", MIGRATING, str(quick_path / "old"), "put_meta", when]
    assert subprocess.run(command, cwd=ROOT, timeout=60, check=False).returncode == KILLED
    store = Store(quick_path / "old")
    assert count(store, "operations") == 1
    land(store, arrival("1"))
    store.close()
    Store(quick_path / "new").close()
    assert shape(quick_path / "old") == shape(quick_path / "new")
