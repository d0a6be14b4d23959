"""What the sandbox keeps on disk besides rows: which world it is, and how far its clock has come."""

import fcntl
import hashlib
import os
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import simplejson

from sync.clock import Clock, Pace, ScaledClock, stockholm_date, wall_now
from sync.sandbox.crms import DEFAULT_CRM
from sync.sandbox.world import World

_AHEAD = 10.0


class SandboxError(Exception):
    """Why the sandbox cannot start, in one sentence."""


def own_folder(folder: Path) -> int:
    """Return a sandbox folder's lock (a descriptor), held until it is closed or the process ends.

    Raises SandboxError where the folder cannot be written or another sandbox uses it: two would mix their journals.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        says = f"The data folder {folder.parent} cannot be used: {problem.strerror}. Choose one that can be written."
        raise SandboxError(says) from None
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        says = f"Another sandbox already uses the folder {folder}. Stop it first, or choose another data folder."
        raise SandboxError(says) from None
    return lock


class ClockKeeper:
    """Keeps a sandbox clock from going back at a restart.

    The file names a moment that virtual time has not passed yet; it is renewed before time gets there, so
    that also a killed sandbox starts again at a later moment than any it has shown.
    """

    def __init__(self, clock: Clock, path: Path | None) -> None:
        self._clock = clock
        self._path = path
        self._renew_at = clock.now()

    def keep(self) -> None:
        """Renew the reservation where virtual time has come near it; called for every request."""
        if self._path is None:
            return
        now = self._clock.now()
        speed = self._clock.pace.speed if isinstance(self._clock, ScaledClock) else 1.0
        if now >= self._renew_at:
            self._renew_at = now + timedelta(seconds=_AHEAD / 2 * speed)
            reserved = now + timedelta(seconds=_AHEAD * speed)
            write_file(self._path, {"not_before": reserved.isoformat()})

    def close(self) -> None:
        """Write the moment at which the sandbox stopped."""
        if self._path is not None:
            write_file(self._path, {"not_before": self._clock.now().isoformat()})


def start_clock(speed: float, path: Path | None) -> ScaledClock:
    """Return a clock that starts now, or where the kept one had come if that is later."""
    wall = wall_now()
    virtual = wall
    if path is not None and path.exists():
        virtual = max(wall, datetime.fromisoformat(_read(path)["not_before"]))
    return ScaledClock(Pace(virtual, wall, float(speed)))


def is_new_world(path: Path, world: World, crm: str) -> bool:
    """Say whether a folder holds no world yet; raises SandboxError where it holds another one."""
    if not path.exists():
        return True
    kept, facts = _read(path), _facts(world)
    told = kept.get("crm", DEFAULT_CRM)
    if told != crm:
        raise SandboxError(
            f"The folder {path.parent} already holds a sandbox world with {told}, not {crm}: "
            f"choose another data folder or remove that one."
        )
    if (kept["name"], kept["hash"]) != (facts["name"], facts["hash"]):
        raise SandboxError(
            f"The folder {path.parent} already holds the sandbox world {kept['name']!r} "
            f"({kept['hash'][:8]}), not {facts['name']!r} ({facts['hash'][:8]}): "
            f"choose another data folder or remove that one."
        )
    return False


def note_world(path: Path, world: World, clock: Clock, crm: str) -> None:
    """Write down, once everything is seeded, which world a folder holds, in which CRM, and of which day it is."""
    write_file(path, _facts(world) | {"crm": crm, "day": stockholm_date(clock.now()).isoformat()})


def seeded_day(data: Path) -> date | None:
    """Return the business date on which a data folder's world was made, or None for a new folder."""
    path = world_file(data)
    return date.fromisoformat(_read(path)["day"]) if path.exists() else None


def world_file(data: Path) -> Path:
    """Return the file that says which world a data folder holds."""
    return data / "sandbox" / "world.json"


def world_hash(world: World) -> str:
    """Return a fingerprint of all facts of a world, the same in every process."""
    return hashlib.sha256(_dump(asdict(world)).encode()).hexdigest()


def write_file(path: Path, value: dict[str, Any]) -> None:
    """Write a small JSON file so that it is whole at any time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(_dump(value), encoding="utf-8")
    new.replace(path)


def _facts(world: World) -> dict[str, Any]:
    return {"name": world.name, "hash": world_hash(world)}


def _dump(value: Any) -> str:
    text: str = simplejson.dumps(value, use_decimal=True, sort_keys=True, default=_plain)
    return text


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset | set) else str(value)


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = simplejson.loads(path.read_text(encoding="utf-8"))
    return found
