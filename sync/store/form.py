"""The form of the database file: long texts are stored compressed. A file of the older form is rewritten once.

Payloads are nine tenths of a store. DuckDB compresses them where the file is of a later storage version than the one
that it makes by itself, and takes texts of a few hundred characters for long only where it is told to. A row that
changes makes a checkpoint write its whole group of rows anew: groups are small, so that publishing a change of one row
costs little however many there are.
"""

import os
import re
import shutil
from pathlib import Path

import duckdb

from sync.store.ours import version_of
from sync.store.room import refuse_full_disk

STORAGE_VERSION = "v1.2.0"
_GROUPED = "ROW_GROUP_SIZE 16384"
_NEW = f"STORAGE_VERSION '{STORAGE_VERSION}', {_GROUPED}"
# Nearly all statements are small: waking a second thread costs each of them more than it gives the few large ones.
THREADS = 1
LONG_TEXT = 256
_PART = ".rewritten"


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a database to write to; a new one is of the form that compresses. Raises duckdb.Error."""
    connection = _instance()
    try:
        # An existing file keeps its form until it is rewritten whole.
        connection.execute(_attach(path, "store", _GROUPED if path.exists() else _NEW))
        connection.execute("USE store")
    except BaseException:
        connection.close()
        raise
    return connection


def is_older(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether an open store is of the older form. A database that is none of Kvitt's is not."""
    found = "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = current_database()"
    version = str(connection.execute(found).fetchall()[0][0])
    return _numbers(version) < _numbers(STORAGE_VERSION) and version_of(connection) is not None


def rewrite(path: Path) -> str:
    """Bring a store into this form, where its disk has room for both; returns what a person should know of it.

    The file takes the place of the old one when all of it is on the disk: until then, whatever happens, the old one
    is there. Call it while nobody has the store open, and nothing of it is in its log. Raises duckdb.Error, OSError.
    """
    part = path.with_name(path.name + _PART)
    part.unlink(missing_ok=True)
    before = path.stat().st_size
    try:
        refuse_full_disk(path, copies=1)
    except OSError as error:
        return f"The database could be rewritten smaller, which needs room for a second one: {error.strerror}."
    _copy(path, part)
    shutil.copymode(path, part)
    part.replace(path)
    return f"The database was rewritten, compressed: {path.stat().st_size >> 20} MB, it was {before >> 20} MB."


def _copy(path: Path, part: Path) -> None:
    with _instance() as connection:
        connection.execute(_attach(path, "old", "READ_ONLY"))
        connection.execute(_attach(part, "new", _NEW))
        connection.execute("COPY FROM DATABASE old TO new")
        connection.execute("CHECKPOINT new")
        connection.execute("DETACH new")
    with part.open("rb") as file:
        os.fsync(file.fileno())


def _numbers(version: str) -> list[int]:
    """Return a version's numbers, "v1.10.0+" as 1, 10, 0: as a text it would come before "v1.2.0"."""
    return [int(number) for number in re.findall(r"\d+", version)]


def _instance() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": THREADS, "zstd_min_string_length": LONG_TEXT})


def _attach(path: Path, name: str, options: str) -> str:
    """DuckDB takes no parameters here."""
    quoted = str(path).replace("'", "''")
    return f"ATTACH '{quoted}' AS {name} ({options})"
