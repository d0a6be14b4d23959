"""What holds for all tests: those in a browser come last, and only the tests' own process is measured."""

import os

import pytest

# Kvitt's own processes, started by tests and often killed, are not measured; pytest's workers are.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.pop("COVERAGE_PROCESS_CONFIG", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Playwright keeps an event loop running in its process, which later tests could not start theirs in.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
