"""What a run of tests took: the seconds of each folder, summed over all workers, and of the whole on the wall."""

import time
from collections import Counter
from pathlib import PurePosixPath

import pytest


class Times:
    """Listens in the process that tells the results; workers report to it."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._seconds: Counter[str] = Counter()
        self._tests: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add one part of a test: its setup, its call or its end."""
        folder = "/".join(PurePosixPath(report.nodeid.partition("::")[0]).parts[:2])
        self._seconds[folder] += report.duration
        self._tests[folder] += report.when == "teardown"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the sums, slowest folder first."""
        if not self._seconds:
            return
        terminalreporter.section("seconds by folder")
        for folder, seconds in self._seconds.most_common():
            terminalreporter.write_line(f"{seconds:8.1f} s  {self._tests[folder]:5} tests  {folder}")
        passed, summed = time.monotonic() - self._began, sum(self._seconds.values())
        terminalreporter.write_line(
            f"{summed:8.1f} s  {sum(self._tests.values()):5} tests  in {passed:.0f} s on the wall"
        )
