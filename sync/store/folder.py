"""The data folder: who owns it, and what is said when it, or the database in it, cannot be used."""

import fcntl
import os
import re
from pathlib import Path

FILE = "sync.duckdb"
LOCK = "sync.lock"
DAMAGE = ("Corrupt", "enough bytes", "not a valid DuckDB database")


class StoreError(Exception):
    """The store cannot be used; the message says why and what to do."""


class StoreBusyError(StoreError):
    """Another process owns the data folder."""


def refuse_owned(data: Path) -> None:
    """Raise StoreBusyError when a sync process owns a data folder; nothing is made there."""
    if (data / LOCK).is_file():
        os.close(own(data))


def own(data: Path) -> int:
    """Return the folder's lock (a descriptor), held until it is closed or the process ends. Raises StoreBusyError.

    DuckDB's own lock is not enough: it is lost when the process closes any descriptor of the database file,
    and publishing reads that file.
    """
    lock = os.open(data / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        owner = os.read(lock, 20).decode()
        os.close(lock)
        raise _busy(data, owner) from None
    os.truncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    return lock


def _busy(data: Path, owner: str) -> StoreBusyError:
    return StoreBusyError(
        f"Another sync (process {owner}) already owns the data folder {data}. "
        "Stop it first, or start this one with another folder (--data)."
    )


def reason_of(error: Exception) -> str:
    """Return what the disk or DuckDB says of a fault."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def opening_error(data: Path, reason: str) -> StoreError:
    """Return the error for a database that cannot be opened, with what to do."""
    owner = re.search(r"PID (\d+)", reason)
    if "lock" in reason.lower() and owner:
        return _busy(data, owner[1])
    first = reason.splitlines()[0]
    log = data / f"{FILE}.wal"
    if log.name in first:
        return StoreError(
            f"The database's log is damaged: {first}. Move {log} away and start again: Kvitt finds again in "
            "Fortnox what it has sent since the log began."
        )
    if any(word in first for word in DAMAGE):
        return StoreError(
            f"The database is damaged: {first}. Restore a backup into an empty folder (python -m sync restore), "
            "or start with an empty one: Kvitt finds again in Fortnox what it has sent."
        )
    return StoreError(f"The data folder {data} cannot be used: {first}. Choose one that can be written.")


def fault_sentence(path: Path, reason: str) -> str:
    """Return a sentence for what went wrong while the database was in use."""
    first = reason.splitlines()[0]
    if any(word in first for word in DAMAGE):
        return f"{path} is damaged: {first}. Stop Kvitt and restore a backup into an empty folder."
    return f"{path} cannot be written: {first}. Nothing is sent until it can; make room on its disk."
