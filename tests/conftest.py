"""The order of the tests: those in a browser last, because Playwright keeps an event loop running in its process."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
