"""The simulation's tests share what they all begin with: boundaries of flows, and prepared states."""

import os
from pathlib import Path

import pytest

from tests.sim import common


@pytest.fixture(scope="session")
def in_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all processes of this run of tests share."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "in-all"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session", autouse=True)
def _shared(in_all: Path) -> None:
    common.share(in_all)
