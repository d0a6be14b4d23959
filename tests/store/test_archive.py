"""Backup and restore: everything or a sentence, and never over something that is there."""

import json
import zipfile
from pathlib import Path

import pytest

from sync.store import publish
from sync.store.archive import ArchiveError, backup, restore
from sync.store.database import FILE, Store
from tests.store.stores import NOW, arrival, count, land


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a published store of one record."""
    store = Store(tmp_path / "data")
    land(store, arrival("1"))
    store.checkpoint()
    publish.publish(store.path, tmp_path / "data", 1, NOW)
    store.close()
    return tmp_path / "data"


def test_a_backup_is_restored_whole(data: Path, tmp_path: Path) -> None:
    backup(data, tmp_path / "kvitt.zip")
    restore(tmp_path / "kvitt.zip", tmp_path / "new")
    store = Store(tmp_path / "new")
    assert count(store, "records") == 1
    store.close()


def test_a_copy_with_a_damaged_block_is_no_backup(tmp_path: Path) -> None:
    """It opens, publishes and copies like a sound one; who restores it finds out too late."""
    store = Store(tmp_path / "data")
    land(store, *(arrival(str(number), Comments=f"{number}-{number * 7919}" * 20) for number in range(3000)))
    store.checkpoint()
    publish.publish(store.path, tmp_path / "data", 1, NOW)
    store.close()
    copy = publish.newest(tmp_path / "data")
    assert copy is not None
    content = bytearray(copy.path.read_bytes())
    content[len(content) // 2] ^= 0x10
    copy.path.write_bytes(content)
    with pytest.raises(ArchiveError, match="is damaged"):
        backup(tmp_path / "data", tmp_path / "kvitt.zip")
    assert not (tmp_path / "kvitt.zip").exists()


def test_there_is_nothing_to_back_up_before_the_first_copy(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="Nothing is published"):
        backup(tmp_path, tmp_path / "kvitt.zip")


def test_nothing_is_written_over(data: Path, tmp_path: Path) -> None:
    backup(data, tmp_path / "kvitt.zip")
    with pytest.raises(ArchiveError, match="exists already"):
        backup(data, tmp_path / "kvitt.zip")
    with pytest.raises(ArchiveError, match="empty folder"):
        restore(tmp_path / "kvitt.zip", data)


@pytest.mark.parametrize("left", [f"{FILE}.wal", f"{FILE}.wal.checkpoint"])
def test_a_log_that_was_left_behind_is_not_mixed_with_a_backup(data: Path, tmp_path: Path, left: str) -> None:
    backup(data, tmp_path / "kvitt.zip")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / left).write_bytes(b"left")
    with pytest.raises(ArchiveError, match="empty folder"):
        restore(tmp_path / "kvitt.zip", tmp_path / "new")


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04"])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "kvitt.zip").write_bytes(content)
    with pytest.raises(ArchiveError, match="no backup made by Kvitt"):
        restore(tmp_path / "kvitt.zip", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_backup_whose_content_was_changed_is_refused(data: Path, tmp_path: Path) -> None:
    backup(data, tmp_path / "kvitt.zip")
    with zipfile.ZipFile(tmp_path / "kvitt.zip") as whole:
        manifest = json.loads(whole.read("manifest.json"))
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr(FILE, b"something else")
        other.writestr("manifest.json", json.dumps(manifest))
    with pytest.raises(ArchiveError, match="its digest does not fit"):
        restore(tmp_path / "other.zip", tmp_path / "new")


def test_a_backup_with_a_flipped_bit_is_refused(data: Path, tmp_path: Path) -> None:
    backup(data, tmp_path / "kvitt.zip")
    content = bytearray((tmp_path / "kvitt.zip").read_bytes())
    content[len(content) // 2] ^= 0x10
    (tmp_path / "kvitt.zip").write_bytes(content)
    with pytest.raises(ArchiveError):
        restore(tmp_path / "kvitt.zip", tmp_path / "new")
