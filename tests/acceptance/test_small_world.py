"""A small world of the tests' own, with odd discounts: always runs, with real processes."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance import csv_files
from tests.acceptance.processes import Finished, free_ports, kvitt

pytestmark = pytest.mark.process


def demo(world: Path, data: Path) -> Finished:
    return kvitt(
        *("demo", "--world", world, "--crm", "upsales", "--headless", "--until-quiet", "--book-all", "--json"),
        *("--data", data, "--port", free_ports(), "--speed", 600),
    )


@dataclass(frozen=True)
class Shop:
    """A small world that a first demo has finished: its files, its data folder, and what was said."""

    world: Path
    data: Path
    first: Finished


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """One finished demo for the tests of this file; nothing they do changes what it holds."""
    folder = tmp_path_factory.mktemp("shop")
    world = csv_files.small_world(folder / "handel")
    return Shop(world, folder / "data", demo(world, folder / "data"))


def assert_comes_to_its_own_totals(done: Finished, world: Path) -> None:
    wanted = csv_files.figures(world)
    assert done.code == 0, done.err
    assert done.result["crm"] == wanted.crm
    assert done.result["fortnox"] == wanted.fortnox
    rounding = wanted.booked - wanted.net
    assert done.result["bridge"] == ({"V7": str(rounding)} if rounding else {})
    assert (done.result["unclassified"], done.result["duplicates"], done.result["lost"]) == ("0.00", 0, 0)


def test_a_small_world_comes_to_its_own_totals_and_another_run_writes_nothing(shop: Shop) -> None:
    assert_comes_to_its_own_totals(shop.first, shop.world)
    assert shop.first.result["writes"]["fortnox"] > 0
    again = demo(shop.world, shop.data)
    assert_comes_to_its_own_totals(again, shop.world)
    assert again.result["writes"] == {"fortnox": 0, "crm": 0}


def test_report_and_check_read_what_the_demo_published(shop: Shop) -> None:
    report = kvitt("report", "--data", shop.data, "--json")
    assert report.code == 0, report.err
    assert report.result["crm"] == shop.first.result["crm"]
    assert report.result["fortnox"]["booked_net"] == shop.first.result["fortnox"]["booked_net"]
    assert report.result["bridge"] == shop.first.result["bridge"]
    check = kvitt("check", "--data", shop.data)
    assert (check.code, check.out) == (0, ""), check.err
    assert "BROKEN" not in check.err
    assert "The sync is stopped" in check.err


def test_a_data_folder_that_holds_another_world_is_refused_and_left_as_it_is(shop: Shop, tmp_path: Path) -> None:
    refused = demo(csv_files.small_world(tmp_path / "annat", seed=9), shop.data)
    assert (refused.code, refused.out) == (2, "")
    assert "already holds the sandbox world 'handel'" in refused.err
    assert "Traceback" not in refused.err
    assert_comes_to_its_own_totals(demo(shop.world, shop.data), shop.world)


def test_an_edited_small_world_comes_to_its_own_totals(tmp_path: Path, data: Path) -> None:
    world = csv_files.small_world(tmp_path / "handel", orders=30, seed=2)
    assert csv_files.Editor(world, 4).edit() == 25
    assert_comes_to_its_own_totals(demo(world, data), world)
