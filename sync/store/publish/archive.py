"""Backup and restore: one zip file with the published database and a digest that proves it whole."""

import contextlib
import hashlib
import json
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import duckdb

from sync.store.database import SCHEMA_VERSION
from sync.store.folder import FILE
from sync.store.ours import version_of
from sync.store.publish.copies import newest

_MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 2**20
_PIECE = 2**20
# How every DuckDB file begins, after a checksum of eight bytes.
_DUCKDB = b"DUCK"
# What reading an archive may raise that is none, is broken, is encrypted or is packed in a way that nobody uses here.
_NOT_ZIPPED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)


class ArchiveError(Exception):
    """A backup cannot be made or used; the message says what to do."""


def backup(data: Path, target: Path) -> None:
    """Write the newest published copy into `target` (a zip file that must not exist).

    Raises ArchiveError, also for a copy of which a part cannot be read: it would be no backup.
    """
    published = newest(data)
    if published is None:
        raise ArchiveError(f"Nothing is published in {data} yet: there is nothing to back up.")
    if target.exists():
        raise ArchiveError(f"{target} exists already. Choose another name.")
    _read_whole(published.path)
    content = published.path.read_bytes()
    manifest = {"sha256": hashlib.sha256(content).hexdigest(), "data_at": published.data_at.isoformat()}
    part = target.with_name(target.name + ".part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(FILE, content)
            archive.writestr(_MANIFEST, json.dumps(manifest))
        part.replace(target)
    except OSError as error:
        raise ArchiveError(f"{target} cannot be written: {error.strerror}.") from None


def _read_whole(copy: Path) -> None:
    """Read every block of a copy: DuckDB compares a block with its checksum when it is read, and not before."""
    try:
        with duckdb.connect(str(copy), read_only=True) as connection:
            for (table,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                connection.table(table).aggregate("count(hash(COLUMNS(*)))").fetchall()
    except duckdb.Error as error:
        raise ArchiveError(
            f"{copy} is damaged: {str(error).splitlines()[0]}. Keep the backups that you have, stop Kvitt, and restore "
            "the newest one into an empty folder."
        ) from None


def restore(source: Path, data: Path) -> None:
    """Unpack a backup into a data folder without a database. Raises ArchiveError; nothing is overwritten.

    The database is opened and known as one that this Kvitt can use before it takes its place.
    """
    if data.exists() and not data.is_dir():
        raise ArchiveError(f"{data} is a file. Restore into a folder.")
    if any(path.name != f"{FILE}.part" for path in data.glob(f"{FILE}*")):
        raise ArchiveError(f"{data} holds a database already. Restore into an empty folder.")
    is_new, part = not data.exists(), data / f"{FILE}.part"
    try:
        with _opened(source) as archive:
            digest, size = _manifest(source, archive), _size(source, archive)
            data.mkdir(parents=True, exist_ok=True)
            _refuse_too_large(source, data, size)
            _unpack(source, archive, part, digest)
        _refuse_strange(source, part)
        part.replace(data / FILE)
    except OSError as error:
        _take_back(part, data, is_new)
        raise ArchiveError(f"{data} cannot be written: {error.strerror}.") from None
    except ArchiveError:
        _take_back(part, data, is_new)
        raise


def _opened(source: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except (OSError, ValueError, *_NOT_ZIPPED):
        raise _no_backup(source) from None


def _manifest(source: Path, archive: zipfile.ZipFile) -> str:
    """Return the digest that the database must have."""
    try:
        if archive.getinfo(_MANIFEST).file_size > _LARGEST_MANIFEST:
            raise _no_backup(source)
        manifest = json.loads(archive.read(_MANIFEST))
    except (OSError, KeyError, ValueError, RecursionError, *_NOT_ZIPPED):
        raise _no_backup(source) from None
    digest = manifest.get("sha256") if isinstance(manifest, dict) else None
    if not isinstance(digest, str):
        raise _no_backup(source)
    return digest


def _size(source: Path, archive: zipfile.ZipFile) -> int:
    try:
        return archive.getinfo(FILE).file_size
    except KeyError:
        raise _no_backup(source) from None


def _refuse_too_large(source: Path, data: Path, size: int) -> None:
    free = shutil.disk_usage(data).free
    if size > free:
        said = f"{source} unpacks to {size // 2**20} MB, and the disk of {data} has {free // 2**20} MB left."
        raise ArchiveError(f"{said} Make room, or choose a folder on another disk.")


def _unpack(source: Path, archive: zipfile.ZipFile, part: Path, digest: str) -> None:
    """Write the database to a file, piece by piece; what is large and no database is not read to its end."""
    found = hashlib.sha256()
    with part.open("wb") as file:
        for piece in _pieces(source, archive):
            if file.tell() == 0 and len(piece) == _PIECE and piece[8:12] != _DUCKDB:
                raise _no_backup(source)
            found.update(piece)
            file.write(piece)
    if found.hexdigest() != digest:
        raise ArchiveError(f"{source} is damaged: its digest does not fit. Use another backup.")


def _pieces(source: Path, archive: zipfile.ZipFile) -> Iterator[bytes]:
    try:
        with archive.open(FILE) as packed:
            while piece := packed.read(_PIECE):
                yield piece
    except (ValueError, *_NOT_ZIPPED):
        raise _no_backup(source) from None


def _refuse_strange(source: Path, part: Path) -> None:
    """Refuse a database that this Kvitt did not make, or a later one did."""
    try:
        with duckdb.connect(str(part), read_only=True) as connection:
            version = version_of(connection)
    except duckdb.Error:
        version = None
    if version is None:
        raise ArchiveError(f"{source} holds a database that Kvitt did not make. Use another backup.")
    if not 1 <= version <= SCHEMA_VERSION:
        raise ArchiveError(
            f"{source} has schema version {version}; this Kvitt knows {SCHEMA_VERSION} and older ones. "
            "Restore it with the Kvitt that made it."
        )


def _take_back(part: Path, data: Path, is_new: bool) -> None:
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)
        if is_new:
            data.rmdir()


def _no_backup(source: Path) -> ArchiveError:
    return ArchiveError(f"{source} is no backup made by Kvitt.")
