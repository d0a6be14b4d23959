"""Disks that can be filled: a small file system of its own where one may be mounted, a limit on files elsewhere."""

import contextlib
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

SIZE = 48 << 20
_FILLER = "filler"


class Disk(Protocol):
    """A folder that takes nothing more between `fill` and `free`."""

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


class ShortFiles:
    """No file of this process may grow beyond a few kilobytes: what DuckDB sees is the same as a full disk."""

    LIMIT = 16384

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.LIMIT, self._before[1]))

    def free(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """Mount a small disk while the block runs; skips the test, with the reason, where that is not allowed."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "kvitt-test", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"No file system may be mounted here ({mounted.stderr.strip()}); the limit on files is tested.")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.contextmanager
def short_files(folder: Path) -> Iterator[ShortFiles]:
    """Let a test forbid long files while the block runs."""
    folder.mkdir()
    disk = ShortFiles(folder)
    try:
        yield disk
    finally:
        disk.free()


@pytest.fixture(params=[small_disk, short_files], ids=["small_disk", "short_files"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """A disk that the test can fill, once of each kind."""
    with request.param(tmp_path / "disk") as made:
        yield made
