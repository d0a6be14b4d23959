"""Which tests of a run under coverage are measured: those that ask one part of the product, not whole worlds."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

TESTS = Path(__file__).parent
# A branch that only chance reaches, as in the simulation, or a page that is drawn, has no test of its own.
MEASURED = tuple(TESTS / folder for folder in ("acceptance", "connectors", "store", "unit"))
# Names a folder where the tests are to be told apart: what each of them meets, and its seconds.
APART = "TESTS_APART"


class Measuring:
    """Lets coverage rest while other tests run; without coverage it does nothing."""

    def __init__(self) -> None:
        self._apart = os.environ.get(APART)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Measure a test with all that is set up for it, or nothing of it."""
        running = coverage.Coverage.current()
        measured = any(folder in item.path.parents for folder in MEASURED)
        with contextlib.nullcontext() if running is None else _told(running, item, measured, bool(self._apart)):
            yield

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write down what one part of a test took, where tests are told apart."""
        if self._apart and "PYTEST_XDIST_WORKER" not in os.environ:
            with (Path(self._apart) / "seconds").open("a", encoding="utf-8") as seconds:
                seconds.write(json.dumps([report.nodeid, report.duration]) + "\n")


@contextlib.contextmanager
def _told(running: coverage.Coverage, item: pytest.Item, measured: bool, apart: bool) -> Iterator[None]:
    if apart:
        running.switch_context(item.nodeid)
        yield
    elif measured:
        yield
    else:
        running.stop()
        try:
            yield
        finally:
            running.start()
