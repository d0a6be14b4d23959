"""What the processes of one run of tests need alike: whoever needs it first makes it, for all of them."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.memory import memory_folder

_folder: list[Path] = []


def share(folder: Path) -> None:
    """Share a folder with the other processes of this run; without one, a process makes all for itself."""
    folder.mkdir(exist_ok=True)
    _folder[:] = [folder]


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """Return the path of a name, made by the first who asks; the others wait for it meanwhile."""
    folder = _folder[0] if _folder else memory_folder()
    made, under_way = folder / name, folder / f"{name}.new"
    with _turn(folder / f"{name}.lock"):
        if not made.exists():
            shutil.rmtree(under_way, ignore_errors=True)
            make(under_way)
            under_way.rename(made)
    return made


@contextmanager
def _turn(lock: Path) -> Iterator[None]:
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
