"""Where a process can be hit, counted; and what dies with it."""

import asyncio
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sync.store.publish.high_water import HighWater
from tests.quick_store import QuickStore
from tests.sim.faults import Boundary, Faults, Kind
from tests.sim.loop import OwnClock

HOUR = 3600.0


class Killed(BaseException):
    """The process is no more: raised wherever it would have had an effect."""


class Life:
    """One run of the process. Once it has ended, nothing that it started can have an effect."""

    def __init__(self) -> None:
        self.died = asyncio.get_running_loop().create_future()

    @property
    def alive(self) -> bool:
        return not self.died.done()

    def check(self) -> None:
        """Raise Killed in whatever goes on after the end."""
        if not self.alive:
            raise Killed

    def end(self) -> None:
        """End this life, as kill -9 does."""
        if self.alive:
            self.died.set_result(None)


class Boundaries:
    """Counts boundaries from `arm` on, lets faults strike, and keeps a trace of everything that was met."""

    def __init__(self, faults: Faults, clock: OwnClock) -> None:
        self.faults = faults
        self.met: list[Boundary] = []
        self._clock = clock
        self._trace = hashlib.sha256()

    def meet(self, life: Life, kind: Kind, what: str, **about: Any) -> str | None:
        """Pass a boundary: returns the fault that strikes on the wire, None when nothing does; may raise Killed."""
        life.check()
        boundary = Boundary(len(self.met) + 1, kind, what, **about)
        self.met.append(boundary)
        self.note(f"{self._clock.monotonic():.6f} {kind} {what} {about}")
        fault = self.faults.due(boundary)
        if fault == "crash":
            self.faults.took(fault)
            life.end()
            raise Killed
        if fault in {"clock_jump_forward", "clock_jump_back"}:
            self.faults.took(fault)
            self._clock.skew += HOUR if fault == "clock_jump_forward" else -HOUR
            return None
        return fault

    def note(self, text: str) -> None:
        """Add a line to the trace."""
        self._trace.update(text.encode())
        self._trace.update(b"\n")

    @property
    def trace(self) -> str:
        """Return a hash of everything that was met, in order."""
        return self._trace.hexdigest()


class SimStore(QuickStore):
    """The real store; a commit is a boundary, and after the process's end nothing reaches the file."""

    def __init__(self, data: Path, life: Life, boundaries: Boundaries) -> None:
        self._life = life
        self._boundaries = boundaries
        self._said: list[str] = []
        super().__init__(data)
        # Nobody opens these files again: bringing them in order at the end would only take time.
        self._connection.execute("PRAGMA disable_checkpoint_on_shutdown")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._life.check()
        self._said.clear()
        with super().transaction():
            yield
            self._boundaries.meet(self._life, "commit", " ".join(dict.fromkeys(self._said)))

    def rows(self, name: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        self._life.check()
        return super().rows(name, parameters)

    def dicts(self, name: str, parameters: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        self._life.check()
        return super().dicts(name, parameters)

    def rows_with(self, name: str, table: Any) -> list[tuple[Any, ...]]:
        self._life.check()
        return super().rows_with(name, table)

    def one(self, name: str, parameters: dict[str, Any] | None = None) -> Any:
        self._say(name)
        return super().one(name, parameters)

    def run(self, name: str, parameters: dict[str, Any] | None = None) -> None:
        self._say(name)
        super().run(name, parameters)

    def run_with(self, name: str, table: Any, parameters: dict[str, Any] | None = None) -> None:
        self._say(name)
        super().run_with(name, table, parameters)

    def checkpoint(self) -> None:
        self._life.check()
        super().checkpoint()

    def _say(self, name: str) -> None:
        self._life.check()
        self._said.append(name)


@contextmanager
def files_are_boundaries(folder: Path, life: Life, boundaries: Boundaries) -> Iterator[None]:
    """Let every change of a file's name below a folder be a boundary while the block runs."""
    replace, unlink, raise_to = Path.replace, Path.unlink, HighWater.raise_to

    def meet(path: Path, verb: str) -> None:
        if path.is_relative_to(folder):
            boundaries.meet(life, "file", f"{verb} {path.suffix}")

    def replaced(self: Path, target: Path) -> Path:
        meet(self, "rename")
        return replace(self, target)

    def unlinked(self: Path, missing_ok: bool = False) -> None:
        meet(self, "remove")
        unlink(self, missing_ok)

    def raised(self: HighWater, number: int, now: datetime) -> None:
        boundaries.meet(life, "file", "raise the high-water mark")
        raise_to(self, number, now)

    with (
        patch.object(Path, "replace", replaced),
        patch.object(Path, "unlink", unlinked),
        patch.object(HighWater, "raise_to", raised),
    ):
        yield
