"""Backup and restore: one zip file with the published database and a digest that proves it whole."""

import hashlib
import json
import zipfile
from pathlib import Path

import duckdb

from sync.store.database import FILE
from sync.store.publish import newest

_MANIFEST = "manifest.json"


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
    """Unpack a backup into a data folder without a database. Raises ArchiveError; nothing is overwritten."""
    if any(path.name != f"{FILE}.part" for path in data.glob(f"{FILE}*")):
        raise ArchiveError(f"{data} holds a database already. Restore into an empty folder.")
    try:
        with zipfile.ZipFile(source) as archive:
            content, manifest = archive.read(FILE), json.loads(archive.read(_MANIFEST))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        raise ArchiveError(f"{source} is no backup made by Kvitt.") from None
    if hashlib.sha256(content).hexdigest() != manifest["sha256"]:
        raise ArchiveError(f"{source} is damaged: its digest does not fit. Use another backup.")
    data.mkdir(parents=True, exist_ok=True)
    part = data / f"{FILE}.part"
    try:
        part.write_bytes(content)
        part.replace(data / FILE)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ArchiveError(f"{data} cannot be written: {error.strerror}.") from None
