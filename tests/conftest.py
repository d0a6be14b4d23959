"""What holds for all tests: their files in memory, their order, and only their own process measured."""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.measuring import APART, Measuring
from tests.memory import MEMORY
from tests.tiers import left_out
from tests.timing import Times

# Speed is measured by the benches; an example that took long on a busy machine is no fault.
settings.register_profile("kvitt", deadline=None)
settings.load_profile("kvitt")

ROOM = 4 << 30
SIMULATION = Path(__file__).parent / "sim"

# Kvitt's own processes, started by tests and often killed, are not measured; pytest's workers are.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.pop("COVERAGE_PROCESS_CONFIG", None)

# A run writes many gigabytes of stores, of which it keeps what failed: a disk would be most of the time.
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Measuring())
    if "PYTEST_XDIST_WORKER" not in os.environ:
        config.pluginmanager.register(Times())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)
    if APART not in os.environ:
        left_out.mark(items)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many recorded answers the played systems serve alike, also where workers ran the tests."""
    counts = {"recorded": Counter[str](), "alike": Counter[str]()}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, heading in report.user_properties if report.when == "call" else ():
                if name in counts:
                    counts[name][str(heading)] += 1
    for heading, recorded in sorted(counts["recorded"].items()):
        alike = counts["alike"][heading]
        terminalreporter.write_line(f"{heading}: {alike} of {recorded} recorded answers served alike")


def _turn(item: pytest.Item) -> int:
    # Playwright keeps an event loop running in its process, which later tests could not start theirs in.
    if item.get_closest_marker("browser"):
        return 2
    # The simulation's tests take longest: begun late, they would leave the other workers idle.
    return 0 if SIMULATION in item.path.parents else 1


@pytest.fixture
def quick_path(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: stores that are made by the dozen wait for no disk."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="kvitt-test-", dir=MEMORY) as folder:
        yield Path(folder)
