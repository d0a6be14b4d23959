"""Bits that flip in the database file: what cannot be read right is refused with a sentence, never read wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.store.database import Store
from sync.store.folder import FILE, StoreError
from tests.store.stores import arrival, land

PLACES = 24


@pytest.fixture
def whole(quick_path: Path) -> Path:
    """A folder with a database of some hundred blocks' worth of records."""
    store = Store(quick_path / "whole")
    land(store, *(arrival(str(number), Comments=f"{number}-{number * 7919}" * 20) for number in range(3000)))
    store.close()
    return quick_path / "whole"


def everything(data: Path) -> list[list[tuple[Any, ...]]]:
    """Return all rows of all tables, as they can be read."""
    store = Store(data)
    try:
        return [_read(store, name) for (name,) in store._connection.execute("SHOW TABLES").fetchall()]
    finally:
        store.close()


def _read(store: Store, table: str) -> list[tuple[Any, ...]]:
    rows: Callable[[], list[tuple[Any, ...]]] = store._connection.sql(f"SELECT * FROM {table} ORDER BY ALL").fetchall
    with store._guarded():
        return rows()


def test_a_flipped_bit_is_refused_or_does_no_harm(quick_path: Path, whole: Path) -> None:
    content = (whole / FILE).read_bytes()
    right = everything(whole)
    refused = 0
    for place in range(0, len(content), len(content) // PLACES):
        hurt = quick_path / str(place)
        hurt.mkdir()
        damaged = bytearray(content)
        damaged[place] ^= 0x10
        (hurt / FILE).write_bytes(damaged)
        try:
            assert everything(hurt) == right
        except StoreError as error:
            assert "is damaged" in str(error)
            assert "estore a backup into an empty folder" in str(error)
            refused += 1
    assert refused >= PLACES // 3


def test_a_damaged_store_can_be_opened_again_by_the_same_process_when_it_was_put_right(whole: Path) -> None:
    content = (whole / FILE).read_bytes()
    (whole / FILE).write_bytes(b"\x00" * 100 + content[100:])
    with pytest.raises(StoreError):
        Store(whole)
    (whole / FILE).write_bytes(content)
    Store(whole).close()


@pytest.mark.parametrize("what", ["removed", "replaced"])
def test_e6_nothing_is_stored_once_the_file_in_the_folder_is_another(tmp_path: Path, what: str) -> None:
    store = Store(tmp_path)
    with store.transaction():
        store.run("put_meta", {"name": "before", "content": "1"})
    kept = store.path.rename(tmp_path / "kept")
    if what == "replaced":
        store.path.write_bytes(kept.read_bytes())
    with pytest.raises(StoreError, match="removed or replaced"), store.transaction():
        store.run("put_meta", {"name": "after", "content": "1"})
    kept.replace(store.path)
    with store.transaction():
        store.run("put_meta", {"name": "again", "content": "1"})
    store.close()
