"""An empty store for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.store.database import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "data")
    yield made
    made.close()
