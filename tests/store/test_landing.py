"""Records arrive: every version is kept, nothing is stored twice, page and cursor are one."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sync.core.types import RecordKey
from sync.store.database import Store
from sync.store.jsontext import from_json
from sync.store.tables import records
from sync.store.tables.records import Arrival
from tests.store.stores import FORTNOX, NOW, UPSALES, arrival, count, land, later, listed, versions, within


def invoice_of(store: Store, number: str = "1") -> Any:
    return records.load(store, FORTNOX, "invoice")[number]


def due(store: Store) -> list[str]:
    return records.due_details(store, FORTNOX, "invoice", 10)


def test_a_new_record_is_its_first_version(store: Store) -> None:
    assert land(store, arrival("1", Total=Decimal("180.00"))) == ["1"]
    found = invoice_of(store)
    assert (found.version, found.deleted, found.payload["Total"]) == (1, False, Decimal("180.00"))


def test_an_equal_payload_is_no_new_version(store: Store) -> None:
    land(store, arrival("1", Total=Decimal("180.00"), Text="å"))
    assert land(store, arrival("1", Text="å", Total=Decimal(180)), at=later(60)) == []
    assert count(store, "record_versions") == 1


def test_a_changed_payload_is_a_new_version_and_the_old_one_stays(store: Store) -> None:
    land(store, arrival("1", Total=1))
    assert land(store, arrival("1", Total=2), at=later(60)) == ["1"]
    assert invoice_of(store).version == 2
    assert [(version, from_json(payload)["Total"]) for version, payload in versions(store, "1")] == [(1, 1), (2, 2)]
    rows = store._connection.execute("SELECT version, valid_to IS NULL FROM record_history ORDER BY version").fetchall()
    assert rows == [(1, False), (2, True)]


def test_amounts_come_back_exactly_as_they_went_in(store: Store) -> None:
    amount = Decimal("833.3333333333334")
    land(store, arrival("1", Price=amount, Rows=[{"Q": Decimal("0.10")}]))
    payload = invoice_of(store).payload
    assert (payload["Price"], str(payload["Rows"][0]["Q"])) == (amount, "0.10")


def test_the_same_record_twice_on_a_page_is_stored_once_as_it_came_last(store: Store) -> None:
    assert land(store, arrival("1", Total=1), arrival("2"), arrival("1", Total=2)) == ["1", "2"]
    assert invoice_of(store).payload["Total"] == 2
    assert count(store, "record_versions") == 2


def test_records_of_other_systems_and_kinds_have_lives_of_their_own(store: Store) -> None:
    land(store, arrival("1"), arrival("1", kind="customer"), arrival("1", system="fortnox:syd"))
    assert [len(records.load(store, system, kind)) for system, kind in (
        (FORTNOX, "invoice"), (FORTNOX, "customer"), ("fortnox:syd", "invoice"), (UPSALES, "order"),
    )] == [1, 1, 1, 0]  # fmt: skip


def test_only_the_records_that_are_asked_for_are_loaded(store: Store) -> None:
    land(store, arrival("1"), arrival("2"), arrival("3"))
    assert list(records.load(store, FORTNOX, "invoice", ["3", "1", "3", "9"])) == ["1", "3"]
    assert records.load(store, FORTNOX, "invoice", []) == {}


def test_ids_with_any_signs_are_kept(store: Store) -> None:
    odd = "Ö/1 'x' \"y\" %20;--"
    land(store, arrival(odd))
    assert list(records.load(store, FORTNOX, "invoice", [odd])) == [odd]


def test_a_stamp_is_kept_and_not_lost_by_an_answer_without_one(store: Store) -> None:
    key = RecordKey(UPSALES, "order", "1")
    land(store, records.Arrival(key, {"a": 1}, modified_at=later(-60)))
    land(store, records.Arrival(key, {"a": 2}))
    assert records.load(store, UPSALES, "order")["1"].modified_at == later(-60)


def test_a_list_row_asks_for_the_whole_record_and_is_no_version_itself(store: Store) -> None:
    assert land(store, listed("1", Total=1)) == []
    assert due(store) == ["1"]
    assert (invoice_of(store).version, count(store, "record_versions")) == (0, 0)
    assert land(store, arrival("1", Total=1, Rows=[])) == ["1"]
    assert due(store) == []
    assert invoice_of(store).version == 1


def test_the_same_list_row_again_asks_for_nothing(store: Store) -> None:
    land(store, listed("1", Total=1))
    land(store, arrival("1", Total=1, Rows=[]))
    land(store, listed("1", Total=1))
    assert due(store) == []
    assert "Rows" in invoice_of(store).payload


def test_a_changed_list_row_asks_again_and_keeps_the_whole_record_meanwhile(store: Store) -> None:
    land(store, listed("1", Total=1))
    land(store, arrival("1", Total=1, Rows=[]))
    land(store, listed("1", Total=2), at=later(60))
    assert due(store) == ["1"]
    assert invoice_of(store).payload == {"DocumentNumber": "1", "Total": 1, "Rows": []}
    assert land(store, arrival("1", Total=2, Rows=[]), at=later(61)) == ["1"]


def test_a_whole_record_that_did_not_change_after_all_is_no_version(store: Store) -> None:
    land(store, listed("1", Sent=False))
    land(store, arrival("1", Rows=[]))
    land(store, listed("1", Sent=True))
    assert land(store, arrival("1", Rows=[])) == []
    assert due(store) == []


def test_the_list_row_of_a_record_that_we_just_wrote_asks_for_nothing(store: Store) -> None:
    """The answer to our own create is the whole record: 830 invoices are not read once more."""
    land(store, arrival("1", Total=Decimal(180), Balance=Decimal(180), Due=None, Rows=[]))
    land(store, listed("1", Total="180", Balance=180, Due=""))
    assert due(store) == []
    land(store, listed("1", Total="180", Balance=0, Due=""), at=later(60))
    assert due(store) == ["1"]


def test_the_changed_list_row_of_a_record_that_we_just_changed_asks_for_nothing(store: Store) -> None:
    land(store, listed("1", Booked=False, Total=1))
    land(store, arrival("1", Booked=False, Total=1, Rows=[]))
    land(store, arrival("1", Booked=True, Total=1, Rows=[]), at=later(60))
    land(store, listed("1", touched_since=later(30), Booked=True, Total=1), at=later(70))
    assert due(store) == []
    land(store, listed("1", touched_since=later(61), Booked=True, Total=1), at=later(200))
    assert due(store) == ["1"]


@pytest.mark.parametrize(
    ("since", "at", "asked"),
    [(-60, 60, []), (0, 60, []), (1, 60, ["1"]), (-60, 900, []), (-60, 901, ["1"]), (-60, -1, ["1"])],
    ids=["in_the_same_pass", "in_the_same_moment", "since", "lately", "too_long_ago", "on_a_clock_set_back"],
)
def test_a_record_that_was_touched_since_it_was_read_is_read_again(
    store: Store, since: int, at: int, asked: list[str]
) -> None:
    """An edit of what lists do not show; what was written in the same pass is most likely our own write."""
    land(store, listed("1", Total=1))
    land(store, arrival("1", Total=1, Rows=[]))
    land(store, listed("1", touched_since=later(since), Total=1), at=later(at))
    assert due(store) == asked


def test_a_record_that_was_touched_and_read_again_unchanged_is_not_read_a_third_time(store: Store) -> None:
    land(store, listed("1", Total=1))
    land(store, arrival("1", Total=1, Rows=[]))
    land(store, listed("1", touched_since=later(60), Total=1), at=later(200))
    land(store, arrival("1", Total=1, Rows=[]), at=later(201))
    land(store, listed("1", touched_since=later(80), Total=1), at=later(260))
    assert due(store) == []


def test_whole_records_are_asked_for_newest_first_and_in_portions(store: Store) -> None:
    land(store, *(listed(str(number)) for number in (9, 10, 2, 100)), listed("A1"))
    assert due(store) == ["100", "10", "9", "2", "A1"]
    assert records.due_details(store, FORTNOX, "invoice", 2) == ["100", "10"]


def test_a_person_or_a_sweep_may_ask_for_a_record_again(store: Store) -> None:
    land(store, arrival("1"), arrival("2"))
    within(store, lambda: records.ask_details(store, FORTNOX, "invoice", ["2", "99"]))
    assert due(store) == ["2"]


def test_a_deleted_record_keeps_its_last_version_and_is_asked_for_no_more(store: Store) -> None:
    land(store, listed("1", Total=1))
    within(store, lambda: records.mark_deleted(store, RecordKey(FORTNOX, "invoice", "1"), NOW))
    assert due(store) == []
    assert invoice_of(store).deleted


def test_a_deleted_record_that_comes_back_whole_lives_again(store: Store) -> None:
    land(store, arrival("1", Total=1))
    within(store, lambda: records.mark_deleted(store, RecordKey(FORTNOX, "invoice", "1"), NOW))
    assert land(store, arrival("1", Total=1), at=later(60)) == ["1"]
    assert (invoice_of(store).deleted, invoice_of(store).version) == (False, 2)


def test_a_deleted_record_that_is_listed_again_is_read_again(store: Store) -> None:
    """A 404 in a bad moment must not hide an invoice for ever."""
    land(store, listed("1", Total=1))
    within(store, lambda: records.mark_deleted(store, RecordKey(FORTNOX, "invoice", "1"), NOW))
    land(store, listed("1", Total=1), at=later(60))
    assert due(store) == ["1"]


def test_records_that_arrive_in_any_order_come_to_the_same(store: Store) -> None:
    """A whole record may overtake the list row that called for it."""
    land(store, arrival("1", Total=2, Rows=[]))
    land(store, listed("1", Total=1), at=later(1))
    assert due(store) == ["1"]
    assert land(store, arrival("1", Total=2, Rows=[]), at=later(2)) == []
    assert due(store) == []


def test_a_page_and_its_cursor_are_stored_together(store: Store) -> None:
    def page() -> None:
        records.land(store, [arrival("1")], NOW, 1)
        records.save_cursor(store, FORTNOX, "invoices", {"page": 2}, False, NOW)

    within(store, page)
    assert records.cursor(store, FORTNOX, "invoices") == ({"page": 2}, None)
    assert records.cursor(store, FORTNOX, "customers") == (None, None)


def test_a_crash_between_the_pages_rows_and_its_cursor_leaves_neither(store: Store) -> None:
    def page() -> None:
        records.land(store, [arrival("2")], later(60), 1)
        records.save_cursor(store, FORTNOX, "invoices", {"page": 3}, False, later(60))
        raise RuntimeError("the lights went out")

    with store.transaction():
        records.land(store, [arrival("1")], NOW, 1)
        records.save_cursor(store, FORTNOX, "invoices", {"page": 2}, False, NOW)
    with pytest.raises(RuntimeError, match="lights"):
        within(store, page)
    assert list(records.load(store, FORTNOX, "invoice")) == ["1"]
    assert count(store, "record_versions") == 1
    assert records.cursor(store, FORTNOX, "invoices") == ({"page": 2}, None)


def test_a_pass_that_has_ended_is_told_from_one_that_goes_on(store: Store) -> None:
    within(store, lambda: records.save_cursor(store, FORTNOX, "invoices", {"since": "a"}, True, NOW))
    assert records.cursor(store, FORTNOX, "invoices") == ({"since": "a"}, NOW)
    within(store, lambda: records.save_cursor(store, FORTNOX, "invoices", {"page": 2}, False, NOW))
    assert records.cursor(store, FORTNOX, "invoices") == ({"page": 2}, None)


def test_an_unknown_whole_record_in_a_thousand_is_one_write(store: Store) -> None:
    land(store, *(arrival(str(number), Total=number) for number in range(1000)))
    fresh = [arrival(str(number), Total=number) for number in range(1000)]
    fresh[500] = arrival("500", Total="other")
    assert land(store, *fresh, at=NOW + timedelta(hours=1)) == ["500"]


def gone(number: str, **payload: Any) -> Arrival:
    return replace(arrival(number, "deal", **payload), deleted=True)


def test_a_record_that_is_listed_as_gone_is_a_new_version_of_what_it_was(store: Store) -> None:
    land(store, arrival("1", "deal", Title="Bord"))
    assert land(store, gone("1", Title="")) == ["1"]
    record = records.load(store, FORTNOX, "deal")["1"]
    assert (record.deleted, record.version, record.payload["Title"]) == (True, 2, "Bord")
    assert land(store, gone("1")) == [], "it is known to be gone"
    assert land(store, gone("2")) == [], "it was never seen"


def test_a_record_that_comes_back_as_it_was_is_a_new_version(store: Store) -> None:
    land(store, arrival("1", "deal", Title="Bord"))
    land(store, gone("1"))
    assert land(store, arrival("1", "deal", Title="Bord")) == ["1"]
    record = records.load(store, FORTNOX, "deal")["1"]
    assert (record.deleted, record.version) == (False, 3)
