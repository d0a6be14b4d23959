"""What the acceptance tests share: where the data sets are, and a sandbox of one's own."""

import os
from pathlib import Path

import pytest

from tests.acceptance.processes import ROOT


@pytest.fixture
def northwind() -> Path:
    """The folder of Northwind's CSV files beside the checkout; KVITT_SHARED names another place."""
    shared = Path(os.environ.get("KVITT_SHARED") or ROOT / ".." / "shared")
    folder = shared / "data" / "northwind"
    if not (folder / "orders.csv").is_file():
        pytest.skip("Northwind's files are not beside this checkout; KVITT_SHARED may name their folder.")
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder of the test's own."""
    return tmp_path / "data"
