"""Publishes copies of the database, so that readers see it while the writer works (ARCHITECTURE.md: two processes).

The writer checkpoints and copies the database under a name of its own, then renames a pointer file into
place. Readers open what the pointer names. A heartbeat file tells that the sync process is alive.
All times in these files are UTC ISO 8601, wall clock, for ages; `data_at` is on the sync's own clock.
"""

import contextlib
import errno
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sync.clock import wall_now

FOLDER = "published"
POINTER = "current.json"
HEARTBEAT = "heartbeat.json"
KEPT = 4
STOPPED_AFTER_SECONDS = 15.0
_COPY = re.compile(r"sync-([0-9]{1,18})\.duckdb")
# What no clock of ours shows: such a file is another program's.
_FIRST_YEAR, _LAST_YEAR, _FASTEST = 1900, 2200, 1e6


@dataclass(frozen=True)
class Published:
    """The newest copy: its file, when it was made (wall, UTC) and the sync clock's time then."""

    path: Path
    published_at: datetime
    data_at: datetime

    @property
    def number(self) -> int:
        """Return which copy it is: each has a higher number than those before."""
        return _number(self.path.name)


@dataclass(frozen=True)
class Heartbeat:
    """What the sync process last said of itself."""

    beat_at: datetime
    pid: int
    state: str
    sentence: str
    sync_now: datetime
    speed: float

    def stopped(self, wall: datetime) -> bool:
        """Return whether the process has been silent too long to be called running."""
        return self.state == "stopped" or (wall - self.beat_at).total_seconds() > STOPPED_AFTER_SECONDS


def write_atomically(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON under a temporary name and rename it into place; readers see the old or the new, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with _whole_or_gone(part):
        part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        part.replace(path)


@contextlib.contextmanager
def _whole_or_gone(part: Path) -> Iterator[None]:
    """Leave no half of a file behind: on a full disk it would hold the last room."""
    try:
        yield
    except OSError:
        part.unlink(missing_ok=True)
        raise


def publish(database: Path, data: Path, number: int, data_at: datetime) -> Published:
    """Copy a checkpointed database under its own name and point readers at it.

    Call it between transactions, after a checkpoint. Old copies beyond the last few are removed; a reader
    that still has one open keeps reading it.
    """
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"sync-{number}.duckdb"
    part = folder / f".sync-{number}.part"
    with _whole_or_gone(part):
        shutil.copyfile(database, part)
        part.replace(target)
    done = Published(target, wall_now(), data_at)
    write_atomically(
        folder / POINTER,
        {"file": target.name, "published_at": done.published_at.isoformat(), "data_at": data_at.isoformat()},
    )
    _remove_old(folder)
    return done


def drop_older(data: Path) -> None:
    """Keep only the copy that readers are pointed at: on a full disk the others hold room that the store needs."""
    named = newest(data)
    for path in _copies(data / FOLDER):
        if named is not None and path != named.path:
            path.unlink(missing_ok=True)


def newest(data: Path) -> Published | None:
    """Return the newest copy, or None when nothing was published yet."""
    content = _read(data / FOLDER / POINTER)
    try:
        _number(content["file"])
        return Published(
            data / FOLDER / content["file"],
            _moment(content["published_at"]),
            _moment(content["data_at"]),
        )
    except (KeyError, TypeError, ValueError):
        return None  # another program's, or a torn one's, is as good as none: the next one replaces it


def beat(data: Path, heartbeat: Heartbeat) -> None:
    """Say that the sync process lives (or, with state "stopped", that it ended in order)."""
    content = asdict(heartbeat)
    content["beat_at"] = heartbeat.beat_at.isoformat()
    content["sync_now"] = heartbeat.sync_now.isoformat()
    path = data / FOLDER / HEARTBEAT
    try:
        write_atomically(path, content)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _write_over(path, content)


def _write_over(path: Path, content: Mapping[str, Any]) -> None:
    """Write a small file in its own place: a full disk has no room for a new one, but the old one has its block."""
    with path.open("r+", encoding="utf-8") as file:
        file.write(json.dumps(content, ensure_ascii=False))
        file.truncate()


def last_beat(data: Path) -> Heartbeat | None:
    """Return the last heartbeat, or None when the sync never ran on this data folder."""
    content = _read(data / FOLDER / HEARTBEAT)
    try:
        return Heartbeat(
            beat_at=_moment(content["beat_at"]),
            pid=int(content["pid"]),
            state=str(content["state"]),
            sentence=str(content["sentence"]),
            sync_now=_moment(content["sync_now"]),
            speed=_speed(content["speed"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or not _FIRST_YEAR < moment.year < _LAST_YEAR:
        raise ValueError("this is no time of ours")
    return moment


def _speed(value: Any) -> float:
    if not isinstance(value, int | float) or not 0 < value <= _FASTEST:
        raise ValueError("this is no speed")
    return value


def _read(path: Path) -> dict[str, Any]:
    """Return what a file says; nothing where there is none yet, or one that a power failure emptied."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _remove_old(folder: Path) -> None:
    for path in _copies(folder)[:-KEPT]:
        path.unlink(missing_ok=True)


def _copies(folder: Path) -> list[Path]:
    """Return the copies in a folder, oldest first; what else somebody has put there is not ours to remove."""
    found = (path for path in folder.glob("sync-*.duckdb") if _COPY.fullmatch(path.name))
    return sorted(found, key=lambda path: _number(path.name))


def _number(name: str) -> int:
    """Return the number in a copy's name. Raises ValueError for what is no name of a copy."""
    found = _COPY.fullmatch(name)
    if found is None:
        raise ValueError(f"{name} is no copy of ours")
    return int(found[1])
