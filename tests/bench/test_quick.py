"""The benches' goals on a small scale, exact and in virtual time: what does not depend on size or machine."""

from collections import Counter
from pathlib import Path

import pytest

from tests.bench.api_calls import booked_deals, existing_invoices
from tests.bench.figures import least, most
from tests.bench.recovery import lost_folder
from tests.bench.track import Arrival, Track, most_in_a_window, share_of_limit

DEALS, CUSTOMERS = 60, 20


@pytest.fixture(scope="module")
def booked(tmp_path_factory: pytest.TempPathFactory) -> Track:
    return booked_deals(tmp_path_factory.mktemp("booked") / "data", DEALS, CUSTOMERS)


def test_nothing_is_written_twice_and_a_document_is_read_by_itself_only_before_it_is_booked(booked: Track) -> None:
    kinds = Counter("detail" if one.is_detail else one.method for one in booked.calls())
    assert kinds == {"POST": DEALS + CUSTOMERS, "PUT": DEALS, "detail": DEALS, "GET": kinds["GET"]}


def test_a_backlog_uses_the_limit_and_never_more(booked: Track) -> None:
    assert share_of_limit(booked.calls(), "POST") >= 0.95
    assert booked.sandbox.fortnox.throttled == 0
    assert most_in_a_window(booked.calls()) <= 25


def test_old_invoices_are_taken_over_from_lists(tmp_path: Path) -> None:
    # Who is inactive is asked for with the registers: no list of customers tells it.
    start_and_registers = 5
    (figure,) = existing_invoices(tmp_path / "data", 3000)
    lists = 3000 // 500 + 3
    assert figure.note == f"{lists + start_and_registers} ÷ {lists}"


def test_a_lost_folder_is_trusted_again_within_minutes_and_nothing_is_written(tmp_path: Path) -> None:
    found = lost_folder(tmp_path, 2000)
    assert [figure.as_json() for figure in found if not figure.ok] == []


def test_a_figure_knows_on_which_side_of_its_goal_it_is() -> None:
    assert (most("a", 1.05, 1.05).ok, most("a", 1.06, 1.05).ok) == (True, False)
    assert (least("a", 0.95, 0.95).ok, least("a", 0.94, 0.95).ok) == (True, False)


def test_the_share_of_the_limit_is_the_least_time_by_the_time_taken() -> None:
    posts = [Arrival(10 + 5.0 * (place // 25), "fortnox", "POST", "/3/invoices") for place in range(100)]
    assert share_of_limit(posts, "POST") == 1
    assert most_in_a_window(posts) == 25
    assert share_of_limit(posts[:50] + posts[75:], "POST") == pytest.approx(2 / 3)
    lists = [Arrival(10.0, "fortnox", "GET", "/3/customers")] * 5
    assert share_of_limit([*lists, *posts[5:]], "POST") == 1
