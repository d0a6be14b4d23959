"""The tests that a short run leaves out because others meet what they meet: kept in a file, chosen by `choose`.

A test that the file does not know, as a new one, is played in a short run.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest

FILE = Path(__file__).with_name("left_out.txt")


def names() -> list[str]:
    """Return the names of the tests, as pytest writes them."""
    return FILE.read_text(encoding="utf-8").splitlines()


def keep(left_out: Iterable[str]) -> None:
    """Write the names to the file."""
    FILE.write_text("".join(f"{name}\n" for name in sorted(left_out)), encoding="utf-8")


def mark(items: Iterable[pytest.Item]) -> None:
    """Give the tests of the file to `make verify`."""
    left_out = frozenset(names())
    for item in items:
        if item.nodeid in left_out:
            item.add_marker(pytest.mark.verify)
