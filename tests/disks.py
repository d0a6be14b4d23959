"""Disks that can be filled: a small file system of its own where one may be mounted, a played one everywhere."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from sync.store import room

SIZE = 96 << 20
_FILLER = "filler"


class Disk(Protocol):
    """A folder whose disk is full between `fill` and `free`."""

    folder: Path

    def fill(self) -> None: ...

    def free(self) -> None: ...


class SmallDisk:
    """A file system of some megabytes; root may mount one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        with contextlib.suppress(OSError), (self.folder / _FILLER).open("wb", buffering=0) as filler:
            while True:
                filler.write(bytes(1 << 20))

    def free(self) -> None:
        (self.folder / _FILLER).unlink(missing_ok=True)


class PlayedDisk:
    """The system's answer about the room on a disk is played: no right to mount is needed."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._patch = patch

    def fill(self) -> None:
        full = shutil.disk_usage(self.folder)._replace(free=0)
        self._patch.setattr(room.shutil, "disk_usage", lambda _folder: full)

    def free(self) -> None:
        self._patch.undo()


@contextlib.contextmanager
def small_disk(folder: Path, size: int = SIZE) -> Iterator[SmallDisk]:
    """Mount a small disk while the block runs; skips the test, with the reason, where that is not allowed."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "kvitt-test", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"No file system may be mounted here ({mounted.stderr.strip()}); a played disk is tested.")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.contextmanager
def played_disk(folder: Path) -> Iterator[PlayedDisk]:
    """Play a disk while the block runs."""
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        yield PlayedDisk(folder, patch)


@pytest.fixture(params=[small_disk, played_disk], ids=["small_disk", "played_disk"])
def disk(request: pytest.FixtureRequest, quick_path: Path) -> Iterator[Disk]:
    """A disk that the test can fill, once of each kind."""
    with request.param(quick_path / "disk") as made:
        yield made
