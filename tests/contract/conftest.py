"""How the contract tests count what is served as it was recorded; `tests/conftest.py` prints the counts."""

from collections.abc import Callable

import pytest

Count = Callable[[str, bool], None]


@pytest.fixture
def count(record_property: Callable[[str, object], None]) -> Count:
    """Count one recorded answer under a heading, and whether it is served alike."""

    def counted(heading: str, alike: bool) -> None:
        record_property("recorded", heading)
        if alike:
            record_property("alike", heading)

    return counted
