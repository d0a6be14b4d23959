"""The mark of the last intent: on the disk when it says so, and nothing at all rather than half of it."""

from pathlib import Path

import pytest

from sync.store.database import Store
from sync.store.folder import StoreError
from sync.store.publish.high_water import FILE, HighWater, Mark, count_intent, last_intent
from tests.store.stores import NOW, within


def test_a_mark_comes_back_and_a_later_one_replaces_it(tmp_path: Path) -> None:
    mark = HighWater(tmp_path)
    assert mark.read() is None
    for number in (1, 1_000_000_000, 7):
        mark.raise_to(number, NOW)
        assert mark.read() == Mark(number, NOW)


@pytest.mark.parametrize("content", ["", "7", "seven 2026-05-04T09:00:00+00:00", "7 2026-05-", "\x00" * 65, "ÿ"])
def test_what_is_no_mark_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content, encoding="latin-1")
    assert HighWater(tmp_path).read() is None


def test_a_mark_that_cannot_be_written_stops_the_sending(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(StoreError, match="Nothing is sent"):
        HighWater(tmp_path).raise_to(1, NOW)


def test_intents_are_counted_with_the_transaction_they_are_in(store: Store) -> None:
    assert last_intent(store) == 0
    assert [within(store, lambda: count_intent(store)) for _ in range(2)] == [1, 2]
    with pytest.raises(KeyboardInterrupt), store.transaction():
        count_intent(store)
        raise KeyboardInterrupt
    assert last_intent(store) == 2
