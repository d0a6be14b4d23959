"""What holds for all tests: files in memory, those in a browser last, and only the tests' own process measured."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")
ROOM = 4 << 30

# Kvitt's own processes, started by tests and often killed, are not measured; pytest's workers are.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.pop("COVERAGE_PROCESS_CONFIG", None)

# A run writes many gigabytes of stores, of which it keeps what failed: a disk would be most of the time.
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Playwright keeps an event loop running in its process, which later tests could not start theirs in.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture
def quick_path(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: stores that are made by the dozen wait for no disk."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="kvitt-test-", dir=MEMORY) as folder:
        yield Path(folder)
