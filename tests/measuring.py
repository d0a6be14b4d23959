"""Which tests of a run under coverage are measured: those that ask one part of the product, not whole worlds."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

TESTS = Path(__file__).parent
# A branch that only chance reaches, as in the simulation, or a page that is drawn, has no test of its own.
MEASURED = tuple(TESTS / folder for folder in ("acceptance", "connectors", "store", "unit"))


class Measuring:
    """Lets coverage rest while other tests run; without coverage it does nothing."""

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Measure a test with all that is set up for it, or nothing of it."""
        measured = any(folder in item.path.parents for folder in MEASURED)
        with contextlib.nullcontext() if measured else _resting():
            yield


@contextlib.contextmanager
def _resting() -> Iterator[None]:
    running = coverage.Coverage.current()
    if running is None:
        yield
        return
    running.stop()
    try:
        yield
    finally:
        running.start()
