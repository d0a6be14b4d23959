"""Backup and restore: everything or a sentence, and never over something that is there."""

import hashlib
import json
import zipfile
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from sync.store.database import Store
from sync.store.folder import FILE, StoreError
from sync.store.publish import copies as publish
from sync.store.publish.archive import ArchiveError, backup, restore
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


def packed(place: Path, content: bytes, manifest: object = None) -> Path:
    """Return an archive of a database and a manifest that fits it, unless another is given."""
    fitting = {"sha256": hashlib.sha256(content).hexdigest(), "data_at": NOW.isoformat()}
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(FILE, content)
        archive.writestr("manifest.json", json.dumps(fitting if manifest is None else manifest))
    return place


def refused(source: Path, into: Path, says: str) -> None:
    with pytest.raises(ArchiveError, match=says):
        restore(source, into)
    assert not into.exists(), "nothing is left behind"


@pytest.mark.parametrize("manifest", [[], {}, "x", {"sha256": None}, {"sha256": [1]}, 7])
def test_c4_an_archive_with_another_manifest_is_no_backup(tmp_path: Path, manifest: object) -> None:
    source = packed(tmp_path / "a.zip", b"x" * 20, manifest)
    refused(source, tmp_path / "new", "is no backup made by Kvitt")


def test_c4_an_archive_whose_manifest_is_null_or_no_json_is_no_backup(tmp_path: Path) -> None:
    for text in ("null", "{", "[" * 100_000, "\udcff"):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr(FILE, b"x")
            archive.writestr("manifest.json", text.encode("utf-8", "surrogateescape"))
        refused(tmp_path / "a.zip", tmp_path / "new", "is no backup made by Kvitt")


def test_c4_an_encrypted_archive_is_no_backup(data: Path, tmp_path: Path) -> None:
    backup(data, tmp_path / "kvitt.zip")
    content = bytearray((tmp_path / "kvitt.zip").read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            content[place + flags] |= 1
            place = content.find(mark, place + 4)
    (tmp_path / "kvitt.zip").write_bytes(content)
    refused(tmp_path / "kvitt.zip", tmp_path / "new", "is no backup made by Kvitt")


def test_c4_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    source = packed(tmp_path / "a.zip", bytes(64 * 2**20))
    assert source.stat().st_size < 2**17
    refused(source, tmp_path / "new", "is no backup made by Kvitt")


def test_c4_an_archive_that_is_too_large_for_the_disk_is_told(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup(data, tmp_path / "kvitt.zip")
    monkeypatch.setattr("shutil.disk_usage", lambda _place: SimpleNamespace(free=1000))
    refused(tmp_path / "kvitt.zip", tmp_path / "new", r"has 0 MB left\. Make room")


def test_c4_a_restore_into_a_file_is_told(data: Path, tmp_path: Path) -> None:
    backup(data, tmp_path / "kvitt.zip")
    (tmp_path / "new").write_text("mine", encoding="utf-8")
    with pytest.raises(ArchiveError, match=r"is a file\. Restore into a folder"):
        restore(tmp_path / "kvitt.zip", tmp_path / "new")
    assert (tmp_path / "new").read_text(encoding="utf-8") == "mine"


def foreign(place: Path, statement: str) -> bytes:
    with duckdb.connect(str(place)) as connection:
        connection.execute(statement)
    return place.read_bytes()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE customers (id INTEGER)",
        "CREATE TABLE meta (name TEXT, content TEXT); INSERT INTO meta VALUES ('schema_version', '5')",
        "CREATE TABLE meta (id INTEGER)",
        "CREATE VIEW v AS SELECT 1",
    ],
)
def test_c5_a_database_that_kvitt_did_not_make_is_neither_restored_nor_adopted(tmp_path: Path, statement: str) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    content = foreign(theirs / FILE, statement)
    refused(packed(tmp_path / "a.zip", content), tmp_path / "new", "a database that Kvitt did not make")
    with pytest.raises(StoreError, match="a database that Kvitt did not make"):
        Store(theirs)
    assert (theirs / FILE).read_bytes() == content, "nothing in it was changed"


def test_c5_an_empty_database_is_no_backup(tmp_path: Path) -> None:
    content = foreign(tmp_path / "empty.duckdb", "SELECT 1")
    refused(packed(tmp_path / "a.zip", content), tmp_path / "new", "a database that Kvitt did not make")


@pytest.mark.parametrize("version", ["0", "-1", "999"])
def test_c5_a_store_of_a_version_that_is_not_known_is_not_adopted(data: Path, tmp_path: Path, version: str) -> None:
    change = f"UPDATE meta SET content = '{version}' WHERE name = 'schema_version'"
    refused(packed(tmp_path / "a.zip", foreign(data / FILE, change)), tmp_path / "new", f"schema version {version}")
    with pytest.raises(StoreError, match=f"schema version {version}"):
        Store(data)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE meta SET content = 'five' WHERE name = 'schema_version'",
        "DELETE FROM meta WHERE name = 'schema_version'",
    ],
)
def test_c5_a_store_that_does_not_say_its_version_is_not_adopted(data: Path, change: str) -> None:
    foreign(data / FILE, change)
    with pytest.raises(StoreError, match="a database that Kvitt did not make"):
        Store(data)


@pytest.mark.parametrize("content", [b"x" * 5000, b"x" * 8 + b"DUCK" + b"x" * 5000, b""])
def test_c5_bytes_with_a_fitting_digest_are_no_backup(tmp_path: Path, content: bytes) -> None:
    refused(packed(tmp_path / "a.zip", content), tmp_path / "new", "a database that Kvitt did not make")
