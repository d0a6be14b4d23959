"""Reading streams: what an empty page leaves, and what a pass that was broken off goes on with."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from sync.connectors.base import Item, Page, Position
from sync.connectors.errors import NoAnswer
from sync.core.types import RecordKey
from sync.read.pull import Puller
from sync.store.database import Store
from sync.store.tables import records
from sync.store.tables.runs import Tally
from tests.store.stores import FORTNOX, NOW, arrival, land, within
from tests.virtual_time import VirtualClock

SINCE: Position = {"since": "then"}
ENDED = VirtualClock().now()


class Script:
    """A connector that gives prepared pages and remembers what it was asked for."""

    system = FORTNOX

    def __init__(self, *pages: Page) -> None:
        self._pages = list(pages)
        self.asked: list[tuple[str, Position | None]] = []

    async def pull(self, stream: str, position: Position | None) -> Page:
        self.asked.append((stream, position))
        return self._pages.pop(0)


def page(*numbers: str, position: Position = SINCE, complete: bool = True, kind: str = "customer") -> Page:
    return Page(tuple(Item(kind, number, {"CustomerNumber": number}) for number in numbers), position, complete)


def puller(store: Store, script: Any) -> Puller:
    return Puller(store, script, VirtualClock())


def read(store: Store, *pages: Page) -> tuple[Script, Tally]:
    script, tally = Script(*pages), Tally()
    asyncio.run(puller(store, script).stream("customers", 1, tally))
    return script, tally


def start_at(store: Store, position: Position, complete: bool) -> None:
    within(store, lambda: records.save_cursor(store, FORTNOX, "customers", position, complete, NOW))


def test_a_pass_that_finds_nothing_stays_where_the_last_one_ended(store: Store) -> None:
    start_at(store, SINCE, complete=True)
    writes = store.writes_to(["cursors"])
    script, tally = read(store, page(position={"since": "now"}))
    assert script.asked == [("customers", SINCE)]
    assert store.writes_to(["cursors"]) == writes
    assert records.cursor(store, FORTNOX, "customers") == (SINCE, NOW)
    assert tally.quiet


def test_a_pass_that_finds_something_moves_on(store: Store) -> None:
    start_at(store, SINCE, complete=True)
    read(store, page("1", position={"since": "now"}))
    assert records.cursor(store, FORTNOX, "customers") == ({"since": "now"}, ENDED)


def test_an_empty_stream_is_remembered_as_read(store: Store) -> None:
    read(store, page())
    assert records.cursor(store, FORTNOX, "customers") == (SINCE, ENDED)


@pytest.mark.parametrize("rest", [(), ("3",)], ids=["nothing_left", "one_left"])
def test_a_pass_that_was_broken_off_is_ended(store: Store, rest: Sequence[str]) -> None:
    start_at(store, {"page": 2}, complete=False)
    script, _ = read(store, page(*rest))
    assert script.asked == [("customers", {"page": 2})]
    assert records.cursor(store, FORTNOX, "customers") == (SINCE, ENDED)


def test_a_last_page_without_rows_ends_the_pass(store: Store) -> None:
    start_at(store, SINCE, complete=True)
    read(store, page("1", position={"page": 2}, complete=False), page(position={"since": "now"}))
    assert records.cursor(store, FORTNOX, "customers") == ({"since": "now"}, ENDED)


def test_registers_are_read_from_their_beginning_every_time_and_stored_together(store: Store) -> None:
    pages = [
        page("1", position={"page": 2}, complete=False),
        page("2"),
        page("SEK", kind="currency"),
    ]
    script, tally = Script(*pages, *pages), Tally()
    for _ in range(2):
        asyncio.run(puller(store, script).registers(("customers", "currencies"), 1, tally))
    assert script.asked == [("customers", None), ("customers", {"page": 2}), ("currencies", None)] * 2
    assert sorted(records.load(store, FORTNOX, "customer")) == ["1", "2"]
    assert sorted(records.load(store, FORTNOX, "currency")) == ["SEK"]
    assert (tally.records_read, tally.records_changed) == (6, 3)


def test_a_system_that_gives_the_same_page_for_ever_is_not_believed(store: Store) -> None:
    same = page("1", position={"page": 2}, complete=False)
    with pytest.raises(NoAnswer, match="again and again"):
        read(store, same, same, same)
    with pytest.raises(NoAnswer, match="again and again"):
        asyncio.run(puller(store, Script(same, same, same)).registers(("users",), 1, Tally()))
    with pytest.raises(NoAnswer, match="again and again"):
        asyncio.run(puller(store, Script(same, same, same)).sweep("open_invoices", "invoice", (), 1, Tally()))


def test_d2_deletions_of_what_is_gone_already_are_nobodys_question(store: Store) -> None:
    gone = tuple(Item("customer", str(number), {}, deleted=True) for number in range(30))
    # Of some of them nobody has ever heard; the others are known to be gone.
    land(store, *(arrival(str(number), "customer") for number in range(25)))
    with store.transaction():
        for number in range(25):
            records.mark_deleted(store, RecordKey(FORTNOX, "customer", str(number)), NOW)
    asked: list[str] = []
    reader = Puller(store, Script(Page(gone, SINCE, True)), VirtualClock(), lambda kind, _ids: asked.append(kind))
    asyncio.run(reader.stream("customers", 1, Tally()))
    assert asked == []
