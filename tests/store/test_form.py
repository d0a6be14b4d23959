"""A store of the older form is rewritten once, compressed; nothing of it is lost, whatever stops that."""

import errno
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sync.store import form
from sync.store.database import Store
from sync.store.folder import FILE, StoreError

# What a payload takes in the older form is a block of its own, or nearly.
LONG = '{"rows": [' + ", ".join(f'{{"RowId": {number}, "Total": 1250}}' for number in range(150)) + "]}"


def of_older_form(data: Path, invoices: int = 1000) -> Path:
    """Make a store as DuckDB makes it by itself, with invoices in it."""
    data.mkdir()
    Store(data).close()
    path = data / FILE
    newer, path_of_new = path.rename(data / "newer"), path
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{newer}' AS old (READ_ONLY)")
        connection.execute(f"ATTACH '{path_of_new}' AS new (STORAGE_VERSION 'v1.0.0')")
        connection.execute("COPY FROM DATABASE old TO new")
        connection.execute(
            "INSERT INTO new.records (system, kind, record_id, version, payload, digest, first_seen_at, changed_at) "
            "SELECT 'fortnox:nord', 'invoice', n::TEXT, 1, $long, '', now()::TIMESTAMP, now()::TIMESTAMP "
            "FROM range($invoices) AS r(n)",
            {"long": LONG, "invoices": invoices},
        )
        connection.execute("INSERT INTO new.events (happened_at, actor, action) VALUES (now()::TIMESTAMP, 'a', 'b')")
    newer.unlink()
    return path


def held(path: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute("SELECT record_id, payload FROM records ORDER BY rowid").fetchall()


def is_older(path: Path) -> bool:
    with duckdb.connect(str(path), read_only=True) as connection:
        return form.is_older(connection)


def test_a_store_of_the_older_form_is_compressed_at_its_first_start_and_holds_what_it_held(tmp_path: Path) -> None:
    path = of_older_form(tmp_path / "data")
    before, bytes_before, mode = held(path), path.stat().st_size, path.stat().st_mode
    assert is_older(path)
    store = Store(tmp_path / "data")
    with store.transaction():
        store._connection.execute("INSERT INTO events (happened_at, actor, action) VALUES (now()::TIMESTAMP, 'a', 'c')")
    assert "it was 7 MB" in store.notice
    numbers = store._connection.execute("SELECT event_no FROM events ORDER BY event_no").fetchall()
    store.close()
    assert held(path) == before
    assert path.stat().st_size < bytes_before / 2
    assert (is_older(path), path.stat().st_mode) == (False, mode)
    assert numbers == [(1,), (2,)], "a number was given out again"


def test_a_new_store_is_of_the_form_that_compresses_and_is_not_rewritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(form, "rewrite", lambda path: pytest.fail(f"{path} was rewritten"))
    for _ in range(2):
        Store(tmp_path / "data").close()
    assert not is_older(tmp_path / "data" / FILE)


def test_where_the_disk_has_no_room_for_both_the_store_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = of_older_form(tmp_path / "data")
    before = held(path)

    def full(_path: Path, copies: int = 0) -> None:
        if copies:
            raise OSError(errno.ENOSPC, "1 MB are free, 2 MB are needed")

    monkeypatch.setattr(form, "refuse_full_disk", full)
    store = Store(tmp_path / "data")
    store.close()
    assert store.notice.endswith("needs room for a second one: 1 MB are free, 2 MB are needed.")
    assert is_older(path)
    assert held(path) == before


def test_what_stops_it_leaves_the_old_store_and_the_next_start_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = of_older_form(tmp_path / "data")
    before = held(path)

    def stopped(_source: Path, part: Path) -> None:
        part.write_bytes(b"half of it")
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(form, "_copy", stopped)
        with pytest.raises(StoreError, match="Input/output error"):
            Store(tmp_path / "data")
    assert held(path) == before
    Store(tmp_path / "data").close()
    assert held(path) == before
    assert sorted(each.name for each in (tmp_path / "data").iterdir()) == [FILE, "sync.lock"]


def test_another_programs_database_is_not_rewritten(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with duckdb.connect(str(data / FILE)) as connection:
        connection.execute("CREATE TABLE theirs AS SELECT 1 AS one")
    before = (data / FILE).read_bytes()
    with pytest.raises(StoreError, match="did not make"):
        Store(data)
    assert (data / FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("version", "older"), [("v1.0.0+", True), ("v1.2.0+", False), ("v1.10.0+", False), ("v2.0.0", False)]
)
def test_versions_are_compared_as_numbers(version: str, older: bool) -> None:
    assert (form._numbers(version) < form._numbers(form.STORAGE_VERSION)) is older
